/* net/dns: literals, the resolve table, and what becomes of a resolver's answer. The resolver is ours. */
#include "t.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>

#include "net/dns.h"

/* ---- the resolver that answers ---------------------------------------------------------------- */

enum { ANSWERS_MAX = 80 };

static struct {
	const char *text[ANSWERS_MAX]; /* addresses to answer with, in order */
	size_t n;
	int error, error_errno;
	unsigned asked, freed;
	char host[300];
	int family, flags;
} resolver;

static struct addrinfo entries[ANSWERS_MAX];
static struct sockaddr_in6 addresses[ANSWERS_MAX]; /* large enough for both */

int getaddrinfo(const char *restrict host, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict list)
{
	resolver.asked++;
	resolver.family = hints->ai_family;
	resolver.flags = hints->ai_flags;
	snprintf(resolver.host, sizeof resolver.host, "%s", host);
	OK(service == NULL);
	if (resolver.error != 0) {
		errno = resolver.error_errno;
		return resolver.error;
	}
	for (size_t i = 0; i < resolver.n; i++) {
		struct dns_address a;

		entries[i] = (struct addrinfo){ .ai_addr = (struct sockaddr *)&addresses[i] };
		entries[i].ai_next = i + 1 < resolver.n ? &entries[i + 1] : NULL;
		if (!dns_literal(span_z(resolver.text[i]), &a)) {
			entries[i].ai_family = AF_UNIX;
		} else if (a.family == DNS_IPV4) {
			struct sockaddr_in v4 = { .sin_family = AF_INET };

			memcpy(&v4.sin_addr, a.bytes, 4);
			memcpy(&addresses[i], &v4, sizeof v4);
			entries[i].ai_family = AF_INET;
		} else {
			addresses[i] = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
			addresses[i].sin6_scope_id = a.bytes[0] == 0xfe ? 7 : 0;
			memcpy(&addresses[i].sin6_addr, a.bytes, 16);
			entries[i].ai_family = AF_INET6;
		}
	}
	*list = entries;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	OK(list == entries);
	resolver.freed++;
}

static void answer(const char *text)
{
	static char copy[4000];

	memset(&resolver, 0, sizeof resolver);
	snprintf(copy, sizeof copy, "%s", text);
	for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
		resolver.text[resolver.n++] = word;
}

static const char *shown(const struct dns_answer *a)
{
	static unsigned char text[2000];
	struct buf b = BUF(text);

	for (unsigned i = 0; i < a->n; i++) {
		if (i != 0)
			buf_byte(&b, ' ');
		dns_put(&b, &a->list[i]);
	}
	buf_byte(&b, '\0');
	OK(buf_ok(&b));
	return (const char *)text;
}

static bool ask(const char *host, const char *resolve, struct dns_answer *a, struct fault *f)
{
	struct dns_question q = { .port = 995 };

	*f = (struct fault){ .code = FAULT_NONE };
	q.host = edge_span(span_z(host));
	q.resolve = edge_span(span_z(resolve));
	return dns_ask(&q, a, f);
}

/* ---- text -------------------------------------------------------------------------------------- */

TEST(addresses_as_text)
{
	static const char *const row[] = {
		"0.0.0.0",
		"192.0.2.255",
		"::",
		"::1",
		"1::",
		"2001:db8::1",
		"2001:db8:0:1:1:1:1:1",
		"1:0:0:2::3",
		"1::2:0:0:3:4",
		"1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:0",
		"0:2:3:4:5:6:7:8",
		"abcd:ef01:2345:6789:abcd:ef01:2345:6789",
		"::ffff:192.0.2.1",
		"::fffe:c000:201",
		"a0b:c00d::",
	};
	char text[DNS_TEXT_MAX];

	for (size_t i = 0; i < COUNT(row); i++) {
		struct buf b = BUF(text);
		struct dns_address a;

		t_at("%s", row[i]);
		OK(dns_literal(edge_span(span_z(row[i])), &a));
		dns_put(&b, &a);
		EQ(buf_span(&b), span_z(row[i]));
	}
}

TEST(the_longest_address_fits)
{
	struct dns_address a = { .family = DNS_IPV6, .scope = UINT32_MAX };
	char text[DNS_TEXT_MAX];
	struct buf b = BUF(text);

	memset(a.bytes, 0xff, sizeof a.bytes);
	dns_put(&b, &a);
	OK(buf_ok(&b));
	EQ(buf_span(&b), SPAN("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295"));
}

TEST(only_addresses_are_literals)
{
	static const char *const row[] = { "", "localhost", "1.2.3", "127.1", "0x7f.0.0.1", "[::1]", "::1%lo", "::1 " };
	struct dns_address a = { .scope = 5 };

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("%s", row[i]);
		OK(!dns_literal(edge_span(span_z(row[i])), &a));
		EQ(a.scope, 5u);
	}
}

/* ---- the resolver's answer --------------------------------------------------------------------- */

