#include "preflight/findings.h"

enum {
	VALUE_MAX = 200, /* of a value that is quoted */
	SECRET_MIN = 8   /* a shorter "secret" may stand in a value by chance */
};

void findings_start(struct findings *l, const struct settings *s, const struct credential *c, struct row *row,
                    struct fault *f)
{
	l->settings = s;
	l->credential = c;
	l->row = row;
	l->fault = f;
	l->note_n = 0;
	l->doubt = FAULT_NONE;
	l->doubted = SETTING_PROVIDER;
}

static bool within(const struct secret *s, struct span text)
{
	size_t at;

	return secret_length(s) >= SECRET_MIN && span_find(text, secret_reveal(s), &at);
}

bool findings_shows_secret(const struct findings *l, struct span text)
{
	return within(&l->credential->client_secret, text) || within(&l->credential->assertion, text);
}

/* An Entra secret where it does not belong, because two settings were exchanged: 34 to 44 characters of its alphabet
 * with a tilde among the first eight. No id, domain, address or scope looks like that. */
static bool looks_secret(struct span s)
{
	size_t at;

	if (s.n < 34 || s.n > 44 || !span_find_byte(span_first(s, 8), '~', &at))
		return false;
	return !span_find_byte(s, '@', &at) && !span_find_byte(s, '/', &at);
}

static void put_value(const struct findings *l, struct buf *b, enum setting key)
{
	struct span value = settings_get(l->settings, key);

	if (value.n == 0 || settings_kind(key) == SETTING_KIND_SECRET)
		return;
	buf_z(b, " = ");
	if (!findings_shows_secret(l, value) && !looks_secret(value)) {
		buf_printable(b, span_first(value, VALUE_MAX));
		return;
	}
	buf_byte(b, '<');
	buf_u64(b, value.n);
	buf_z(b, " characters>");
}

bool findings_refuse(struct findings *l, enum fault_code code, enum setting key, struct span why)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);

	buf_z(&b, settings_key(key));
	put_value(l, &b, key);
	if (l->settings->origin[key].n != 0) {
		buf_z(&b, " (");
		buf_printable(&b, span_first(l->settings->origin[key], VALUE_MAX));
		buf_z(&b, ")");
	}
	buf_z(&b, ": ");
	buf_put(&b, why);
	row_fact(l->row, FACT_SETTING, span_z(settings_key(key)));
	return fault_set(l->fault, code, key, buf_span(&b));
}

void findings_warn(struct findings *l, enum setting key, struct span why)
{
	struct buf b = { (unsigned char *)l->note, sizeof l->note, l->note_n, false };

	l->row->verdict = VERDICT_WARN;
	buf_z(&b, b.n != 0 ? "; " : "");
	buf_z(&b, settings_key(key));
	buf_z(&b, ": ");
	buf_put(&b, why);
	if (buf_ok(&b))
		l->note_n = b.n; /* else there is no room for this one */
}

void findings_doubt(struct findings *l, enum fault_code code, enum setting key)
{
	if (l->doubt != FAULT_NONE)
		return;
	l->doubt = code;
	l->doubted = key;
}

void findings_end(struct findings *l)
{
	if (l->doubt != FAULT_NONE) /* a refusal was first, and stays */
		(void)fault_set(l->fault, l->doubt, l->doubted,
		                (struct span){ (const unsigned char *)l->note, l->note_n });
	row_fact(l->row, FACT_NOTE, (struct span){ (const unsigned char *)l->note, l->note_n });
}
