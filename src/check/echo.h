/* echo: recognises a piece of a secret in a text, from whatever place and in the encodings in which peers send it back.
 *
 * Kept are fingerprints of pieces of ECHO_PIECE characters, a few characters apart, so that every window of the secret
 * that is a little longer holds a whole one: 15 bytes as they are, in base64 (at any of its three offsets, both
 * alphabets) and in hexadecimal digits. Capitals count as small letters; percent-encoding and the escapes of JSON
 * are undone, in the secret as in the text. */
#ifndef CHECK_ECHO_H
#define CHECK_ECHO_H

#include "base/span.h"

enum {
	ECHO_PIECE = 12,
	ECHO_MARKS = 1 << 16, /* bits */
	ECHO_MAX = 8 * 1024,  /* of 9 kB of secrets; what is further down in longer ones is not known */
	ECHO_NAMES = 12
};

/* Plain data, zero at the start; what lies in `piece` behind n is not looked at. */
struct echo {
	unsigned names;
	uint32_t n;
	struct echo_name {
		const char *name;
		uint32_t from; /* its first piece */
	} name[ECHO_NAMES];
	unsigned char marks[ECHO_MARKS / 8];
	uint32_t piece[ECHO_MAX];
};

/* Know this secret, too. What is known already takes no room. */
void echo_add(struct echo *e, struct span secret, const char *name);

/* The name of the secret of which a piece begins here, and the bytes of the text that it takes; NULL: of none. */
const char *echo_at(const struct echo *e, struct span text, size_t *n);

#endif
