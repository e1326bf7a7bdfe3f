#include "check/settings.h"

#include <string.h>

#include "base/buf.h"
#include "text/conf.h"
#include "text/date.h"
#include "text/pct.h"
#include "text/url.h"

static const struct {
	const char *key;
	const char *help;
	enum setting_kind kind;
} table[SETTING__COUNT] = {
#define SETTING(name, key, kind, text) [SETTING_##name] = { key, text, SETTING_KIND_##kind },
#include "check/settings.def"
#undef SETTING
};

const struct provider settings_providers[] = {
	{ "microsoft", "Microsoft 365 worldwide and GCC", "login.microsoftonline.com", "outlook.office365.com",
	  "outlook.office365.com", "smtp.office365.com", "https://outlook.office365.com/.default", true },
	{ "microsoft-gcc-high", "Microsoft 365 GCC High", "login.microsoftonline.us", "outlook.office365.us",
	  "outlook.office365.us", "smtp.office365.us", "https://outlook.office365.us/.default", true },
	{ "microsoft-dod", "Microsoft 365 DoD", "login.microsoftonline.us", "outlook-dod.office365.us",
	  "outlook-dod.office365.us", "outlook-dod.office365.us", "https://outlook-dod.office365.us/.default", true },
	{ "microsoft-china", "Microsoft 365 operated by 21Vianet", "login.partner.microsoftonline.cn",
	  "partner.outlook.cn", "partner.outlook.cn", "smtp.partner.outlook.cn",
	  "https://partner.outlook.cn/.default", true },
	{ "google", "Gmail", NULL, "pop.gmail.com", "imap.gmail.com", "smtp.gmail.com", "https://mail.google.com/",
	  false },
	{ "custom", "another provider", NULL, NULL, NULL, NULL, NULL, false },
};
const size_t settings_providers_count = sizeof settings_providers / sizeof settings_providers[0];

static const char *const source_name[] = {
	[SETTING_UNSET] = "not set",          [SETTING_FROM_DEFAULT] = "default",
	[SETTING_FROM_PROVIDER] = "provider", [SETTING_FROM_FILE] = "file",
	[SETTING_FROM_ENVIRONMENT] = "environment", [SETTING_FROM_FLAG] = "flag",
};

void settings_init(struct settings *s)
{
	memset(s, 0, sizeof *s);
}

/* A copy of the text that lives as long as the settings. */
static bool keep(struct settings *s, struct span *text)
{
	if (text->n > sizeof s->arena - s->used)
		return false;
	if (text->n != 0)
		memcpy(s->arena + s->used, text->p, text->n);
	text->p = s->arena + s->used;
	s->used += text->n;
	return true;
}

bool settings_set(struct settings *s, enum setting key, struct span value, enum setting_source source,
                  struct span origin, struct fault *f)
{
	if (source < s->source[key])
		return true;
	if (!keep(s, &value) || !keep(s, &origin))
		return fault_limit(f, FAULT_LIMIT, s->used + value.n + origin.n, sizeof s->arena);
	s->value[key] = value;
	s->source[key] = source;
	s->origin[key] = origin;
	return true;
}

/* "pop_port = 99999 (o2pop.conf:7): a port is 1 to 65535" */
static bool refuse(const struct settings *s, enum setting key, const char *why, struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);

	buf_z(&b, table[key].key);
	buf_z(&b, " = ");
	buf_printable(&b, span_first(s->value[key], 200));
	if (s->origin[key].n != 0) {
		buf_z(&b, " (");
		buf_put(&b, s->origin[key]);
		buf_z(&b, ")");
	}
	buf_z(&b, ": ");
	buf_z(&b, why);
	return fault_set(f, FAULT_SETTING_BAD, key, buf_span(&b));
}

/* The position of the value in a list of choices. */
static bool choice(const struct settings *s, enum setting key, const char *const *words, size_t n, unsigned *which)
{
	for (size_t i = 0; i < n; i++) {
		if (span_eq(s->value[key], span_z(words[i]))) {
			*which = (unsigned)i;
			return true;
		}
	}
	return false;
}

static bool fill(struct settings *s, enum setting key, const char *value, enum setting_source source,
                 struct fault *f)
{
	if (value == NULL)
		return true;
	return settings_set(s, key, span_z(value), source, (struct span){ NULL, 0 }, f);
}

static bool finish_provider(struct settings *s, struct fault *f)
{
	const struct provider *p = NULL;

	if (!fill(s, SETTING_PROVIDER, "microsoft", SETTING_FROM_DEFAULT, f))
		return false;
	for (size_t i = 0; i < settings_providers_count; i++)
		if (span_eq(s->value[SETTING_PROVIDER], span_z(settings_providers[i].id)))
			p = &settings_providers[i];
	if (p == NULL)
		return refuse(s, SETTING_PROVIDER, table[SETTING_PROVIDER].help, f);
	s->provider = p;
	return fill(s, SETTING_AUTHORITY_HOST, p->authority, SETTING_FROM_PROVIDER, f) &&
	       fill(s, SETTING_POP_HOST, p->pop_host, SETTING_FROM_PROVIDER, f) &&
	       fill(s, SETTING_SCOPE, p->scope, SETTING_FROM_PROVIDER, f);
}

