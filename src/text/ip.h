/* ip: IPv4 and IPv6 literals (RFC 4291 section 2.2) as bytes. */
#ifndef TEXT_IP_H
#define TEXT_IP_H

#include "base/span.h"

enum { IP_V4 = 4, IP_V6 = 16 };

/* In network order; n is IP_V4 or IP_V6. */
struct ip {
	unsigned char p[IP_V6];
	size_t n;
};

/* A dotted quad without leading zeros, or an IPv6 literal without brackets and zone, its last 32
 * bits also as a dotted quad. *a is untouched on false. */
bool ip_get(struct span s, struct ip *a) MUST;

#endif
