#include "conf/resolve.h"
#include "conf/microsoft.h"
#include "show/setup.h"
#include "t.h"

static unsigned char scratch[64 * 1024];
static struct buf out;
static struct settings settings;

#define TENANT "0a1b2c3d-1111-4222-8333-444455556666"
#define APP_ID "11111111-2222-4333-8444-555566667777"
#define OBJECT "99999999-8888-4777-8666-555544443333"

static void set(enum setting key, const char *value)
{
	struct fault f = { 0 };

	OK(settings_set(&settings, key, span_z(value), SETTING_FROM_FILE, SPAN("conf:1"), &f));
}

/* Settings of which nothing is known, or everything. */
static struct setup fresh(bool known)
{
	struct fault f = { 0 };
	static struct span mailbox = SPAN_INIT("a@b.example");

	out = BUF(scratch);
	settings_init(&settings);
	if (known) {
		set(SETTING_TENANT_ID, TENANT);
		set(SETTING_CLIENT_ID, APP_ID);
		set(SETTING_ENTERPRISE_OBJECT_ID, OBJECT);
		set(SETTING_DISPLAY_NAME, "Bob's reader");
		set(SETTING_CLIENT_SECRET_FILE, "secret");
	}
	OK(resolve_settings(&settings, &f));
	return (struct setup){ .settings = &settings, .mailbox = &mailbox, .mailboxes = known, .secret = known };
}

static bool has(const char *text)
{
	size_t at;

	return span_find(buf_span(&out), span_z(text), &at);
}

static void steps(const struct setup *s, bool utf8)
{
	struct page page = { .out = &out, .utf8 = utf8 };

	setup_steps(&page, s);
	OK(buf_ok(&out));
}

/* A misspelt name would leave out its line in silence. */
TEST(setup_templates_name_what_there_is)
{
	static const char *const texts[] = {
#define STEP(grants, accounts, title, who, text) text,
#define TEXT(name, text)                         text,
#define CLIENT(name, id, text)                   text,
#include "show/setup.def"
	};
	static const char *const own[] = { "portal",         "environment", "audience", "title",    "smtp_host",
		                           "imap_host",      "sasl",        "uncached", "farewell", "options",
		                           "python_options", "mailboxes",   "others" };
	unsigned places = 0;

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct span rest = span_z(texts[i]);

		t_at("%.60s", texts[i]);
		while (rest.n != 0) {
			struct span name, after;
			enum setting key;
			size_t at;
			bool known = false;

			(void)span_cut(rest, '{', &rest);
			name = span_cut(rest, '}', &after);
			if (after.n == 0 || (name.n != 0 && span_find_byte(SPAN("'\"-="), name.p[0], &at)))
				name = span_from(name, 1);
			if (span_starts(name, SPAN("set_")))
				name = span_from(name, 4);
			if (name.n == 0 || name.p[0] < 'a' || name.p[0] > 'z' || span_find_byte(name, ' ', &at) ||
			    span_find_byte(name, '"', &at) || span_find_byte(name, '%', &at))
				continue;
			for (size_t k = 0; k < COUNT(own); k++)
				known |= span_eq(name, span_z(own[k]));
			OK(known || settings_find(name, &key));
			places++;
		}
	}
	OK(places > 100);
}

TEST(setup_unknown_is_named)
{
	struct setup s = fresh(false);

	steps(&s, false);
	OK(has("New-ServicePrincipal -AppId APPLICATION-ID -ObjectId OBJECT-ID -DisplayName 'NAME'"));
	OK(has("Add-MailboxPermission -Identity 'MAILBOX' -User OBJECT-ID"));
	OK(has("Connect-ExchangeOnline -Organization TENANT-ID"));
	OK(has("tenant_id = TENANT-ID"));
	OK(has("o2pop check MAILBOX"));
	OK(has("not yet: "));
	for (size_t i = 0; i < out.n; i++)
		OK(scratch[i] < 0x80);
}

