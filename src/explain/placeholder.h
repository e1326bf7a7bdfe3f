/* placeholder: what a run knows of itself, by the names that placeholders use. */
#ifndef EXPLAIN_PLACEHOLDER_H
#define EXPLAIN_PLACEHOLDER_H

#include "explain/evidence.h"
#include "explain/explanation.h"
#include "explain/reading.h"
#include "report/report.h"

/* What is being explained. r == NULL: nothing but a code or a line, there are no values. */
struct explain_case {
	const struct report *r;
	enum step step;        /* the step in question */
	struct explanation *e; /* whose scratch receives the texts */
	struct evidence known;
	const struct reading *read; /* where there is no report: what a pasted text says; may be NULL */
};

/* Append the value of a placeholder: a special of placeholder.c, a fact by its id, or a setting by its key (secrets
 * never). False, with out possibly longer, when there is none. */
bool placeholder(const struct explain_case *c, struct span name, struct buf *out) MUST;

/* " -c FILE --profile NAME", the settings that flags gave, and the mailbox where it is not the settings' own: what a
 * printed `o2pop check` needs to repeat this run. */
bool placeholder_run(const struct explain_case *c, struct buf *out);

/* A fact's text or number: of the step in question, else of any step. The value of a setting. Empty, or false, without
 * a report. */
struct span placeholder_fact(const struct explain_case *c, enum fact key);
bool placeholder_number(const struct explain_case *c, enum fact key, int64_t *value) MUST;
struct span placeholder_setting(const struct explain_case *c, enum setting key);

/* Does s hold z, in any case of letters? */
bool placeholder_has(struct span s, const char *z);

/* The rest needs a report. The row in question, and its fault's evidence. */
const struct row *placeholder_row(const struct explain_case *c);
struct span placeholder_evidence(const struct explain_case *c);

/* Did this run request the token? What another one claims of itself is not verified. */
bool placeholder_requested(const struct explain_case *c);

/* Did a step pass, be it with a warning? */
bool placeholder_passed(const struct explain_case *c, enum step step);

/* Is the step in question on the way to the token, not on the way to the mailbox? */
bool placeholder_on_idp(const struct explain_case *c);

/* Is it the request to a managed identity's address? */
bool placeholder_on_identity(const struct explain_case *c);

/* The proxy that the settings or the shell name, for this side or another: its address; empty for none. */
struct span placeholder_proxy(const struct explain_case *c);

/* Is the host of that way the provider's own, not one that somebody typed? */
bool placeholder_known_host(const struct explain_case *c);

#endif
