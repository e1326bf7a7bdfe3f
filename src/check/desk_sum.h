/* desk_sum: makes one report of what the roles have told. */
#ifndef CHECK_DESK_SUM_H
#define CHECK_DESK_SUM_H

#include "report/report.h"
#include "check/scout.h"

/* Put the keeper's rows and, when it is about the same domain, the scout's into the report of a mailbox; then what
 * only all of them together tell: the clock, whether the tenant matters, whose the token is. */
void desk_sum(struct report *r, const struct report *run, const struct report *scout);

/* The tenant row of a mailbox without a domain that can be looked up: a skip. */
void desk_sum_no_domain(struct row *row);

/* The row of a role that is dispensable and did not come to its end: a skip, whatever happened. */
void desk_sum_lost(struct row *row, enum rung rung, bool late);

/* Of two exit statuses the one that matters more: an earlier rung, and "later" least of all. */
enum ladder_exit desk_sum_graver(enum ladder_exit a, enum ladder_exit b);

#endif
