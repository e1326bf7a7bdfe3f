#include "check/hide.h"

#include <string.h>

#include "text/base64.h"
#include "text/pct.h"

enum { HIDE_LEAST = 6 };

static void add(struct hide *h, struct span start, const char *name)
{
	struct hide_key *k = &h->key[h->n];

	if (start.n < HIDE_LEAST || h->n == HIDE_MAX)
		return;
	k->n = start.n < HIDE_KEY ? start.n : HIDE_KEY;
	memcpy(k->bytes, start.p, k->n);
	k->name = name;
	h->n++;
}

void hide_secret(struct hide *h, const struct secret *s, const char *name)
{
	unsigned char room[PCT_SIZE(HIDE_KEY)];
	struct buf encoded = BUF(room);
	struct span start = span_first(secret_reveal(s), HIDE_KEY);

	add(h, start, name);
	pct_put(&encoded, start);
	if (!span_eq(buf_span(&encoded), start))
		add(h, buf_span(&encoded), name);
	secret_wipe_bytes(room, sizeof room);
}

void hide_sasl(struct hide *h, struct span mailbox)
{
	unsigned char frame[12], room[BASE64_SIZE(sizeof frame)];
	struct buf start = BUF(frame), line = BUF(room);

	buf_z(&start, "user=");
	buf_put(&start, span_first(mailbox, sizeof frame - start.n));
	if (start.n == sizeof frame) /* less would end in padding, which the line has not at this place */
		base64_put(&line, buf_span(&start));
	add(h, buf_span(&line), "sasl");
}

/* The characters that tokens, secrets and their encodings consist of. */
static bool credential_character(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~' || c == '+' || c == '/' || c == '=' || c == '%';
}

static const struct hide_key *key_at(const struct hide *h, struct span text)
{
	for (unsigned i = 0; i < h->n; i++)
		if (span_starts(text, (struct span){ h->key[i].bytes, h->key[i].n }))
			return &h->key[i];
	return NULL;
}

void hide_put(const struct hide *h, struct span text, struct buf *out)
{
	while (text.n != 0) {
		const struct hide_key *k = key_at(h, text);
		size_t n;

		if (k == NULL) {
			buf_byte(out, text.p[0]);
			text = span_from(text, 1);
			continue;
		}
		for (n = k->n; n < text.n && credential_character(text.p[n]); n++)
			continue;
		buf_byte(out, '<');
		buf_z(out, k->name);
		buf_byte(out, '>');
		text = span_from(text, n);
	}
}

void hide_row(const struct hide *h, struct row *row)
{
	unsigned char room[FAULT_EVIDENCE_MAX + FACT_TEXT_MAX];
	struct buf text = BUF(room);
	struct row told = { .rung = row->rung, .verdict = row->verdict, .because = row->because,
		            .began_ms = row->began_ms, .ms = row->ms };

	if (row->fault.code != FAULT_NONE) {
		hide_put(h, fault_evidence(&row->fault), &text);
		(void)fault_set(&told.fault, row->fault.code, row->fault.num, buf_span(&text));
	}
	for (uint32_t i = 0; i < row->facts; i++) {
		text = BUF(room);
		hide_put(h, (struct span){ (const unsigned char *)row->text + row->fact[i].at, row->fact[i].n },
		         &text);
		row_fact(&told, row->fact[i].key, buf_span(&text));
	}
	*row = told;
}
