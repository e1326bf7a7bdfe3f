/* transcript: the conversation as lines of text: "   0.123 pop <- +OK ready". */
#ifndef SHOW_TRANSCRIPT_H
#define SHOW_TRANSCRIPT_H

#include "base/trace.h"
#include "check/run.h"
#include "show/pseudonym.h"

/* A line: seconds since the start with three decimals, right-aligned in 8 columns, a blank, the side
 * (supervisor, idp, pop, imap, smtp, disc; pop1, pop2 ... where several speak at the same time), a blank,
 * the mark (-> sent, <- received, == note), a blank, the text made printable, LF.
 * tests/sim/from-transcript reads this form.
 *
 * A long line comes in pieces and leaves as one line. When another side speaks before its end it is
 * ended there, and what is left of it follows later with the marks >+, <+ or =+. */
enum {
	TRANSCRIPT_PIECE = 512,
	TRANSCRIPT_JOBS = RUN_JOBS_MAX + 1,
	TRANSCRIPT_SCRATCH = PSEUDONYM_BEFORE + PSEUDONYM_VALUE_MAX + 16 + TRANSCRIPT_PIECE
};

/* Start with { .share = ... } or { 0 }. */
struct transcript {
	struct pseudonym *pseudonym; /* --share; NULL shows things as they are */
	bool open;                   /* a line has not ended */
	enum worker_side side;       /* whose line it is */
	unsigned job;
	enum trace_mark mark;
	bool cut[TRANSCRIPT_JOBS][WORKER_SIDE__COUNT]; /* this side's line was interrupted: it goes on */
	size_t n, done;                                /* bytes held, and those of them that were shown */
	unsigned char bytes[TRANSCRIPT_SCRATCH];
};

/* Append what can be shown of it. */
void transcript_put(struct transcript *t, const struct run_line *line, struct buf *out);

/* End a line that is still open. */
void transcript_end(struct transcript *t, struct buf *out);

#endif
