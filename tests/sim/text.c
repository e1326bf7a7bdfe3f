#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...)
{
	va_list ap;

	fputs("sim: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void *must_alloc(size_t n)
{
	void *p = calloc(1, n != 0 ? n : 1);

	if (p == NULL)
		die("no memory");
	return p;
}

static void reserve(struct text *t, size_t n)
{
	size_t cap = t->cap != 0 ? t->cap : 64;

	while (cap < t->n + n + 1)
		cap *= 2;
	if (cap == t->cap)
		return;
	t->p = realloc(t->p, cap);
	if (t->p == NULL)
		die("no memory");
	t->cap = cap;
}

void text_put(struct text *t, const void *p, size_t n)
{
	reserve(t, n);
	if (n != 0)
		memcpy(t->p + t->n, p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

void text_z(struct text *t, const char *z)
{
	text_put(t, z, strlen(z));
}

void text_byte(struct text *t, int c)
{
	char byte = (char)c;

	text_put(t, &byte, 1);
}

void text_clear(struct text *t)
{
	t->n = 0;
	text_put(t, "", 0);
}

void text_f(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		die("cannot format \"%s\"", format);
	reserve(t, (size_t)n);
	va_start(ap, format);
	vsnprintf(t->p + t->n, (size_t)n + 1, format, ap);
	va_end(ap);
	t->n += (size_t)n;
}

void text_drop(struct text *t, size_t n)
{
	memmove(t->p, t->p + n, t->n - n);
	t->n -= n;
	t->p[t->n] = '\0';
}

bool text_eq(const struct text *t, const char *z)
{
	return t->n == strlen(z) && memcmp(t->p, z, t->n) == 0;
}

void text_file(struct text *t, const char *path)
{
	char part[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		text_put(t, part, n);
	if (ferror(f))
		die("%s: cannot be read", path);
	fclose(f);
	text_put(t, "", 0);
}

void text_shown(struct text *to, const char *p, size_t n, size_t max)
{
	size_t shown = n < max ? n : max;

	for (size_t i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x20 && c < 0x7f)
			text_byte(to, c);
		else
			text_f(to, "\\x%02x", c);
	}
	if (shown < n)
		text_f(to, "... (%zu bytes)", n);
	text_put(to, "", 0);
}

struct text *lines_add(struct lines *l, const char *p, size_t n, int number)
{
	l->p = realloc(l->p, (l->n + 1) * sizeof *l->p);
	if (l->p == NULL)
		die("no memory");
	l->p[l->n] = (struct line){ .number = number };
	text_put(&l->p[l->n].text, p, n);
	return &l->p[l->n++].text;
}

void text_base64(struct text *to, const void *p, size_t n, bool url)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const unsigned char *in = p;

	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		unsigned long v = (unsigned long)in[i] << 16;

		v |= have > 1 ? (unsigned long)in[i + 1] << 8 : 0;
		v |= have > 2 ? in[i + 2] : 0;
		for (size_t k = 0; k < 4; k++) {
			unsigned d = v >> (18 - 6 * k) & 63;

			if (k <= have)
				text_byte(to, d < 62 ? digits[d] : d == 62 ? (url ? '-' : '+') : (url ? '_' : '/'));
			else if (!url)
				text_byte(to, '=');
		}
	}
	text_put(to, "", 0);
}

void text_percent(struct text *to, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		    c == '.' || c == '_' || c == '~')
			text_byte(to, c);
		else
			text_f(to, "%%%02X", c);
	}
	text_put(to, "", 0);
}
