/* net/detour: what connect_to leads to, and what is not such a table. */
#include "t.h"

#include "net/detour.h"

TEST(detour_matches)
{
	static const struct {
		const char *table, *host;
		uint16_t port;
		const char *to;
		uint16_t to_port;
		bool taken;
	} rows[] = {
		{ "", "a.test", 995, "a.test", 995, false },
		{ "a.test:995:b.test:1995", "a.test", 995, "b.test", 1995, true },
		{ "a.test:995:b.test:1995", "A.Test", 995, "b.test", 1995, true },
		{ "a.test:995:b.test:1995", "a.test", 443, "a.test", 443, false },
		{ "a.test:995:b.test:1995", "c.test", 995, "c.test", 995, false },
		{ ":995:b.test:1995", "c.test", 995, "b.test", 1995, true },
		{ "a.test::b.test:1995", "a.test", 7, "b.test", 1995, true },
		{ "::b.test:", "c.test", 7, "b.test", 7, true },
		{ ":::8", "c.test", 7, "c.test", 8, true },
		{ ":::", "c.test", 7, "c.test", 7, true },
		{ "[2001:db8::1]:995:[::1]:1995", "2001:db8::1", 995, "::1", 1995, true },
		{ "[::1]:995:b.test:1995", "::2", 995, "::2", 995, false },
		{ "192.0.2.1:995:192.0.2.2:", "192.0.2.1", 995, "192.0.2.2", 995, true },
		{ "a.test:1:b.test:2  a.test:3:c.test:4\ta.test:3:d.test:5 ", "a.test", 3, "c.test", 4, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span host = span_z(rows[i].host);
		uint16_t port = rows[i].port;

		OK(detour_table(edge_span(span_z(rows[i].table))));
		EQ(detour_take(span_z(rows[i].table), &host, &port), rows[i].taken);
		OK(span_eq(host, span_z(rows[i].to)));
		EQ(port, rows[i].to_port);
	}
}

TEST(detour_malformed)
{
	static const char *const rows[] = {
		"a",         "a:1",       "a:1:b",      "a:1:b:2:3",  "a:1:b:0",   "a:1:b:65536",
		"a:x:b:2",   "a b:1:c:2", "[::1:1:b:2", "[::1]1:b:2", "[a]:1:b:2", "::1:1:b:2",
		"a:1:b:2 c", "a;b:1:c:2", "[]:1:b:2",   "a:1:[::1]",  "a:1::[",    "a:1:[::1]:2:",
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		OK(!detour_table(edge_span(span_z(rows[i]))));
}
