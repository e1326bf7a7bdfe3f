/* explain_value: what a run knows of itself, by the names that placeholders use. */
#ifndef EXPLAIN_EXPLAIN_VALUE_H
#define EXPLAIN_EXPLAIN_VALUE_H

#include "explain/explanation.h"
#include "report/report.h"

/* What is being explained. r == NULL: nothing but a code or a line, there are no values. */
struct explain_case {
	const struct report *r;
	enum rung rung;         /* the rung in question */
	struct explanation *e;  /* whose room receives the texts */
};

/* Append the value of a placeholder: a special of explain_value.c, a fact by its id, or a setting by its key (secrets
 * never). False, with out possibly longer, when there is none. */
bool explain_value(const struct explain_case *c, struct span name, struct buf *out) MUST;

/* A fact: of the rung in question, else of any rung. The value of a setting. Both are empty without a report. */
struct span explain_value_fact(const struct explain_case *c, enum fact key);
struct span explain_value_setting(const struct explain_case *c, enum setting key);

/* Does s hold z, in any case of letters? */
bool explain_value_has(struct span s, const char *z);

/* How far this machine's clock is ahead; false when it was compared with none. Off: by more than servers forgive.
 * Right: compared, and not off. */
bool explain_value_skew(const struct explain_case *c, int64_t *seconds);
bool explain_value_clock_off(const struct explain_case *c);
bool explain_value_clock_right(const struct explain_case *c);

/* NULL when it is not known. */
const struct provider *explain_value_provider(const struct explain_case *c);

/* The rest needs a report. The row in question, and its fault's evidence. */
const struct row *explain_value_row(const struct explain_case *c);
struct span explain_value_evidence(const struct explain_case *c);

/* Did a rung pass, be it with a warning? */
bool explain_value_passed(const struct explain_case *c, enum rung rung);

/* Is the rung in question on the way to the token, not on the way to the mailbox? */
bool explain_value_on_idp(const struct explain_case *c);

/* Is it the request to a managed identity's address? */
bool explain_value_on_identity(const struct explain_case *c);

/* Is the host of that way the provider's own, not one that somebody typed? */
bool explain_value_known_host(const struct explain_case *c);

#endif
