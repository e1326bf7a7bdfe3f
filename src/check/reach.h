/* reach: the three rungs that lead to any server: its addresses, a connection, a TLS session. */
#ifndef CHECK_REACH_H
#define CHECK_REACH_H

#include "check/role.h"
#include "conf/settings.h"
#include "net/dns.h"
#include "net/tcp.h"
#include "net/tls.h"

/* One server. Fill in the first part; `stream` is what the protocol talks over. */
struct reach {
	struct role *role;
	const struct settings *settings;
	const struct trust *trust;
	struct span host;
	uint16_t port;
	bool tls_wanted;
	bool pinned;       /* settings.pin counts for this server */

	struct dns_answer addresses;
	struct tcp tcp;
	struct tls tls;
	struct stream stream;
};

/* For role_climb; self is the struct reach. */
role_climb_fn reach_dns, reach_tcp, reach_tls;

#endif
