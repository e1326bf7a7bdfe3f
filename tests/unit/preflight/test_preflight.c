/* preflight/preflight and preflight/lint*: every local mistake named, nothing of a secret shown. */
#include "t.h"

#include "base/clock.h"
#include "preflight/preflight.h"
#include "preflight/secret_shape.h"
#include "conf/resolve.h"
#include "text/base64.h"
#include "text/date.h"
#include "facts.h"

#define CLIENT "00000000-0000-0000-0000-000000000001"
#define TENANT "11111111-2222-3333-4444-555555555555"
#define SECRET "abC8Q~0123456789.ABCDEFGHIJ_klmnopqr-stu"
#define LOGIN  "login.microsoftonline.com"

static struct settings settings;
static struct credential credential;

struct given {
	const char *key, *value;
};

static void set(const char *key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };
	enum setting which;

	OK(settings_find(span_z(key), &which));
	OK(settings_set(&settings, which, span_z(value), SETTING_FROM_FLAG, SPAN("--here"), &f));
}

static void fresh(void)
{
	settings_init(&settings);
	memset(&credential, 0, sizeof credential);
}

static void finish(void)
{
	struct fault f = { .code = FAULT_NONE };

	if (!resolve_settings(&settings, &f)) {
		printf("# %.*s\n", (int)f.n, f.evidence);
		OK(false);
	}
}

/* Good settings, changed by up to four pairs; "" takes a value away. "secret" is the secret itself. */
static bool check(const struct given *given, size_t n, struct row *row)
{
	static const struct given good[] = { { "client_id", CLIENT },
		                             { "tenant_id", TENANT },
		                             { "client_secret_file", "x" } };
	const char *secret = SECRET;

	fresh();
	for (size_t i = 0; i < COUNT(good); i++) {
		bool changed = false;

		for (size_t k = 0; k < n && given[k].key != NULL; k++)
			changed |= strcmp(good[i].key, given[k].key) == 0;
		if (!changed)
			set(good[i].key, good[i].value);
	}
	for (size_t k = 0; k < n && given[k].key != NULL; k++) {
		if (strcmp(given[k].key, "secret") == 0)
			secret = given[k].value;
		else if (given[k].value[0] != '\0')
			set(given[k].key, given[k].value);
	}
	finish();
	OK(secret_set(&credential.client_secret, span_z(secret)));
	if (settings_has(&settings, SETTING_REFRESH_TOKEN_FILE))
		OK(secret_set(&credential.refresh_token, SPAN("1.AXoA-refresh")));
	*row = (struct row){ .step = STEP_CREDENTIAL };
	return preflight_check(&settings, &credential, settings_get(&settings, SETTING_MAILBOX), row, &row->fault);
}

/* No piece of eight characters of the secret is in the text. */
static bool hides(struct span text, struct span secret)
{
	size_t at;

	for (size_t i = 0; i + 8 <= secret.n; i++)
		if (span_find(text, span_first(span_from(secret, i), 8), &at))
			return false;
	return true;
}

static bool row_hides(const struct row *row)
{
	struct span secret = secret_reveal(&credential.client_secret);
	bool good = hides(fault_evidence(&row->fault), secret);

	for (uint32_t i = 0; i < row->facts; i++)
		good = good && hides(row_get(row, row->fact[i].key), secret);
	return good;
}

struct expect {
	struct given given[4];
	enum fault_code code;
	const char *words; /* in the evidence of a fault, in the note of a warning */
	bool warns;
};

static void run(const struct expect *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct row got;
		bool good = check(row[i].given, 4, &got);
		struct span text = row[i].warns ? row_get(&got, FACT_NOTE) : fault_evidence(&got.fault);
		size_t at;

		t_at("%s: %.*s", row[i].given[0].key, (int)text.n, (const char *)text.p);
		EQ(good, row[i].code == FAULT_NONE || row[i].warns);
		EQ(got.fault.code, row[i].code);
		EQ(got.verdict == VERDICT_WARN, row[i].warns);
		OK(span_find(text, span_z(row[i].words), &at));
		got.verdict = VERDICT_PASS; /* as worker_step does, before it is told */
		OK(row_valid(&got));
		if (secret_length(&credential.client_secret) >= 8)
			OK(row_hides(&got));
		if (!good)
			OK(row_get(&got, FACT_SETTING).n != 0);
	}
}

#define REFRESH                                                                                                        \
	{ "client_secret_file", "" },                                                                                  \
	{                                                                                                              \
		"refresh_token_file", "r"                                                                              \
	}
#define USER_SCOPE         "https://outlook.office.com/POP.AccessAsUser.All"
#define BAD(code, words)   FAULT_##code, words, false
#define WARN(words)        FAULT_NONE, words, true
#define DOUBT(code, words) FAULT_##code, words, true
#define GOOD               FAULT_NONE, "", false

