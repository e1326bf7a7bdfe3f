/* explanation: what is said about a failure: its causes, filled in, and what the evidence rules out. */
#ifndef EXPLAIN_EXPLANATION_H
#define EXPLAIN_EXPLANATION_H

#include "base/buf.h"
#include "report/step.h"

enum explain_who { EXPLAIN_YOU, EXPLAIN_ENTRA, EXPLAIN_EXCHANGE, EXPLAIN_NETWORK, EXPLAIN_PROVIDER, EXPLAIN_MAIL };

/* How sure the knowledge is: documented or seen, against believed. An unconfirmed cause says so to the reader. */
enum explain_certainty { EXPLAIN_KNOWN, EXPLAIN_LIKELY, EXPLAIN_UNCONFIRMED };

enum {
	EXPLAIN_CAUSES_MAX = 3, /* a reader who gets five causes has none */
	EXPLAIN_NOTS_MAX = 8,
	EXPLAIN_TEXT_MAX = 16 * 1024
};

/* One cause, filled in: every placeholder is replaced, lines whose value is not known are left out.
 * fix and verify are lines separated by LF; a line that starts with a tab is to be typed as it stands. */
struct explain_cause {
	const char *id; /* stable, kebab-case; static */
	enum explain_who who;
	enum explain_certainty certainty;
	struct span text;
	struct span fix;
	struct span verify;
};

/* The spans borrow from `scratch`. */
struct explanation {
	struct explain_cause cause[EXPLAIN_CAUSES_MAX];
	unsigned n;
	struct span not_cause[EXPLAIN_NOTS_MAX]; /* "The client secret: the token was issued." */
	unsigned nots;
	struct span warning[STEP__COUNT]; /* what a step's warning means; empty when there is nothing to say */
	struct span powershell; /* the block to paste, with what proves each step; empty when it would not help */
	struct buf scratch;
	unsigned char bytes[EXPLAIN_TEXT_MAX];
};

#endif
