#include "show/pseudonym.h"

#include <string.h>

#include "net/detour.h"
#include "show/well_known.h"
#include "text/guid.h"
#include "text/url.h"

/* ---- the table ------------------------------------------------------------------------------- */

static struct span keep(struct pseudonym *s, struct span text)
{
	struct span kept = { s->scratch.p + s->scratch.n, text.n };

	buf_put(&s->scratch, text);
	return kept;
}

static bool is_standin(const struct pseudonym *s, struct span value)
{
	for (unsigned i = 0; i < s->n; i++)
		if (span_eq(s->thing[i].standin, value))
			return true;
	return false;
}

static void put_ipv4(struct buf *b, unsigned number)
{
	static const char *const net[] = { "192.0.2.", "198.51.100.", "203.0.113." }; /* RFC 5737 */
	enum { A_NET = 254 };

	if (number == 0 || number > 3 * A_NET) {
		buf_z(b, "203.0.113.255");
		return;
	}
	buf_say(b, "%s%u", net[(number - 1) / A_NET], (number - 1) % A_NET + 1);
}

/* The stand-in with this number; of a mail address, `domain` is what stands for its domain. */
static void put_standin(struct buf *b, enum pseudonym_kind kind, unsigned number, struct span domain)
{
	static const struct {
		char guid; /* the digit of its first group */
		const char *before, *after;
	} form[PSEUDONYM__COUNT] = {
		[PSEUDONYM_TENANT] = { 'd', NULL, NULL },
		[PSEUDONYM_APPLICATION] = { 'a', NULL, NULL },
		[PSEUDONYM_OBJECT] = { 'e', NULL, NULL },
		[PSEUDONYM_SECRET_ID] = { 'c', NULL, NULL },
		[PSEUDONYM_GUID] = { '0', NULL, NULL },
		[PSEUDONYM_MAILBOX] = { 0, "mailbox-", "@" },
		[PSEUDONYM_DOMAIN] = { 0, "domain-", ".example" },
		[PSEUDONYM_HOST] = { 0, "host-", ".example" },
		[PSEUDONYM_IPV6] = { 0, "2001:db8::", "" }, /* RFC 3849; its digits may look decimal */
		[PSEUDONYM_NAME] = { 0, "app-", "" },
		[PSEUDONYM_COMPANY] = { 0, "tenant-", "" },
		[PSEUDONYM_FILE] = { 0, "file-", "" },
		[PSEUDONYM_VALUE] = { 0, "value-", "" },
	};

	if (kind == PSEUDONYM_IPV4)
		put_ipv4(b, number);
	if (form[kind].guid != 0) {
		buf_fill(b, (unsigned char)form[kind].guid, 8);
		buf_z(b, "-0000-0000-0000-");
		buf_digits(b, number, 12);
	}
	if (form[kind].before != NULL)
		buf_say(b, "%s%u%s", form[kind].before, number, form[kind].after);
	if (kind == PSEUDONYM_MAILBOX)
		buf_put(b, domain);
}

void pseudonym_init(struct pseudonym *s)
{
	memset(s, 0, sizeof *s);
	s->scratch = BUF(s->bytes);
	for (int k = 0; k < PSEUDONYM__COUNT; k++) {
		unsigned char bytes[64];
		struct buf b = BUF(bytes);

		put_standin(&b, (enum pseudonym_kind)k, 0, SPAN("domain-0.example"));
		s->further[k] = keep(s, buf_span(&b));
	}
}

/* What stands for a value of this kind; a new one is entered. Lives as long as s. */
static struct span standin(struct pseudonym *s, enum pseudonym_kind kind, struct span value, struct span domain)
{
	unsigned char bytes[64 + PSEUDONYM_VALUE_MAX];
	struct buf b = BUF(bytes);
	struct pseudonym_thing *t = &s->thing[s->n];

	for (unsigned i = 0; i < s->n; i++)
		if (span_eq_nocase(s->thing[i].value, value))
			return s->thing[i].standin;
	if (kind == PSEUDONYM_KEPT)
		buf_put(&b, value);
	else
		put_standin(&b, kind, s->last[kind] + 1, domain);
	if (s->n == PSEUDONYM_THINGS_MAX || !buf_ok(&b) || value.n + b.n > s->scratch.cap - s->scratch.n)
		return kind == PSEUDONYM_KEPT ? value : s->further[kind];
	t->kind = kind;
	t->value = keep(s, value);
	t->standin = keep(s, buf_span(&b));
	s->n++;
	s->last[kind]++;
	return t->standin;
}