TEST(what_is_good_is_silent)
{
	static const struct expect row[] = {
		{ { { NULL, NULL } }, GOOD },
		{ { { "tenant_id", "contoso.onmicrosoft.com" } }, GOOD },
		{ { { "client_id", "ABCDEF00-0000-0000-0000-00000000000F" } }, GOOD },
		{ { { "scope", "https://outlook.office.com/.default" } }, GOOD },
		{ { { "scope", "https://outlook.office365.com//.default" } }, GOOD },
		{ { { "scope", "00000002-0000-0ff1-ce00-000000000000/.default" } }, GOOD },
		{ { { "provider", "microsoft-gcchigh" } }, GOOD },
		{ { { "provider", "microsoft-dod" } }, GOOD },
		{ { { "provider", "microsoft-china" } }, GOOD },
		{ { { "secret_expires", "2999-01-01" } }, GOOD },
		{ { { "token_url", "https://" LOGIN "/" TENANT "/oauth2/v2.0/token" } }, GOOD },
		{ { { "token_url", "https://localhost:10443/" TENANT "/oauth2/v2.0/token" },
		    { "pop_host", "localhost" } },
		  GOOD },
		{ { { "enterprise_object_id", "22222222-2222-2222-2222-222222222222" },
		    { "registration_object_id", "33333333-2222-2222-2222-222222222222" },
		    { "client_secret_id", "44444444-2222-2222-2222-222222222222" },
		    { "display_name", "Contoso mail reader" } },
		  GOOD },
	};

	run(row, COUNT(row));
}

TEST(what_is_missing)
{
	static const struct expect row[] = {
		{ { { "client_id", "" } }, BAD(SETTING_MISSING, "client_id") },
		{ { { "tenant_id", "" } }, BAD(SETTING_MISSING, "tenant_id") },
		{ { { "secret", "" } }, BAD(SETTING_MISSING, "client_secret_file") },
		{ { { "provider", "custom" }, { "tenant_id", "" }, { "scope", "mail" } },
		  BAD(SETTING_MISSING, "token_url") },
		{ { { "provider", "custom" }, { "token_url", "https://idp.example/token" } },
		  BAD(SETTING_MISSING, "scope") },
	};

	run(row, COUNT(row));
}

TEST(client_ids)
{
	static const struct expect row[] = {
		{ { { "client_id", "Contoso mail reader" } },
		  BAD(CLIENT_ID_SHAPE, "client_id = Contoso mail reader (--here): ") },
		{ { { "client_id", "Contoso mail reader" }, { "display_name", "contoso mail reader" } },
		  BAD(CLIENT_ID_SHAPE, "that is the display name") },
		{ { { "client_id", "alice@contoso.example" } }, BAD(CLIENT_ID_SHAPE, "a mail address") },
		{ { { "client_id", "https://contoso.example/app" } }, BAD(CLIENT_ID_SHAPE, "a URL") },
		{ { { "client_id", "{" CLIENT "}" } }, BAD(CLIENT_ID_SHAPE, "an ID with something around it") },
		{ { { "client_id", "00000000000000000000000000000001" } },
		  BAD(CLIENT_ID_SHAPE, "an ID without dashes") },
		{ { { "client_id", "00000000-0000-0000-0000-00000000001" } },
		  BAD(CLIENT_ID_SHAPE, "35 characters of an ID, which has 36") },
		{ { { "client_id", "00000000\xe2\x80\x93"
		                   "0000-0000-0000-000000000001" } },
		  BAD(CLIENT_ID_SHAPE, "a typographic dash (character 9)") },
		{ { { "client_id", "<client id>" } }, BAD(CLIENT_ID_SHAPE, "a placeholder") },
		{ { { "client_id", "reader" } }, BAD(CLIENT_ID_SHAPE, "not an ID") },
		{ { { "client_id", "00000000-0000-0000-0000-000000000000" } }, BAD(IDS_MIXED, "zeros") },
		{ { { "client_id", "00000002-0000-0ff1-ce00-000000000000" } },
		  BAD(IDS_MIXED, "Exchange Online itself") },
		/* secret and id exchanged: nothing of it may be shown */
		{ { { "client_id", SECRET } },
		  BAD(CLIENT_ID_SHAPE, "client_id = <40 characters> (--here): it looks like the client secret") },
		{ { { "client_id", "zyX8Q~0123456789.ABCDEFGHIJ_klmnopqr-stu" },
		    { "secret", "zyX8Q~0123456789.ABCDEFGHIJ_klmnopqr-stu" } },
		  BAD(CLIENT_ID_SHAPE, "<40 characters>") },
		{ { { "client_id", "other secret s3cret~x1" }, { "secret", "s3cret~x1" } },
		  BAD(CLIENT_ID_SHAPE, "<22 characters>") },
	};

	run(row, COUNT(row));
}

TEST(tenants)
{
	static const struct expect row[] = {
		{ { { "tenant_id", "common" } }, BAD(TENANT_SHAPE, "people of any tenant") },
		{ { { "tenant_id", "Organizations" } }, BAD(TENANT_SHAPE, "people of any tenant") },
		{ { { "tenant_id", "consumers" } }, BAD(TENANT_SHAPE, "people of any tenant") },
		{ { { "tenant_id", "9188040D-6c67-4c5b-b112-36a304b66dad" } }, BAD(TENANT_SHAPE, "personal accounts") },
		{ { { "tenant_id", "00000000-0000-0000-0000-000000000000" } }, BAD(TENANT_SHAPE, "zeros") },
		{ { { "tenant_id", "11111111-2222-3333-4444-55555555555" } },
		  BAD(TENANT_SHAPE, "35 characters of an ID") },
		{ { { "tenant_id", "Contoso" } }, BAD(TENANT_SHAPE, "not an ID") },
		{ { { "tenant_id", "Contoso Ltd." } }, BAD(TENANT_SHAPE, "a space (character 8)") },
		{ { { "tenant_id", "alice@contoso.example" } }, BAD(TENANT_SHAPE, "a mail address") },
		{ { { "tenant_id", "https://" LOGIN "/x" } }, BAD(TENANT_SHAPE, "a URL") },
		{ { { "tenant_id", "undefined" } }, BAD(TENANT_SHAPE, "a program's word for nothing") },
		{ { { "tenant_id", "{{tenant}}" } }, BAD(TENANT_SHAPE, "a placeholder") },
		{ { { "tenant_id", SECRET } }, BAD(TENANT_SHAPE, "<40 characters>") },
		{ { { "token_url", "https://" LOGIN "/common/oauth2/v2.0/token" }, { "tenant_id", "" } },
		  BAD(TENANT_SHAPE, "stands for any") },
		{ { { "token_url", "https://" LOGIN "/x/oauth2/v2.0/authorize" }, { "tenant_id", "" } },
		  WARN("people sign in") },
		{ { { "token_url", "https://" LOGIN "/x/oauth2/token" }, { "tenant_id", "" } }, WARN("old endpoint") },
		{ { { "token_url", "https://" LOGIN "/contoso.example/oauth2/v2.0/token" } },
		  WARN("not that of tenant_id") },
	};

	run(row, COUNT(row));
}

