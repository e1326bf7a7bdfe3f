/* explain_fill: turns templates into sentences, with the run's own values in the place of the placeholders. */
#ifndef CHECK_EXPLAIN_FILL_H
#define CHECK_EXPLAIN_FILL_H

#include "check/explain_know.h"

/* What is being explained. r == NULL: nothing but a code or a line, there are no values. */
struct explain_case {
	const struct report *r;
	enum rung rung;         /* the rung in question */
	struct explanation *e;  /* whose room receives the texts */
};

/* How the lines of a template are put together. */
enum explain_fill {
	EXPLAIN_FILL_PARAGRAPH, /* parted by blanks */
	EXPLAIN_FILL_LINES,     /* parted by LF; lines that start with a tab are commands */
	EXPLAIN_FILL_SCRIPT     /* parted by LF, all of them commands, empty lines stay */
};

/* Fill a template, by the rules at the head of causes.def. A value in a command is taken only if it is harmless
 * there: letters, digits and ._:/@+-=?%~ unless {'quoted}. Empty when nothing of it can be filled. */
struct span explain_fill(const struct explain_case *c, const char *template, enum explain_fill how);

/* Fill a whole cause. */
void explain_fill_cause(const struct explain_case *c, enum cause cause, struct explain_cause *out);

/* A fact: of the rung in question, else of any rung; empty without a report. */
struct span explain_fill_fact(const struct explain_case *c, enum fact key);

/* The value of a setting; empty without a report. */
struct span explain_fill_setting(const struct explain_case *c, enum setting key);

/* How far this machine's clock is ahead; false when that is not known. */
bool explain_fill_skew(const struct explain_case *c, int64_t *seconds);

/* Does s hold z, in any case of letters? */
bool explain_fill_has(struct span s, const char *z);

#endif
