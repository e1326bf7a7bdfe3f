/* conf/settings: sources and their strength, provider profiles, and values that cannot work. */
#include "t.h"

#include "conf/resolve.h"

static struct settings settings;

static bool set(const char *key, const char *value, enum setting_source source, struct fault *f)
{
	enum setting which;

	OK(settings_find(span_z(key), &which));
	return settings_set(&settings, which, span_z(value), source, SPAN("here:1"), f);
}

static void give(const char *key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };

	OK(set(key, value, SETTING_FROM_FILE, &f));
}

static bool finish(struct fault *f)
{
	*f = (struct fault){ .code = FAULT_NONE };
	return resolve_settings(&settings, f);
}

TEST(the_stronger_source_wins)
{
	static const enum setting_source order[] = { SETTING_FROM_DEFAULT, SETTING_FROM_PROVIDER, SETTING_FROM_FILE,
		                                     SETTING_FROM_ENVIRONMENT, SETTING_FROM_FLAG };
	struct fault f = { .code = FAULT_NONE };

	for (size_t strong = 0; strong < COUNT(order); strong++) {
		for (size_t other = 0; other < COUNT(order); other++) {
			settings_init(&settings);
			OK(set("scope", "strong", order[strong], &f) && set("scope", "other", order[other], &f));
			/* of two that are as strong, the later one */
			EQ(settings_get(&settings, SETTING_SCOPE), other >= strong ? SPAN("other") : SPAN("strong"));
			EQ(settings.source[SETTING_SCOPE], order[other >= strong ? other : strong]);
		}
	}
}

TEST(values_are_copies)
{
	struct fault f = { .code = FAULT_NONE };
	char text[] = "value", origin[] = "file:7";

	settings_init(&settings);
	OK(!settings_has(&settings, SETTING_SCOPE));
	OK(settings_set(&settings, SETTING_SCOPE, span_z(text), SETTING_FROM_FILE, span_z(origin), &f));
	memset(text, 'x', 5);
	memset(origin, 'x', 6);
	EQ(settings_get(&settings, SETTING_SCOPE), SPAN("value"));
	EQ(settings.origin[SETTING_SCOPE], SPAN("file:7"));
	OK(settings_has(&settings, SETTING_SCOPE));
}

TEST(the_arena_has_an_end)
{
	static char big[SETTINGS_ARENA];
	struct fault f = { .code = FAULT_NONE };

	memset(big, 'x', sizeof big);
	settings_init(&settings);
	OK(settings_set(&settings, SETTING_SCOPE, (struct span){ (unsigned char *)big, sizeof big }, SETTING_FROM_FILE,
	                SPAN(""), &f));
	OK(!settings_set(&settings, SETTING_MAILBOX, SPAN("a@b"), SETTING_FROM_FILE, SPAN(""), &f));
	EQ(f.code, FAULT_LIMIT);
}

TEST(the_profiles)
{
	static const struct {
		const char *id, *host, *scope, *url;
		bool entra;
	} row[] = {
		{ "microsoft", "outlook.office365.com", "https://outlook.office365.com/.default",
		  "https://login.microsoftonline.com/t.example/oauth2/v2.0/token", true },
		{ "microsoft-gcchigh", "outlook.office365.us", "https://outlook.office365.us/.default",
		  "https://login.microsoftonline.us/t.example/oauth2/v2.0/token", true },
		{ "microsoft-dod", "outlook-dod.office365.us", "https://outlook-dod.office365.us/.default",
		  "https://login.microsoftonline.us/t.example/oauth2/v2.0/token", true },
		{ "microsoft-china", "partner.outlook.cn", "https://partner.outlook.cn/.default",
		  "https://login.partner.microsoftonline.cn/t.example/oauth2/v2.0/token", true },
		{ "outlook-personal", "outlook.office365.com",
		  "https://outlook.office.com/POP.AccessAsUser.All offline_access",
		  "https://login.microsoftonline.com/t.example/oauth2/v2.0/token", true },
		{ "google", "pop.gmail.com", "https://mail.google.com/", "https://oauth2.googleapis.com/token", false },
		{ "custom", "", "", "", false },
	};

	OK(provider_at(COUNT(row) - 1) != NULL && provider_at(COUNT(row)) == NULL);
	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f;

		t_at("%s", row[i].id);
		settings_init(&settings);
		give("provider", row[i].id);
		give("tenant_id", "t.example");
		OK(finish(&f));
		EQ(settings.provider->id, row[i].id);
		EQ(settings_get(&settings, SETTING_POP_HOST), span_z(row[i].host));
		EQ(settings_get(&settings, SETTING_SCOPE), span_z(row[i].scope));
		EQ(settings.token_url, span_z(row[i].url));
		EQ(settings.provider->entra, row[i].entra);
		EQ(settings.pop_port, 995);
		EQ(settings.timeout_ms, SETTINGS_TIMEOUT_MS);
		EQ(settings.connect_timeout_ms, SETTINGS_TIMEOUT_MS);
	}
}

