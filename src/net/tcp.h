/* tcp: a connection to the first of several addresses that answers. */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "base/clock.h"
#include "net/dns.h"
#include "net/stream.h"

enum { TCP_STAGGER_MS = 250 }; /* the next address is tried when one is this slow (RFC 8305) */

/* How each address fared, in the order of dns_answer: -1 not tried, 0 connected, else the errno (EINPROGRESS when
 * another one won first, ETIMEDOUT also when the deadline cut it off). */
struct tcp_attempts {
	int result[DNS_ADDRESSES_MAX];
	int ms[DNS_ADDRESSES_MAX];
	unsigned n;
};

struct tcp {
	int fd;                   /* -1 when closed */
	struct deadline deadline; /* of every read and write */
	struct dns_address peer;
	bool got_bytes;    /* something was ever received */
	uint64_t received; /* bytes since the last write, for evidence */
	bool reset;
};

/* Try all addresses, interleaved and staggered, until one answers or the deadline passes. TCP_NODELAY is on.
 * On failure the fault is that of the most telling attempt: refused, reset, host unreachable, timeout, and last no
 * route of our own (a family that this machine does not have hides no other failure). Its evidence names every
 * address with its own outcome, num is the errno. `attempts` is filled in any case. */
bool tcp_connect(struct tcp *t, const struct dns_answer *to, uint16_t port, struct deadline deadline,
                 struct tcp_attempts *attempts, struct fault *f) MUST;

/* The connection as a stream. Reads give what is there; a FIN is a clean end. */
struct stream tcp_stream(struct tcp *t);

/* The static name of an errno that connections meet ("ECONNREFUSED"), or "errno". */
const char *tcp_errno_name(int64_t num);

#endif
