#include "net/dns.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>

#include "text/ip.h"

enum {
	FOUND_MAX = 64 /* addresses of one family that are looked at; musl returns at most 48 in all */
};

/* The addresses of each family in the order in which they came, before they are interleaved. */
struct found {
	struct dns_address v4[FOUND_MAX], v6[FOUND_MAX];
	size_t n4, n6;
	bool v6_first;
};

/* ---- addresses as text ------------------------------------------------------------------------- */

bool dns_literal(struct span host, struct dns_address *a)
{
	struct ip ip;

	if (!ip_get(host, &ip))
		return false;
	*a = (struct dns_address){ .family = ip.n == IP_V4 ? DNS_IPV4 : DNS_IPV6 };
	memcpy(a->bytes, ip.p, ip.n);
	return true;
}

static void put_v4(struct buf *out, const unsigned char *p)
{
	buf_say(out, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
}

static unsigned group(const unsigned char *p, size_t i)
{
	return (unsigned)p[2 * i] << 8 | p[2 * i + 1];
}

static void put_group(struct buf *out, unsigned v)
{
	static const unsigned char digit[] = "0123456789abcdef";
	bool begun = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		begun = begun || v >> shift != 0 || shift == 0;
		if (begun)
			buf_byte(out, digit[v >> shift & 15]);
	}
}

/* RFC 5952: the first longest run of two or more zero groups becomes "::". */
static void put_v6(struct buf *out, const unsigned char *p)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	size_t run_at = 8, run_n = 1;

	if (memcmp(p, mapped, sizeof mapped) == 0) {
		buf_z(out, "::ffff:");
		put_v4(out, p + sizeof mapped);
		return;
	}
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;

		while (i + n < 8 && group(p, i + n) == 0)
			n++;
		if (n > run_n) {
			run_at = i;
			run_n = n;
		}
	}
	for (size_t i = 0; i < 8; i++) {
		if (i == run_at) {
			buf_z(out, "::");
			i += run_n - 1;
			continue;
		}
		if (i != 0 && i != run_at + run_n)
			buf_byte(out, ':');
		put_group(out, group(p, i));
	}
}

void dns_put(struct buf *out, const struct dns_address *a)
{
	if (a->family == DNS_IPV4) {
		put_v4(out, a->bytes);
		return;
	}
	put_v6(out, a->bytes);
	if (a->scope != 0)
		buf_say(out, "%%%u", a->scope);
}

/* ---- collecting -------------------------------------------------------------------------------- */

/* Keep an address unless it is known already. */
static void collect(struct found *all, const struct dns_address *a)
{
	struct dns_address *list = a->family == DNS_IPV4 ? all->v4 : all->v6;
	size_t *n = a->family == DNS_IPV4 ? &all->n4 : &all->n6;

	if (*n == FOUND_MAX)
		return;
	for (size_t i = 0; i < *n; i++)
		if (memcmp(list[i].bytes, a->bytes, sizeof a->bytes) == 0 && list[i].scope == a->scope)
			return;
	if (all->n4 + all->n6 == 0)
		all->v6_first = a->family == DNS_IPV6;
	list[(*n)++] = *a;
}

static void interleave(const struct found *all, struct dns_answer *a)
{
	size_t at4 = 0, at6 = 0;
	bool take6 = all->v6_first;

	for (a->n = 0; a->n < DNS_ADDRESSES_MAX && at4 + at6 < all->n4 + all->n6; take6 = !take6) {
		if (take6 && at6 < all->n6)
			a->list[a->n++] = all->v6[at6++];
		else if (!take6 && at4 < all->n4)
			a->list[a->n++] = all->v4[at4++];
	}
	a->left_out = (unsigned)(all->n4 + all->n6 - a->n);
}

/* ---- the user's table -------------------------------------------------------------------------- */

/* One address of an entry, "1.2.3.4", "[::1]" or "::1", perhaps with "@port". */
static bool table_address(struct span text, uint16_t *port, struct dns_address *a)
{
	size_t at;
	uint64_t v;

	if (span_find_byte(text, '@', &at)) {
		if (!span_u64(span_from(text, at + 1), UINT16_MAX, &v) || v == 0)
			return false;
		*port = (uint16_t)v;
		text = span_first(text, at);
	}
	if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
		text = (struct span){ text.p + 1, text.n - 2 };
	return dns_literal(text, a);
}

