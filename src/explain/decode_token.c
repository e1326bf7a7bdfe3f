#include "conf/microsoft.h"
#include "explain/decode.h"

#include "conf/provider.h"
#include "ident/claims.h"
#include "text/date.h"
#include "text/json.h"
#include "text/jwt.h"

enum { TOKEN_MIN = 20 }; /* characters; no provider issues shorter ones */

/* A text claim in the scratch; empty when it is absent. */
static struct span claim(struct decoded *d, const char *name)
{
	size_t mark = d->scratch.n;

	if (json_string(d->claims, name, &d->scratch) != JSON_FOUND)
		return (struct span){ NULL, 0 };
	return span_from(buf_span(&d->scratch), mark);
}

static bool has_claim(const struct decoded *d, const char *name)
{
	struct json_value v;

	return json_at(d->claims, name, &v) == JSON_FOUND;
}

static void check_times(struct decoded *d)
{
	char text[80];
	struct buf b = BUF(text);
	int64_t exp, nbf;

	if (json_int(d->claims, "exp", &exp) == JSON_FOUND && exp <= d->now) {
		date_put_span(&b, d->now - exp);
		buf_z(&b, " ago");
		decode_note_of(d, DECODE_FOUND_EXPIRED, buf_span(&b));
	}
	b.n = 0;
	if (json_int(d->claims, "nbf", &nbf) == JSON_FOUND && nbf > d->now + CLAIMS_SKEW_MAX_S) {
		date_put_span(&b, nbf - d->now);
		decode_note_of(d, DECODE_FOUND_NOT_YET, buf_span(&b));
	}
}

static bool for_exchange(struct decoded *d)
{
	struct span aud = claim(d, "aud");

	if (provider_is_exchange(aud))
		return true;
	if (span_starts(aud, SPAN("https://graph.microsoft.com")) || span_eq(aud, SPAN(MICROSOFT_GRAPH)))
		decode_note(d, DECODE_FOUND_GRAPH);
	return false;
}

/* The rights in a token for Exchange. */
static void check_rights(struct decoded *d)
{
	struct span scp = claim(d, "scp");
	struct json_value roles;
	size_t at;

	if (scp.n != 0) {
		if (!span_find(scp, SPAN("POP.AccessAsUser.All"), &at))
			decode_note(d, DECODE_FOUND_NO_POP_SCOPE);
	} else if (json_at(d->claims, "roles", &roles) != JSON_FOUND) {
		decode_note(d, DECODE_FOUND_NO_ROLES);
	} else if (!span_find(roles.raw, SPAN("\"POP.AccessAsApp\""), &at)) {
		decode_note(d, DECODE_FOUND_NO_POP_ROLE);
	}
}

static bool is_assertion(struct decoded *d)
{
	struct span aud = claim(d, "aud"), iss = claim(d, "iss"), sub = claim(d, "sub");
	size_t at;

	return span_find(aud, SPAN("/oauth2/"), &at) || span_starts_nocase(aud, SPAN("api://AzureADTokenExchange")) ||
	       (has_claim(d, "jti") && iss.n != 0 && span_eq(iss, sub));
}

static bool part(struct decoded *d, struct span from, struct span *json)
{
	size_t mark = d->scratch.n;

	if (!jwt_json(from, &d->scratch) || d->scratch.full)
		return false;
	*json = span_from(buf_span(&d->scratch), mark);
	return true;
}

/* It looks like a JWT, but cannot be taken apart: what happened to it? */
static void check_broken(struct decoded *d)
{
	struct span rest, first = span_cut(d->token, '.', &rest);
	struct span second = span_cut(rest, '.', &rest);
	size_t at;

	(void)!part(d, first, &d->header);
	if (second.n != 0)
		(void)!part(d, second, &d->claims);
	if (d->length == DECODE_TTY_LINE)
		return; /* said already */
	if (span_find_byte(d->token, '+', &at) || span_find_byte(d->token, '/', &at))
		decode_note(d, DECODE_FOUND_TOKEN_BASE64);
	else if (span_ends(d->token, SPAN("=")))
		decode_note(d, DECODE_FOUND_TOKEN_PADDING);
	else
		decode_note(d, DECODE_FOUND_TRUNCATED);
}

/* Tokens that cannot be read, and what is none: by the form. */
static void check_opaque(struct decoded *d)
{
	d->shape = shape_find(d->token);
	if (d->shape == SHAPE_NONE && d->token.n != 0 && d->token.n < TOKEN_MIN)
		decode_note(d, DECODE_FOUND_NAME);
	else if (shape_class(d->shape) == SHAPE_IS_ACCESS_TOKEN)
		decode_note_of(d, DECODE_FOUND_OPAQUE, span_z(shape_what(d->shape)));
	else if (d->shape != SHAPE_NONE && shape_class(d->shape) != SHAPE_IS_JWT)
		decode_note_of(d, DECODE_FOUND_NOT_TOKEN, span_z(shape_what(d->shape)));
}

void decode_token(struct decoded *d)
{
	struct jwt j;
	size_t bad;

	if (!jwt_is_b64token(d->token, &bad) && d->token.n != 0)
		decode_note(d, DECODE_FOUND_ALPHABET);
	if (!jwt_split(d->token, &j) || !part(d, j.header, &d->header) || !part(d, j.payload, &d->claims)) {
		(span_starts(d->token, SPAN("eyJ")) ? check_broken : check_opaque)(d);
		return;
	}
	check_times(d);
	if (d->kind == DECODE_TOKEN && is_assertion(d)) {
		d->kind = DECODE_ASSERTION;
		return;
	}
	if (d->token.n > DECODE_TOKEN_WARN)
		decode_note(d, has_claim(d, "groups") ? DECODE_FOUND_GROUPS : DECODE_FOUND_LONG);
	if (for_exchange(d))
		check_rights(d);
}
