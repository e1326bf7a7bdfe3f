/* text/ip: IPv4 and IPv6 literals. */
#include "t.h"

#include "text/ip.h"

TEST(good_rows)
{
	static const struct {
		const char *text;
		struct span bytes;
	} row[] = {
		{ "0.0.0.0", SPAN_INIT("\0\0\0\0") },
		{ "255.255.255.255", SPAN_INIT("\xff\xff\xff\xff") },
		{ "192.0.2.7", SPAN_INIT("\xc0\0\2\7") },
		{ "::", SPAN_INIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
		{ "::1", SPAN_INIT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1") },
		{ "1::", SPAN_INIT("\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
		{ "2001:DB8::a", SPAN_INIT("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\xa") },
		{ "1:2:3:4:5:6:7:8", SPAN_INIT("\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x8") },
		{ "1:2:3:4:5:6:7::", SPAN_INIT("\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\0") },
		{ "::2:3:4:5:6:7:8", SPAN_INIT("\0\0\0\2\0\3\0\4\0\5\0\6\0\7\0\x8") },
		{ "::ffff:192.0.2.7", SPAN_INIT("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\7") },
		{ "1:2:3:4:5:6:192.0.2.7", SPAN_INIT("\0\1\0\2\0\3\0\4\0\5\0\6\xc0\0\2\7") },
		{ "fe80::ffff", SPAN_INIT("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct ip a = { .n = 0 };

		t_at("%s", row[i].text);
		OK(ip_get(edge_span(span_z(row[i].text)), &a));
		EQ(((struct span){ a.p, a.n }), row[i].bytes);
	}
}

TEST(bad_rows)
{
	static const struct span row[] = {
		SPAN_INIT(""),
		SPAN_INIT("."),
		SPAN_INIT("1"),
		SPAN_INIT("1.2.3"),
		SPAN_INIT("1.2.3.4.5"),
		SPAN_INIT("1.2.3.4."),
		SPAN_INIT(".1.2.3.4"),
		SPAN_INIT("1..2.3"),
		SPAN_INIT("256.0.0.1"),
		SPAN_INIT("01.2.3.4"),
		SPAN_INIT("0001.2.3.4"),
		SPAN_INIT("1.2.3.4 "),
		SPAN_INIT("1.2.3.-4"),
		SPAN_INIT("0x1.2.3.4"),
		SPAN_INIT("1.2.3.4\0"),
		SPAN_INIT(":"),
		SPAN_INIT(":::"),
		SPAN_INIT("1:"),
		SPAN_INIT(":1"),
		SPAN_INIT("1::2::3"),
		SPAN_INIT("1:2:3:4:5:6:7"),
		SPAN_INIT("1:2:3:4:5:6:7:8:9"),
		SPAN_INIT("1:2:3:4:5:6:7:8:"),
		SPAN_INIT("1:2:3:4::5:6:7:8"),
		SPAN_INIT("::1:"),
		SPAN_INIT(":1::"),
		SPAN_INIT("12345::"),
		SPAN_INIT("g::"),
		SPAN_INIT("::1%eth0"),
		SPAN_INIT("[::1]"),
		SPAN_INIT("1.2.3.4::"),
		SPAN_INIT("::1.2.3.4:5"),
		SPAN_INIT("::1.2.3"),
		SPAN_INIT("1:2:3:4:5:6:7:1.2.3.4"),
		SPAN_INIT("::2:3:4:5:6:7:8:9"),
		SPAN_INIT("1::1.2.3.4.5"),
		SPAN_INIT("example.com"),
		SPAN_INIT("::\0"),
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct ip a = { .n = 99 };

		t_at("row %lu", (unsigned long)i);
		OK(!ip_get(edge_span(row[i]), &a));
		EQ(a.n, 99u);
	}
}
