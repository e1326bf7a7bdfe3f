/* url: absolute http and https URLs (RFC 3986), taken apart. */
#ifndef TEXT_URL_H
#define TEXT_URL_H

#include "base/span.h"

/* All spans borrow from the parsed text. */
struct url {
	bool tls;           /* https */
	struct span host;   /* without brackets; a name, an IPv4 or an IPv6 literal */
	uint16_t port;      /* the scheme's default filled in */
	struct span target; /* path and query, at least "/": may be a static "/" */
};

/* False when it is not such a URL: another scheme, user information, an empty host, characters that no
 * host may hold, a port outside 1..65535, blanks or control characters anywhere. A fragment is refused,
 * and so is a query without a path before it (no target to borrow). */
bool url_parse(struct span text, struct url *u) MUST;

/* "host", "host:port", "[v6]:port" as typed on a command line; *port is untouched when none is given.
 * A bare IPv6 literal (more than one colon) is a host without a port. */
bool url_host_port(struct span text, struct span *host, uint16_t *port) MUST;

/* A DNS name by its characters and lengths (letters, digits, - and _, labels of 1 to 63, at most 253). */
bool url_is_name(struct span host);

/* Is this name the domain or below it? In any case of letters. */
bool url_is_below(struct span name, struct span domain);

/* An IPv4 dotted quad or an IPv6 literal (without brackets, without zone). */
bool url_is_address(struct span host);

/* 127.0.0.0/8, ::1, localhost and 169.254.0.0/16, fe80::/10: where clear text is allowed. */
bool url_is_local(struct span host);

#endif
