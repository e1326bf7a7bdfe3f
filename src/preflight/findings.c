#include "preflight/findings.h"

#include "ident/shape.h"

enum {
	VALUE_MAX = 200, /* of a value that is quoted */
	SECRET_MIN = 8   /* a shorter "secret" may stand in a value by chance */
};

static bool within(const struct secret *s, struct span text)
{
	size_t at;

	return secret_length(s) >= SECRET_MIN && span_find(text, secret_reveal(s), &at);
}

bool findings_shows_secret(const struct findings *l, struct span text)
{
	return within(&l->credential->client_secret, text) || within(&l->credential->assertion, text);
}

/* A secret or a token where it does not belong, because two settings were exchanged. */
static bool looks_secret(struct span s)
{
	return (shape_class(shape_find(s)) &
	        (SHAPE_IS_SECRET | SHAPE_IS_ACCESS_TOKEN | SHAPE_IS_REFRESH_TOKEN | SHAPE_IS_CODE | SHAPE_IS_JWT |
	         SHAPE_IS_PASSWORD | SHAPE_IS_KEY | SHAPE_IS_ANSWER | SHAPE_IS_SASL)) != 0;
}

static void put_value(const struct findings *l, struct buf *b, enum setting key)
{
	struct span value = settings_get(l->settings, key);

	if (value.n == 0 || settings_kind(key) == SETTING_KIND_SECRET)
		return;
	if (findings_shows_secret(l, value) || looks_secret(value))
		buf_say(b, " = <%zu characters>", value.n);
	else
		buf_say(b, " = %.*s", SPAN_ARG(span_first(value, VALUE_MAX)));
}

bool findings_refuse(struct findings *l, enum fault_code code, enum setting key, const char *why, ...)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);
	va_list arguments;

	buf_z(&b, settings_key(key));
	put_value(l, &b, key);
	if (l->settings->origin[key].n != 0)
		buf_say(&b, " (%.*s)", SPAN_ARG(span_first(l->settings->origin[key], VALUE_MAX)));
	buf_z(&b, ": ");
	va_start(arguments, why);
	buf_vsay(&b, why, arguments);
	va_end(arguments);
	row_fact(l->row, FACT_SETTING, span_z(settings_key(key)));
	return fault_set(l->fault, code, key, buf_span(&b));
}

void findings_warn(struct findings *l, enum setting key, const char *why, ...)
{
	struct buf before = l->note;
	va_list arguments;

	l->row->verdict = VERDICT_WARN;
	buf_say(&l->note, "%s%s: ", before.n != 0 ? "; " : "", settings_key(key));
	va_start(arguments, why);
	buf_vsay(&l->note, why, arguments);
	va_end(arguments);
	if (l->note.full)
		l->note = before; /* there is no space for this one */
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
		(void)fault_set(l->fault, l->doubt, l->doubted, buf_span(&l->note));
	row_fact(l->row, FACT_NOTE, buf_span(&l->note));
}
