#include "explain/placeholder.h"

#include <stddef.h>

#include "conf/route.h"
#include "text/date.h"
#include "text/guid.h"
#include "text/quote.h"

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	YEAR = 365 * DAY + DAY / 4,
	CODE_MIN = 10000 /* a fault.num below this is an HTTP status */
};

const struct row *placeholder_row(const struct explain_case *c)
{
	return &c->r->row[c->step];
}

struct span placeholder_evidence(const struct explain_case *c)
{
	return fault_evidence(&placeholder_row(c)->fault);
}

bool placeholder_on_idp(const struct explain_case *c)
{
	return c->step < STEP_POP_DNS;
}

bool placeholder_on_identity(const struct explain_case *c)
{
	return c->r->settings != NULL && c->r->settings->grant == GRANT_MANAGED_IDENTITY && placeholder_on_idp(c) &&
	       c->step != STEP_TENANT;
}

bool placeholder_passed(const struct explain_case *c, enum step step)
{
	return c->r->row[step].verdict == VERDICT_PASS || c->r->row[step].verdict == VERDICT_WARN;
}

bool placeholder_known_host(const struct explain_case *c)
{
	const struct provider *p = c->known.provider;
	bool idp = placeholder_on_idp(c);
	const char *own;

	if (p == NULL)
		return false;
	if (idp && placeholder_setting(c, SETTING_TOKEN_URL).n != 0)
		return c->r->settings->source[SETTING_TOKEN_URL] == SETTING_FROM_PROVIDER;
	own = idp ? p->authority : p->pop_host;
	return own != NULL &&
	       span_eq_nocase(span_z(own), placeholder_setting(c, idp ? SETTING_AUTHORITY_HOST : SETTING_POP_HOST));
}

/* The row that has a fact: that of the step in question, else any; NULL when there is none. */
static const struct row *holder(const struct explain_case *c, enum fact key)
{
	if (c->r == NULL)
		return NULL;
	return row_has(&c->r->row[c->step], key) ? &c->r->row[c->step] : report_with(c->r, key);
}

struct span placeholder_fact(const struct explain_case *c, enum fact key)
{
	const struct row *row = holder(c, key);

	return row != NULL ? row_get(row, key) : (struct span){ NULL, 0 };
}

bool placeholder_number(const struct explain_case *c, enum fact key, int64_t *value)
{
	const struct row *row = holder(c, key);

	return row != NULL && row_i64(row, key, value);
}

struct span placeholder_setting(const struct explain_case *c, enum setting key)
{
	if (c->r == NULL || c->r->settings == NULL)
		return (struct span){ NULL, 0 };
	return settings_get(c->r->settings, key);
}

bool placeholder_has(struct span s, const char *z)
{
	size_t at;

	return span_find_nocase(s, span_z(z), &at);
}

static void put_duration(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = { { DAY, "day" }, { HOUR, "hour" }, { MINUTE, "minute" }, { 1, "second" } };
	size_t i = 0;
	int64_t n;

	while (units[i].unit != 1 && seconds < 2 * units[i].unit)
		i++;
	n = (seconds + units[i].unit - 1) / units[i].unit;
	buf_say(out, "%lld %s%s", (long long)n, units[i].name, n != 1 ? "s" : "");
}

static bool put_span(struct buf *out, struct span s)
{
	buf_put(out, s);
	return s.n != 0;
}

static bool put_z(struct buf *out, const char *z)
{
	return z != NULL && put_span(out, span_z(z));
}

/* Columns of the provider; where none is known, it is Microsoft's worldwide cloud. */
static const struct {
	const char *name;
	size_t column;
} columns[] = {
	{ "right_pop_host", offsetof(struct provider, pop_host) },
	{ "right_authority", offsetof(struct provider, authority) },
	{ "right_token_url", offsetof(struct provider, token_url) },
	{ "right_smtp_host", offsetof(struct provider, smtp_host) },
	{ "app_scope", offsetof(struct provider, scope_app) },
	{ "user_scope", offsetof(struct provider, scope_user) },
	{ "portal", offsetof(struct provider, portal) },
	{ "admin", offsetof(struct provider, admin) },
	{ "status_page", offsetof(struct provider, status) },
	{ "exchange_environment", offsetof(struct provider, environment) },
	{ "exchange_audience", offsetof(struct provider, audience) },
};

