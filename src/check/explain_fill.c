#include "check/explain_fill.h"

#include <string.h>

#include "text/guid.h"

enum {
	TEMPLATE_MAX = 3072, /* a template with its phrases put in; the longest has 1,400 bytes */
	PHRASE_DEPTH = 3,    /* phrases inside phrases */
	VALUE_MAX = 400,     /* a value longer than this is cut in prose, and not put into a command */
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR
};

/* ---- phrases: pieces of templates that many causes share --------------------------------------- */

static const struct {
	const char *name, *text;
} phrases[] = {
	{ "reg", "entra.microsoft.com > App registrations > {app}" },
	{ "ent", "entra.microsoft.com > Enterprise apps > {app}" },
	{ "logs", "entra.microsoft.com > Monitoring & health > Sign-in logs > Service principal sign-ins" },
	{ "user_logs", "entra.microsoft.com > Monitoring & health > Sign-in logs" },
	{ "m365", "admin.microsoft.com" },
	{ "exo", "In Exchange Online PowerShell (Connect-ExchangeOnline)" },
	{ "overview", "{reg} > Overview: copy Application (client) ID and Directory (tenant) ID, both from this one page." },
	{ "new_secret", "{reg} > Certificates & secrets > Client secrets > New client secret. "
	                "Copy the column Value, not Secret ID, at once: it is never shown again.\n{secret}" },
	{ "secret", "Put it alone into the file {client_secret_file}.\n"
	            "~Put it alone into a file, and name that file in client_secret_file." },
	{ "use_scope", "Write into the settings, and fetch a new token:\n\tscope = {good_scope}" },
	{ "clouds", "Worldwide and GCC: provider = microsoft. GCC High: microsoft-gcc-high. DoD: microsoft-dod. "
	            "China (21Vianet): microsoft-china." },
	{ "add_role", "{reg} > API permissions > Add a permission > APIs my organization uses > Office 365 Exchange Online > "
	              "Application permissions > POP > POP.AccessAsApp > Add permissions.\n"
	              "Then, on the same page: Grant admin consent > Yes." },
	{ "admit", "An administrator of the mailbox's tenant opens this address and accepts:\n"
	           "\thttps://{authority_host}/{tenant_id}/adminconsent?client_id={client_id}\n"
	           "~An administrator of the mailbox's tenant opens the application's admin consent address and accepts." },
	{ "upload", "{reg} > Certificates & secrets > Certificates > Upload certificate (the file without the key)." },
	{ "set_clock", "Set the clock and keep it set by NTP, on Linux with:\n\ttimedatectl set-ntp true" },
	{ "exo_host", "Exchange Online worldwide is\n\tpop_host = outlook.office365.com\n\tpop_port = 995" },
	{ "port_995", "In the settings:\n\tpop_port = 995" },
	{ "open_port", "Ask the network team to open TCP port {port} from this machine to {host}.\n"
	               "~Ask the network team to open the port from this machine to the server." },
	{ "except", "Ask the network team to except {host} port {port} from inspection.\n"
	            "~Ask the network team to except the server from inspection." },
	{ "tls12", "The administrator of the server, or of the proxy, admits TLS 1.2 with ECDHE and AES-GCM." },
	{ "probe", "\to2pop probe {host}:{port}" },
	{ "login", "Sign in again:\n\to2pop login" },
	{ "no_person", "Let the application sign in by itself (client credentials), or a person by device code:\n\to2pop login" },
	{ "get_sp", "\tGet-ServicePrincipal | Where-Object AppId -eq {'appid} | Format-List AppId,ObjectId" },
	{ "get_perm", "\tGet-MailboxPermission -Identity {'mailbox} | Format-Table User,AccessRights,Deny" },
};

static bool put_phrase(struct buf *out, struct span name)
{
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
		if (span_eq(name, span_z(phrases[i].name))) {
			buf_z(out, phrases[i].text);
			return true;
		}
	}
	return false;
}

/* The next {name} in s: *before is what precedes it, *after what follows. */
static bool next_name(struct span s, struct span *before, struct span *name, struct span *after)
{
	size_t open, close;

	if (!span_find_byte(s, '{', &open) || !span_find_byte(span_from(s, open), '}', &close))
		return false;
	*before = span_first(s, open);
	*name = span_first(span_from(s, open + 1), close - 1);
	*after = span_from(s, open + close + 1);
	return true;
}

