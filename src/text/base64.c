#include "text/base64.h"

/* What a byte outside the alphabet decodes to; digits are 0..63. */
enum { NO_DIGIT = 64 };

static unsigned char digit(unsigned v, bool url)
{
	static const unsigned char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	if (v < sizeof letters - 1)
		return letters[v];
	if (v == 62)
		return url ? '-' : '+';
	return url ? '_' : '/';
}

static unsigned value(unsigned char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - (unsigned)'A';
	if (c >= 'a' && c <= 'z')
		return c - (unsigned)'a' + 26;
	if (c >= '0' && c <= '9')
		return c - (unsigned)'0' + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	return c == (url ? '_' : '/') ? 63 : NO_DIGIT;
}

static void put(struct buf *out, struct span in, bool url)
{
	size_t mark = out->n;

	while (in.n != 0 && !out->full) {
		unsigned bits = (unsigned)in.p[0] << 16;
		size_t n = in.n < 3 ? in.n : 3; /* bytes of this group; they make n + 1 digits */

		if (n > 1)
			bits |= (unsigned)in.p[1] << 8;
		if (n > 2)
			bits |= in.p[2];
		for (size_t i = 0; i <= n; i++)
			buf_byte(out, digit(bits >> (18 - 6 * i) & 63, url));
		if (!url)
			buf_fill(out, '=', 3 - n);
		in = span_from(in, n);
	}
	buf_settle(out, mark);
}

/* Nothing but digits, of a possible number, and no bit set that belongs to no byte. */
static bool well_formed(struct span digits, bool url)
{
	unsigned last = 0;

	for (size_t i = 0; i < digits.n; i++) {
		last = value(digits.p[i], url);
		if (last == NO_DIGIT)
			return false;
	}
	switch (digits.n % 4) {
	case 1:
		return false;
	case 2:
		return (last & 15) == 0;
	case 3:
		return (last & 3) == 0;
	}
	return true;
}

static bool get(struct buf *out, struct span digits, bool url)
{
	unsigned bits = 0, have = 0;
	size_t mark = out->n;

	if (!well_formed(digits, url))
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		bits = (bits << 6 | value(digits.p[i], url)) & 0xfff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_byte(out, (unsigned char)(bits >> have));
		}
	}
	buf_settle(out, mark);
	return true;
}

void base64_put(struct buf *out, struct span in)
{
	put(out, in, false);
}

void base64_url_put(struct buf *out, struct span in)
{
	put(out, in, true);
}

bool base64_get(struct buf *out, struct span in)
{
	if (in.n % 4 != 0)
		return false;
	for (int pads = 0; pads < 2 && in.n != 0 && in.p[in.n - 1] == '='; pads++)
		in.n--;
	return get(out, in, false);
}

bool base64_url_get(struct buf *out, struct span in)
{
	return get(out, in, true);
}
