/* compat: what was measured of a mail server, and whom it will not take; for people and for programs. */
#ifndef SHOW_COMPAT_H
#define SHOW_COMPAT_H

#include "explain/client.h"
#include "show/page.h"
#include "text/json_write.h"

void compat_put(struct page *p, const struct compat *c);

/* One object of schema "o2pop.compat/1" on a line of its own. */
void compat_put_json(struct json_write *w, const struct compat *c);

#endif
