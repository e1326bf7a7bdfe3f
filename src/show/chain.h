/* chain: a server's certificates for people, one after the other, and where the chain ends: what one looks for in
 * openssl s_client -showcerts. */
#ifndef SHOW_CHAIN_H
#define SHOW_CHAIN_H

#include "net/trust.h"
#include "show/page.h"

/* One certificate, DER; `number` counts from 1, the server's own. */
void chain_put(struct page *p, struct span der, unsigned number, int64_t now);

/* Behind the last one: the anchor that signed it, or what is missing. */
void chain_put_end(struct page *p, struct span last, const struct trust *trust);

#endif
