#include "net/proxy.h"

#include "text/ip.h"
#include "text/url.h"

/* ---- what the user wrote ------------------------------------------------------------------------ */

static const struct {
	const char *scheme;
	bool resolves;
} kinds[] = {
	[PROXY_NONE] = { "direct", false },    [PROXY_HTTP] = { "http", true },
	[PROXY_HTTPS] = { "https", true },     [PROXY_SOCKS4] = { "socks4", false },
	[PROXY_SOCKS4A] = { "socks4a", true }, [PROXY_SOCKS5] = { "socks5", false },
	[PROXY_SOCKS5H] = { "socks5h", true },
};

const char *proxy_scheme(enum proxy_kind kind)
{
	return kinds[kind].scheme;
}

bool proxy_resolves(enum proxy_kind kind)
{
	return kinds[kind].resolves;
}

/* What stands before "://"; http where nothing does. */
static bool take_scheme(struct span *url, enum proxy_kind *kind)
{
	size_t at;

	*kind = PROXY_HTTP;
	if (!span_find(*url, SPAN("://"), &at))
		return true;
	for (int i = PROXY_HTTP; i <= PROXY_SOCKS5H; i++) {
		if (!span_eq_nocase(span_first(*url, at), span_z(kinds[i].scheme)))
			continue;
		*kind = (enum proxy_kind)i;
		*url = span_from(*url, at + 3);
		return true;
	}
	if (!span_eq_nocase(span_first(*url, at), SPAN("socks")))
		return false;
	*kind = PROXY_SOCKS5; /* as curl */
	*url = span_from(*url, at + 3);
	return true;
}

bool proxy_parse(struct span url, struct proxy *p, struct span *login)
{
	size_t at, last = 0;
	bool found = false;

	*p = (struct proxy){ .kind = PROXY_NONE };
	*login = SPAN_NONE;
	if (!take_scheme(&url, &p->kind))
		return false;
	for (size_t i = 0; i < url.n; i++) {
		found = found || url.p[i] == '@';
		last = url.p[i] == '@' ? i : last;
	}
	if (found) {
		*login = span_first(url, last);
		url = span_from(url, last + 1);
	}
	if (span_find_byte(url, '/', &at)) {
		if (at + 1 != url.n)
			return false;
		url.n = at;
	}
	p->port = p->kind == PROXY_HTTPS ? PROXY_PORT_HTTPS : PROXY_PORT;
	return url_host_port(url, &p->host, &p->port) && (url_is_name(p->host) || url_is_address(p->host)) &&
	       login->n <= PROXY_LOGIN_MAX;
}

/* The first `bits` bits are the same. */
static bool same_network(const struct ip *a, const struct ip *b, uint64_t bits)
{
	if (a->n != b->n || bits > 8 * a->n)
		return false;
	for (size_t i = 0; i < a->n; i++, bits -= bits < 8 ? bits : 8) {
		unsigned mask = bits >= 8 ? 0xff : 0xff00u >> bits & 0xff;

		if (((a->p[i] ^ b->p[i]) & mask) != 0)
			return false;
	}
	return true;
}

/* "192.0.2.0/24", "2001:db8::/32", an address alone. */
static bool covers(struct span block, const struct ip *host)
{
	struct span length, address = span_cut(block, '/', &length);
	uint64_t bits;
	struct ip a;

	if (!ip_get(address, &a))
		return false;
	bits = 8 * a.n;
	return (address.n == block.n || span_u64(length, bits, &bits)) && same_network(&a, host, bits);
}

static bool is_below(struct span host, struct span name)
{
	while (span_starts(name, SPAN(".")))
		name = span_from(name, 1);
	if (span_ends(name, SPAN(".")))
		name.n--;
	return name.n != 0 && url_is_below(host, name);
}

/* One entry of NO_PROXY. */
static bool entry_skips(struct span entry, struct span host, uint16_t port)
{
	uint16_t only = port;
	struct span name = entry, rest;
	struct ip address;
	size_t at;

	if (span_eq(entry, SPAN("*")))
		return true;
	if (span_starts(entry, SPAN("[")) ||
	    (span_find_byte(entry, ':', &at) && !ip_get(span_cut(entry, '/', &rest), &address)))
		if (!url_host_port(entry, &name, &only))
			return false;
	if (only != port)
		return false;
	return ip_get(host, &address) ? covers(name, &address) : is_below(host, name);
}

bool proxy_skips(struct span list, struct span host, uint16_t port)
{
	if (span_ends(host, SPAN(".")))
		host.n--;
	while (list.n != 0) {
		size_t n = 0;

		while (n < list.n && list.p[n] != ',' && !span_is_space(list.p[n]))
			n++;
		if (n != 0 && entry_skips(span_first(list, n), host, port))
			return true;
		list = span_from(list, n + 1);
	}
	return false;
}

/* ---- what all proxies need ----------------------------------------------------------------------- */

bool proxy_read(struct stream *s, unsigned char *p, size_t n, struct fault *f)
{
	while (n != 0) {
		size_t got;

		if (!stream_read(s, p, n, &got, f))
			return false;
		if (got == 0)
			return fault_set(f, FAULT_PROXY_CLOSED, 0, SPAN("the proxy closed the connection"));
		p += got;
		n -= got;
	}
	return true;
}
