#include "t.h"

#include "show/text_report.h"
#include "show_report.h"

static unsigned char bytes[TEXT_REPORT_SIZE];
static struct pseudonym pseudonym;

static struct span render(bool utf8, bool colour, struct pseudonym *s)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out, .utf8 = utf8, .colour = colour, .pseudonym = s };

	show_e.scratch = BUF(show_e.bytes);
	text_report_one(&p, &show_r, &show_e);
	OK(buf_ok(&out));
	return buf_span(&out);
}

static bool holds(struct span s, const char *part)
{
	size_t at;

	return span_find(s, span_z(part), &at);
}

/* The last line: what, and the time under the other times. */
static bool sums_up(struct span s, const char *what)
{
	char line[100];

	snprintf(line, sizeof line, "\n%-72s  412 ms\n", what);
	return span_ends(s, span_z(line));
}

/* Printable, no blank before a line end, at most 80 columns unless the line is typed or holds a URL. */
static void well_set(struct span s, bool colour)
{
	struct span line;

	while (s.n != 0) {
		unsigned columns = 0;
		size_t at;

		line = span_cut(s, '\n', &s);
		for (size_t i = 0; i < line.n; i++) {
			if (colour && line.p[i] == '\033')
				while (line.p[i] != 'm')
					i++;
			else
				columns += (line.p[i] & 0xc0) != 0x80;
			OK(line.p[i] >= 0x20 && line.p[i] != 0x7f);
		}
		OK(line.n == 0 || line.p[line.n - 1] != ' ');
		if (columns > 80 && !span_starts(line, SPAN("    ")) && !span_find(line, SPAN("://"), &at)) {
			OK(false);
			EQ(line, SPAN("at most 80 columns"));
		}
	}
}

TEST(text_report_good)
{
	show_good();
	EQ(render(false, false, NULL),
	   SPAN("o2pop " O2POP_VERSION "  mobi24@contoso.ch  2026-11-23 20:43:46Z\n"
	        "\n"
	        "ok credential  client secret from /etc/o2pop.secret, app \"my pop app\"       0 ms\n"
	        "ok idp-dns     login.microsoftonline.com is 40.126.31.67 and 2 more        12 ms\n"
	        "ok idp-tcp     40.126.31.67 port 443                                       23 ms\n"
	        "ok idp-tls     TLS 1.2 ECDHE-RSA-AES256-GCM-SHA384, DigiCert Global        48 ms\n"
	        "               Root G2, 182 days\n"
	        "ok token       issued, 1873 characters, valid 59 min                      103 ms\n"
	        "ok claims      POP.AccessAsApp for outlook.office365.com, app \"my pop       0 ms\n"
	        "               app\"\n"
	        "ok pop-dns     outlook.office365.com is 52.97.1.2                           9 ms\n"
	        "ok pop-tcp     52.97.1.2 port 995                                          21 ms\n"
	        "ok pop-tls     TLS 1.2 ECDHE-RSA-AES256-GCM-SHA384, DigiCert Global        44 ms\n"
	        "               Root G2, 90 days\n"
	        "ok greeting    Exchange, PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM            22 ms\n"
	        "ok capa        SASL PLAIN XOAUTH2                                          20 ms\n"
	        "ok auth        accepted: +OK User successfully authenticated.             140 ms\n"
	        "ok mailbox     7 messages, 48213 bytes                                     68 ms\n"
	        "ok quit        closed cleanly                                              18 ms\n"
	        "ok clock       3 s behind the server's clock\n"
	        "\n"
	        "PASS  7 messages                                                          412 ms\n"));
}

