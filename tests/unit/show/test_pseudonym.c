#include "t.h"

#include "show/pseudonym.h"
#include "facts.h"

static struct pseudonym pseudonym;
static struct settings share_settings;

static struct span apply(const char *text)
{
	static unsigned char bytes[4000];
	struct buf out = BUF(bytes);

	pseudonym_apply(&pseudonym, edge_span(span_z(text)), &out);
	OK(buf_ok(&out));
	return buf_span(&out);
}

static void learn(void)
{
	pseudonym_init(&pseudonym);
	pseudonym_add(&pseudonym, PSEUDONYM_TENANT, SPAN("5f1c9b0e-7d2a-4c7e-9a55-0a1b2c3d4e5f"));
	pseudonym_add(&pseudonym, PSEUDONYM_APPLICATION, SPAN("407A1111-2222-4b4a-8b0b-dc9c6b633333"));
	pseudonym_add(&pseudonym, PSEUDONYM_OBJECT, SPAN("a5d11111-15aa-4fbb-add4-b0fee4cc9dff"));
	pseudonym_add(&pseudonym, PSEUDONYM_SECRET_ID, SPAN("b5d11111-15aa-4fbb-add4-b0fee4cc9dff"));
	pseudonym_add(&pseudonym, PSEUDONYM_MAILBOX, SPAN("mobi24@contoso.ch"));
	pseudonym_add(&pseudonym, PSEUDONYM_HOST, SPAN("pop.fabrikam.net"));
	pseudonym_add(&pseudonym, PSEUDONYM_HOST, SPAN("mail7"));
	pseudonym_add(&pseudonym, PSEUDONYM_HOST, SPAN("dovecot"));
	pseudonym_add(&pseudonym, PSEUDONYM_HOST, SPAN("outlook.office365.com"));
	pseudonym_add(&pseudonym, PSEUDONYM_NAME, SPAN("token"));
	pseudonym_add(&pseudonym, PSEUDONYM_NAME, SPAN("my pop app"));
	pseudonym_add(&pseudonym, PSEUDONYM_FILE, SPAN("/srv/anna/o2pop.conf"));
	pseudonym_add(&pseudonym, PSEUDONYM_FILE, SPAN("-"));
	pseudonym_add(&pseudonym, PSEUDONYM_KEPT, SPAN("11111111-aaaa-4bbb-8ccc-123456789abc"));
}

#define TENANT "dddddddd-0000-0000-0000-000000000001"
#define APP    "aaaaaaaa-0000-0000-0000-000000000001"
#define OTHER  "00000000-0000-0000-0000-00000000000"

