#include "text/json.h"

#include "text/jsontok.h"

_Static_assert((int)JSON_DEPTH_MAX == (int)JSONTOK_DEPTH_MAX, "one limit, two names");

static enum json_type type_of(unsigned char first)
{
	switch (first) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	}
	return JSON_NUMBER;
}

/* One whole value, with all that is in it; false also at the end of the container. */
static bool whole_value(struct jsontok *s, struct json_value *v)
{
	unsigned outside = s->depth;
	enum jsontok_event event = jsontok_next(s);
	size_t start;

	if (event != JSONTOK_OPEN && event != JSONTOK_SCALAR)
		return false;
	start = s->at - s->token.n;
	while (s->depth != outside) {
		event = jsontok_next(s);
		if (event == JSONTOK_BAD || event == JSONTOK_END)
			return false;
	}
	v->raw = span_from(span_first(s->text, s->at), start);
	v->type = type_of(v->raw.p[0]);
	return true;
}

/* Are a string's inside and another text the same characters? `read` takes one character of b, which is
 * an inside too, or plain UTF-8. */
static bool same_text(struct span a, struct span b, size_t (*read)(struct span, uint32_t *))
{
	for (;;) {
		uint32_t x = 0, y = 0;
		size_t in_a = jsontok_character(a, &x), in_b = read(b, &y);

		if (in_a == 0 || in_b == 0)
			return in_a == in_b;
		if (x != y)
			return false;
		a = span_from(a, in_a);
		b = span_from(b, in_b);
	}
}

/* A raw string from behind its opening quote; the closing one ends it for jsontok_character(). */
static struct span inside(struct span raw)
{
	return span_from(raw, 1);
}

/* Does `key`, a part of text, stand earlier in the object whose first byte inside is at `start`? `work`
 * is what is left of JSON_WORK_MAX. */
static bool key_before(struct span text, size_t start, struct span key, size_t *work)
{
	struct span before = span_first(text, (size_t)(key.p - text.p));
	struct jsontok s = { before, start, 1, 1, JSONTOK_WANT_FIRST, { 0 } };

	for (;;) {
		size_t from = s.at;
		enum jsontok_event event = jsontok_next(&s);

		if (event == JSONTOK_BAD || event == JSONTOK_END || *work < s.at - from)
			return false;
		*work -= s.at - from;
		if (event == JSONTOK_KEY && s.depth == 1 && same_text(inside(s.token), inside(key), jsontok_character))
			return true;
	}
}

bool json_check(struct span text, struct span *duplicate)
{
	struct jsontok s = { text, 0, 0, 0, JSONTOK_WANT_VALUE, { 0 } };
	size_t start[JSON_DEPTH_MAX + 1] = { 0 }; /* of each open level's inside */
	size_t work = JSON_WORK_MAX;

	if (duplicate != NULL)
		*duplicate = (struct span){ 0 };
	for (;;) {
		switch (jsontok_next(&s)) {
		case JSONTOK_OPEN:
			start[s.depth] = s.at;
			break;
		case JSONTOK_KEY:
			if (duplicate != NULL && duplicate->n == 0 && key_before(text, start[s.depth], s.token, &work))
				*duplicate = s.token;
			break;
		case JSONTOK_CLOSE:
		case JSONTOK_SCALAR:
			break;
		case JSONTOK_END:
			return true;
		case JSONTOK_BAD:
			return false;
		}
	}
}

/* The member or element `name` of v, into *v. */
static enum json_found descend(struct json_value *v, struct span name)
{
	struct json_value element;
	struct span key;
	uint64_t index = 0;
	size_t at = 0;

	if (v->type != JSON_OBJECT && (v->type != JSON_ARRAY || !span_u64(name, UINT32_MAX, &index)))
		return JSON_WRONG_TYPE;
	while (json_next(*v, &at, &key, &element)) {
		if (v->type == JSON_OBJECT ? same_text(inside(key), name, span_utf8) : index-- == 0) {
			*v = element;
			return JSON_FOUND;
		}
	}
	return JSON_ABSENT;
}

enum json_found json_at(struct span text, const char *path, struct json_value *v)
{
	struct jsontok s = { text, 0, 0, 0, JSONTOK_WANT_VALUE, { 0 } };
	struct span name, rest = span_z(path);
	bool more = rest.n != 0;
	struct json_value here;

	if (!json_check(text, NULL) || !whole_value(&s, &here))
		return JSON_MALFORMED;
	while (more) {
		enum json_found found;
		size_t dot;

		more = span_find_byte(rest, '.', &dot);
		name = span_cut(rest, '.', &rest);
		found = descend(&here, name);
		if (found != JSON_FOUND)
			return found;
	}
	*v = here;
	return JSON_FOUND;
}

bool json_next(struct json_value container, size_t *at, struct span *key, struct json_value *element)
{
	bool object = container.type == JSON_OBJECT;
	struct jsontok s = { container.raw, *at, object, 1, JSONTOK_WANT_MORE, { 0 } };
	struct span name = { 0 };

	if (!object && container.type != JSON_ARRAY)
		return false;
	if (*at == 0) {
		s.at = 1;
		s.want = JSONTOK_WANT_FIRST;
	}
	if (object) {
		if (jsontok_next(&s) != JSONTOK_KEY)
			return false;
		name = s.token;
	}
	if (!whole_value(&s, element))
		return false;
	*key = name;
	*at = s.at;
	return true;
}

