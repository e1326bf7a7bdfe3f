/* auth_causes: why a mail server refuses a login, by elimination, and what to paste into PowerShell. */
#ifndef EXPLAIN_AUTH_CAUSES_H
#define EXPLAIN_AUTH_CAUSES_H

#include "explain/wording.h"

/* The causes of a refused login (FAULT_AUTH_REFUSED and its kin). */
void auth_causes(const struct explain_case *c, struct knowledge_causes *l);

/* The block for Exchange Online PowerShell that would mend it; empty when it would not help. */
struct span auth_causes_script(const struct explain_case *c);

#endif
