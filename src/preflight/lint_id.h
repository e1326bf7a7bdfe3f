/* lint_id: the five ids of a registration, and which of them stands in the place of which. */
#ifndef PREFLIGHT_LINT_ID_H
#define PREFLIGHT_LINT_ID_H

#include "preflight/lint.h"

/* Does the tenant stand for any: common, organizations, consumers? */
bool lint_id_any_tenant(struct span tenant);

/* client_id and tenant_id have the shape of what they are; those that take no part in the login are only warned
 * about. */
bool lint_id_shapes(struct lint *l) MUST;

/* No two settings hold the same id. */
bool lint_id_mixed(struct lint *l) MUST;

/* The setting, of those that hold ids, with this value; false when there is none. */
bool lint_id_find(const struct settings *s, struct span value, enum setting *key);

#endif
