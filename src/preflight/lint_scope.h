/* lint_scope: the scope, and whether it, the authority and the mail server are of the same cloud. */
#ifndef PREFLIGHT_LINT_SCOPE_H
#define PREFLIGHT_LINT_SCOPE_H

#include "preflight/lint.h"

/* What the grant asks Entra for. Client credentials: one resource and "/.default" (facts 1.2: 1002012, 70011). A
 * person's sign-in: permissions of one resource by name, and offline_access (facts 3, 6); "/.default" is taken, too. */
bool lint_scope_check(struct lint *l) MUST;

/* Authority, token URL, scope and mail server belong together. */
bool lint_scope_places(struct lint *l) MUST;

#endif