TEST(ids_in_each_others_places)
{
	static const struct expect row[] = {
		{ { { "client_id", TENANT } },
		  BAD(IDS_MIXED, "client_id = " TENANT " (--here): the same as tenant_id") },
		{ { { "enterprise_object_id", CLIENT } }, BAD(IDS_MIXED, "the same as enterprise_object_id") },
		{ { { "registration_object_id", CLIENT } }, BAD(IDS_MIXED, "the same as registration_object_id") },
		{ { { "client_secret_id", TENANT } }, BAD(IDS_MIXED, "the same as client_secret_id") },
		{ { { "enterprise_object_id", "aaaaaaaa-2222-2222-2222-222222222222" },
		    { "registration_object_id", "AAAAAAAA-2222-2222-2222-222222222222" } },
		  WARN("enterprise_object_id: the same as registration_object_id") },
		{ { { "enterprise_object_id", "reader" } }, WARN("enterprise_object_id: not an ID") },
	};

	run(row, COUNT(row));
}

TEST(scopes)
{
	static const struct expect row[] = {
		{ { { "scope", "https://outlook.office.com/POP.AccessAsUser.All" } },
		  BAD(SCOPE_SHAPE, "the name of a permission") },
		{ { { "scope", "POP.AccessAsApp" } }, BAD(SCOPE_SHAPE, "the name of a permission") },
		{ { { "scope", "https://outlook.office365.com" } }, BAD(SCOPE_SHAPE, "must end in /.default") },
		{ { { "scope", "https://outlook.office365.com/" } }, BAD(SCOPE_SHAPE, "must end in /.default") },
		{ { { "scope", "https://outlook.office365.com.default" } },
		  BAD(SCOPE_SHAPE, "a slash before .default") },
		{ { { "scope", "https://outlook.office365.com/.default offline_access" } },
		  BAD(SCOPE_SHAPE, "more than one") },
		{ { { "scope", "https://outlook.office365.com/.default,openid" } }, BAD(SCOPE_SHAPE, "more than one") },
		{ { { "scope", ".default" } }, BAD(SCOPE_SHAPE, "no resource") },
		{ { { "scope", "/.default" } }, BAD(SCOPE_SHAPE, "no resource") },
		{ { { "scope", "\"https://outlook.office365.com/.default\"" } }, BAD(SCOPE_SHAPE, "quotes around it") },
		{ { { "scope", "https%3A%2F%2Foutlook.office365.com%2F.default" } },
		  BAD(SCOPE_SHAPE, "percent-encoding") },
		{ { { "scope", "https://outlook.office365.com/.default\xe2\x80\x8b" } },
		  BAD(SCOPE_SHAPE, "an invisible character") },
		{ { { "scope", "https://outlook.office365.com/.Default" } }, WARN("small letters") },
		{ { { "scope", "https://graph.microsoft.com/.default" } }, WARN("Microsoft Graph") },
		{ { { "scope", "00000003-0000-0000-c000-000000000000/.default" } }, WARN("Microsoft Graph") },
		{ { { "scope", "https://ps.outlook.com/.default" } }, WARN("consent step") },
		{ { { "scope", "https://outlook.office356.com/.default" } }, WARN("is it a slip?") },
		{ { { "scope", "http://outlook.office365.com/.default" } }, WARN("is it a slip?") },
		{ { { "scope", "https://api.contoso.example/.default" } }, WARN("not a resource of Exchange Online") },
		{ { { "scope", "https://outlook.office365.us/.default" } }, WARN("scope: of the US government cloud") },
		{ { { "authority_host", "login.microsoftonline.us" } },
		  WARN("pop_host: of Microsoft's worldwide cloud") },
		{ { { "authority_host", "login.microsoftonline.de" } }, BAD(SETTING_BAD, "closed in 2021") },
		{ { { "pop_host", "partner.outlook.cn" } }, WARN("pop_host: of the cloud in China") },
	};

	run(row, COUNT(row));
}

