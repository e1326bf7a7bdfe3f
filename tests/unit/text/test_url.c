/* url: what is a URL, a host, a port, an address, and what may be spoken to in clear text. */
#include "t.h"

#include "text/url.h"

TEST(url_parse_good)
{
	static const struct {
		struct span text;
		bool tls;
		struct span host;
		unsigned port;
		struct span target;
	} row[] = {
		{ SPAN_INIT("https://a"), true, SPAN_INIT("a"), 443, SPAN_INIT("/") },
		{ SPAN_INIT("http://a"), false, SPAN_INIT("a"), 80, SPAN_INIT("/") },
		{ SPAN_INIT("HTTPS://Login.Example/"), true, SPAN_INIT("Login.Example"), 443, SPAN_INIT("/") },
		{ SPAN_INIT("https://login.microsoftonline.com/7c9e6679/oauth2/v2.0/token"), true,
		  SPAN_INIT("login.microsoftonline.com"), 443, SPAN_INIT("/7c9e6679/oauth2/v2.0/token") },
		{ SPAN_INIT("http://127.0.0.1:8080/x?y=z&q=%2F"), false, SPAN_INIT("127.0.0.1"), 8080,
		  SPAN_INIT("/x?y=z&q=%2F") },
		{ SPAN_INIT("https://[::1]"), true, SPAN_INIT("::1"), 443, SPAN_INIT("/") },
		{ SPAN_INIT("https://[2001:db8::2]:65535/"), true, SPAN_INIT("2001:db8::2"), 65535, SPAN_INIT("/") },
		{ SPAN_INIT("http://169.254.169.254:1/m"), false, SPAN_INIT("169.254.169.254"), 1, SPAN_INIT("/m") },
		{ SPAN_INIT("https://a/@:x//?[]"), true, SPAN_INIT("a"), 443, SPAN_INIT("/@:x//?[]") },
		{ SPAN_INIT("https://a_b-c.d:443/"), true, SPAN_INIT("a_b-c.d"), 443, SPAN_INIT("/") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct url u;

		t_at("row %zu", i);
		if (!OK(url_parse(edge_span(row[i].text), &u)))
			continue;
		EQ(u.tls, row[i].tls);
		EQ(u.host, row[i].host);
		EQ(u.port, row[i].port);
		EQ(u.target, row[i].target);
	}
}

TEST(url_parse_bad)
{
	static const struct span bad[] = {
		SPAN_INIT(""),
		SPAN_INIT("a"),
		SPAN_INIT("/"),
		SPAN_INIT("https"),
		SPAN_INIT("https:"),
		SPAN_INIT("https:/a"),
		SPAN_INIT("https:///a"),
		SPAN_INIT("https://"),
		SPAN_INIT("https://:443"),
		SPAN_INIT("ftp://a"),
		SPAN_INIT("httpss://a"),
		SPAN_INIT("//a/"),
		SPAN_INIT(" https://a"),
		SPAN_INIT("https://a "),
		SPAN_INIT("https://a/ b"),
		SPAN_INIT("https://a\n"),
		SPAN_INIT("https://a/\r\nX: y"),
		SPAN_INIT("https://a/\0"),
		SPAN_INIT("https://a\t"),
		SPAN_INIT("https://a/\x7f"),
		SPAN_INIT("https://a/\x1b"),
		SPAN_INIT("https://u@a"),
		SPAN_INIT("https://u:p@a/"),
		SPAN_INIT("https://a:443@b"),
		SPAN_INIT("https://@a"),
		SPAN_INIT("https://a#f"),
		SPAN_INIT("https://a/#"),
		SPAN_INIT("https://a?x=1"),
		SPAN_INIT("https://a\\b"),
		SPAN_INIT("https://a/\\b"),
		SPAN_INIT("https://a/{tenant}/"),
		SPAN_INIT("https://a/<x>"),
		SPAN_INIT("https://a/\"x"),
		SPAN_INIT("https://a/%"),
		SPAN_INIT("https://a/%4"),
		SPAN_INIT("https://a/%zz"),
		SPAN_INIT("https://%61/"),
		SPAN_INIT("https://a:0"),
		SPAN_INIT("https://a:65536"),
		SPAN_INIT("https://a:"),
		SPAN_INIT("https://a:/"),
		SPAN_INIT("https://a:x"),
		SPAN_INIT("https://a:-1"),
		SPAN_INIT("https://a:4 43"),
		SPAN_INIT("https://a:+1"),
		SPAN_INIT("https://a:18446744073709551617"),
		SPAN_INIT("https://a:1:2"),
		SPAN_INIT("https://::1/"),
		SPAN_INIT("https://2001:db8::1:443/"),
		SPAN_INIT("https://[::1"),
		SPAN_INIT("https://[]"),
		SPAN_INIT("https://[::1]x"),
		SPAN_INIT("https://[::1]443"),
		SPAN_INIT("https://[a]"),
		SPAN_INIT("https://[127.0.0.1]/"),
		SPAN_INIT("https://[fe80::1%25eth0]/"),
		SPAN_INIT("https://[[::1]]"),
		SPAN_INIT("https://a..b"),
		SPAN_INIT("https://.a"),
		SPAN_INIT("https://a."),
		SPAN_INIT("https://."),
		SPAN_INIT("https://b\xc3\xbc"
		          "cher.example"),
		SPAN_INIT("https://a,b"),
		SPAN_INIT("https://a*b"),
		SPAN_INIT("https://a/\xc3\xbc"),
		SPAN_INIT("https://a/^"),
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct url u = { .port = 77 };

		t_at("row %zu", i);
		OK(!url_parse(edge_span(bad[i]), &u));
		EQ(u.port, 77);
	}
}

TEST(url_parse_every_prefix)
{
	struct span text = SPAN("https://[2001:db8::2]:443/a?b=%41");

	UPTO(n, text.n)
	{
		struct url u;
		struct span part = edge_span(span_first(text, n));
		bool good = n == 21 || (n >= 23 && n <= 30) || n == 33; /* not behind a colon or a % */

		t_at("prefix %zu", n);
		if (!EQ(url_parse(part, &u), good) || !good)
			continue;
		EQ(u.host, SPAN("2001:db8::2"));
		OK(u.host.p > part.p && u.host.p + u.host.n < part.p + n);
		EQ(u.target.n, n <= 25 ? 1 : n - 25);
	}
}

TEST(url_host_port_rows)
{
	static const struct {
		struct span text;
		bool good;
		struct span host;
		unsigned port;
	} row[] = {
		{ SPAN_INIT("outlook.office365.com"), true, SPAN_INIT("outlook.office365.com"), 77 },
		{ SPAN_INIT("outlook.office365.com:995"), true, SPAN_INIT("outlook.office365.com"), 995 },
		{ SPAN_INIT("localhost:1"), true, SPAN_INIT("localhost"), 1 },
		{ SPAN_INIT("127.0.0.1"), true, SPAN_INIT("127.0.0.1"), 77 },
		{ SPAN_INIT("127.0.0.1:65535"), true, SPAN_INIT("127.0.0.1"), 65535 },
		{ SPAN_INIT("::1"), true, SPAN_INIT("::1"), 77 },
		{ SPAN_INIT("2001:db8::1:995"), true, SPAN_INIT("2001:db8::1:995"), 77 },
		{ SPAN_INIT("[::1]"), true, SPAN_INIT("::1"), 77 },
		{ SPAN_INIT("[::1]:995"), true, SPAN_INIT("::1"), 995 },
		{ SPAN_INIT(""), false, { 0 }, 0 },
		{ SPAN_INIT(":995"), false, { 0 }, 0 },
		{ SPAN_INIT("a:"), false, { 0 }, 0 },
		{ SPAN_INIT("a:0"), false, { 0 }, 0 },
		{ SPAN_INIT("a:65536"), false, { 0 }, 0 },
		{ SPAN_INIT("a:pop3s"), false, { 0 }, 0 },
		{ SPAN_INIT("a:1:2"), false, { 0 }, 0 },
		{ SPAN_INIT("[::1]:"), false, { 0 }, 0 },
		{ SPAN_INIT("[::1"), false, { 0 }, 0 },
		{ SPAN_INIT("[]"), false, { 0 }, 0 },
		{ SPAN_INIT("["), false, { 0 }, 0 },
		{ SPAN_INIT("[a]:1"), false, { 0 }, 0 },
		{ SPAN_INIT("[127.0.0.1]"), false, { 0 }, 0 },
		{ SPAN_INIT("a/b"), false, { 0 }, 0 },
		{ SPAN_INIT("a b"), false, { 0 }, 0 },
		{ SPAN_INIT("me@a"), false, { 0 }, 0 },
		{ SPAN_INIT("https://a"), false, { 0 }, 0 },
		{ SPAN_INIT("a\0"), false, { 0 }, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span host = SPAN("untouched");
		uint16_t port = 77;

		t_at("row %zu", i);
		EQ(url_host_port(edge_span(row[i].text), &host, &port), row[i].good);
		EQ(host, row[i].good ? row[i].host : SPAN("untouched"));
		EQ(port, row[i].good ? row[i].port : 77);
		UPTO(n, row[i].text.n)
		(void)!url_host_port(edge_span(span_first(row[i].text, n)), &host, &port);
	}
}

TEST(url_names)
{
	static const struct {
		struct span s;
		bool good;
	} row[] = {
		{ SPAN_INIT(""), false },         { SPAN_INIT("a"), true },
		{ SPAN_INIT("."), false },        { SPAN_INIT("a."), false },
		{ SPAN_INIT(".a"), false },       { SPAN_INIT("a..b"), false },
		{ SPAN_INIT("a.b-c._d"), true },  { SPAN_INIT("xn--bcher-kva.example"), true },
		{ SPAN_INIT("A.Z.0.9"), true },   { SPAN_INIT("a b"), false },
		{ SPAN_INIT("a:b"), false },      { SPAN_INIT("a/b"), false },
		{ SPAN_INIT("\xc3\xbc"), false }, { SPAN_INIT("a\0"), false },
		{ SPAN_INIT("a*"), false },       { SPAN_INIT("[a]"), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(url_is_name(edge_span(row[i].s)), row[i].good);
	}
}

TEST(url_below)
{
	static const struct {
		struct span name, domain;
		bool below;
	} row[] = {
		{ SPAN_INIT("a.b"), SPAN_INIT("a.b"), true },    { SPAN_INIT("x.a.b"), SPAN_INIT("a.b"), true },
		{ SPAN_INIT("X.A.b"), SPAN_INIT("a.B"), true },  { SPAN_INIT("xa.b"), SPAN_INIT("a.b"), false },
		{ SPAN_INIT("a.b.c"), SPAN_INIT("a.b"), false }, { SPAN_INIT("b"), SPAN_INIT("a.b"), false },
		{ SPAN_INIT(""), SPAN_INIT("a.b"), false },      { SPAN_INIT(".a.b"), SPAN_INIT("a.b"), true },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(url_is_below(edge_span(row[i].name), row[i].domain), row[i].below);
	}
}

TEST(url_name_lengths)
{
	unsigned char label[70], name[260];

	memset(label, 'a', sizeof label);
	UPTO(n, sizeof label)
	EQ(url_is_name((struct span){ edge(label, n), n }), n >= 1 && n <= 63);
	for (size_t i = 0; i < sizeof name; i++)
		name[i] = i % 60 == 59 ? '.' : 'a';
	UPTO(n, sizeof name)
	EQ(url_is_name((struct span){ edge(name, n), n }), n >= 1 && n <= 253 && n % 60 != 0);
}

TEST(url_addresses)
{
	static const struct {
		struct span s;
		bool address, local;
	} row[] = {
		{ SPAN_INIT(""), false, false },
		{ SPAN_INIT("127.0.0.1"), true, true },
		{ SPAN_INIT("127.255.255.255"), true, true },
		{ SPAN_INIT("126.255.255.255"), true, false },
		{ SPAN_INIT("128.0.0.1"), true, false },
		{ SPAN_INIT("169.254.169.254"), true, true },
		{ SPAN_INIT("169.253.1.1"), true, false },
		{ SPAN_INIT("169.255.1.1"), true, false },
		{ SPAN_INIT("10.0.0.1"), true, false },
		{ SPAN_INIT("0.0.0.0"), true, false },
		{ SPAN_INIT("127.1"), false, false },
		{ SPAN_INIT("127.0.0.1.1"), false, false },
		{ SPAN_INIT("127.0.0.01"), false, false },
		{ SPAN_INIT("127.0.0.256"), false, false },
		{ SPAN_INIT("127.0.0."), false, false },
		{ SPAN_INIT("127..0.1"), false, false },
		{ SPAN_INIT("127.0.0.1 "), false, false },
		{ SPAN_INIT("0x7f.0.0.1"), false, false },
		{ SPAN_INIT("2130706433"), false, false },
		{ SPAN_INIT("localhost"), false, true },
		{ SPAN_INIT("LocalHost"), false, true },
		{ SPAN_INIT("localhost."), false, false },
		{ SPAN_INIT("localhost.example"), false, false },
		{ SPAN_INIT("127.0.0.1.example"), false, false },
		{ SPAN_INIT("::"), true, false },
		{ SPAN_INIT("::1"), true, true },
		{ SPAN_INIT("0:0:0:0:0:0:0:1"), true, true },
		{ SPAN_INIT("0000::0001"), true, true },
		{ SPAN_INIT("::2"), true, false },
		{ SPAN_INIT("1::1"), true, false },
		{ SPAN_INIT("fe80::1"), true, true },
		{ SPAN_INIT("FEBF::"), true, true },
		{ SPAN_INIT("fec0::"), true, false },
		{ SPAN_INIT("fe7f::1"), true, false },
		{ SPAN_INIT("::ffff:127.0.0.1"), true, false },
		{ SPAN_INIT("64:ff9b::192.0.2.1"), true, false },
		{ SPAN_INIT("1:2:3:4:5:6:7:8"), true, false },
		{ SPAN_INIT("1:2:3:4:5:6:7::"), true, false },
		{ SPAN_INIT("::2:3:4:5:6:7:8"), true, false },
		{ SPAN_INIT("1:2:3:4:5:6:1.2.3.4"), true, false },
		{ SPAN_INIT("1:2:3:4:5:6:7:8::"), false, false },
		{ SPAN_INIT("1:2:3:4::5:6:7:8"), false, false },
		{ SPAN_INIT("1:2:3:4:5:6:7"), false, false },
		{ SPAN_INIT("1:2:3:4:5:6:7:8:9"), false, false },
		{ SPAN_INIT("1:2:3:4:5:6:7:1.2.3.4"), false, false },
		{ SPAN_INIT(":::"), false, false },
		{ SPAN_INIT("1::2::3"), false, false },
		{ SPAN_INIT("1:"), false, false },
		{ SPAN_INIT(":1"), false, false },
		{ SPAN_INIT("1:::2"), false, false },
		{ SPAN_INIT("::1:"), false, false },
		{ SPAN_INIT("::12345"), false, false },
		{ SPAN_INIT("::g"), false, false },
		{ SPAN_INIT("::1.2.3"), false, false },
		{ SPAN_INIT("::1.2.3.4:5"), false, false },
		{ SPAN_INIT("1.2.3.4::"), false, false },
		{ SPAN_INIT("[::1]"), false, false },
		{ SPAN_INIT("fe80::1%eth0"), false, false },
		{ SPAN_INIT("::1\0"), false, false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(url_is_address(edge_span(row[i].s)), row[i].address);
		EQ(url_is_local(edge_span(row[i].s)), row[i].local);
		UPTO(n, row[i].s.n)
		url_is_local(edge_span(span_first(row[i].s, n)));
	}
}
