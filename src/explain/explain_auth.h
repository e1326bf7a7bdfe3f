/* explain_auth: why a mail server refuses a login, by elimination, and what to paste into PowerShell. */
#ifndef EXPLAIN_EXPLAIN_AUTH_H
#define EXPLAIN_EXPLAIN_AUTH_H

#include "explain/explain_fill.h"

/* The causes of a refused login (FAULT_AUTH_REFUSED and its kin). */
void explain_auth(const struct explain_case *c, struct explain_list *l);

/* The block for Exchange Online PowerShell that would mend it; empty when it would not help. */
struct span explain_auth_script(const struct explain_case *c);

#endif
