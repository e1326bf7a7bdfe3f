#include "check/settings_finish.h"
#include "show/setup.h"
#include "show/setup_client.h"
#include "show/setup_words.h"
#include "t.h"

static unsigned char room[64 * 1024];
static struct buf out;
static struct settings settings;

#define TENANT "0a1b2c3d-1111-4222-8333-444455556666"
#define CLIENT "11111111-2222-4333-8444-555566667777"
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

	out = BUF(room);
	settings_init(&settings);
	if (known) {
		set(SETTING_TENANT_ID, TENANT);
		set(SETTING_CLIENT_ID, CLIENT);
		set(SETTING_ENTERPRISE_OBJECT_ID, OBJECT);
		set(SETTING_DISPLAY_NAME, "Bob's reader");
		set(SETTING_CLIENT_SECRET_FILE, "secret");
	}
	OK(settings_finish(&settings, &f));
	return (struct setup){ .settings = &settings, .mailbox = &mailbox, .mailboxes = known,
		.secret = known };
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

TEST(setup_unknown_is_named)
{
	struct setup s = fresh(false);

	steps(&s, false);
	OK(has("New-ServicePrincipal -AppId APPLICATION-ID -ObjectId OBJECT-ID -DisplayName NAME"));
	OK(has("Add-MailboxPermission -Identity MAILBOX -User OBJECT-ID"));
	OK(has("Connect-ExchangeOnline -Organization TENANT-ID"));
	OK(has("tenant_id = TENANT-ID"));
	OK(has("o2pop check MAILBOX"));
	OK(has("not yet: "));
	for (size_t i = 0; i < out.n; i++)
		OK(room[i] < 0x80);
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
	OK(has("New-ServicePrincipal -AppId " CLIENT " -ObjectId " OBJECT " -DisplayName 'Bob''s "
	       "reader'"));
	OK(has("Add-MailboxPermission -Identity a@b.example -User " OBJECT));
	OK(has("Set-CASMailbox -Identity 'o''hara@b.example' -PopEnabled $true"));
	OK(has("appId eq '" CLIENT "'"));
	OK(has("o2pop check -c job.conf --profile prod a@b.example"));
	OK(!has("-ID") && !has("MAILBOX") && !has("not yet"));
	OK(has("is known, and not shown"));
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
	static const struct { const char *provider, *portal, *environment; } rows[] = {
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
		OK(settings_finish(&settings, &f));
		steps(&s, false);
		OK(has(rows[i].portal) && has(rows[i].environment));
		OK(setup_powershell(&out, &s));
	}
}

