#include "text/url.h"

#include <string.h>

#include "text/ip.h"

enum {
	NAME_MAX_BYTES = 253, /* RFC 1035 section 2.3.4, as text */
	LABEL_MAX_BYTES = 63
};

static bool name_byte(unsigned char c)
{
	return span_alnum_or(c, "-_");
}

bool url_is_name(struct span host)
{
	size_t label = 0;

	if (host.n > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		if (host.p[i] == '.' && label != 0)
			label = 0;
		else if (!name_byte(host.p[i]) || ++label > LABEL_MAX_BYTES)
			return false;
	}
	return label != 0;
}

bool url_is_below(struct span name, struct span domain)
{
	return span_ends_nocase(name, domain) && (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

bool url_is_address(struct span host)
{
	struct ip ip;

	return ip_get(host, &ip);
}

static bool is_v6(struct span host)
{
	struct ip ip;

	return ip_get(host, &ip) && ip.n == IP_V6;
}

bool url_is_local(struct span host)
{
	static const unsigned char loopback[IP_V6] = { [IP_V6 - 1] = 1 };
	struct ip ip;

	if (!ip_get(host, &ip))
		return span_eq_nocase(host, SPAN("localhost"));
	if (ip.n == IP_V4)
		return ip.p[0] == 127 || (ip.p[0] == 169 && ip.p[1] == 254);
	return memcmp(ip.p, loopback, sizeof loopback) == 0 || (ip.p[0] == 0xfe && (ip.p[1] & 0xc0) == 0x80);
}

bool url_host_port(struct span text, struct span *host, uint16_t *port)
{
	struct span name, rest;
	uint64_t number = 0;
	size_t end;
	bool literal = false;

	if (span_starts(text, SPAN("["))) {
		if (!span_find_byte(text, ']', &end))
			return false;
		name = span_from(span_first(text, end), 1);
		rest = span_from(text, end + 1);
		literal = true;
	} else if (is_v6(text)) {
		*host = text;
		return true;
	} else {
		name = span_first(text, span_find_byte(text, ':', &end) ? end : text.n);
		rest = span_from(text, name.n);
	}
	if (literal ? !is_v6(name) : !url_is_name(name))
		return false;
	if (rest.n != 0 && (rest.p[0] != ':' || !span_u64(span_from(rest, 1), UINT16_MAX, &number) || number == 0))
		return false;
	*host = name;
	if (rest.n != 0)
		*port = (uint16_t)number;
	return true;
}

/* The characters of RFC 3986 without #, and each % with its two digits. */
static bool characters_ok(struct span s)
{
	static const struct span marks = SPAN_INIT("-._~:/?[]@!$&'()*+,;=");
	unsigned d;
	size_t at;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			if (s.n - i < 3 || !span_hex_digit(s.p[i + 1], &d) || !span_hex_digit(s.p[i + 2], &d))
				return false;
		} else if (!name_byte(s.p[i]) && !span_find_byte(marks, s.p[i], &at)) {
			return false;
		}
	}
	return true;
}

bool url_parse(struct span text, struct url *u)
{
	static const struct {
		struct span start;
		bool tls;
		uint16_t port;
	} scheme[] = {
		{ SPAN_INIT("https://"), true, 443 },
		{ SPAN_INIT("http://"), false, 80 },
	};

	for (size_t i = 0; i < COUNT(scheme); i++) {
		struct url got = { .tls = scheme[i].tls, .port = scheme[i].port, .target = SPAN_INIT("/") };
		struct span rest = span_from(text, scheme[i].start.n);
		struct span authority = rest;
		size_t slash;

		if (!span_starts_nocase(text, scheme[i].start))
			continue;
		if (span_find_byte(rest, '/', &slash)) {
			authority = span_first(rest, slash);
			got.target = span_from(rest, slash);
		}
		if (!characters_ok(rest) || !url_host_port(authority, &got.host, &got.port))
			return false;
		/* A bare IPv6 literal is for command lines; in a URL its last group could be a port. */
		if (got.host.p == authority.p && !url_is_name(got.host))
			return false;
		*u = got;
		return true;
	}
	return false;
}
