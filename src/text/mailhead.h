/* mailhead: when a message came, out of its header (RFC 5322), which is read a line at a time and not kept. */
#ifndef TEXT_MAILHEAD_H
#define TEXT_MAILHEAD_H

#include "base/span.h"

enum { MAILHEAD_DATE_MAX = 80 }; /* a date with its comment; a longer one is none */

/* Start with { 0 }. */
struct mailhead {
	int64_t received; /* Unix time; 0: not known. The last server's Received field, which is the first, else Date */
	bool by_server;   /* it is from a Received field */
	bool goes_on;     /* the last piece was not the end of its line */
	enum { MAILHEAD_OTHER, MAILHEAD_RECEIVED, MAILHEAD_DATE } field; /* that is being read */
	bool dated;                                                      /* what is read of it now is its date */
	uint32_t n; /* of text; above MAILHEAD_DATE_MAX: too long */
	unsigned char text[MAILHEAD_DATE_MAX];
};

/* A line of the header without its CRLF, or a piece of one; `cut`: the line goes on in the next piece. */
void mailhead_piece(struct mailhead *h, struct span piece, bool cut);

/* The header has ended. */
void mailhead_end(struct mailhead *h);

#endif
