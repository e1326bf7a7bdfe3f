#include "text/packed.h"

void packed_put(struct buf *out, const unsigned char *list, unsigned n)
{
	unsigned char stack[PACKED_DEPTH + 1]; /* what is to be appended, the next byte on top */

	for (; n != 0; list++)
		n -= *list == '\0';
	for (; *list != '\0'; list++) {
		unsigned high = 0;

		stack[high++] = *list;
		while (high != 0) {
			const unsigned char *pair = packed_lists_pair + 2 * stack[--high];

			if (pair[0] == 0) {
				buf_byte(out, stack[high]);
			} else {
				stack[high++] = pair[1];
				stack[high++] = pair[0];
			}
		}
	}
}