TEST(text_report_bad_secret)
{
	struct span s;
	size_t at;

	show_bad_secret();
	s = render(true, false, NULL);
	well_set(s, false);
	OK(span_find(s, SPAN("\xe2\x9c\x97 token       the token endpoint refused the request"), &at));
	EQ(span_from(s, at), SPAN("\xe2\x9c\x97 token       the token endpoint refused the request: invalid_client,  "
	                          "   250 ms\n"
	                          "              AADSTS7000215\n"
	                          "- claims      skipped with auth and mailbox: token must pass first\n"
	                          "\xe2\x9c\x93 pop-dns     outlook.office365.com is 52.97.1.2                       "
	                          "     9 ms\n"
	                          "\xe2\x9c\x93 pop-tcp     52.97.1.2 port 995                                       "
	                          "    21 ms\n"
	                          "\xe2\x9c\x93 pop-tls     TLS 1.2 ECDHE-RSA-AES256-GCM-SHA384, DigiCert Global "
	                          "Root    44 ms\n"
	                          "              G2, 90 days\n"
	                          "\xe2\x9c\x93 greeting    Exchange, PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM         "
	                          "    22 ms\n"
	                          "\xe2\x9c\x93 capa        SASL PLAIN XOAUTH2                                       "
	                          "    20 ms\n"
	                          "\xe2\x9c\x93 quit        closed cleanly                                           "
	                          "    18 ms\n"
	                          "\xe2\x9c\x93 clock       3 s behind the server's clock\n"
	                          "\n"
	                          "Server said\n"
	                          "  AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in\n"
	                          "  the request is the client secret value, not the client secret ID, for a secret\n"
	                          "  added to app '407a1111-2222-4b4a-8b0b-dc9c6b633333'. Trace ID:\n"
	                          "  11111111-aaaa-4bbb-8ccc-123456789abc Correlation ID:\n"
	                          "  22222222-aaaa-4bbb-8ccc-123456789abc Timestamp: 2026-11-23 20:43:46Z\n"
	                          "\n"
	                          "Cause    The secret is not one of this application's.\n"
	                          "Who      you\n"
	                          "Fix      Copy the column Value of a new secret, then type:\n"
	                          "             o2pop check mobi24@contoso.ch\n"
	                          "\n"
	                          "Not the cause\n"
	                          "  - the network: both servers were reached\n"
	                          "\n"
	                          "For a support request\n"
	                          "  trace id        11111111-aaaa-4bbb-8ccc-123456789abc\n"
	                          "  correlation id  22222222-aaaa-4bbb-8ccc-123456789abc\n"
	                          "  timestamp       2026-11-23 20:43:46Z\n"
	                          "  mail front end  PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM\n"
	                          "\n"
	                          "The cause (above)\n"
	                          "  The secret is not one of this application's.\n"
	                          "  Copy the column Value of a new secret, then type:\n"
	                          "      o2pop check mobi24@contoso.ch\n"
	                          "\n"
	                          "FAIL  token: the token endpoint refused the request; exit status 5        412 "
	                          "ms\n"));
}

TEST(text_report_refused_login_gives_the_block)
{
	struct span s;

	show_refused();
	s = render(false, false, NULL);
	well_set(s, false);
	OK(holds(s, "\nXX auth        the mail server refused the login                          "
	            "250 ms\n"));
	OK(holds(s, "\n-- mailbox     skipped: auth must pass first\n"));
	OK(holds(s, "\nServer said\n  -ERR Authentication failure: unknown user name or bad password.\n"));
	OK(holds(s, "\nCause 1  Exchange Online does not know this application.\n"));
	OK(holds(s, "\nFix      1. Run the block below.\n         2. Wait an hour.\n"));
	OK(holds(s, "\nVerify\n    Get-ServicePrincipal -Identity "
	            "407a1111-2222-4b4a-8b0b-dc9c6b633333 | Format-List *\n"
	            "         ObjectId must be a5d11111-15aa-4fbb-add4-b0fee4cc9dff\n"));
	OK(holds(s, "\nCause 2  POP3 is off for this mailbox.\n"
	            "         (not confirmed: believed, but neither documented nor seen)\n"));
	OK(holds(s, "\nFix\n             Set-CASMailbox mobi24@contoso.ch -PopEnabled $true\n"));
	OK(holds(s, "\nTo paste into Exchange Online PowerShell\n    New-ServicePrincipal -AppId"));
	OK(sums_up(s, "FAIL  auth: the mail server refused the login; exit status 8"));
}

TEST(text_report_two_arms_fail)
{
	struct span s;

	show_good();
	show_fail(STEP_TOKEN, FAULT_HTTP_NOT_JSON, 403, "<html>Blocked</html>");
	show_fact(STEP_TOKEN, FACT_HTTP_STATUS, "403");
	show_fail(STEP_POP_TCP, FAULT_TCP_REFUSED, 111, "52.97.1.2 ECONNREFUSED 21 ms");
	show_skip(STEP_CLAIMS, STEP_TOKEN);
	show_skip(STEP_POP_TLS, STEP_POP_TCP);
	show_skip(STEP_GREETING, STEP_POP_TCP);
	s = render(false, false, NULL);
	OK(holds(s, "XX token       the answer is not JSON: HTTP 403 "));
	OK(holds(s, "XX pop-tcp     the connection was refused: 52.97.1.2 ECONNREFUSED 21 ms   250 ms\n"));
	OK(holds(s, "-- claims      skipped: token must pass first\n"));
	OK(holds(s, "-- pop-tls     skipped with greeting: pop-tcp must pass first\n"));
	OK(holds(s, "\nServer said\n  <html>Blocked</html>\n"));
	OK(sums_up(s, "FAIL  token: the answer is not JSON; also pop-tcp; exit status 5"));
}