static const char *column(const struct explain_case *c, size_t offset)
{
	const struct provider *p = c->known.provider;

	return *(const char *const *)((const unsigned char *)(p != NULL ? p : provider_at(0)) + offset);
}

/* "host:port" or "[v6]:port" of the step, else of the settings; empty when there is none. */
static struct span host_of(const struct explain_case *c, enum step step, struct span *port)
{
	struct span s = row_get(&c->r->row[step], FACT_HOST);
	bool idp = step < STEP_POP_DNS;
	size_t colon;

	for (colon = s.n; colon != 0 && s.p[colon - 1] != ':'; colon--)
		continue;
	if (colon > 1) {
		*port = span_from(s, colon);
		return span_first(s, port->n != 0 ? colon - 1 : 0);
	}
	*port = idp ? SPAN("443") : placeholder_setting(c, SETTING_POP_PORT);
	if (port->n == 0)
		*port = SPAN("995");
	return placeholder_setting(c, idp ? SETTING_AUTHORITY_HOST : SETTING_POP_HOST);
}

static bool put_host(const struct explain_case *c, struct buf *out)
{
	return put_span(out, host_of(c, c->step, &(struct span){ 0 }));
}

static bool put_port(const struct explain_case *c, struct buf *out)
{
	struct span port;

	return host_of(c, c->step, &port).n != 0 && put_span(out, port);
}

/* The host, where it is not the provider's own. */
static bool put_foreign_host(const struct explain_case *c, struct buf *out)
{
	return !placeholder_known_host(c) && put_host(c, out);
}

static bool put_mailbox(const struct explain_case *c, struct buf *out)
{
	return put_span(out, c->r->mailbox) || put_span(out, placeholder_setting(c, SETTING_MAILBOX));
}

static bool put_domain(const struct explain_case *c, struct buf *out)
{
	struct span domain;

	span_cut(c->r->mailbox, '@', &domain);
	return put_span(out, domain);
}

bool placeholder_requested(const struct explain_case *c)
{
	return c->r == NULL || c->r->settings == NULL || c->r->settings->grant != GRANT_ACCESS_TOKEN;
}

/* A claim, for a command: only of a token that this run was given by the provider. Another one's says what it likes. */
static struct span claim(const struct explain_case *c, enum fact key)
{
	return placeholder_requested(c) ? placeholder_fact(c, key) : (struct span){ NULL, 0 };
}

static struct span app_name(const struct explain_case *c)
{
	struct span name = claim(c, FACT_APP_NAME);

	return name.n != 0 ? name : placeholder_setting(c, SETTING_DISPLAY_NAME);
}

static bool put_app(const struct explain_case *c, struct buf *out)
{
	struct span name = app_name(c);

	if (name.n == 0)
		buf_z(out, "the application");
	else
		buf_say(out, "\"%.*s\"", SPAN_ARG(name));
	return true;
}

static bool put_label(const struct explain_case *c, struct buf *out)
{
	struct span name = app_name(c);

	return put_span(out, name.n != 0 ? name : SPAN("o2pop"));
}

/* A GUID for a command: the claim, else the setting; a word in capitals where there is only a claim that nobody has
 * verified. */
static bool put_guid(const struct explain_case *c, enum fact key, enum setting of, const char *word, struct buf *out)
{
	struct span id = claim(c, key);

	if (id.n == 0)
		id = placeholder_setting(c, of);
	if (id.n == 0 && !placeholder_requested(c))
		return put_z(out, word);
	return guid_ok(id) && put_span(out, id);
}

static bool put_appid(const struct explain_case *c, struct buf *out)
{
	return put_guid(c, FACT_APPID, SETTING_CLIENT_ID, "APPLICATION-ID", out);
}