static const struct {
	const char *text, *want;
} rows[] = {
	{ "", "" },
	{ "nothing to hide", "nothing to hide" },
	{ "tenant 5f1c9b0e-7d2a-4c7e-9a55-0a1b2c3d4e5f.", "tenant " TENANT "." },
	{ "5F1C9B0E-7D2A-4C7E-9A55-0A1B2C3D4E5F", TENANT },
	{ "app '407a1111-2222-4b4a-8b0b-dc9c6b633333'", "app '" APP "'" },
	{ "\\u0027407a1111-2222-4b4a-8b0b-dc9c6b633333\\u0027", "\\u0027" APP "\\u0027" },
	{ "client_id%3D407a1111-2222-4b4a-8b0b-dc9c6b633333%26x", "client_id%3D" APP "%26x" },
	{ "-ObjectId a5d11111-15aa-4fbb-add4-b0fee4cc9dff", "-ObjectId eeeeeeee-0000-0000-0000-000000000001" },
	{ "b5d11111-15aa-4fbb-add4-b0fee4cc9dff", "cccccccc-0000-0000-0000-000000000001" },
	{ "99999999-1111-2222-3333-444444444444 99999999-1111-2222-3333-444444444445 "
	  "99999999-1111-2222-3333-444444444444",
	  OTHER "1 " OTHER "2 " OTHER "1" },
	{ "0407a1111-2222-4b4a-8b0b-dc9c6b633333", "0407a1111-2222-4b4a-8b0b-dc9c6b633333" },
	{ "00000002-0000-0ff1-ce00-000000000000", "00000002-0000-0ff1-ce00-000000000000" },
	{ "9188040d-6c67-4c5b-b112-36a304b66dad", "9188040d-6c67-4c5b-b112-36a304b66dad" },
	{ "11111111-aaaa-4bbb-8ccc-123456789abc", "11111111-aaaa-4bbb-8ccc-123456789abc" },
	{ "Trace ID: 21111111-aaaa-4bbb-8ccc-123456789abc", "Trace ID: 21111111-aaaa-4bbb-8ccc-123456789abc" },
	{ "\\r\\nCorrelation ID: 21111111-aaaa-4bbb-8ccc-123456789abd\\r\\n",
	  "\\r\\nCorrelation ID: 21111111-aaaa-4bbb-8ccc-123456789abd\\r\\n" },
	{ "\"correlation_id\":\"21111111-aaaa-4bbb-8ccc-123456789abe\"",
	  "\"correlation_id\":\"21111111-aaaa-4bbb-8ccc-123456789abe\"" },
	{ "x-ms-request-id: 21111111-aaaa-4bbb-8ccc-123456789abf",
	  "x-ms-request-id: 21111111-aaaa-4bbb-8ccc-123456789abf" },

	{ "mobi24@contoso.ch", "mailbox-1@domain-1.example" },
	{ "<MOBI24@Contoso.CH>,", "<mailbox-1@domain-1.example>," },
	{ "user=mobi24@contoso.ch\\x01auth", "user=mailbox-1@domain-1.example\\x01auth" },
	{ "\\x01mobi24@contoso.ch", "\\x01mailbox-1@domain-1.example" },
	{ "login_hint=mobi24%40contoso.ch&", "login_hint=mailbox-1%40domain-1.example&" },
	{ "%20mobi24%40contoso.ch", "%20mailbox-1%40domain-1.example" },
	{ "other@contoso.ch and a.b+c@x.org.", "mailbox-2@domain-1.example and mailbox-3@domain-2.example." },
	{ "j\xc3\xb6rg@contoso.ch", "mailbox-4@domain-1.example" },
	{ "someone@outlook.com", "mailbox-5@outlook.com" },
	{ "www.contoso.ch, contoso.ch/x", "host-3.example, domain-1.example/x" },
	{ "notcontoso.ch contoso.china", "host-4.example contoso.china" },
	{ "fabrikam.onmicrosoft.com", "domain-3.example" },
	{ "a @ b, @home, x@", "a @ b, @home, x@" },

	{ "pop.fabrikam.net:995", "host-1.example:995" },
	{ "https://POP.Fabrikam.NET/x", "https://host-1.example/x" },
	{ "mail7 and dovecot", "host-2.example and dovecot" },
	{ "outlook.office365.com", "outlook.office365.com" },
	{ "PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM", "PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM" },

	{ "the token for app \"token\" and 'my pop app'", "the token for app \"app-1\" and 'app-2'" },
	{ "token", "app-1" },
	{ "client_id = my pop app (o2pop.conf:6): a blank", "client_id = app-2 (o2pop.conf:6): a blank" },
	{ "not found in the directory 'Contoso AG'. The tenant named Contoso AG. Then",
	  "not found in the directory 'tenant-1'. The tenant named tenant-1. Then" },
	{ "does not exist in tenant 'Nord' and cannot access '00000002-0000-0ff1-ce00-000000000000'(Mail robot)",
	  "does not exist in tenant 'tenant-2' and cannot access '00000002-0000-0ff1-ce00-000000000000'(app-3)" },
	{ "ID 'x' named 'Mail robot', resource named 'https://outlook.office365.com/'",
	  "ID 'x' named 'app-3', resource named 'https://outlook.office365.com/'" },
	{ "my pop app is not quoted", "my pop app is not quoted" },
	{ "read /srv/anna/o2pop.conf:12 - done", "read file-1:12 - done" },

	{ "40.126.31.67 port 443, 40.126.31.68:443, [40.126.31.67]", "192.0.2.1 port 443, 192.0.2.2:443, [192.0.2.1]" },
	{ "2603:1027:1:8::4 ENETUNREACH", "2001:db8::1 ENETUNREACH" },
	{ "[2603:1027:1:8::4]:995", "[2001:db8::1]:995" },
	{ "::ffff:10.0.0.1", "2001:db8::2" },
	{ "example.com:995:10.0.0.9@1995", "example.com:995:192.0.2.3@1995" },
	{ "127.0.0.1 ::1 0.0.0.0 ::", "127.0.0.1 ::1 0.0.0.0 ::" },
	{ "20:43:46Z 2026-11-23 15.20.9137.005 1.2.3 1.2.3.4.5 v010.1.1.1 256.1.1.1",
	  "20:43:46Z 2026-11-23 15.20.9137.005 1.2.3 1.2.3.4.5 v010.1.1.1 256.1.1.1" },
	{ "9f:3a:1c:aa", "9f:3a:1c:aa" },

	/* What nobody has named before, and what only looks like it. */
	{ "+OK mx7.internal.corp ready, Via: 1.1 proxy.nordwind.de",
	  "+OK host-5.example ready, Via: 1.1 host-6.example" },
	{ "MX.NORDWIND.COM.BR greets", "host-7.example greets" },
	{ "nordwind-ch.mail.protection.outlook.com nordwind.sharepoint.com nordwind.partner.onmschina.cn",
	  "host-8.example host-9.example host-10.example" },
	{ "https://login.windows.net/x graph.microsoft.com mail.example.com:995",
	  "https://login.windows.net/x graph.microsoft.com mail.example.com:995" },
	{ "IMAP.AccessAsUser.All SMTP.SendAsApp oauth2.py o2pop.conf:5 ASP.NET System.Net.Mail o2pop.check/1 1.2.3",
	  "IMAP.AccessAsUser.All SMTP.SendAsApp oauth2.py o2pop.conf:5 ASP.NET System.Net.Mail o2pop.check/1 1.2.3" },
	{ "tid 5f1c9b0e7d2a4c7e9a550a1b2c3d4e5f, 5f1c9b0e7d2a4c7e9a550a1b2c3d4e5f0",
	  "tid value-1, 5f1c9b0e7d2a4c7e9a550a1b2c3d4e5f0" },
	{ "correlation_id=5f1c9b0e7d2a4c7e9a550a1b2c3d4e60", "correlation_id=5f1c9b0e7d2a4c7e9a550a1b2c3d4e60" },
};