/* One pass: each phrase replaced by its text. True when there was one. */
static bool put_phrases(struct buf *out, struct span in)
{
	struct span before, name, after;
	bool any = false;

	for (; next_name(in, &before, &name, &after); in = after) {
		buf_put(out, before);
		if (put_phrase(out, name)) {
			any = true;
		} else {
			buf_byte(out, '{');
			buf_put(out, name);
			buf_byte(out, '}');
		}
	}
	buf_put(out, in);
	return any;
}

/* ---- values ------------------------------------------------------------------------------------ */

struct span explain_fill_fact(const struct explain_case *c, enum fact key)
{
	struct span text = { NULL, 0 };

	if (c->r == NULL)
		return text;
	text = row_get(&c->r->row[c->rung], key);
	return text.n != 0 ? text : report_get(c->r, key);
}

struct span explain_fill_setting(const struct explain_case *c, enum setting key)
{
	if (c->r == NULL || c->r->settings == NULL)
		return (struct span){ NULL, 0 };
	return settings_get(c->r->settings, key);
}

bool explain_fill_has(struct span s, const char *z)
{
	size_t at;

	return span_find_nocase(s, span_z(z), &at);
}

/* "-75" or "75". */
static bool number(struct span s, int64_t *value)
{
	bool minus = s.n != 0 && s.p[0] == '-';
	uint64_t v;

	if (!span_u64(span_from(s, minus), INT32_MAX, &v))
		return false;
	*value = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

bool explain_fill_skew(const struct explain_case *c, int64_t *seconds)
{
	return number(explain_fill_fact(c, FACT_CLOCK_SKEW), seconds);
}

static void put_duration(struct buf *out, int64_t seconds)
{
	static const struct { int64_t unit; const char *name; } units[] = {
		{ DAY, "day" }, { HOUR, "hour" }, { MINUTE, "minute" }, { 1, "second" },
	};
	size_t i = 0;
	int64_t n;

	while (units[i].unit != 1 && seconds < 2 * units[i].unit)
		i++;
	n = (seconds + units[i].unit - 1) / units[i].unit;
	buf_i64(out, n);
	buf_byte(out, ' ');
	buf_z(out, units[i].name);
	if (n != 1)
		buf_byte(out, 's');
}

static bool put_span(struct buf *out, struct span s)
{
	buf_put(out, s);
	return s.n != 0;
}

static bool is_idp(enum rung r)
{
	return r >= RUNG_TENANT && r <= RUNG_CLAIMS;
}

/* "host:port" or "[v6]:port" of the rung in question, else of the settings. */
static bool host_and_port(const struct explain_case *c, struct span *host, struct span *port)
{
	struct span s = { NULL, 0 };
	size_t colon;

	if (c->r == NULL)
		return false;
	s = row_get(&c->r->row[c->rung], FACT_HOST);
	for (colon = s.n; colon != 0 && s.p[colon - 1] != ':'; colon--)
		continue;
	if (colon > 1) {
		*host = span_first(s, colon - 1);
		*port = span_from(s, colon);
		return port->n != 0;
	}
	*host = explain_fill_setting(c, is_idp(c->rung) ? SETTING_AUTHORITY_HOST : SETTING_POP_HOST);
	*port = is_idp(c->rung) ? SPAN("443") : explain_fill_setting(c, SETTING_POP_PORT);
	if (port->n == 0)
		*port = SPAN("995");
	return host->n != 0;
}

static bool put_host(const struct explain_case *c, struct buf *out)
{
	struct span host, port;

	return host_and_port(c, &host, &port) && put_span(out, host);
}

static bool put_port(const struct explain_case *c, struct buf *out)
{
	struct span host, port;

	return host_and_port(c, &host, &port) && put_span(out, port);
}

static bool put_mailbox(const struct explain_case *c, struct buf *out)
{
	if (c->r != NULL && c->r->mailbox.n != 0)
		return put_span(out, c->r->mailbox);
	return put_span(out, explain_fill_setting(c, SETTING_MAILBOX));
}

static bool put_domain(const struct explain_case *c, struct buf *out)
{
	struct span domain;

	if (c->r == NULL)
		return false;
	span_cut(c->r->mailbox, '@', &domain);
	return put_span(out, domain);
}

static struct span app_name(const struct explain_case *c)
{
	struct span name = explain_fill_fact(c, FACT_APP_NAME);

	return name.n != 0 ? name : explain_fill_setting(c, SETTING_DISPLAY_NAME);
}

static bool put_app(const struct explain_case *c, struct buf *out)
{
	struct span name = app_name(c);

	if (name.n == 0) {
		buf_z(out, "the application");
		return true;
	}
	buf_byte(out, '"');
	buf_put(out, name);
	buf_byte(out, '"');
	return true;
}

static bool put_label(const struct explain_case *c, struct buf *out)
{
	struct span name = app_name(c);

	return put_span(out, name.n != 0 ? name : SPAN("o2pop"));
}

/* The application's id as the token says, else as configured; never anything but a GUID. */
static bool put_appid(const struct explain_case *c, struct buf *out)
{
	struct span id = explain_fill_fact(c, FACT_APPID);

	if (id.n == 0)
		id = explain_fill_setting(c, SETTING_CLIENT_ID);
	return guid_ok(id) && put_span(out, id);
}

static bool put_oid(const struct explain_case *c, struct buf *out)
{
	struct span id = explain_fill_fact(c, FACT_OID);

	return guid_ok(id) && put_span(out, id);
}

static bool put_scope(const struct explain_case *c, struct buf *out)
{
	if (c->r != NULL && c->r->settings != NULL && c->r->settings->provider != NULL &&
	    c->r->settings->provider->scope != NULL)
		buf_z(out, c->r->settings->provider->scope);
	else
		buf_z(out, "https://outlook.office365.com/.default");
	return true;
}

static bool put_code(const struct explain_case *c, struct buf *out)
{
	const struct fault *f;

	if (c->r == NULL)
		return false;
	f = &c->r->row[c->rung].fault;
	if (f->code != FAULT_TOKEN_REFUSED || f->num < 10000) /* below: an HTTP status */
		return false;
	buf_i64(out, f->num);
	return true;
}

static bool put_skew(const struct explain_case *c, struct buf *out)
{
	int64_t s;

	if (!explain_fill_skew(c, &s) || s == 0)
		return false;
	put_duration(out, s < 0 ? -s : s);
	buf_z(out, s < 0 ? " slow" : " fast");
	return true;
}

static bool put_wait(const struct explain_case *c, struct buf *out)
{
	int64_t s = 0;

	if (c->r == NULL)
		return false;
	if (!number(explain_fill_fact(c, FACT_WAIT), &s) && !number(explain_fill_fact(c, FACT_RETRY_AFTER), &s) &&
	    fault_kind(c->r->row[c->rung].fault.code) == FAULT_KIND_WAIT)
		s = c->r->row[c->rung].fault.num;
	if (s <= 0)
		return false;
	put_duration(out, s);
	return true;
}

static bool put_genuine(const struct explain_case *c, struct buf *out)
{
	if (c->r == NULL || c->r->settings == NULL || c->r->settings->provider == NULL ||
	    !c->r->settings->provider->entra)
		return false;
	buf_z(out, "Those of Microsoft's servers come from DigiCert or Microsoft.");
	return true;
}

/* Which setting is wrong: named by the rung, or the number of a FAULT_SETTING_BAD. */
static bool which_setting(const struct explain_case *c, enum setting *key)
{
	struct span name = explain_fill_fact(c, FACT_SETTING);
	enum setting nearest;

	if (c->r == NULL)
		return false;
	if (name.n != 0)
		return settings_find(name, key, &nearest);
	*key = (enum setting)c->r->row[c->rung].fault.num;
	return c->r->row[c->rung].fault.code == FAULT_SETTING_BAD && (unsigned)*key < SETTING__COUNT;
}

static bool put_setting(const struct explain_case *c, struct buf *out)
{
	enum setting key;

	if (!which_setting(c, &key))
		return false;
	buf_z(out, settings_key(key));
	return true;
}

static bool put_where(const struct explain_case *c, struct buf *out)
{
	enum setting key;

	if (!which_setting(c, &key))
		return false;
	if (key == SETTING_TENANT_ID || key == SETTING_CLIENT_ID)
		buf_z(out, "It is on entra.microsoft.com > App registrations > the application > Overview: ");
	else if (key == SETTING_CLIENT_SECRET || key == SETTING_CLIENT_SECRET_FILE)
		buf_z(out, "It is made on entra.microsoft.com > App registrations > the application > "
		           "Certificates & secrets; the column Value: ");
	else
		buf_z(out, "It is the ");
	buf_z(out, settings_help(key));
	buf_byte(out, '.');
	return true;
}

static bool put_file(const struct explain_case *c, struct buf *out)
{
	enum setting key;

	if (which_setting(c, &key) && settings_kind(key) == SETTING_KIND_PATH)
		return put_span(out, explain_fill_setting(c, key));
	return put_span(out, explain_fill_setting(c, SETTING_CLIENT_SECRET_FILE));
}

/* What stands in the evidence behind `mark`, up to `end`. */
static bool put_quoted(const struct explain_case *c, struct buf *out, const char *mark, unsigned char end)
{
	struct span s;
	size_t at;

	if (c->r == NULL)
		return false;
	s = fault_evidence(&c->r->row[c->rung].fault);
	if (!span_find_nocase(s, span_z(mark), &at))
		return false;
	s = span_from(s, at + strlen(mark));
	if (!span_find_byte(s, end, &at))
		return false;
	return put_span(out, span_first(s, at));
}

static const struct {
	const char *name;
	const char *mark;
	unsigned char end;
} quoted[] = {
	{ "thumbprint", "Thumbprint of key used by client: '", '\'' },
	{ "fic_issuer", "Assertion Issuer: '", '\'' },
	{ "fic_issuer", "presented assertion issuer '", '\'' },
	{ "fic_subject", "Assertion Subject: '", '\'' },
	{ "fic_subject", "presented assertion subject '", '\'' },
	{ "fic_audience", "Assertion Audience: '", '\'' },
	{ "fic_audience", "presented assertion audience '", '\'' },
	{ "entra_time", "Current time: ", ',' },
};

static const struct {
	const char *name;
	bool (*put)(const struct explain_case *c, struct buf *out);
} specials[] = {
	{ "app", put_app }, { "label", put_label }, { "appid", put_appid }, { "oid", put_oid },
	{ "mailbox", put_mailbox }, { "domain", put_domain }, { "host", put_host }, { "port", put_port },
	{ "good_scope", put_scope }, { "code", put_code }, { "skew", put_skew }, { "wait", put_wait },
	{ "genuine", put_genuine }, { "setting", put_setting }, { "where", put_where }, { "file", put_file },
};

/* Append the value of a placeholder; false, with out possibly longer, when there is none. */
static bool put_value(const struct explain_case *c, struct span name, struct buf *out)
{
	enum setting key, nearest;

	for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++)
		if (span_eq(name, span_z(specials[i].name)))
			return specials[i].put(c, out);
	for (size_t i = 0; i < sizeof quoted / sizeof quoted[0]; i++)
		if (span_eq(name, span_z(quoted[i].name)) && put_quoted(c, out, quoted[i].mark, quoted[i].end))
			return true;
	for (int i = 0; i < FACT__COUNT; i++)
		if (span_eq(name, span_z(row_fact_id((enum fact)i))))
			return put_span(out, explain_fill_fact(c, (enum fact)i));
	if (c->r == NULL || c->r->settings == NULL)
		return false;
	if (span_eq(name, SPAN("token_url")))
		return put_span(out, c->r->settings->token_url);
	return settings_find(name, &key, &nearest) && settings_kind(key) != SETTING_KIND_SECRET &&
	       put_span(out, settings_get(c->r->settings, key));
}

