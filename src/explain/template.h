/* template: turns templates into sentences, with the run's own values instead of the placeholders. */
#ifndef EXPLAIN_TEMPLATE_H
#define EXPLAIN_TEMPLATE_H

#include "explain/knowledge.h"
#include "explain/placeholder.h"

/* How the lines of a template are put together. */
enum template_fill {
	TEMPLATE_PARAGRAPH, /* separated by spaces */
	TEMPLATE_LINES,     /* separated by LF; lines that start with a tab are commands */
	TEMPLATE_SCRIPT     /* separated by LF, all of them commands, empty lines stay */
};

/* Fill a template, by the rules at the head of causes.def. A value in a command is taken only if it is harmless
 * there: letters, digits and ._:/@+-=?%~ unless {'quoted}. Empty when nothing of it can be filled. */
struct span template_fill(const struct explain_case *c, const char *template, enum template_fill how);

/* Fill a whole cause. */
void template_cause(const struct explain_case *c, enum cause cause, struct explain_cause *out);

#endif
