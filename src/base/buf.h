/* buf: an append-only writer into lent bytes; appends never fail one by one. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/span.h"

/* The compiler checks the arguments of a function whose `at`-th parameter is a format of buf_say. */
#define BUF_FORMAT(at) __attribute__((format(printf, at, at + 1)))

/* The caller lends p[0..cap). An append that does not fit writes nothing, sets
 * `full`, and every later append is ignored: append ten times, ask once. */
struct buf {
	unsigned char *p;
	size_t cap;
	size_t n;
	bool full;
};

/* A buf over a char or unsigned char array (not a pointer). */
#define BUF(array) ((struct buf){ (unsigned char *)(array), sizeof(array), 0, false })

/* A buf over a NUL-terminated field of `size` bytes: it is filled with zeros, of which the last one stays. */
struct buf buf_field(char *field, size_t size);

/* True while everything appended so far has fitted. */
bool buf_ok(const struct buf *b) MUST;

/* What has been written; lives as long as the lent bytes and until the next append. */
struct span buf_span(const struct buf *b);

/* Take back what was appended since `mark`, a former b->n, if not all of it fitted. */
void buf_settle(struct buf *b, size_t mark);

void buf_put(struct buf *b, struct span s);
void buf_z(struct buf *b, const char *z);
void buf_byte(struct buf *b, unsigned char c);
void buf_fill(struct buf *b, unsigned char c, size_t n);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);

/* A sentence. Conversions: %s, %.*s (of a span: SPAN_ARG), %c, %d, %u, %02u, %04u, %zu, %lld, %llu and %%; any other
 * is a mistake of ours and traps, and a lint finds it before. What does not fit as a whole leaves no bytes behind;
 * buf_vsay keeps what fitted, piece by piece. */
void buf_say(struct buf *b, const char *format, ...) BUF_FORMAT(2);
void buf_vsay(struct buf *b, const char *format, va_list arguments);

/* Decimal, with zeros in front up to `width` digits. */
void buf_digits(struct buf *b, uint64_t v, unsigned width);

/* Two lower-case hexadecimal digits a byte. */
void buf_hex(struct buf *b, struct span s);

/* A character in UTF-8; what is none (a surrogate, above U+10FFFF) becomes U+FFFD. */
void buf_utf8(struct buf *b, uint32_t c);

/* Does this character change how the text around it looks, or is it not seen at all? Controls and Unicode's
 * Default_Ignorable_Code_Point, line and paragraph separators, interlinear marks. */
bool buf_invisible(uint32_t c);

/* Bytes from outside, made fit for a terminal and a log: printable ASCII and well-formed UTF-8 stay; control characters
 * (also C1), bidirectional overrides, other invisible format characters and broken UTF-8 become \xNN, a backslash stays
 * itself. CR and LF become one space together, a tab becomes one. What does not fit is cut at a character, with "..."
 * as the end and `full` left alone: evidence may be shortened, an answer may not. */
void buf_printable(struct buf *b, struct span s);

#endif