/* ---- putting it in ----------------------------------------------------------------------------- */

/* Can this stand in a command without quotes and mean nothing but itself? */
static bool harmless(struct span s)
{
	static const char more[] = "._:/@+-=?%~";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = s.p[i];

		if (!(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') && !(b >= '0' && b <= '9') &&
		    (b == '\0' || strchr(more, b) == NULL))
			return false;
	}
	return s.n != 0 && s.p[0] != '-' && s.p[0] != '@' && s.p[0] != '~';
}

/* A PowerShell string in single quotes. PowerShell takes the four typographic single quotes for the plain
 * one; each of the five is harmless when it is doubled. */
static void put_quoted_value(struct buf *out, struct span s)
{
	buf_byte(out, '\'');
	while (s.n != 0) {
		uint32_t u = 0;
		size_t n = span_utf8(s, &u);
		struct span one = span_first(s, n != 0 ? n : 1);

		buf_put(out, one);
		if (u == '\'' || (u >= 0x2018 && u <= 0x201b))
			buf_put(out, one);
		s = span_from(s, one.n);
	}
	buf_byte(out, '\'');
}

/* One placeholder of a line. */
static bool put_name(const struct explain_case *c, struct span name, bool command, struct buf *out)
{
	unsigned char raw[2 * VALUE_MAX], shown[VALUE_MAX];
	struct buf value = BUF(raw), text = BUF(shown);
	bool quote = name.n != 0 && name.p[0] == '\'';

	if (!put_value(c, span_from(name, quote), &value) || !buf_ok(&value) || value.n == 0)
		return false;
	buf_printable(&text, buf_span(&value));
	if (!command) {
		buf_put(out, buf_span(&text));
		return true;
	}
	if (!span_eq(buf_span(&text), buf_span(&value)))
		return false; /* control characters, or too long: not in a command */
	if (quote)
		put_quoted_value(out, buf_span(&value));
	else
		buf_put(out, buf_span(&value));
	return quote || harmless(buf_span(&value));
}

