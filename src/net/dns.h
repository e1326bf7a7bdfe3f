/* dns: a host name into addresses; the one call that may block without a deadline of its own. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "base/buf.h"
#include "base/fault.h"

enum {
	DNS_HOST_MAX = 253,
	DNS_ADDRESSES_MAX = 16, /* outlook.office365.com answers with 8 to 16; more are not needed to connect */
	DNS_TEXT_MAX = 50       /* an address as text: 39 of IPv6, '%' and a scope number */
};

enum dns_family { DNS_IPV4, DNS_IPV6 };

/* Which addresses are wanted. */
enum dns_wanted { DNS_ANY, DNS_IPV4_ONLY, DNS_IPV6_ONLY };

struct dns_address {
	enum dns_family family;
	unsigned char bytes[16];
	uint32_t scope; /* of a link-local IPv6 address */
};

/* In the order in which they are to be tried: families interleaved, the resolver's first family first. */
struct dns_answer {
	struct dns_address list[DNS_ADDRESSES_MAX];
	unsigned n;
	unsigned left_out; /* addresses beyond DNS_ADDRESSES_MAX */
	bool given;        /* from an address literal or from `resolve`, nobody was asked */
	uint16_t port;     /* where to connect: the question's port unless `resolve` names another */
};

/* `resolve` is the user's own table, entries "host:port:address[,address]..." separated by spaces, as curl has it ("*"
 * as host matches every host; IPv6 in brackets or bare; the first entry that matches counts), or empty. An address may
 * end in "@port": the connection then goes to that port (the end of an ssh tunnel) while name and port stay what they
 * are for TLS and reports; the addresses of an entry must agree on it. All of the table must be well-formed
 * (FAULT_SETTING_BAD with the entry), whatever is asked. An address literal as host needs no resolver. Works without
 * /etc (musl then asks 127.0.0.1). getaddrinfo may hang: the supervisor kills the process at the deadline. */
struct dns_question {
	struct span host;
	uint16_t port;
	struct span resolve;
	enum dns_wanted wanted; /* addresses of the other family are left out, wherever they come from */
};
bool dns_ask(const struct dns_question *q, struct dns_answer *a, struct fault *f) MUST;

/* Is this table well-formed? */
bool dns_table(struct span resolve, struct fault *f) MUST;

/* Is this an IPv4 or IPv6 address (without brackets, without a scope)? *a is untouched on false. */
bool dns_literal(struct span host, struct dns_address *a) MUST;

void dns_put(struct buf *out, const struct dns_address *a);

#endif
