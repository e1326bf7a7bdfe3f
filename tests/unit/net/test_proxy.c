/* net/proxy, net/tunnel, net/socks: addresses of proxies, whom no_proxy spares, and the conversations of CONNECT, SOCKS 4 and SOCKS 5, at every
 * size of a read and cut at every byte. */
#include "script.h"

#include "net/tunnel.h"

/* ---- addresses ----------------------------------------------------------------------------------- */

TEST(proxy_addresses)
{
	static const struct {
		const char *url;
		enum proxy_kind kind;
		const char *host;
		uint16_t port;
		const char *login;
	} rows[] = {
		{ "http://proxy.example:3128", PROXY_HTTP, "proxy.example", 3128, "" },
		{ "http://proxy.example:3128/", PROXY_HTTP, "proxy.example", 3128, "" },
		{ "proxy.example:3128", PROXY_HTTP, "proxy.example", 3128, "" },
		{ "proxy.example", PROXY_HTTP, "proxy.example", 1080, "" },
		{ "HTTPS://proxy.example", PROXY_HTTPS, "proxy.example", 443, "" },
		{ "socks://192.0.2.1", PROXY_SOCKS5, "192.0.2.1", 1080, "" },
		{ "socks5://192.0.2.1:1081", PROXY_SOCKS5, "192.0.2.1", 1081, "" },
		{ "socks5h://[2001:db8::1]:1081", PROXY_SOCKS5H, "2001:db8::1", 1081, "" },
		{ "socks4://a.example", PROXY_SOCKS4, "a.example", 1080, "" },
		{ "socks4a://a.example", PROXY_SOCKS4A, "a.example", 1080, "" },
		{ "http://user:p%40ss@a.example:1", PROXY_HTTP, "a.example", 1, "user:p%40ss" },
		{ "http://u:p@ss@a.example:1", PROXY_HTTP, "a.example", 1, "u:p@ss" },
		{ "u:p@a.example:1", PROXY_HTTP, "a.example", 1, "u:p" },
		{ "ftp://a.example", PROXY_NONE, "", 0, "" },
		{ "http://", PROXY_NONE, "", 0, "" },
		{ "http://a.example/path", PROXY_NONE, "", 0, "" },
		{ "http://a.example:0", PROXY_NONE, "", 0, "" },
		{ "http://a.example:65536", PROXY_NONE, "", 0, "" },
		{ "http://a b", PROXY_NONE, "", 0, "" },
		{ "http://a\r\nX: y", PROXY_NONE, "", 0, "" },
		{ "", PROXY_NONE, "", 0, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct proxy p;
		struct span login;
		bool good = proxy_parse(edge_span(span_z(rows[i].url)), &p, &login);

		t_at("%s", rows[i].url);
		EQ(good, rows[i].kind != PROXY_NONE);
		if (!good)
			continue;
		EQ(p.kind, rows[i].kind);
		EQ(p.host, span_z(rows[i].host));
		EQ(p.port, rows[i].port);
		EQ(login, span_z(rows[i].login));
	}
}

TEST(proxy_spared)
{
	static const struct {
		const char *list, *host;
		uint16_t port;
		bool skips;
	} rows[] = {
		{ "", "a.example", 443, false },
		{ "*", "a.example", 443, true },
		{ "b.example, *", "a.example", 443, true },
		{ "example", "a.example", 443, true },
		{ "a.example", "a.example", 443, true },
		{ "A.Example.", "a.example", 443, true },
		{ ".example", "a.example", 443, true },
		{ "a.example", "ba.example", 443, false },
		{ "a.example", "b.a.example", 443, true },
		{ "b.a.example", "a.example", 443, false },
		{ "x,a.example y", "a.example", 443, true },
		{ "a.example:995", "a.example", 995, true },
		{ "a.example:995", "a.example", 443, false },
		{ "192.0.2.1", "192.0.2.1", 443, true },
		{ "192.0.2.1", "192.0.2.10", 443, false },
		{ "192.0.2.0/24", "192.0.2.200", 443, true },
		{ "192.0.2.0/24", "192.0.3.1", 443, false },
		{ "192.0.2.128/25", "192.0.2.127", 443, false },
		{ "192.0.2.128/25", "192.0.2.128", 443, true },
		{ "0.0.0.0/0", "203.0.113.9", 443, true },
		{ "192.0.2.0/33", "192.0.2.1", 443, false },
		{ "192.0.2.0/", "192.0.2.0", 443, false },
		{ "192.0.2.0/24", "host.192.0.2.0", 443, false },
		{ "2001:db8::/32", "2001:db8:1::5", 443, true },
		{ "2001:db8::/32", "2001:db9::5", 443, false },
		{ "[2001:db8::1]", "2001:db8::1", 443, true },
		{ "[2001:db8::1]:995", "2001:db8::1", 443, false },
		{ "[2001:db8::1]:995", "2001:db8::1", 995, true },
		{ "2001:db8::1", "2001:db8::1", 443, true },
		{ "outlook.office365.com,login.microsoftonline.com", "outlook.office365.com", 995, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s %s", rows[i].list, rows[i].host);
		EQ(proxy_skips(edge_span(span_z(rows[i].list)), edge_span(span_z(rows[i].host)), rows[i].port),
		   rows[i].skips);
	}
}

/* ---- conversations ------------------------------------------------------------------------------- */

#define HOST "outlook.office365.com"
#define ASKED                                                                                                          \
	{                                                                                                              \
		true, SPAN_INIT("CONNECT " HOST ":995 HTTP/1.1\r\nHost: " HOST ":995\r\n\r\n")                         \
	}
#define SAYS(text)                                                                                                     \
	{                                                                                                              \
		true, SPAN_INIT(text)                                                                                  \
	}

static const struct dns_address address4 = { .family = DNS_IPV4, .bytes = { 192, 0, 2, 1 } };
static const struct dns_address address6 = { .family = DNS_IPV6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };

struct talk {
	enum proxy_kind kind;
	const char *login;
	const struct dns_address *address;
	struct script_line line[5];
	size_t n;
	enum fault_code code; /* NONE: the tunnel is open */
	const char *words;    /* in the evidence */
};

static const struct talk talks[] = {
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 200 Connection established\r\n\r\n+OK") },
	  2,
	  FAULT_NONE,
	  "" },
	{ PROXY_HTTP, "", NULL, { ASKED, PEER_RAW("HTTP/1.0 200 OK\nVia: x\n\n+OK") }, 2, FAULT_NONE, "" },
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n+OK") },
	  2,
	  FAULT_NONE,
	  "" },
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n+OK") },
	  2,
	  FAULT_NONE,
	  "" },
	{ PROXY_HTTP,
	  "user:p@ss",
	  NULL,
	  { SAYS("CONNECT " HOST ":995 HTTP/1.1\r\nHost: " HOST
	         ":995\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n\r\n"),
	    PEER_RAW("HTTP/1.1 200 OK\r\n\r\n+OK") },
	  2,
	  FAULT_NONE,
	  "" },
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
	                    "Proxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n") },
	  2,
	  FAULT_PROXY_AUTH,
	  "it offers Basic, NTLM; no login was sent" },
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n") },
	  2,
	  FAULT_PROXY_AUTH,
	  "Basic is not among them" },
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 403 Forbidden\r\nContent-Length: 49\r\n\r\n"
	                    "<html><title>403 Blocked by policy</title></html>") },
	  2,
	  FAULT_PROXY_REFUSED,
	  "HTTP 403 Blocked by policy" },
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n") },
	  2,
	  FAULT_PROXY_REFUSED,
	  "HTTP 405 Method Not Allowed" },
	{ PROXY_HTTP,
	  "",
	  NULL,
	  { ASKED, PEER_RAW("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n") },
	  2,
	  FAULT_PROXY_UPSTREAM,
	  "HTTP 503 Service Unavailable" },
	{ PROXY_HTTP, "", NULL, { ASKED, PEER("+OK POP3 ready") }, 2, FAULT_PROXY_MALFORMED, "" },
	{ PROXY_HTTP, "", NULL, { ASKED, PEER_RAW("\x15\x03\x01\x00\x02\x02\x46") }, 2, FAULT_PROXY_MALFORMED, "" },
	{ PROXY_HTTP, "", NULL, { ASKED }, 1, FAULT_PROXY_CLOSED, "without an answer" },
	{ PROXY_HTTP, "", NULL, { ASKED, PEER_RAW("HTTP/1.1 20") }, 2, FAULT_PROXY_CLOSED, "inside its answer" },

	{ PROXY_SOCKS5H,
	  "",
	  NULL,
	  { SAYS("\5\1\0"), PEER_RAW("\5\0"), SAYS("\5\1\0\3\25" HOST "\3\343"),
	    PEER_RAW("\5\0\0\1\300\0\2\1\3\343+OK") },
	  4,
	  FAULT_NONE,
	  "" },
	{ PROXY_SOCKS5,
	  "",
	  &address6,
	  { SAYS("\5\1\0"), PEER_RAW("\5\0"), SAYS("\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\3\343"),
	    PEER_RAW("\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0+OK") },
	  4,
	  FAULT_NONE,
	  "" },
	{ PROXY_SOCKS5H,
	  "user:p:ss",
	  NULL,
	  { SAYS("\5\2\0\2"), PEER_RAW("\5\2"), SAYS("\1\4user\4p:ss"), PEER_RAW("\1\1") },
	  4,
	  FAULT_PROXY_AUTH,
	  "refused user and password" },
	{ PROXY_SOCKS5H, "", NULL, { SAYS("\5\1\0"), PEER_RAW("\5\377") }, 2, FAULT_PROXY_AUTH, "wants a user" },
	{ PROXY_SOCKS5H,
	  "",
	  NULL,
	  { SAYS("\5\1\0"), PEER_RAW("\5\0"), SAYS("\5\1\0\3\25" HOST "\3\343"), PEER_RAW("\5\2\0\1\0\0\0\0\0\0") },
	  4,
	  FAULT_PROXY_REFUSED,
	  "SOCKS reply 2: connection not allowed by ruleset" },
	{ PROXY_SOCKS5H,
	  "",
	  NULL,
	  { SAYS("\5\1\0"), PEER_RAW("\5\0"), SAYS("\5\1\0\3\25" HOST "\3\343"), PEER_RAW("\5\4\0\1\0\0\0\0\0\0") },
	  4,
	  FAULT_PROXY_UPSTREAM,
	  "host unreachable" },
	{ PROXY_SOCKS5H,
	  "",
	  NULL,
	  { SAYS("\5\1\0"), PEER("HTTP/1.1 400 Bad Request") },
	  2,
	  FAULT_PROXY_MALFORMED,
	  "answers in HTTP" },
	{ PROXY_SOCKS5H, "", NULL, { SAYS("\5\1\0") }, 1, FAULT_PROXY_CLOSED, "closed" },

	{ PROXY_SOCKS4A,
	  "me",
	  NULL,
	  { SAYS("\4\1\3\343\0\0\0\1me\0" HOST "\0"), PEER_RAW("\0\132\0\0\0\0\0\0+OK") },
	  2,
	  FAULT_NONE,
	  "" },
	{ PROXY_SOCKS4,
	  "",
	  &address4,
	  { SAYS("\4\1\3\343\300\0\2\1\0"), PEER_RAW("\0\132\0\0\0\0\0\0+OK") },
	  2,
	  FAULT_NONE,
	  "" },
	{ PROXY_SOCKS4,
	  "",
	  &address4,
	  { SAYS("\4\1\3\343\300\0\2\1\0"), PEER_RAW("\0\133\0\0\0\0\0\0") },
	  2,
	  FAULT_PROXY_REFUSED,
	  "rejected" },
	{ PROXY_SOCKS4, "", &address6, { PEER("") }, 0, FAULT_PROXY_REFUSED, "IPv4 only" },
};

