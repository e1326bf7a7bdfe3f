/* check/claims_check: every claim that may shut the service, and every one that may not. */
#include "t.h"

#include "check/claims_check.h"
#include "conf/resolve.h"
#include "facts.h"

#define CLIENT "00000000-0000-0000-0000-000000000001"
#define TENANT "11111111-2222-3333-4444-555555555555"
#define NOW    1700000000

static struct settings settings;
static struct claims claims;

static void set(const char *key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };
	enum setting which;

	OK(settings_find(span_z(key), &which));
	OK(settings_set(&settings, which, span_z(value), SETTING_FROM_FLAG, SPAN(""), &f));
}

static void fresh(const char *provider)
{
	struct fault f = { .code = FAULT_NONE };

	settings_init(&settings);
	set("provider", provider);
	set("client_id", CLIENT);
	set("tenant_id", TENANT);
	OK(resolve_settings(&settings, &f));
}

static void put(char *field, size_t size, const char *value)
{
	OK(strlen(value) < size);
	memcpy(field, value, strlen(value) + 1);
}
#define PUT(field, value) put(claims.field, sizeof claims.field, value)

/* A token as it should be. */
static void good(void)
{
	memset(&claims, 0, sizeof claims);
	claims.jwt = claims.has_roles = true;
	claims.length = 1500;
	claims.iat = claims.nbf = NOW - 60;
	claims.exp = NOW + 3600;
	PUT(aud, "https://outlook.office365.com");
	PUT(tid, TENANT);
	PUT(appid, CLIENT);
	PUT(oid, "22222222-2222-2222-2222-222222222222");
	PUT(sub, "22222222-2222-2222-2222-222222222222");
	PUT(roles, "IMAP.AccessAsApp POP.AccessAsApp");
	PUT(idtyp, "app");
}

static void person(const char *scp)
{
	good();
	claims.has_roles = false;
	PUT(roles, "");
	PUT(idtyp, "user");
	PUT(sub, "other");
	PUT(scp, scp);
	PUT(upn, "alice@contoso.example");
}

/* The verdict: FAULT_NONE and a note ("" for none), or a fault and its evidence. */
static void judged(enum fault_code code, const char *words, int line)
{
	struct row row = { .step = STEP_CLAIMS };
	bool passed = claims_check(&settings, &claims, NOW, &row, &row.fault);
	struct span text = passed ? row_get(&row, FACT_NOTE) : fault_evidence(&row.fault);
	size_t at;

	t_at("line %d: %.*s", line, (int)text.n, (const char *)text.p);
	EQ(passed, code == FAULT_NONE);
	EQ(row.fault.code, code);
	if (passed)
		EQ(row.verdict == VERDICT_WARN, words[0] != '\0');
	OK(span_find(text, span_z(words), &at));
	row.verdict = VERDICT_PASS; /* as worker_step does, before it is told */
	OK(row_valid(&row));
}
#define JUDGED(code, words) judged(FAULT_##code, words, __LINE__)

TEST(the_audience)
{
	static const struct {
		const char *aud;
		enum fault_code code;
		const char *words;
	} row[] = {
		{ "https://outlook.office365.com", FAULT_NONE, "" },
		{ "https://outlook.office365.com/", FAULT_NONE, "" },
		{ "HTTPS://Outlook.Office365.com", FAULT_NONE, "" },
		{ "https://outlook.office.com", FAULT_NONE, "" },
		{ "https://outlook.office.com/", FAULT_NONE, "" },
		{ "00000002-0000-0ff1-ce00-000000000000", FAULT_NONE, "" },
		{ "00000002-0000-0FF1-CE00-000000000000", FAULT_NONE, "" },
		{ "https://outlook.office365.us", FAULT_NONE, "" },
		{ "https://partner.outlook.cn", FAULT_NONE, "" },
		{ "https://contoso.example https://outlook.office365.com/", FAULT_NONE, "" },
		{ "", FAULT_NONE, "" },
		{ "https://ps.outlook.com", FAULT_NONE, "the consent step" },
		{ "https://ps.outlook.com/", FAULT_NONE, "the consent step" },
		{ "https://graph.microsoft.com", FAULT_CLAIM_AUDIENCE, "https://graph.microsoft.com" },
		{ "00000003-0000-0000-c000-000000000000", FAULT_CLAIM_AUDIENCE,
		  "00000003-0000-0000-c000-000000000000" },
		{ "https://outlook.office365.com//", FAULT_CLAIM_AUDIENCE, "//" },
		{ "https://outlook.office365.com.evil.example", FAULT_CLAIM_AUDIENCE, "evil" },
		{ "https://management.azure.com/", FAULT_CLAIM_AUDIENCE, "https://management.azure.com/" },
	};

	fresh("microsoft");
	for (size_t i = 0; i < COUNT(row); i++) {
		good();
		PUT(aud, row[i].aud);
		judged(row[i].code, row[i].words, (int)i);
	}
}

