/* text: growing bytes, lists of them, and the end of the program when something is wrong with it. */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes with a NUL behind them that does not count. Starts as { 0 }. */
struct text {
	char *p;
	size_t n, cap;
};

void text_put(struct text *t, const void *p, size_t n);
void text_z(struct text *t, const char *z);
void text_byte(struct text *t, int c);
void text_clear(struct text *t);
void text_f(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));

/* The first n bytes go. */
void text_drop(struct text *t, size_t n);

bool text_eq(const struct text *t, const char *z);

/* The whole file appended; ends the program when it cannot be read. */
void text_file(struct text *t, const char *path);

/* The same bytes for people: what is not printable as \xNN, at most `max` of them, then "...". */
void text_shown(struct text *to, const char *p, size_t n, size_t max);

/* A list of lines, each with the number that it has in its file. */
struct lines {
	struct line {
		struct text text;
		int number;
	} * p;
	size_t n;
};

struct text *lines_add(struct lines *l, const char *p, size_t n, int number);

/* Standard or URL alphabet; the latter without padding. */
void text_base64(struct text *to, const void *p, size_t n, bool url);

/* Percent-encoding of everything but A-Z a-z 0-9 - . _ ~ */
void text_percent(struct text *to, const char *p, size_t n);

void *must_alloc(size_t n);

/* "sim: ..." on stderr, exit status 2. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
