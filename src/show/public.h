/* public: names and ids that belong to the providers themselves and tell nothing about a customer.
 */
#ifndef SHOW_PUBLIC_H
#define SHOW_PUBLIC_H

#include "base/span.h"

/* `name` is the domain or lies below it. */
bool public_below(struct span name, struct span domain);

/* A host name or mail domain of Microsoft's or Google's services; not what carries a customer's
 * name below them. */
bool public_host(struct span name);

/* Ids that Microsoft publishes: services, roles, the tenant of personal accounts; and the empty
 * one. */
bool public_guid(struct span guid);

/* Loopback, and the address that is none. */
bool public_address(struct span text);

#endif
