/* explain_not: what the evidence rules out. */
#ifndef EXPLAIN_EXPLAIN_NOT_H
#define EXPLAIN_EXPLAIN_NOT_H

#include "explain/explain_fill.h"

/* Fill e->not_cause, most surprising first: what people would suspect next and need not. */
void explain_not(const struct explain_case *c);

#endif
