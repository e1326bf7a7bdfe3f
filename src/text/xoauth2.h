/* xoauth2: the SASL XOAUTH2 initial client response and the server's error challenge. */
#ifndef TEXT_XOAUTH2_H
#define TEXT_XOAUTH2_H

#include "base/buf.h"

/* Bytes of the frame user=MAILBOX^Aauth=Bearer TOKEN^A^A (^A is the byte 1), and of its base64. */
#define XOAUTH2_FRAME_SIZE(user, token) (5 + (user) + 1 + 12 + (token) + 2)

/* The frame; user and token must already have been checked (no control characters, RFC 6750 alphabet). */
void xoauth2_put(struct buf *out, struct span user, struct span token);

/* What is wrong with a decoded frame, as people get it wrong by hand. */
enum xoauth2_lint {
	XOAUTH2_GOOD,
	XOAUTH2_NO_USER,         /* does not start with user= (exactly, lower case), or nothing follows it */
	XOAUTH2_BLANK_IN_USER,   /* blank after user=, before ^A or between */
	XOAUTH2_CARET_A,         /* the two characters ^ and A instead of the byte 1 */
	XOAUTH2_ESCAPE_TEXT,     /* \x01, \001, \1, \u0001, %01, %x01, <01>, <SOH> as text instead of it */
	XOAUTH2_NO_AUTH,         /* no auth=Bearer after the first ^A, or no token */
	XOAUTH2_BEARER_SPELLING, /* auth=bearer, auth=Bearer: or two blanks */
	XOAUTH2_LINE_BREAK,      /* CR or LF inside */
	XOAUTH2_NO_TRAILER,      /* not ended by two bytes 1 */
	XOAUTH2_TRAILING         /* something after the two bytes 1 */
};

/* Take a frame apart. user and token borrow from it and hold what could be recognised, also when
 * the verdict is not GOOD. The first problem in reading order is returned. */
enum xoauth2_lint xoauth2_get(struct span frame, struct span *user, struct span *token);

/* The first problem often hides this one: CARET_A or ESCAPE_TEXT when anywhere in the frame a text
 * stands where the byte 1 belongs, GOOD when not. */
enum xoauth2_lint xoauth2_spelt_out(struct span frame);

/* The continuation text after "+ " of a refused login: base64 of JSON. Appends the JSON and, when they are there, finds
 * status, schemes and scope as printable text with a NUL at the end, "" when absent. False, with nothing appended and
 * *c untouched, when it is not base64 of a JSON object or does not fit (json->full). */
struct xoauth2_challenge {
	char status[32], schemes[64], scope[160];
};
bool xoauth2_challenge(struct span text, struct buf *json, struct xoauth2_challenge *c) MUST;

#endif