/* ---- entering -------------------------------------------------------------------------------- */

/* `mail` holds a @. */
static struct span mailbox_standin(struct pseudonym *s, struct span mail)
{
	struct span domain;

	(void)span_cut(mail, '@', &domain);
	if (!well_known_host(domain))
		domain = standin(s, PSEUDONYM_DOMAIN, domain, domain);
	return standin(s, PSEUDONYM_MAILBOX, mail, domain);
}

static void add_host(struct pseudonym *s, enum pseudonym_kind kind, struct span host)
{
	size_t at = 0;

	if (span_starts(host, SPAN("*.")))
		host = span_from(host, 2);
	while (at < host.n && host.p[at] != '.' && (host.p[at] < '0' || host.p[at] > '9'))
		at++;
	if (at == host.n || !url_is_name(host) || url_is_address(host) || well_known_host(host))
		return;
	(void)standin(s, kind, host, host);
}

/* What is meant to be an id or an address, and is neither: too short, it could not be told from words. */
static void add_value(struct pseudonym *s, struct span value)
{
	if (value.n >= PSEUDONYM_VALUE_MIN && !well_known_segment(value))
		(void)standin(s, PSEUDONYM_VALUE, value, value);
	else
		(void)standin(s, PSEUDONYM_NAME, value, value);
}

void pseudonym_add(struct pseudonym *s, enum pseudonym_kind kind, struct span value)
{
	size_t at;

	value = span_trim(value);
	if (value.n == 0 || value.n > PSEUDONYM_VALUE_MAX)
		return;
	if (kind == PSEUDONYM_KEPT)
		(void)standin(s, kind, value, value);
	else if (guid_ok(value) && !well_known_guid(value))
		(void)standin(s, kind <= PSEUDONYM_GUID ? kind : PSEUDONYM_GUID, value, value);
	else if (guid_ok(value) || url_is_address(value))
		return;
	else if (kind != PSEUDONYM_FILE && span_find_byte(value, '@', &at) && at != 0 && at + 1 < value.n)
		(void)mailbox_standin(s, value);
	else if (kind == PSEUDONYM_DOMAIN || (kind == PSEUDONYM_TENANT && span_find_byte(value, '.', &at)))
		add_host(s, PSEUDONYM_DOMAIN, value);
	else if (kind == PSEUDONYM_HOST)
		add_host(s, kind, value);
	else if (kind == PSEUDONYM_FILE && span_find_byte(value, '/', &at))
		(void)standin(s, kind, value, value);
	else if (kind == PSEUDONYM_NAME)
		(void)standin(s, kind, value, value);
	else if (kind != PSEUDONYM_FILE)
		add_value(s, value);
}

/* The parts of the path that not all customers of a provider have: the realm, the tenant. */
static void add_segments(struct pseudonym *s, struct span path)
{
	while (path.n != 0) {
		struct span segment = span_cut(path, '/', &path), rest;

		segment = span_cut(segment, '?', &rest);
		if (segment.n > PSEUDONYM_VALUE_MIN && !well_known_segment(segment))
			pseudonym_add(s, PSEUDONYM_TENANT, segment);
	}
}

/* host, host:port or a whole URL. */
static void add_place(struct pseudonym *s, struct span place)
{
	struct span host, rest;
	uint16_t port;
	struct url u;

	if (url_parse(place, &u)) {
		pseudonym_add(s, PSEUDONYM_HOST, u.host);
		add_segments(s, u.target);
	} else if (url_host_port(place, &host, &port)) {
		pseudonym_add(s, PSEUDONYM_HOST, host);
	} else {
		pseudonym_add(s, PSEUDONYM_HOST, span_cut(place, ':', &rest));
	}
}

/* Names in a list: certificate names, CN= of a subject, entries of `resolve`. */
static void add_places(struct pseudonym *s, struct span list)
{
	while (list.n != 0) {
		size_t n = 0;

		while (n < list.n && list.p[n] != ',' && list.p[n] != ' ' && list.p[n] != ';' &&
		       list.p[n] != ROW_SEPARATOR)
			n++;
		if (span_starts_nocase(list, SPAN("CN=")))
			add_place(s, span_from(span_first(list, n), 3));
		else
			add_place(s, span_first(list, n));
		list = span_from(list, n + 1);
	}
}