/* The addresses of an entry. They are tried as one list, so they must agree on the port. */
static bool table_list(struct span list, const struct dns_question *q, struct found *all, uint16_t *port)
{
	bool first = true, more = true;

	while (more) {
		struct dns_address a;
		uint16_t p = q->port;
		size_t comma;

		more = span_find_byte(list, ',', &comma);
		if (!table_address(more ? span_first(list, comma) : list, &p, &a) || (!first && p != *port))
			return false;
		if (more)
			list = span_from(list, comma + 1);
		*port = p;
		first = false;
		collect(all, &a);
	}
	return true;
}

/* "host:port:" of an entry; the host may be an IPv6 address in brackets. *list gets the rest. */
static bool table_key(struct span entry, struct span *host, uint64_t *port, struct span *list)
{
	size_t end;

	if (entry.n != 0 && entry.p[0] == '[' && span_find_byte(entry, ']', &end)) {
		*host = (struct span){ entry.p + 1, end - 1 };
		entry = span_from(entry, end + 1);
		if (span_cut(entry, ':', &entry).n != 0)
			return false;
	} else {
		*host = span_cut(entry, ':', &entry);
	}
	return host->n != 0 && span_u64(span_cut(entry, ':', list), UINT16_MAX, port);
}

/* Look into the table. All of it must be well-formed, the first entry that matches counts. */
static bool table_ask(const struct dns_question *q, struct found *all, struct dns_answer *a, struct fault *f)
{
	struct span rest = span_trim(q->resolve);

	while (rest.n != 0) {
		struct span host, list, entry;
		struct found other = { .n4 = 0 }, *into = &other;
		uint16_t to = 0;
		uint64_t port;
		size_t n = 0;

		while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != '\t')
			n++;
		entry = span_first(rest, n);
		rest = span_trim(span_from(rest, n));
		if (!table_key(entry, &host, &port, &list))
			return fault_set(f, FAULT_SETTING_BAD, 0, entry);
		if (!a->given && port == q->port && (span_eq(host, SPAN("*")) || span_eq_nocase(host, q->host))) {
			a->given = true;
			into = all;
		}
		if (!table_list(list, q, into, &to))
			return fault_set(f, FAULT_SETTING_BAD, 0, entry);
		if (into == all)
			a->port = to;
	}
	return true;
}

bool dns_table(struct span resolve, struct fault *f)
{
	const struct dns_question q = { .resolve = resolve };

	return table_ask(&q, &(struct found){ .n4 = 0 }, &(struct dns_answer){ .port = 0 }, f);
}

/* ---- the resolver ------------------------------------------------------------------------------ */

/* Beside the EAI_ numbers, which are small or negative. */
enum { CUT_SHORT = 1000 };

/* What an error number of getaddrinfo means. */
static const struct meaning {
	int error;
	enum fault_code code;
	const char *text;
} meanings[] = {
	{ EAI_NONAME, FAULT_DNS_NOT_FOUND, "the name does not exist" },
	{ EAI_NODATA, FAULT_DNS_NOT_FOUND, "the name has no address" },
	{ EAI_ADDRFAMILY, FAULT_DNS_FAILED, "the name has no address of this family" },
	{ EAI_AGAIN, FAULT_DNS_FAILED, "no name server gave an answer" },
	{ CUT_SHORT, FAULT_DNS_FAILED, "the answer is too long for UDP, and this resolver does not ask by TCP" },
	{ EAI_FAIL, FAULT_DNS_FAILED, "the name server refused to answer" },
	{ EAI_FAMILY, FAULT_DNS_FAILED, "the address family is not supported" },
	{ EAI_MEMORY, FAULT_DNS_FAILED, "out of memory" },
	{ EAI_SYSTEM, FAULT_DNS_FAILED, "the operating system refused a call of the resolver" },
	{ EAI_BADFLAGS, FAULT_DNS_FAILED, "the resolver was called wrongly" },
	{ EAI_SERVICE, FAULT_DNS_FAILED, "the resolver was called wrongly" },
	{ EAI_SOCKTYPE, FAULT_DNS_FAILED, "the resolver was called wrongly" },
	{ EAI_OVERFLOW, FAULT_DNS_FAILED, "the resolver was called wrongly" },
};

