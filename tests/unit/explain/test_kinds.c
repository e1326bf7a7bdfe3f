#include "t.h"

#include "conf/microsoft.h"
#include "explain/auth_causes.h"
#include "explain/explain.h"
#include "explain/wording.h"
#include "facts.h"

/* The whole tables against the kinds of mistake that an explanation can make: blind to the provider, deaf to the words,
 * general where the answer is special, an application's advice for a person, a tenant's for a personal account, a fix
 * that is in force already, another cloud's address. */

static const struct {
	const char *key, *words;
	enum known_kind kind;
	unsigned of;
	bool general;
	bool text; /* the key is a string: it stands in quotes */
} known[] = {
#define GENERAL(a, b, c, d, e, marks, ...) (((marks)&KNOWN_GENERAL) != 0)
#define CAUSES(...)                        CAUSES_5(__VA_ARGS__, 0, 0, 0, 0, 0)
#define CAUSES_5(a, b, c, d, e, ...)       0, 0, 0, 0, 0
#define KNOWN(kind, key, meaning, ...)     { #key, NULL, KNOWN_##kind, 0, GENERAL(__VA_ARGS__, 0, 0), (#key)[0] == '"' },
#define SAME(kind, key)                    { #key, NULL, KNOWN_##kind, 0, false, (#key)[0] == '"' },
#define WHEN(kind, key, words, of, meaning, ...)                                                                       \
	{ #key, words, KNOWN_##kind, of, GENERAL(__VA_ARGS__, 0, 0), (#key)[0] == '"' },
#include "explain/known.def"
};

static struct settings settings;
static struct report report;
static struct explanation e;
static struct reading reading;

#define TENANT  "11111111-2222-3333-4444-555555555555"
#define APP     "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
#define MAILBOX "john.smith@contoso.example"

static void set(enum setting key, const char *value)
{
	settings.value[key] = span_z(value);
	settings.source[key] = SETTING_FROM_FILE;
}

/* Settings of a provider and a grant, nothing tried yet. */
static void fresh(const struct provider *p, enum grant g)
{
	memset(&report, 0, sizeof report);
	settings_init(&settings);
	settings.provider = p;
	settings.grant = g;
	settings.pop_port = 995;
	set(SETTING_TENANT_ID, TENANT);
	set(SETTING_CLIENT_ID, APP);
	set(SETTING_MAILBOX, MAILBOX);
	if (p->authority != NULL)
		set(SETTING_AUTHORITY_HOST, p->authority);
	if (p->pop_host != NULL)
		set(SETTING_POP_HOST, p->pop_host);
	settings.source[SETTING_AUTHORITY_HOST] = settings.source[SETTING_POP_HOST] = SETTING_FROM_PROVIDER;
	report.settings = &settings;
	report.mailbox = SPAN(MAILBOX);
	report.started_unix = 1790000000;
	for (int i = 0; i < STEP__COUNT; i++)
		report.row[i].step = (enum step)i;
}

static void fail(enum step step, enum fault_code code, int64_t num, const char *evidence)
{
	report.row[step].verdict = VERDICT_FAIL;
	fault_set(&report.row[step].fault, code, num, span_z(evidence));
}

static bool has(struct span s, const char *z)
{
	size_t at;

	return span_find(s, span_z(z), &at);
}

/* The key without its quotes and the star behind it. */
static const char *bare(size_t k)
{
	static char text[200];
	size_t n = 0;

	for (const char *p = known[k].key; *p != '\0' && n + 1 < sizeof text; p++)
		if (*p == '\\')
			text[n++] = *++p;
		else if (*p != '"')
			text[n++] = *p;
	if (n != 0 && text[n - 1] == '*')
		n--;
	text[n] = '\0';
	return text;
}

/* The token endpoint refuses with this row. False: it is none of its answers. */
static bool refused(size_t k)
{
	static char words[300];

	if (known[k].kind == KNOWN_AADSTS && settings.provider->entra) {
		snprintf(words, sizeof words, "AADSTS%s: %.*s.", known[k].key,
		         known[k].words != NULL ? (int)strcspn(known[k].words, "|") : 2,
		         known[k].words != NULL ? known[k].words : "no");
		fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, strtol(known[k].key, NULL, 10), words);
		return true;
	}
	if (known[k].kind != KNOWN_ERROR && known[k].kind != KNOWN_SUBERROR)
		return false;
	snprintf(words, sizeof words, "%.*s", known[k].words != NULL ? (int)strcspn(known[k].words, "|") : 2,
	         known[k].words != NULL ? known[k].words : "no");
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 400, words);
	t_fact(&report.row[STEP_TOKEN], known[k].kind == KNOWN_ERROR ? FACT_ERROR : FACT_SUBERROR, bare(k));
	return true;
}

