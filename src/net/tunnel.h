/* tunnel: a way out through a proxy: HTTP CONNECT (RFC 9110 section 9.3.6), or SOCKS (net/socks.h). The proxy is told
 * where to, and its own user and password, nothing else: what follows in the tunnel is TLS. */
#ifndef NET_TUNNEL_H
#define NET_TUNNEL_H

#include "net/proxy.h"

/* Ask for the tunnel, over a connection to the proxy. On success the next byte of the stream is the server's; no byte
 * of it was taken. *a is filled as far as it came. */
bool tunnel_open(struct stream *s, const struct proxy_question *q, const struct trace *t, struct proxy_answer *a,
                 struct fault *f) MUST;

#endif
