/* store_text: the text of the token store: a first line, entries, and a last line that seals them.
 *
 *	o2pop.tokens/1
 *	[KEY]                  64 hexadecimal digits in lower case, none twice
 *	access_token = TEXT    may be empty, like refresh_token
 *	expires = NUMBER       Unix seconds of the access token's end, up to the year 9999
 *	refresh_token = TEXT
 *	end DIGEST             SHA-256 of all that stands above, as 64 hexadecimal digits
 *
 * Lines end in LF, also the last; nothing else may stand in it, not even a blank line. Its own digest does not
 * keep anybody from changing it: it tells a whole file from one that was cut off or edited. */
#ifndef IDENT_STORE_TEXT_H
#define IDENT_STORE_TEXT_H

#include "base/buf.h"

enum {
	STORE_TEXT_ROWS = 32, /* one file serves many profiles of one person or service */
	STORE_TEXT_KEY = 64   /* digits of a key */
};

/* 9999-12-31T23:59:59Z: what ends later is no time. */
#define STORE_TEXT_EXPIRES_MAX INT64_C(253402300799)

/* One entry. Borrowed: lives as long as the text that was read, or as what the caller put in. */
struct store_text_row {
	struct span whole; /* all its lines; not needed to write one */
	struct span key, access, refresh;
	int64_t expires;
};

struct store_text {
	size_t n;
	struct store_text_row row[STORE_TEXT_ROWS];
};

enum store_text_form {
	STORE_TEXT_GOOD,   /* also the empty text: a store without entries */
	STORE_TEXT_TORN,   /* it begins as a store and is not one: cut off, changed, too many entries */
	STORE_TEXT_FOREIGN /* something else, or of another version */
};

/* Read all of it or nothing: unless it is good, t->n is 0. */
enum store_text_form store_text_read(struct span text, struct store_text *t);

/* Can this be written and read again? An access token holds visible ASCII (RFC 6750), a refresh token blanks too
 * (RFC 6749 appendix A.17), each at most SECRET_MAX bytes. */
bool store_text_fits(const struct store_text_row *row) MUST;

/* Write a store: the first line, then entries that fit, then the seal over all that is in `out`. */
void store_text_begin(struct buf *out);
void store_text_put(struct buf *out, const struct store_text_row *row);
void store_text_seal(struct buf *out);

#endif
