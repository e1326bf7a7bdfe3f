#include "t.h"

#include <errno.h>

#include "explain/explain.h"
#include "facts.h"
#include "report/service.h"
#include "conf/microsoft.h"
#include "explain/auth_causes.h"
#include "explain/wording.h"
#include "explain/knowledge.h"
#include "explain/match.h"
#include "show/phrases.h"

enum {
	LINE_MAX_PROSE = 420,   /* of one filled line; the show layer wraps prose */
	LINE_MAX_COMMAND = 260, /* a command is never wrapped */
	CODES_MIN = 140
};

/* ---- the tables as they are written ------------------------------------------------------------ */

static const struct {
	const char *name, *id, *text, *fix, *verify, *source;
} causes[] = {
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, source) { #name, id, text, fix, verify, source },
#include "explain/causes.def"
};

static const struct {
	const char *kind, *key, *causes;
	enum known_kind k;
	const char *words; /* of a WHEN row, else NULL or "" */
	unsigned of;
} known[] = {
#define KNOWN(kind, key, meaning, ...)           { #kind, #key, #__VA_ARGS__, KNOWN_##kind, NULL, 0 },
#define SAME(kind, key)                          { #kind, #key, "", KNOWN_##kind, "", 0 },
#define WHEN(kind, key, words, of, meaning, ...) { #kind, #key, #__VA_ARGS__, KNOWN_##kind, words, of },
#include "explain/known.def"
};

static const char *const meanings[] = {
#define KNOWN(kind, key, meaning, ...) meaning,
#define SAME(kind, key)
#define WHEN(kind, key, words, of, meaning, ...) meaning,
#include "explain/known.def"
};

static const uint64_t aadsts[] = {
#define CODES_AADSTS(key) key,
#define CODES_ERROR(key)
#define CODES_SUBERROR(key)
#define CODES_LINE(key)
#define CODES_CLUE(key)
#define CODES_INSPECTOR(key)
#define CODES_AUTHORITY(key)
#define CODES_PORTAL(key)
#define CODES_SERVICE(key)
#define CODES_AUDIENCE(key)
#define CODES_ROLE(key)
#define CODES_SHAPE(key)
#define CODES_ALERT(key)
#define CODES_ENGINE(key)
#define CODES_ERRNO(key)
#define CODES_RESOLVER(key)
#define CODES_HTTP(key)
#define CODES_FAULT(key)
#define KNOWN(kind, key, meaning, ...) CODES_##kind(key)
#define SAME(kind, key)                CODES_##kind(key)
#define WHEN(kind, key, words, of, meaning, ...)
#include "explain/known.def"

};

/* ---- a report in which everything is known ----------------------------------------------------- */

#define TENANT "11111111-2222-3333-4444-555555555555"
#define APP    "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
#define OID    "99999999-8888-7777-6666-555555555555"
#define OTHER  "12121212-3434-5656-7878-909090909090"

static struct settings settings;
static struct report report;
static struct explanation e;

static void set(enum setting key, const char *value)
{
	settings.value[key] = span_z(value);
	settings.source[key] = SETTING_FROM_FILE;
}

static void fact(enum step step, enum fact key, const char *value)
{
	t_fact(&report.row[step], key, value);
}

/* What the services said, "" for one that was not asked, and what triage makes of it. */
static void triage(const char *imap, const char *smtp, bool app)
{
	int64_t said[2] = { SERVICE_NOT_TRIED, SERVICE_NOT_TRIED };

	report.row[STEP_TRIAGE].facts = 0;
	fact(STEP_TRIAGE, FACT_IMAP_STATE, imap);
	fact(STEP_TRIAGE, FACT_SMTP_STATE, smtp);
	(void)!row_i64(&report.row[STEP_TRIAGE], FACT_IMAP_STATE, &said[0]);
	(void)!row_i64(&report.row[STEP_TRIAGE], FACT_SMTP_STATE, &said[1]);
	row_number(&report.row[STEP_TRIAGE], FACT_FINDING,
	           service_judge((enum service_state)said[0], (enum service_state)said[1], app));
}

static void verdict(enum step step, enum verdict v, int64_t ms)
{
	struct row *r = &report.row[step];

	r->step = step;
	r->verdict = v;
	r->began_ms = 10 * step;
	r->ms = ms;
}

static void fail(enum step step, enum fault_code code, int64_t num, const char *evidence)
{
	verdict(step, VERDICT_FAIL, 5);
	report.row[step].fault = (struct fault){ 0 };
	fault_set(&report.row[step].fault, code, num, span_z(evidence));
}

/* Settings of a Microsoft mailbox, nothing tried yet. */
static void fresh(void)
{
	memset(&report, 0, sizeof report);
	settings_init(&settings);
	settings.provider = provider_at(0);
	settings.pop_port = 995;
	settings.token_url = SPAN("https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token");
	set(SETTING_TENANT_ID, TENANT);
	set(SETTING_CLIENT_ID, APP);
	set(SETTING_SCOPE, "https://outlook.office365.com/.default");
	set(SETTING_AUTHORITY_HOST, "login.microsoftonline.com");
	set(SETTING_POP_HOST, "outlook.office365.com");
	set(SETTING_POP_PORT, "995");
	settings.source[SETTING_AUTHORITY_HOST] = settings.source[SETTING_POP_HOST] = SETTING_FROM_PROVIDER;
	set(SETTING_CLIENT_SECRET_FILE, "/etc/o2pop.secret");
	set(SETTING_MAILBOX, "john.smith@contoso.com");
	report.settings = &settings;
	report.mailbox = SPAN("john.smith@contoso.com");
	report.started_unix = 1790000000;
	for (int i = 0; i < STEP__COUNT; i++)
		report.row[i].step = (enum step)i;
}

/* The identity provider gave a good token. */
static void token(void)
{
	for (int i = STEP_CREDENTIAL; i <= STEP_CLAIMS; i++)
		verdict((enum step)i, VERDICT_PASS, 4);
	fact(STEP_TENANT, FACT_TENANT_FOUND, TENANT);
	fact(STEP_TENANT, FACT_CLOUD, "microsoftonline.com");
	fact(STEP_TOKEN, FACT_CLOCK_SKEW, "1");
	fact(STEP_CLAIMS, FACT_AUD, "https://outlook.office365.com");
	fact(STEP_CLAIMS, FACT_TID, TENANT);
	fact(STEP_CLAIMS, FACT_APPID, APP);
	fact(STEP_CLAIMS, FACT_OID, OID);
	fact(STEP_CLAIMS, FACT_ROLES, "POP.AccessAsApp");
	fact(STEP_CLAIMS, FACT_APP_NAME, "mail fetcher");
	fact(STEP_CLAIMS, FACT_EXPIRES, "2026-10-01 12:00:00Z");
	fact(STEP_CLAIMS, FACT_TOKEN_LENGTH, "1873");
}

/* The mail server is Exchange and reached. */
static void exchange(void)
{
	for (int i = STEP_POP_DNS; i <= STEP_CAPA; i++)
		verdict((enum step)i, VERDICT_PASS, 4);
	fact(STEP_POP_TLS, FACT_ANCHOR, "DigiCert Global Root G2");
	fact(STEP_GREETING, FACT_SERVER, "exchange");
	fact(STEP_GREETING, FACT_FRONT_END, "FR0P281CA0252.DEUP281.PROD.OUTLOOK.COM");
}

static const char refused[] = "-ERR Authentication failure: unknown user name or bad password.";

static bool has(struct span s, const char *z)
{
	size_t at;

	return span_find(s, span_z(z), &at);
}

/* The ids of the causes, as "a b c". */
static const char *ids(void)
{
	static char text[200];
	struct buf b = BUF(text);

	for (unsigned i = 0; i < e.n; i++) {
		if (i != 0)
			buf_byte(&b, ' ');
		buf_z(&b, e.cause[i].id);
	}
	buf_byte(&b, '\0');
	OK(buf_ok(&b));
	return text;
}

static struct span warning(enum step step)
{
	explain_report(&report, &e);
	return e.warning[step];
}

static const char *explained(void)
{
	explain_report(&report, &e);
	return ids();
}

static bool ruled_out(const char *what)
{
	for (unsigned i = 0; i < e.nots; i++)
		if (has(e.not_cause[i], what))
			return true;
	return false;
}

/* ---- a pasted text ----------------------------------------------------------------------------- */

static struct reading reading;
static struct explain_found found;

/* Read it whole, and explain the most telling thing. */
static bool pasted(struct span text)
{
	reading_start(&reading);
	reading_take(&reading, text, 0, text.n);
	reading_end(&reading);
	return explain_reading(&reading, 0, &found, &e);
}

static const char *first(void)
{
	return e.n != 0 ? e.cause[0].id : "";
}

/* ---- the tables -------------------------------------------------------------------------------- */

static bool kebab(const char *id)
{
	size_t n = strlen(id);

	for (size_t i = 0; i < n; i++)
		if (!(id[i] >= 'a' && id[i] <= 'z') && !(id[i] >= '0' && id[i] <= '9') &&
		    (id[i] != '-' || i == 0 || id[i - 1] == '-'))
			return false;
	return n > 2 && n <= 40 && id[n - 1] != '-';
}

TEST(explain_causes_are_whole)
{
	EQ(COUNT(causes), CAUSE__COUNT - 1);
	for (size_t i = 0; i < COUNT(causes); i++) {
		struct knowledge_template t;

		t_at("%s", causes[i].name);
		OK(kebab(causes[i].id));
		OK(strlen(causes[i].source) >= 5);
		OK(causes[i].text[0] != '\0' && causes[i].fix[0] != '\0');
		OK(strchr(causes[i].text, '\t') == NULL);
		for (size_t k = 0; k < i; k++)
			OK(strcmp(causes[i].id, causes[k].id) != 0);
		knowledge_cause((enum cause)(i + 1), &t);
		EQ(t.id, causes[i].id);
		EQ(t.text, causes[i].text);
		EQ(t.fix, causes[i].fix);
		EQ(t.verify, causes[i].verify);
		OK(explain_who(t.who)[0] != '\0');
	}
}

/* Whole, in the places that the evidence decides on: in known.def, or as CAUSE_NAME in a module. */
static const char *const by_evidence[] = {
	"APP_OTHER_CLOUD",    "AUD_CONSENT",       "AUD_GRAPH",      "CA_FILE_LACKS",
	"DELEGATED_OTHER",    "DELEGATION",        "IS_IMAP",        "IS_SMTP",
	"PROXY_UNUSED",       "MAILBOX_ELSEWHERE", "NO_NAMES",       "OBJECT_ID_OTHER",
	"OFFERS_OAUTHBEARER", "PIN_DIFFERS",       "POP_PERSONAL",   "PORT_BLOCKED",
	"PROPAGATION",        "RBAC_SWITCH",       "RESOLVE_NOBODY", "ROLE_EWS",
	"ROLE_NEW",           "ROLE_OTHER",        "ROOT_UNKNOWN",   "SCOPE_PERSON",
};

/* Is the name in the list of "CAUSES(A, B)"? */
static bool named(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strstr(list, name); p != NULL; p = strstr(p + 1, name))
		if ((p[-1] == '(' || p[-1] == ' ') && (p[n] == ',' || p[n] == ')'))
			return true;
	return false;
}

TEST(explain_causes_are_used)
{
	for (size_t i = 0; i < COUNT(causes); i++) {
		unsigned uses = 0;

		t_at("%s", causes[i].name);
		for (size_t k = 0; k < COUNT(known); k++)
			uses += known[k].causes[0] != '\0' && named(known[k].causes, causes[i].name);
		for (size_t k = 0; k < COUNT(by_evidence); k++)
			uses += strcmp(by_evidence[k], causes[i].name) == 0;
		OK(uses != 0);
	}
}