/* A person's sign-in asks for permissions by name; all of these are with a refresh token. */
TEST(scopes_of_a_person)
{
	static const struct expect row[] = {
		{ { REFRESH }, GOOD },
		{ { REFRESH, { "scope", USER_SCOPE " offline_access" } }, GOOD },
		{ { REFRESH, { "scope", "openid  offline_access " USER_SCOPE " profile email" } }, GOOD },
		{ { REFRESH,
		    { "scope", USER_SCOPE " https://outlook.office.com/IMAP.AccessAsUser.All offline_access" } },
		  GOOD },
		{ { REFRESH, { "scope", "https://outlook.office.com/.default offline_access" } }, GOOD },
		{ { REFRESH, { "scope", "https://outlook.office.com/.default" } },
		  WARN("there will be no refresh token") },
		{ { REFRESH, { "scope", USER_SCOPE } },
		  WARN("scope: without offline_access there will be no refresh token") },
		{ { REFRESH, { "scope", "https://graph.microsoft.com/POP.AccessAsUser.All offline_access" } },
		  BAD(SCOPE_SHAPE, "Microsoft Graph's permission") },
		{ { REFRESH, { "scope", "https://graph.microsoft.com/.default offline_access" } },
		  BAD(SCOPE_SHAPE, "Microsoft Graph's permission") },
		{ { REFRESH, { "scope", "POP.AccessAsUser.All offline_access" } },
		  BAD(SCOPE_SHAPE, "a permission without its resource means Microsoft Graph's") },
		{ { REFRESH, { "scope", "https://outlook.office.com/IMAP.AccessAsUser.All offline_access" } },
		  BAD(SCOPE_SHAPE, "no POP.AccessAsUser.All") },
		{ { REFRESH, { "scope", "offline_access" } }, BAD(SCOPE_SHAPE, "no POP.AccessAsUser.All") },
		{ { REFRESH, { "scope", "https://outlook.office.com/POP.AccessAsApp offline_access" } },
		  BAD(SCOPE_SHAPE, "an application's permission") },
		{ { REFRESH,
		    { "scope", USER_SCOPE " https://outlook.office365.us/IMAP.AccessAsUser.All offline_access" } },
		  BAD(SCOPE_SHAPE, "permissions of two resources") },
		{ { REFRESH, { "scope", USER_SCOPE " https://outlook.office.com/.default offline_access" } },
		  BAD(SCOPE_SHAPE, "/.default stands for every permission") },
		{ { REFRESH, { "scope", USER_SCOPE ",offline_access" } }, BAD(SCOPE_SHAPE, "separated by spaces") },
		{ { REFRESH, { "scope", "\"" USER_SCOPE "\" offline_access" } }, BAD(SCOPE_SHAPE, "quotes around it") },
		{ { REFRESH, { "scope", "https://api.contoso.example/POP.AccessAsUser.All offline_access" } },
		  WARN("not a resource of Exchange Online") },
		{ { REFRESH, { "scope", "offline_access https://outlook.office365.us/POP.AccessAsUser.All" } },
		  WARN("scope: of the US government cloud") },
	};

	run(row, COUNT(row));
}

/* Of any tenant: for a person with an application of several tenants. An application has its own. */
TEST(tenants_of_a_person)
{
	static const struct expect row[] = {
		{ { REFRESH, { "tenant_id", "organizations" } }, GOOD },
		{ { REFRESH, { "tenant_id", "Common" } }, GOOD },
		{ { REFRESH, { "tenant_id", "consumers" } }, WARN("provider = outlook-personal") },
		{ { REFRESH, { "tenant_id", "9188040d-6c67-4c5b-b112-36a304b66dad" } },
		  WARN("provider = outlook-personal") },
		{ { REFRESH, { "tenant_id", "Contoso" } }, BAD(TENANT_SHAPE, "not an ID") },
		{ { REFRESH,
		    { "token_url", "https://" LOGIN "/organizations/oauth2/v2.0/token" },
		    { "tenant_id", "" } },
		  GOOD },
		{ { REFRESH, { "provider", "outlook-personal" }, { "tenant_id", "" } }, GOOD },
		{ { REFRESH, { "provider", "outlook-personal" }, { "tenant_id", "consumers" } }, GOOD },
		{ { REFRESH, { "provider", "outlook-personal" }, { "tenant_id", "common" } }, GOOD },
		{ { REFRESH,
		    { "provider", "outlook-personal" },
		    { "tenant_id", "9188040d-6c67-4c5b-b112-36a304b66dad" } },
		  GOOD },
		{ { REFRESH, { "provider", "outlook-personal" }, { "tenant_id", "organizations" } },
		  BAD(TENANT_SHAPE, "work accounts only") },
		{ { REFRESH, { "provider", "outlook-personal" } }, WARN("no organisation's tenant; write consumers") },
		{ { REFRESH, { "provider", "google" }, { "tenant_id", "" } },
		  DOUBT(SECRET_SHAPE, "a client secret of Entra, which is not of") },
	};

	run(row, COUNT(row));
}

/* Each grant misses what it needs, and nothing else. */
TEST(what_each_grant_misses)
{
	static const struct expect row[] = {
		{ { REFRESH, { "client_id", "" } }, BAD(SETTING_MISSING, "client_id") },
		{ { REFRESH, { "tenant_id", "" } }, BAD(SETTING_MISSING, "tenant_id") },
		{ { { "client_secret_file", "" }, { "grant", "certificate" } },
		  BAD(SETTING_MISSING, "certificate_file") },
		{ { { "client_secret_file", "" }, { "grant", "federated" } },
		  BAD(SETTING_MISSING, "federated_token_file") },
		{ { { "client_secret_file", "" }, { "grant", "refresh-token" } },
		  BAD(SETTING_MISSING, "refresh_token_file") },
		{ { { "client_secret_file", "" },
		    { "grant", "managed-identity" },
		    { "client_id", "" },
		    { "tenant_id", "" } },
		  GOOD },
		{ { { "client_secret_file", "" }, { "grant", "managed-identity" }, { "client_id", "reader" } },
		  BAD(CLIENT_ID_SHAPE, "not an ID") },
		{ { { "provider", "google" }, { "service_account_file", "" }, { "grant", "service-account" } },
		  BAD(SETTING_MISSING, "service_account_file") },
	};

	run(row, COUNT(row));
}

