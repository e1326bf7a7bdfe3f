/* explain_pick: chooses the causes of a failed rung, by the evidence of all rungs. */
#ifndef EXPLAIN_EXPLAIN_PICK_H
#define EXPLAIN_EXPLAIN_PICK_H

#include "explain/explain_know.h"
#include "explain/explain_value.h"

/* There is always one at least. */
void explain_pick(const struct explain_case *c, struct explain_list *l);

#endif
