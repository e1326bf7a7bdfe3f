/* socks: a tunnel through a SOCKS proxy: version 5 (RFC 1928) with user and password (RFC 1929) or without, versions 4
 * and 4a as OpenSSH and curl have them. The part of tunnel_open for these kinds, with its promises. */
#ifndef NET_SOCKS_H
#define NET_SOCKS_H

#include "net/proxy.h"

bool socks_tunnel(struct stream *s, const struct proxy_question *q, const struct trace *t, struct proxy_answer *a,
                  struct fault *f) MUST;

#endif