TEST(explain_known_is_whole)
{
	char bytes[EXPLAIN_MEANING_MAX];
	struct buf b;
	struct span m;
	size_t group = 0;

	EQ(knowledge_rows(), COUNT(known));
	OK(known[0].causes[0] != '\0');
	for (unsigned i = 0; i < COUNT(known); i++) {
		t_at("%s %s", known[i].kind, known[i].key);
		EQ(knowledge_kind(i), known[i].k);
		if (i != 0 && known[i].causes[0] != '\0')
			group++;
		b = BUF(bytes);
		knowledge_meaning(i, &b);
		m = buf_span(&b);
		OK(buf_ok(&b) && m.n < EXPLAIN_MEANING_MAX);
		if (known[i].k == KNOWN_FAULT)
			EQ(m, span_z(fault_text((enum fault_code)knowledge_number(i))));
		else
			EQ(m, span_z(meanings[group]));
		if (known[i].k != KNOWN_FAULT && known[i].k != KNOWN_INSPECTOR && known[i].k != KNOWN_CLUE)
			OK(m.n != 0 && m.p[m.n - 1] == '.' && m.n < 110);
		for (unsigned k = 0; k < i; k++)
			OK(known[i].words != NULL || known[k].words != NULL ||
			   strcmp(known[i].key, known[k].key) != 0 || known[i].k != known[k].k);
	}
	EQ(group + 1, COUNT(meanings));
}

/* What match.h and knowledge.h allow for the tables. */
TEST(explain_known_fits)
{
	static char texts[MATCH_TEXTS_MAX];
	struct buf b = BUF(texts);

	OK(knowledge_rows() <= MATCH_ROWS_MAX);
	knowledge_texts(&b, KNOWN__COUNT);
	OK(buf_ok(&b));
	for (size_t i = 0; i < COUNT(known); i++) {
		t_at("%s %s", known[i].kind, known[i].key);
		OK(strlen(known[i].key) < KNOWLEDGE_KEY_MAX);
		OK(known[i].words == NULL || strlen(known[i].words) < KNOWLEDGE_WORDS_MAX);
	}
}

TEST(explain_every_fault_is_known)
{
	for (int i = 0; i < FAULT__COUNT; i++) {
		unsigned row = knowledge_find(KNOWN_FAULT, i);
		struct knowledge_causes l = { .holds = FOR_ALL };

		t_at("%s", fault_id((enum fault_code)i));
		if (!OK(row != KNOWLEDGE_NOTHING))
			continue;
		knowledge_add_row(&l, row);
		OK(l.n != 0);
	}
}

TEST(explain_every_number_resolves)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT(aadsts); i++) {
		char text[40];

		t_at("AADSTS%llu", (unsigned long long)aadsts[i]);
		n++;
		snprintf(text, sizeof text, "AADSTS%llu: text", (unsigned long long)aadsts[i]);
		OK(pasted(span_z(text)));
		EQ(found.aadsts, aadsts[i]);
		OK(found.meaning[0] != '\0' && e.n != 0);
		EQ(reading.hits, 1);
		snprintf(text, sizeof text, "%llu", (unsigned long long)aadsts[i]);
		OK(pasted(span_z(text)));
		EQ(found.aadsts, aadsts[i]);
	}
	t_at("all");
	OK(n >= CODES_MIN);
	for (int64_t i = 0; i < 256; i++) {
		t_at("alert %lld", (long long)i);
		OK(knowledge_tls(256 + i) != KNOWLEDGE_NOTHING);
		OK(knowledge_tls(512 + i) != KNOWLEDGE_NOTHING);
		EQ(knowledge_tls(256 + i), knowledge_find(KNOWN_ALERT, i));
	}
	for (int64_t i = 1; i < 64; i++)
		OK(knowledge_tls(i) != KNOWLEDGE_NOTHING);
	OK(knowledge_tls(0) == KNOWLEDGE_NOTHING);
	OK(knowledge_tls(-1) == KNOWLEDGE_NOTHING);
	OK(knowledge_find(KNOWN_AADSTS, 123456789) == KNOWLEDGE_NOTHING);
}

/* ---- rendering --------------------------------------------------------------------------------- */

/* No rest of a template, no over-long line, no empty line, no heading without what it announces. */
static void check_text(struct span s, bool lines)
{
	bool announced = false;

	OK(!has(s, "{") && !has(s, "}") && !has(s, "~A") && !has(s, "  ") && !has(s, "\n\n"));
	OK(s.n == 0 ||
	   (s.p[0] != ' ' && s.p[0] != '\n' && s.p[0] != '~' && s.p[s.n - 1] != '\n' && s.p[s.n - 1] != ' '));
	OK(lines || !has(s, "\n"));
	while (s.n != 0) {
		struct span line = span_cut(s, '\n', &s);
		bool command = line.n != 0 && line.p[0] == '\t';

		OK(line.n <= (command ? LINE_MAX_COMMAND : LINE_MAX_PROSE));
		OK(!announced || command);
		announced = span_ends(line, SPAN(":"));
	}
	OK(!announced);
}

static void check_causes(void)
{
	for (unsigned i = 0; i < e.n; i++) {
		struct explain_cause *c = &e.cause[i];

		OK(c->text.n >= 20 && c->fix.n >= 10);
		check_text(c->text, false);
		check_text(c->fix, true);
		check_text(c->verify, true);
		OK(span_ends(c->text, SPAN(".")) || span_ends(c->text, SPAN("?")));
	}
	for (unsigned i = 0; i < e.nots; i++)
		check_text(e.not_cause[i], false);
	OK(buf_ok(&e.scratch));
}

/* Render every cause in the context c. */
static void render_all(struct explain_case c, const char *what)
{
	evidence_read(c.r, &c.known);
	for (int i = 1; i < CAUSE__COUNT; i++) {
		t_at("%s, %s", causes[i - 1].name, what);
		e.n = 1;
		e.nots = 0;
		e.scratch = BUF(e.bytes);
		wording_cause(&c, (enum cause)i, &e.cause[0]);
		check_causes();
	}
	e.n = 0;
}

/* Every setting and every fact has a value. */
static void full(void)
{
	fresh();
	token();
	exchange();
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 7000215, "AADSTS7000215: Invalid client secret provided.");
	for (int i = 0; i < SETTING__COUNT; i++)
		if (!settings_has(&settings, (enum setting)i))
			set((enum setting)i, OTHER);
	set(SETTING_SECRET_EXPIRES, "2026-01-01");
	set(SETTING_CA_FILE, "/etc/ca.pem");
	set(SETTING_DISPLAY_NAME, "mail fetcher");
	for (int i = 0, row = 0; i < FACT__COUNT; i++) {
		static const struct {
			enum fact key;
			const char *value;
		} numbers[] = {
			{ FACT_CLOCK_SKEW, "-7300" },
			{ FACT_WAIT, "89" },
			{ FACT_CERT_DAYS, "9" },
			{ FACT_TOKEN_LENGTH, "5000" },
			{ FACT_HOST, "outlook.office365.com:995" },
			{ FACT_OID, OID },
			{ FACT_APPID, APP },
			{ FACT_SETTING, "client_id" },
			{ FACT_ROLES, "IMAP.AccessAsApp" },
			{ FACT_UPN, "ann@contoso.com" },
		};
		static const char *const something[] = {
			[ROW_TEXT] = "something",
			[ROW_NUMBER] = "1",
			[ROW_MOMENT] = "2026-10-01 12:00:00Z",
			[ROW_LIST] = "something",
		};
		const char *value = something[row_fact_type((enum fact)i)];
		unsigned char word[40];
		struct buf first = BUF(word);

		buf_put(&first, row_word((enum fact)i, 0));
		buf_byte(&first, '\0');
		if (value == NULL)
			value = (const char *)word;
		for (size_t k = 0; k < COUNT(numbers); k++)
			if (numbers[k].key == (enum fact)i)
				value = numbers[k].value;
		while (report.row[row].facts == ROW_FACTS_MAX)
			row++;
		if (report_with(&report, (enum fact)i) == NULL)
			fact((enum step)row, (enum fact)i, value);
	}
}

TEST(explain_every_cause_renders)
{
	struct explain_case c = { .step = STEP_TOKEN, .e = &e };

	render_all(c, "without a report");
	fresh();
	c.r = &report;
	render_all(c, "fresh");
	memset(&settings, 0, sizeof settings);
	render_all(c, "no settings");
	report.settings = NULL;
	render_all(c, "no settings at all");
	full();
	for (int i = 0; i < STEP__COUNT; i++) {
		c.step = (enum step)i;
		render_all(c, step_table[c.step].id);
	}
}

/* Every fault on every step, with and without what other steps know. */
TEST(explain_every_fault_on_every_step)
{
	for (int step = 0; step < STEP__COUNT; step++) {
		for (int code = 1; code < FAULT__COUNT; code += (int)t_stride(5)) {
			for (int much = 0; much < 3; much++) {
				if (much == 2) {
					full();
					report.row[STEP_TOKEN].verdict = VERDICT_PASS;
				} else {
					fresh();
				}
				if (much == 1) {
					token();
					exchange();
				}
				fail((enum step)step, (enum fault_code)code, code, "text");
				t_at("%s %s %d", step_table[step].id, fault_id((enum fault_code)code), much);
				explain_report(&report, &e);
				OK(e.n != 0);
				check_causes();
				report.row[step].verdict = VERDICT_WARN;
				check_text(warning((enum step)step), false);
			}
		}
	}
	fresh();
	token();
	exchange();
	explain_report(&report, &e);
	EQ(e.n, 0);
	EQ(e.powershell.n, 0);
}

/* The FOR_... bits of the report at this step. */
static unsigned holding(enum step step)
{
	struct evidence evidence;

	evidence_read(&report, &evidence);
	return evidence_holds(&report, &evidence, step);
}

/* ---- every grant, every provider --------------------------------------------------------------- */

/* Is the word in the text, other than in "server's word" and "--grant word"? */
static bool says(struct span text, const char *word)
{
	size_t at;

	for (; span_find(text, span_z(word), &at); text = span_from(text, at + 1))
		if (!span_ends(span_first(text, at), SPAN("server's ")) &&
		    !span_ends(span_first(text, at), SPAN("--grant ")))
			return true;
	return false;
}

/* Nothing is said of another grant's credential. */
static void check_words_of_grant(struct span text)
{
	static const struct {
		const char *word;
		unsigned grants;
	} words[] = {
		{ "client secret", FOR_SECRET },          { "The secret ", FOR_SECRET },
		{ "certificate", FOR_CERTIFICATE },       { "private key", FOR_CERTIFICATE },
		{ "assertion", FOR_ASSERTION },           { "ederated", FOR_FEDERATED },
		{ "The managed identity", FOR_IDENTITY }, { "refresh token", FOR_PERSON },
		{ "ign in again", FOR_PERSON },           { "service account", FOR_SERVICE_ACCOUNT },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (!knowledge_holds(words[i].grants, holding(STEP_TOKEN)))
			EQ(says(text, words[i].word) ? text : SPAN(""), SPAN(""));
}

static void check_grant(void)
{
	explain_report(&report, &e);
	for (unsigned i = 0; i < e.n; i++) {
		check_words_of_grant(e.cause[i].text);
		check_words_of_grant(e.cause[i].fix);
		check_words_of_grant(e.cause[i].verify);
	}
	for (unsigned i = 0; i < e.nots; i++)
		check_words_of_grant(e.not_cause[i]);
	for (int i = 0; i < STEP__COUNT; i++) {
		unsigned char bytes[PHRASES_MAX];
		struct buf b = BUF(bytes);

		phrases_found(&b, &report, &report.row[i]);
		check_words_of_grant(buf_span(&b));
	}
}

/* Settings of this grant and no other. */
static void of_grant(enum grant g)
{
	fresh();
	settings.grant = g;
	settings.value[SETTING_CLIENT_SECRET_FILE] = SPAN("");
	settings.source[SETTING_CLIENT_SECRET_FILE] = SETTING_UNSET;
	for (const signed char *key = grant_row(g)->sources; *key != GRANT_END; key++)
		set((enum setting) * key, "o2pop.credential");
}

TEST(explain_speaks_of_the_grants_own_credential)
{
	for (int i = 0; i < GRANT__COUNT; i++) {
		enum grant g = (enum grant)i;
		const char *proof = grant_row(g)->proof;

		t_at("%s", grant_row(g)->id);
		of_grant(g);
		token();
		exchange();
		check_grant();
		EQ(e.n, 0);
		fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
		check_grant();
		OK(e.n != 0);
		EQ(ruled_out(": the token was issued."), proof != NULL);
		OK(proof == NULL || ruled_out(proof));
	}
	of_grant(GRANT_CERTIFICATE);
	token();
	exchange();
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	explain_report(&report, &e);
	OK(ruled_out("The client certificate: the token was issued."));
	OK(!ruled_out("secret"));
}

/* The token endpoint refuses, with the k-th row of known.def. False: that is no answer of a token endpoint. */
static bool refused_token(size_t k, bool entra)
{
	static char words[200];

	if (known[k].k == KNOWN_AADSTS && entra) {
		struct knowledge_causes l = { .holds = holding(STEP_TOKEN) };

		knowledge_add_row(&l, (unsigned)k);
		if (l.n == 0) /* Entra does not say this to such a request */
			return false;
		snprintf(words, sizeof words, "AADSTS%s: %.*s.", known[k].key,
		         known[k].words == NULL ? 2 : (int)strcspn(known[k].words, "|"),
		         known[k].words == NULL ? "no" : known[k].words);
		fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, strtol(known[k].key, NULL, 10), words);
		return true;
	}
	if (known[k].k != KNOWN_ERROR && known[k].k != KNOWN_SUBERROR)
		return false;
	snprintf(words, sizeof words, "%.*s", (int)strlen(known[k].key) - 2, known[k].key + 1);
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 400, "no");
	fact(STEP_TOKEN, known[k].k == KNOWN_ERROR ? FACT_ERROR : FACT_SUBERROR, words);
	return true;
}