/* None of the words in any text of the explanation. */
static void check_never(const char *const *words, size_t n)
{
	for (size_t w = 0; w < n; w++) {
		for (unsigned i = 0; i < e.n; i++) {
			EQ(has(e.cause[i].text, words[w]) ? e.cause[i].text : SPAN(""), SPAN(""));
			EQ(has(e.cause[i].fix, words[w]) ? e.cause[i].fix : SPAN(""), SPAN(""));
			EQ(has(e.cause[i].verify, words[w]) ? e.cause[i].verify : SPAN(""), SPAN(""));
		}
		for (unsigned i = 0; i < e.nots; i++)
			OK(!has(e.not_cause[i], words[w]));
		OK(!has(e.powershell, words[w]));
	}
}

/* ---- one code, several meanings: the words decide, in check and in explain ---------------------- */

TEST(kinds_words_choose_their_own_row)
{
	for (unsigned k = 0; k < COUNT(known); k++) {
		unsigned base, chosen, holds = knowledge_narrow(known[k].of);
		char said[400];

		if (known[k].words == NULL || known[k].kind == KNOWN_FAULT || known[k].kind == KNOWN_CLUE)
			continue;
		for (base = 0; known[base].kind != known[k].kind || strcmp(known[base].key, known[k].key) != 0; base++)
			continue;
		for (const char *w = known[k].words; w != NULL;
		     w = strchr(w, '|') != NULL ? strchr(w, '|') + 1 : NULL) {
			snprintf(said, sizeof said, "%s: %.*s.", bare(k), (int)strcspn(w, "|"), w);
			t_at("%s", said);
			chosen = knowledge_choose(base, span_z(said), holds);
			OK(known[base].words == NULL); /* the KNOWN row stands before its variants */
			/* another row may have the same words and demand more */
			OK(chosen == k || (known[chosen].words != NULL &&
			                   knowledge_weight(chosen, holds) >= knowledge_weight(k, holds)));
		}
		t_at("%s without the words", known[k].key);
		if (known[k].words[0] != '\0')
			OK(knowledge_choose(base, SPAN("nothing of it"), FOR_ALL) != k);
	}
}

/* A refusal as the token endpoint sends it, through check and pasted into explain: the same first cause. */
TEST(kinds_check_and_explain_agree)
{
	unsigned n = 0;

	for (size_t k = 0; k < COUNT(known); k++) {
		struct knowledge_causes l = { .n = 0 };
		struct knowledge_template t;
		struct explain_found found;
		const char *first;
		char text[400];

		if (known[k].kind != KNOWN_AADSTS || known[k].words == NULL || known[k].words[0] == '\0' ||
		    known[k].of != FOR_ANY)
			continue;
		fresh(provider_at(0), GRANT_REFRESH_TOKEN);
		set(SETTING_CLIENT_SECRET_FILE, "secret");
		if (!refused(k))
			continue;
		t_at("%s %s", known[k].key, known[k].words);
		explain_report(&report, &e);
		first = e.n != 0 ? e.cause[0].id : "";
		snprintf(text, sizeof text, "grant_type=refresh_token\n%.*s\n", (int)report.row[STEP_TOKEN].fault.n,
		         report.row[STEP_TOKEN].fault.evidence);
		reading_start(&reading);
		reading_take(&reading, span_z(text), 0, strlen(text));
		reading_end(&reading);
		OK(explain_reading(&reading, 0, &found, &e));
		/* what only another program can have done is no cause of a check */
		l.holds = reading.holds & ~(unsigned)FOR_PROGRAM;
		knowledge_add_row(&l, reading.hit[0].row);
		if (l.n == 0)
			continue;
		knowledge_cause(l.cause[0], &t);
		EQ(t.id, first);
		n++;
	}
	t_at("all");
	OK(n >= 20);
}

/* ---- a general word beside a special one -------------------------------------------------------- */

/* A greeting leads to no cause, and says less than a refusal in general words. */
static bool leads(unsigned row)
{
	struct knowledge_causes l = { .holds = FOR_ALL };

	return knowledge_add_row(&l, row) && l.n != 0;
}