TEST(setup_without_entra)
{
	static const struct { const char *provider, *said; } rows[] = {
		{ "google", "service account" }, { "custom", "token_url" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct setup s = fresh(false);
		struct fault f = { 0 };

		settings_init(&settings);
		set(SETTING_PROVIDER, rows[i].provider);
		OK(settings_finish(&settings, &f));
		steps(&s, false);
		OK(has(rows[i].said) && !has("Exchange"));
		OK(!setup_powershell(&out, &s));
	}
}

TEST(setup_script)
{
	struct setup s = fresh(true);

	OK(setup_powershell(&out, &s));
	OK(has("$Tenant = '" TENANT "'\n$AppId = '" CLIENT "'\n$ObjectId = '" OBJECT "'\n$Name = "
	       "'Bob''s reader'\n"));
	OK(has("$Mailboxes = @(\n    'a@b.example'\n)\n"));
	OK(!has("Read-Host") && !has("-ID"));
	s = fresh(false);
	OK(setup_powershell(&out, &s));
	OK(has("$Tenant = Read-Host '") && has("$AppId = Read-Host '") &&
	   has("$ObjectId = Read-Host '"));
	OK(has("$Mailboxes = @((Read-Host '"));
}

/* What somebody wrote into a display name cannot become a command. */
TEST(setup_quotes)
{
	static const struct { struct span value, powershell, shell; } rows[] = {
		{ SPAN_INIT("plain"), SPAN_INIT("plain"), SPAN_INIT("plain") },
		{ SPAN_INIT(""), SPAN_INIT("''"), SPAN_INIT("''") },
		{ SPAN_INIT("a b"), SPAN_INIT("'a b'"), SPAN_INIT("'a b'") },
		{ SPAN_INIT("-x"), SPAN_INIT("'-x'"), SPAN_INIT("'-x'") },
		{ SPAN_INIT("@x"), SPAN_INIT("'@x'"), SPAN_INIT("@x") },
		{ SPAN_INIT("a'; Remove"), SPAN_INIT("'a''; Remove'"),
			SPAN_INIT("'a'\\''; Remove'") },
		{ SPAN_INIT("$(x)"), SPAN_INIT("'$(x)'"), SPAN_INIT("'$(x)'") },
		{ SPAN_INIT("a\xe2\x80\x99" "b"), SPAN_INIT("'a\xe2\x80\x99\xe2\x80\x99" "b'"),
		  SPAN_INIT("'a\xe2\x80\x99" "b'") },
		{ SPAN_INIT("\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9b"),
		  SPAN_INIT(
		            "'\xe2\x80\x98\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9a\xe2\x80\x9b\xe2\x80\x9b'"),
		  SPAN_INIT("'\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9b'") },
		{ SPAN_INIT("a\nb\x07" "c"), SPAN_INIT("'abc'"), SPAN_INIT("'abc'") },
		{ SPAN_INIT("a\xff" "b"), SPAN_INIT("'ab'"), SPAN_INIT("'a\xff" "b'") },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		out = BUF(room);
		setup_words_powershell(&out, edge_span(rows[i].value));
		EQ(buf_span(&out), rows[i].powershell);
		out = BUF(room);
		setup_words_shell(&out, edge_span(rows[i].value));
		EQ(buf_span(&out), rows[i].shell);
	}
	OK(setup_words_plain(SPAN("a b@c.de")) && setup_words_plain(SPAN("/etc/x y.conf")));
	for (const char *c = "'\"\\$`\n\t\x01"; *c != '\0'; c++)
		OK(!setup_words_plain((struct span){ (const unsigned char *)c, 1 }));
	OK(!setup_words_plain(SPAN("")) && !setup_words_plain(SPAN("-x")) &&
	   !setup_words_plain(SPAN("\xc3\xbc")));
}

TEST(setup_clients)
{
	static const char *const names[SETUP_CLIENT__COUNT] = { "mpop", "getmail", "fetchmail",
		"curl", "openssl" };
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
		OK(has("a@b.example") && has("outlook.office365.com") && has("995"));
		OK(i == SETUP_GETMAIL ?
		   has("\"-c\", \"/etc/my job.conf\", \"--profile\", \"prod\")") :
		                        has("o2pop token -c '/etc/my job.conf' --profile prod"));
		OK(!has("@MAILBOX@") && !has("@CA") && !has("ca.pem"));
		OK(buf_span(&out).p[0] == '#');
		set(SETTING_CA_FILE, "+/etc/ca.pem");
		out = BUF(room);
		OK(setup_client(&out, client, &s));
		OK(has("/etc/ca.pem") && !has("+/etc"));
	}
	OK(!setup_client_find(SPAN("pine"), &client));
}

TEST(setup_clients_take_the_mechanism)
{
	static const struct { enum setup_client client; const char *xoauth2, *oauthbearer; } rows[] = {
		{ SETUP_MPOP, "\nauth xoauth2\n", "\nauth oauthbearer\n" },
		{ SETUP_FETCHMAIL, "  auth xoauth2 username", "  auth oauthbearer username" },
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
		OK(settings_finish(&settings, &f));
		out = BUF(room);
		OK(setup_client(&out, rows[i].client, &s));
		OK(!has(rows[i].xoauth2) && has(rows[i].oauthbearer));
	}
}

TEST(setup_clients_refuse)
{
	static const struct span bad[] = { SPAN_INIT("a'b@c.de"), SPAN_INIT("a\"@c.de"),
		SPAN_INIT("$x@c.de"),
		                           SPAN_INIT("a\\@c.de"), SPAN_INIT("a\n@c.de"),
		                           SPAN_INIT("-a@c.de") };

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
