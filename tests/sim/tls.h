/* tls: the TLS 1.2 server beneath a wire, on BearSSL. */
#ifndef SIM_TLS_H
#define SIM_TLS_H

#include <sys/types.h>

#include "wire.h"

/* The handshake; NULL when it did not come to its end, *why says how. The session is never freed: the process
 * of a connection ends with it. */
struct tls *tls_start(struct wire *w, const struct tls_plan *plan, const char **why);

/* As recv(2): the bytes read, 0 or -1 at the end. */
ssize_t tls_get(struct tls *t, struct wire *w, char *p, size_t cap);
bool tls_put(struct tls *t, struct wire *w, const char *p, size_t n);

/* True when a record of data has come. */
bool tls_pending(struct tls *t, struct wire *w);

/* Send close_notify. */
void tls_goodbye(struct tls *t, struct wire *w);

#endif