TEST(explain_refused_token_of_every_grant)
{
	for (int g = 0; g < GRANT_ACCESS_TOKEN; g++) {
		for (size_t k = 0; k < COUNT(known); k++) {
			of_grant((enum grant)g);
			settings.provider = provider_at(g == GRANT_SERVICE_ACCOUNT ? 5 : 0);
			t_at("%s %s", grant_row((enum grant)g)->id, known[k].key);
			if (!refused_token(k, settings.provider->entra))
				continue;
			check_grant();
			OK(e.n != 0);
		}
	}
}

static void check_words_of_provider(const struct provider *p, struct span text)
{
	static const char *const microsoft[] = { "Entra",  "Exchange", "Microsoft",         "microsoft.",
		                                 "AADSTS", "office",   "Conditional Access" };
	static const char *const google[] = { "Google", "Gmail", "google", "gmail" };
	bool worldwide = p->entra && p->environment == NULL;

	for (size_t i = 0; i < COUNT(microsoft); i++)
		EQ(!p->entra && has(text, microsoft[i]) ? text : SPAN(""), SPAN(""));
	for (size_t i = 0; i < COUNT(google); i++)
		EQ(!p->google && has(text, google[i]) ? text : SPAN(""), SPAN(""));
	for (size_t i = 0; provider_at(i) != NULL; i++) {
		const struct provider *other = provider_at(i);
		bool own = p->portal != NULL && other->portal != NULL && strcmp(p->portal, other->portal) == 0;

		OK(own || other->portal == NULL || !has(text, other->portal));
		OK(other == p || other->environment == NULL || !has(text, other->environment));
		OK(other == p || other->admin == NULL || !has(text, other->admin));
	}
	OK(worldwide || !has(text, "admin.microsoft.com"));
	OK(p->environment == NULL || !has(text, "(Connect-ExchangeOnline)"));
}

TEST(explain_names_no_other_provider)
{
	for (size_t i = 0; provider_at(i) != NULL; i++) {
		const struct provider *p = provider_at(i);

		for (int g = 0; g < GRANT_ACCESS_TOKEN; g++) {
			for (size_t k = 0; provider_allows(p, (enum grant)g) && k < COUNT(known); k += t_stride(5)) {
				of_grant((enum grant)g);
				settings.provider = p;
				set(SETTING_SCOPE, "mail");
				set(SETTING_POP_HOST, "mail.example.org");
				t_at("%s %s %s", p->id, grant_row((enum grant)g)->id, known[k].key);
				if (!refused_token(k, p->entra))
					continue;
				explain_report(&report, &e);
				OK(e.n != 0);
				for (unsigned n = 0; n < e.n; n++) {
					check_words_of_provider(p, e.cause[n].text);
					check_words_of_provider(p, e.cause[n].fix);
					check_words_of_provider(p, e.cause[n].verify);
				}
				for (unsigned n = 0; n < e.nots; n++)
					check_words_of_provider(p, e.not_cause[n]);
			}
		}
	}
}

/* ---- PowerShell -------------------------------------------------------------------------------- */

TEST(explain_powershell_block)
{
	fresh();
	token();
	exchange();
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	EQ(explained(), "not-registered-in-exchange no-mailbox-permission pop-disabled");
	OK(has(e.powershell, "\nConnect-ExchangeOnline\n"));
	OK(has(e.powershell, "\nNew-ServicePrincipal -AppId " APP " -ObjectId " OID " -DisplayName 'mail fetcher'\n"));
	OK(has(e.powershell,
	       "\nAdd-MailboxPermission -Identity 'john.smith@contoso.com' -User " OID " -AccessRights FullAccess\n"));
	OK(has(e.powershell, "\nSet-CASMailbox -Identity 'john.smith@contoso.com' -PopEnabled $true\n"));
	OK(has(e.powershell, "\nGet-ServicePrincipal | Where-Object AppId -eq '" APP "'"));
	OK(has(e.powershell, "\nGet-MailboxPermission -Identity 'john.smith@contoso.com'"));
	OK(has(e.powershell, "\nGet-CASMailbox -Identity 'john.smith@contoso.com'"));
	OK(has(e.cause[0].fix, "\n\tNew-ServicePrincipal -AppId " APP " -ObjectId " OID));
	OK(has(e.cause[0].verify, "ObjectId must be " OID "."));
	OK(ruled_out("The client secret: the token was issued."));
	OK(ruled_out("The POP3 role: the token carries POP.AccessAsApp."));
	OK(ruled_out("The network: greeting received after "));
	OK(ruled_out("TLS inspection: the server's certificate goes back to DigiCert Global Root G2."));
	OK(e.nots <= EXPLAIN_NOTS_MAX);
	check_causes();
	settings.provider = provider_at(1);
	explain_report(&report, &e);
	OK(has(e.powershell, "Connect-ExchangeOnline -ExchangeEnvironmentName O365USGovGCCHigh\n"));
}

/* A name with any quote in it stays inside its string; a name with a line break leaves no command. */
TEST(explain_powershell_is_safe)
{
	static const struct {
		const char *name, *quoted;
	} rows[] = {
		{ "it's", "'it''s'" },
		{ "a'; Remove-Mailbox 'b", "'a''; Remove-Mailbox ''b'" },
		{ "a\xe2\x80\x99; b", "'a\xe2\x80\x99\xe2\x80\x99; b'" },
		{ "\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9b",
		  "'\xe2\x80\x98\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9a\xe2\x80\x9b\xe2\x80\x9b'" },
		{ "$(calc) `n \"x\"", "'$(calc) `n \"x\"'" },
		{ "{oid}", "'{oid}'" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char want[200];

		t_at("%s", rows[i].name);
		fresh();
		token();
		exchange();
		report.row[STEP_CLAIMS].facts = 0;
		fact(STEP_CLAIMS, FACT_APPID, APP);
		fact(STEP_CLAIMS, FACT_OID, OID);
		fact(STEP_CLAIMS, FACT_ROLES, "POP.AccessAsApp");
		set(SETTING_DISPLAY_NAME, rows[i].name);
		report.mailbox = span_z(rows[i].name);
		fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
		explain_report(&report, &e);
		snprintf(want, sizeof want, "-DisplayName %s\n", rows[i].quoted);
		OK(has(e.powershell, want));
		snprintf(want, sizeof want, "Set-CASMailbox -Identity %s -PopEnabled $true\n", rows[i].quoted);
		OK(has(e.powershell, want));
	}
	fresh();
	token();
	exchange();
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	report.mailbox = SPAN("john\nRemove-Mailbox x");
	explain_report(&report, &e);
	EQ(e.powershell.n, 0);
	for (unsigned i = 0; i < e.n; i++)
		OK(!has(e.cause[i].fix, "\nRemove-Mailbox") && !has(e.cause[i].fix, "\tAdd-Mail"));
	/* an id that is no GUID never reaches a command */
	fresh();
	token();
	exchange();
	report.row[STEP_CLAIMS].facts = 0;
	fact(STEP_CLAIMS, FACT_OID, "x; Remove-Mailbox");
	fact(STEP_CLAIMS, FACT_ROLES, "POP.AccessAsApp");
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	explain_report(&report, &e);
	OK(!has(buf_span(&e.scratch), "Remove-Mailbox"));
}

/* ---- the refused login ------------------------------------------------------------------------- */

TEST(explain_auth_elimination)
{
	static const struct {
		const char *imap, *smtp, *ids, *not_cause;
	} rows[] = {
		{ "", "", "not-registered-in-exchange no-mailbox-permission pop-disabled", "The POP3 role" },
		{ "unclear", "off", "not-registered-in-exchange no-mailbox-permission pop-disabled", "The POP3 role" },
		{ "refused", "not-tried", "not-registered-in-exchange address-not-primary not-yet-in-force",
		  "The POP3 role" },
		{ "closed", "refused", "no-mailbox-permission pop-disabled mailbox-unreadable",
		  "The registration in Exchange" },
		{ "not-tried", "open", "no-mailbox-permission pop-disabled mailbox-unreadable", "The token" },
		{ "open", "unreached", "pop-disabled not-yet-in-force rbac-enforced",
		  "The registration in Exchange, FullAccess" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s %s", rows[i].imap, rows[i].smtp);
		fresh();
		token();
		exchange();
		verdict(STEP_TRIAGE, VERDICT_PASS, 5);
		triage(rows[i].imap, rows[i].smtp, true);
		fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
		EQ(explained(), rows[i].ids);
		OK(ruled_out(rows[i].not_cause));
		EQ(has(e.powershell, "\nNew-ServicePrincipal"), has(span_z(rows[i].ids), "not-registered"));
		OK(has(e.powershell, "\nSet-CASMailbox"));
		check_causes();
	}
}

TEST(explain_auth_by_settings_and_server)
{
	fresh();
	token();
	exchange();
	set(SETTING_ENTERPRISE_OBJECT_ID, OTHER);
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	EQ(explained(), "object-id-mixed-up no-mailbox-permission pop-disabled");
	OK(has(e.cause[0].text, OTHER) && has(e.cause[0].text, OID));
	OK(has(e.cause[0].fix, "\tRemove-ServicePrincipal -Identity " OTHER "\n"));
	set(SETTING_ENTERPRISE_OBJECT_ID, OID);
	EQ(explained(), "not-registered-in-exchange no-mailbox-permission pop-disabled");

	fail(STEP_AUTH, FAULT_AUTH_NOT_CONNECTED, 0, "-ERR User is authenticated but not connected.");
	EQ(explained(), "no-mailbox-permission pop-disabled mailbox-unreadable");
	OK(!has(e.powershell, "\nNew-ServicePrincipal"));

	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, "-ERR Request is throttled. Suggested Backoff Time: 89117 milliseconds");
	fact(STEP_AUTH, FACT_WAIT, "90");
	EQ(explained(), "throttled");
	OK(has(e.cause[0].fix, "Wait 90 seconds"));

	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, "-ERR Logon failure: unknown user name or bad password.");
	EQ(explained(), "password-login");

	fail(STEP_AUTH, FAULT_AUTH_PROTOCOL, 0, "-ERR Protocol error. Connection is closed. 10");
	EQ(explained(), "login-broken-off server-busy");
	settings.form = POP_FORM_ONE_LINE;
	EQ(explained(), "one-line-auth server-busy");
	settings.form = POP_FORM_TWO_LINE;
	report.row[STEP_CLAIMS].facts--;
	fact(STEP_CLAIMS, FACT_TOKEN_LENGTH, "4097");
	EQ(explained(), "token-too-long server-busy");
	OK(has(e.cause[0].text, "This one has 4097."));

	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, "-ERR Command is not valid in this state.");
	EQ(explained(), "capability-hidden server-says-no");
	EQ(e.powershell.n, 0);

	fresh();
	token();
	exchange();
	fail(STEP_TENANT, FAULT_TENANT_OTHER, 0, "");
	report.row[STEP_TENANT].verdict = VERDICT_WARN;
	report.row[STEP_TENANT].facts = 0;
	fact(STEP_TENANT, FACT_TENANT_FOUND, OTHER);
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	EQ(explained(), "mailbox-in-other-tenant not-registered-in-exchange no-mailbox-permission");
}

