/* span: borrowed bytes, a pointer and a length, never with a NUL at the end. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A result that must not be ignored. */
#define MUST __attribute__((warn_unused_result))

/* The bytes belong to somebody else; each function that hands out a span says
 * until when they live. An empty span has n == 0 and any p, also NULL. */
struct span {
	const unsigned char *p;
	size_t n;
};

/* The span of a string literal; SPAN_INIT is the form for static tables. */
/* clang-format off */
#define SPAN_INIT(literal) { (const unsigned char *)(literal), sizeof(literal) - 1 }
/* clang-format on */
#define SPAN(literal) ((struct span)SPAN_INIT(literal))
#define SPAN_NONE     ((struct span){ NULL, 0 })

/* The two arguments of "%.*s" in a format of buf_say and its like; s is evaluated twice. */
#define SPAN_ARG(s) (int)(s).n, (const char *)(s).p

/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The span of a NUL-terminated string, without the NUL. */
struct span span_z(const char *z);

bool span_eq(struct span a, struct span b);
bool span_starts(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);

/* The same, with A-Z and a-z taken as equal and no locale. */
bool span_eq_nocase(struct span a, struct span b);
bool span_starts_nocase(struct span s, struct span prefix);
bool span_ends_nocase(struct span s, struct span suffix);

/* Find the first place of needle (or of one byte). *at is untouched when there is none. */
bool span_find(struct span s, struct span needle, size_t *at);
bool span_find_nocase(struct span s, struct span needle, size_t *at);
bool span_find_byte(struct span s, unsigned char c, size_t *at);

/* The part from offset `from` on, and the first `n` bytes; both are clamped to s. */
struct span span_from(struct span s, size_t from);
struct span span_first(struct span s, size_t n);

/* Without spaces, tabs, CR and LF at both ends. */
struct span span_trim(struct span s);

/* Split at the first `c`: head is what stands before it, *rest what follows it.
 * Without a `c`, head is all of s and *rest is empty. Returns head. */
struct span span_cut(struct span s, unsigned char c, struct span *rest);

/* A decimal number, digits only, at most `max`. *v is untouched on false. */
bool span_u64(struct span s, uint64_t max, uint64_t *v) MUST;

/* Of ASCII, without locale: a small letter for a capital one, a digit, a letter or digit or one of `others`; a space or
 * tab, and the same with CR and LF. */
unsigned char span_lower(unsigned char c);
bool span_is_digit(unsigned char c);
bool span_alnum_or(unsigned char c, const char *others);
bool span_is_blank(unsigned char c);
bool span_is_space(unsigned char c);

/* How many bytes at the start of s are letters, digits or one of `others`. */
size_t span_run(struct span s, const char *others);

/* The value of a hexadecimal digit in either case; *v is untouched on false. */
bool span_hex_digit(unsigned char c, unsigned *v);

/* The length of the well-formed UTF-8 character at the start of s, and its value in *c; 0 when there is
 * none (RFC 3629: shortest form, no surrogates, at most U+10FFFF). */
size_t span_utf8(struct span s, uint32_t *c);

#endif