static bool finish_choices(struct settings *s, struct fault *f)
{
	static const char *const tls[] = { [POP_TLS_IMPLICIT] = "implicit", [POP_TLS_NONE] = "none" };
	static const char *const form[] = { [POP_FORM_TWO_LINE] = "two-line", [POP_FORM_ONE_LINE] = "one-line" };
	static const char *const pipe[] = { [POP_PIPELINING_AUTO] = "auto", [POP_PIPELINING_ON] = "on",
		                            [POP_PIPELINING_OFF] = "off" };
	unsigned which;

	if (!fill(s, SETTING_POP_TLS, tls[0], SETTING_FROM_DEFAULT, f) ||
	    !fill(s, SETTING_AUTH_FORM, form[0], SETTING_FROM_DEFAULT, f) ||
	    !fill(s, SETTING_PIPELINING, pipe[0], SETTING_FROM_DEFAULT, f))
		return false;
	if (!choice(s, SETTING_POP_TLS, tls, sizeof tls / sizeof tls[0], &which))
		return refuse(s, SETTING_POP_TLS, "write implicit or none", f);
	s->pop_tls = (enum pop_tls)which;
	if (!choice(s, SETTING_AUTH_FORM, form, sizeof form / sizeof form[0], &which))
		return refuse(s, SETTING_AUTH_FORM, "write two-line or one-line", f);
	s->form = (enum pop_form)which;
	if (!choice(s, SETTING_PIPELINING, pipe, sizeof pipe / sizeof pipe[0], &which))
		return refuse(s, SETTING_PIPELINING, "write auto, on or off", f);
	s->pipelining = (enum pop_pipelining)which;
	return true;
}

static bool finish_numbers(struct settings *s, struct fault *f)
{
	uint64_t port;

	if (!fill(s, SETTING_POP_PORT, s->pop_tls == POP_TLS_NONE ? "110" : "995", SETTING_FROM_DEFAULT, f) ||
	    !fill(s, SETTING_TIMEOUT, "60s", SETTING_FROM_DEFAULT, f))
		return false;
	if (!span_u64(s->value[SETTING_POP_PORT], 65535, &port) || port == 0)
		return refuse(s, SETTING_POP_PORT, "a port is a number from 1 to 65535", f);
	s->pop_port = (uint16_t)port;
	if (!conf_duration(s->value[SETTING_TIMEOUT], &s->timeout_ms) || s->timeout_ms < 100 ||
	    s->timeout_ms > SETTINGS_TIMEOUT_MAX_MS)
		return refuse(s, SETTING_TIMEOUT, "write a time such as 30s, 500ms or 2m, at most 1h", f);
	if (settings_has(s, SETTING_SECRET_EXPIRES) &&
	    !date_iso(s->value[SETTING_SECRET_EXPIRES], &s->secret_expires))
		return refuse(s, SETTING_SECRET_EXPIRES, "write a date such as 2027-01-31", f);
	return true;
}

/* The token endpoint: as given, or https://AUTHORITY/TENANT/oauth2/v2.0/token. */
static bool finish_url(struct settings *s, struct fault *f)
{
	unsigned char room[1024];
	struct buf b = BUF(room);
	struct span host;
	uint16_t port;
	struct url u;

	if (settings_has(s, SETTING_TOKEN_URL)) {
		s->token_url = s->value[SETTING_TOKEN_URL];
		if (!url_parse(s->token_url, &u))
			return refuse(s, SETTING_TOKEN_URL, "write a whole URL that starts with https://", f);
		if (!u.tls && !url_is_local(u.host))
			return refuse(s, SETTING_TOKEN_URL,
			              "a secret never travels in clear text: write https://", f);
		return true;
	}
	if (!settings_has(s, SETTING_AUTHORITY_HOST) || !settings_has(s, SETTING_TENANT_ID))
		return true; /* the credential rung says what is missing */
	buf_z(&b, "https://");
	buf_put(&b, s->value[SETTING_AUTHORITY_HOST]);
	buf_z(&b, "/");
	pct_put(&b, s->value[SETTING_TENANT_ID]);
	buf_z(&b, "/oauth2/v2.0/token");
	s->token_url = buf_span(&b);
	if (!buf_ok(&b) || !url_host_port(s->value[SETTING_AUTHORITY_HOST], &host, &port) ||
	    !url_parse(s->token_url, &u) || !span_eq(u.host, host))
		return refuse(s, SETTING_AUTHORITY_HOST, "write a host name such as login.microsoftonline.com", f);
	if (!keep(s, &s->token_url))
		return fault_limit(f, FAULT_LIMIT, s->used + b.n, sizeof s->arena);
	return true;
}

bool settings_finish(struct settings *s, struct fault *f)
{
	struct span host;

	if (!finish_provider(s, f) || !finish_choices(s, f) || !finish_numbers(s, f) || !finish_url(s, f))
		return false;
	host = s->value[SETTING_POP_HOST];
	if (host.n != 0 && !url_is_name(host) && !url_is_address(host))
		return refuse(s, SETTING_POP_HOST, "write a host name or an address, without port or blanks", f);
	if (s->pop_tls == POP_TLS_NONE && !url_is_local(host))
		return refuse(s, SETTING_POP_TLS, "clear text is for loopback and link-local addresses only", f);
	return true;
}

struct span settings_get(const struct settings *s, enum setting key)
{
	return s->value[key];
}

bool settings_has(const struct settings *s, enum setting key)
{
	return s->value[key].n != 0;
}

const char *settings_key(enum setting key)
{
	return table[key].key;
}

const char *settings_help(enum setting key)
{
	return table[key].help;
}

enum setting_kind settings_kind(enum setting key)
{
	return table[key].kind;
}

const char *settings_source(enum setting_source source)
{
	return source_name[source];
}

bool settings_find(struct span name, enum setting *key, enum setting *nearest)
{
	unsigned best = UINT32_MAX;

	for (int i = 0; i < SETTING__COUNT; i++) {
		struct span known = span_z(table[i].key);
		unsigned away = conf_distance(name, known);

		if (conf_same_key(name, known)) {
			*key = (enum setting)i;
			return true;
		}
		if (away < best) {
			best = away;
			*nearest = (enum setting)i;
		}
	}
	return false;
}