static bool fail(const struct dns_question *q, int eai, struct fault *f)
{
	static const struct meaning other = { 0, FAULT_DNS_FAILED, "unknown resolver error" };
	const struct meaning *m = &other;
	int error = errno;

	for (size_t i = 0; i < COUNT(meanings); i++)
		if (meanings[i].error == eai)
			m = &meanings[i];
	if (eai == EAI_SYSTEM)
		return fault_say(f, m->code, eai, "%.*s: %s, errno %d", SPAN_ARG(q->host), m->text, error);
	return fault_say(f, m->code, eai, "%.*s: %s", SPAN_ARG(q->host), m->text);
}

static void collect_all(const struct addrinfo *list, struct found *all)
{
	for (const struct addrinfo *i = list; i != NULL; i = i->ai_next) {
		struct dns_address a = { .family = DNS_IPV4 };

		if (i->ai_family == AF_INET) {
			struct sockaddr_in v4;

			memcpy(&v4, i->ai_addr, sizeof v4);
			memcpy(a.bytes, &v4.sin_addr, 4);
		} else if (i->ai_family == AF_INET6) {
			struct sockaddr_in6 v6;

			memcpy(&v6, i->ai_addr, sizeof v6);
			a.family = DNS_IPV6;
			memcpy(a.bytes, &v6.sin6_addr, 16);
			a.scope = v6.sin6_scope_id;
		} else {
			continue;
		}
		collect(all, &a);
	}
}

/* musl says EAI_NONAME also of a name without addresses, and before 1.2.4 of an answer that was cut off (TC). The
 * server's own answer tells; where it tells nothing else, or is no answer, the name does not exist. */
static int why_no_name(const char *host)
{
	unsigned char answer[NS_PACKETSZ] = { 0 };
	enum { FLAGS = 2, CODE = 3, TC = 2, RESPONSE = 0x80, RCODE = 15 };

	(void)!res_query(host, ns_c_in, ns_t_a, answer, sizeof answer);
	if ((answer[FLAGS] & RESPONSE) == 0 || (answer[CODE] & RCODE) != 0)
		return EAI_NONAME;
	return (answer[FLAGS] & TC) != 0 ? CUT_SHORT : EAI_NODATA;
}

/* An address with a scope ("fe80::1%eth0") is no name: the resolver only translates it. */
static bool resolver_ask(const struct dns_question *q, struct found *all, bool *given, struct fault *f)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char host[DNS_HOST_MAX + 1];
	size_t at;
	int eai;

	memcpy(host, q->host.p, q->host.n);
	host[q->host.n] = '\0';
	*given = span_find_byte(q->host, '%', &at);
	hints.ai_flags = *given ? AI_NUMERICHOST : 0;
	eai = getaddrinfo(host, NULL, &hints, &list);
	if (eai == EAI_NONAME && !*given)
		eai = why_no_name(host);
	if (eai != 0)
		return fail(q, eai, f);
	collect_all(list, all);
	freeaddrinfo(list);
	return true;
}

bool dns_ask(const struct dns_question *q, struct dns_answer *a, struct fault *f)
{
	struct found all = { .n4 = 0 };
	struct dns_address literal;

	*a = (struct dns_answer){ .port = q->port };
	if (q->host.n == 0 || q->host.n > DNS_HOST_MAX || memchr(q->host.p, '\0', q->host.n) != NULL)
		return fault_set(f, FAULT_SETTING_BAD, 0, q->host);
	if (!table_ask(q, &all, a, f))
		return false;
	if (!a->given && dns_literal(q->host, &literal)) {
		collect(&all, &literal);
		a->given = true;
	}
	if (!a->given && !resolver_ask(q, &all, &a->given, f))
		return false;
	if (q->wanted == DNS_IPV4_ONLY)
		all.n6 = 0;
	if (q->wanted == DNS_IPV6_ONLY)
		all.n4 = 0;
	interleave(&all, a);
	if (a->n == 0 && q->wanted != DNS_ANY)
		return fault_say(f, FAULT_DNS_FAMILY, EAI_NONAME, "%.*s: no IPv%d address", SPAN_ARG(q->host),
		                 q->wanted == DNS_IPV4_ONLY ? 4 : 6);
	if (a->n == 0)
		return fail(q, EAI_NONAME, f);
	return true;
}
