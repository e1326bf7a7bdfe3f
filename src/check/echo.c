#include "check/echo.h"

#include "base/buf.h"
#include "base/secret.h"
#include "text/base64.h"

enum {
	STEP = 4,         /* characters between the pieces of the secret itself */
	STEP_BASE64 = 8,  /* and of its three forms in base64 */
	STEP_HEX = 12,    /* and in hexadecimal digits */
	ENCODED_MAX = 48, /* bytes that are encoded at a time; a multiple of three */
};

/* ---- characters ---------------------------------------------------------------------------------- */

static bool hex_byte(struct span s, unsigned char *byte)
{
	unsigned high, low;

	if (s.n < 2 || !span_hex_digit(s.p[0], &high) || !span_hex_digit(s.p[1], &low))
		return false;
	*byte = (unsigned char)(high << 4 | low);
	return true;
}

/* The next character, whichever way it is written, and how many bytes it takes; `s` has some. */
static size_t character(struct span s, unsigned char *c)
{
	size_t n = 1;

	*c = s.p[0];
	if (*c == '%' && hex_byte(span_from(s, 1), c))
		n = 3;
	else if (span_starts(s, SPAN("\\u00")) && hex_byte(span_from(s, 4), c))
		n = 6;
	else if (span_starts(s, SPAN("\\/")))
		*c = s.p[(n = 2) - 1];
	*c = *c == '-' ? '+' : *c == '_' ? '/' : span_lower(*c); /* base64url is base64 */
	return n;
}

/* FNV-1a of a piece that begins here; 0 when there is less, else its bytes. */
static size_t piece_at(struct span s, uint32_t *hash)
{
	size_t used = 0;

	*hash = 2166136261;
	for (unsigned i = 0; i < ECHO_PIECE; i++) {
		unsigned char c;

		if (used >= s.n)
			return 0;
		used += character(span_from(s, used), &c);
		*hash = (*hash ^ c) * 16777619;
	}
	return used;
}

/* ---- knowing ------------------------------------------------------------------------------------- */

static uint32_t mark_of(uint32_t hash)
{
	return (hash ^ hash >> 16) % ECHO_MARKS;
}

/* The number of the piece with this fingerprint, or n. */
static uint32_t find(const struct echo *e, uint32_t hash)
{
	uint32_t i = 0;

	if ((e->marks[mark_of(hash) / 8] >> mark_of(hash) % 8 & 1) == 0)
		return e->n;
	while (i < e->n && e->piece[i] != hash)
		i++;
	return i;
}

static void add_pieces(struct echo *e, struct span text, size_t step)
{
	size_t at = 0;
	uint32_t hash;

	while (piece_at(span_from(text, at), &hash) != 0) {
		unsigned char ignored;

		if (find(e, hash) == e->n && e->n < ECHO_MAX) {
			e->marks[mark_of(hash) / 8] |= (unsigned char)(1u << mark_of(hash) % 8);
			e->piece[e->n++] = hash;
		}
		for (size_t i = 0; i < step && at < text.n; i++)
			at += character(span_from(text, at), &ignored);
	}
}

/* The same of an encoding, a part at a time; the parts overlap by more than a piece. */
static void add_encoded(struct echo *e, struct span secret, size_t step,
                        void (*encode)(struct buf *out, struct span in))
{
	unsigned char scratch[2 * ENCODED_MAX];

	for (size_t at = 0; at < secret.n; at += ENCODED_MAX / 2) {
		struct buf b = BUF(scratch);

		encode(&b, span_first(span_from(secret, at), ENCODED_MAX));
		add_pieces(e, buf_span(&b), step);
	}
	secret_wipe_bytes(scratch, sizeof scratch);
}

void echo_add(struct echo *e, struct span secret, const char *name)
{
	if (secret.n < ECHO_PIECE || e->names == ECHO_NAMES)
		return;
	e->name[e->names] = (struct echo_name){ name, e->n };
	add_pieces(e, secret, STEP);
	for (size_t offset = 0; offset < 3; offset++)
		add_encoded(e, span_from(secret, offset), STEP_BASE64, base64_put);
	add_encoded(e, secret, STEP_HEX, buf_hex);
	if (e->n != e->name[e->names].from)
		e->names++;
}

/* ---- recognising --------------------------------------------------------------------------------- */

const char *echo_at(const struct echo *e, struct span text, size_t *n)
{
	unsigned name = e->names;
	uint32_t hash, found;
	size_t used = e->n != 0 ? piece_at(text, &hash) : 0;

	if (used == 0 || (found = find(e, hash)) == e->n)
		return NULL;
	*n = used;
	while (name != 0 && e->name[name - 1].from > found)
		name--;
	return name != 0 ? e->name[name - 1].name : NULL;
}