TEST(setup_known_is_filled_in)
{
	struct setup s = fresh(true);
	struct span mailboxes[] = { SPAN_INIT("a@b.example"), SPAN_INIT("o'hara@b.example") };

	s.file = SPAN("job.conf");
	s.profile = SPAN("prod");
	s.mailbox = mailboxes;
	s.mailboxes = COUNT(mailboxes);
	steps(&s, true);
	OK(has("New-ServicePrincipal -AppId " APP_ID " -ObjectId " OBJECT " -DisplayName 'Bob''s "
	       "reader'"));
	OK(has("Add-MailboxPermission -Identity 'a@b.example' -User " OBJECT));
	OK(has("Set-CASMailbox -Identity 'o''hara@b.example' -PopEnabled $true"));
	OK(has("appId eq '" APP_ID "'"));
	OK(has("o2pop check -c job.conf --profile prod a@b.example"));
	OK(!has("-ID") && !has("MAILBOX") && !has("not yet"));
	OK(has("is known, and not shown"));
}

/* What is not fit for a command leaves out its value, not the command. */
TEST(setup_odd_name)
{
	struct setup s = fresh(true);

	set(SETTING_DISPLAY_NAME, "a\x01z");
	steps(&s, true);
	OK(has("New-ServicePrincipal -AppId " APP_ID " -ObjectId " OBJECT " -DisplayName 'NAME'"));
	OK(has("Name: a\\x01z."));
	out = BUF(scratch);
	OK(setup_powershell(&out, &s));
	OK(has("$Name = 'POP3 reader'\n"));
}

/* What each grant's way must say, and what it must not. */
static const struct {
	const char *provider, *grant, *has[4], *lacks[3];
} ways[] = {
	{ "microsoft",
	  "client-secret",
	  { "New client secret", "client_secret_file = client_secret", "Client secret, its Value" },
	  { "openssl", "o2pop login" } },
	{ "microsoft",
	  "certificate",
	  { "openssl req -x509", "Upload certificate", "-fingerprint -sha1", "private_key_file = o2pop.key" },
	  { "New client secret", "Client secret, its Value", "client_secret_file" } },
	{ "microsoft",
	  "federated",
	  { "Federated credentials", "az ad app federated-credential create --id APPLICATION-ID",
	    "api://AzureADTokenExchange\"", "runAsUser" },
	  { "client_secret_file", "China" } },
	{ "microsoft-china", "federated", { "api://AzureADTokenExchangeChina\"" }, { "client_secret_file" } },
	{ "microsoft",
	  "managed-identity",
	  { "New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId OBJECT-ID -PrincipalId OBJECT-ID",
	    "New-ServicePrincipal -AppId", "not confirmed", "grant = managed-identity" },
	  { "client_secret_file", "App registrations > New", "client_id = " } },
	{ "microsoft",
	  "device-code",
	  { "Allow public client flows: Yes", "POP.AccessAsUser.All", "o2pop login",
	    "grant = device-code token_cache = tokens" },
	  { "New-ServicePrincipal", "Certificates & secrets" } },
	{ "outlook-personal",
	  "device-code",
	  { "Personal", "Let devices", "o2pop login", "token_cache = tokens" },
	  { "Set-CASMailbox", "tenant_id", "Exchange" } },
	{ "microsoft",
	  "refresh-token",
	  { "90 days", "refresh_token_file = refresh_token token_cache = tokens", "offline_access",
	    "tenant_id = TENANT-ID" },
	  { "New-ServicePrincipal" } },
	{ "outlook-personal",
	  "refresh-token",
	  { "client_id = APPLICATION-ID" },
	  { "tenant_id", "New-ServicePrincipal" } },
	{ "google",
	  "refresh-token",
	  { "Desktop app", "Enable POP", "client_id = CLIENT-ID", "both not confirmed" },
	  { "Exchange", "tenant_id" } },
	{ "google",
	  "service-account",
	  { "domain-wide", "\thttps://mail.google.com/", "service_account_file = service_account.json",
	    "console.cloud.google.com" },
	  { "Exchange", "tenant_id" } },
	{ "microsoft", "access-token", { "access_token_file = token", "o2pop decode" }, { "New-ServicePrincipal" } },
	{ "custom", "client-secret", { "token_url" }, { "Exchange" } },
};

static struct setup way(size_t i, const char *mailbox)
{
	static struct span one;
	struct fault f = { 0 };

