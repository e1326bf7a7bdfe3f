/* tls_engine: BearSSL's client with its validator and buffers, set up by our rules. */
#ifndef NET_TLS_ENGINE_H
#define NET_TLS_ENGINE_H

#include <bearssl.h>

#include "net/tls_watch.h"

/* It points into itself: it must stay where it was set up. */
struct tls_engine {
	br_ssl_client_context client;
	struct tls_watch watch;
	unsigned char record[BR_SSL_BUFSIZE_MONO];
	br_x509_trust_anchor anchor[TRUST_ANCHORS_MAX];
};

/* Make it ready to send its first message. `name` is sent as server name and compared with the certificate's; with
 * NULL (the host is an address) neither is done. The anchors' bytes and the chain outlive the engine.
 * FAULT_NO_RANDOM when the kernel gives no seed. */
bool tls_engine_start(struct tls_engine *e, struct tls_chain *chain, const struct tls_case *c, const char *name,
                      struct fault *f) MUST;

/* The verdict on a chain that was kept, at c->now: the engine's code, BR_ERR_X509_OK for an accepted path, and *at as
 * in struct tls_case. For a session that is over; e was started for it. */
int tls_engine_judge(struct tls_engine *e, const struct tls_case *c, const char *name, unsigned *at);

/* The cipher suite in force as OpenSSL calls it; static. */
const char *tls_engine_suite(const struct tls_engine *e);

#endif