static bool put_oid(const struct explain_case *c, struct buf *out)
{
	return put_guid(c, FACT_OID, SETTING_ENTERPRISE_OBJECT_ID, "OBJECT-ID", out);
}

static bool put_claimed_appid(const struct explain_case *c, struct buf *out)
{
	return put_span(out, placeholder_fact(c, FACT_APPID));
}

/* Who signed in, for a command. */
static bool put_person(const struct explain_case *c, struct buf *out)
{
	return placeholder_requested(c) ? put_span(out, placeholder_fact(c, FACT_UPN)) : put_z(out, "PERSON");
}

static bool put_capitals(const struct explain_case *c, struct buf *out)
{
	bool known = placeholder_setting(c, SETTING_CLIENT_ID).n != 0 &&
	             placeholder_setting(c, SETTING_ENTERPRISE_OBJECT_ID).n != 0;

	if (placeholder_requested(c) || known)
		return false;
	buf_say(out,
	        "Replace the words in CAPITALS by what %s > Enterprise apps > the application > Overview says: "
	        "o2pop did not request this token, and its claims are not verified.",
	        column(c, offsetof(struct provider, portal)));
	return true;
}

static bool put_resolve_place(const struct explain_case *c, struct buf *out)
{
	return c->r->settings != NULL && put_span(out, c->r->settings->origin[SETTING_RESOLVE]);
}

static bool put_scope(const struct explain_case *c, struct buf *out)
{
	const struct provider *p = c->known.provider;
	bool person = c->r != NULL && c->r->settings != NULL ? grant_row(c->r->settings->grant)->person
	              : c->read != NULL                      ? (c->read->holds & FOR_ASKERS) == FOR_PERSON
	                                                     : false;

	p = p != NULL ? p : provider_at(0);
	return put_z(out, person ? p->scope_user : p->scope_app);
}

static bool put_code(const struct explain_case *c, struct buf *out)
{
	const struct fault *f = &placeholder_row(c)->fault;

	if (f->code != FAULT_TOKEN_REFUSED || f->num < CODE_MIN)
		return false;
	buf_i64(out, f->num);
	return true;
}

static bool put_skew(const struct explain_case *c, struct buf *out)
{
	int64_t s = c->known.skew;
	uint64_t size = s < 0 ? -(uint64_t)s : (uint64_t)s;

	if (s == 0)
		return false;
	buf_z(out, c->known.skew_least ? "at least " : "");
	if (size >= 2 * YEAR)
		buf_say(out, "%llu years", (unsigned long long)(size / YEAR));
	else
		put_duration(out, (int64_t)size);
	buf_z(out, s < 0 ? " slow" : " fast");
	return true;
}

/* A file or directory that replaces the built-in roots; with "+" it does not. */
static bool put_replacing(const struct explain_case *c, enum setting key, struct buf *out)
{
	struct span name = placeholder_setting(c, key);

	return !span_starts(name, SPAN("+")) && put_span(out, name);
}

static bool put_only_file(const struct explain_case *c, struct buf *out)
{
	return put_replacing(c, SETTING_CA_FILE, out);
}

static bool put_only_dir(const struct explain_case *c, struct buf *out)
{
	return put_replacing(c, SETTING_CA_DIR, out);
}

/* As "date -s" takes it everywhere: without the Z. */
static bool put_right_time(const struct explain_case *c, struct buf *out)
{
	int64_t s;

	if (!report_i64(c->r, FACT_SERVER_DATE, &s))
		return false;
	buf_put(out, span_first(span_z(date_text(s).z), sizeof "2026-11-23 20:43:46" - 1));
	return true;
}

static bool put_wait(const struct explain_case *c, struct buf *out)
{
	const struct fault *f = &placeholder_row(c)->fault;
	int64_t s = 0;

	if (!placeholder_number(c, FACT_WAIT, &s) && !placeholder_number(c, FACT_RETRY_AFTER, &s) &&
	    fault_kind(f->code) == FAULT_KIND_WAIT)
		s = f->num;
	if (s <= 0)
		return false;
	put_duration(out, s);
	return true;
}

