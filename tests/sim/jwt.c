#include "jwt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CLAIMS_MAX = 64,
	SIGNATURE = 342, /* characters of an RS256 signature with a key of 2048 bits */
	SIGNATURE_MIN = 86,
	SIGNATURE_MAX = 512,
	PAD_FRAME = 20 /* characters of the padding claim beside its value, and some */
};

struct claims {
	struct {
		char name[64];
		struct text json;
	} p[CLAIMS_MAX];
	size_t n;
	long length;
};

static struct text *claim(struct claims *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->p[i].name, name) == 0) {
			text_clear(&c->p[i].json);
			return &c->p[i].json;
		}
	}
	if (c->n == CLAIMS_MAX)
		die("{jwt}: more than %d claims", CLAIMS_MAX);
	snprintf(c->p[c->n].name, sizeof c->p[c->n].name, "%s", name);
	c->p[c->n].json = (struct text){ 0 };
	text_put(&c->p[c->n].json, "", 0);
	return &c->p[c->n++].json;
}

static void put_string(struct text *to, const char *p, size_t n)
{
	text_byte(to, '"');
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"' || p[i] == '\\')
			text_byte(to, '\\');
		text_byte(to, p[i]);
	}
	text_byte(to, '"');
}

static void string(struct claims *c, const char *name, const char *value)
{
	put_string(claim(c, name), value, strlen(value));
}

/* "A,B" as ["A","B"] */
static void list(struct claims *c, const char *name, const char *value)
{
	struct text *to = claim(c, name);

	text_byte(to, '[');
	for (const char *p = value; *p != '\0';) {
		size_t n = strcspn(p, ",");

		put_string(to, p, n);
		p += n;
		if (*p == ',') {
			text_byte(to, ',');
			p++;
		}
	}
	text_byte(to, ']');
}

static void defaults(struct claims *c, struct scene *s)
{
	struct text issuer = { 0 };

	text_f(&issuer, "https://sts.windows.net/%s/", scene_get(s, "tenant"));
	string(c, "aud", "https://outlook.office365.com");
	string(c, "iss", issuer.p);
	/* Entra dates a token back by five minutes and lets it live for an hour from now. */
	text_f(claim(c, "iat"), "%lld", (long long)s->now - 300);
	text_f(claim(c, "nbf"), "%lld", (long long)s->now - 300);
	text_f(claim(c, "exp"), "%lld", (long long)s->now + 3600);
	string(c, "aio", "k2RgYPgv9vhb6ZHQ8tV6Dg4AAA==");
	string(c, "app_displayname", scene_get(s, "app"));
	string(c, "appid", scene_get(s, "client"));
	string(c, "appidacr", "1");
	string(c, "idp", issuer.p);
	string(c, "idtyp", "app");
	string(c, "oid", scene_get(s, "oid"));
	string(c, "rh", "1.AAAAEAAAAKqqqkqKqgAAAAAAAQIAAAAAAPEPzgAAAAAAAAAAAAA.");
	list(c, "roles", "POP.AccessAsApp");
	string(c, "sub", scene_get(s, "oid"));
	string(c, "tid", scene_get(s, "tenant"));
	text_f(claim(c, "uti"), "\"o2popSimulatorToken%04d\"", ++s->jwt_ids);
	string(c, "ver", "1.0");
	list(c, "wids", "0997a1d0-0d1d-4acb-b408-d5ca73121e90");
}

