/* connect: the three steps that lead to any server: its addresses, a connection, a TLS session. */
#ifndef CHECK_CONNECT_H
#define CHECK_CONNECT_H

#include "check/worker.h"
#include "conf/settings.h"
#include "net/dns.h"
#include "net/tcp.h"
#include "net/tls.h"

/* One server. Fill in the first part; `stream` is what the protocol talks over. */
struct connection {
	struct worker *worker;
	const struct settings *settings;
	const struct trust *trust;
	struct span host;
	uint16_t port;
	bool tls_wanted;
	bool pinned; /* settings.pin counts for this server */

	struct dns_answer addresses;
	struct tcp tcp;
	struct stream stream;
	struct tls tls;
};

/* For worker_step; self is the struct connection. */
worker_step_fn connect_dns, connect_tcp, connect_tls;

#endif
