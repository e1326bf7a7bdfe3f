#include "ident/store_text.h"

#include "base/secret.h"
#include "net/tls_sha256.h"

#define FIRST   "o2pop.tokens/1\n"
#define ACCESS  "access_token = "
#define EXPIRES "expires = "
#define REFRESH "refresh_token = "
#define LAST    "end "

enum { SEAL_SIZE = sizeof LAST - 1 + 64 + 1 };

static void put_digest(struct buf *out, struct span text)
{
	unsigned char digest[32];

	tls_sha256(text, digest);
	buf_hex(out, (struct span){ digest, sizeof digest });
}

/* What stands before the last line; false unless that line is right. */
static bool sealed(struct span text, struct span *body)
{
	char want[SEAL_SIZE];
	struct buf b = BUF(want);

	if (text.n < SEAL_SIZE)
		return false;
	*body = span_first(text, text.n - SEAL_SIZE);
	buf_z(&b, LAST);
	put_digest(&b, *body);
	buf_z(&b, "\n");
	return span_eq(span_from(text, body->n), buf_span(&b));
}

/* A line's end: what stands between `head` and `tail`. Takes it off *rest. */
static bool take(struct span *rest, struct span head, struct span tail, struct span *value)
{
	struct span line;
	size_t at;

	if (!span_find_byte(*rest, '\n', &at))
		return false;
	line = span_first(*rest, at + 1);
	if (line.n < head.n + tail.n || !span_starts(line, head) || !span_ends(line, tail))
		return false;
	*rest = span_from(*rest, line.n);
	*value = span_first(span_from(line, head.n), line.n - head.n - tail.n);
	return true;
}

static bool take_row(struct span *rest, struct store_text_row *row)
{
	struct span all = *rest, expires;
	uint64_t seconds;

	if (!take(rest, SPAN("["), SPAN("]\n"), &row->key) || !take(rest, SPAN(ACCESS), SPAN("\n"), &row->access) ||
	    !take(rest, SPAN(EXPIRES), SPAN("\n"), &expires) || !take(rest, SPAN(REFRESH), SPAN("\n"), &row->refresh) ||
	    !span_u64(expires, (uint64_t)STORE_TEXT_EXPIRES_MAX, &seconds))
		return false;
	row->expires = (int64_t)seconds;
	row->whole = span_first(all, all.n - rest->n);
	return store_text_fits(row);
}

static bool known(const struct store_text *t, struct span key)
{
	for (size_t i = 0; i < t->n; i++)
		if (span_eq(t->row[i].key, key))
			return true;
	return false;
}

enum store_text_form store_text_read(struct span text, struct store_text *t)
{
	struct span body;

	t->n = 0;
	if (text.n == 0)
		return STORE_TEXT_GOOD;
	if (!span_starts(text, SPAN(FIRST)))
		return span_starts(SPAN(FIRST), text) ? STORE_TEXT_TORN : STORE_TEXT_FOREIGN;
	if (!sealed(text, &body) || body.n < sizeof FIRST - 1)
		return STORE_TEXT_TORN;
	body = span_from(body, sizeof FIRST - 1);
	while (body.n != 0) {
		struct store_text_row row;

		if (t->n == STORE_TEXT_ROWS || !take_row(&body, &row) || known(t, row.key)) {
			t->n = 0;
			return STORE_TEXT_TORN;
		}
		t->row[t->n++] = row;
	}
	return STORE_TEXT_GOOD;
}

static bool holds_only(struct span s, unsigned char least)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < least || s.p[i] > '~')
			return false;
	return s.n <= SECRET_MAX;
}

bool store_text_fits(const struct store_text_row *row)
{
	if (row->key.n != STORE_TEXT_KEY)
		return false;
	for (size_t i = 0; i < row->key.n; i++)
		if ((row->key.p[i] < '0' || row->key.p[i] > '9') && (row->key.p[i] < 'a' || row->key.p[i] > 'f'))
			return false;
	return holds_only(row->access, '!') && holds_only(row->refresh, ' ') && row->expires >= 0 &&
	       row->expires <= STORE_TEXT_EXPIRES_MAX;
}

void store_text_begin(struct buf *out)
{
	buf_z(out, FIRST);
}

void store_text_put(struct buf *out, const struct store_text_row *row)
{
	buf_say(out, "[%.*s]\n" ACCESS "%.*s\n" EXPIRES "%lld\n" REFRESH "%.*s\n", SPAN_ARG(row->key),
	        SPAN_ARG(row->access), (long long)row->expires, SPAN_ARG(row->refresh));
}

void store_text_seal(struct buf *out)
{
	struct span body = buf_span(out);

	buf_z(out, LAST);
	put_digest(out, body);
	buf_z(out, "\n");
}