static bool ask(struct script *s, const struct talk *talk, struct proxy_answer *a, struct fault *f)
{
	struct proxy_question q = { .kind = talk->kind,
		                    .host = SPAN(HOST),
		                    .port = 995,
		                    .address = talk->address,
		                    .login = span_z(talk->login) };

	return tunnel_open(&s->stream, &q, &s->trace, a, f);
}

TEST(proxy_talks)
{
	static struct script s;

	for (size_t i = 0; i < COUNT(talks); i++) {
		for (size_t slice = 1; slice <= 64; slice *= 4) {
			struct fault f = { .code = FAULT_NONE };
			struct proxy_answer a;
			unsigned char rest[8];
			size_t n, at;
			bool good;

			t_at("talk %zu, reads of %zu", i, slice);
			script_start(&s, talks[i].line, talks[i].n);
			s.slice = slice;
			good = ask(&s, &talks[i], &a, &f);
			EQ(f.code, talks[i].code);
			EQ(good, talks[i].code == FAULT_NONE);
			OK(span_find(fault_evidence(&f), span_z(talks[i].words), &at));
			/* What follows the answer is the server's. */
			if (good) {
				OK(proxy_read(&s.stream, rest, 3, &f));
				EQ(((struct span){ rest, 3 }), SPAN("+OK"));
			}
			OK(s.wrong.n == 0);
			OK(!span_find((struct span){ (unsigned char *)s.text, s.traced }, SPAN("dXNlcjpw"), &at));
			OK(!span_find((struct span){ (unsigned char *)s.text, s.traced }, SPAN("p@ss"), &at));
			(void)n;
		}
	}
}

/* A connection that breaks at any read is a fault, and never an open tunnel. */
TEST(proxy_breaks)
{
	static struct script s;

	for (size_t i = 0; i < COUNT(talks); i++) {
		for (unsigned at = 1; at < 60; at++) {
			struct fault f = { .code = FAULT_NONE };
			struct proxy_answer a;

			t_at("talk %zu, read %u", i, at);
			script_start(&s, talks[i].line, talks[i].n);
			s.slice = 1;
			s.fail_read = at;
			if (ask(&s, &talks[i], &a, &f))
				OK(talks[i].code == FAULT_NONE && s.reads < at);
			else
				OK(f.code != FAULT_NONE);
		}
	}
}
