#include "preflight/text_shape.h"

#include "text/pct.h"

static const char *const words[TEXT_SHAPE__COUNT] = {
	[TEXT_SHAPE_CLEAN] = "nothing odd",
	[TEXT_SHAPE_QUOTED] = "quotes around it",
	[TEXT_SHAPE_PLACEHOLDER] = "a placeholder that was not filled in",
	[TEXT_SHAPE_BOM] = "a byte order mark at the start",
	[TEXT_SHAPE_LINE_BREAK] = "a line break",
	[TEXT_SHAPE_CONTROL] = "a control character",
	[TEXT_SHAPE_SPACE_START] = "a space at the start",
	[TEXT_SHAPE_SPACE_END] = "a space at the end",
	[TEXT_SHAPE_SPACE] = "a space",
	[TEXT_SHAPE_NO_BREAK] = "a no-break space",
	[TEXT_SHAPE_INVISIBLE] = "an invisible character",
	[TEXT_SHAPE_CURLY] = "a typographic quote",
	[TEXT_SHAPE_DASH] = "a typographic dash",
	[TEXT_SHAPE_NOT_UTF8] = "a byte that is not UTF-8",
	[TEXT_SHAPE_NOT_ASCII] = "a character outside ASCII",
	[TEXT_SHAPE_ENTITY] = "a character written as in HTML (&amp;)",
	[TEXT_SHAPE_ENCODED] = "percent-encoding, which o2pop does itself",
};

struct text_shape_text text_shape_text(enum text_shape what, size_t at)
{
	struct text_shape_text text;
	struct buf b = buf_field(text.z, sizeof text.z);

	buf_z(&b, words[what]);
	if (at != 0)
		buf_say(&b, " (character %zu)", at);
	return text;
}

static bool between(uint32_t c, uint32_t from, uint32_t to)
{
	return c >= from && c <= to;
}

static bool is_curly(uint32_t c)
{
	return between(c, 0x2018, 0x201f) || c == 0xab || c == 0xbb || between(c, 0x2032, 0x2036) ||
	       between(c, 0x2039, 0x203a);
}

static enum text_shape of_character(uint32_t c)
{
	if (c == '\r' || c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029)
		return TEXT_SHAPE_LINE_BREAK;
	if (c == ' ' || c == '\t')
		return TEXT_SHAPE_SPACE;
	if (c < 0x20 || between(c, 0x7f, 0x9f))
		return TEXT_SHAPE_CONTROL;
	if (c < 0x7f)
		return TEXT_SHAPE_CLEAN;
	if (c == 0xa0 || between(c, 0x2000, 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000)
		return TEXT_SHAPE_NO_BREAK;
	if (c == 0xad || between(c, 0x200b, 0x200f) || between(c, 0x202a, 0x202e) || between(c, 0x2060, 0x206f) ||
	    c == 0xfeff)
		return TEXT_SHAPE_INVISIBLE;
	if (is_curly(c))
		return TEXT_SHAPE_CURLY;
	if (between(c, 0x2010, 0x2015) || c == 0x2212 || c == 0xfe58 || c == 0xfe63 || c == 0xff0d)
		return TEXT_SHAPE_DASH;
	return TEXT_SHAPE_NOT_ASCII;
}

/* Both ends are quotes of the same family. */
static bool quoted(struct span s)
{
	uint32_t first, last;
	size_t n = span_utf8(s, &first), from;

	if (n == 0 || n == s.n)
		return false;
	for (from = s.n - 1; from > n && (s.p[from] & 0xc0) == 0x80; from--)
		continue;
	if (span_utf8(span_from(s, from), &last) != s.n - from)
		return false;
	return (first == last && (first == '"' || first == '\'' || first == '`')) ||
	       (is_curly(first) && is_curly(last));
}

static bool placeholder(struct span s)
{
	static const struct {
		struct span head, tail;
	} form[] = {
		{ SPAN_INIT("<"), SPAN_INIT(">") },   { SPAN_INIT("${"), SPAN_INIT("}") },
		{ SPAN_INIT("{{"), SPAN_INIT("}}") }, { SPAN_INIT("$("), SPAN_INIT(")") },
		{ SPAN_INIT("%"), SPAN_INIT("%") },
	};

	for (size_t i = 0; i < COUNT(form); i++)
		if (s.n > form[i].head.n + form[i].tail.n && span_starts(s, form[i].head) && span_ends(s, form[i].tail))
			return true;
	return false;
}

static bool has_bom(struct span s)
{
	return span_starts(s, SPAN("\xef\xbb\xbf")) || span_starts(s, SPAN("\xff\xfe")) ||
	       span_starts(s, SPAN("\xfe\xff"));
}

static bool has_entity(struct span s)
{
	static const char *const entity[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#" };
	size_t at;

	for (size_t i = 0; i < COUNT(entity); i++)
		if (span_find_nocase(s, span_z(entity[i]), &at))
			return true;
	return false;
}

/* Character by character. A space is more telling at an end than inside. */
static enum text_shape scan(struct span s, size_t *at)
{
	struct span rest = s;

	for (*at = 1; rest.n != 0; ++*at) {
		uint32_t c = 0;
		size_t n = span_utf8(rest, &c);
		enum text_shape what = n == 0 ? TEXT_SHAPE_NOT_UTF8 : of_character(c);

		if (what == TEXT_SHAPE_SPACE && rest.n == s.n)
			return TEXT_SHAPE_SPACE_START;
		if (what == TEXT_SHAPE_SPACE && span_trim(rest).n == 0)
			return TEXT_SHAPE_SPACE_END;
		if (what != TEXT_SHAPE_CLEAN)
			return what;
		rest = span_from(rest, n);
	}
	*at = 0;
	return TEXT_SHAPE_CLEAN;
}

enum text_shape text_shape_find(struct span s, size_t *at)
{
	enum text_shape what;

	*at = 0;
	what = has_bom(s)       ? TEXT_SHAPE_BOM
	       : quoted(s)      ? TEXT_SHAPE_QUOTED
	       : placeholder(s) ? TEXT_SHAPE_PLACEHOLDER
	                        : scan(s, at);
	if (what != TEXT_SHAPE_CLEAN)
		return what;
	if (has_entity(s))
		return TEXT_SHAPE_ENTITY;
	return pct_looks_encoded(s) ? TEXT_SHAPE_ENCODED : TEXT_SHAPE_CLEAN;
}