/* One word of the macro: name=value or name:=json. Returns what follows it. */
static const char *word(struct claims *c, struct scene *s, const char *p)
{
	char name[64];
	struct text value = { 0 };
	size_t n = strcspn(p, "=");
	bool json = n > 0 && p[n] == '=' && p[n - 1] == ':';

	if (p[n] != '=' || n >= sizeof name)
		die("%s: {jwt name=value ...}, not %s", s->path, p);
	memcpy(name, p, n - json);
	name[n - json] = '\0';
	p += n + 1;
	if (*p == '"' && !json) {
		n = strcspn(p + 1, "\"");
		text_put(&value, p + 1, n);
		p += n + 1 + (p[n + 1] == '"');
	} else {
		n = strcspn(p, " ");
		text_put(&value, p, n);
		p += n;
	}
	if (strcmp(name, "length") == 0)
		c->length = atol(value.p);
	else if (json)
		text_z(claim(c, name), value.p);
	else if (text_eq(&value, "-"))
		text_clear(claim(c, name));
	else if (strcmp(name, "iat") == 0 || strcmp(name, "nbf") == 0 || strcmp(name, "exp") == 0)
		text_f(claim(c, name), "%lld", (long long)s->now + atoll(value.p));
	else if (strcmp(name, "roles") == 0 || strcmp(name, "wids") == 0)
		list(c, name, value.p);
	else
		string(c, name, value.p);
	return p + strspn(p, " ");
}

/* Any text of n characters of base64url that can be told in a log. */
static void filler(struct text *to, const char *what, size_t n)
{
	size_t k = strlen(what);

	for (size_t i = 0; i < n; i++)
		text_byte(to, what[i % k]);
	text_put(to, "", 0);
}

static void assemble(struct text *to, const struct claims *c, size_t pad, size_t signature)
{
	static const char head[] = "{\"typ\":\"JWT\",\"nonce\":\"bm9ib2R5IHNpZ25lZCB0aGlzIHRva2Vu\",\"alg\":\"RS256\","
				   "\"x5t\":\"c2ltdWxhdG9yIG9mIG8ycG9wISE\",\"kid\":\"c2ltdWxhdG9yIG9mIG8ycG9wISE\"}";
	struct text body = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		if (c->p[i].json.n != 0)
			text_f(&body, "%c\"%s\":%s", body.n == 0 ? '{' : ',', c->p[i].name, c->p[i].json.p);
	}
	if (pad != 0) {
		text_z(&body, ",\"xms_pad\":\"");
		filler(&body, "0123456789", pad);
		text_byte(&body, '"');
	}
	text_byte(&body, '}');
	text_base64(to, head, sizeof head - 1, true);
	text_byte(to, '.');
	text_base64(to, body.p, body.n, true);
	text_byte(to, '.');
	filler(to, "o2pop-simulators-signature_", signature);
	free(body.p);
}

/* The padding claim makes the token about as long as it is to be, the signature makes up for the rest. False when
 * the claims alone are too long. */
static bool assemble_length(struct text *to, const struct claims *c)
{
	size_t want = (size_t)c->length, pad = 0;
	struct text got = { 0 };

	assemble(&got, c, 0, 0);
	if (want > got.n + SIGNATURE_MAX)
		pad = (want - got.n - SIGNATURE_MAX) / 4 * 3;
	for (pad = pad > PAD_FRAME ? pad - PAD_FRAME : 0;; pad++) {
		text_clear(&got);
		assemble(&got, c, pad, 0);
		if (got.n + SIGNATURE_MIN > want)
			return false;
		/* No base64 has a length of 1 modulo 4. */
		if (got.n + SIGNATURE_MAX >= want && (want - got.n) % 4 != 1)
			break;
	}
	assemble(to, c, pad, want - got.n);
	free(got.p);
	return true;
}

static void remember(struct scene *s, struct text *to, const struct text *token)
{
	lines_add(&s->secrets, token->p, token->n, 0);
	scene_set(s, "token", token->p);
	text_put(to, token->p, token->n);
}

void jwt_make(struct scene *s, struct text *to, const char *words)
{
	struct claims *c = must_alloc(sizeof *c);
	struct text token = { 0 };

	defaults(c, s);
	while (*words != '\0')
		words = word(c, s, words);
	if (c->length == 0)
		assemble(&token, c, 0, SIGNATURE);
	else if (!assemble_length(&token, c))
		filler(&token, "EwB-o2pop-simulators-short-token_", (size_t)c->length);
	remember(s, to, &token);
	free(c);
}

void jwt_opaque(struct scene *s, struct text *to, const char *words)
{
	struct text token = { 0 };

	filler(&token, "EwB-o2pop-simulators-opaque-token_", (size_t)atol(words));
	remember(s, to, &token);
}
