/* conf/provider and conf/grant: the tables, and every provider with every grant. */
#include "t.h"

#include "conf/resolve.h"

static struct settings settings;

static void set(enum setting key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };

	OK(settings_set(&settings, key, span_z(value), SETTING_FROM_FILE, SPAN("here:1"), &f));
}

#define LOGIN "https://login.microsoftonline.com/"
#define USER  "/POP.AccessAsUser.All offline_access"

/* Every value against what is known of the clouds (5.1) and of the other providers (6). */
TEST(the_values)
{
	static const struct {
		const char *id, *token_url, *device_url, *pop, *imap, *smtp, *app, *user;
	} row[] = {
		{ "microsoft", LOGIN "t/oauth2/v2.0/token", LOGIN "t/oauth2/v2.0/devicecode", "outlook.office365.com",
		  "outlook.office365.com", "smtp.office365.com", "https://outlook.office365.com/.default",
		  "https://outlook.office.com" USER },
		{ "microsoft-gcchigh", "https://login.microsoftonline.us/t/oauth2/v2.0/token",
		  "https://login.microsoftonline.us/t/oauth2/v2.0/devicecode", "outlook.office365.us",
		  "outlook.office365.us", "smtp.office365.us", "https://outlook.office365.us/.default",
		  "https://outlook.office365.us" USER },
		{ "microsoft-dod", "https://login.microsoftonline.us/t/oauth2/v2.0/token",
		  "https://login.microsoftonline.us/t/oauth2/v2.0/devicecode", "outlook-dod.office365.us",
		  "outlook-dod.office365.us", "outlook-dod.office365.us", "https://outlook-dod.office365.us/.default",
		  "https://outlook-dod.office365.us" USER },
		{ "microsoft-china", "https://login.partner.microsoftonline.cn/t/oauth2/v2.0/token",
		  "https://login.partner.microsoftonline.cn/t/oauth2/v2.0/devicecode", "partner.outlook.cn",
		  "partner.outlook.cn", "smtp.partner.outlook.cn", "https://partner.outlook.cn/.default",
		  "https://partner.outlook.cn" USER },
		{ "outlook-personal", LOGIN "consumers/oauth2/v2.0/token", LOGIN "consumers/oauth2/v2.0/devicecode",
		  "outlook.office365.com", "outlook.office365.com", "smtp-mail.outlook.com", NULL,
		  "https://outlook.office.com" USER },
		{ "google", "https://oauth2.googleapis.com/token", "", "pop.gmail.com", "imap.gmail.com",
		  "smtp.gmail.com", "https://mail.google.com/", "https://mail.google.com/" },
		{ "custom", "", "", NULL, NULL, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const struct provider *p = provider_at(i);
		struct fault f = { .code = FAULT_NONE };

		t_at("%s", row[i].id);
		OK(p != NULL);
		EQ(p->id, row[i].id);
		OK(provider_find(span_z(row[i].id)) == p && p->title[0] != '\0');
		settings_init(&settings);
		set(SETTING_PROVIDER, p->id);
		if (p->authority != NULL && p->tenant == NULL)
			set(SETTING_TENANT_ID, "t");
		OK(resolve_settings(&settings, &f));
		EQ(settings.token_url, span_z(row[i].token_url));
		EQ(settings.device_url, span_z(row[i].device_url));
		EQ(span_z(p->pop_host != NULL ? p->pop_host : ""), span_z(row[i].pop != NULL ? row[i].pop : ""));
		EQ(span_z(p->imap_host != NULL ? p->imap_host : ""), span_z(row[i].imap != NULL ? row[i].imap : ""));
		EQ(span_z(p->smtp_host != NULL ? p->smtp_host : ""), span_z(row[i].smtp != NULL ? row[i].smtp : ""));
		EQ(span_z(p->scope_app != NULL ? p->scope_app : ""), span_z(row[i].app != NULL ? row[i].app : ""));
		EQ(span_z(p->scope_user != NULL ? p->scope_user : ""), span_z(row[i].user != NULL ? row[i].user : ""));
		EQ(settings.mechanism, SASL_XOAUTH2);
		EQ(p->personal, i == 4);
		OK(!p->personal || p->entra);
	}
	OK(provider_at(COUNT(row)) == NULL);
	OK(provider_find(SPAN("")) == NULL && provider_find(SPAN("Microsoft")) == NULL);
}

/* The grants that lead to mail, in the order of the table: what is not in the list is refused, and the list is said. */
static const struct {
	const char *id, *grants;
} allowed[] = {
	{ "microsoft",
	  "client-secret, certificate, federated, managed-identity, device-code, refresh-token, access-token" },
	{ "microsoft-gcchigh", "client-secret, certificate, federated, managed-identity, device-code, refresh-token, "
	                       "access-token" },
	{ "microsoft-dod", "client-secret, certificate, federated, managed-identity, device-code, refresh-token, "
	                   "access-token" },
	{ "microsoft-china", "client-secret, certificate, federated, managed-identity, device-code, refresh-token, "
	                     "access-token" },
	{ "outlook-personal", "device-code, refresh-token, access-token" },
	{ "google", "refresh-token, service-account, access-token" },
	{ "custom",
	  "client-secret, certificate, federated, managed-identity, device-code, refresh-token, service-account, "
	  "access-token" },
};

TEST(every_provider_with_every_grant)
{
	for (size_t i = 0; i < COUNT(allowed); i++) {
		for (int g = 0; g < GRANT__COUNT; g++) {
			const struct grant_row *grant = grant_row((enum grant)g);
			bool takes = provider_allows(provider_at(i), (enum grant)g);
			struct fault f = { .code = FAULT_NONE };
			size_t at;

			t_at("%s with %s", allowed[i].id, grant->id);
			EQ(span_find(span_z(allowed[i].grants), span_z(grant->id), &at), takes);
			settings_init(&settings);
			set(SETTING_PROVIDER, allowed[i].id);
			set(SETTING_GRANT, grant->id);
			EQ(resolve_settings(&settings, &f), takes);
			if (takes) {
				const char *scope =
					grant->person ? settings.provider->scope_user : settings.provider->scope_app;

				EQ(settings.grant, (enum grant)g);
				EQ(settings_get(&settings, SETTING_SCOPE), span_z(scope != NULL ? scope : ""));
				continue;
			}
			EQ(f.code, FAULT_SETTING_BAD);
			EQ(f.num, SETTING_GRANT);
			OK(span_find(fault_evidence(&f), span_z(allowed[i].grants), &at));
			OK(span_find(fault_evidence(&f), span_z(provider_at(i)->title), &at));
			OK(span_find(fault_evidence(&f), SPAN("here:1"), &at));
		}
	}
}

/* What chooses a grant is enough to be refused with it: a secret for Gmail, a service account for Microsoft. */
TEST(the_credential_of_a_grant_that_leads_nowhere)
{
	static const struct {
		const char *provider;
		enum setting key;
		const char *grant;
	} row[] = {
		{ "google", SETTING_CLIENT_SECRET_FILE, "grant = client-secret" },
		{ "google", SETTING_CERTIFICATE_FILE, "grant = certificate" },
		{ "microsoft", SETTING_SERVICE_ACCOUNT_FILE, "grant = service-account" },
		{ "outlook-personal", SETTING_CLIENT_SECRET_FILE, "grant = client-secret" },
		{ "outlook-personal", SETTING_FEDERATED_TOKEN_FILE, "grant = federated" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f = { .code = FAULT_NONE };
		size_t at;

		t_at("row %zu", i);
		settings_init(&settings);
		set(SETTING_PROVIDER, row[i].provider);
		set(row[i].key, "file");
		OK(!resolve_settings(&settings, &f));
		EQ(f.num, SETTING_GRANT);
		OK(span_find(fault_evidence(&f), span_z(row[i].grant), &at));
	}
}

TEST(a_password_is_refused_with_the_reason)
{
	static const char *const words[] = { "password", "Password" };

	for (size_t i = 0; i < COUNT(words); i++) {
		for (size_t p = 0; p < COUNT(allowed); p++) {
			struct fault f = { .code = FAULT_NONE };
			size_t at;

			settings_init(&settings);
			set(SETTING_PROVIDER, allowed[p].id);
			set(SETTING_GRANT, words[i]);
			OK(!resolve_settings(&settings, &f));
			EQ(f.code, FAULT_SETTING_BAD);
			OK(span_find(fault_evidence(&f), SPAN("MFA"), &at));
			OK(span_find(fault_evidence(&f), SPAN("device-code"), &at));
		}
	}
}

TEST(grants)
{
	enum grant g;

	for (int i = 0; i < GRANT__COUNT; i++) {
		const struct grant_row *row = grant_row((enum grant)i);
		int n = 0;

		t_at("%s", row->id);
		OK(grant_find(span_z(row->id), &g) && g == (enum grant)i);
		OK(row->title[0] != '\0');
		while (n < GRANT_SOURCES_MAX && row->sources[n] != GRANT_END)
			OK(row->sources[n++] < SETTING__COUNT);
		EQ((int)row->sources[n], GRANT_END);
		for (n = 0; n < GRANT_NEEDS_MAX && row->needs[n] != GRANT_END; n++)
			OK(row->needs[n] >= 0 && row->needs[n] < SETTING__COUNT);
	}
	OK(!grant_find(SPAN("client_secret"), &g) && !grant_find(SPAN(""), &g) && !grant_find(SPAN("password"), &g));
}
