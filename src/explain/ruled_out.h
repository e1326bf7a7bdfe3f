/* ruled_out: what the evidence rules out. */
#ifndef EXPLAIN_RULED_OUT_H
#define EXPLAIN_RULED_OUT_H

#include "explain/wording.h"

/* Fill e->not_cause, most surprising first: what people would suspect next and need not. */
void ruled_out(const struct explain_case *c);

#endif
