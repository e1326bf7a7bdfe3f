/* line: one line after another off a stream, gathered in lent bytes. */
#ifndef PROTO_LINE_H
#define PROTO_LINE_H

#include "base/trace.h"
#include "net/stream.h"

/* The stream and the `cap` bytes at p outlive it. Private. */
struct line {
	struct stream *stream;
	unsigned char *p;
	size_t cap;
	size_t n, at; /* bytes that have come, and how many of them are taken */
};

void line_start(struct line *l, struct stream *s, unsigned char *p, size_t cap);

/* The next line without CRLF (a bare LF is taken too); it lives until the next call. A line takes at most `cap` bytes
 * with its end; of a longer one only the last bytes are left, and *cut is set. The end of the stream is
 * FAULT_POP_CLOSED, with the unfinished line as evidence. */
bool line_next(struct line *l, struct span *text, bool *cut, struct fault *f) MUST;

/* The same for replies, which are short: a line that does not fit is FAULT_POP_LINE_TOO_LONG as soon as `cap` bytes
 * have come without an end, with both numbers. */
bool line_reply(struct line *l, struct span *text, struct fault *f) MUST;

/* The same, and onto the trace. */
bool line_hear(struct line *l, const struct trace *t, struct span *text, struct fault *f) MUST;

/* Send lines that end in CRLF; each goes on the trace. */
bool line_say(struct line *l, const struct trace *t, struct span lines, struct fault *f) MUST;

/* Overwrite what the peer has said: it may have sent a secret back. Nothing can be read afterwards. */
void line_wipe(struct line *l);

/* Has the peer said more than was taken? */
bool line_pending(const struct line *l);

#endif