TEST(families_are_interleaved_in_the_order_of_the_resolver)
{
	static const struct {
		const char *in, *out;
		unsigned left_out;
	} row[] = {
		{ "192.0.2.1", "192.0.2.1", 0 },
		{ "192.0.2.1 192.0.2.2 2001:db8::1", "192.0.2.1 2001:db8::1 192.0.2.2", 0 },
		{ "2001:db8::1 2001:db8::2 2001:db8::3 192.0.2.1", "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3", 0 },
		{ "192.0.2.1 192.0.2.1 2001:db8::1 192.0.2.2 2001:db8::1", "192.0.2.1 2001:db8::1 192.0.2.2", 0 },
		{ "unix 192.0.2.1", "192.0.2.1", 0 },
		{ "::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9 ::a ::b ::c ::d ::e ::f ::10 1.1.1.1 2.2.2.2",
		  "::1 1.1.1.1 ::2 2.2.2.2 ::3 ::4 ::5 ::6 ::7 ::8 ::9 ::a ::b ::c ::d ::e", 2 },
		{ "fe80::1 10.0.0.1", "fe80::1%7 10.0.0.1", 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct dns_answer a;
		struct fault f;

		t_at("%s", row[i].in);
		answer(row[i].in);
		if (!OK(ask("mail.test", "", &a, &f)))
			continue;
		EQ(shown(&a), row[i].out);
		EQ(a.left_out, row[i].left_out);
		OK(!a.given);
		EQ(a.port, 995);
		EQ(resolver.asked, 1);
		EQ(resolver.freed, 1);
		EQ(resolver.family, AF_UNSPEC);
		EQ((const char *)resolver.host, "mail.test");
	}
}

TEST(more_addresses_than_are_looked_at)
{
	struct dns_answer a;
	struct fault f;
	char text[2000] = "";

	for (int i = 0; i < 70; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "10.0.0.%d ", i);
	answer(text);
	OK(ask("mail.test", "", &a, &f));
	EQ(a.n, DNS_ADDRESSES_MAX);
	EQ(a.left_out, 64 - DNS_ADDRESSES_MAX);
}

TEST(errors_of_the_resolver)
{
	static const struct {
		int error;
		enum fault_code code;
		const char *evidence;
	} row[] = {
		{ EAI_NONAME, FAULT_DNS_NOT_FOUND, "no.test: the name does not exist" },
		{ EAI_NODATA, FAULT_DNS_NOT_FOUND, "no.test: the name has no address" },
		{ EAI_AGAIN, FAULT_DNS_FAILED, "no.test: no name server gave an answer" },
		{ EAI_FAIL, FAULT_DNS_FAILED, "no.test: the name server refused to answer" },
		{ EAI_MEMORY, FAULT_DNS_FAILED, "no.test: out of memory" },
		{ EAI_ADDRFAMILY, FAULT_DNS_FAILED, "no.test: the name has no address of this family" },
		{ EAI_FAMILY, FAULT_DNS_FAILED, "no.test: the address family is not supported" },
		{ EAI_BADFLAGS, FAULT_DNS_FAILED, "no.test: the resolver was called wrongly" },
		{ EAI_SERVICE, FAULT_DNS_FAILED, "no.test: the resolver was called wrongly" },
		{ EAI_SOCKTYPE, FAULT_DNS_FAILED, "no.test: the resolver was called wrongly" },
		{ EAI_OVERFLOW, FAULT_DNS_FAILED, "no.test: the resolver was called wrongly" },
		{ 12345, FAULT_DNS_FAILED, "no.test: unknown resolver error" },
		{ EAI_SYSTEM, FAULT_DNS_FAILED,
		  "no.test: the operating system refused a call of the resolver, errno 5" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct dns_answer a;
		struct fault f;

		answer("");
		resolver.error = row[i].error;
		resolver.error_errno = 5;
		OK(!ask("no.test", "", &a, &f));
		EQ(f.code, row[i].code);
		EQ(f.num, row[i].error);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
		EQ(resolver.freed, 0);
	}
	answer("unix");
	{
		struct dns_answer a;
		struct fault f;

		OK(!ask("odd.test", "", &a, &f));
		EQ(f.code, FAULT_DNS_NOT_FOUND);
		EQ(resolver.freed, 1);
	}
}

TEST(hosts_that_are_none)
{
	static const struct span row[] = { SPAN_INIT(""), SPAN_INIT("a\0b"), SPAN_INIT("\0") };
	char longest[DNS_HOST_MAX + 1];
	struct dns_answer a;

	memset(longest, 'a', sizeof longest);
	for (size_t i = 0; i <= COUNT(row); i++) {
		struct span host = i < COUNT(row) ? row[i] : (struct span){ (unsigned char *)longest, sizeof longest };
		struct dns_question q = { .host = edge_span(host), .port = 1 };
		struct fault f = { .code = FAULT_NONE };

		answer("192.0.2.1");
		OK(!dns_ask(&q, &a, &f));
		EQ(f.code, FAULT_SETTING_BAD);
		EQ(resolver.asked, 0);
	}
	answer("192.0.2.1");
	longest[DNS_HOST_MAX] = '\0';
	{
		struct fault f;

		OK(ask(longest, "", &a, &f));
		EQ((const char *)resolver.host, (const char *)longest);
	}
}

TEST(literals_need_no_resolver)
{
	struct dns_answer a;
	struct fault f;

	answer("");
	OK(ask("192.0.2.9", "", &a, &f));
	EQ(shown(&a), "192.0.2.9");
	OK(a.given);
	OK(ask("2001:db8::9", "", &a, &f));
	EQ(shown(&a), "2001:db8::9");
	EQ(resolver.asked, 0);
	answer("fe80::1");
	OK(ask("fe80::1%eth0", "", &a, &f));
	EQ(resolver.flags, AI_NUMERICHOST);
	EQ(shown(&a), "fe80::1%7");
	OK(a.given);
}

/* ---- the table --------------------------------------------------------------------------------- */

TEST(table_rows)
{
	static const struct {
		const char *host, *resolve, *out;
		uint16_t port;
	} row[] = {
		{ "mail.test", "mail.test:995:127.0.0.1", "127.0.0.1", 995 },
		{ "MAIL.test", "mail.TEST:995:127.0.0.1", "127.0.0.1", 995 },
		{ "mail.test", "  other.test:995:127.0.0.9\tmail.test:995:127.0.0.1  ", "127.0.0.1", 995 },
		{ "mail.test", "mail.test:443:127.0.0.9 mail.test:995:127.0.0.1 mail.test:995:127.0.0.2", "127.0.0.1",
		  995 },
		{ "mail.test", "*:995:127.0.0.1,[::1],127.0.0.2", "127.0.0.1 ::1 127.0.0.2", 995 },
		{ "mail.test", "mail.test:995:::1", "::1", 995 },
		{ "mail.test", "mail.test:995:[::1]@10995", "::1", 10995 },
		{ "mail.test", "mail.test:995:127.0.0.1@10995,[::1]@10995", "127.0.0.1 ::1", 10995 },
		{ "mail.test", "mail.test:995:127.0.0.1@995,127.0.0.2", "127.0.0.1 127.0.0.2", 995 },
		{ "2001:db8::1", "[2001:db8::1]:995:127.0.0.1", "127.0.0.1", 995 },
		{ "192.0.2.1", "192.0.2.1:995:127.0.0.1", "127.0.0.1", 995 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct dns_answer a;
		struct fault f;

		t_at("%s", row[i].resolve);
		answer("");
		if (!OK(ask(row[i].host, row[i].resolve, &a, &f)))
			continue;
		EQ(shown(&a), row[i].out);
		EQ(a.port, row[i].port);
		OK(a.given);
		EQ(resolver.asked, 0);
	}
}

TEST(a_table_that_does_not_match_asks_the_resolver)
{
	static const char *const row[] = {
		"", " \t ", "other.test:995:127.0.0.1", "mail.test:443:127.0.0.1", "*:1:127.0.0.1", "mail.tes:995:::1",
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct dns_answer a;
		struct fault f;

		t_at("%s", row[i]);
		answer("192.0.2.1");
		OK(ask("mail.test", row[i], &a, &f));
		EQ(shown(&a), "192.0.2.1");
		OK(!a.given);
		EQ(resolver.asked, 1);
	}
}

TEST(broken_tables)
{
	static const char *const row[] = {
		"x",
		":",
		"::",
		"x:995",
		"x:995:",
		":995:127.0.0.1",
		"x:99999:127.0.0.1",
		"x::127.0.0.1",
		"x:99a:127.0.0.1",
		"x:995:localhost",
		"x:995:127.0.0.1,",
		"x:995:,127.0.0.1",
		"x:995:127.0.0.1@",
		"x:995:127.0.0.1@0",
		"x:995:127.0.0.1@65536",
		"x:995:[::1",
		"x:995:::1]",
		"[::1:995:127.0.0.1",
		"[::1]x:995:127.0.0.1",
		"[]:995:127.0.0.1",
		"[::1]",
		"[",
		"x:995:[]",
		"x:995:127.0.0.1@1,127.0.0.2",
		"x:995:127.0.0.1,127.0.0.2@1",
		"x:995:127.0.0.1@1,127.0.0.2@2",
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char resolve[200];
		struct dns_answer a;
		struct fault f;

		t_at("%s", row[i]);
		snprintf(resolve, sizeof resolve, "mail.test:995:127.0.0.1 %s", row[i]);
		answer("");
		OK(!ask("mail.test", resolve, &a, &f));
		EQ(f.code, FAULT_SETTING_BAD);
		EQ(fault_evidence(&f), span_z(row[i]));
	}
}
