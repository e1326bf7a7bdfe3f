/* preflight/lint_text: what copying does to a value, found and named. */
#include "t.h"

#include "preflight/lint_text.h"

static const struct { struct span s; enum lint_text what; size_t at; } rows[] = {
	{ SPAN_INIT(""), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("abC~1.2_3-4"), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("a+b&c=d%e/f"), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("\"abc\""), LINT_TEXT_QUOTED, 0 },
	{ SPAN_INIT("'abc'"), LINT_TEXT_QUOTED, 0 },
	{ SPAN_INIT("`abc`"), LINT_TEXT_QUOTED, 0 },
	{ SPAN_INIT("\xe2\x80\x9c" "abc\xe2\x80\x9d"), LINT_TEXT_QUOTED, 0 },
	{ SPAN_INIT("\xc2\xab" "abc\xc2\xbb"), LINT_TEXT_QUOTED, 0 },
	{ SPAN_INIT("\"abc'"), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("\"\""), LINT_TEXT_QUOTED, 0 },
	{ SPAN_INIT("\""), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("a\"b"), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("<your secret>"), LINT_TEXT_PLACEHOLDER, 0 },
	{ SPAN_INIT("${SECRET}"), LINT_TEXT_PLACEHOLDER, 0 },
	{ SPAN_INIT("{{secret}}"), LINT_TEXT_PLACEHOLDER, 0 },
	{ SPAN_INIT("$(pass show x)"), LINT_TEXT_PLACEHOLDER, 0 },
	{ SPAN_INIT("%SECRET%"), LINT_TEXT_PLACEHOLDER, 0 },
	{ SPAN_INIT("%%"), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("<>"), LINT_TEXT_CLEAN, 0 },
	{ SPAN_INIT("\xef\xbb\xbf" "abc"), LINT_TEXT_BOM, 0 },
	{ SPAN_INIT("\xff\xfe" "a\0b\0"), LINT_TEXT_BOM, 0 },
	{ SPAN_INIT("\xfe\xff\0a"), LINT_TEXT_BOM, 0 },
	{ SPAN_INIT("abc\n"), LINT_TEXT_LINE_BREAK, 4 },
	{ SPAN_INIT("abc\r"), LINT_TEXT_LINE_BREAK, 4 },
	{ SPAN_INIT("\xe2\x80\xa8" "abc"), LINT_TEXT_LINE_BREAK, 1 },
	{ SPAN_INIT("ab\0c"), LINT_TEXT_CONTROL, 3 },
	{ SPAN_INIT("ab\bc"), LINT_TEXT_CONTROL, 3 },
	{ SPAN_INIT("ab\x7f"), LINT_TEXT_CONTROL, 3 },
	{ SPAN_INIT("ab\xc2\x9b"), LINT_TEXT_CONTROL, 3 },
	{ SPAN_INIT(" abc"), LINT_TEXT_BLANK_START, 1 },
	{ SPAN_INIT("\tabc"), LINT_TEXT_BLANK_START, 1 },
	{ SPAN_INIT("abc "), LINT_TEXT_BLANK_END, 4 },
	{ SPAN_INIT("abc \t"), LINT_TEXT_BLANK_END, 4 },
	{ SPAN_INIT("abc \r\n"), LINT_TEXT_BLANK_END, 4 },
	{ SPAN_INIT("a bc "), LINT_TEXT_BLANK, 2 },
	{ SPAN_INIT("abc\xc2\xa0"), LINT_TEXT_NO_BREAK, 4 },
	{ SPAN_INIT("abc\xe2\x80\xaf"), LINT_TEXT_NO_BREAK, 4 },
	{ SPAN_INIT("\xe2\x80\x8b" "abc"), LINT_TEXT_INVISIBLE, 1 },
	{ SPAN_INIT("ab\xc2\xad" "c"), LINT_TEXT_INVISIBLE, 3 },
	{ SPAN_INIT("abc\xef\xbb\xbf"), LINT_TEXT_INVISIBLE, 4 },
	{ SPAN_INIT("\xe2\x80\xaa" "abc"), LINT_TEXT_INVISIBLE, 1 },
	{ SPAN_INIT("it\xe2\x80\x99s"), LINT_TEXT_CURLY, 3 },
	{ SPAN_INIT("\xe2\x80\x9c" "abc"), LINT_TEXT_CURLY, 1 },
	{ SPAN_INIT("12\xe2\x80\x93" "34"), LINT_TEXT_DASH, 3 },
	{ SPAN_INIT("12\xe2\x88\x92" "34"), LINT_TEXT_DASH, 3 },
	{ SPAN_INIT("abc\xff"), LINT_TEXT_NOT_UTF8, 4 },
	{ SPAN_INIT("abc\xe2\x80"), LINT_TEXT_NOT_UTF8, 4 },
	{ SPAN_INIT("\xc3\xa4" "bc"), LINT_TEXT_NOT_ASCII, 1 },
	{ SPAN_INIT("ab\xf0\x9f\x98\x80"), LINT_TEXT_NOT_ASCII, 3 },
	{ SPAN_INIT("a&amp;b"), LINT_TEXT_ENTITY, 0 },
	{ SPAN_INIT("a&#39;b"), LINT_TEXT_ENTITY, 0 },
	{ SPAN_INIT("a%2Bb"), LINT_TEXT_ENCODED, 0 },
	{ SPAN_INIT("a%7Eb"), LINT_TEXT_ENCODED, 0 }, /* by encoders of RFC 1738 */
};

TEST(find_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t at = 99;

		t_at("row %lu", (unsigned long)i);
		EQ(lint_text_find(edge_span(rows[i].s), &at), rows[i].what);
		EQ(at, rows[i].at);
	}
}

TEST(every_prefix_everywhere)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		UPTO(n, rows[i].s.n) {
			size_t at;

			OK(lint_text_find(edge_span(span_first(rows[i].s, n)), &at) < LINT_TEXT__COUNT);
			OK(at <= n);
		}
	}
}

TEST(put_rows)
{
	for (int what = 0; what < LINT_TEXT__COUNT; what++) {
		char text[100];
		struct buf b = BUF(text);

		lint_text_put(&b, (enum lint_text)what, 0);
		OK(buf_ok(&b) && b.n > 5);
	}
	UPTO(cap, 30) {
		struct buf b = edge_buf(cap);

		lint_text_put(&b, LINT_TEXT_LINE_BREAK, 41);
		EQ(buf_ok(&b), cap >= sizeof "a line break (character 41)" - 1);
	}
}
