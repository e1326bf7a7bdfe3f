/* scope: the scope, and whether it, the authority and the mail server are of the same cloud. */
#ifndef PREFLIGHT_SCOPE_H
#define PREFLIGHT_SCOPE_H

#include "preflight/findings.h"

/* What the grant asks Entra for. Client credentials: one resource and "/.default" (facts 1.2: 1002012, 70011). A
 * person's sign-in: permissions of one resource by name, and offline_access (facts 3, 6); "/.default" is taken, too. */
bool scope_check(struct findings *l) MUST;

/* Authority, token URL, scope and mail server belong together. */
bool scope_places(struct findings *l) MUST;

#endif