TEST(secrets)
{
	static const struct expect row[] = {
		{ { { "secret", "aaaaaaaa-2222-2222-2222-222222222222" } },
		  BAD(SECRET_IS_ID, "client_secret_file = x (--here): it has the form of an ID") },
		{ { { "secret", " aaaaaaaa-2222-2222-2222-222222222222\r" } }, BAD(SECRET_IS_ID, "form of an ID") },
		{ { { "secret", "aaaaaaaa-2222-2222-2222-222222222222" },
		    { "client_secret_id", "AAAAAAAA-2222-2222-2222-222222222222" } },
		  BAD(SECRET_IS_ID, "form of an ID") },
		{ { { "secret", CLIENT } }, BAD(IDS_MIXED, "the same as client_id") },
		{ { { "secret", TENANT } }, BAD(IDS_MIXED, "the same as tenant_id") },
		{ { { "secret", SECRET "\r" } }, BAD(SECRET_SHAPE, "a line break (character 41), 41 bytes in all") },
		{ { { "secret", SECRET " " } }, BAD(SECRET_SHAPE, "a space at the end (character 41)") },
		{ { { "secret", " " SECRET } }, BAD(SECRET_SHAPE, "a space at the start") },
		{ { { "secret", "abC8Q~0123456789 ABCDEFGHIJ_klmnopqr-stu" } },
		  BAD(SECRET_SHAPE, "a space (character 17)") },
		{ { { "secret", "\xef\xbb\xbf" SECRET } }, BAD(SECRET_SHAPE, "a byte order mark") },
		{ { { "secret", SECRET "\xc2\xa0" } }, BAD(SECRET_SHAPE, "a no-break space") },
		{ { { "secret", "\xe2\x80\x9c" SECRET "\xe2\x80\x9d" } }, BAD(SECRET_SHAPE, "quotes around it") },
		{ { { "secret", "'" SECRET "'" } }, BAD(SECRET_SHAPE, "quotes around it") },
		/* encoded for certain: decoded it has Entra's form, as it stands it has not */
		{ { { "secret", "abC8Q%7E0123456789.ABCDEFGHIJ_klmnopqr-stu" } },
		  BAD(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "abC8Q%7e0123456789%2EABCDEFGHIJ%5Fklmnopqr%2Dstu" } },
		  BAD(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "abC8Q~0123456789.%41BCDEFGHIJ_klmnopqr-stu" } },
		  DOUBT(SECRET_SHAPE, "no longer have") },
		{ { { "secret", "abC8Q~0123456789%2EABCDEFGHIJ%5Fklmnopqr%2Dst" } },
		  DOUBT(SECRET_SHAPE, "45 characters") },
		/* a % before two digits may belong to it: it is tried */
		{ { { "secret", "abC8Q%7E0123456789%2BABCDEFGHIJ_klmnopqr" } },
		  DOUBT(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "abC8Q%7E0123" } }, DOUBT(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "abC8Q~0123456789.ABCDEFGHIJ%2Bklmnopqr-stu" } },
		  DOUBT(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "Zx/17+rig=Spiced&Secret%2Bnot%decoded/+=" } },
		  DOUBT(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "abC8Q~0123456789.ABCDEFGHIJ%klmnopqr-stuvw" } },
		  DOUBT(SECRET_SHAPE, "no longer have") },
		{ { { "secret", "abC8Q&amp;0123456789.ABCDEFGHIJ_klmnopqr" } }, BAD(SECRET_SHAPE, "HTML") },
		{ { { "secret", "<your client secret>" } }, BAD(SECRET_SHAPE, "placeholder") },
		{ { { "secret", "short~secret" } }, DOUBT(SECRET_SHAPE, "12 characters") },
		{ { { "secret", SECRET "0123456789" } }, DOUBT(SECRET_SHAPE, "50 characters") },
		{ { { "secret", "abC8Q~0123456789+ABCDEFGHIJ/klmnopqr=stu" } }, DOUBT(SECRET_SHAPE, "no longer have") },
		/* another provider makes its own rules, but not beyond RFC 6749 */
		{ { { "secret", "a%2Bb" },
		    { "provider", "custom" },
		    { "scope", "mail" },
		    { "token_url", "https://idp.example/t" } },
		  DOUBT(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "abC8Q%7E0123456789.ABCDEFGHIJ_klmnopqr-stu" },
		    { "provider", "custom" },
		    { "scope", "mail" },
		    { "token_url", "https://idp.example/t" } },
		  DOUBT(SECRET_SHAPE, "percent-encoding") },
		{ { { "secret", "two words" },
		    { "provider", "custom" },
		    { "scope", "mail" },
		    { "token_url", "https://idp.example/t" } },
		  DOUBT(SECRET_SHAPE, "a space") },
		{ { { "secret", CLIENT },
		    { "provider", "custom" },
		    { "scope", "mail" },
		    { "token_url", "https://idp.example/t" } },
		  GOOD },
		{ { { "secret", "secret\n!" },
		    { "provider", "custom" },
		    { "scope", "mail" },
		    { "token_url", "https://idp.example/t" } },
		  BAD(SECRET_SHAPE, "a line break") },
		{ { { "client_id", "my app" },
		    { "provider", "custom" },
		    { "scope", "a b" },
		    { "token_url", "https://idp.example/t" } },
		  WARN("client_id: a space") },
	};

	run(row, COUNT(row));
}

