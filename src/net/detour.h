/* detour: the user's own table of servers to connect to instead of others, as curl's --connect-to has it. */
#ifndef NET_DETOUR_H
#define NET_DETOUR_H

#include "base/span.h"

/* Entries "HOST1:PORT1:HOST2:PORT2" separated by spaces: who is to be reached at HOST1 and PORT1 is looked up and
 * connected to (or asked of a proxy) as HOST2 and PORT2. An empty HOST1 or PORT1 is any, an empty HOST2 or PORT2 leaves
 * what it was; IPv6 literals stand in brackets. The first entry that matches counts. Certificate and SNI stay those of
 * HOST1. */

struct detour {
	struct detour_end {
		struct span host; /* empty: any, or as it was; without brackets */
		uint16_t port;    /* 0: the same */
	} from, to;
};

/* The next entry, and what is left of the table; *good is false where it is malformed. False at the end. */
bool detour_next(struct span *table, struct detour *d, bool *good);

/* Is this table well-formed? */
bool detour_table(struct span table) MUST;

/* Replace *host and *port if the (well-formed) table leads elsewhere; *host may then borrow from the table. */
bool detour_take(struct span table, struct span *host, uint16_t *port);

#endif
