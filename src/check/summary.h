/* summary: makes one report of what the workers have found. */
#ifndef CHECK_SUMMARY_H
#define CHECK_SUMMARY_H

#include "report/report.h"
#include "check/tenant_worker.h"

/* Put the token worker's rows and, when it is about the same domain, the tenant worker's into the report of a
 * mailbox; then what only all of them together tell: the clock, whether the tenant matters, whose the token is. */
void summary(struct report *r, const struct report *run, const struct report *tenant_worker);

/* The tenant row of a mailbox without a domain that can be looked up: a skip. */
void summary_no_domain(struct row *row);

/* The row of a worker that is dispensable and did not come to its end: a skip, whatever happened. */
void summary_lost(struct row *row, enum step step, bool late);

/* Of two exit statuses the one that matters more: an earlier step, and "later" least of all. */
enum exit_status summary_graver(enum exit_status a, enum exit_status b);

#endif
