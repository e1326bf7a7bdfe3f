#include "conf/resolve.h"

#include "conf/route.h"
#include "conf/word.h"

#include "base/buf.h"
#include "net/detour.h"
#include "net/dns.h"
#include "net/tls.h"
#include "text/ini.h"
#include "text/date.h"
#include "text/pct.h"
#include "text/url.h"

#define IMDS "http://169.254.169.254/metadata/identity/oauth2/token"

/* "pop_port = 99999 (o2pop.conf:7): a port is 1 to 65535" */
static bool refuse(const struct settings *s, enum setting key, const char *why, struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);

	buf_say(&b, "%s = ", settings_key(key));
	buf_printable(&b, span_first(s->value[key], 200));
	if (s->origin[key].n != 0)
		buf_say(&b, " (%.*s)", SPAN_ARG(s->origin[key]));
	buf_say(&b, ": %s", why);
	return fault_set(f, FAULT_SETTING_BAD, key, buf_span(&b));
}

/* The value is none of those that can be chosen. */
static bool refuse_choice(const struct settings *s, enum setting key, struct fault *f)
{
	struct near near = { .given = settings_get(s, key) };
	char text[300 + WORD_MAX];
	struct buf b = BUF(text);

	buf_z(&b, "not one of ");
	settings_put_choices(&b, key, &near);
	word_suggest(&b,
	             key == SETTING_GRANT      ? WORD_GRANT
	             : key == SETTING_PROVIDER ? WORD_PROVIDER
	                                       : WORD_OTHER,
	             &near);
	buf_byte(&b, '\0');
	return refuse(s, key, buf_ok(&b) ? text : "", f);
}

static bool fill(struct settings *s, enum setting key, const char *value, enum setting_source source, struct fault *f)
{
	if (value == NULL)
		return true;
	return settings_set(s, key, span_z(value), source, (struct span){ NULL, 0 }, f);
}

/* ---- provider and grant -------------------------------------------------------------------------- */

static enum setting_source source_of(const struct settings *s, enum grant g)
{
	enum setting_source strongest = SETTING_UNSET;

	for (const signed char *key = grant_row(g)->sources; *key != GRANT_END; key++)
		if (settings_has(s, (enum setting) * key) && s->source[*key] > strongest)
			strongest = s->source[*key];
	return strongest;
}

/* No setting says it: the credential from the strongest source, else what is usual with this provider. */
static enum grant guess_grant(const struct settings *s)
{
	static const enum grant order[] = { GRANT_ACCESS_TOKEN,    GRANT_FEDERATED,     GRANT_CERTIFICATE,
		                            GRANT_SERVICE_ACCOUNT, GRANT_REFRESH_TOKEN, GRANT_CLIENT_SECRET };
	enum setting_source strongest = SETTING_UNSET;
	enum grant chosen = GRANT_CLIENT_SECRET;

	while (!provider_allows(s->provider, chosen))
		chosen = (enum grant)(chosen + 1);
	for (size_t i = 0; i < COUNT(order); i++) {
		if (source_of(s, order[i]) > strongest) {
			strongest = source_of(s, order[i]);
			chosen = order[i];
		}
	}
	return chosen;
}

/* "Gmail gives no mail to this grant; it takes refresh-token, service-account, access-token" */
static bool refuse_grant(struct settings *s, struct fault *f)
{
	char text[300];
	struct buf b = buf_field(text, sizeof text);
	const char *comma = "";

	buf_say(&b, "for %s the grant can be ", s->provider->title);
	for (int g = 0; g < GRANT__COUNT; g++) {
		if (!provider_allows(s->provider, (enum grant)g))
			continue;
		buf_say(&b, "%s%s", comma, grant_row((enum grant)g)->id);
		comma = ", ";
	}
	return fill(s, SETTING_GRANT, grant_row(s->grant)->id, SETTING_FROM_DEFAULT, f) &&
	       refuse(s, SETTING_GRANT, text, f);
}

static bool finish_grant(struct settings *s, struct fault *f)
{
	if (!settings_has(s, SETTING_GRANT)) {
		s->grant = guess_grant(s);
	} else if (!grant_find(settings_get(s, SETTING_GRANT), &s->grant)) {
		return refuse_choice(s, SETTING_GRANT, f);
	}
	return provider_allows(s->provider, s->grant) || refuse_grant(s, f);
}

static bool finish_provider(struct settings *s, struct fault *f)
{
	const struct provider *p;

	if (!fill(s, SETTING_PROVIDER, "microsoft", SETTING_FROM_DEFAULT, f))
		return false;
	p = s->provider = provider_find(s->value[SETTING_PROVIDER]);
	if (p == NULL)
		return refuse_choice(s, SETTING_PROVIDER, f);
	if (!finish_grant(s, f))
		return false;
	if (!settings_has(s, SETTING_AUTHORITY_HOST) &&
	    !fill(s, SETTING_TOKEN_URL, p->token_url, SETTING_FROM_PROVIDER, f))
		return false;
	return fill(s, SETTING_AUTHORITY_HOST, p->authority, SETTING_FROM_PROVIDER, f) &&
	       fill(s, SETTING_TENANT_ID, p->tenant, SETTING_FROM_PROVIDER, f) &&
	       fill(s, SETTING_POP_HOST, p->pop_host, SETTING_FROM_PROVIDER, f) &&
	       fill(s, SETTING_SCOPE, grant_row(s->grant)->person ? p->scope_user : p->scope_app, SETTING_FROM_PROVIDER,
	            f);
}