/* What the claims step let pass with a warning is the first suspect when the login fails. */
TEST(explain_auth_after_warnings)
{
	fresh();
	token();
	exchange();
	report.row[STEP_CLAIMS].facts = 0;
	fact(STEP_CLAIMS, FACT_AUD, "https://ps.outlook.com");
	fact(STEP_CLAIMS, FACT_ROLES, "POP.AccessAsApp");
	fact(STEP_CLAIMS, FACT_OID, OID);
	report.row[STEP_CLAIMS].verdict = VERDICT_WARN;
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	EQ(explained(), "audience-consent-scope not-registered-in-exchange no-mailbox-permission");
	fact(STEP_CLAIMS, FACT_TOKEN_LENGTH, "5001");
	EQ(explained(), "audience-consent-scope token-too-long not-registered-in-exchange");
	report.row[STEP_CLAIMS].facts = 0;
	fact(STEP_CLAIMS, FACT_TOKEN_KIND, "opaque");
	EQ(explained(), "pop-off-personal address-not-primary-alias token-of-personal-account");
}

/* What is wrong with the settings, before a byte is sent. */
TEST(explain_credential)
{
	static const struct {
		enum fault_code code;
		enum setting key;
		const char *tenant, *ids;
	} rows[] = {
		{ FAULT_SECRET_IS_ID, SETTING_CLIENT_SECRET_FILE, TENANT, "secret-is-its-id" },
		{ FAULT_SECRET_SHAPE, SETTING_CLIENT_SECRET_FILE, TENANT, "secret-mangled" },
		{ FAULT_SECRET_EXPIRED, SETTING_SECRET_EXPIRES, TENANT, "secret-expired" },
		{ FAULT_CLIENT_ID_SHAPE, SETTING_CLIENT_ID, TENANT, "client-id-shape" },
		{ FAULT_TENANT_SHAPE, SETTING_TENANT_ID, "1111", "tenant-shape" },
		{ FAULT_TENANT_SHAPE, SETTING_TENANT_ID, "common", "tenant-needed" },
		{ FAULT_TENANT_SHAPE, SETTING_TOKEN_URL, TENANT, "tenant-needed" },
		{ FAULT_TENANT_SHAPE, SETTING_TENANT_ID, MICROSOFT_PERSONAL, "consumer-mailbox" },
		{ FAULT_SCOPE_SHAPE, SETTING_SCOPE, TENANT, "scope-wrong" },
		{ FAULT_MAILBOX_SHAPE, SETTING_MAILBOX, TENANT, "mailbox-shape" },
		{ FAULT_IDS_MIXED, SETTING_CLIENT_ID, TENANT, "ids-mixed-up" },
		{ FAULT_SETTING_MISSING, SETTING_CLIENT_ID, TENANT, "setting-absent" },
		{ FAULT_ASSERTION_EXPIRED, SETTING_FEDERATED_TOKEN_FILE, TENANT, "assertion-time clock-wrong" },
		{ FAULT_KEY_MISSING, SETTING_CERTIFICATE_FILE, TENANT, "private-key-absent" },
		{ FAULT_KEY_ENCRYPTED, SETTING_PRIVATE_KEY_FILE, TENANT, "private-key-encrypted" },
		{ FAULT_KEY_FORMAT, SETTING_CERTIFICATE_FILE, TENANT, "certificate-not-pem" },
		{ FAULT_KEY_KIND, SETTING_PRIVATE_KEY_FILE, TENANT, "private-key-unfit" },
		{ FAULT_KEY_SIZE, SETTING_PRIVATE_KEY_FILE, TENANT, "private-key-unfit" },
		{ FAULT_KEY_BROKEN, SETTING_PRIVATE_KEY_FILE, TENANT, "private-key-damaged" },
		{ FAULT_KEY_MISMATCH, SETTING_CERTIFICATE_FILE, TENANT, "certificate-of-another-key" },
		{ FAULT_APP_CERT_MISSING, SETTING_CERTIFICATE_FILE, TENANT, "certificate-absent" },
		{ FAULT_APP_CERT_EXPIRED, SETTING_CERTIFICATE_FILE, TENANT, "certificate-expired clock-wrong" },
		{ FAULT_APP_CERT_NOT_YET, SETTING_CERTIFICATE_FILE, TENANT, "clock-wrong certificate-expired" },
		{ FAULT_SERVICE_ACCOUNT, SETTING_SERVICE_ACCOUNT_FILE, TENANT, "service-account-file" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s %s", fault_id(rows[i].code), rows[i].tenant);
		fresh();
		set(SETTING_TENANT_ID, rows[i].tenant);
		set(SETTING_SCOPE, "https://outlook.office365.com");
		set(SETTING_MAILBOX, "John <john.smith@contoso.com>");
		settings.grant = rows[i].key == SETTING_FEDERATED_TOKEN_FILE ? GRANT_FEDERATED
		                 : rows[i].key == SETTING_CERTIFICATE_FILE   ? GRANT_CERTIFICATE
		                                                             : GRANT_CLIENT_SECRET;
		fail(STEP_CREDENTIAL, rows[i].code, rows[i].key, "client_id = x (o2pop.conf:3): no");
		fact(STEP_CREDENTIAL, FACT_SETTING, settings_key(rows[i].key));
		EQ(explained(), rows[i].ids);
		check_causes();
		OK(e.nots == 0 && e.powershell.n == 0);
	}
	fresh();
	fail(STEP_CREDENTIAL, FAULT_SETTING_MISSING, SETTING_CLIENT_SECRET, "client_secret_file");
	fact(STEP_CREDENTIAL, FACT_SETTING, "client_secret_file");
	explain_report(&report, &e);
	EQ(e.cause[0].text, SPAN("The setting client_secret_file is missing."));
	OK(has(e.cause[0].fix, "Certificates & secrets > New client secret"));
	/* a secret is never put into a text */
	set(SETTING_CLIENT_SECRET, "s3cr3t");
	{
		struct explain_case c = { .r = &report, .e = &e };

		EQ(wording_fill(&c, "{client_secret}", TEMPLATE_LINES).n, 0);
	}
}

/* Our own file, whatever the step's server is. */
TEST(explain_store)
{
	static const struct {
		enum fault_code code;
		const char *ids;
	} rows[] = {
		{ FAULT_STORE_EXPOSED, "store-exposed" }, { FAULT_STORE_FAILED, "store-failed" },
		{ FAULT_STORE_BUSY, "store-in-use" },     { FAULT_STORE_FULL, "store-full" },
		{ FAULT_STORE_VALUE, "token-unfit" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int step = STEP_CREDENTIAL; step <= STEP_MAILBOX; step++) {
			t_at("%s on %s", fault_id(rows[i].code), step_table[step].id);
			fresh();
			fail((enum step)step, rows[i].code, 0,
			     "the token store '/Basic authentication is disabled' is in use");
			EQ(explained(), rows[i].ids);
			OK(!phrases_quoted(&report.row[step].fault));
		}
	}
}

/* What is to be typed has the files of the settings in it. */
TEST(explain_certificate)
{
	fresh();
	set(SETTING_CERTIFICATE_FILE, "/etc/o2pop/app.crt");
	fail(STEP_CREDENTIAL, FAULT_KEY_MISMATCH, SETTING_CERTIFICATE_FILE, "");
	explain_report(&report, &e);
	OK(has(e.cause[0].fix, "\topenssl x509 -in /etc/o2pop/app.crt -noout -pubkey\n"));
	OK(has(e.cause[0].fix, "\topenssl pkey -in /etc/o2pop/app.crt -pubout"));
	OK(!has(e.cause[0].fix, "o2pop.key"));
	set(SETTING_PRIVATE_KEY_FILE, "/etc/o2pop/app.key");
	explain_report(&report, &e);
	OK(has(e.cause[0].fix, "\topenssl pkey -in /etc/o2pop/app.key -pubout"));
	fail(STEP_CREDENTIAL, FAULT_KEY_ENCRYPTED, SETTING_PRIVATE_KEY_FILE, "");
	fact(STEP_CREDENTIAL, FACT_SETTING, "private_key_file");
	explain_report(&report, &e);
	OK(has(e.cause[0].fix, "\topenssl pkey -in /etc/o2pop/app.key -out o2pop.key"));
	OK(!has(e.cause[0].fix, "locked.key"));
	fail(STEP_CREDENTIAL, FAULT_KEY_SIZE, SETTING_PRIVATE_KEY_FILE, "");
	explain_report(&report, &e);
	OK(has(e.cause[0].fix, "\topenssl req -x509 -newkey rsa:2048 -nodes -keyout o2pop.key -out o2pop.crt"));
	OK(has(e.cause[0].fix, "> Certificates & secrets > Certificates > Upload certificate."));
	/* both thumbprints side by side: the one that Entra saw, and the one in use here */
	fresh();
	settings.grant = GRANT_CERTIFICATE;
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 700027, "AADSTS700027: The key was not found.");
	fact(STEP_TOKEN, FACT_THUMBPRINT, "0AF1");
	fact(STEP_CREDENTIAL, FACT_APP_CERT_SHA1, "C0FFEE");
	fact(STEP_CREDENTIAL, FACT_APP_CERT_ENDS, "2028-01-01 00:00:00Z");
	explain_report(&report, &e);
	EQ(e.cause[0].id, "certificate-not-uploaded");
	OK(has(e.cause[0].text, "Its thumbprint is 0AF1. The certificate in use here has the thumbprint C0FFEE"));
	OK(has(e.cause[0].verify, "The page lists the thumbprint C0FFEE."));
}

/* A person's token. */
TEST(explain_auth_delegated)
{
	fresh();
	token();
	exchange();
	report.row[STEP_CLAIMS].facts = 0;
	fact(STEP_CLAIMS, FACT_SCP, "POP.AccessAsUser.All");
	fact(STEP_CLAIMS, FACT_UPN, "ann@contoso.com");
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	EQ(explained(), "signed-in-as-another pop-disabled address-not-primary");
	OK(has(e.powershell, "-User 'ann@contoso.com' -AccessRights FullAccess\n"));
	OK(!has(e.powershell, "New-ServicePrincipal"));
	report.mailbox = SPAN("Ann@Contoso.com");
	EQ(explained(), "pop-disabled address-not-primary mailbox-unlicensed");
	OK(!has(e.powershell, "FullAccess"));
	triage("closed", "refused", false);
	EQ(explained(), "signed-in-as-another pop-disabled address-not-primary");
}

TEST(explain_auth_other_servers)
{
	fresh();
	token();
	exchange();
	settings.provider = provider_find(SPAN("custom"));
	report.row[STEP_GREETING].facts = 0;
	fact(STEP_GREETING, FACT_SERVER, "dovecot");
	fail(STEP_AUTH, FAULT_AUTH_CHALLENGE, 0, "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\"}");
	EQ(explained(), "server-rejects-token token-expired");
	EQ(e.powershell.n, 0);
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, "-ERR [SYS/TEMP] Temporary authentication failure. [rig:2026-10-01]");
	EQ(explained(), "server-temporary introspection-failed server-rejects-token");
	report.row[STEP_GREETING].facts = 0;
	fact(STEP_GREETING, FACT_SERVER, "gmail");
	fail(STEP_AUTH, FAULT_AUTH_CHALLENGE, 0, "-ERR [AUTH] Invalid credentials.");
	EQ(explained(), "token-expired gmail-scope gmail-other-account");
}

/* ---- the other steps --------------------------------------------------------------------------- */

