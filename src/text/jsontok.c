#include "text/jsontok.h"

/* One bit a level tells objects from arrays. */
_Static_assert(JSONTOK_DEPTH_MAX <= 32, "the levels of struct jsontok are 32 bits");

static unsigned char peek(const struct jsontok *s)
{
	return s->at < s->text.n ? s->text.p[s->at] : '\0'; /* a NUL is no token either */
}

static void skip_blanks(struct jsontok *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
		s->at++;
}

static bool in_object(const struct jsontok *s)
{
	return s->depth != 0 && (s->objects >> (s->depth - 1) & 1) != 0;
}

/* The four digits behind \u at the start of s. */
static bool utf16_unit(struct span s, uint32_t *v)
{
	unsigned d;

	if (s.n < 6 || s.p[0] != '\\' || s.p[1] != 'u')
		return false;
	*v = 0;
	for (size_t i = 2; i < 6; i++) {
		if (!span_hex_digit(s.p[i], &d))
			return false;
		*v = *v << 4 | d;
	}
	return true;
}

/* An escape at the start of s: how long it is, 0 when it is none, and its character. */
static size_t escape(struct span s, uint32_t *c)
{
	static const unsigned char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	uint32_t low;

	if (s.n < 2)
		return 0;
	for (size_t i = 0; i < sizeof names - 1; i++) {
		if (s.p[1] == names[i]) {
			*c = values[i];
			return 2;
		}
	}
	if (!utf16_unit(s, c))
		return 0;
	if (*c < 0xd800 || *c > 0xdfff)
		return 6;
	if (*c > 0xdbff || !utf16_unit(span_from(s, 6), &low) || low < 0xdc00 || low > 0xdfff)
		return 0;
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return 12;
}

size_t jsontok_character(struct span s, uint32_t *c)
{
	if (s.n == 0 || s.p[0] < 0x20 || s.p[0] == '"')
		return 0;
	return s.p[0] == '\\' ? escape(s, c) : span_utf8(s, c);
}

bool jsontok_string(struct jsontok *s)
{
	size_t took;
	uint32_t c;

	if (peek(s) != '"')
		return false;
	s->at++;
	while ((took = jsontok_character(span_from(s->text, s->at), &c)) != 0)
		s->at += took;
	if (peek(s) != '"')
		return false;
	s->at++;
	return true;
}

static bool scan_digits(struct jsontok *s)
{
	size_t start = s->at;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at != start;
}

bool jsontok_number(struct jsontok *s)
{
	if (peek(s) == '-')
		s->at++;
	if (peek(s) == '0')
		s->at++; /* nothing but a point or an exponent may follow */
	else if (!scan_digits(s))
		return false;
	if (peek(s) == '.') {
		s->at++;
		if (!scan_digits(s))
			return false;
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		s->at++;
		if (peek(s) == '+' || peek(s) == '-')
			s->at++;
		return scan_digits(s);
	}
	return true;
}

static bool scan_word(struct jsontok *s)
{
	static const struct span words[] = { SPAN_INIT("null"), SPAN_INIT("true"), SPAN_INIT("false") };

	for (size_t i = 0; i < COUNT(words); i++) {
		if (span_starts(span_from(s->text, s->at), words[i])) {
			s->at += words[i].n;
			return true;
		}
	}
	return false;
}

static enum jsontok_event scan_value(struct jsontok *s)
{
	unsigned char c = peek(s);
	bool good;

	if (c == '{' || c == '[') {
		uint32_t bit = (uint32_t)1 << (s->depth % 32);

		if (s->depth == JSONTOK_DEPTH_MAX)
			return JSONTOK_BAD;
		s->objects = c == '{' ? s->objects | bit : s->objects & ~bit;
		s->depth++;
		s->at++;
		s->want = JSONTOK_WANT_FIRST;
		return JSONTOK_OPEN;
	}
	if (c == '"')
		good = jsontok_string(s);
	else if (c == '-' || (c >= '0' && c <= '9'))
		good = jsontok_number(s);
	else
		good = scan_word(s);
	s->want = s->depth == 0 ? JSONTOK_WANT_END : JSONTOK_WANT_MORE;
	return good ? JSONTOK_SCALAR : JSONTOK_BAD;
}

/* The key up to and with its colon. */
static enum jsontok_event scan_key(struct jsontok *s)
{
	size_t start = s->at;

	if (!jsontok_string(s))
		return JSONTOK_BAD;
	s->token = span_from(span_first(s->text, s->at), start);
	skip_blanks(s);
	if (peek(s) != ':')
		return JSONTOK_BAD;
	s->at++;
	s->want = JSONTOK_WANT_VALUE;
	return JSONTOK_KEY;
}

enum jsontok_event jsontok_next(struct jsontok *s)
{
	enum jsontok_event event;
	size_t start;

	skip_blanks(s);
	if (s->want == JSONTOK_WANT_END)
		return s->at == s->text.n ? JSONTOK_END : JSONTOK_BAD;
	if (s->want == JSONTOK_WANT_MORE && peek(s) == ',') {
		s->at++;
		skip_blanks(s);
		s->want = in_object(s) ? JSONTOK_WANT_KEY : JSONTOK_WANT_VALUE;
	}
	start = s->at;
	if (s->want == JSONTOK_WANT_FIRST || s->want == JSONTOK_WANT_MORE) {
		if (peek(s) == (in_object(s) ? '}' : ']')) {
			s->at++;
			s->depth--;
			s->want = s->depth == 0 ? JSONTOK_WANT_END : JSONTOK_WANT_MORE;
			s->token = span_from(span_first(s->text, s->at), start);
			return JSONTOK_CLOSE;
		}
		if (s->want == JSONTOK_WANT_MORE)
			return JSONTOK_BAD;
	}
	if (in_object(s) && s->want != JSONTOK_WANT_VALUE)
		return scan_key(s);
	event = scan_value(s);
	s->token = span_from(span_first(s->text, s->at), start);
	return event;
}