TEST(is_exchange)
{
	OK(provider_is_exchange(SPAN("https://outlook.office365.com/")));
	OK(provider_is_exchange(SPAN("00000002-0000-0FF1-CE00-000000000000")));
	OK(!provider_is_exchange(SPAN("https://ps.outlook.com")));
	OK(!provider_is_exchange(SPAN("")));
	OK(!provider_is_exchange(SPAN("/")));
}

TEST(the_rights_of_an_application)
{
	fresh("microsoft");
	good();
	JUDGED(NONE, "");
	good();
	PUT(roles, "IMAP.AccessAsApp SMTP.SendAsApp");
	JUDGED(CLAIM_ROLE, "IMAP.AccessAsApp SMTP.SendAsApp");
	good();
	PUT(roles, "full_access_as_app");
	JUDGED(CLAIM_ROLE, "full_access_as_app");
	good();
	PUT(roles, "");
	JUDGED(CLAIM_ROLE, "no roles at all");
	claims.has_roles = false;
	JUDGED(CLAIM_ROLE, "no roles at all");
	PUT(idtyp, "");
	JUDGED(CLAIM_ROLE, "no roles at all"); /* oid == sub says that it is an application */
	PUT(aud, "https://ps.outlook.com");
	JUDGED(CLAIM_ROLE, "no roles at all");
}

TEST(the_rights_of_a_person)
{
	fresh("microsoft");
	person("POP.AccessAsUser.All offline_access");
	JUDGED(NONE, "");
	person("IMAP.AccessAsUser.All");
	JUDGED(CLAIM_DELEGATED, "IMAP.AccessAsUser.All");
	person("");
	JUDGED(CLAIM_DELEGATED, "no scp at all");
}

TEST(whose_it_is)
{
	fresh("microsoft");
	good();
	PUT(tid, "99999999-2222-3333-4444-555555555555");
	JUDGED(CLAIM_TENANT, "99999999-2222-3333-4444-555555555555");
	good();
	PUT(appid, "99999999-0000-0000-0000-000000000001");
	JUDGED(CLAIM_APPLICATION, "99999999-0000-0000-0000-000000000001");
	PUT(roles, "");
	JUDGED(CLAIM_APPLICATION, "99999999"); /* whose it is explains what it may do */
	good();
	PUT(appid, "");
	PUT(tid, "");
	JUDGED(NONE, "");
	set("tenant_id", "contoso.example"); /* a domain says nothing about the GUID */
	good();
	PUT(tid, "99999999-2222-3333-4444-555555555555");
	JUDGED(NONE, "");
	set("enterprise_object_id", "22222222-2222-2222-2222-222222222222");
	good();
	JUDGED(NONE, "");
	set("enterprise_object_id", "33333333-2222-2222-2222-222222222222");
	JUDGED(NONE, "enterprise_object_id in the settings is not the token's oid");
	person("POP.AccessAsUser.All");
	JUDGED(NONE, ""); /* a person's oid is the person's */
}

TEST(the_time)
{
	fresh("microsoft");
	good();
	claims.exp = NOW;
	JUDGED(CLAIM_EXPIRED, "2023-11-14 22:13:20Z");
	claims.exp = NOW + 1;
	JUDGED(NONE, "expires within ten minutes");
	claims.exp = NOW + CLAIMS_CHECK_LIFE_WARN_S;
	JUDGED(NONE, "");
	claims.exp = 0;
	JUDGED(NONE, "");
	good();
	claims.nbf = NOW + CLAIMS_SKEW_MAX_S;
	JUDGED(NONE, "");
	claims.nbf++;
	JUDGED(CLAIM_NOT_YET, "2023-11-14 22:18:21Z");
	good();
	claims.exp = 1;
	PUT(aud, "https://graph.microsoft.com");
	JUDGED(CLAIM_EXPIRED, "1970-01-01 00:00:01Z");
}

TEST(the_length)
{
	fresh("microsoft");
	good();
	claims.length = CLAIMS_CHECK_LENGTH_WARN;
	JUDGED(NONE, "");
	claims.length++;
	JUDGED(NONE, "line buffers of 4096 bytes");
	claims.length = CLAIMS_CHECK_LENGTH_MAX + 1;
	JUDGED(NONE, "more than 4096 characters");
	claims.has_groups = true;
	JUDGED(NONE, "groups claim");
	claims.length = 1500;
	JUDGED(NONE, "");
	fresh("google");
	claims.length = 16000;
	JUDGED(NONE, "");
}

TEST(opaque_tokens)
{
	fresh("microsoft");
	memset(&claims, 0, sizeof claims);
	claims.length = 1000;
	JUDGED(NONE, "not a JWT");
	claims.personal = true;
	JUDGED(NONE, "");
	fresh("google");
	claims.personal = false;
	JUDGED(NONE, "");
}

TEST(another_provider)
{
	struct fault f = { .code = FAULT_NONE };

	settings_init(&settings);
	set("provider", "custom");
	set("client_id", CLIENT);
	set("token_url", "https://idp.example/token");
	set("scope", "https://outlook.office365.com/.default");
	OK(resolve_settings(&settings, &f));
	good();
	JUDGED(NONE, "");
	PUT(aud, "urn:mail");
	JUDGED(CLAIM_AUDIENCE, "urn:mail");
	set("scope", "mail");
	JUDGED(NONE, "");
	set("scope", "urn:mail/.default");
	PUT(roles, "");
	JUDGED(NONE, ""); /* its rights are not known by name */
}

