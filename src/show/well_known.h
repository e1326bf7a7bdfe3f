/* well_known: names and ids that belong to the providers themselves and tell nothing about a customer. */
#ifndef SHOW_WELL_KNOWN_H
#define SHOW_WELL_KNOWN_H

#include "base/span.h"

/* A host name or mail domain of Microsoft's or Google's services; not what carries a customer's name below them. */
bool well_known_host(struct span name);

/* Ids that Microsoft publishes: services, roles, the tenant of personal accounts; and the empty one. */
bool well_known_guid(struct span guid);

/* Loopback, and the address that is none. */
bool well_known_address(struct span text);

#endif
