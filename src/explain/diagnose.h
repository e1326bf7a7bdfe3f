/* diagnose: chooses the causes of a failed step, by the evidence of all steps. */
#ifndef EXPLAIN_DIAGNOSE_H
#define EXPLAIN_DIAGNOSE_H

#include "explain/knowledge.h"
#include "explain/placeholder.h"

/* There is always one at least. */
void diagnose(const struct explain_case *c, struct knowledge_causes *l);

#endif