TEST(facts)
{
	struct row row = { .step = STEP_CLAIMS };

	fresh("microsoft");
	good();
	OK(claims_check(&settings, &claims, NOW, &row, &row.fault));
	EQ(t_shown(&row, FACT_TOKEN_LENGTH), SPAN("1500"));
	EQ(t_shown(&row, FACT_TOKEN_KIND), SPAN("jwt"));
	EQ(row_get(&row, FACT_OID), SPAN("22222222-2222-2222-2222-222222222222"));
	EQ(t_shown(&row, FACT_ROLES), SPAN("IMAP.AccessAsApp POP.AccessAsApp"));
	EQ(t_shown(&row, FACT_ISSUED), SPAN("2023-11-14 22:12:20Z"));
	EQ(t_shown(&row, FACT_EXPIRES), SPAN("2023-11-14 23:13:20Z"));
	EQ(t_shown(&row, FACT_TOKEN_LIFE), SPAN("3600"));
}

/* Nothing that a token can say makes more facts than a row holds, or loses the note. */
TEST(everything_at_once_fits)
{
	struct row row = { .step = STEP_CLAIMS };
	char *const field[] = { claims.appid, claims.oid, claims.upn, claims.app_name };

	fresh("microsoft");
	good();
	claims.length = 5000;
	memset(claims.roles, 'r', sizeof claims.roles - 1);
	memcpy(claims.roles, "POP.AccessAsApp ", 16);
	memset(claims.scp, 's', 400);
	for (size_t i = 0; i < COUNT(field); i++)
		memset(field[i], 'x', 100);
	PUT(appid, CLIENT);
	OK(claims_check(&settings, &claims, NOW, &row, &row.fault));
	EQ(row.verdict, VERDICT_WARN);
	OK(row_valid(&row));
	OK(row.facts <= ROW_FACTS_MAX);
	OK(row_get(&row, FACT_NOTE).n != 0);
	OK(t_shown(&row, FACT_TOKEN_LIFE).n != 0);
}

TEST(a_person_and_another_mailbox)
{
	struct row row;
	size_t at;

	fresh("microsoft");
	person("POP.AccessAsUser.All");
	row = (struct row){ .step = STEP_CLAIMS };
	OK(claims_check(&settings, &claims, NOW, &row, &row.fault));
	row.verdict = VERDICT_PASS;
	claims_check_mailbox(&row, SPAN("ALICE@contoso.example"));
	EQ(row_get(&row, FACT_NOTE).n, 0u);
	claims_check_mailbox(&row, SPAN(""));
	EQ(row_get(&row, FACT_NOTE).n, 0u);
	claims_check_mailbox(&row, SPAN("info@contoso.example"));
	OK(span_find(row_get(&row, FACT_NOTE),
	             SPAN("the token is alice@contoso.example's: another (shared) "
	                  "mailbox"),
	             &at));
	EQ(row.verdict, VERDICT_PASS);
	good();
	row = (struct row){ .step = STEP_CLAIMS };
	OK(claims_check(&settings, &claims, NOW, &row, &row.fault));
	row.verdict = VERDICT_PASS;
	claims_check_mailbox(&row, SPAN("info@contoso.example"));
	EQ(row_get(&row, FACT_NOTE).n, 0u);
}

/* Whose token a grant leads to is known, but for a token that is there already. */
TEST(the_token_of_another_grant)
{
	static const struct {
		const char *grant;
		bool person;
		const char *words;
	} row[] = {
		{ "client-secret", false, "" },
		{ "client-secret", true, "a person's token, though the grant of the settings is an application's own" },
		{ "managed-identity", true, "a person's token" },
		{ "device-code", true, "" },
		{ "device-code", false, "an application's token, though the grant is a person's sign-in" },
		{ "refresh-token", false, "an application's token" },
		{ "access-token", false, "" },
		{ "access-token", true, "" },
		{ "", true, "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f = { 0 };

		settings_init(&settings);
		set("client_id", CLIENT);
		set("tenant_id", TENANT);
		if (row[i].grant[0] != '\0')
			set("grant", row[i].grant);
		OK(resolve_settings(&settings, &f));
		good();
		if (row[i].person)
			person("POP.AccessAsUser.All");
		judged(FAULT_NONE, row[i].words, (int)i);
	}
}

/* Personal accounts' tokens are opaque, whatever they begin with: nothing is odd about that. */
TEST(tokens_of_personal_accounts)
{
	fresh("outlook-personal");
	memset(&claims, 0, sizeof claims);
	claims.length = 900;
	JUDGED(NONE, "");
	claims.personal = true;
	JUDGED(NONE, "");
	fresh("microsoft");
	claims.personal = false;
	JUDGED(NONE, "the token is not a JWT");
}