	t_at("%s with %s", ways[i].provider, ways[i].grant);
	out = BUF(scratch);
	one = span_z(mailbox);
	settings_init(&settings);
	set(SETTING_PROVIDER, ways[i].provider);
	set(SETTING_GRANT, ways[i].grant);
	OK(resolve_settings(&settings, &f));
	return (struct setup){ .settings = &settings, .mailbox = &one, .mailboxes = one.n != 0 };
}

/* The same words, wherever a line was wrapped. */
static bool said(const char *text)
{
	static unsigned char flat[64 * 1024];
	bool blank = true;
	size_t n = 0, at;

	for (size_t i = 0; i < out.n; i++) {
		bool is = scratch[i] == ' ' || scratch[i] == '\n';

		if (!is || !blank)
			flat[n++] = is ? ' ' : scratch[i];
		blank = is;
	}
	return span_find((struct span){ flat, n }, span_z(text[0] == '\t' ? text + 1 : text), &at);
}

TEST(setup_every_grant)
{
	unsigned seen = 0;

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct setup s = way(i, "");

		steps(&s, false);
		seen |= 1u << settings.grant;
		for (size_t k = 0; k < COUNT(ways[i].has) && ways[i].has[k] != NULL; k++) {
			t_at("%s with %s: %s", ways[i].provider, ways[i].grant, ways[i].has[k]);
			OK(said(ways[i].has[k]));
		}
		for (size_t k = 0; k < COUNT(ways[i].lacks) && ways[i].lacks[k] != NULL; k++) {
			t_at("%s with %s: no %s", ways[i].provider, ways[i].grant, ways[i].lacks[k]);
			OK(!said(ways[i].lacks[k]));
		}
	}
	EQ(seen, (1u << GRANT__COUNT) - 1);
}

/* The other grants of the provider are named, and none that leads nowhere. */
TEST(setup_names_the_other_grants)
{
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct setup s = way(i, "");

		if (settings.provider->pop_host == NULL)
			continue;
		steps(&s, false);
		for (int g = 0; g < GRANT__COUNT; g++) {
			char text[100];
			struct buf b = { (unsigned char *)text, sizeof text - 1, 0, false };

			buf_z(&b, "o2pop setup --provider ");
			buf_z(&b, ways[i].provider);
			buf_z(&b, " --grant ");
			buf_z(&b, grant_row((enum grant)g)->id);
			buf_z(&b, "\n");
			text[b.n] = '\0';
			EQ(has(text),
			   provider_allows(settings.provider, (enum grant)g) && (enum grant)g != settings.grant);
		}
	}
}

/* A shell takes what is for a shell, PowerShell what is for PowerShell. */
TEST(setup_grants_quote)
{
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct setup s = way(i, "o'hara@b.example");

		steps(&s, true);
		OK(!has("Identity o'") && !has("Identity 'o'\\''") && !has("check o'") && !has("check 'o''"));
		OK(settings.provider->pop_host == NULL || has("o2pop check 'o'\\''hara@b.example'"));
	}
}

TEST(setup_script_is_for_applications)
{
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct setup s = way(i, "");
		bool app = settings.grant <= GRANT_MANAGED_IDENTITY || settings.grant == GRANT_ACCESS_TOKEN;

		EQ(setup_powershell(&out, &s), app && settings.provider->authority != NULL);
	}
}

TEST(setup_every_grant_is_wrapped)
{
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct setup s = way(i, "");
		struct span rest;

		steps(&s, false);
		for (rest = buf_span(&out); rest.n != 0;) {
			struct span line = span_cut(rest, '\n', &rest);

			OK(line.n <= 80 || span_starts(line, SPAN("    ")));
			OK(line.n == 0 || line.p[line.n - 1] != ' ');
		}
		for (size_t n = 0; n < out.n; n++)
			OK(scratch[n] < 0x80);
	}
}

