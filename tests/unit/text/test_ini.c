/* conf: lines, quotes and comments; keys that are the same or nearly; durations. */
#include "t.h"

#include "text/ini.h"

static const struct {
	struct span line;
	enum ini_line kind;
	struct span key, value;
} line[] = {
	{ SPAN_INIT(""), INI_EMPTY, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("\r"), INI_EMPTY, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT(" \t "), INI_EMPTY, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("# text"), INI_EMPTY, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("  #key = value"), INI_EMPTY, SPAN_INIT(""), SPAN_INIT("") },

	{ SPAN_INIT("[work]"), INI_SECTION, SPAN_INIT("work"), SPAN_INIT("") },
	{ SPAN_INIT(" [ my mail ] \r"), INI_SECTION, SPAN_INIT("my mail"), SPAN_INIT("") },
	{ SPAN_INIT("[a] # text"), INI_SECTION, SPAN_INIT("a"), SPAN_INIT("") },
	{ SPAN_INIT("[a]# text"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("[a] b"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("[]"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("[ ]"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("[a"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("[[a]]"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("["), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },

	{ SPAN_INIT("k=v"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("v") },
	{ SPAN_INIT("  Tenant-ID \t=  contoso.com \r"), INI_SETTING, SPAN_INIT("Tenant-ID"), SPAN_INIT("contoso.com") },
	{ SPAN_INIT("k ="), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("") },
	{ SPAN_INIT("k = a = b"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("a = b") },
	{ SPAN_INIT("k = a b"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("a b") },
	{ SPAN_INIT("k = v # text"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("v") },
	{ SPAN_INIT("k = v\t#text"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("v") },
	{ SPAN_INIT("k = a#b"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("a#b") },
	{ SPAN_INIT("k = a#b #c"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("a#b") },
	{ SPAN_INIT("k=#b"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("#b") },
	{ SPAN_INIT("k= #b"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("") },
	{ SPAN_INIT("k = # \"b\""), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("") },
	{ SPAN_INIT("k = J\xc3\xbcrgen"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("J\xc3\xbcrgen") },
	{ SPAN_INIT("k = [v6]:1"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("[v6]:1") },

	{ SPAN_INIT("k = \"\""), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("") },
	{ SPAN_INIT("k = \" a # b \""), INI_SETTING, SPAN_INIT("k"), SPAN_INIT(" a # b ") },
	{ SPAN_INIT("k=\"v\" # text"), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("v") },
	{ SPAN_INIT("k=\"a\\\"b\\\\\""), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("a\\\"b\\\\") },
	{ SPAN_INIT("k=\"v\"#text"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k=\"v\" w"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k=\"v"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k=\""), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k=\"v\\\""), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k=\"v\\"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k = a\"b\""), INI_SETTING, SPAN_INIT("k"), SPAN_INIT("a\"b\"") },

	{ SPAN_INIT("word"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("key value"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("key: value"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("= v"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("two words = v"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k # = v"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("\xef\xbb\xbfk = v"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k\0 = v"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k = v\0"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k = v\x1b[0m"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("k = a\rb"), INI_BAD, SPAN_INIT(""), SPAN_INIT("") },
};

TEST(ini_line_rows)
{
	for (size_t i = 0; i < COUNT(line); i++) {
		struct span key = SPAN(""), value = SPAN("");

		t_at("row %zu", i);
		EQ(ini_line(edge_span(line[i].line), &key, &value), line[i].kind);
		EQ(key, line[i].key);
		EQ(value, line[i].value);
	}
}

TEST(ini_line_every_prefix)
{
	for (size_t i = 0; i < COUNT(line); i++) {
		UPTO(n, line[i].line.n)
		{
			struct span part = edge_span(span_first(line[i].line, n)), key, value;
			enum ini_line kind;

			t_at("row %zu, prefix %zu", i, n);
			key = value = (struct span){ part.p, 0 };
			kind = ini_line(part, &key, &value);
			OK(kind == INI_SETTING || value.n == 0);
			OK(kind == INI_SETTING || kind == INI_SECTION ? key.n != 0 : key.n == 0);
			OK(key.p >= part.p && key.p + key.n <= part.p + n);
			OK(value.p >= part.p && value.p + value.n <= part.p + n);
		}
	}
}

TEST(ini_duration_rows)
{
	static const struct {
		struct span s;
		int64_t ms;
	} row[] = {
		{ SPAN_INIT("0"), 0 },
		{ SPAN_INIT("90"), 90000 },
		{ SPAN_INIT("90s"), 90000 },
		{ SPAN_INIT("500ms"), 500 },
		{ SPAN_INIT("2m"), 120000 },
		{ SPAN_INIT("1h"), 3600000 },
		{ SPAN_INIT("24h"), 86400000 },
		{ SPAN_INIT("1440m"), 86400000 },
		{ SPAN_INIT("86400"), 86400000 },
		{ SPAN_INIT("86400000ms"), 86400000 },
		{ SPAN_INIT("86400001ms"), -1 },
		{ SPAN_INIT("86401"), -1 },
		{ SPAN_INIT("1441m"), -1 },
		{ SPAN_INIT("25h"), -1 },
		{ SPAN_INIT("18446744073709551616"), -1 },
		{ SPAN_INIT("18446744073709552"), -1 },
		{ SPAN_INIT(""), -1 },
		{ SPAN_INIT("s"), -1 },
		{ SPAN_INIT("ms"), -1 },
		{ SPAN_INIT("-1"), -1 },
		{ SPAN_INIT("1.5s"), -1 },
		{ SPAN_INIT("1 s"), -1 },
		{ SPAN_INIT(" 1"), -1 },
		{ SPAN_INIT("1S"), -1 },
		{ SPAN_INIT("1d"), -1 },
		{ SPAN_INIT("1hs"), -1 },
		{ SPAN_INIT("1sm"), -1 },
		{ SPAN_INIT("forever"), -1 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		int64_t ms = -1;

		t_at("row %zu", i);
		EQ(ini_duration(edge_span(row[i].s), &ms), row[i].ms >= 0);
		EQ(ms, row[i].ms);
	}
}
