/* ids: the five ids of a registration, and which of them stands instead of which. */
#ifndef PREFLIGHT_IDS_H
#define PREFLIGHT_IDS_H

#include "preflight/findings.h"

/* Is it the ID of a tenant, or a domain that a tenant may have? A secret in the wrong place is neither. */
bool ids_tenant(struct span tenant);

/* Does the tenant stand for any: common, organizations, consumers? */
bool ids_any_tenant(struct span tenant);

/* client_id and tenant_id have the shape of what they are; those that take no part in the login are only warned
 * about. */
bool ids_shapes(struct findings *l) MUST;

/* No two settings hold the same id. */
bool ids_mixed(struct findings *l) MUST;

/* The setting, of those that hold ids, with this value; false when there is none. */
bool ids_find(const struct settings *s, struct span value, enum setting *key);

#endif