TEST(a_profile_is_weaker_than_any_word_of_the_user)
{
	struct fault f;

	settings_init(&settings);
	give("pop_host", "mail.example");
	give("scope", "mail");
	give("authority_host", "login.example:8443");
	give("tenant_id", "a b/c");
	OK(finish(&f));
	EQ(settings_get(&settings, SETTING_POP_HOST), SPAN("mail.example"));
	EQ(settings.source[SETTING_POP_HOST], SETTING_FROM_FILE);
	EQ(settings_get(&settings, SETTING_SCOPE), SPAN("mail"));
	EQ(settings.token_url, SPAN("https://login.example:8443/a%20b%2Fc/oauth2/v2.0/token"));
	EQ(settings_get(&settings, SETTING_PROVIDER), SPAN("microsoft"));
	EQ(settings.source[SETTING_PROVIDER], SETTING_FROM_DEFAULT);
}

TEST(values_that_are_read)
{
	struct fault f;

	settings_init(&settings);
	give("pop_tls", "none");
	give("pop_host", "127.0.0.1");
	give("auth_form", "one-line");
	give("pipelining", "off");
	give("timeout", "1500ms");
	give("connect_timeout", "700ms");
	give("secret_expires", "2027-01-31");
	give("token_url", "http://[::1]:8080/token");
	OK(finish(&f));
	EQ(settings.pop_tls, POP_TLS_NONE);
	EQ(settings.pop_port, 110);
	EQ(settings.form, POP_FORM_ONE_LINE);
	EQ(settings.pipelining, POP_PIPELINING_OFF);
	EQ(settings.timeout_ms, 1500);
	EQ(settings.connect_timeout_ms, 700);
	EQ(settings.secret_expires, 1801353600);
	EQ(settings.token_url, SPAN("http://[::1]:8080/token"));
}

TEST(values_that_cannot_work)
{
	static const struct {
		const char *key, *value, *words;
	} row[] = {
		{ "provider", "Microsoft", "provider = Microsoft (here:1): " },
		{ "provider", "outlook", "microsoft-gcchigh" },
		{ "pop_port", "0", "pop_port = 0 (here:1): a port is a number from 1 to 65535" },
		{ "pop_port", "65536", "a port is a number" },
		{ "pop_port", "995x", "a port is a number" },
		{ "pop_port", "-1", "a port is a number" },
		{ "pop_tls", "starttls", "write implicit, stls or none" },
		{ "pop_tls", "none", "loopback and link-local" }, /* with Microsoft's host */
		{ "pop_host", "mail.example:995", "without port" },
		{ "pop_host", "pop3s://mail.example", "without port" },
		{ "pop_host", "mail example", "without port" },
		{ "auth_form", "auto", "two-line or one-line" },
		{ "pipelining", "yes", "auto, on or off" },
		{ "timeout", "0", "write a time" },
		{ "timeout", "99ms", "write a time" },
		{ "timeout", "61m", "write a time" },
		{ "timeout", "soon", "write a time" },
		{ "connect_timeout", "99ms", "write a time" },
		{ "connect_timeout", "61m", "write a time" },
		{ "connect_timeout", "soon", "write a time" },
		{ "pin", "0f", "64 hexadecimal digits" },
		{ "token_pin", "0f", "64 hexadecimal digits" },
		{ "secret_expires", "31.01.2027", "write a date" },
		{ "secret_expires", "2027-02-30", "write a date" },
		{ "token_url", "login.example/token", "starts with https://" },
		{ "token_url", "http://login.example/token", "never travels in clear text" },
		{ "token_url", "https://user:pass@login.example/token", "starts with https://" },
		{ "authority_host", "https://login.example", "write a host name" },
		{ "authority_host", "login.example/evil", "write a host name" },
		{ "authority_host", "a@login.example", "write a host name" },
		{ "authority_host", "login.example?x=", "write a host name" },
		{ "authority_host", "login example", "write a host name" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		enum setting which;
		struct fault f;
		size_t at;

		t_at("%s = %s", row[i].key, row[i].value);
		settings_init(&settings);
		give("tenant_id", "t.example");
		give(row[i].key, row[i].value);
		OK(!finish(&f));
		EQ(f.code, FAULT_SETTING_BAD);
		OK(settings_find(span_z(row[i].key), &which));
		EQ(f.num, which);
		OK(span_find(fault_evidence(&f), span_z(row[i].words), &at));
		OK(span_find(fault_evidence(&f), span_z(row[i].value), &at));
	}
}

TEST(names)
{
	struct near tenant = { .given = SPAN("tenat_id") }, port = { .given = SPAN("popport") };
	enum setting key;

	for (int i = 0; i < SETTING__COUNT; i++) {
		OK(settings_find(span_z(settings_key((enum setting)i)), &key));
		EQ(key, (enum setting)i);
		OK(settings_help((enum setting)i)[0] != '\0');
		(void)settings_kind((enum setting)i);
	}
	OK(settings_find(SPAN("CLIENT-ID"), &key));
	EQ(key, SETTING_CLIENT_ID);
	OK(!settings_find(SPAN("tenat_id"), &key));
	settings_near(&tenant);
	EQ(near_best(&tenant), "tenant_id");
	OK(!settings_find(SPAN("popport"), &key));
	settings_near(&port);
	EQ(near_best(&port), "pop_port");
	for (int i = SETTING_UNSET; i <= SETTING_FROM_FLAG; i++)
		OK(settings_source[i][0] != '\0');
}