static bool put_genuine(const struct explain_case *c, struct buf *out)
{
	return c->known.entra && put_z(out, "Those of Microsoft's servers come from DigiCert or Microsoft.");
}

static bool put_connect(const struct explain_case *c, struct buf *out)
{
	const struct provider *p = c->known.provider;

	buf_z(out, "Connect-ExchangeOnline");
	if (p != NULL && p->environment != NULL)
		buf_say(out, " -ExchangeEnvironmentName %s", p->environment);
	return true;
}

/* " -c FILE --profile NAME", as far as the user named them. */
static bool put_settings_file(const struct explain_case *c, struct buf *out)
{
	if (c->r != NULL && c->r->settings != NULL)
		settings_put_file(out, c->r->settings);
	return true;
}

/* What a command of o2pop's needs to have the settings of this run: these, and what the flags said. */
static bool put_options(const struct explain_case *c, struct buf *out)
{
	if (c->r != NULL && c->r->settings != NULL)
		settings_put_options(out, c->r->settings);
	return true;
}

bool placeholder_run(const struct explain_case *c, struct buf *out)
{
	struct span mailbox = c->r != NULL ? c->r->mailbox : (struct span){ NULL, 0 };

	put_options(c, out);
	if (mailbox.n != 0 && !span_eq(mailbox, placeholder_setting(c, SETTING_MAILBOX))) {
		buf_byte(out, ' ');
		quote_shell(out, mailbox);
	}
	return true;
}

static bool put_right_title(const struct explain_case *c, struct buf *out)
{
	return column(c, offsetof(struct provider, pop_host)) != NULL &&
	       put_z(out, column(c, offsetof(struct provider, title)));
}

static bool put_right_port(const struct explain_case *c, struct buf *out)
{
	return column(c, offsetof(struct provider, pop_host)) != NULL && put_z(out, "995");
}

static bool put_step(const struct explain_case *c, struct buf *out)
{
	return put_z(out, step_table[c->step].id);
}

static bool put_credential(const struct explain_case *c, struct buf *out)
{
	return c->r->settings != NULL && put_z(out, grant_row(c->r->settings->grant)->noun);
}

/* What the credential step found odd about the secret. */
static bool put_secret_odd(const struct explain_case *c, struct buf *out)
{
	return c->known.secret_odd && put_span(out, row_get(&c->r->row[STEP_CREDENTIAL], FACT_NOTE));
}

/* What the settings note about an end that has come. */
static bool put_noted_end(const struct explain_case *c, struct buf *out)
{
	struct span noted = placeholder_setting(c, SETTING_SECRET_EXPIRES);
	bool ended = c->known.secret_ended;

	if (noted.n == 0)
		return false;
	buf_say(out, ended ? "The settings give it as %.*s." : "The settings say %.*s, which is not this secret's end.",
	        SPAN_ARG(noted));
	return true;
}

static bool put_idp_host(const struct explain_case *c, struct buf *out)
{
	return put_span(out, host_of(c, STEP_IDP_DNS, &(struct span){ 0 }));
}

static bool put_mail_host(const struct explain_case *c, struct buf *out)
{
	return put_span(out, host_of(c, STEP_POP_DNS, &(struct span){ 0 }));
}

/* The issuer that a chain lacks: the server sent its own certificate and no other. */
static bool put_missing_issuer(const struct explain_case *c, struct buf *out)
{
	return evidence_alone(placeholder_row(c)) && put_span(out, placeholder_fact(c, FACT_ISSUER));
}

/* The option of "date" for UTC, where nobody has looked at the clock yet. */
static bool put_unseen(const struct explain_case *c, struct buf *out)
{
	buf_byte(out, 'u');
	return !c->known.clock_known;
}

static bool put_proved(const struct explain_case *c, struct buf *out)
{
	return put_span(out, c->r->proved);
}

