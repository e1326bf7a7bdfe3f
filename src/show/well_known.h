/* well_known: names and ids that belong to the providers themselves and tell nothing about a customer. */
#ifndef SHOW_WELL_KNOWN_H
#define SHOW_WELL_KNOWN_H

#include "base/span.h"

/* A host name or mail domain of Microsoft's or Google's services, or of those whose pages are cited; not what carries a
 * customer's name below them. */
bool well_known_host(struct span name);

/* Does a name end like a host's: in a domain of several letters, or of a country where three parts or more leave no
 * doubt (oauth2.py is a file)? */
bool well_known_ending(struct span name);

/* A part of the path of a token endpoint that all of its provider's customers have: oauth2, v2.0, realms. */
bool well_known_segment(struct span segment);

/* Ids that Microsoft publishes: services, roles, the tenant of personal accounts; and the empty one. */
bool well_known_guid(struct span guid);

/* Loopback, and the address that is none. */
bool well_known_address(struct span text);

#endif