TEST(kinds_general_words_never_win)
{
	for (size_t k = 0; k < COUNT(known); k += t_stride(5)) {
		char text[400];
		unsigned row;

		if (known[k].kind != KNOWN_LINE || known[k].words != NULL || !known[k].text)
			continue;
		snprintf(text, sizeof text,
		         "HTTP/1.1 400 invalid_grant: -ERR [SYS/PERM] [SYS/TEMP] [AUTH] 535 5.7.3 "
		         "[AUTHENTICATIONFAILED] %s",
		         bare(k));
		t_at("%s", text);
		if (knowledge_general(knowledge_choose((unsigned)k, span_z(text), FOR_ALL)))
			continue;
		row = match_best(span_z(text), KNOWN_LINE, FOR_ALL);
		OK(row != KNOWLEDGE_NOTHING && !knowledge_general(row));
		if (!leads((unsigned)k))
			continue;
		reading_start(&reading);
		reading_take(&reading, span_z(text), 0, strlen(text));
		reading_end(&reading);
		OK(reading.hits != 0 && reading.hit[0].shown && reading.hit[0].row != KNOWLEDGE_NOTHING &&
		   !knowledge_general(reading.hit[0].row));
	}
}

/* ---- application and person --------------------------------------------------------------------- */

TEST(kinds_a_person_gets_a_persons_advice)
{
	static const char *const never[] = { "Service principal sign-ins", "POP.AccessAsApp, type Application",
		                             "New-ServicePrincipal", "scope = https://outlook.office365.com/.default" };

	for (int g = GRANT_DEVICE_CODE; g <= GRANT_REFRESH_TOKEN; g++) {
		for (size_t k = 0; k < COUNT(known); k++) {
			fresh(provider_at(0), (enum grant)g);
			set(SETTING_SCOPE, "mail");
			t_at("%s %s", grant_row((enum grant)g)->id, known[k].key);
			if (!refused(k))
				continue;
			explain_report(&report, &e);
			OK(e.n != 0);
			check_never(never, COUNT(never));
		}
	}
}

/* ---- personal accounts -------------------------------------------------------------------------- */

TEST(kinds_a_personal_account_has_no_tenant)
{
	static const char *const never[] = {
		"New-ServicePrincipal", "Add-MailboxPermission", "Set-CASMailbox",         "Get-CASMailbox",
		"Get-Mailbox",          "adminconsent",          "Connect-ExchangeOnline", "Exchange Online PowerShell",
		"Grant admin consent"
	};
	const struct provider *p = provider_find(SPAN("outlook-personal"));

	for (size_t k = 0; k < COUNT(known); k++) {
		fresh(p, GRANT_REFRESH_TOKEN);
		set(SETTING_SCOPE, "mail");
		t_at("%s", known[k].key);
		if (!refused(k))
			continue;
		explain_report(&report, &e);
		OK(e.n != 0);
		check_never(never, COUNT(never));
	}
	for (int step = STEP_POP_DNS; step < STEP__COUNT; step++) {
		for (int code = 1; code < FAULT__COUNT; code++) {
			fresh(p, GRANT_REFRESH_TOKEN);
			fail((enum step)step, (enum fault_code)code, code, "text");
			t_at("%s %s", step_table[step].id, fault_id((enum fault_code)code));
			explain_report(&report, &e);
			check_never(never, COUNT(never));
		}
	}
}

/* ---- numbers ------------------------------------------------------------------------------------ */

TEST(kinds_an_unknown_number_gets_its_page)
{
	unsigned n = 0;

	for (size_t k = 0; k < COUNT(known); k++)
		n += known[k].kind == KNOWN_AADSTS && known[k].words == NULL;
	OK(n >= 290);
	fresh(provider_at(0), GRANT_CLIENT_SECRET);
	set(SETTING_SCOPE, provider_at(0)->scope_app);
	fail(STEP_TOKEN, FAULT_TOKEN_REFUSED, 7999999, "AADSTS7999999: new");
	t_fact(&report.row[STEP_TOKEN], FACT_ERROR, "invalid_scope");
	explain_report(&report, &e);
	EQ(e.cause[0].id, "provider-refused");
	OK(has(e.cause[0].fix, "https://login.microsoftonline.com/error?code=7999999"));
	EQ(e.n, 1); /* the scope is what invalid_scope would have it be */
}

/* ---- a fix that is in force already -------------------------------------------------------------- */