TEST(the_setting_that_is_blamed)
{
	fresh();
	EQ(secret_shape_setting(&settings, &credential), SETTING_CLIENT_SECRET);
	set("client_secret_command", "pass show x");
	EQ(secret_shape_setting(&settings, &credential), SETTING_CLIENT_SECRET_COMMAND);
	set("client_secret_file", "x");
	EQ(secret_shape_setting(&settings, &credential), SETTING_CLIENT_SECRET_FILE);
	set("client_secret", "<set>");
	EQ(secret_shape_setting(&settings, &credential), SETTING_CLIENT_SECRET);
	OK(secret_set(&credential.assertion, SPAN("x")));
	EQ(secret_shape_setting(&settings, &credential), SETTING_FEDERATED_TOKEN_FILE);
}

/* A doubt is not the fault when something else is wrong for certain. */
TEST(a_refusal_outdoes_a_doubt)
{
	static const struct given both[] = { { "secret", "short~secret" }, { "secret_expires", "2020-01-01" } };
	static const struct given mixed[] = { { "secret", "short~secret" }, { "client_secret_id", TENANT } };
	struct row got;
	size_t at;

	OK(check(both, 2, &got));
	EQ(got.fault.code, FAULT_SECRET_SHAPE);
	OK(span_find(fault_evidence(&got.fault), SPAN("is it whole?; secret_expires: that was"), &at));
	OK(!check(mixed, 2, &got));
	EQ(got.fault.code, FAULT_IDS_MIXED);
}