TEST(explain_token_refusals)
{
	static const struct {
		enum grant grant;
		int64_t num;
		const char *evidence, *error, *suberror, *ids;
	} rows[] = {
		{ GRANT_CLIENT_SECRET, 7000215, "AADSTS7000215: Invalid client secret provided.", "invalid_client", "",
		  "secret-wrong secret-mangled secret-new" },
		{ GRANT_CLIENT_SECRET, 7000222, "", "invalid_client", "", "secret-expired" },
		{ GRANT_CLIENT_SECRET, 700016, "", "unauthorized_client", "",
		  "client-id-wrong app-not-in-tenant app-deleted" },
		{ GRANT_CLIENT_SECRET, 7000229, "", "invalid_client", "", "no-enterprise-app" },
		{ GRANT_CLIENT_SECRET, 1002012, "", "invalid_scope", "", "scope-wrong" },
		{ GRANT_CLIENT_SECRET, 53003, "", "invalid_grant", "message_only", "conditional-access" },
		{ GRANT_CLIENT_SECRET, 50012, "AADSTS50012: Invalid client secret is provided.", "", "",
		  "secret-wrong secret-mangled secret-new" },
		{ GRANT_CERTIFICATE, 50012, "AADSTS50012: AuthenticationFailed", "", "",
		  "certificate-not-uploaded certificate-key-mismatch" },
		{ GRANT_CERTIFICATE, 700027,
		  "[Reason - Key was found, but use of the key to verify the signature failed", "", "",
		  "certificate-key-mismatch certificate-not-uploaded" },
		{ GRANT_CERTIFICATE, 700027,
		  "[Reason - The key was not found., Thumbprint of key used by client: '0AF1', Please", "", "",
		  "certificate-not-uploaded certificate-key-mismatch" },
		{ GRANT_FEDERATED, 700023, "Client assertion audience claim does not match Realm issuer.", "", "",
		  "assertion-claims" },
		{ GRANT_CERTIFICATE, 700023, "InvalidResourcelessScope", "", "", "scope-wrong" },
		{ GRANT_CLIENT_SECRET, 700023, "InvalidResourcelessScope", "", "", "scope-wrong" },
		{ GRANT_CLIENT_SECRET, 999999999, "AADSTS999999999: new", "invalid_scope", "",
		  "provider-refused scope-wrong" },
		{ GRANT_REFRESH_TOKEN, 999999999, "AADSTS999999999: new", "invalid_grant", "client_mismatch",
		  "provider-refused refresh-token-foreign" },
		{ GRANT_REFRESH_TOKEN, 400, "Token has been expired or revoked.", "invalid_grant", "",
		  "sign-in-again conditional-access-person" },
		{ GRANT_CLIENT_SECRET, 999999999, "AADSTS999999999: new", "invalid_request", "",
		  "provider-refused tenant-unknown" },
		{ GRANT_CLIENT_SECRET, 90033, "AADSTS90033: A transient error.", "invalid_request", "",
		  "provider-transient" },
		{ GRANT_CLIENT_SECRET, 400, "no words", "invalid_request", "", "provider-refused tenant-unknown" },
		{ GRANT_CLIENT_SECRET, 90002, "", "invalid_tenant", "", "tenant-unknown cloud-wrong" },
		{ GRANT_CLIENT_SECRET, 900382, "", "invalid_request", "", "cloud-wrong" },
		{ GRANT_CLIENT_SECRET, 999999999, "AADSTS999999999: new", "brand_new", "", "provider-refused" },
		{ GRANT_CLIENT_SECRET, 400, "no words", "", "", "provider-refused" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%lld %s", (long long)rows[i].num, rows[i].evidence);
		fresh();
		set(SETTING_SCOPE, "https://outlook.office365.com");
		settings.grant = rows[i].grant;
		for (int k = STEP_CREDENTIAL; k < STEP_TOKEN; k++)
			verdict((enum step)k, VERDICT_PASS, 3);
		fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, rows[i].num, rows[i].evidence);
		fact(STEP_TOKEN, FACT_ERROR, rows[i].error);
		fact(STEP_TOKEN, FACT_SUBERROR, rows[i].suberror);
		EQ(explained(), rows[i].ids);
		OK(ruled_out("The network, TLS and proxies"));
		check_causes();
	}
	t_at("thumbprint");
	settings.grant = GRANT_CERTIFICATE;
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 700027,
	     "The key was not found., Thumbprint of key used by client: '0AF1'");
	fact(STEP_TOKEN, FACT_THUMBPRINT, "0AF1");
	explain_report(&report, &e);
	OK(has(e.cause[0].text, "Its thumbprint is 0AF1."));
	t_at("unknown code");
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 999999999, "");
	report.row[STEP_TOKEN].facts = 0;
	EQ(explained(), "provider-refused");
	OK(has(e.cause[0].fix, "\thttps://login.microsoftonline.com/error?code=999999999\n"));
	OK(has(e.cause[0].text, "no cause of AADSTS999999999 that these settings leave open"));
	t_at("federated");
	settings.grant = GRANT_FEDERATED;
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 70021, "");
	fact(STEP_TOKEN, FACT_ASSERTION_ISS, "https://i/");
	fact(STEP_TOKEN, FACT_ASSERTION_SUB, "sys:s");
	fact(STEP_TOKEN, FACT_ASSERTION_AUD, "aud");
	EQ(explained(), "federated-mismatch federated-new");
	OK(has(e.cause[0].text, "Issuer: \"https://i/\". Subject: \"sys:s\". Audience: \"aud\"."));
	t_at("clock");
	fact(STEP_TOKEN, FACT_CLOCK_SKEW, "-7300");
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 700024, "");
	EQ(explained(), "clock-wrong assertion-time");
	OK(has(e.cause[0].text, "clock is wrong: it is 3 hours slow"));
	t_at("tenant");
	settings.grant = GRANT_CLIENT_SECRET;
	fact(STEP_TENANT, FACT_TENANT_FOUND, OTHER);
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 700016, "");
	EQ(explained(), "tenant-wrong client-id-wrong app-not-in-tenant");
	OK(has(e.cause[0].fix, "\ttenant_id = " OTHER));
}

/* A managed identity's address that is not there, or that something else answers for. */
TEST(explain_no_identity)
{
	static const struct {
		enum step step;
		enum fault_code code;
		int64_t num;
		const char *ids;
	} rows[] = {
		{ STEP_IDP_TCP, FAULT_TCP_TIMEOUT, ETIMEDOUT, "not-in-azure" },
		{ STEP_IDP_TCP, FAULT_TCP_UNREACHABLE, EHOSTUNREACH, "not-in-azure" },
		{ STEP_IDP_TCP, FAULT_TCP_REFUSED, ECONNREFUSED, "not-in-azure" },
		{ STEP_IDP_TCP, FAULT_DEADLINE, 0, "not-in-azure" },
		{ STEP_TOKEN, FAULT_DEADLINE, 0, "not-in-azure" },
		{ STEP_TOKEN, FAULT_TCP_RESET, ECONNRESET, "not-in-azure" },
		{ STEP_TOKEN, FAULT_HTTP_NOT_JSON, 403, "not-in-azure" },
		{ STEP_TENANT, FAULT_TCP_TIMEOUT, ETIMEDOUT, "firewall" },
		{ STEP_POP_TCP, FAULT_TCP_TIMEOUT, ETIMEDOUT, "firewall" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s %s", step_table[rows[i].step].id, fault_id(rows[i].code));
		fresh();
		settings.grant = GRANT_MANAGED_IDENTITY;
		set(SETTING_MANAGED_IDENTITY_URL, "http://169.254.169.254/metadata/identity/oauth2/token");
		fail(rows[i].step, rows[i].code, rows[i].num, "");
		EQ(explained(), rows[i].ids);
		check_causes();
		if (rows[i].step != STEP_POP_TCP && rows[i].step != STEP_TENANT)
			OK(has(e.cause[0].text, "http://169.254.169.254/metadata/identity/oauth2/token."));
	}
}

/* Answers in OAuth's words that mean something of their own. */
TEST(explain_refusals_elsewhere)
{
	static const struct {
		const char *provider;
		enum grant grant;
		const char *error, *evidence, *ids;
	} rows[] = {
		{ "google", GRANT_SERVICE_ACCOUNT, "unauthorized_client",
		  "Client is unauthorized to retrieve access tokens using this method, or", "delegation-missing" },
		{ "google", GRANT_SERVICE_ACCOUNT, "access_denied", "", "delegation-missing" },
		{ "google", GRANT_SERVICE_ACCOUNT, "invalid_grant", "Invalid JWT Signature.", "google-key-refused" },
		{ "google", GRANT_REFRESH_TOKEN, "invalid_grant", "Token has been expired or revoked.",
		  "google-testing google-refresh-token-dead" },
		{ "microsoft", GRANT_MANAGED_IDENTITY, "invalid_request", "Identity not found",
		  "identity-not-assigned" },
		{ "microsoft", GRANT_MANAGED_IDENTITY, "unknown_source", "", "not-in-azure" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s %s", rows[i].provider, rows[i].error);
		fresh();
		settings.provider = provider_find(span_z(rows[i].provider));
		settings.grant = rows[i].grant;
		fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 400, rows[i].evidence);
		fact(STEP_TOKEN, FACT_ERROR, rows[i].error);
		EQ(explained(), rows[i].ids);
		check_causes();
	}
}

/* What other steps have seen beside the refusal. */
TEST(explain_token_with_evidence)
{
	static const struct {
		const char *cloud, *provider;
	} other[] = {
		{ "US government (GCC High)", "microsoft-gcchigh" },
		{ "US government (DoD)", "microsoft-dod" },
		{ "China (21Vianet)", "microsoft-china" },
	};

	fresh();
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 7000215, "AADSTS7000215: Invalid client secret provided.");
	t_at("an odd secret leads");
	verdict(STEP_CREDENTIAL, VERDICT_WARN, 0);
	fault_set(&report.row[STEP_CREDENTIAL].fault, FAULT_SECRET_SHAPE, SETTING_CLIENT_SECRET_FILE, SPAN("x"));
	fact(STEP_CREDENTIAL, FACT_NOTE, "client_secret_file: 18 characters, is it whole?");
	EQ(explained(), "secret-mangled secret-wrong secret-new");
	OK(has(e.cause[0].text, "Odd about it, before it was sent: client_secret_file: 18 characters, is it whole?"));
	t_at("the end that was noted");
	set(SETTING_SECRET_EXPIRES, "2026-01-31");
	settings.secret_expires = 1769817600;
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 7000222, "");
	EQ(explained(), "secret-expired");
	OK(has(e.cause[0].text, "its end date. The settings give it as 2026-01-31."));
	settings.secret_expires = report.started_unix + 86400;
	explain_report(&report, &e);
	OK(has(e.cause[0].text, "The settings say 2026-01-31, which is not this secret's end."));
	t_at("the right cloud");
	fresh();
	token();
	report.row[STEP_TENANT].facts = 0;
	fact(STEP_TENANT, FACT_TENANT_FOUND, TENANT);
	fact(STEP_TENANT, FACT_PROVIDER_FOUND, "microsoft");
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 90002, "");
	EQ(explained(), "app-in-other-cloud");
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 500011, "");
	EQ(explained(), "no-exchange-online");
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 900382, "");
	EQ(explained(), "app-in-other-cloud");
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 999999999, "");
	fact(STEP_TOKEN, FACT_ERROR, "invalid_request");
	EQ(explained(), "provider-refused");
	for (size_t i = 0; i < COUNT(other); i++) {
		t_at("%s", other[i].cloud);
		fresh();
		fail(STEP_TENANT, FAULT_TENANT_CLOUD, 0, "");
		fact(STEP_TENANT, FACT_CLOUD, other[i].cloud);
		fact(STEP_TENANT, FACT_PROVIDER_FOUND, other[i].provider);
		EQ(explained(), "cloud-wrong");
		OK(has(e.cause[0].fix, "\tprovider = "));
		OK(has(e.cause[0].fix, other[i].provider));
		OK(!has(e.cause[0].fix, "Worldwide and GCC"));
	}
	t_at("an unknown cloud");
	fail(STEP_TENANT, FAULT_TENANT_CLOUD, 0, "");
	report.row[STEP_TENANT].facts = 0;
	explain_report(&report, &e);
	OK(has(e.cause[0].fix, "Worldwide and GCC"));
}

