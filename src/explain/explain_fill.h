/* explain_fill: turns templates into sentences, with the run's own values in the place of the placeholders. */
#ifndef EXPLAIN_EXPLAIN_FILL_H
#define EXPLAIN_EXPLAIN_FILL_H

#include "explain/explain_know.h"
#include "explain/explain_value.h"

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

#endif