TEST(kinds_what_the_settings_say_is_no_cause)
{
	for (size_t i = 0; provider_at(i) != NULL; i++) {
		for (int c = 1; c < CAUSE__COUNT; c++) {
			struct explain_case of = { .r = &report, .step = STEP_TOKEN, .e = &e };
			struct explain_cause out;
			struct span fix;
			bool sets = false, more = false;

			fresh(provider_at(i), GRANT_CLIENT_SECRET);
			evidence_read(&report, &of.known);
			e.scratch = BUF(e.bytes);
			(void)wording_cause(&of, (enum cause)c, &out);
			t_at("%s %s", provider_at(i)->id, out.id);
			for (fix = out.fix; fix.n != 0;) {
				struct span value, line = span_cut(fix, '\n', &fix),
						   key = span_trim(span_cut(line, '=', &value));
				enum setting s;

				if (span_starts(line, SPAN("\t")) && settings_find(key, &s)) {
					settings.value[s] = span_trim(value);
					settings.source[s] = SETTING_FROM_FILE;
					sets = true;
					more = false;
				} else {
					more = true;
				}
			}
			if (!sets || more)
				continue;
			EQ(wording_cause(&of, (enum cause)c, &out), false);
		}
	}
}

/* ---- national clouds ----------------------------------------------------------------------------- */

/* No host or portal that only another cloud has; the page about codes is one for all. */
static void check_cloud(const struct provider *p, struct span text)
{
	size_t at;

	if (span_find(text, SPAN("\thttps://login.microsoftonline.com/error?code="), &at))
		text = span_first(text, at);
	for (size_t i = 0; provider_at(i) != NULL; i++) {
		const struct provider *o = provider_at(i);
		const char *const theirs[] = { o->portal,    o->admin,     o->authority, o->pop_host,
			                       o->smtp_host, o->scope_app, o->imap_host, o->environment };
		const char *const ours[] = { p->portal,    p->admin,     p->authority, p->pop_host,
			                     p->smtp_host, p->scope_app, p->imap_host, p->environment };

		for (size_t k = 0; k < COUNT(theirs); k++) {
			bool own = theirs[k] == NULL;

			for (size_t n = 0; n < COUNT(ours); n++)
				own = own || (ours[n] != NULL && strstr(ours[n], theirs[k]) != NULL);
			EQ(!own && has(text, theirs[k]) ? text : SPAN(""), SPAN(""));
		}
	}
	OK(p->environment == NULL || !has(text, "(Connect-ExchangeOnline)"));
}

TEST(kinds_a_cloud_has_its_own_addresses)
{
	for (size_t i = 0; provider_at(i) != NULL; i++) {
		const struct provider *p = provider_at(i);

		for (size_t k = 0; p->cloud != CLOUD_UNKNOWN && k < COUNT(known); k++) {
			fresh(p, k % 2 == 0 ? GRANT_CLIENT_SECRET : GRANT_REFRESH_TOKEN);
			set(SETTING_SCOPE, "mail");
			t_at("%s %s", p->id, known[k].key);
			if (!refused(k)) {
				if (known[k].kind != KNOWN_FAULT)
					continue;
				fail(STEP_AUTH, (enum fault_code)knowledge_number((unsigned)k), 0, "text");
			}
			explain_report(&report, &e);
			for (unsigned n = 0; n < e.n; n++) {
				if (strstr(e.cause[n].id, "cloud") != NULL ||
				    strcmp(e.cause[n].id, "consumer-mailbox") == 0)
					continue; /* these name the others on purpose */
				check_cloud(p, e.cause[n].text);
				check_cloud(p, e.cause[n].fix);
				check_cloud(p, e.cause[n].verify);
			}
			check_cloud(p, e.powershell);
		}
	}
}

/* ---- words of other programs ---------------------------------------------------------------------- */

TEST(kinds_every_line_is_found_among_others)
{
	for (size_t k = 0; k < COUNT(known); k++) {
		char text[400];

		if (known[k].kind != KNOWN_LINE || known[k].words != NULL)
			continue;
		snprintf(text, sizeof text, "nothing here\n[12:00:01] %s\nunheard-of thing failed\n", bare(k));
		t_at("%s", text);
		reading_start(&reading);
		reading_take(&reading, span_z(text), 0, strlen(text));
		reading_end(&reading);
		OK(reading.hits != 0);
		EQ(reading.lines, 3);
		EQ(reading.understood, 1);
		EQ(reading.losts, 1);
		EQ(reading.lost[0].line, 3);
	}
}
