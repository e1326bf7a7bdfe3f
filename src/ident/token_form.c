#include "ident/token_form.h"

#include "text/pct.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* What each form consists of, in this order. */
static const struct form {
	const char *grant_type; /* NULL: it has none */
	bool client_id, scope;
	bool assertion_type; /* says what kind of assertion the proof is */
	bool client_secret;  /* beside the proof, if there is one */
	const char *proof;
} forms[TOKEN_FORM__COUNT] = {
	[TOKEN_FORM_SECRET] = { "client_credentials", true, true, false, false, "client_secret" },
	[TOKEN_FORM_ASSERTION] = { "client_credentials", true, true, true, false, "client_assertion" },
	[TOKEN_FORM_JWT_BEARER] = { "urn:ietf:params:oauth:grant-type:jwt-bearer", false, false, false, false,
	                            "assertion" },
	[TOKEN_FORM_DEVICE_START] = { NULL, true, true, false, true, NULL },
	[TOKEN_FORM_DEVICE_CODE] = { "urn:ietf:params:oauth:grant-type:device_code", true, false, false, true,
	                             "device_code" },
	[TOKEN_FORM_REFRESH_TOKEN] = { "refresh_token", true, true, false, true, "refresh_token" },
};

static void put_open(struct buf *body, struct buf *shown, const char *key, struct span value)
{
	pct_form(body, span_z(key), value);
	pct_form(shown, span_z(key), value);
}

static void put_secret(struct buf *body, struct buf *shown, const char *key, const struct secret *value)
{
	pct_form(body, span_z(key), secret_reveal(value));
	buf_say(shown, "&%s=<%s %zu characters>", key, key, secret_length(value));
}

void token_form(const struct token_request *q, struct buf *body, struct buf *shown)
{
	const struct form *form = &forms[q->form];

	if (form->grant_type != NULL)
		put_open(body, shown, "grant_type", span_z(form->grant_type));
	if (form->client_id)
		put_open(body, shown, "client_id", q->client_id);
	if (form->scope)
		put_open(body, shown, "scope", q->scope);
	if (form->assertion_type)
		put_open(body, shown, "client_assertion_type", SPAN(ASSERTION_TYPE));
	if (form->client_secret && q->client_secret != NULL && secret_is_set(q->client_secret))
		put_secret(body, shown, "client_secret", q->client_secret);
	if (form->proof != NULL)
		put_secret(body, shown, form->proof, q->proof);
}
