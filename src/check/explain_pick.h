/* explain_pick: chooses the causes of a failed rung, by the evidence of all rungs. */
#ifndef CHECK_EXPLAIN_PICK_H
#define CHECK_EXPLAIN_PICK_H

#include "check/explain_know.h"
#include "check/explain_value.h"

/* There is always one at least. */
void explain_pick(const struct explain_case *c, struct explain_list *l);

#endif