/* The setting that names a proxy, of this side if it does; SETTING__COUNT for none. */
static enum setting proxy_key(const struct explain_case *c)
{
	static const enum setting keys[] = { SETTING_PROXY, SETTING_TOKEN_PROXY, SETTING_MAIL_PROXY };
	struct route r = route_of(c->r->settings, placeholder_on_idp(c) ? ROUTE_TOKEN : ROUTE_MAIL);

	if (r.key != SETTING__COUNT)
		return r.key;
	for (size_t i = 0; i < COUNT(keys); i++)
		if (settings_has(c->r->settings, keys[i]))
			return keys[i];
	return SETTING__COUNT;
}

struct span placeholder_proxy(const struct explain_case *c)
{
	enum setting key = c->r != NULL && c->r->settings != NULL ? proxy_key(c) : SETTING__COUNT;
	struct span value = key != SETTING__COUNT ? placeholder_setting(c, key) : SPAN_NONE;

	return span_eq_nocase(value, SPAN("none")) || span_eq_nocase(value, SPAN("direct")) ? SPAN_NONE : value;
}

/* "HTTPS_PROXY: http://proxy.example:3128" */
static bool put_proxy_known(const struct explain_case *c, struct buf *out)
{
	struct span proxy = placeholder_proxy(c);

	if (proxy.n == 0)
		return false;
	buf_say(out, "%.*s: %.*s", SPAN_ARG(c->r->settings->origin[proxy_key(c)]), SPAN_ARG(proxy));
	return true;
}

static bool put_proxy_address(const struct explain_case *c, struct buf *out)
{
	return put_span(out, placeholder_proxy(c));
}

/* The host, where no_proxy keeps this side from the proxy that is meant for it. */
static bool put_proxy_excluded(const struct explain_case *c, struct buf *out)
{
	return placeholder_proxy(c).n != 0 &&
	       route_of(c->r->settings, placeholder_on_idp(c) ? ROUTE_TOKEN : ROUTE_MAIL).key != SETTING__COUNT &&
	       put_host(c, out);
}

static bool put_proxy_setting(const struct explain_case *c, struct buf *out)
{
	struct buf unused = { NULL, 0, 0, false };

	return !put_proxy_excluded(c, &unused) &&
	       put_z(out, settings_key(placeholder_on_idp(c) ? SETTING_TOKEN_PROXY : SETTING_MAIL_PROXY));
}

/* Which setting is wrong: named by the step, or the number of a FAULT_SETTING_BAD. */
static bool which_setting(const struct explain_case *c, enum setting *key)
{
	struct span name = placeholder_fact(c, FACT_SETTING);
	const struct fault *f = &placeholder_row(c)->fault;

	if (name.n != 0)
		return settings_find(name, key);
	*key = (enum setting)f->num;
	return f->code == FAULT_SETTING_BAD && *key != 0 && (unsigned)*key < SETTING__COUNT;
}

static bool put_setting(const struct explain_case *c, struct buf *out)
{
	enum setting key;

	return which_setting(c, &key) && put_z(out, settings_key(key));
}

static bool put_where(const struct explain_case *c, struct buf *out)
{
	const char *portal = column(c, offsetof(struct provider, portal));
	enum setting key;

	if (!which_setting(c, &key))
		return false;
	buf_z(out, "It is the ");
	settings_put_help(out, key);
	buf_z(out, ".");
	if (portal == NULL && key == SETTING_CLIENT_ID)
		buf_z(out, " The provider gives it when the application is registered there.");
	else if (portal != NULL && (key == SETTING_TENANT_ID || key == SETTING_CLIENT_ID))
		buf_say(out, " It stands on %s > App registrations > the application > Overview.", portal);
	else if (portal != NULL && key == SETTING_CLIENT_SECRET_FILE)
		buf_say(out,
		        " A secret is made on %s > App registrations > the application > Certificates & secrets > New "
		        "client secret: copy its Value into the file.",
		        portal);
	return true;
}