/* Both hosts of each entry of `connect_to`. */
static void add_detours(struct pseudonym *s, struct span table)
{
	struct detour d;
	bool good;

	while (detour_next(&table, &d, &good)) {
		pseudonym_add(s, PSEUDONYM_HOST, d.from.host);
		pseudonym_add(s, PSEUDONYM_HOST, d.to.host);
	}
}

void pseudonym_settings(struct pseudonym *s, const struct settings *settings)
{
	static const struct {
		enum setting key;
		enum pseudonym_kind kind;
	} what[] = {
		{ SETTING_TENANT_ID, PSEUDONYM_TENANT },
		{ SETTING_CLIENT_ID, PSEUDONYM_APPLICATION },
		{ SETTING_ENTERPRISE_OBJECT_ID, PSEUDONYM_OBJECT },
		{ SETTING_REGISTRATION_OBJECT_ID, PSEUDONYM_OBJECT },
		{ SETTING_CLIENT_SECRET_ID, PSEUDONYM_SECRET_ID },
		{ SETTING_MAILBOX, PSEUDONYM_MAILBOX },
		{ SETTING_DISPLAY_NAME, PSEUDONYM_NAME },
	};

	for (size_t i = 0; i < COUNT(what); i++)
		pseudonym_add(s, what[i].kind, settings_get(settings, what[i].key));
	pseudonym_add(s, PSEUDONYM_HOST, settings_get(settings, SETTING_POP_HOST));
	pseudonym_add(s, PSEUDONYM_HOST, settings_get(settings, SETTING_AUTHORITY_HOST));
	for (int k = 0; k < SETTING__COUNT; k++) {
		struct span value = settings_get(settings, (enum setting)k), rest;

		if (settings_kind((enum setting)k) == SETTING_KIND_URL)
			add_place(s, value);
		if (settings_kind((enum setting)k) == SETTING_KIND_PATH)
			pseudonym_add(s, PSEUDONYM_FILE, span_from(value, span_starts(value, SPAN("+")) ? 1 : 0));
		pseudonym_add(s, PSEUDONYM_FILE, span_cut(settings->origin[k], ':', &rest));
	}
	add_places(s, settings_get(settings, SETTING_RESOLVE));
	add_detours(s, settings_get(settings, SETTING_CONNECT_TO));
}

/* What fact.def says of a fact beside the kinds of things: it is none, or there are hosts in it. */
enum { PSEUDONYM_PLAIN = PSEUDONYM__COUNT, PSEUDONYM_PLACES };

void pseudonym_report(struct pseudonym *s, const struct report *r)
{
	static const unsigned char kind[FACT__COUNT] = {
#define FACT(name, id, type, standin, words) [FACT_##name] = PSEUDONYM_##standin,
#include "report/fact.def"
	};

	if (r->settings != NULL)
		pseudonym_settings(s, r->settings);
	pseudonym_add(s, PSEUDONYM_MAILBOX, r->mailbox);
	pseudonym_add(s, PSEUDONYM_MAILBOX, r->proved);
	for (int i = 0; i < STEP__COUNT; i++) {
		for (int key = 0; key < FACT__COUNT; key++) {
			struct span value = row_get(&r->row[i], (enum fact)key);

			if (kind[key] == PSEUDONYM_PLACES)
				add_places(s, value);
			else if (kind[key] != PSEUDONYM_PLAIN)
				pseudonym_add(s, (enum pseudonym_kind)kind[key], value);
		}
	}
}

/* ---- replacing ------------------------------------------------------------------------------- */

/* A found thing: how many bytes, and what stands for it. */
struct match {
	size_t n;
	struct span standin;
	bool percent; /* the @ was written %40 */
};

static void match_table(const struct pseudonym *s, struct span t, size_t i, struct match *m)
{
	struct span rest = span_from(t, i);

	for (unsigned k = 0; k < s->n; k++) {
		const struct pseudonym_thing *e = &s->thing[k];

		if (e->value.n <= m->n || !span_starts_nocase(rest, e->value) || !recognise_ended(t, i + e->value.n))
			continue;
		if ((e->kind == PSEUDONYM_NAME || e->kind == PSEUDONYM_COMPANY) &&
		    !recognise_quoted(t, i, i + e->value.n))
			continue;
		*m = (struct match){ e->value.n, e->standin, false };
	}
}

