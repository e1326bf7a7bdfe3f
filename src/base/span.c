#include "base/span.h"

#include <string.h>

unsigned char span_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

bool span_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

bool span_alnum_or(unsigned char c, const char *others)
{
	size_t at;

	return span_is_digit(c) || (span_lower(c) >= 'a' && span_lower(c) <= 'z') ||
	       span_find_byte(span_z(others), c, &at);
}

bool span_is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

bool span_is_space(unsigned char c)
{
	return span_is_blank(c) || c == '\r' || c == '\n';
}

size_t span_run(struct span s, const char *others)
{
	size_t n = 0;

	while (n < s.n && span_alnum_or(s.p[n], others))
		n++;
	return n;
}

struct span span_z(const char *z)
{
	size_t n = 0;

	while (z[n] != '\0')
		n++;
	return (struct span){ (const unsigned char *)z, n };
}

bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_first(s, prefix.n), prefix);
}

bool span_ends(struct span s, struct span suffix)
{
	return s.n >= suffix.n && span_eq(span_from(s, s.n - suffix.n), suffix);
}

bool span_eq_nocase(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (span_lower(a.p[i]) != span_lower(b.p[i]))
			return false;
	return true;
}

bool span_starts_nocase(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq_nocase(span_first(s, prefix.n), prefix);
}

bool span_ends_nocase(struct span s, struct span suffix)
{
	return s.n >= suffix.n && span_eq_nocase(span_from(s, s.n - suffix.n), suffix);
}

bool span_find(struct span s, struct span needle, size_t *at)
{
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		if (span_starts(span_from(s, i), needle)) {
			*at = i;
			return true;
		}
	}
	return false;
}

bool span_find_nocase(struct span s, struct span needle, size_t *at)
{
	unsigned char first = needle.n != 0 ? span_lower(needle.p[0]) : 0;

	for (size_t i = 0; i + needle.n <= s.n; i++) {
		if (needle.n != 0 && span_lower(s.p[i]) != first)
			continue;
		if (span_starts_nocase(span_from(s, i), needle)) {
			*at = i;
			return true;
		}
	}
	return false;
}

bool span_find_byte(struct span s, unsigned char c, size_t *at)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == c) {
			*at = i;
			return true;
		}
	}
	return false;
}

struct span span_from(struct span s, size_t from)
{
	if (from == 0)
		return s;
	if (from >= s.n)
		return (struct span){ s.p, 0 };
	return (struct span){ s.p + from, s.n - from };
}

struct span span_first(struct span s, size_t n)
{
	return (struct span){ s.p, n < s.n ? n : s.n };
}

struct span span_trim(struct span s)
{
	while (s.n != 0 && span_is_space(s.p[0]))
		s = span_from(s, 1);
	while (s.n != 0 && span_is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct span span_cut(struct span s, unsigned char c, struct span *rest)
{
	size_t at;

	if (!span_find_byte(s, c, &at)) {
		*rest = span_from(s, s.n);
		return s;
	}
	*rest = span_from(s, at + 1);
	return span_first(s, at);
}

bool span_u64(struct span s, uint64_t max, uint64_t *v)
{
	uint64_t sum = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)s.p[i] - '0';

		if (!span_is_digit(s.p[i]) || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
		if (sum > max)
			return false;
	}
	*v = sum;
	return true;
}

bool span_hex_digit(unsigned char c, unsigned *v)
{
	if (span_is_digit(c))
		*v = c - (unsigned)'0';
	else if (span_lower(c) >= 'a' && span_lower(c) <= 'f')
		*v = span_lower(c) - (unsigned)'a' + 10;
	else
		return false;
	return true;
}

size_t span_utf8(struct span s, uint32_t *c)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} form[] = {
		{ 0x80, 0x00, 0x0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t n = 1; n <= COUNT(form) && n <= s.n; n++) {
		uint32_t v = s.p[0] & (unsigned char)~form[n - 1].mask;
		size_t i = 1;

		if ((s.p[0] & form[n - 1].mask) != form[n - 1].lead)
			continue;
		for (; i < n && (s.p[i] & 0xc0) == 0x80; i++)
			v = v << 6 | (s.p[i] & 0x3f);
		if (i < n || v < form[n - 1].least || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
			return 0;
		*c = v;
		return n;
	}
	return 0;
}
