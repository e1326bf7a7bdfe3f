#include "text/ip.h"

#include <string.h>

/* Four numbers up to 255 separated by dots. "010" is refused: some read it as octal. */
static bool read_quad(struct span s, unsigned char *to)
{
	for (size_t i = 0; i < IP_V4; i++) {
		bool last = i == IP_V4 - 1;
		struct span rest, part = span_cut(s, '.', &rest);
		uint64_t v;

		if (part.n > 3 || (part.n > 1 && part.p[0] == '0') || !span_u64(part, 255, &v))
			return false;
		if (last != (part.n == s.n))
			return false;
		to[i] = (unsigned char)v;
		s = rest;
	}
	return true;
}

/* One to four hexadecimal digits. */
static bool read_group(struct span s, unsigned char *to)
{
	unsigned v = 0;

	if (s.n == 0 || s.n > 4)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit;

		if (!span_hex_digit(s.p[i], &digit))
			return false;
		v = v << 4 | digit;
	}
	to[0] = (unsigned char)(v >> 8);
	to[1] = (unsigned char)v;
	return true;
}

/* Groups separated by colons, without "::", into at most `scratch` bytes. An empty text is no groups. */
static bool read_groups(struct span s, unsigned char *to, size_t scratch, size_t *n)
{
	size_t dot;

	*n = 0;
	while (s.n != 0) {
		struct span rest, part = span_cut(s, ':', &rest);
		bool last = part.n == s.n;

		if (last && span_find_byte(part, '.', &dot)) {
			if (scratch - *n < IP_V4 || !read_quad(part, to + *n))
				return false;
			*n += IP_V4;
			return true;
		}
		if (scratch - *n < 2 || !read_group(part, to + *n) || (!last && rest.n == 0))
			return false;
		*n += 2;
		s = rest;
	}
	return true;
}

static bool read_v6(struct span s, unsigned char *to)
{
	unsigned char tail[IP_V6];
	size_t at, n, m, dot;

	if (!span_find(s, SPAN("::"), &at))
		return read_groups(s, to, IP_V6, &n) && n == IP_V6;
	/* "::" stands for at least one group of zeros. A dotted quad can only end the whole. */
	if (span_find_byte(span_first(s, at), '.', &dot) || !read_groups(span_first(s, at), to, IP_V6 - 2, &n) ||
	    !read_groups(span_from(s, at + 2), tail, IP_V6 - 2 - n, &m))
		return false;
	memset(to + n, 0, IP_V6 - n - m);
	memcpy(to + IP_V6 - m, tail, m);
	return true;
}

bool ip_get(struct span s, struct ip *a)
{
	struct ip r = { .n = 0 };

	if (read_quad(s, r.p))
		r.n = IP_V4;
	else if (read_v6(s, r.p))
		r.n = IP_V6;
	else
		return false;
	*a = r;
	return true;
}