/* Ids and names that are no GUIDs, addresses or domains: replaced wherever they stand, also in paths. */
TEST(share_values)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{ "client_id=4711-robot.apps.googleusercontent.com&x", "client_id=value-1&x" },
		{ "POST /realms/nordwind/protocol/openid-connect/token HTTP/1.1",
		  "POST /realms/value-3/protocol/openid-connect/token HTTP/1.1" },
		{ "https://host-1.example/realms/value-3/", "https://host-1.example/realms/value-3/" },
		{ "mailbox bob: refused, bobby", "mailbox value-2: refused, bobby" },
		{ "the token endpoint", "the token endpoint" },
	};

	pseudonym_init(&pseudonym);
	settings_init(&share_settings);
	share_settings.value[SETTING_CLIENT_ID] = SPAN("4711-robot.apps.googleusercontent.com");
	share_settings.value[SETTING_MAILBOX] = SPAN("bob");
	share_settings.value[SETTING_TOKEN_URL] =
		SPAN("https://sso.nordwind.de/realms/nordwind/protocol/openid-connect/token");
	pseudonym_settings(&pseudonym, &share_settings);
	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(apply(row[i].text), span_z(row[i].want));
	}
}

TEST(share_rows)
{
	learn();
	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		EQ(apply(rows[i].text), span_z(rows[i].want));
	}
	/* Once more: nothing has moved. */
	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu again", i);
		EQ(apply(rows[i].text), span_z(rows[i].want));
	}
}

