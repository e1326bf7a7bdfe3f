#include "check/redact.h"

#include <string.h>

#include "text/base64.h"
#include "text/oauthbearer.h"
#include "text/pct.h"
#include "text/xoauth2.h"

enum {
	REDACT_LEAST = 6,
	FRAME_START = 12 /* bytes of a login text; a multiple of three, so that its base64 goes on behind it */
};

static const struct redact_key *key_at(const struct redact *h, struct span text)
{
	for (unsigned i = 0; i < h->n; i++)
		if (span_starts(text, (struct span){ h->key[i].bytes, h->key[i].n }))
			return &h->key[i];
	return NULL;
}

/* What is known already, as after each try of the same request, needs no further scratch. */
static void add(struct redact *h, struct span start, const char *name)
{
	struct redact_key *k = &h->key[h->n];

	if (start.n < REDACT_LEAST || h->n == REDACT_MAX || key_at(h, span_first(start, REDACT_KEY)) != NULL)
		return;
	k->n = start.n < REDACT_KEY ? start.n : REDACT_KEY;
	memcpy(k->bytes, start.p, k->n);
	k->name = name;
	h->n++;
}

void redact_secret(struct redact *h, const struct secret *s, const char *name)
{
	unsigned char scratch[PCT_SIZE(REDACT_KEY)];
	struct buf encoded = BUF(scratch);
	struct span start = span_first(secret_reveal(s), REDACT_KEY);

	echo_add(&h->echo, secret_reveal(s), name);
	add(h, start, name);
	pct_put(&encoded, start);
	if (!span_eq(buf_span(&encoded), start))
		add(h, buf_span(&encoded), name);
	secret_wipe_bytes(scratch, sizeof scratch);
}

static void add_frame(struct redact *h, struct span frame)
{
	unsigned char scratch[BASE64_SIZE(FRAME_START)];
	struct buf line = BUF(scratch);

	base64_put(&line, span_first(frame, FRAME_START));
	add(h, buf_span(&line), "sasl");
}

void redact_sasl(struct redact *h, struct span mailbox)
{
	unsigned char one[XOAUTH2_FRAME_SIZE(FRAME_START, 0)];
	unsigned char other[OAUTHBEARER_FRAME_SIZE(FRAME_START, 0, 0)];
	struct buf xoauth2 = BUF(one), bearer = BUF(other);
	struct span start = span_first(mailbox, FRAME_START);

	xoauth2_put(&xoauth2, start, SPAN_NONE);
	oauthbearer_put(&bearer, start, SPAN_NONE, 0, SPAN_NONE);
	add_frame(h, buf_span(&xoauth2));
	add_frame(h, buf_span(&bearer));
}

void redact_put(const struct redact *h, struct span text, struct buf *out)
{
	while (text.n != 0) {
		const struct redact_key *k = key_at(h, text);
		size_t n = k != NULL ? k->n : 1;
		const char *name = k != NULL ? k->name : echo_at(&h->echo, text, &n);

		if (name == NULL) {
			buf_byte(out, text.p[0]);
			text = span_from(text, 1);
			continue;
		}
		buf_say(out, "<%s>", name);
		text = span_from(text, n);
		/* The characters that tokens, secrets and their encodings consist of. */
		text = span_from(text, span_run(text, "-._~+/=%"));
	}
}

/* Not in the frame of its caller, whose step has gone deeper than this does. */
__attribute__((noinline)) void redact_row(const struct redact *h, struct row *row)
{
	unsigned char scratch[FAULT_EVIDENCE_MAX + FACT_TEXT_MAX];
	struct buf text = BUF(scratch);
	struct row sent = { .step = row->step,
		            .verdict = row->verdict,
		            .because = row->because,
		            .began_ms = row->began_ms,
		            .ms = row->ms };

	if (row->fault.code != FAULT_NONE) {
		redact_put(h, fault_evidence(&row->fault), &text);
		(void)fault_set(&sent.fault, row->fault.code, row->fault.num, buf_span(&text));
	}
	for (uint32_t i = 0; i < row->facts; i++) {
		const struct row_fact *fact = &row->fact[i];

		text = BUF(scratch);
		redact_put(h, (struct span){ (const unsigned char *)row->text + fact->at, fact->n }, &text);
		if (fact->n == 0)
			row_number(&sent, fact->key, fact->number);
		else if (row_fact_type(fact->key) == ROW_LIST)
			row_list(&sent, fact->key, buf_span(&text), ROW_SEPARATOR);
		else
			row_fact(&sent, fact->key, buf_span(&text));
	}
	*row = sent;
}
