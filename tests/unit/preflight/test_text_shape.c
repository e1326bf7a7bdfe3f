/* preflight/text_shape: what copying does to a value, found and named. */
#include "t.h"

#include "preflight/text_shape.h"

static const struct {
	struct span s;
	enum text_shape what;
	size_t at;
} rows[] = {
	{ SPAN_INIT(""), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("abC~1.2_3-4"), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("a+b&c=d%e/f"), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("\"abc\""), TEXT_SHAPE_QUOTED, 0 },
	{ SPAN_INIT("'abc'"), TEXT_SHAPE_QUOTED, 0 },
	{ SPAN_INIT("`abc`"), TEXT_SHAPE_QUOTED, 0 },
	{ SPAN_INIT("\xe2\x80\x9c"
	            "abc\xe2\x80\x9d"),
	  TEXT_SHAPE_QUOTED, 0 },
	{ SPAN_INIT("\xc2\xab"
	            "abc\xc2\xbb"),
	  TEXT_SHAPE_QUOTED, 0 },
	{ SPAN_INIT("\"abc'"), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("\"\""), TEXT_SHAPE_QUOTED, 0 },
	{ SPAN_INIT("\""), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("a\"b"), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("<your secret>"), TEXT_SHAPE_PLACEHOLDER, 0 },
	{ SPAN_INIT("${SECRET}"), TEXT_SHAPE_PLACEHOLDER, 0 },
	{ SPAN_INIT("{{secret}}"), TEXT_SHAPE_PLACEHOLDER, 0 },
	{ SPAN_INIT("$(pass show x)"), TEXT_SHAPE_PLACEHOLDER, 0 },
	{ SPAN_INIT("%SECRET%"), TEXT_SHAPE_PLACEHOLDER, 0 },
	{ SPAN_INIT("%%"), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("<>"), TEXT_SHAPE_CLEAN, 0 },
	{ SPAN_INIT("\xef\xbb\xbf"
	            "abc"),
	  TEXT_SHAPE_BOM, 0 },
	{ SPAN_INIT("\xff\xfe"
	            "a\0b\0"),
	  TEXT_SHAPE_BOM, 0 },
	{ SPAN_INIT("\xfe\xff\0a"), TEXT_SHAPE_BOM, 0 },
	{ SPAN_INIT("abc\n"), TEXT_SHAPE_LINE_BREAK, 4 },
	{ SPAN_INIT("abc\r"), TEXT_SHAPE_LINE_BREAK, 4 },
	{ SPAN_INIT("\xe2\x80\xa8"
	            "abc"),
	  TEXT_SHAPE_LINE_BREAK, 1 },
	{ SPAN_INIT("ab\0c"), TEXT_SHAPE_CONTROL, 3 },
	{ SPAN_INIT("ab\bc"), TEXT_SHAPE_CONTROL, 3 },
	{ SPAN_INIT("ab\x7f"), TEXT_SHAPE_CONTROL, 3 },
	{ SPAN_INIT("ab\xc2\x9b"), TEXT_SHAPE_CONTROL, 3 },
	{ SPAN_INIT(" abc"), TEXT_SHAPE_SPACE_START, 1 },
	{ SPAN_INIT("\tabc"), TEXT_SHAPE_SPACE_START, 1 },
	{ SPAN_INIT("abc "), TEXT_SHAPE_SPACE_END, 4 },
	{ SPAN_INIT("abc \t"), TEXT_SHAPE_SPACE_END, 4 },
	{ SPAN_INIT("abc \r\n"), TEXT_SHAPE_SPACE_END, 4 },
	{ SPAN_INIT("a bc "), TEXT_SHAPE_SPACE, 2 },
	{ SPAN_INIT("abc\xc2\xa0"), TEXT_SHAPE_NO_BREAK, 4 },
	{ SPAN_INIT("abc\xe2\x80\xaf"), TEXT_SHAPE_NO_BREAK, 4 },
	{ SPAN_INIT("\xe2\x80\x8b"
	            "abc"),
	  TEXT_SHAPE_INVISIBLE, 1 },
	{ SPAN_INIT("ab\xc2\xad"
	            "c"),
	  TEXT_SHAPE_INVISIBLE, 3 },
	{ SPAN_INIT("abc\xef\xbb\xbf"), TEXT_SHAPE_INVISIBLE, 4 },
	{ SPAN_INIT("\xe2\x80\xaa"
	            "abc"),
	  TEXT_SHAPE_INVISIBLE, 1 },
	{ SPAN_INIT("it\xe2\x80\x99s"), TEXT_SHAPE_CURLY, 3 },
	{ SPAN_INIT("\xe2\x80\x9c"
	            "abc"),
	  TEXT_SHAPE_CURLY, 1 },
	{ SPAN_INIT("12\xe2\x80\x93"
	            "34"),
	  TEXT_SHAPE_DASH, 3 },
	{ SPAN_INIT("12\xe2\x88\x92"
	            "34"),
	  TEXT_SHAPE_DASH, 3 },
	{ SPAN_INIT("abc\xff"), TEXT_SHAPE_NOT_UTF8, 4 },
	{ SPAN_INIT("abc\xe2\x80"), TEXT_SHAPE_NOT_UTF8, 4 },
	{ SPAN_INIT("\xc3\xa4"
	            "bc"),
	  TEXT_SHAPE_NOT_ASCII, 1 },
	{ SPAN_INIT("ab\xf0\x9f\x98\x80"), TEXT_SHAPE_NOT_ASCII, 3 },
	{ SPAN_INIT("a&amp;b"), TEXT_SHAPE_ENTITY, 0 },
	{ SPAN_INIT("a&#39;b"), TEXT_SHAPE_ENTITY, 0 },
	{ SPAN_INIT("a%2Bb"), TEXT_SHAPE_ENCODED, 0 },
	{ SPAN_INIT("a%7Eb"), TEXT_SHAPE_ENCODED, 0 }, /* by encoders of RFC 1738 */
};

TEST(find_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t at = 99;

		t_at("row %lu", (unsigned long)i);
		EQ(text_shape_find(edge_span(rows[i].s), &at), rows[i].what);
		EQ(at, rows[i].at);
	}
}

TEST(every_prefix_everywhere)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		UPTO(n, rows[i].s.n)
		{
			size_t at;

			OK(text_shape_find(edge_span(span_first(rows[i].s, n)), &at) < TEXT_SHAPE__COUNT);
			OK(at <= n);
		}
	}
}

TEST(put_rows)
{
	for (int what = 0; what < TEXT_SHAPE__COUNT; what++) {
		OK(span_z(text_shape_text((enum text_shape)what, 0).z).n > 5);
		OK(span_ends(span_z(text_shape_text((enum text_shape)what, SIZE_MAX).z), SPAN(")")));
	}
	EQ(text_shape_text(TEXT_SHAPE_LINE_BREAK, 41).z, "a line break (character 41)");
}