TEST(share_of_shared_changes_nothing)
{
	learn();
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (span_eq(span_z(rows[i].text), SPAN("the token for app \"token\" and 'my pop app'")))
			continue;
		t_at("row %zu", i);
		(void)apply(rows[i].text);
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		EQ(apply(rows[i].want), span_z(rows[i].want));
	}
}

TEST(share_every_capacity_and_prefix)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t need = strlen(rows[i].want);

		learn();
		for (size_t k = 0; k < i; k++)
			(void)apply(rows[k].text);
		t_at("row %zu", i);
		UPTO(cap, need + 1)
		{
			struct buf out = edge_buf(cap);

			pseudonym_apply(&pseudonym, edge_span(span_z(rows[i].text)), &out);
			OK(buf_ok(&out) == (cap >= need));
		}
		UPTO(n, strlen(rows[i].text))
		{
			unsigned char bytes[4000];
			struct buf out = BUF(bytes);

			pseudonym_apply(&pseudonym, (struct span){ edge(rows[i].text, n), n }, &out);
			OK(buf_ok(&out));
		}
	}
}

TEST(share_learns_settings_and_reports)
{
	static struct settings settings;
	static struct report r;
	struct row *claims = &r.row[STEP_CLAIMS], *tls = &r.row[STEP_POP_TLS], *token = &r.row[STEP_TOKEN];
	struct fault f = { 0 };

	pseudonym_init(&pseudonym);
	settings_init(&settings);
	OK(settings_set(&settings, SETTING_TENANT_ID, SPAN("contoso.ch"), SETTING_FROM_FLAG, SPAN("/srv/x/a.conf:3"),
	                &f));
	OK(settings_set(&settings, SETTING_TOKEN_URL, SPAN("https://sso.contoso.ch:8443/token"), SETTING_FROM_FLAG,
	                SPAN(""), &f));
	OK(settings_set(&settings, SETTING_RESOLVE, SPAN("pop.north.org:995:10.1.1.1"), SETTING_FROM_FLAG, SPAN(""),
	                &f));
	r.settings = &settings;
	r.mailbox = SPAN("anna@contoso.ch");
	row_fact(claims, FACT_OID, SPAN("a5d11111-15aa-4fbb-add4-b0fee4cc9dff"));
	row_fact(claims, FACT_APP_NAME, SPAN("Inbox robot"));
	row_fact(claims, FACT_TID, SPAN("5f1c9b0e-7d2a-4c7e-9a55-0a1b2c3d4e5f"));
	t_fact(tls, FACT_NAMES, "*.fabrikam.net mail.fabrikam.net outlook.com");
	row_fact(tls, FACT_SUBJECT, SPAN("O=Fabrikam, CN=host1.fabrikam.net, C=CH"));
	row_fact(token, FACT_TRACE_ID, SPAN("21111111-aaaa-4bbb-8ccc-123456789abc"));
	row_fact(token, FACT_ASSERTION_SUB, SPAN("repo:contoso/mail:ref:refs/heads/main"));
	row_fact(token, FACT_ASSERTION_ISS, SPAN("https://token.contoso-ci.org/x"));
	pseudonym_report(&pseudonym, &r);
	EQ(apply("subject 'repo:contoso/mail:ref:refs/heads/main'"), SPAN("subject 'app-1'"));
	EQ(apply("https://token.contoso-ci.org/x"), SPAN("https://host-3.example/x"));
	EQ(apply("contoso.ch"), SPAN("domain-1.example"));
	EQ(apply("/srv/x/a.conf:3"), SPAN("file-1:3"));
	EQ(apply("https://sso.contoso.ch:8443/token"), SPAN("https://host-1.example:8443/token"));
	EQ(apply("pop.north.org:995:10.1.1.1"), SPAN("host-2.example:995:192.0.2.1"));
	EQ(apply("anna@contoso.ch"), SPAN("mailbox-1@domain-1.example"));
	EQ(apply("a5d11111-15aa-4fbb-add4-b0fee4cc9dff"), SPAN("eeeeeeee-0000-0000-0000-000000000001"));
	EQ(apply("5f1c9b0e-7d2a-4c7e-9a55-0a1b2c3d4e5f"), SPAN(TENANT));
	EQ(apply("\"Inbox robot\""), SPAN("\"app-2\""));
	EQ(apply("host1.fabrikam.net"), SPAN("host-4.example"));
	EQ(apply("*.fabrikam.net mail.fabrikam.net outlook.com"), SPAN("*.host-5.example host-6.example outlook.com"));
	EQ(apply("21111111-aaaa-4bbb-8ccc-123456789abc"), SPAN("21111111-aaaa-4bbb-8ccc-123456789abc"));
}