bool json_unescape(struct buf *out, struct span raw)
{
	struct jsontok s = { raw, 0, 0, 0, JSONTOK_WANT_VALUE, { 0 } };
	struct span rest = inside(raw);
	size_t mark = out->n, took;
	uint32_t c;

	if (!jsontok_string(&s) || s.at != raw.n)
		return false;
	for (; (took = jsontok_character(rest, &c)) != 0; rest = span_from(rest, took))
		buf_utf8(out, c);
	buf_settle(out, mark);
	return true;
}

enum json_found json_string(struct span text, const char *path, struct buf *out)
{
	struct json_value v;
	enum json_found found = json_at(text, path, &v);

	if (found != JSON_FOUND)
		return found;
	return v.type == JSON_STRING && json_unescape(out, v.raw) ? JSON_FOUND : JSON_WRONG_TYPE;
}

/* How many digits of a number stand before its point once the exponent has moved it. */
static int64_t point_at(size_t digits, struct span exponent)
{
	bool negative = span_starts(exponent, SPAN("-"));
	uint64_t e = 0;

	if (negative || span_starts(exponent, SPAN("+")))
		exponent = span_from(exponent, 1);
	if (exponent.n != 0 && !span_u64(exponent, UINT32_MAX, &e))
		e = UINT32_MAX; /* further than any text has digits */
	return negative ? (int64_t)digits - (int64_t)e : (int64_t)digits + (int64_t)e;
}

/* The value of a well-formed number, if it is an integer and fits. */
static bool integer(struct span number, int64_t *v)
{
	bool negative = span_starts(number, SPAN("-"));
	uint64_t limit = (uint64_t)INT64_MAX + negative, sum = 0;
	struct span exponent = { 0 }, fraction, units;
	int64_t point, i = 0;
	size_t at;

	number = span_from(number, negative);
	if (span_find_nocase(number, SPAN("e"), &at)) {
		exponent = span_from(number, at + 1);
		number = span_first(number, at);
	}
	units = span_cut(number, '.', &fraction);
	point = point_at(units.n, exponent);
	for (; i < (int64_t)(units.n + fraction.n); i++) {
		size_t k = (size_t)i;
		uint64_t digit = (uint64_t)(k < units.n ? units.p[k] : fraction.p[k - units.n]) - '0';

		if (i < point ? sum > (limit - digit) / 10 : digit != 0)
			return false;
		if (i < point)
			sum = sum * 10 + digit;
	}
	for (; i < point && sum != 0; i++, sum *= 10)
		if (sum > limit / 10)
			return false;
	*v = negative && sum != 0 ? -(int64_t)(sum - 1) - 1 : (int64_t)sum;
	return true;
}

enum json_found json_int(struct span text, const char *path, int64_t *v)
{
	struct json_value value;
	enum json_found found = json_at(text, path, &value);
	struct jsontok s = { { 0 }, 0, 0, 0, JSONTOK_WANT_VALUE, { 0 } };

	if (found != JSON_FOUND)
		return found;
	s.text = value.raw;
	if (value.type == JSON_STRING)
		s.text = inside(span_first(value.raw, value.raw.n - 1));
	if (!jsontok_number(&s) || s.at != s.text.n || !integer(s.text, v))
		return JSON_WRONG_TYPE;
	return JSON_FOUND;
}

/* \uXXXX, of what is beyond 16 bits as a pair of surrogates. */
static void put_escaped(struct buf *out, uint32_t c)
{
	uint32_t unit[] = { c, 0 };
	size_t n = 1;

	if (c > 0xffff) {
		unit[0] = 0xd800 + ((c - 0x10000) >> 10);
		unit[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
		n = 2;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned char bytes[] = { (unsigned char)(unit[i] >> 8), (unsigned char)unit[i] };

		buf_z(out, "\\u");
		buf_hex(out, (struct span){ bytes, sizeof bytes });
	}
}

void json_put_visible(struct buf *out, struct span json)
{
	size_t mark = out->n;

	while (json.n != 0 && !out->full) {
		uint32_t c;
		size_t took = span_utf8(json, &c);

		if (took != 0 && c < 0x20) /* between its tokens only */
			buf_byte(out, ' ');
		else if (took != 0 && buf_invisible(c))
			put_escaped(out, c);
		else
			buf_put(out, span_first(json, took != 0 ? took : 1));
		json = span_from(json, took != 0 ? took : 1);
	}
	buf_settle(out, mark);
}

void json_put_string(struct buf *out, struct span s)
{
	static const struct span escaped = SPAN_INIT("\"\\\n\r\t");
	static const unsigned char letters[] = "\"\\nrt"; /* in the same order */
	size_t mark = out->n, at;

	buf_byte(out, '"');
	while (s.n != 0 && !out->full) {
		uint32_t c;
		size_t took = span_utf8(s, &c);

		if (took == 0) {
			buf_utf8(out, 0xfffd);
			took = 1;
		} else if (span_find_byte(escaped, s.p[0], &at)) {
			buf_byte(out, '\\');
			buf_byte(out, letters[at]);
		} else if (buf_invisible(c)) { /* C1 controls move terminals, too, and U+2028 ends a line for some */
			put_escaped(out, c);
		} else {
			buf_utf8(out, c);
		}
		s = span_from(s, took);
	}
	buf_byte(out, '"');
	buf_settle(out, mark);
}