/* A longer one than was found so far: it stays as it is, or a stand-in of this kind is entered for it. */
static void match_text(struct pseudonym *s, struct span text, bool stays, enum pseudonym_kind kind, struct match *m)
{
	if (text.n <= m->n)
		return;
	m->n = text.n;
	m->standin = stays || is_standin(s, text) ? text : standin(s, kind, text, text);
}

static void match_named(struct pseudonym *s, struct span t, size_t i, struct match *m)
{
	bool tenant = false;
	struct span name = span_first(span_from(t, i), recognise_named(t, i, &tenant));

	if (!guid_ok(name))
		match_text(s, name, false, tenant ? PSEUDONYM_COMPANY : PSEUDONYM_NAME, m);
}

static void match_guid(struct pseudonym *s, struct span t, size_t i, struct match *m)
{
	struct span guid = span_first(span_from(t, i), recognise_guid(t, i));
	struct span bare = span_first(span_from(t, i), recognise_bare_guid(t, i));
	bool traced = recognise_traced(span_first(t, i));

	match_text(s, guid, well_known_guid(guid), traced ? PSEUDONYM_KEPT : PSEUDONYM_GUID, m);
	match_text(s, bare, false, traced ? PSEUDONYM_KEPT : PSEUDONYM_VALUE, m);
}

static void match_mail(struct pseudonym *s, struct span t, size_t i, struct match *m)
{
	unsigned char bytes[PSEUDONYM_VALUE_MAX];
	struct recognise_mail mail;
	struct buf b = BUF(bytes);

	if (!recognise_mail(t, i, &mail) || mail.n <= m->n)
		return;
	buf_say(&b, "%.*s@%.*s", SPAN_ARG(mail.local), SPAN_ARG(mail.domain));
	m->n = mail.n;
	m->percent = mail.percent;
	if (is_standin(s, buf_span(&b)))
		m->standin = span_first(span_from(t, i), m->n);
	else
		m->standin = mailbox_standin(s, buf_span(&b));
}

static void match_address(struct pseudonym *s, struct span t, size_t i, struct match *m)
{
	struct span address = span_first(span_from(t, i), recognise_address(t, i));
	size_t at;

	match_text(s, address, well_known_address(address),
	           span_find_byte(address, ':', &at) ? PSEUDONYM_IPV6 : PSEUDONYM_IPV4, m);
}

/* A host that nobody has named before. A tenant's first domain tells its name. */
static void match_host(struct pseudonym *s, struct span t, size_t i, struct match *m)
{
	struct span name = span_first(span_from(t, i), recognise_host(t, i));
	bool tenant = url_is_below(name, SPAN("onmicrosoft.com")) || url_is_below(name, SPAN("onmicrosoft.us"));

	if (tenant || (well_known_ending(name) && url_is_name(name)))
		match_text(s, name, well_known_host(name), tenant ? PSEUDONYM_DOMAIN : PSEUDONYM_HOST, m);
}

static void put_match(struct buf *out, const struct match *m)
{
	struct span rest, local = span_cut(m->standin, '@', &rest);

	if (m->percent && rest.n != 0)
		buf_say(out, "%.*s%%40%.*s", SPAN_ARG(local), SPAN_ARG(rest));
	else
		buf_put(out, m->standin);
}

size_t pseudonym_piece(struct pseudonym *s, struct span text, size_t from, bool last, struct buf *out)
{
	size_t i = from;

	/* Only whole characters, escapes, and CR with its LF, are passed on. */
	while (i < text.n && (last || text.n - i > PSEUDONYM_VALUE_MAX + 8)) {
		struct match m = { 0, { NULL, 0 }, false };
		struct span rest = span_from(text, i);
		size_t one = recognise_escape(rest);
		uint32_t c;

		if (one == 0 && recognise_fresh(text, i)) {
			match_table(s, text, i, &m);
			match_named(s, text, i, &m);
			match_guid(s, text, i, &m);
			match_mail(s, text, i, &m);
			match_address(s, text, i, &m);
			match_host(s, text, i, &m);
		}
		if (one == 0)
			one = span_starts(rest, SPAN("\r\n")) ? 2 : span_utf8(rest, &c);
		if (m.n != 0)
			put_match(out, &m);
		else
			buf_put(out, span_first(rest, one != 0 ? one : 1));
		i += m.n != 0 ? m.n : one != 0 ? one : 1;
	}
	return i;
}

void pseudonym_apply(struct pseudonym *s, struct span text, struct buf *out)
{
	(void)pseudonym_piece(s, text, 0, true, out);
}
