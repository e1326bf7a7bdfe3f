/* explain_pick: chooses the causes of a failed rung, by the evidence of all rungs. */
#ifndef CHECK_EXPLAIN_PICK_H
#define CHECK_EXPLAIN_PICK_H

#include "check/explain_fill.h"

void explain_pick(const struct explain_case *c, struct explain_list *l);

/* Facts about the whole run that several judges need. */
bool explain_pick_passed(const struct explain_case *c, enum rung rung); /* pass or warn */
bool explain_pick_clock_off(const struct explain_case *c);             /* by more than Entra and X.509 forgive */
bool explain_pick_known_host(const struct explain_case *c);            /* the host is the provider's own, not typed */

#endif
