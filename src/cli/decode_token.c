#include "cli/decode.h"

#include "check/judge.h"
#include "text/date.h"
#include "text/guid.h"
#include "text/json.h"
#include "text/jwt.h"

/* A text claim in the room; empty when it is absent. */
static struct span claim(struct decoded *d, const char *name)
{
	size_t mark = d->room.n;

	if (json_string(d->claims, name, &d->room) != JSON_FOUND)
		return (struct span){ NULL, 0 };
	return span_from(buf_span(&d->room), mark);
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
		decode_note_about(d, "expired", true, "it expired ", buf_span(&b), "",
		                  "Ask for a new one:\n\to2pop token\nIf it should be valid, this machine's clock is wrong.");
	}
	b.n = 0;
	if (json_int(d->claims, "nbf", &nbf) == JSON_FOUND && nbf > d->now + JUDGE_SKEW_MAX_S) {
		date_put_span(&b, nbf - d->now);
		decode_note_about(d, "not-yet", true, "it becomes valid only in ", buf_span(&b), "",
		                  "This machine's clock is behind, or the token was made with a wrong one.");
	}
}

static bool for_exchange(struct decoded *d)
{
	struct span aud = claim(d, "aud");

	if (judge_is_exchange(aud))
		return true;
	if (span_starts(aud, SPAN("https://graph.microsoft.com")) ||
	    span_eq(aud, SPAN("00000003-0000-0000-c000-000000000000")))
		decode_note(d, "audience-graph", false, "it is for Microsoft Graph; no POP3, IMAP or SMTP server takes it",
		            "Ask with the scope of Exchange Online:\n"
		            "\to2pop token --scope https://outlook.office365.com/.default");
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
			decode_note(d, "scope-pop", false, "its delegated rights do not cover POP3: POP.AccessAsUser.All is missing", "");
	} else if (json_at(d->claims, "roles", &roles) != JSON_FOUND) {
		decode_note(d, "roles-missing", true, "it carries no roles: no application permission was granted",
		            "App registrations > the application > API permissions > Add a permission > APIs my organization "
		            "uses > Office 365 Exchange Online > Application permissions > POP.AccessAsApp, then Grant admin "
		            "consent. Then ask for a new token.");
	} else if (!span_find(roles.raw, SPAN("\"POP.AccessAsApp\""), &at)) {
		decode_note(d, "role-pop", false, "it does not carry the right POP.AccessAsApp, which POP3 needs",
		            "API permissions > Office 365 Exchange Online > Application permissions > POP.AccessAsApp, then "
		            "Grant admin consent, then a new token.");
	}
}

static void check_length(struct decoded *d)
{
	if (d->token.n <= DECODE_TOKEN_WARN)
		return;
	decode_note(d, "long", false, has_claim(d, "groups") ?
	            "it has more than 4096 characters, which Exchange Online refuses; the groups claim makes it long" :
	            "it has more than 4096 characters, which Exchange Online refuses",
	            "App registrations > the application > Token configuration: remove the groups claim and optional "
	            "claims that nobody needs.");
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
	size_t mark = d->room.n;

	if (!jwt_json(from, &d->room) || d->room.full)
		return false;
	*json = span_from(buf_span(&d->room), mark);
	return true;
}

/* It looks like a JWT, but cannot be taken apart: what happened to it? */
static void check_broken(struct decoded *d)
{
	struct span rest, first = span_cut(d->token, '.', &rest), second = span_cut(rest, '.', &rest);
	size_t at;

	(void)!part(d, first, &d->header);
	if (second.n != 0)
		(void)!part(d, second, &d->claims);
	if (d->length == DECODE_TTY_LINE)
		return; /* said already */
	if (span_find_byte(d->token, '+', &at) || span_find_byte(d->token, '/', &at))
		decode_note(d, "alphabet", true, "a token is written with - and _; here stand + or /",
		            "Somebody encoded it once more: take it as the token endpoint sent it.");
	else if (span_ends(d->token, SPAN("=")))
		decode_note(d, "padding", true, "a token has no = at the end of a part",
		            "Take it as the token endpoint sent it.");
	else
		decode_note(d, "truncated", true, "it begins like a token of three parts, but a part is cut off or damaged",
		            "Copy all of it, best by a program:\n\to2pop token >token.txt");
}

/* Tokens that cannot be read, by how they begin. */
static void check_opaque(struct decoded *d)
{
	size_t at;

	if (guid_ok(d->token))
		decode_note(d, "guid", true, "this is a GUID, not a token: an application, tenant, object or secret id",
		            "o2pop setup says which id belongs where.");
	else if (d->token.n >= 34 && d->token.n <= 44 && span_find(d->token, SPAN("Q~"), &at))
		decode_note(d, "secret", true, "this looks like a client secret, not like a token",
		            "Whoever has seen it can act as the application. If it was shown to others, make a new one: "
		            "Certificates & secrets > New client secret.");
	else if (span_starts(d->token, SPAN("EwA")) || span_starts(d->token, SPAN("EwB")))
		decode_note(d, "personal", false, "tokens of personal Microsoft accounts begin like this; they cannot be read, which is normal", "");
	else if (span_starts(d->token, SPAN("ya29.")))
		decode_note(d, "google", false, "Google's tokens begin like this; they cannot be read, which is normal", "");
	else if (d->token.n > 200 && (span_starts(d->token, SPAN("0.A")) || span_starts(d->token, SPAN("1.A"))))
		decode_note(d, "refresh", true, "this looks like a refresh token; a mail server takes only access tokens",
		            "It is worth more than an access token: keep it secret.");
}

void decode_token(struct decoded *d)
{
	struct jwt j;
	size_t bad;

	if (!jwt_is_b64token(d->token, &bad) && d->token.n != 0)
		decode_note(d, "token-alphabet", true, "the token holds a character that no token may hold (RFC 6750)",
		            "Take it as the token endpoint sent it, without blanks, quotes and line breaks.");
	if (!jwt_split(d->token, &j) || !part(d, j.header, &d->header) || !part(d, j.payload, &d->claims)) {
		if (span_starts(d->token, SPAN("eyJ")))
			check_broken(d);
		else
			check_opaque(d);
		return;
	}
	check_times(d);
	if (d->kind == DECODE_TOKEN && is_assertion(d)) {
		d->kind = DECODE_ASSERTION;
		return;
	}
	check_length(d);
	if (for_exchange(d))
		check_rights(d);
}
