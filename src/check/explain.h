/* explain: what a failure means, who must act, what to type, and what the evidence rules out. */
#ifndef CHECK_EXPLAIN_H
#define CHECK_EXPLAIN_H

#include "check/report.h"

enum explain_who { EXPLAIN_YOU, EXPLAIN_ENTRA, EXPLAIN_EXCHANGE, EXPLAIN_NETWORK, EXPLAIN_PROVIDER, EXPLAIN_MAIL };

/* How sure the knowledge is: documented or seen, against believed. An unconfirmed cause says so to the reader. */
enum explain_certainty { EXPLAIN_KNOWN, EXPLAIN_LIKELY, EXPLAIN_UNCONFIRMED };

enum {
	EXPLAIN_CAUSES_MAX = 3,     /* a reader who gets five causes has none */
	EXPLAIN_NOTS_MAX = 8,
	EXPLAIN_TEXT_MAX = 16 * 1024
};

/* One cause, filled in: every placeholder is replaced, lines whose value is not known are left out.
 * fix and verify are lines parted by LF; a line that starts with a tab is to be typed as it stands. */
struct explain_cause {
	const char *id;    /* stable, kebab-case; static */
	enum explain_who who;
	enum explain_certainty certainty;
	struct span text;
	struct span fix;
	struct span verify;
};

/* The spans borrow from `room`. */
struct explanation {
	struct explain_cause cause[EXPLAIN_CAUSES_MAX];
	unsigned n;
	struct span not_cause[EXPLAIN_NOTS_MAX]; /* "the client secret: the token was issued" */
	unsigned nots;
	struct span powershell; /* the block to paste, with what proves each step; empty when it would not help */
	struct buf room;
	unsigned char bytes[EXPLAIN_TEXT_MAX];
};

/* Explain the first failed rung of the report, with all the other rungs as evidence. n == 0 when nothing failed. */
void explain_report(const struct report *r, struct explanation *e);

/* Explain a warning row of a report in one or two sentences; empty span when there is nothing to say. */
struct span explain_warning(const struct report *r, enum rung rung, struct explanation *e);

/* A known thing that was found in a text: an AADSTS code, an OAuth error, a server's line, a fault id, an errno. */
struct explain_found {
	struct span what;      /* the part of the text that was recognised */
	const char *meaning;   /* one sentence, static; "" when the code is not known */
	uint64_t aadsts;       /* 0 if it is not such a code: known or not, it has an official page */
};

/* Find the next known thing in the text from *at on (for `explain`: a code, a line, a whole log); fills e with
 * its causes, without a report to fill placeholders from: those lines are left out or name the thing in words. */
bool explain_text(struct span text, size_t *at, struct explain_found *found, struct explanation *e);

const char *explain_who(enum explain_who who);

#endif