/* Another mailbox of the run was opened with the same token. */
TEST(explain_auth_after_a_proof)
{
	fresh();
	token();
	exchange();
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	report.proved = SPAN("ann@contoso.com");
	EQ(explained(), "no-mailbox-permission pop-disabled address-not-primary");
	OK(ruled_out("The registration in Exchange: the same token was accepted for ann@contoso.com."));
	OK(!has(e.powershell, "New-ServicePrincipal") && has(e.powershell, "\nAdd-MailboxPermission"));
	set(SETTING_ENTERPRISE_OBJECT_ID, OTHER);
	EQ(explained(), "no-mailbox-permission pop-disabled address-not-primary");
	verdict(STEP_TRIAGE, VERDICT_PASS, 5);
	triage("refused", "", true);
	EQ(explained(), "address-not-primary no-mailbox-permission not-yet-in-force");
	t_at("Dovecot");
	settings.provider = provider_find(SPAN("custom"));
	report.row[STEP_GREETING].facts = 0;
	fact(STEP_GREETING, FACT_SERVER, "dovecot");
	EQ(explained(), "token-of-another-user server-says-no");
	OK(ruled_out("The token as such: it was accepted for ann@contoso.com."));
	t_at("a person's token proves nothing for another mailbox");
	fresh();
	token();
	exchange();
	report.row[STEP_CLAIMS].facts = 0;
	fact(STEP_CLAIMS, FACT_SCP, "POP.AccessAsUser.All");
	fact(STEP_CLAIMS, FACT_UPN, "ann@contoso.com");
	report.proved = SPAN("ann@contoso.com");
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, refused);
	EQ(explained(), "signed-in-as-another pop-disabled address-not-primary");
	OK(!ruled_out("The registration"));
}

