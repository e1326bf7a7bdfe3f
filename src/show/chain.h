/* chain: a server's certificates for people, one after the other, and where the chain ends: what one looks for in
 * openssl s_client -showcerts. */
#ifndef SHOW_CHAIN_H
#define SHOW_CHAIN_H

#include "conf/settings.h"
#include "net/trust.h"
#include "show/page.h"

/* One certificate, DER; `number` counts from 1, the server's own. */
void chain_put(struct page *p, struct span der, unsigned number, int64_t now);

/* Behind the last one: the anchor that signed it and where that is from, or what is missing. */
void chain_put_end(struct page *p, struct span last, const struct trust *trust, const struct settings *s);

#endif