/* All that is not to be typed keeps to 80 columns. */
TEST(setup_is_wrapped)
{
	for (int known = 0; known < 2; known++) {
		struct setup s = fresh(known != 0);
		struct span rest;

		steps(&s, false);
		rest = buf_span(&out);
		while (rest.n != 0) {
			struct span line = span_cut(rest, '\n', &rest);

			OK(line.n <= 80 || span_starts(line, SPAN("    ")));
			OK(line.n == 0 || line.p[line.n - 1] != ' ');
		}
	}
}

TEST(setup_clouds)
{
	static const struct {
		const char *provider, *portal, *environment;
	} rows[] = {
		{ "microsoft", "https://entra.microsoft.com", "-Organization TENANT-ID\n" },
		{ "microsoft-gcchigh", "https://entra.microsoft.us", "O365USGovGCCHigh" },
		{ "microsoft-dod", "https://entra.microsoft.us", "O365USGovDoD" },
		{ "microsoft-china", "https://portal.azure.cn", "O365China" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct setup s = fresh(false);
		struct fault f = { 0 };

		t_at("%s", rows[i].provider);
		settings_init(&settings);
		set(SETTING_PROVIDER, rows[i].provider);
		OK(resolve_settings(&settings, &f));
		steps(&s, false);
		OK(has(rows[i].portal) && has(rows[i].environment));
		OK(setup_powershell(&out, &s));
	}
}

TEST(setup_without_entra)
{
	static const struct {
		const char *provider, *said;
	} rows[] = {
		{ "google", "service account" },
		{ "custom", "token_url" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct setup s = fresh(false);
		struct fault f = { 0 };

		settings_init(&settings);
		set(SETTING_PROVIDER, rows[i].provider);
		OK(resolve_settings(&settings, &f));
		steps(&s, false);
		OK(has(rows[i].said) && !has("Exchange"));
		OK(!setup_powershell(&out, &s));
	}
}

TEST(setup_script)
{
	struct setup s = fresh(true);

	OK(setup_powershell(&out, &s));
	OK(has("$Tenant = '" TENANT "'\n$AppId = '" APP_ID "'\n$ObjectId = '" OBJECT "'\n$Name = "
	       "'Bob''s reader'\n"));
	OK(has("$Mailboxes = @(\n    'a@b.example'\n)\n"));
	OK(!has("Read-Host") && !has("-ID"));
	s = fresh(false);
	OK(setup_powershell(&out, &s));
	OK(has("$Tenant = Read-Host '") && has("$AppId = Read-Host '") && has("$ObjectId = Read-Host '"));
	OK(has("$Mailboxes = @((Read-Host '"));
}

TEST(setup_clients)
{
	static const char *const names[SETUP_CLIENT__COUNT] = { "mpop",  "getmail", "fetchmail", "msmtp",
		                                                "isync", "curl",    "openssl" };
	enum setup_client client = SETUP_CLIENT__COUNT;

	for (int i = 0; i < SETUP_CLIENT__COUNT; i++) {
		struct setup s = fresh(true);

		t_at("%s", names[i]);
		s.file = SPAN("/etc/my job.conf");
		s.profile = SPAN("prod");
		OK(setup_client_find(span_z(names[i]), &client));
		EQ(client, i);
		OK(setup_client(&out, client, &s));
		OK(buf_ok(&out));
		OK(has("a@b.example"));
		if (i == SETUP_MSMTP)
			OK(has("\nhost smtp.office365.com\nport 587\n") && has("SMTP.SendAsApp"));
		else if (i == SETUP_ISYNC)
			OK(has("\nHost outlook.office365.com\nPort 993\n") && has("IMAP.AccessAsApp"));
		else
			OK(has("outlook.office365.com") && has("995"));
		OK(i == SETUP_GETMAIL ? has("\"-c\", \"/etc/my job.conf\", \"--profile\", \"prod\")")
		                      : has("o2pop token -c '/etc/my job.conf' --profile prod"));
		OK(!has("@MAILBOX@") && !has("@CA") && !has("ca.pem"));
		OK(buf_span(&out).p[0] == '#');
		s.ca_file = SPAN("/etc/ca.pem");
		out = BUF(scratch);
		OK(setup_client(&out, client, &s));
		OK(has("/etc/ca.pem"));
	}
	OK(!setup_client_find(SPAN("pine"), &client));
}

TEST(setup_clients_take_the_mechanism)
{
	static const struct {
		enum setup_client client;
		const char *xoauth2, *oauthbearer;
	} rows[] = {
		{ SETUP_MPOP, "\nauth xoauth2\n", "\nauth oauthbearer\n" },
		{ SETUP_MSMTP, "\nauth xoauth2\n", "\nauth oauthbearer\n" },
		{ SETUP_ISYNC, "\nAuthMechs XOAUTH2\nPassCmd \"o2pop token\"\n",
		  "\nAuthMechs OAUTHBEARER\nPassCmd \"o2pop token\"\n" },
		{ SETUP_OPENSSL, "say 'AUTH XOAUTH2'; hear", "say 'AUTH OAUTHBEARER'; hear" },
		{ SETUP_OPENSSL, "say ''; hear; exit", "say 'AQ=='; hear; exit" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct setup s = fresh(true);
		struct fault f = { 0 };

		t_at("row %zu", i);
		OK(setup_client(&out, rows[i].client, &s));
		OK(has(rows[i].xoauth2) && !has(rows[i].oauthbearer));
		set(SETTING_MECHANISM, "oauthbearer");
		OK(resolve_settings(&settings, &f));
		out = BUF(scratch);
		OK(setup_client(&out, rows[i].client, &s));
		OK(!has(rows[i].xoauth2) && has(rows[i].oauthbearer));
	}
}

/* The services of the provider of the settings; one without a profile has none. */
TEST(setup_clients_of_other_providers)
{
	static const struct {
		const char *provider;
		enum setup_client client;
		const char *host;
	} rows[] = {
		{ "microsoft-gcchigh", SETUP_MSMTP, "\nhost smtp.office365.us\n" },
		{ "microsoft-china", SETUP_ISYNC, "\nHost partner.outlook.cn\n" },
		{ "outlook-personal", SETUP_MSMTP, "\nhost smtp-mail.outlook.com\n" },
		{ "google", SETUP_ISYNC, "\nHost imap.gmail.com\n" },
		{ "custom", SETUP_MSMTP, "\nhost SMTP-HOST\n" },
		{ "custom", SETUP_ISYNC, "\nHost IMAP-HOST\n" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		static const struct span mailbox[] = { SPAN_INIT("a@b.example") };
		struct setup s = { .settings = &settings, .mailbox = mailbox, .mailboxes = 1 };
		struct fault f = { 0 };

		t_at("%s", rows[i].provider);
		settings_init(&settings);
		out = BUF(scratch);
		set(SETTING_PROVIDER, rows[i].provider);
		set(SETTING_POP_HOST, "pop.example.com");
		OK(resolve_settings(&settings, &f));
		OK(setup_client(&out, rows[i].client, &s));
		OK(has(rows[i].host));
	}
}

TEST(setup_clients_refuse)
{
	static const struct span bad[] = { SPAN_INIT("a'b@c.de"), SPAN_INIT("a\"@c.de"), SPAN_INIT("$x@c.de"),
		                           SPAN_INIT("a\\@c.de"), SPAN_INIT("a\n@c.de"), SPAN_INIT("-a@c.de") };

	for (size_t i = 0; i < COUNT(bad); i++) {
		for (int c = 0; c < SETUP_CLIENT__COUNT; c++) {
			struct setup s = fresh(true);

			s.mailbox = &bad[i];
			OK(!setup_client(&out, (enum setup_client)c, &s));
			s = fresh(true);
			s.file = bad[i];
			OK(!setup_client(&out, (enum setup_client)c, &s));
			EQ(out.n, 0);
		}
	}
}

/* Too small an output shows, and nothing is written beyond it. */
TEST(setup_every_capacity)
{
	struct setup s = fresh(true);
	size_t whole;

	steps(&s, true);
	whole = out.n;
	for (size_t cap = 0; cap < whole + 2; cap += cap < 40 || cap + 40 > whole ? 1 : 997) {
		struct page page = { .out = &out, .utf8 = true };

		t_areas = 0;
		out = edge_buf(cap);
		setup_steps(&page, &s);
		EQ(buf_ok(&out), cap >= whole);
	}
}
