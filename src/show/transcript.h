/* transcript: the conversation as lines of text: "   0.123 pop <- +OK ready". */
#ifndef SHOW_TRANSCRIPT_H
#define SHOW_TRANSCRIPT_H

#include "base/tape.h"
#include "check/desk_book.h"
#include "show/share.h"

/* A line: seconds since the start with three decimals, right-aligned in 8 columns, a blank, the arm
 * (desk, idp, pop, imap, smtp, disc; pop1, pop2 ... where several speak at the same time), a blank,
 * the mark (-> sent, <- received, == note), a blank, the text made printable, LF.
 * tests/sim/from-transcript reads this form.
 *
 * A long line comes in pieces and leaves as one line. When another arm speaks before its end it is
 * ended there, and what is left of it follows later with the marks >+, <+ or =+. */
enum {
	TRANSCRIPT_PIECE = 512,
	TRANSCRIPT_JOBS = DESK_JOBS_MAX + 1,
	TRANSCRIPT_ROOM = SHARE_BEFORE + SHARE_VALUE_MAX + 16 + TRANSCRIPT_PIECE
};

/* Start with { .share = ... } or { 0 }. */
struct transcript {
	struct share *share;  /* --share; NULL shows things as they are */
	bool open;            /* a line has not ended */
	enum role_arm arm;    /* whose line it is */
	unsigned job;
	enum tape_mark mark;
	bool cut[TRANSCRIPT_JOBS][ROLE_ARM__COUNT]; /* this arm's line was interrupted: it goes on */
	size_t n, done;       /* bytes held, and those of them that were shown */
	unsigned char bytes[TRANSCRIPT_ROOM];
};

struct transcript_line {
	int64_t at_ms;
	enum role_arm arm;
	unsigned job;         /* from 1; 0: the only one; less than TRANSCRIPT_JOBS */
	enum tape_mark mark;
	struct span text;
	bool more;            /* the line goes on in the next piece of this arm */
};

/* Append what can be shown of it. */
void transcript_put(struct transcript *t, const struct transcript_line *line, struct buf *out);

/* End a line that is still open. */
void transcript_end(struct transcript *t, struct buf *out);

const char *transcript_arm(enum role_arm arm);

#endif
