/* proxy: what proxies there are, what they are asked and answer, and whom no_proxy spares. net/tunnel.h asks them. */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "base/trace.h"
#include "net/dns.h"
#include "net/stream.h"

enum {
	PROXY_PORT = 1080,      /* where the URL names none, as curl has it */
	PROXY_PORT_HTTPS = 443, /* for https:// */
	PROXY_LOGIN_MAX = 512,  /* bytes of "user:password" */
	PROXY_WORDS_MAX = 160
};

enum proxy_kind {
	PROXY_NONE,
	PROXY_HTTP,
	PROXY_HTTPS, /* TLS to the proxy, TLS again inside */
	PROXY_SOCKS4,
	PROXY_SOCKS4A,
	PROXY_SOCKS5,
	PROXY_SOCKS5H
};

/* Borrows from the text that it was read from. */
struct proxy {
	enum proxy_kind kind;
	struct span host; /* without brackets */
	uint16_t port;
};

/* "http://proxy.example:3128", "socks5h://[2001:db8::1]", "proxy.example:3128" (http). *login is what stands before an
 * @: "user:password", still percent-encoded. False for anything else. */
bool proxy_parse(struct span url, struct proxy *p, struct span *login) MUST;

/* "http", "socks5h". Static. */
const char *proxy_scheme(enum proxy_kind kind);

/* Does the proxy look the name up? If not, we do. */
bool proxy_resolves(enum proxy_kind kind);

/* Is this host among those that are reached directly? `list` is that of NO_PROXY, separated by commas or spaces: "*"
 * is every host; "example.com" and ".example.com" are it and all below it; an address or a CIDR block is for hosts
 * given as addresses; each may end in ":port", IPv6 then stands in brackets. */
bool proxy_skips(struct span list, struct span host, uint16_t port);

struct proxy_question {
	enum proxy_kind kind;
	struct span host; /* where to */
	uint16_t port;
	const struct dns_address *address; /* of the host; NULL where the proxy looks it up */
	struct span login;                 /* "user:password" as it is; empty: none. Wiped from no buffer but ours */
};

/* What it said. Texts are printable and end with a NUL. */
struct proxy_answer {
	int64_t code;                /* HTTP status, or SOCKS reply; 0 before there is one */
	char words[PROXY_WORDS_MAX]; /* its reason, the title of its page, or the reply's name */
	char schemes[80];            /* of 407: "Basic, NTLM" */
	char server[80];             /* what it says that it is */
};

/* Read exactly n bytes. */
bool proxy_read(struct stream *s, unsigned char *p, size_t n, struct fault *f) MUST;

#endif
