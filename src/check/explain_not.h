/* explain_not: what the evidence rules out. */
#ifndef CHECK_EXPLAIN_NOT_H
#define CHECK_EXPLAIN_NOT_H

#include "check/explain_fill.h"

/* Fill e->not_cause, most surprising first: what people would suspect next and need not. */
void explain_not(const struct explain_case *c);

#endif
