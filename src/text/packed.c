#include "text/packed.h"

#include <string.h>

/* The code at *p, which moves behind it. */
static unsigned take(const unsigned char **p)
{
	unsigned c = *(*p)++;

	return c < PACKED_SHORT ? c : PACKED_SHORT + (c - PACKED_SHORT) * 255 + *(*p)++ - 1;
}

/* buf_byte, where most of the time goes. */
static void append(struct buf *b, unsigned c)
{
	if (b->n < b->cap && !b->full)
		b->p[b->n++] = (unsigned char)c;
	else
		b->full = true;
}

const unsigned char *packed_next(struct buf *out, const unsigned char *p)
{
	uint16_t stack[PACKED_DEPTH + 1]; /* what is to be appended, the next code on top */

	while (*p != '\0') {
		unsigned high = 0;

		stack[high++] = (uint16_t)take(&p);
		while (high != 0) {
			unsigned c = stack[--high];

			if (c < PACKED_LITERALS) {
				append(out, c);
			} else {
				stack[high++] = packed_lists_pair[c - PACKED_LITERALS][1];
				stack[high++] = packed_lists_pair[c - PACKED_LITERALS][0];
			}
		}
	}
	return p + 1;
}

const unsigned char *packed_at(const unsigned char *list, unsigned n)
{
	for (; n != 0; n--)
		list += strlen((const char *)list) + 1;
	return list;
}

void packed_put(struct buf *out, const unsigned char *list, unsigned n)
{
	packed_next(out, packed_at(list, n));
}
