#include "preflight/lint_text.h"

#include "text/pct.h"

static const char *const words[LINT_TEXT__COUNT] = {
	[LINT_TEXT_CLEAN] = "nothing odd",
	[LINT_TEXT_QUOTED] = "quotes around it",
	[LINT_TEXT_PLACEHOLDER] = "a placeholder that was not filled in",
	[LINT_TEXT_BOM] = "a byte order mark at the start",
	[LINT_TEXT_LINE_BREAK] = "a line break",
	[LINT_TEXT_CONTROL] = "a control character",
	[LINT_TEXT_BLANK_START] = "a blank at the start",
	[LINT_TEXT_BLANK_END] = "a blank at the end",
	[LINT_TEXT_BLANK] = "a blank",
	[LINT_TEXT_NO_BREAK] = "a no-break space",
	[LINT_TEXT_INVISIBLE] = "an invisible character",
	[LINT_TEXT_CURLY] = "a typographic quote",
	[LINT_TEXT_DASH] = "a typographic dash",
	[LINT_TEXT_NOT_UTF8] = "a byte that is not UTF-8",
	[LINT_TEXT_NOT_ASCII] = "a character outside ASCII",
	[LINT_TEXT_ENTITY] = "a character written as in HTML (&amp;)",
	[LINT_TEXT_ENCODED] = "percent-encoding, which o2pop does itself",
};

void lint_text_put(struct buf *out, enum lint_text what, size_t at)
{
	buf_z(out, words[what]);
	if (at == 0)
		return;
	buf_z(out, " (character ");
	buf_u64(out, at);
	buf_z(out, ")");
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

static enum lint_text of_character(uint32_t c)
{
	if (c == '\r' || c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029)
		return LINT_TEXT_LINE_BREAK;
	if (c == ' ' || c == '\t')
		return LINT_TEXT_BLANK;
	if (c < 0x20 || between(c, 0x7f, 0x9f))
		return LINT_TEXT_CONTROL;
	if (c < 0x7f)
		return LINT_TEXT_CLEAN;
	if (c == 0xa0 || between(c, 0x2000, 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000)
		return LINT_TEXT_NO_BREAK;
	if (c == 0xad || between(c, 0x200b, 0x200f) || between(c, 0x202a, 0x202e) || between(c, 0x2060, 0x206f) ||
	    c == 0xfeff)
		return LINT_TEXT_INVISIBLE;
	if (is_curly(c))
		return LINT_TEXT_CURLY;
	if (between(c, 0x2010, 0x2015) || c == 0x2212 || c == 0xfe58 || c == 0xfe63 || c == 0xff0d)
		return LINT_TEXT_DASH;
	return LINT_TEXT_NOT_ASCII;
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
	static const struct { struct span head, tail;
	} form[] = {
		{ SPAN_INIT("<"), SPAN_INIT(">") },   { SPAN_INIT("${"), SPAN_INIT("}") },
		{ SPAN_INIT("{{"), SPAN_INIT("}}") }, { SPAN_INIT("$("), SPAN_INIT(")") },
		{ SPAN_INIT("%"), SPAN_INIT("%") },
	};

	for (size_t i = 0; i < sizeof form / sizeof form[0]; i++)
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

	for (size_t i = 0; i < sizeof entity / sizeof entity[0]; i++)
		if (span_find_nocase(s, span_z(entity[i]), &at))
			return true;
	return false;
}

/* Character by character. A blank is more telling at an end than inside. */
static enum lint_text scan(struct span s, size_t *at)
{
	struct span rest = s;

	for (*at = 1; rest.n != 0; ++*at) {
		uint32_t c = 0;
		size_t n = span_utf8(rest, &c);
		enum lint_text what = n == 0 ? LINT_TEXT_NOT_UTF8 : of_character(c);

		if (what == LINT_TEXT_BLANK && rest.n == s.n)
			return LINT_TEXT_BLANK_START;
		if (what == LINT_TEXT_BLANK && span_trim(rest).n == 0)
			return LINT_TEXT_BLANK_END;
		if (what != LINT_TEXT_CLEAN)
			return what;
		rest = span_from(rest, n);
	}
	*at = 0;
	return LINT_TEXT_CLEAN;
}

enum lint_text lint_text_find(struct span s, size_t *at)
{
	enum lint_text what;

	*at = 0;
	if (has_bom(s))
		return LINT_TEXT_BOM;
	if (quoted(s))
		return LINT_TEXT_QUOTED;
	if (placeholder(s))
		return LINT_TEXT_PLACEHOLDER;
	what = scan(s, at);
	if (what != LINT_TEXT_CLEAN)
		return what;
	if (has_entity(s))
		return LINT_TEXT_ENTITY;
	return pct_looks_encoded(s) ? LINT_TEXT_ENCODED : LINT_TEXT_CLEAN;
}