TEST(text_report_warnings)
{
	struct span s;

	show_good();
	show_row(STEP_QUIT, VERDICT_WARN, 0, 5);
	show_fact(STEP_QUIT, FACT_NOTE, "the server went without a word");
	s = render(false, false, NULL);
	OK(holds(s, "\n!! quit        not closed cleanly"));
	OK(holds(s, "\nWarnings\n  quit        "));
	OK(sums_up(s, "PASS  7 messages, 1 warning"));
}

TEST(text_report_without_a_mailbox)
{
	struct span s;

	show_good();
	show_set(SETTING_POP_HOST, "pop.contoso.ch", "");
	show_r.mailbox = SPAN("");
	show_row(STEP_MAILBOX, VERDICT_NONE, 0, 0);
	s = render(false, false, NULL);
	OK(holds(s, "  pop.contoso.ch  2026"));
	OK(sums_up(s, "PASS  all requested steps passed"));
	t_at("only a token was asked for");
	show_settings.token_url = SPAN("https://login.example/t/token");
	show_row(STEP_POP_DNS, VERDICT_NONE, 0, 0);
	s = render(false, false, NULL);
	OK(holds(s, "  https://login.example/t/token  2026") && !holds(s, "  pop.contoso.ch  2026"));
}

/* What came back is told once, with the status and the time to wait. */
TEST(text_report_says_it_once)
{
	struct span s;

	show_good();
	show_fail(STEP_POP_DNS, FAULT_DNS_NOT_FOUND, -2, "pop.contoso.ch: the name does not exist");
	show_fail(STEP_TOKEN, FAULT_HTTP_BUSY, 30, "");
	show_fact(STEP_TOKEN, FACT_HTTP_STATUS, "429");
	s = render(false, false, NULL);
	OK(holds(s, "the server is busy: HTTP 429, try again in 30 s"));
	OK(holds(s, "the name does not exist: pop.contoso.ch"));
	OK(!holds(s, "pop.contoso.ch: the name does not exist"));
}

/* The other services are offered where they would tell something, and their words make sentences. */
TEST(text_report_triage)
{
	struct span s;

	show_refused();
	s = render(false, false, NULL);
	OK(holds(s, "\nTo narrow it down\n  Try the same token at the IMAP and SMTP services (two more logins)"));
	OK(holds(s, "\n      o2pop check"));
	show_e.n = 1;
	OK(!holds(render(false, false, NULL), "--triage"));
	show_e.n = 2;
	show_row(STEP_TRIAGE, VERDICT_PASS, 0, 9);
	show_fact(STEP_TRIAGE, FACT_IMAP, "OK [READ-ONLY] EXAMINE completed.");
	show_fact(STEP_TRIAGE, FACT_FINDING, "pop-only");
	show_fact(STEP_TRIAGE, FACT_NOTE, "SMTP: timed out");
	s = render(false, false, NULL);
	OK(!holds(s, "--triage") && !holds(s, "pop-only") && !holds(s, ".,"));
	OK(holds(s, "the mailbox opens by IMAP") && holds(s, "IMAP said: OK [READ-ONLY]") &&
	   holds(s, "SMTP: timed out"));
	show_good();
	OK(!holds(render(false, false, NULL), "--triage"));
}

TEST(text_report_colours_are_the_allowed_ones)
{
	static const char allowed[][6] = { "0m", "1m", "2m", "31m", "32m", "33m", "36m" };
	struct span plain, s;
	static unsigned char kept[TEXT_REPORT_SIZE], stripped[TEXT_REPORT_SIZE];
	struct buf without = BUF(stripped);

	show_refused();
	plain = render(true, false, NULL);
	memcpy(kept, plain.p, plain.n);
	plain.p = kept;
	s = render(true, true, NULL);
	well_set(s, true);
	while (s.n != 0) {
		bool known = false;

		if (s.p[0] != '\033') {
			buf_put(&without, span_first(s, 1));
			s = span_from(s, 1);
			continue;
		}
		for (size_t i = 0; i < COUNT(allowed); i++) {
			if (!span_starts(span_from(s, 2), span_z(allowed[i])))
				continue;
			s = span_from(s, 2 + strlen(allowed[i]));
			known = true;
			break;
		}
		OK(known);
		if (!known)
			return;
	}
	EQ(buf_span(&without), plain);
}

TEST(text_report_hostile)
{
	for (int v = VERDICT_PASS; v <= VERDICT_SKIP; v++) {
		for (int how = 0; how < 8; how++) {
			t_at("verdict %d, way %d", v, how);
			show_hostile((enum verdict)v);
			pseudonym_init(&pseudonym);
			well_set(render(how & 1, how & 2, how & 4 ? &pseudonym : NULL), how & 2);
		}
	}
}

TEST(text_report_every_width)
{
	for (unsigned width = 1; width <= 130; width += 3) {
		struct buf out = BUF(bytes);
		struct page p = { .out = &out, .width = width };

		show_hostile(VERDICT_FAIL);
		text_report_one(&p, &show_r, &show_e);
		OK(buf_ok(&out));
	}
}