/* ---- choices and numbers ------------------------------------------------------------------------- */

enum { TLS, FORM, PIPELINING, MECHANISM, ALG, THUMBPRINT, FAMILY, CHOICES };

static const struct choice {
	enum setting key;
	const char *words[3]; /* the first is the default */
	const char *why;
} choices[CHOICES] = {
	[TLS] = { SETTING_POP_TLS, { "implicit", "none", "stls" }, "write implicit, stls or none" },
	[FORM] = { SETTING_AUTH_FORM, { "two-line", "one-line" }, "write two-line or one-line" },
	[PIPELINING] = { SETTING_PIPELINING, { "auto", "on", "off" }, "write auto, on or off" },
	[MECHANISM] = { SETTING_MECHANISM,
	                { "xoauth2", "oauthbearer" },
	                "write xoauth2 or oauthbearer; there is no other, and no password" },
	[ALG] = { SETTING_ASSERTION_ALG, { "PS256", "RS256" }, "write PS256 or RS256" },
	[FAMILY] = { SETTING_ADDRESS_FAMILY, { "any", "ipv4", "ipv6" }, "write any, ipv4 or ipv6" },
	[THUMBPRINT] = { SETTING_ASSERTION_THUMBPRINT, { "x5t#S256", "x5t" }, "write x5t#S256 or x5t" },
};

const char *resolve_choice(enum setting key, size_t i)
{
	if (key == SETTING_GRANT)
		return i < GRANT__COUNT ? grant_row((enum grant)i)->id : NULL;
	if (key == SETTING_PROVIDER)
		return provider_at(i) != NULL ? provider_at(i)->id : NULL;
	for (size_t c = 0; c < CHOICES; c++)
		if (choices[c].key == key)
			return i < COUNT(choices[c].words) ? choices[c].words[i] : NULL;
	return NULL;
}

/* The position of the value in the list; without a value, of the first. */
static bool choose(struct settings *s, const struct choice *c, unsigned *which, struct fault *f)
{
	if (!fill(s, c->key, c->words[0], SETTING_FROM_DEFAULT, f))
		return false;
	for (unsigned i = 0; i < 3 && c->words[i] != NULL; i++) {
		if (span_eq(s->value[c->key], span_z(c->words[i]))) {
			*which = i;
			return true;
		}
	}
	return refuse(s, c->key, c->why, f);
}

static bool finish_choices(struct settings *s, struct fault *f)
{
	unsigned which[CHOICES];

	if (!fill(s, SETTING_MECHANISM, choices[MECHANISM].words[s->provider->mechanism], SETTING_FROM_PROVIDER, f))
		return false;
	for (int i = 0; i < CHOICES; i++)
		if (!choose(s, &choices[i], &which[i], f))
			return false;
	s->pop_tls = (enum pop_tls)which[TLS];
	s->form = (enum pop_form)which[FORM];
	s->pipelining = (enum pop_pipelining)which[PIPELINING];
	s->mechanism = (enum sasl_mechanism)which[MECHANISM];
	s->wanted = (enum dns_wanted)which[FAMILY];
	if (which[THUMBPRINT] == 1 && which[ALG] == 0)
		return refuse(s, SETTING_ASSERTION_THUMBPRINT,
		              "the old SHA-1 thumbprint goes with assertion_alg = RS256 only", f);
	s->assertion = which[THUMBPRINT] == 1 ? ASSERTION_FORM_RS256_SHA1
	               : which[ALG] == 1      ? ASSERTION_FORM_RS256
	                                      : ASSERTION_FORM_PS256;
	return true;
}

/* A time as given. */
static bool finish_time(const struct settings *s, enum setting key, int64_t *ms, struct fault *f)
{
	return (ini_duration(s->value[key], ms) && *ms >= 100 && *ms <= SETTINGS_TIMEOUT_MAX_MS) ||
	       refuse(s, key, "write a time such as 30s, 500ms or 2m, at most 1h", f);
}

static bool finish_numbers(struct settings *s, struct fault *f)
{
	uint64_t port;

	if (!fill(s, SETTING_POP_PORT, s->pop_tls == POP_TLS_IMPLICIT ? "995" : "110", SETTING_FROM_DEFAULT, f) ||
	    !fill(s, SETTING_TIMEOUT, "60s", SETTING_FROM_DEFAULT, f))
		return false;
	if (!span_u64(s->value[SETTING_POP_PORT], 65535, &port) || port == 0)
		return refuse(s, SETTING_POP_PORT, "a port is a number from 1 to 65535", f);
	s->pop_port = (uint16_t)port;
	if (!finish_time(s, SETTING_TIMEOUT, &s->timeout_ms, f))
		return false;
	s->connect_timeout_ms = s->timeout_ms;
	if (settings_has(s, SETTING_CONNECT_TIMEOUT) &&
	    !finish_time(s, SETTING_CONNECT_TIMEOUT, &s->connect_timeout_ms, f))
		return false;
	if (settings_has(s, SETTING_SECRET_EXPIRES) && !date_iso(s->value[SETTING_SECRET_EXPIRES], &s->secret_expires))
		return refuse(s, SETTING_SECRET_EXPIRES, "write a date such as 2027-01-31", f);
	return true;
}

