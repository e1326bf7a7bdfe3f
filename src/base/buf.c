#include "base/buf.h"

#include <string.h>

struct buf buf_field(char *field, size_t size)
{
	memset(field, 0, size);
	return (struct buf){ (unsigned char *)field, size - 1, 0, false };
}

bool buf_ok(const struct buf *b)
{
	return !b->full;
}

struct span buf_span(const struct buf *b)
{
	return (struct span){ b->p, b->n };
}

void buf_settle(struct buf *b, size_t mark)
{
	if (b->full)
		b->n = mark;
}

void buf_put(struct buf *b, struct span s)
{
	if (b->full || s.n > b->cap - b->n) {
		b->full = true;
		return;
	}
	if (s.n != 0)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void buf_z(struct buf *b, const char *z)
{
	buf_put(b, span_z(z));
}

void buf_byte(struct buf *b, unsigned char c)
{
	buf_put(b, (struct span){ &c, 1 });
}

void buf_fill(struct buf *b, unsigned char c, size_t n)
{
	if (b->full || n > b->cap - b->n) {
		b->full = true;
		return;
	}
	if (n != 0)
		memset(b->p + b->n, c, n);
	b->n += n;
}

void buf_digits(struct buf *b, uint64_t v, unsigned width)
{
	unsigned char text[20]; /* 2^64 has 20 decimal digits */
	size_t at = sizeof text;

	do {
		text[--at] = (unsigned char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	while (at != 0 && sizeof text - at < width)
		text[--at] = '0';
	buf_put(b, (struct span){ text + at, sizeof text - at });
}

void buf_u64(struct buf *b, uint64_t v)
{
	buf_digits(b, v, 1);
}

void buf_i64(struct buf *b, int64_t v)
{
	size_t mark = b->n;

	if (v < 0)
		buf_byte(b, '-');
	buf_u64(b, v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v);
	buf_settle(b, mark);
}

void buf_hex(struct buf *b, struct span s)
{
	static const unsigned char digit[] = "0123456789abcdef";
	size_t mark = b->n;

	for (size_t i = 0; i < s.n && !b->full; i++) {
		buf_byte(b, digit[s.p[i] >> 4]);
		buf_byte(b, digit[s.p[i] & 15]);
	}
	buf_settle(b, mark);
}

/* True when the format goes on with this conversion, which is then behind it. */
static bool takes(struct span *format, struct span conversion)
{
	if (!span_starts(*format, conversion))
		return false;
	*format = span_from(*format, conversion.n);
	return true;
}

void buf_vsay(struct buf *b, const char *format, va_list arguments)
{
	struct span rest = span_z(format);

	while (rest.n != 0) {
		size_t n = rest.n;

		span_find_byte(rest, '%', &n);
		buf_put(b, span_first(rest, n));
		rest = span_from(rest, n);
		if (rest.n == 0)
			return;
		if (takes(&rest, SPAN("%s"))) {
			buf_z(b, va_arg(arguments, const char *));
		} else if (takes(&rest, SPAN("%.*s"))) {
			n = (size_t)va_arg(arguments, int);
			buf_put(b, (struct span){ va_arg(arguments, const unsigned char *), n });
		} else if (takes(&rest, SPAN("%c"))) {
			buf_byte(b, (unsigned char)va_arg(arguments, int));
		} else if (takes(&rest, SPAN("%d"))) {
			buf_i64(b, va_arg(arguments, int));
		} else if (takes(&rest, SPAN("%u"))) {
			buf_u64(b, va_arg(arguments, unsigned));
		} else if (takes(&rest, SPAN("%02u"))) {
			buf_digits(b, va_arg(arguments, unsigned), 2);
		} else if (takes(&rest, SPAN("%04u"))) {
			buf_digits(b, va_arg(arguments, unsigned), 4);
		} else if (takes(&rest, SPAN("%zu"))) {
			buf_u64(b, va_arg(arguments, size_t));
		} else if (takes(&rest, SPAN("%lld"))) {
			buf_i64(b, va_arg(arguments, long long));
		} else if (takes(&rest, SPAN("%llu"))) {
			buf_u64(b, va_arg(arguments, unsigned long long));
		} else if (takes(&rest, SPAN("%%"))) {
			buf_byte(b, '%');
		} else {
			__builtin_trap();
		}
	}
}

void buf_say(struct buf *b, const char *format, ...)
{
	size_t mark = b->n;
	va_list arguments;

	va_start(arguments, format);
	buf_vsay(b, format, arguments);
	va_end(arguments);
	if (b->full && b->n != mark) { /* who wipes a secret wipes b->n bytes: nothing may stay behind them */
		memset(b->p + mark, 0, b->n - mark);
		b->n = mark;
	}
}

void buf_utf8(struct buf *b, uint32_t c)
{
	static const unsigned char lead[] = { 0x00, 0xc0, 0xe0, 0xf0 };
	unsigned char bytes[4];
	size_t n = 4;

	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	if (c < 0x80)
		n = 1;
	else if (c < 0x10000)
		n = c < 0x800 ? 2 : 3;
	for (size_t i = n - 1; i != 0; i--, c >>= 6)
		bytes[i] = (unsigned char)(0x80 | (c & 0x3f));
	bytes[0] = (unsigned char)(lead[n - 1] | c);
	buf_put(b, (struct span){ bytes, n });
}

bool buf_invisible(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{ 0x00, 0x1f },       { 0x7f, 0x9f },       { 0xad, 0xad },       { 0x034f, 0x034f },
		{ 0x061c, 0x061c },   { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
		{ 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < COUNT(hidden); i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return true;
	return false;
}

/* One character of s as it may be shown, at most PRINT_MAX bytes; returns how much of s it took. */
enum { PRINT_MAX = 4 };

static size_t print_one(struct buf *out, struct span s)
{
	uint32_t c;
	size_t n = span_utf8(s, &c);

	if (n != 0 && !buf_invisible(c)) {
		buf_put(out, span_first(s, n));
		return n;
	}
	if (s.p[0] == '\r' && s.n > 1 && s.p[1] == '\n') {
		buf_byte(out, ' ');
		return 2;
	}
	if (s.p[0] == '\r' || s.p[0] == '\n' || s.p[0] == '\t') {
		buf_byte(out, ' ');
		return 1;
	}
	buf_put(out, SPAN("\\x"));
	buf_hex(out, span_first(s, 1));
	return 1;
}

void buf_printable(struct buf *b, struct span s)
{
	size_t last = b->n; /* where "..." still fits */

	while (s.n != 0 && !b->full) {
		unsigned char shown[PRINT_MAX];
		struct buf one = BUF(shown);
		size_t took = print_one(&one, s);

		if (one.n > b->cap - b->n) {
			b->n = last;
			if (b->cap - b->n >= 3)
				buf_put(b, SPAN("..."));
			return;
		}
		buf_put(b, buf_span(&one));
		if (b->cap - b->n >= 3)
			last = b->n;
		s = span_from(s, took);
	}
}
