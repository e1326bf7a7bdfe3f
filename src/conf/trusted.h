/* trusted: by what name the roots in force are told, so that a report says whom the user lets vouch for a server. */
#ifndef CONF_TRUSTED_H
#define CONF_TRUSTED_H

#include "conf/settings.h"

/* A longer name is left out, and whole: what --share puts in its place stands for the whole name only. */
enum { TRUSTED_NAME_MAX = 90 };

/* "built-in roots", "system roots at /etc/ssl/cert.pem", "the CA file ca.pem", "the directory roots", or several of
 * them; `embedded` says whether the first ones count. */
void trusted_put(struct buf *out, const struct settings *s, bool embedded);

#endif