TEST(text_report_every_capacity)
{
	void (*const make[])(void) = { show_good, show_bad_secret, show_refused };

	for (size_t i = 0; i < COUNT(make); i++) {
		size_t need;

		make[i]();
		pseudonym_init(&pseudonym);
		need = render(true, true, &pseudonym).n;
		UPTO(cap, need + 1)
		{
			struct buf out = edge_buf(cap);
			struct page p = { .out = &out, .utf8 = true, .colour = true, .pseudonym = &pseudonym };

			text_report_one(&p, &show_r, &show_e);
			OK(buf_ok(&out) == (cap >= need));
		}
	}
}

TEST(text_report_shared_names_nobody)
{
	static const char *const secret[] = {
		"mobi24", "contoso", "407a1111", "5f1c9b0e", "a5d11111", "my pop app", "40.126", "52.97", "/etc/",
	};
	struct span s;

	show_refused();
	pseudonym_init(&pseudonym);
	s = render(true, false, &pseudonym);
	well_set(s, false);
	for (size_t i = 0; i < COUNT(secret); i++) {
		t_at("%s", secret[i]);
		OK(!holds(s, secret[i]));
	}
	OK(holds(s, "New-ServicePrincipal -AppId aaaaaaaa-0000-0000-0000-000000000001 -ObjectId "
	            "eeeeeeee-0000-0000-0000-000000000001 -DisplayName \"app-1\""));
	OK(holds(s, "PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM"));
}

static struct text_report_many many;

TEST(text_report_many_groups)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };
	struct span s;
	size_t at;

	text_report_many_start(&many);
	show_good();
	text_report_many_report(&p, &many, &show_r, &show_e);
	show_refused();
	show_r.mailbox = SPAN("second@contoso.ch");
	text_report_many_report(&p, &many, &show_r, &show_e);
	show_refused();
	show_r.mailbox = SPAN("a.name.that.is.longer.than.the.column@contoso.ch");
	text_report_many_report(&p, &many, &show_r, &show_e);
	text_report_many_end(&p, &many, EXIT_STATUS_AUTH);
	s = buf_span(&out);
	OK(buf_ok(&out));
	well_set(s, false);
	OK(holds(s, "ok token       issued, 1873 characters, valid 59 min"));
	OK(!holds(s, "pop-dns"));
	OK(holds(s, "\n\nok mobi24@contoso.ch                7 messages, 48213 bytes               "
	            "412 ms\n"));
	OK(holds(s, "\nXX second@contoso.ch                auth: the mail server refused the     "
	            "436 ms\n"));
	OK(holds(s, "\nXX a.name.that.is.longer.than.the.column@contoso.ch\n                       "
	            "             auth: "));
	OK(holds(s, "\nXX auth: the mail server refused the login (2 mailboxes)\n  for example "
	            "second@contoso.ch\n"));
	OK(span_find(s, SPAN("Server said"), &at));
	OK(!holds(span_from(s, at + 1), "Server said"));
	OK(sums_up(s, "FAIL  2 of 3 mailboxes failed; exit status 8"));
}

TEST(text_report_many_share_a_failed_token)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };
	struct span s;

	text_report_many_start(&many);
	for (int i = 0; i < 3; i++) {
		show_bad_secret();
		text_report_many_report(&p, &many, &show_r, &show_e);
	}
	text_report_many_end(&p, &many, EXIT_STATUS_TOKEN);
	s = buf_span(&out);
	OK(buf_ok(&out));
	well_set(s, false);
	OK(holds(s, "\n-- mobi24@contoso.ch                skipped: token must pass first"));
	OK(holds(s, "\nXX token: the token endpoint refused the request (3 mailboxes)\n"));
	OK(sums_up(s, "FAIL  3 of 3 mailboxes failed; exit status 5"));
}

TEST(text_report_many_different_failures)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	text_report_many_start(&many);
	for (int i = 0; i < TEXT_REPORT_GROUPS_MAX + 5; i++) {
		show_refused();
		show_r.row[STEP_AUTH].fault.num = i;
		text_report_many_report(&p, &many, &show_r, &show_e);
	}
	text_report_many_end(&p, &many, EXIT_STATUS_AUTH);
	OK(holds(buf_span(&out), "\n5 more failures of further kinds: check those mailboxes alone\n"));
	well_set(buf_span(&out), false);
}

TEST(text_report_many_all_pass)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	text_report_many_start(&many);
	show_good();
	text_report_many_report(&p, &many, &show_r, &show_e);
	text_report_many_report(&p, &many, &show_r, &show_e);
	text_report_many_end(&p, &many, EXIT_STATUS_OK);
	OK(sums_up(buf_span(&out), "PASS  2 mailboxes"));
}
