/* span: comparing, searching, cutting, numbers, UTF-8. */
#include "t.h"

TEST(span_z_and_literals)
{
	EQ(span_z(""), SPAN(""));
	EQ(span_z("abc"), SPAN("abc"));
	EQ(SPAN("a\0b").n, 3);
}

TEST(span_equal)
{
	static const struct {
		struct span a, b;
		bool same, same_nocase;
	} row[] = {
		{ SPAN_INIT(""), SPAN_INIT(""), true, true },
		{ { NULL, 0 }, SPAN_INIT(""), true, true },
		{ { NULL, 0 }, SPAN_INIT("a"), false, false },
		{ SPAN_INIT("a"), SPAN_INIT("a"), true, true },
		{ SPAN_INIT("a"), SPAN_INIT("A"), false, true },
		{ SPAN_INIT("zZ"), SPAN_INIT("Zz"), false, true },
		{ SPAN_INIT("a"), SPAN_INIT("ab"), false, false },
		{ SPAN_INIT("@"), SPAN_INIT("`"), false, false },
		{ SPAN_INIT("["), SPAN_INIT("{"), false, false },
		{ SPAN_INIT("\xe4"), SPAN_INIT("\xc4"), false, false },
		{ SPAN_INIT("a\0b"), SPAN_INIT("a\0c"), false, false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span a = edge_span(row[i].a), b = edge_span(row[i].b);

		t_at("row %zu", i);
		EQ(span_eq(a, b), row[i].same);
		EQ(span_eq(b, a), row[i].same);
		EQ(span_eq_nocase(a, b), row[i].same_nocase);
		EQ(span_eq_nocase(b, a), row[i].same_nocase);
	}
	OK(span_eq((struct span){ NULL, 0 }, (struct span){ NULL, 0 }));
}

TEST(span_blanks_and_runs)
{
	struct span s = edge_span(SPAN("aZ0-_~b"));

	for (unsigned c = 0; c < 256; c++) {
		EQ(span_is_blank((unsigned char)c), c == ' ' || c == '\t');
		EQ(span_is_space((unsigned char)c), c == ' ' || c == '\t' || c == '\r' || c == '\n');
	}
	EQ(span_run(s, ""), 3u);
	EQ(span_run(s, "_-"), 5u);
	EQ(span_run(s, "~_-"), s.n);
	EQ(span_run(span_from(s, 3), "_"), 0u);
	EQ(span_run((struct span){ NULL, 0 }, "_"), 0u);
}

TEST(span_prefix_and_suffix)
{
	struct span s = edge_span(SPAN("Bearer abc"));

	UPTO(n, s.n)
	{
		OK(span_starts(s, edge_span(span_first(s, n))));
		OK(span_ends(s, edge_span(span_from(s, n))));
		EQ(span_starts(edge_span(span_first(s, n)), s), n == s.n);
		EQ(span_ends(edge_span(span_from(s, n)), s), n == 0);
	}
	OK(!span_starts(s, SPAN("bearer")));
	OK(span_starts_nocase(s, SPAN("bEARER")));
	OK(!span_starts_nocase(s, SPAN("Bearer abcd")));
	OK(!span_ends(s, SPAN("ABC")));
	OK(span_ends_nocase(s, SPAN("R ABC")));
	OK(!span_ends_nocase(s, SPAN("r abd")));
	OK(!span_ends_nocase(edge_span(span_from(s, 7)), s));
	OK(span_starts((struct span){ NULL, 0 }, SPAN("")));
	OK(span_ends((struct span){ NULL, 0 }, SPAN("")));
}

TEST(span_searching)
{
	static const struct {
		struct span s, needle;
		int at, at_nocase;
	} row[] = {
		{ SPAN_INIT(""), SPAN_INIT(""), 0, 0 },
		{ SPAN_INIT(""), SPAN_INIT("a"), -1, -1 },
		{ SPAN_INIT("abc"), SPAN_INIT(""), 0, 0 },
		{ SPAN_INIT("abc"), SPAN_INIT("c"), 2, 2 },
		{ SPAN_INIT("abc"), SPAN_INIT("abcd"), -1, -1 },
		{ SPAN_INIT("aab"), SPAN_INIT("ab"), 1, 1 },
		{ SPAN_INIT("aXab"), SPAN_INIT("xA"), -1, 1 },
		{ SPAN_INIT("abab"), SPAN_INIT("ab"), 0, 0 },
		{ SPAN_INIT("AADSTS7000215"), SPAN_INIT("aadsts"), -1, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span s = edge_span(row[i].s), needle = edge_span(row[i].needle);
		size_t at = 77;

		t_at("row %zu", i);
		EQ(span_find(s, needle, &at), row[i].at >= 0);
		EQ(at, row[i].at >= 0 ? row[i].at : 77);
		at = 77;
		EQ(span_find_nocase(s, needle, &at), row[i].at_nocase >= 0);
		EQ(at, row[i].at_nocase >= 0 ? row[i].at_nocase : 77);
	}
}

TEST(span_find_byte_first)
{
	struct span s = edge_span(SPAN("a,b,c"));
	size_t at = 77;

	OK(span_find_byte(s, ',', &at));
	EQ(at, 1);
	OK(!span_find_byte(s, ';', &at));
	EQ(at, 1);
	OK(span_find_byte(s, 'c', &at));
	EQ(at, 4);
	OK(!span_find_byte(edge_span(SPAN("")), 'a', &at));
	OK(span_find_byte(edge_span(SPAN("\x7f\xff")), 0xff, &at));
	EQ(at, 1);
}

TEST(span_parts_are_clamped)
{
	struct span s = edge_span(SPAN("abcd"));

	EQ(span_from(s, 0), s);
	EQ(span_from(s, 1), SPAN("bcd"));
	EQ(span_from(s, 4), SPAN(""));
	EQ(span_from(s, SIZE_MAX), SPAN(""));
	EQ(span_first(s, 0), SPAN(""));
	EQ(span_first(s, 3), SPAN("abc"));
	EQ(span_first(s, SIZE_MAX), s);
	EQ(span_from((struct span){ NULL, 0 }, 0).n, 0);
	EQ(span_from((struct span){ NULL, 0 }, 5).n, 0);
}

TEST(span_trimming)
{
	static const struct {
		struct span in, out;
	} row[] = {
		{ SPAN_INIT(""), SPAN_INIT("") },
		{ SPAN_INIT("a"), SPAN_INIT("a") },
		{ SPAN_INIT(" \t\r\n"), SPAN_INIT("") },
		{ SPAN_INIT(" a"), SPAN_INIT("a") },
		{ SPAN_INIT("a\r\n"), SPAN_INIT("a") },
		{ SPAN_INIT("\t a b \t"), SPAN_INIT("a b") },
		{ SPAN_INIT("\va\f"), SPAN_INIT("\va\f") },
		{ SPAN_INIT("\0 a\0"), SPAN_INIT("\0 a\0") },
		{ SPAN_INIT("\xa0"
		            "a"),
		  SPAN_INIT("\xa0"
		            "a") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(span_trim(edge_span(row[i].in)), row[i].out);
	}
}

TEST(span_cutting)
{
	struct span s = edge_span(SPAN("a=b=")), rest;

	EQ(span_cut(s, '=', &rest), SPAN("a"));
	EQ(rest, SPAN("b="));
	EQ(span_cut(rest, '=', &rest), SPAN("b"));
	EQ(rest, SPAN(""));
	EQ(span_cut(rest, '=', &rest), SPAN(""));
	EQ(rest, SPAN(""));
	EQ(span_cut(s, '#', &rest), s);
	EQ(rest, SPAN(""));
	EQ(span_cut((struct span){ NULL, 0 }, '=', &rest), SPAN(""));
}

TEST(span_numbers)
{
	static const struct {
		struct span s;
		uint64_t max;
		bool good;
		uint64_t v;
	} row[] = {
		{ SPAN_INIT(""), UINT64_MAX, false, 0 },
		{ SPAN_INIT("0"), 0, true, 0 },
		{ SPAN_INIT("1"), 0, false, 0 },
		{ SPAN_INIT("007"), 7, true, 7 },
		{ SPAN_INIT("995"), 65535, true, 995 },
		{ SPAN_INIT("65535"), 65535, true, 65535 },
		{ SPAN_INIT("65536"), 65535, false, 0 },
		{ SPAN_INIT("18446744073709551615"), UINT64_MAX, true, UINT64_MAX },
		{ SPAN_INIT("18446744073709551616"), UINT64_MAX, false, 0 },
		{ SPAN_INIT("18446744073709551620"), UINT64_MAX, false, 0 },
		{ SPAN_INIT("99999999999999999999"), UINT64_MAX, false, 0 },
		{ SPAN_INIT("184467440737095516150"), UINT64_MAX, false, 0 },
		{ SPAN_INIT("9223372036854775808"), INT64_MAX, false, 0 },
		{ SPAN_INIT("+1"), 9, false, 0 },
		{ SPAN_INIT("-1"), 9, false, 0 },
		{ SPAN_INIT(" 1"), 9, false, 0 },
		{ SPAN_INIT("1 "), 9, false, 0 },
		{ SPAN_INIT("1a"), 99, false, 0 },
		{ SPAN_INIT("/"), 99, false, 0 },
		{ SPAN_INIT(":"), 99, false, 0 },
		{ SPAN_INIT("1\0"), 99, false, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t v = 77;

		t_at("row %zu", i);
		EQ(span_u64(edge_span(row[i].s), row[i].max, &v), row[i].good);
		EQ(v, row[i].good ? row[i].v : 77);
	}
}

TEST(span_hex_digits)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";

	for (unsigned c = 0; c < 256; c++) {
		const char *at = c != 0 ? strchr(digits, (int)c) : NULL;
		unsigned v = 77;

		t_at("byte %u", c);
		EQ(span_hex_digit((unsigned char)c, &v), at != NULL);
		EQ(v, at != NULL ? (at - digits) % 16 : 77);
	}
}

TEST(span_utf8_rows)
{
	static const struct {
		struct span s;
		size_t n;
		uint32_t c;
	} row[] = {
		{ SPAN_INIT(""), 0, 0 },
		{ SPAN_INIT("\0"), 1, 0 },
		{ SPAN_INIT("a\xff"), 1, 'a' },
		{ SPAN_INIT("\x7f"), 1, 0x7f },
		{ SPAN_INIT("\x80"), 0, 0 },
		{ SPAN_INIT("\xbf"), 0, 0 },
		{ SPAN_INIT("\xc0\x80"), 0, 0 },
		{ SPAN_INIT("\xc1\xbf"), 0, 0 },
		{ SPAN_INIT("\xc2\x80"), 2, 0x80 },
		{ SPAN_INIT("\xc3\xa4z"), 2, 0xe4 },
		{ SPAN_INIT("\xc3z"), 0, 0 },
		{ SPAN_INIT("\xc3\xc3"), 0, 0 },
		{ SPAN_INIT("\xdf\xbf"), 2, 0x7ff },
		{ SPAN_INIT("\xe0\x9f\xbf"), 0, 0 },
		{ SPAN_INIT("\xe0\xa0\x80"), 3, 0x800 },
		{ SPAN_INIT("\xe2\x82\xac"), 3, 0x20ac },
		{ SPAN_INIT("\xed\x9f\xbf"), 3, 0xd7ff },
		{ SPAN_INIT("\xed\xa0\x80"), 0, 0 },
		{ SPAN_INIT("\xed\xbf\xbf"), 0, 0 },
		{ SPAN_INIT("\xee\x80\x80"), 3, 0xe000 },
		{ SPAN_INIT("\xef\xbf\xbf"), 3, 0xffff },
		{ SPAN_INIT("\xf0\x8f\xbf\xbf"), 0, 0 },
		{ SPAN_INIT("\xf0\x90\x80\x80"), 4, 0x10000 },
		{ SPAN_INIT("\xf0\x9f\x98\x80"), 4, 0x1f600 },
		{ SPAN_INIT("\xf4\x8f\xbf\xbf"), 4, 0x10ffff },
		{ SPAN_INIT("\xf4\x90\x80\x80"), 0, 0 },
		{ SPAN_INIT("\xf5\x80\x80\x80"), 0, 0 },
		{ SPAN_INIT("\xf8\x88\x80\x80\x80"), 0, 0 },
		{ SPAN_INIT("\xfe"), 0, 0 },
		{ SPAN_INIT("\xff\xff"), 0, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint32_t c = 0;

		t_at("row %zu", i);
		EQ(span_utf8(edge_span(row[i].s), &c), row[i].n);
		if (row[i].n != 0)
			EQ(c, row[i].c);
		UPTO(n, row[i].n == 0 ? 0 : row[i].n - 1)
		EQ(span_utf8(edge_span(span_first(row[i].s, n)), &c), 0);
	}
}

/* Against the obvious definition, for every byte. */
TEST(span_bytes)
{
	for (unsigned c = 0; c < 256; c++) {
		bool capital = c >= 'A' && c <= 'Z', small = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';

		t_at("byte %u", c);
		EQ(span_lower((unsigned char)c), capital ? c + 32 : c);
		EQ(span_is_digit((unsigned char)c), digit);
		EQ(span_alnum_or((unsigned char)c, ""), capital || small || digit);
		EQ(span_alnum_or((unsigned char)c, "-_"), capital || small || digit || c == '-' || c == '_');
	}
}