TEST(the_end_of_the_secret)
{
	static const struct {
		int64_t days;
		enum fault_code code;
		const char *words;
	} row[] = {
		/* only noted, perhaps of the last secret: the provider knows, and is asked */
		{ -10, FAULT_SECRET_EXPIRED, "secret_expires: that was 10 days ago" },
		{ -2, FAULT_SECRET_EXPIRED, "that was" },
		{ 0, FAULT_NONE, "that is today" },
		{ 5, FAULT_NONE, "secret_expires: that is in " },
		{ 29, FAULT_NONE, "that is in" },
		{ 31, FAULT_NONE, "" },
		{ 700, FAULT_NONE, "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char day[16] = "";
		struct buf b = { (unsigned char *)day, 15, 0, false };
		struct given given = { "secret_expires", day };
		struct row got;
		size_t at;

		t_at("%ld days", (long)row[i].days);
		date_put_day(&b, clock_unix() + row[i].days * 86400);
		OK(check(&given, 1, &got));
		EQ(got.fault.code, row[i].code);
		OK(span_find(row_get(&got, FACT_NOTE), span_z(row[i].words), &at));
		EQ(got.verdict == VERDICT_WARN, row[i].words[0] != '\0');
	}
}

/* ---- assertions ---------------------------------------------------------------------------------- */

static bool check_assertion(const char *claims, struct row *row)
{
	char text[2000];
	struct buf b = BUF(text);

	fresh();
	set("client_id", CLIENT);
	set("tenant_id", TENANT);
	set("federated_token_file", "token");
	finish();
	base64_url_put(&b, SPAN("{\"alg\":\"RS256\"}"));
	buf_z(&b, ".");
	base64_url_put(&b, span_z(claims));
	buf_z(&b, ".c2lnbmF0dXJl");
	OK(buf_ok(&b) && secret_set(&credential.assertion, buf_span(&b)));
	*row = (struct row){ .step = STEP_CREDENTIAL };
	return preflight_check(&settings, &credential, settings_get(&settings, SETTING_MAILBOX), row, &row->fault);
}

TEST(assertions)
{
	struct row row;
	size_t at;

	OK(check_assertion("{\"iss\":\"https://issuer/\",\"sub\":\"system:serviceaccount:a:b\",\"aud\":\"api://"
	                   "AzureADTokenExchange\","
	                   "\"exp\":4102444800}",
	                   &row));
	EQ(row.verdict, VERDICT_NONE);
	EQ(row_get(&row, FACT_ASSERTION_ISS), SPAN("https://issuer/"));
	EQ(row_get(&row, FACT_ASSERTION_SUB), SPAN("system:serviceaccount:a:b"));
	EQ(row_get(&row, FACT_ASSERTION_AUD), SPAN("api://AzureADTokenExchange"));
	EQ(t_shown(&row, FACT_ASSERTION_EXPIRES), SPAN("2100-01-01 00:00:00Z"));
	OK(check_assertion("{\"aud\":[\"api://AzureADTokenExchangeUSGov\"],\"exp\":4102444800}", &row));
	EQ(row.verdict, VERDICT_NONE);
	OK(check_assertion("{\"aud\":\"https://kubernetes.default.svc\",\"exp\":4102444800}", &row));
	EQ(row.verdict, VERDICT_WARN);
	OK(span_find(row_get(&row, FACT_NOTE), SPAN("its audience is not api://AzureADTokenExchange"), &at));
	OK(check_assertion("{\"aud\":\"https://x/token\",\"iss\":\"" CLIENT "\",\"sub\":\"" CLIENT
	                   "\",\"exp\":4102444800}",
	                   &row));
	EQ(row.verdict, VERDICT_NONE);
	OK(check_assertion("{\"aud\":\"api://AzureADTokenExchange\",\"nbf\":4102444700,\"exp\":4102444800}", &row));
	EQ(row.verdict, VERDICT_WARN);
	OK(!check_assertion("{\"aud\":\"api://AzureADTokenExchange\",\"exp\":1000000000}", &row));
	EQ(row.fault.code, FAULT_ASSERTION_EXPIRED);
	OK(span_find(fault_evidence(&row.fault), SPAN("ago, at 2001-09-09 01:46:40Z"), &at));
	OK(!check_assertion("not JSON", &row));
	EQ(row.fault.code, FAULT_SETTING_BAD);
}

TEST(an_assertion_that_is_no_jwt)
{
	struct row row = { .step = STEP_CREDENTIAL };

	OK(check_assertion("{}", &row));
	OK(secret_set(&credential.assertion, SPAN("eyJhbGciOiJ\nSUzI1NiJ9.e30.x")));
	row = (struct row){ .step = STEP_CREDENTIAL };
	OK(!preflight_check(&settings, &credential, SPAN_NONE, &row, &row.fault));
	EQ(row.fault.code, FAULT_SETTING_BAD);
	EQ(row_get(&row, FACT_SETTING), SPAN("federated_token_file"));
}

TEST(a_token_that_is_there_needs_nothing_else)
{
	struct row row = { .step = STEP_CREDENTIAL };

	fresh();
	set("access_token_file", "token");
	finish();
	OK(secret_set(&credential.access_token, SPAN("opaque")));
	OK(preflight_check(&settings, &credential, SPAN_NONE, &row, &row.fault));
	EQ(row.facts, 0u);
}

/* A person's mailbox, and a token that no person asks for. */
TEST(a_consumers_mailbox_is_a_warning)
{
	static const struct {
		const char *mailbox;
		enum grant grant;
		bool odd;
	} rows[] = {
		{ "ann@hotmail.com", GRANT_CLIENT_SECRET, true },
		{ "ann@live.co.uk", GRANT_CLIENT_SECRET, true },
		{ "ann@gmail.com", GRANT_CLIENT_SECRET, true },
		{ "ann@outlook.com.br", GRANT_CLIENT_SECRET, true },
		{ "ann@contoso.com", GRANT_CLIENT_SECRET, false },
		{ "ann@live.contoso.com", GRANT_CLIENT_SECRET, false },
		{ "ann@hotmail.contoso", GRANT_CLIENT_SECRET, false },
		{ "ann@hotmail.com", GRANT_ACCESS_TOKEN, false },
		{ "", GRANT_CLIENT_SECRET, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct row row = { .step = STEP_CREDENTIAL };
		size_t at;

		t_at("%s %s", rows[i].mailbox, grant_row(rows[i].grant)->id);
		fresh();
		set("client_id", CLIENT);
		set("tenant_id", TENANT);
		set("client_secret_file", "x");
		finish();
		settings.grant = rows[i].grant;
		OK(secret_set(&credential.client_secret, SPAN(SECRET)));
		OK(secret_set(&credential.access_token, SPAN("opaque")));
		OK(preflight_check(&settings, &credential, span_z(rows[i].mailbox), &row, &row.fault));
		EQ(span_find(row_get(&row, FACT_NOTE), SPAN("mailbox: a personal account's"), &at), rows[i].odd);
	}
}

/* ---- what stands in the place of a token or a secret ---------------------------------------------- */

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

TEST(values_of_another_kind)
{
	enum place { ACCESS, REFRESH_TOKEN, CLIENT_SECRET };
	static const struct {
		enum place place;
		const char *provider, *value;
		enum verdict verdict;
		const char *looks_like;
	} rows[] = {
		{ ACCESS, "microsoft", "eyJ0eXAi" LONG "." LONG "." LONG, VERDICT_PASS, "" },
		{ ACCESS, "microsoft", "EwBwA" LONG, VERDICT_PASS, "" },
		{ ACCESS, "microsoft", "1.A" LONG ".AgABAwEAAA" LONG, VERDICT_FAIL, "refresh-token" },
		{ ACCESS, "custom", "1.A" LONG ".AgABAwEAAA" LONG, VERDICT_FAIL, "refresh-token" },
		{ ACCESS, "microsoft", "0.A" LONG ".AgABBAIAAA" LONG, VERDICT_FAIL, "authorization-code" },
		{ ACCESS, "microsoft", "gAAAAA" LONG, VERDICT_FAIL, "encrypted" },
		{ ACCESS, "microsoft", "{\"access_token\":\"" LONG "\"}", VERDICT_FAIL, "answer" },
		{ ACCESS, "microsoft", "dXNlcj1h" LONG, VERDICT_FAIL, "sasl" },
		{ ACCESS, "microsoft", "ya29." LONG, VERDICT_WARN, "access-token" },
		{ ACCESS, "google", "ya29." LONG, VERDICT_PASS, "" },
		{ ACCESS, "google", "1//0" LONG, VERDICT_FAIL, "refresh-token" },
		{ ACCESS, "microsoft", "tokenfile1.txt", VERDICT_WARN, "name" },
		{ ACCESS, "custom", "tokenfile1.txt", VERDICT_PASS, "" },
		{ REFRESH_TOKEN, "microsoft", "1.A" LONG ".AgABAwEAAA" LONG, VERDICT_PASS, "" },
		{ REFRESH_TOKEN, "microsoft", "M.C507_BAY.-C" LONG, VERDICT_PASS, "" },
		{ REFRESH_TOKEN, "microsoft", "0.A" LONG ".AgABBAIAAA" LONG, VERDICT_FAIL, "authorization-code" },
		{ REFRESH_TOKEN, "microsoft", "EwBwA" LONG, VERDICT_FAIL, "access-token" },
		{ REFRESH_TOKEN, "microsoft", "U2FsdGVkX1" LONG, VERDICT_FAIL, "encrypted" },
		{ CLIENT_SECRET, "microsoft", "abc8Q~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", VERDICT_PASS, "" },
		{ CLIENT_SECRET, "microsoft", "GOCSPX-aaaaaaaaaaaaaaaaaaaaaaaaaaaa", VERDICT_WARN, "client-secret" },
		{ REFRESH_TOKEN, "google", "1//0" LONG, VERDICT_PASS, "" },
		{ REFRESH_TOKEN, "google", "1.A" LONG ".AgABAwEAAA" LONG, VERDICT_WARN, "refresh-token" },
		{ CLIENT_SECRET, "microsoft", "abcdabcdabcdabcd", VERDICT_WARN, "app-password" },
		{ CLIENT_SECRET, "microsoft", "1.A" LONG ".AgABAwEAAA" LONG, VERDICT_FAIL, "refresh-token" },
		{ CLIENT_SECRET, "custom", "your-own-choice", VERDICT_PASS, "" },
	};
	static const struct {
		const char *key;
		enum fault_code code;
	} places[] = {
		[ACCESS] = { "access_token_file", FAULT_TOKEN_SHAPE },
		[REFRESH_TOKEN] = { "refresh_token_file", FAULT_TOKEN_SHAPE },
		[CLIENT_SECRET] = { "client_secret_file", FAULT_SECRET_SHAPE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum place place = rows[i].place;
		struct secret *secret = place == ACCESS          ? &credential.access_token
		                        : place == REFRESH_TOKEN ? &credential.refresh_token
		                                                 : &credential.client_secret;
		struct row row = { .step = STEP_CREDENTIAL };
		bool good;
		size_t at;

		t_at("row %zu", i);
		fresh();
		set("provider", rows[i].provider);
		set("client_id", CLIENT);
		set("tenant_id", TENANT);
		set("mailbox", "a@b.example");
		if (strcmp(rows[i].provider, "custom") == 0)
			set("token_url", "https://idp.example/token");
		if (place == REFRESH_TOKEN || strcmp(rows[i].provider, "custom") == 0)
			set("scope", "https://outlook.office.com/POP.AccessAsUser.All offline_access");
		set(places[place].key, "x");
		finish();
		settings.grant = place == ACCESS          ? GRANT_ACCESS_TOKEN
		                 : place == REFRESH_TOKEN ? GRANT_REFRESH_TOKEN
		                                          : GRANT_CLIENT_SECRET;
		OK(secret_set(secret, span_z(rows[i].value)));
		good = preflight_check(&settings, &credential, SPAN("a@b.example"), &row, &row.fault);
		EQ(good, rows[i].verdict != VERDICT_FAIL);
		OK(span_eq(row_get(&row, FACT_LOOKS_LIKE), span_z(rows[i].looks_like)));
		if (!good)
			EQ(row.fault.code, places[place].code);
		EQ(span_find(row_get(&row, FACT_NOTE), SPAN("this looks like "), &at), rows[i].verdict == VERDICT_WARN);
		OK(!span_find(fault_evidence(&row.fault), SPAN("aaaaaaaaaaaa"), &at));
	}
}

/* ---- mailboxes ----------------------------------------------------------------------------------- */

TEST(mailboxes)
{
	static const struct {
		struct span mailbox;
		const char *words;
	} row[] = {
		{ SPAN_INIT("alice@contoso.example"), NULL },
		{ SPAN_INIT("o'brien+pop&co%2B=x@contoso.example"), NULL },
		{ SPAN_INIT("j\xc3\xb6rg@contoso.example"), NULL },
		{ SPAN_INIT("alice@localhost"), NULL },
		{ SPAN_INIT(""), "there is no @" },
		{ SPAN_INIT("alice"), "there is no @" },
		{ SPAN_INIT("@contoso.example"), "one side" },
		{ SPAN_INIT("alice@"), "one side" },
		{ SPAN_INIT("a@b@c"), "more than one @" },
		{ SPAN_INIT("alice@contoso.example "), "a space at the end (character 22)" },
		{ SPAN_INIT("ali ce@contoso.example"), "a space (character 4)" },
		{ SPAN_INIT("alice\b@contoso.example"), "a control character (character 6)" },
		{ SPAN_INIT("alice@contoso.example\r"), "a line break" },
		{ SPAN_INIT("alice\x01@contoso.example"), "a control character" },
		{ SPAN_INIT("alice@contoso.example\xc2\xa0"), "a no-break space" },
		{ SPAN_INIT("\xe2\x80\x8b"
		            "alice@contoso.example"),
		  "an invisible character" },
		{ SPAN_INIT("\"alice@contoso.example\""), "quotes around it" },
		{ SPAN_INIT("Alice <alice@contoso.example>"), "without name and angle brackets" },
		{ SPAN_INIT("<alice@contoso.example>"), "without name and angle brackets" },
		{ SPAN_INIT("alice@contoso.example\\shared"), "the old form for shared mailboxes" },
		{ SPAN_INIT("alice@contoso..example"), "no domain" },
		{ SPAN_INIT("alice@-"), NULL },
		{ SPAN_INIT("alice@\xc3\xa4.example"), "no domain" },
		{ SPAN_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@contoso.example"),
		  "longer than" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f = { .code = FAULT_NONE };
		size_t at;

		t_at("row %lu", (unsigned long)i);
		EQ(preflight_mailbox(edge_span(row[i].mailbox), &f), row[i].words == NULL);
		EQ(f.code, row[i].words == NULL ? FAULT_NONE : FAULT_MAILBOX_SHAPE);
		if (row[i].words != NULL)
			OK(span_find(fault_evidence(&f), span_z(row[i].words), &at));
	}
}