/* One line; false, with nothing appended, when a placeholder has no value. */
static bool put_line(const struct explain_case *c, struct span line, bool command, struct buf *out)
{
	struct span before, name, after;
	size_t mark = out->n;

	for (; next_name(line, &before, &name, &after); line = after) {
		buf_put(out, before);
		if (!put_name(c, name, command, out)) {
			out->n = mark;
			return false;
		}
	}
	buf_put(out, line);
	return true;
}

/* Take out what stands from `from` up to `to`. */
static void cut_out(struct buf *out, size_t from, size_t to)
{
	memmove(out->p + from, out->p + to, out->n - to);
	out->n -= to - from;
}

/* A line that ends with ":" announces commands, and goes when none of them comes. */
static void put_lines(const struct explain_case *c, struct span all, enum explain_fill how, struct buf *out)
{
	size_t begin = out->n;
	size_t heading = begin; /* such a line is out->p[heading..heading_end) */
	size_t heading_end = begin;
	bool shown = true;      /* the last line that did not start with ~ */

	while (all.n != 0) {
		struct span line = span_cut(all, '\n', &all);
		bool other = line.n != 0 && line.p[0] == '~';
		bool command = how == EXPLAIN_FILL_SCRIPT || (line.n > other && line.p[other] == '\t');
		size_t start = out->n;

		if (other && shown)
			continue;
		shown = put_line(c, span_from(line, other), command, out);
		if (!shown)
			continue;
		buf_byte(out, how == EXPLAIN_FILL_PARAGRAPH ? ' ' : '\n');
		if (!command && !other && heading_end != heading) {
			cut_out(out, heading, heading_end);
			start -= heading_end - heading;
		}
		heading = heading_end = start;
		if (how == EXPLAIN_FILL_LINES && !command && !other && span_ends(line, SPAN(":")))
			heading_end = out->n;
	}
	if (heading_end != heading)
		cut_out(out, heading, heading_end);
	if (out->n != begin)
		out->n--; /* the last separator */
}

struct span explain_fill(const struct explain_case *c, const char *template, enum explain_fill how)
{
	unsigned char rooms[2][TEMPLATE_MAX];
	struct span text = span_z(template);
	struct buf *out = &c->e->room;
	size_t mark = out->n;
	bool more = true;

	for (unsigned i = 0; more && i < PHRASE_DEPTH; i++) {
		struct buf b = BUF(rooms[i % 2]);

		more = put_phrases(&b, text);
		text = buf_span(&b);
	}
	put_lines(c, text, how, out);
	return (struct span){ out->p + mark, out->n - mark };
}

void explain_fill_cause(const struct explain_case *c, enum cause cause, struct explain_cause *out)
{
	struct explain_template t;

	explain_know_cause(cause, &t);
	out->id = t.id;
	out->who = t.who;
	out->certainty = t.certainty;
	out->text = explain_fill(c, t.text, EXPLAIN_FILL_PARAGRAPH);
	out->fix = explain_fill(c, t.fix, EXPLAIN_FILL_LINES);
	out->verify = explain_fill(c, t.verify, EXPLAIN_FILL_LINES);
	if (out->verify.n == 0 && c->r != NULL)
		out->verify = SPAN("Run the same check again.");
}