static bool put_file(const struct explain_case *c, struct buf *out)
{
	enum setting key;

	if (which_setting(c, &key) && settings_kind(key) == SETTING_KIND_PATH)
		return put_span(out, placeholder_setting(c, key));
	return put_span(out, placeholder_setting(c, SETTING_CLIENT_SECRET_FILE));
}

/* Where the private key is looked for. */
static bool put_key_file(const struct explain_case *c, struct buf *out)
{
	return put_span(out, placeholder_setting(c, SETTING_PRIVATE_KEY_FILE)) ||
	       put_span(out, placeholder_setting(c, SETTING_CERTIFICATE_FILE));
}

static const struct {
	const char *name;
	bool (*put)(const struct explain_case *c, struct buf *out);
	bool alone; /* also without a report */
} specials[] = {
	{ "app", put_app, true },
	{ "label", put_label, true },
	{ "good_scope", put_scope, true },
	{ "connect", put_connect, true },
	{ "options", put_options, true },
	{ "from_file", put_settings_file, true },
	{ "run", placeholder_run, true },
	{ "right_title", put_right_title, true },
	{ "right_port", put_right_port, true },
	{ "unseen", put_unseen, true },
	{ "appid", put_appid, false },
	{ "oid", put_oid, false },
	{ "claimed_appid", put_claimed_appid, false },
	{ "person", put_person, false },
	{ "capitals", put_capitals, false },
	{ "resolve_place", put_resolve_place, false },
	{ "mailbox", put_mailbox, false },
	{ "domain", put_domain, false },
	{ "host", put_host, false },
	{ "foreign_host", put_foreign_host, false },
	{ "step", put_step, false },
	{ "port", put_port, false },
	{ "code", put_code, false },
	{ "skew", put_skew, false },
	{ "right_time", put_right_time, false },
	{ "only_file", put_only_file, false },
	{ "only_dir", put_only_dir, false },
	{ "wait", put_wait, false },
	{ "genuine", put_genuine, false },
	{ "credential", put_credential, false },
	{ "setting", put_setting, false },
	{ "where", put_where, false },
	{ "file", put_file, false },
	{ "secret_odd", put_secret_odd, false },
	{ "noted_end", put_noted_end, false },
	{ "idp_host", put_idp_host, false },
	{ "mail_host", put_mail_host, false },
	{ "proved", put_proved, false },
	{ "proxy_known", put_proxy_known, false },
	{ "proxy_address", put_proxy_address, false },
	{ "proxy_excluded", put_proxy_excluded, false },
	{ "proxy_setting", put_proxy_setting, false },
	{ "missing_issuer", put_missing_issuer, false },
	{ "key_file", put_key_file, false },
};

/* What a pasted text names of its own settings. */
static bool put_read(const struct explain_case *c, struct span name, struct buf *out)
{
	for (int i = 0; c->read != NULL && i < READING_VALUES; i++)
		if (span_eq(name, span_z(reading_value_id((enum reading_value)i))))
			return put_z(out, (const char *)c->read->value[i]);
	return false;
}

bool placeholder(const struct explain_case *c, struct span name, struct buf *out)
{
	enum setting key;
	const struct row *row;

	for (size_t i = 0; i < COUNT(specials); i++)
		if (span_eq(name, span_z(specials[i].name)))
			return (specials[i].alone || c->r != NULL) && specials[i].put(c, out);
	for (size_t i = 0; i < COUNT(columns); i++)
		if (span_eq(name, span_z(columns[i].name)))
			return put_z(out, column(c, columns[i].column));
	for (int i = 0; i < FACT__COUNT; i++)
		if (span_eq(name, span_z(row_fact_id((enum fact)i))))
			return (row = holder(c, (enum fact)i)) != NULL && row_put(out, row, (enum fact)i);
	if (c->r == NULL || c->r->settings == NULL)
		return put_read(c, name, out);
	if (span_eq(name, SPAN("token_url")))
		return put_span(out, c->r->settings->token_url);
	return settings_find(name, &key) && settings_kind(key) != SETTING_KIND_SECRET &&
	       put_span(out, settings_get(c->r->settings, key));
}
