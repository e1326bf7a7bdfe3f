/* progress: one line on a terminal that says what is being waited for. */
#ifndef SHOW_PROGRESS_H
#define SHOW_PROGRESS_H

#include "base/buf.h"
#include "check/run.h"

enum { PROGRESS_SIZE = 256 };

/* Start with { .width = ..., .dumb = ... }. */
struct progress {
	unsigned width; /* columns of the terminal; 0 is 80 */
	bool dumb;      /* TERM=dumb: no escape codes, no carriage return, a line for each change */
	bool shown;     /* a line stands there */
	struct run_progress last;
	int64_t idp_since, pop_since;
};

/* Append what brings the line up to date: "idp token 0.8 s | pop waiting for the token"; nothing
 * when a dumb terminal shows it already. Never wider than the terminal. */
void progress_put(struct progress *p, const struct run_progress *now, struct buf *out);

/* Append what takes the line away, before anything else is written to the terminal. */
void progress_clear(struct progress *p, struct buf *out);

#endif