TEST(explain_claims)
{
	static const struct {
		enum fault_code code;
		enum fact key;
		const char *value, *ids;
	} rows[] = {
		{ FAULT_CLAIM_AUDIENCE, FACT_AUD, "https://graph.microsoft.com", "audience-graph" },
		{ FAULT_CLAIM_AUDIENCE, FACT_AUD, "00000003-0000-0000-c000-000000000000", "audience-graph" },
		{ FAULT_CLAIM_AUDIENCE, FACT_AUD, "https://ps.outlook.com", "audience-consent-scope" },
		{ FAULT_CLAIM_AUDIENCE, FACT_AUD, "https://vault.azure.net", "audience-other" },
		{ FAULT_CLAIM_ROLE, FACT_ROLES, "", "no-enterprise-app consent-missing permission-missing" },
		{ FAULT_CLAIM_ROLE, FACT_OID, OID, "consent-missing permission-missing" },
		{ FAULT_CLAIM_ROLE, FACT_ROLES, "full_access_as_app", "role-of-ews" },
		{ FAULT_CLAIM_ROLE, FACT_ROLES, "IMAP.AccessAsApp", "role-of-other-protocol" },
		{ FAULT_CLAIM_ROLE, FACT_SCP, "Mail.Read", "delegated-without-pop" },
		{ FAULT_CLAIM_DELEGATED, FACT_SCP, "Mail.Read", "delegated-without-pop" },
		{ FAULT_CLAIM_EXPIRED, FACT_EXPIRES, "2026-01-01", "clock-wrong" },
		{ FAULT_CLAIM_EXPIRED, FACT_CLOCK_SKEW, "7200", "clock-wrong" },
		{ FAULT_CLAIM_EXPIRED, FACT_CLOCK_SKEW, "1", "provider-fault" },
		{ FAULT_CLAIM_NOT_YET, FACT_CLOCK_SKEW, "-7200", "clock-wrong" },
		{ FAULT_CLAIM_TENANT, FACT_TID, OTHER, "token-tenant" },
		{ FAULT_CLAIM_LENGTH, FACT_TOKEN_LENGTH, "5000", "token-too-long" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s %s", fault_id(rows[i].code), rows[i].value);
		fresh();
		for (int k = STEP_CREDENTIAL; k < STEP_CLAIMS; k++)
			verdict((enum step)k, VERDICT_PASS, 3);
		fail(STEP_CLAIMS, rows[i].code, 0, "");
		fact(STEP_CLAIMS, rows[i].key, rows[i].value);
		EQ(explained(), rows[i].ids);
		OK(ruled_out("The client secret: the token was issued."));
		check_causes();
	}
	fresh();
	set(SETTING_ACCESS_TOKEN_FILE, "token");
	fail(STEP_CLAIMS, FAULT_CLAIM_EXPIRED, 0, "");
	EQ(explained(), "token-expired");
	OK(!ruled_out("The client secret"));
}

TEST(explain_network_and_tls)
{
	static const struct {
		enum step step;
		enum fault_code code;
		int64_t num;
		bool idp; /* the other side is fine */
		const char *evidence, *issuer, *ids;
	} rows[] = {
		{ STEP_POP_TCP, FAULT_TCP_TIMEOUT, ETIMEDOUT, true, "", "", "port-blocked" },
		{ STEP_POP_TCP, FAULT_TCP_TIMEOUT, ETIMEDOUT, false, "", "", "firewall" },
		{ STEP_IDP_TCP, FAULT_TCP_TIMEOUT, ETIMEDOUT, false, "", "", "firewall" },
		{ STEP_POP_TCP, FAULT_TCP_REFUSED, ECONNREFUSED, true, "", "", "firewall-rejects" },
		{ STEP_POP_TCP, FAULT_TCP_UNREACHABLE, ENETUNREACH, true, "", "", "no-route firewall" },
		{ STEP_POP_TCP, FAULT_DEADLINE, 0, true, "", "", "port-blocked" },
		{ STEP_POP_DNS, FAULT_DEADLINE, 0, true, "", "", "dns-server-down dns-filtered" },
		{ STEP_AUTH, FAULT_DEADLINE, 0, true, "", "", "too-slow" },
		{ STEP_POP_DNS, FAULT_DNS_NOT_FOUND, 0, true, "", "", "dns-filtered dns-server-down" },
		{ STEP_POP_TLS, FAULT_TCP_RESET, ECONNRESET, true, "", "", "connection-cut server-busy" },
		{ STEP_POP_TLS, FAULT_CERT_UNTRUSTED, 62, true, "", "CN=Zscaler Intermediate Root CA",
		  "tls-inspection" },
		{ STEP_POP_TLS, FAULT_CERT_UNTRUSTED, 62, true, "", "CN=Contoso Web Gateway CA", "tls-inspection" },
		{ STEP_POP_TLS, FAULT_CERT_UNTRUSTED, 62, true, "", "CN=DigiCert Cloud Services CA-1",
		  "tls-inspection root-unknown" },
		{ STEP_POP_TLS, FAULT_CERT_FORGED, 62, true, "", "CN=Zscaler Intermediate Root CA",
		  "certificate-forged" },
		{ STEP_POP_TLS, FAULT_CERT_EXPIRED, 54, true, "", "CN=DigiCert", "certificate-not-renewed" },
		{ STEP_POP_TLS, FAULT_CERT_EXPIRED, 54, false, "", "CN=DigiCert",
		  "clock-wrong certificate-not-renewed" },
		{ STEP_POP_TLS, FAULT_CERT_NOT_YET, 54, false, "", "CN=DigiCert", "clock-wrong certificate-bad" },
		{ STEP_IDP_TLS, FAULT_CERT_NOT_YET, 54, false, "", "CN=DigiCert", "clock-wrong certificate-bad" },
		{ STEP_POP_TLS, FAULT_CERT_NOT_YET, 54, true, "", "CN=Gateway", "certificate-bad tls-inspection" },
		{ STEP_POP_TLS, FAULT_CERT_NAME, 56, true, "", "CN=Gateway", "certificate-other-name tls-inspection" },
		{ STEP_POP_TLS, FAULT_CERT_NAME, 56, true, "", "CN=DigiCert", "certificate-other-name" },
		{ STEP_POP_TLS, FAULT_CERT_PIN, 62, true, "", "CN=DigiCert", "pin-differs" },
		{ STEP_IDP_TLS, FAULT_TCP_RESET, ECONNRESET, false, "", "", "connection-cut provider-transient" },
		{ STEP_POP_TLS, FAULT_TLS_VERSION, 256 + 70, true, "", "", "tls-13-only tls-too-old" },
		{ STEP_POP_TLS, FAULT_TLS_ALERT, 256 + 40, true, "", "", "tls-nothing-in-common tls-middlebox" },
		{ STEP_POP_TLS, FAULT_TLS_ALERT, 256 + 112, true, "", "", "tls-name-unknown" },
		{ STEP_POP_TLS, FAULT_TLS_NOT_TLS, 3, true, "+OK ready", "", "port-speaks-clear-pop3" },
		{ STEP_POP_TLS, FAULT_TLS_NOT_TLS, 3, true, "* OK IMAP4", "", "port-is-imap" },
		{ STEP_POP_TLS, FAULT_TLS_NOT_TLS, 3, true, "220 mx ESMTP", "", "port-is-smtp" },
		{ STEP_POP_TLS, FAULT_TLS_NOT_TLS, 3, true, "HTTP/1.1 400 Bad", "", "port-is-http" },
		{ STEP_GREETING, FAULT_POP_OTHER_SERVICE, 0, true,
		  "* OK The Microsoft Exchange IMAP4 service is ready.", "", "port-is-imap" },
		{ STEP_GREETING, FAULT_POP_CLOSED, 0, true, "-ERR BYE Connection refused", "", "too-many-connections" },
		{ STEP_GREETING, FAULT_POP_BUSY, 30, true, "-ERR Server Unavailable. 21", "", "server-busy" },
		{ STEP_TOKEN, FAULT_HTTP_STATUS, 407, false, "", "", "proxy-login" },
		{ STEP_TOKEN, FAULT_HTTP_REDIRECT, 302, false, "", "", "captive-portal proxy-page" },
		{ STEP_TOKEN, FAULT_HTTP_NOT_JSON, 404, false, "<html>Not Found", "", "token-url-wrong" },
		{ STEP_TOKEN, FAULT_HTTP_NOT_JSON, 502, false, "<html>Bad Gateway", "",
		  "gateway-error provider-transient" },
		{ STEP_TOKEN, FAULT_HTTP_NOT_JSON, 200, false, "<title>Guest network", "",
		  "captive-portal proxy-page" },
		{ STEP_TOKEN, FAULT_HTTP_NOT_JSON, 200, false, "<html>Blocked by FortiGuard", "",
		  "proxy-page captive-portal" },
		{ STEP_TOKEN, FAULT_HTTP_BUSY, 30, false, "", "", "provider-transient provider-throttled" },
		{ STEP_CAPA, FAULT_POP_NO_XOAUTH2, 0, true, "", "", "capability-hidden" },
		{ STEP_MAILBOX, FAULT_MAILBOX_LOCKED, 0, true, "", "", "mailbox-in-use" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s %s %s", step_table[rows[i].step].id, fault_id(rows[i].code), rows[i].evidence);
		fresh();
		if (rows[i].idp)
			token();
		for (int k = STEP_POP_DNS; k < (int)rows[i].step && rows[i].step > STEP_POP_DNS; k++)
			verdict((enum step)k, VERDICT_PASS, 3);
		fail(rows[i].step, rows[i].code, rows[i].num, rows[i].evidence);
		fact(rows[i].step, FACT_ISSUER, rows[i].issuer);
		EQ(explained(), rows[i].ids);
		check_causes();
		if (rows[i].issuer[0] != '\0' && rows[i].code == FAULT_CERT_UNTRUSTED)
			OK(has(e.cause[0].text, rows[i].issuer));
	}
	t_at("the address of the browser's page");
	fresh();
	set(SETTING_TOKEN_URL, "https://login.microsoftonline.com/t/oauth2/v2.0/authorize");
	fail(STEP_TOKEN, FAULT_HTTP_NOT_JSON, 200, "<html>Sign in to your account");
	EQ(explained(), "token-url-wrong proxy-page captive-portal");
	t_at("the scope of a person");
	fresh();
	settings.grant = GRANT_DEVICE_CODE;
	set(SETTING_SCOPE, "https://outlook.office365.com");
	fail(STEP_CREDENTIAL, FAULT_SCOPE_SHAPE, SETTING_SCOPE, "scope = x: y");
	EQ(explained(), "scope-person");
	OK(has(e.cause[0].fix, "the right one, https://outlook.office.com/POP.AccessAsUser.All offline_access."));
	settings.grant = GRANT_CLIENT_SECRET;
	EQ(explained(), "scope-wrong");
	t_at("the profile of the right cloud");
	fresh();
	fail(STEP_TENANT, FAULT_TENANT_CLOUD, 0, "cloud_instance_name microsoftonline.com");
	EQ(explained(), "cloud-wrong");
	OK(has(e.cause[0].fix, "GCC High: microsoft-gcchigh"));
	fact(STEP_TENANT, FACT_PROVIDER_FOUND, "microsoft-dod");
	EQ(explained(), "cloud-wrong");
	OK(has(e.cause[0].fix, "\tprovider = microsoft-dod"));
	OK(!has(e.cause[0].fix, "GCC High"));
	t_at("the other mechanism");
	fresh();
	fail(STEP_CAPA, FAULT_POP_NO_XOAUTH2, 0, "SASL OAUTHBEARER");
	fact(STEP_CAPA, FACT_SASL, "PLAIN OAUTHBEARER");
	EQ(explained(), "offers-oauthbearer");
	fresh();
	fail(STEP_CAPA, FAULT_POP_NO_OAUTHBEARER, 0, "SASL XOAUTH2");
	fact(STEP_CAPA, FACT_SASL, "XOAUTH2");
	EQ(explained(), "offers-xoauth2");
	fresh();
	fail(STEP_CAPA, FAULT_POP_NO_OAUTHBEARER, 0, "SASL PLAIN");
	fact(STEP_CAPA, FACT_SASL, "PLAIN");
	EQ(explained(), "capability-hidden");
	t_at("the clock explains the certificate");
	fresh();
	fail(STEP_POP_TLS, FAULT_CERT_EXPIRED, 54, "");
	fact(STEP_TOKEN, FACT_CLOCK_SKEW, "864000");
	EQ(explained(), "clock-wrong");
	OK(has(e.cause[0].text, "clock is wrong: it is 10 days fast"));
	t_at("the clock was compared with none");
	report.row[STEP_TOKEN].facts = 0;
	explain_report(&report, &e);
	OK(has(e.cause[0].text, "could not be compared") && has(e.cause[0].fix, "\tdate -u\n"));
	t_at("a certificate alone");
	fresh();
	token();
	fail(STEP_POP_TLS, FAULT_CERT_UNTRUSTED, 62, "");
	fact(STEP_POP_TLS, FACT_SUBJECT, "CN=mail.example");
	fact(STEP_POP_TLS, FACT_ISSUER, "CN=Issuing CA 3");
	fact(STEP_POP_TLS, FACT_CHAIN, "Issuing CA 3");
	EQ(explained(), "tls-inspection");
	set(SETTING_POP_HOST, "mail.example");
	EQ(explained(), "chain-incomplete private-ca tls-inspection");
	OK(has(e.cause[0].text, "that of the issuer is missing: \"CN=Issuing CA 3\"."));
	set(SETTING_POP_HOST, "outlook.office365.com");
	report.row[STEP_POP_TLS].facts--;
	fact(STEP_POP_TLS, FACT_CHAIN, "Issuing CA 3\nRoot 1");
	EQ(explained(), "tls-inspection");
	report.row[STEP_POP_TLS].facts = 0;
	fact(STEP_POP_TLS, FACT_SUBJECT, "CN=mail.example");
	fact(STEP_POP_TLS, FACT_ISSUER, "CN=mail.example");
	fact(STEP_POP_TLS, FACT_CHAIN, "mail.example");
	EQ(explained(), "tls-inspection");
	t_at("no name at all");
	fresh();
	fail(STEP_IDP_DNS, FAULT_DNS_FAILED, 0, "");
	fact(STEP_IDP_DNS, FACT_HOST, "login.microsoftonline.com:443");
	fail(STEP_POP_DNS, FAULT_DEADLINE, 0, "");
	EQ(explained(), "no-name-resolved");
	OK(has(e.cause[0].text, "neither login.microsoftonline.com nor outlook.office365.com"));
	OK(has(e.cause[0].verify, "\tnslookup login.microsoftonline.com\n\tnslookup outlook.office365.com"));
	fail(STEP_IDP_DNS, FAULT_DNS_NOT_FOUND, 0, "");
	EQ(explained(), "no-name-resolved dns-filtered");
	t_at("busy, in the provider's words");
	fresh();
	fail(STEP_TOKEN, FAULT_HTTP_BUSY, 0, "AADSTS90033: A transient error has occurred.");
	fact(STEP_TOKEN, FACT_HTTP_STATUS, "400");
	fact(STEP_TOKEN, FACT_ERROR, "temporarily_unavailable");
	EQ(explained(), "provider-transient provider-throttled");
	fact(STEP_TOKEN, FACT_AADSTS, "90033");
	EQ(explained(), "provider-transient");
	report.row[STEP_TOKEN].facts = 0;
	fact(STEP_TOKEN, FACT_HTTP_STATUS, "429");
	fact(STEP_TOKEN, FACT_RETRY_AFTER, "30");
	EQ(explained(), "provider-throttled");
	OK(has(e.cause[0].text, "The answer was HTTP status 429.") && has(e.cause[0].fix, "Wait 30 seconds."));
	t_at("the clock was never set");
	fail(STEP_POP_TLS, FAULT_CERT_EXPIRED, 54, "");
	report.row[STEP_TOKEN].verdict = VERDICT_NONE;
	report.started_unix = 1000;
	EQ(explained(), "clock-not-set");
	report.row[STEP_TOKEN].facts = 0;
	fact(STEP_POP_TLS, FACT_VALID_AT, "2026-06-01 00:00:00Z");
	EQ(explained(), "clock-wrong");
	OK(has(e.cause[0].text, "is wrong: it is at least 56 years slow."));
	t_at("two servers, both out of date and good in everything else");
	fresh();
	report.started_unix = 1900000000;
	fail(STEP_IDP_TLS, FAULT_CERT_EXPIRED, 54, "");
	fail(STEP_POP_TLS, FAULT_CERT_EXPIRED, 54, "");
	fact(STEP_IDP_TLS, FACT_HOST, "login.microsoftonline.com:443");
	fact(STEP_IDP_TLS, FACT_FINGERPRINT, "sha256:01");
	fact(STEP_IDP_TLS, FACT_VALID_AT, "2027-01-01 00:00:00Z");
	fact(STEP_POP_TLS, FACT_VALID_AT, "2027-06-01 00:00:00Z");
	fact(STEP_POP_TLS, FACT_FINGERPRINT, "sha256:02");
	EQ(explained(), "clock-wrong");
	OK(has(e.cause[0].text, "it is at least 3 years fast.") &&
	   has(e.cause[0].fix, "\tdate -u -s 'YYYY-MM-DD hh:mm'"));
	t_at("the server's own time is better");
	fact(STEP_IDP_TLS, FACT_CLOCK_SKEW, "119000000");
	fact(STEP_IDP_TLS, FACT_SERVER_DATE, "2026-06-06 10:13:20Z");
	EQ(explained(), "clock-wrong");
	OK(has(e.cause[0].text, "it is 3 years fast.") && has(e.cause[0].fix, "\tdate -u -s '2026-06-06 10:13:20'"));
	t_at("one certificate for both");
	report.row[STEP_IDP_TLS].facts = report.row[STEP_POP_TLS].facts = 0;
	fact(STEP_IDP_TLS, FACT_HOST, "login.microsoftonline.com:443");
	fact(STEP_IDP_TLS, FACT_FINGERPRINT, "sha256:01");
	fact(STEP_POP_TLS, FACT_FINGERPRINT, "sha256:01");
	fact(STEP_IDP_TLS, FACT_VALID_AT, "2027-01-01 00:00:00Z");
	fact(STEP_POP_TLS, FACT_VALID_AT, "2027-01-01 00:00:00Z");
	EQ(explained(), "clock-wrong certificate-not-renewed");
	OK(has(e.cause[0].text, "may be wrong"));
	t_at("they had ended before this program was written");
	report.row[STEP_POP_TLS].facts = 0;
	fact(STEP_POP_TLS, FACT_FINGERPRINT, "sha256:02");
	fact(STEP_POP_TLS, FACT_VALID_AT, "2025-12-31 23:59:59Z");
	EQ(explained(), "clock-wrong certificate-not-renewed");
	OK(has(e.cause[0].text, "may be wrong"));
	t_at("somebody's own server");
	fresh();
	settings.provider = provider_find(SPAN("custom"));
	set(SETTING_POP_HOST, "mail.example.org");
	fail(STEP_POP_TLS, FAULT_CERT_UNTRUSTED, 62, "");
	EQ(explained(), "private-ca chain-incomplete tls-inspection");
	set(SETTING_CA_FILE, "/etc/ca.pem");
	EQ(explained(), "ca-file-lacks-root private-ca chain-incomplete");
	OK(has(e.cause[0].fix, "\tca_file = +/etc/ca.pem"));
	fail(STEP_POP_TCP, FAULT_TCP_REFUSED, ECONNREFUSED, "");
	EQ(explained(), "port-closed firewall-rejects");
	OK(has(e.cause[0].verify, "\to2pop probe mail.example.org:995"));
	OK(has(e.cause[0].fix, "whoever runs the server"));
	fresh();
	fail(STEP_IDP_TLS, FAULT_CERT_NAME, 56, "");
	explain_report(&report, &e);
	OK(has(e.cause[0].fix, "\tauthority_host = login.microsoftonline.com") && !has(e.cause[0].fix, "pop_host"));
}

/* Read as by the victim of a man in the middle: whatever is wrong with a certificate, nothing that came over the
 * connection is to be trusted, and what the peer says stands in quotation marks. */
TEST(explain_a_forged_certificate_is_never_trusted)
{
	static const char lure[] = "CN=Download https://evil.example/ca.pem\", then set ca_file = +ca.pem";

	for (int code = FAULT_CERT_UNTRUSTED; code <= FAULT_CERT_FORGED; code++) {
		if (code > FAULT_CERT_PIN && code != FAULT_CERT_FORGED)
			continue;
		for (int own = 0; own < 2; own++) {
			t_at("%s, %s", fault_id((enum fault_code)code),
			     own ? "the provider's own host" : "another host");
			fresh();
			if (!own)
				set(SETTING_POP_HOST, "mail.example");
			fail(STEP_POP_TLS, (enum fault_code)code, 62, "");
			fact(STEP_POP_TLS, FACT_SUBJECT, "CN=outlook.com");
			fact(STEP_POP_TLS, FACT_ISSUER, lure);
			fact(STEP_POP_TLS, FACT_CHAIN, "evil");
			fact(STEP_POP_TLS, FACT_NAMES, lure);
			explain_report(&report, &e);
			OK(e.n != 0);
			for (unsigned i = 0; i < e.n; i++) {
				const struct explain_cause *c = &e.cause[i];

				OK(!has(c->text, "https://evil") || has(c->text, "\"CN=Download https://evil"));
				OK(!has(c->text, "ca.pem\","));
				OK(!has(c->fix, "evil"));
				OK(!has(c->fix, "ca_file = +") ||
				   (has(c->fix, "hand you") && has(c->fix, "fingerprint")));
				OK(!has(c->fix, "ca_file = +") ||
				   (code != FAULT_CERT_FORGED && code != FAULT_CERT_PIN));
				OK(!own ||
				   (!has(span_z(c->id), "chain-incomplete") && !has(span_z(c->id), "private-ca")) ||
				   i != 0);
			}
		}
	}
}

/* What a token says that this run did not request is never filled into a command. */
TEST(explain_unverified_claims_are_no_ids)
{
	fresh();
	settings.grant = GRANT_ACCESS_TOKEN;
	settings.source[SETTING_CLIENT_ID] = SETTING_UNSET;
	settings.value[SETTING_CLIENT_ID].n = 0;
	token();
	fact(STEP_CLAIMS, FACT_APPID, "66666666-0000-4000-8000-000000000006");
	fact(STEP_CLAIMS, FACT_OID, "77777777-0000-4000-8000-000000000007");
	fact(STEP_CLAIMS, FACT_APP_NAME, "evil");
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0, "-ERR Authentication failure: unknown user name or bad password.");
	explain_report(&report, &e);
	OK(has(e.powershell, "-AppId APPLICATION-ID -ObjectId OBJECT-ID"));
	OK(has(e.powershell, "not verified") && !has(e.powershell, "evil"));
	OK(!has(e.powershell, "66666666") && !has(e.powershell, "77777777"));
	for (unsigned i = 0; i < e.n; i++)
		OK(!has(e.cause[i].fix, "66666666") && !has(e.cause[i].fix, "77777777"));
}

TEST(explain_warnings)
{
	fresh();
	verdict(STEP_CREDENTIAL, VERDICT_WARN, 0);
	fact(STEP_CREDENTIAL, FACT_NOTE, "secret_expires: that is in 10 days");
	settings.secret_expires = report.started_unix + 10 * 86400;
	OK(has(warning(STEP_CREDENTIAL), "that is in 10 days. Make the next one now: entra.microsoft.com"));
	OK(has(warning(STEP_CREDENTIAL), "New client secret. Copy the column Value"));
	fault_set(&report.row[STEP_CREDENTIAL].fault, FAULT_SECRET_EXPIRED, SETTING_SECRET_EXPIRES, SPAN("x"));
	OK(has(warning(STEP_CREDENTIAL), "New client secret"));
	settings.provider = provider_find(SPAN("custom"));
	OK(!has(warning(STEP_CREDENTIAL), "entra"));
	settings.provider = provider_at(0);
	settings.secret_expires = 0;
	EQ(warning(STEP_CREDENTIAL), SPAN("secret_expires: that is in 10 days"));
	verdict(STEP_POP_TLS, VERDICT_WARN, 0);
	fact(STEP_POP_TLS, FACT_CERT_DAYS, "9");
	OK(has(warning(STEP_POP_TLS), "ends in 9 days"));
	verdict(STEP_CLOCK, VERDICT_WARN, 0);
	fact(STEP_CLOCK, FACT_CLOCK_SKEW, "100");
	OK(has(warning(STEP_CLOCK), "clock is 100 seconds fast"));
	verdict(STEP_CAPA, VERDICT_WARN, 0);
	fact(STEP_CAPA, FACT_NOTE, "A note.");
	EQ(warning(STEP_CAPA), SPAN("A note."));
	verdict(STEP_CAPA, VERDICT_PASS, 0);
	EQ(warning(STEP_CAPA).n, 0);
	fail(STEP_CLAIMS, FAULT_CLAIM_LENGTH, 0, "");
	report.row[STEP_CLAIMS].verdict = VERDICT_WARN;
	OK(has(warning(STEP_CLAIMS), "4,096"));
}

/* ---- text -------------------------------------------------------------------------------------- */

/* What people paste, and the first cause of each thing found in it. */
TEST(explain_lines)
{
	static const struct {
		const char *line, *first;
	} rows[] = {
		/* every POP3 line of facts 4.4 */
		{ "+OK User successfully authenticated.", "" },
		{ "+OK User successfully logged on.", "" },
		{ "-ERR Authentication failure: unknown user name or bad password.", "token-not-for-mail" },
		{ "-ERR Logon failure: unknown user name or bad password.", "password-login" },
		{ "-ERR Basic authentication is disabled", "password-login" },
		{ "-ERR Protocol error. Connection is closed. 10", "one-line-auth" },
		{ "-ERR Protocol error. 14", "bad-command" },
		{ "-ERR Protocol error. 16", "bad-command" },
		{ "-ERR Protocol error. 17", "bad-command" },
		{ "-ERR Protocol error. 19", "bad-command" },
		{ "-ERR Command is not valid in this state.", "bad-command" },
		{ "-ERR User is authenticated but not connected.", "no-mailbox-permission" },
		{ "-ERR Connection is closed. 10", "session-ended" },
		{ "-ERR Connection is closed. 11", "server-busy" },
		{ "-ERR Connection is closed. 12", "session-ended" },
		{ "-ERR Connection is closed. 13", "server-says-no" },
		{ "* BYE Connection closed. 14", "throttled" },
		{ "-ERR Connection is closed. 18", "server-says-no" },
		{ "-ERR Connection is closed. 20", "server-says-no" },
		{ "-ERR Connection is closed. 21", "bad-command" },
		{ "-ERR Connection is closed. 22", "server-busy" },
		{ "-ERR Server Unavailable. 21", "server-busy" },
		{ "a NO Server Unavailable. 15", "server-busy" },
		{ "-ERR BYE Connection refused", "too-many-connections" },
		{ "-ERR Session invalidated - reason", "session-ended" },
		{ "-ERR Message corrupted", "message-damaged" },
		{ "-ERR Request is throttled. Suggested Backoff Time: 89117 milliseconds", "throttled" },
		{ "[Error=\"AuthFailed:LogonDenied,User: x\" Proxy=y]", "not-registered-in-exchange" },
		{ "AuthFailed:LogonDenied-BasicAuthBlocked-<UserType:OutlookCom>", "password-login-personal" },
		{ "AuthFailed:LogonDenied-None-OAuthLog:AuthExc_Auth Failed", "not-registered-in-exchange" },
		{ "AuthCancelled", "bad-command" },
		{ "NoPrimarySmtpAddress", "address-not-primary" },
		{ "TLS 1.0 and 1.1 are not supported. Please upgrade", "tls-too-old" },
		{ "-ERR The mailbox is not enabled for POP", "gmail-pop-off" },
		/* IMAP and SMTP */
		{ "A1 NO AUTHENTICATE failed.", "token-not-for-mail" },
		{ "A1 BAD Command Argument Error. 11", "sasl-damaged" },
		{ "235 2.7.0 Authentication successful", "" },
		{ "535 5.7.3 Authentication unsuccessful [x.prod.outlook.com]", "smtp-login-refused" },
		{ "SmtpClientAuthentication is disabled for the Tenant.", "smtp-auth-disabled" },
		{ "SmtpClientAuthentication is disabled for the Mailbox.", "smtp-auth-disabled" },
		{ "user is locked by your organization's security defaults policy. Contact", "smtp-policy" },
		{ "the request did not meet the criteria to be authenticated successfully", "smtp-policy" },
		{ "550 5.7.30 Basic auth is not supported", "smtp-password" },
		{ "530 5.7.57 Client not authenticated to send mail", "smtp-not-logged-in" },
		{ "430 4.2.0 STOREDRV; mailbox logon failure", "no-mailbox-permission" },
		/* other servers and programs */
		{ "-ERR [AUTH] Authentication failed.", "server-rejects-token" },
		{ "-ERR [SYS/TEMP] Temporary authentication failure. [host:date]", "server-temporary" },
		{ "-ERR [AUTH] Invalid base64 in response", "sasl-damaged" },
		{ "-ERR [AUTH] Unsupported authentication mechanism.", "xoauth2-not-enabled" },
		{ "-ERR Authentication aborted by client.", "sasl-damaged" },
		{ "+ eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=", "server-rejects-token" },
		{ "-ERR [AUTH] Invalid credentials.", "gmail-token" },
		{ "RENEGOTIATING", "openssl-takes-letter" },
		{ "The term 'New-ServicePrincipal' is not recognized as a name", "exchange-module" },
		{ "verify error:num=20:unable to get local issuer certificate", "tls-inspection" },
		{ "SSL alert number 70", "tls-13-only" },
		{ "handshake_failure (alert 40)", "tls-nothing-in-common" },
		{ "alert 199", "tls-middlebox" },
		{ "engine code 62", "tls-inspection" },
		{ "ECONNREFUSED", "port-closed" },
		{ "connect: Connection refused", "port-closed" },
		{ "EAI_AGAIN", "dns-server-down" },
		{ "curl: (6) Could not resolve host: x", "host-misspelt" },
		{ "HTTP/1.1 407 Proxy Auth", "proxy-login" },
		{ "HTTP/1.1 503 Service Unavailable", "provider-transient" },
		{ "429", "provider-throttled" },
		{ "invalid_client", "secret-wrong" },
		{ "authorization_pending", "device-code-waiting" },
		{ "slow_down", "device-code-waiting" },
		{ "client_mismatch", "refresh-token-foreign" },
		{ "tcp-refused", "port-closed" },
		{ "deadline", "too-slow" },
		{ "7000215", "secret-wrong" },
		{ " AADSTS53003\n", "conditional-access" },
		{ "{\"error_codes\":[50076]}", "second-factor" },
		{ "https://login.microsoftonline.com/error?code=700016", "client-id-wrong" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i].line);
		if (!OK(pasted(span_z(rows[i].line))))
			continue;
		OK(found.meaning[0] != '\0');
		EQ(first(), rows[i].first);
		check_causes();
		OK(pasted(edge_span(span_z(rows[i].line))));
	}
}