/* More things than there is room for: still nothing is shown. */
TEST(share_overflows_safely)
{
	pseudonym_init(&pseudonym);
	for (unsigned i = 0; i < PSEUDONYM_THINGS_MAX + 20; i++) {
		char text[80];
		size_t at;

		snprintf(text, sizeof text, "x%u@y%u.org 99999999-1111-2222-3333-%012u 10.0.%u.%u", i, i, i, i / 256,
		         i % 256);
		OK(!span_find(apply(text), SPAN("y"), &at));
		OK(!span_find(apply(text), SPAN("99999999"), &at));
		OK(!span_find(apply(text), SPAN("10.0."), &at));
	}
	EQ(pseudonym.n, PSEUDONYM_THINGS_MAX);
	EQ(apply("new@new.org 99999999-1111-2222-3333-999999999999 10.9.9.9 2603::9"),
	   SPAN("mailbox-0@domain-0.example 00000000-0000-0000-0000-000000000000 203.0.113.255 "
	        "2001:db8::0"));
}

TEST(share_pieces_give_the_same_as_the_whole)
{
	static unsigned char text[3000], whole[12000], parts[12000];
	struct buf all = BUF(whole);
	size_t n = 0;

	for (size_t i = 0; n + 200 < sizeof text; i++) {
		struct span s = span_z(rows[i % COUNT(rows)].text);

		memcpy(text + n, s.p, s.n);
		text[n + s.n] = ' ';
		n += s.n + 1;
	}
	learn();
	pseudonym_apply(&pseudonym, (struct span){ text, n }, &all);
	for (size_t step = 1; step < 900; step += 37) {
		struct buf out = BUF(parts);
		size_t from = 0;

		learn();
		for (size_t have = step; have < n; have += step)
			from = pseudonym_piece(&pseudonym, (struct span){ edge(text, have), have }, from, false, &out);
		pseudonym_piece(&pseudonym, (struct span){ text, n }, from, true, &out);
		t_at("step %zu", step);
		EQ(buf_span(&out), buf_span(&all));
	}
}

/* Whatever names a file or a server: its settings may say more about somebody than they should. */
TEST(share_hides_every_file_and_place)
{
	static struct settings settings;

	for (int k = 0; k < SETTING__COUNT; k++) {
		enum setting_kind kind = settings_kind((enum setting)k);
		struct fault f = { .code = FAULT_NONE };
		char value[80];

		if (kind != SETTING_KIND_PATH && kind != SETTING_KIND_URL && kind != SETTING_KIND_HOST)
			continue;
		t_at("%s", settings_key((enum setting)k));
		snprintf(value, sizeof value, "%s",
		         kind == SETTING_KIND_PATH  ? "/srv/anna/her-file"
		         : kind == SETTING_KIND_URL ? "https://login.annas-company.net/x"
		                                    : "login.annas-company.net");
		settings_init(&settings);
		OK(settings_set(&settings, (enum setting)k, span_z(value), SETTING_FROM_FLAG, SPAN(""), &f));
		pseudonym_init(&pseudonym);
		pseudonym_settings(&pseudonym, &settings);
		OK(!span_find(apply(value), SPAN("anna"), &(size_t){ 0 }));
	}
}
