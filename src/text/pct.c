#include "text/pct.h"

static bool unreserved(unsigned char c)
{
	return span_alnum_or(c, "-._~");
}

/* The byte that %XX at the start of s stands for; false when two digits do not follow. */
static bool escaped(struct span s, unsigned char *c)
{
	unsigned high, low;

	if (s.n < 3 || !span_hex_digit(s.p[1], &high) || !span_hex_digit(s.p[2], &low))
		return false;
	*c = (unsigned char)(high << 4 | low);
	return true;
}

void pct_put(struct buf *out, struct span in)
{
	static const unsigned char digit[] = "0123456789ABCDEF";
	size_t mark = out->n;

	for (size_t i = 0; i < in.n && !out->full; i++) {
		unsigned char c = in.p[i];

		if (unreserved(c)) {
			buf_byte(out, c);
			continue;
		}
		buf_byte(out, '%');
		buf_byte(out, digit[c >> 4]);
		buf_byte(out, digit[c & 15]);
	}
	buf_settle(out, mark);
}

bool pct_get(struct buf *out, struct span in)
{
	size_t mark = out->n;
	unsigned char c = 0;

	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] == '%' && !escaped(span_from(in, i), &c))
			return false;
	for (size_t i = 0; i < in.n; i++) {
		c = in.p[i];
		if (c == '%' && escaped(span_from(in, i), &c))
			i += 2;
		buf_byte(out, c);
	}
	buf_settle(out, mark);
	return true;
}

void pct_form(struct buf *out, struct span key, struct span value)
{
	size_t mark = out->n;

	if (out->n != 0)
		buf_byte(out, '&');
	pct_put(out, key);
	buf_byte(out, '=');
	pct_put(out, value);
	buf_settle(out, mark);
}

bool pct_looks_encoded(struct span s)
{
	bool found = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c;

		if (s.p[i] != '%')
			continue;
		if (!escaped(span_from(s, i), &c))
			return false;
		found = found || !unreserved(c) || c == '~'; /* many encoders take it along */
		i += 2;
	}
	return found;
}