TEST(explain_unknown_text)
{
	static const char *const rows[] = {
		"",
		" ",
		"hello",
		"12",
		"999",
		"+OK",
		"the system has a limit",
		"AADSTS",
		"AADSTSx",
		"xAADSTS53003",
		"XECONNREFUSED",
		"ECONNREFUSEDX",
		"Protocol errors",
		"invalid_clients",
		"alert",
		"HTTP/1.1 200 OK",
		"closed. 101",
		"1234567890123",
		"no-such-fault",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i]);
		OK(!pasted(edge_span(span_z(rows[i]))));
	}
	t_at("a code that is not listed");
	OK(pasted(SPAN("AADSTS1234567: new, AADSTS7654321: new, AADSTS1234567 again")));
	EQ(found.aadsts, 1234567);
	EQ(found.meaning, "");
	EQ(e.n, 0);
	EQ(found.what, SPAN("AADSTS1234567"));
	OK(explain_reading(&reading, 1, &found, &e));
	EQ(found.aadsts, 7654321);
	OK(!explain_reading(&reading, 2, &found, &e));
}

static const char pasted_log[] =
	"10:00:01 POST https://login.microsoftonline.com/t/oauth2/v2.0/token\n"
	"HTTP/1.1 401 Unauthorized\r\n"
	"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS70002: Error validating credentials. AADSTS50012: "
	"x "
	"AADSTS7000215: Invalid client secret provided.\\r\\nTrace ID: 1\",\"error_codes\":[7000215],"
	"\"error_uri\":\"https://login.microsoftonline.com/error?code=7000215\"}\n"
	"10:00:02 retry: AADSTS7000215: Invalid client secret provided.\n"
	"10:05:00 connect: Connection refused (ECONNREFUSED)\n"
	"10:06:00 +OK Microsoft Exchange POP3 server ready (tcpproxy/15.20.9137.005). []\n"
	"10:06:09 -ERR Authentication failure: unknown user name or bad password. "
	"[Error=\"AuthFailed:LogonDenied,User: a@b.c\" Proxy=X]\n"
	"10:07:00 -ERR Authentication failure: unknown user name or bad password.\n"
	"10:08:00 -ERR Request is throttled. Suggested Backoff Time: 89117 milliseconds\n"
	"10:09:00 AADSTS1234567: something new\n";

TEST(explain_pasted_log)
{
	static const char *const want[] = {
		"AADSTS7000215",        "Connection refused", "AuthFailed:LogonDenied",
		"Request is throttled", "AADSTS1234567",      "Microsoft Exchange POP3 server ready",
	};
	struct span text = SPAN(pasted_log);

	OK(pasted(text));
	for (unsigned n = 0; n < COUNT(want); n++) {
		t_at("thing %u", n);
		OK(explain_reading(&reading, n, &found, &e));
		EQ(found.what, span_z(want[n]));
	}
	OK(!explain_reading(&reading, COUNT(want), &found, &e));
	UPTO(cut, text.n)
	{
		(void)pasted(edge_span(span_first(text, cut)));
		OK(reading.hits <= COUNT(want) + 8);
	}
}

/* A text that comes in pieces says the same as in one. */
TEST(explain_log_in_pieces)
{
	struct span text = SPAN(pasted_log);
	static struct reading whole;

	OK(pasted(text));
	whole = reading;
	for (size_t n = 1; n < text.n; n += 37) {
		size_t from = 0;

		reading_start(&reading);
		for (; from + n < text.n; from += n)
			reading_take(&reading, text, from, from + n);
		reading_take(&reading, text, from, text.n);
		reading_end(&reading);
		t_at("%zu bytes at once", n);
		EQ(reading.lines, whole.lines);
		EQ(reading.proved, whole.proved);
	}
}

/* Whatever the text is, nothing is read beyond it. */
TEST(explain_any_bytes)
{
	uint32_t x = 12345;

	for (unsigned round = 0; round < 300; round++) {
		unsigned char text[257];
		size_t n = round % sizeof text;

		for (size_t i = 0; i < n; i++) {
			x = x * 1664525 + 1013904223;
			text[i] = (unsigned char)(x >> 24);
		}
		t_areas = 0;
		(void)pasted((struct span){ edge(text, n), n });
		OK(reading.hits <= READING_HITS_MAX);
	}
}
