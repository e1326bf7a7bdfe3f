/* template: texts with places for values, which stay sound whatever the values are and whichever are missing.
 *
 * A place is {name}: lower-case letters, digits and _ in braces; other braces are text. Before the name may stand
 *   '  quoted for PowerShell            "  quoted for a POSIX shell, where it has to be; in prose in quotation marks,
 *                                          which a peer's words need
 *   -  for PowerShell, where it has to be    =  as it is, also over several lines: the caller vouches for it
 * Without one of these, the value is made printable and cut at TEMPLATE_VALUE_MAX in prose; a command takes it only if
 * it is harmless there: letters, digits and ._:/@+-=?%~. No command takes a value that has control characters or is
 * longer.
 *
 * A line with a place that cannot be filled is left out, and then the line after it that starts with ~ takes its
 * place. A line that starts with a tab is a command. A line that ends with ":" announces commands, and goes when none
 * follows. */
#ifndef TEXT_TEMPLATE_H
#define TEXT_TEMPLATE_H

#include "base/buf.h"

enum {
	TEMPLATE_LINE_MAX = 2048, /* a line before its values are filled in; the longest has 700 bytes */
	TEMPLATE_VALUE_MAX = 400,
	TEMPLATE_DEPTH = 4 /* the text, a phrase in it, in that another */
};

/* How the lines are put together. */
enum template_form {
	TEMPLATE_PARAGRAPH, /* separated by spaces */
	TEMPLATE_LINES,     /* separated by LF */
	TEMPLATE_SCRIPT     /* separated by LF, all of them commands, empty lines stay */
};

struct template
{
	enum template_form form;
	const void *of; /* whose values, handed to both functions */

	/* Append the value; false, with out possibly longer, when there is none. */
	bool (*value)(const void *of, struct span name, struct buf *out);

	/* A piece of a template that stands under this name, NULL when there is none. May itself be NULL. */
	const char *(*phrase)(const void *of, struct span name);
};

/* Append the text, without a separator at its end. */
void template_fill(struct buf *out, const char *text, const struct template *t);

#endif