/* ---- endpoints ----------------------------------------------------------------------------------- */

/* A URL as given: whole, and encrypted unless it stays on this machine or link. */
static bool check_url(const struct settings *s, enum setting key, struct fault *f)
{
	struct url u;

	if (!url_parse(s->value[key], &u))
		return refuse(s, key, "write a whole URL that starts with https://", f);
	if (!u.tls && !url_is_local(u.host))
		return refuse(s, key, "a secret never travels in clear text: write https://", f);
	return true;
}

/* An endpoint: as given, or https://AUTHORITY/TENANT/oauth2/v2.0/NAME. What is missing, the credential step says. */
static bool finish_endpoint(struct settings *s, enum setting key, const char *name, struct span *url, struct fault *f)
{
	unsigned char scratch[1024];
	struct buf b = BUF(scratch);
	struct span host;
	uint16_t port;
	struct url u;

	*url = s->value[key];
	if (settings_has(s, key))
		return check_url(s, key, f);
	if (!settings_has(s, SETTING_AUTHORITY_HOST) || !settings_has(s, SETTING_TENANT_ID))
		return true;
	buf_say(&b, "https://%.*s/", SPAN_ARG(s->value[SETTING_AUTHORITY_HOST]));
	pct_put(&b, s->value[SETTING_TENANT_ID]);
	buf_say(&b, "/oauth2/v2.0/%s", name);
	*url = buf_span(&b);
	if (!buf_ok(&b) || !url_host_port(s->value[SETTING_AUTHORITY_HOST], &host, &port) || !url_parse(*url, &u) ||
	    !span_eq(u.host, host))
		return refuse(s, SETTING_AUTHORITY_HOST, "write a host name such as login.microsoftonline.com", f);
	if (!settings_keep(s, url))
		return fault_limit(f, FAULT_LIMIT, s->used + b.n, sizeof s->arena);
	return true;
}

static bool finish_urls(struct settings *s, struct fault *f)
{
	/* A token endpoint of one's own: the authority must not see what belongs to it. */
	bool own = s->source[SETTING_TOKEN_URL] > SETTING_FROM_PROVIDER && !settings_has(s, SETTING_DEVICE_URL);

	if (!fill(s, SETTING_MANAGED_IDENTITY_URL, IMDS, SETTING_FROM_DEFAULT, f) ||
	    !check_url(s, SETTING_MANAGED_IDENTITY_URL, f))
		return false;
	if (s->grant == GRANT_MANAGED_IDENTITY) {
		s->token_url = settings_get(s, SETTING_MANAGED_IDENTITY_URL);
		return true;
	}
	return finish_endpoint(s, SETTING_TOKEN_URL, "token", &s->token_url, f) &&
	       (own || finish_endpoint(s, SETTING_DEVICE_URL, "devicecode", &s->device_url, f));
}

static bool check_pin(const struct settings *s, enum setting key, struct fault *f)
{
	unsigned char pin[TLS_PIN];

	return !settings_has(s, key) || tls_pin(s->value[key], pin) ||
	       refuse(s, key, "write the SHA-256 of the server's public key, 64 hexadecimal digits", f);
}

bool resolve_settings(struct settings *s, struct fault *f)
{
	struct span host;

	if (!finish_provider(s, f) || !finish_choices(s, f) || !finish_numbers(s, f) || !finish_urls(s, f) ||
	    !route_check(s, f))
		return false;
	if (!dns_table(s->value[SETTING_RESOLVE], &(struct fault){ 0 }))
		return refuse(s, SETTING_RESOLVE, "write HOST:PORT:ADDRESS, such as mail.example.com:995:192.0.2.1", f);
	if (!detour_table(s->value[SETTING_CONNECT_TO]))
		return refuse(s, SETTING_CONNECT_TO,
		              "write HOST:PORT:HOST:PORT, such as mail.example.com:995:192.0.2.1:1995", f);
	if (!check_pin(s, SETTING_PIN, f) || !check_pin(s, SETTING_TOKEN_PIN, f))
		return false;
	host = s->value[SETTING_POP_HOST];
	if (host.n != 0 && !url_is_name(host) && !url_is_address(host))
		return refuse(s, SETTING_POP_HOST, "write a host name or an address, without port or blanks", f);
	if (s->pop_tls == POP_TLS_NONE && !url_is_local(host))
		return refuse(s, SETTING_POP_TLS, "clear text is for loopback and link-local addresses only", f);
	return true;
}
