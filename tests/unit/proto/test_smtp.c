/* proto/smtp: whole conversations, in pieces of every size, broken off at every place; STARTTLS to the letter. */
#include "script.h"

#include "proto/smtp.h"

static struct script clear, script;
static struct smtp smtp;
static struct secret token;
static char wire[1024];

static enum sasl_mechanism mechanism;

static struct sasl_login the_login(void)
{
	OK(secret_set(&token, SPAN("tok.en")));
	return (struct sasl_login){ .user = SPAN("alice@rig.test"),
		                    .token = &token,
		                    .mark = SPAN("token 6 characters sha256:00"),
		                    .mechanism = mechanism,
		                    .host = SPAN("mail.rig.test"),
		                    .port = 995 };
}

static struct span sasl(void)
{
	struct buf b = BUF(wire);

	return script_sasl(&b, "", "alice@rig.test", SPAN("tok.en"));
}

static const struct script_line before[] = {
	PEER("220-mx.example"),
	PEER("220 Microsoft ESMTP MAIL Service ready"),
	CLIENT("EHLO [127.0.0.1]"),
	PEER("250-mx.example Hello"),
	PEER("250-SIZE 157286400"),
	PEER("250-STARTTLS"),
	PEER("250 SMTPUTF8"),
	CLIENT("STARTTLS"),
	PEER("220 2.0.0 SMTP server ready"),
};

static const struct script_line *after(size_t *n)
{
	static struct script_line row[] = {
		CLIENT("EHLO [127.0.0.1]"),
		PEER("250-mx.example Hello"),
		PEER("250-AUTH LOGIN XOAUTH2"),
		PEER("250 SMTPUTF8"),
		CLIENT("AUTH XOAUTH2"),
		PEER("334 "),
		CLIENT("(sasl)"),
		PEER("235 2.7.0 Authentication successful"),
		CLIENT("QUIT"),
		PEER("221 2.0.0 Service closing transmission channel"),
	};

	row[6].text = sasl();
	*n = COUNT(row);
	return row;
}

static unsigned talk(struct fault *f)
{
	struct sasl_login login = the_login();
	struct smtpmsg_ehlo e;
	struct span text, reply;
	char scratch[64];
	struct buf challenge = BUF(scratch);

	smtp_start(&smtp, &clear.stream, &clear.trace);
	if (!smtp_greeting(&smtp, &text, f))
		return 0;
	EQ(text, SPAN("Microsoft ESMTP MAIL Service ready"));
	if (!smtp_ehlo(&smtp, &e, f))
		return 1;
	OK(e.starttls && !e.auth);
	if (!smtp_starttls(&smtp, f))
		return 2;
	smtp_start(&smtp, &script.stream, &script.trace);
	if (!smtp_ehlo(&smtp, &e, f))
		return 3;
	OK(!e.starttls && e.xoauth2);
	if (!smtp_auth(&smtp, &login, &reply, &challenge, f))
		return 4;
	EQ(reply, SPAN("235 2.7.0 Authentication successful"));
	return smtp_quit(&smtp, f) ? 6 : 5;
}

static void start(size_t slice)
{
	size_t n;
	const struct script_line *row = after(&n);

	script_start(&clear, before, COUNT(before));
	script_start(&script, row, n);
	clear.slice = script.slice = slice;
}

TEST(a_good_conversation_in_every_slice)
{
	UPTO(slice, 160)
	{
		struct fault f = { .code = FAULT_NONE };

		if (slice == 0)
			continue;
		t_at("slice %lu", (unsigned long)slice);
		start(slice);
		EQ(talk(&f), 6);
		OK(script_done(&clear) && script_done(&script));
		OK(!script_traced(&script, "dXNlcj"));
		OK(script_traced(&script, "> <sasl 56 characters with token 6 characters sha256:00>"));
	}
}

TEST(every_read_that_fails_ends_it)
{
	for (int which = 0; which < 2; which++) {
		for (unsigned fail = 1; fail < 1000; fail++) {
			struct fault f = { .code = FAULT_NONE };

			start(7);
			*(which == 0 ? &clear.fail_read : &script.fail_read) = fail;
			if (talk(&f) == 6) {
				OK(fail > 10);
				break;
			}
			EQ(f.code, FAULT_TCP_RESET);
			OK(clear.wrong.n == 0 && script.wrong.n == 0);
		}
	}
}

TEST(every_cut_ends_it)
{
	size_t n;
	const struct script_line *row = after(&n);

	for (size_t lines = 0; lines < n; lines++) {
		struct fault f = { .code = FAULT_NONE };

		if (row[lines].client)
			continue;
		start(SIZE_MAX);
		script.n = lines;
		OK(talk(&f) < 6);
		EQ(f.code, FAULT_POP_CLOSED);
	}
}

/* The rule of RFC 3207: what comes in one piece with the consent, in whatever slices, is refused. */
TEST(nothing_may_follow_the_consent_to_starttls)
{
	static const struct script_line forged[] = {
		CLIENT("STARTTLS"),
		PEER_RAW("220 2.0.0 ready\r\n250-mx.example\r\n250 AUTH XOAUTH2\r\n"),
	};
	struct fault f = { .code = FAULT_NONE };

	script_start(&clear, forged, COUNT(forged));
	smtp_start(&smtp, &clear.stream, &clear.trace);
	OK(!smtp_starttls(&smtp, &f));
	EQ(f.code, FAULT_STARTTLS_INJECTED);
	for (size_t slice = 1; slice < 60; slice++) {
		f = (struct fault){ .code = FAULT_NONE };
		script_start(&clear, forged, COUNT(forged));
		clear.slice = slice;
		smtp_start(&smtp, &clear.stream, &clear.trace);
		/* A slice that ends with the line leaves the forgery to the TLS engine, which chokes on it. */
		EQ(smtp_starttls(&smtp, &f), 17 % slice == 0);
	}
}

TEST(greetings)
{
	static const struct {
		struct span line;
		enum fault_code code;
	} row[] = {
		{ SPAN_INIT("220\r\n"), FAULT_NONE },
		{ SPAN_INIT("421 4.3.2 Service not available\r\n"), FAULT_POP_BUSY },
		{ SPAN_INIT("554 5.7.1 no\r\n"), FAULT_POP_REFUSED },
		{ SPAN_INIT("250 hello\r\n"), FAULT_POP_REFUSED },
		{ SPAN_INIT("+OK POP3\r\n"), FAULT_SERVICE_MALFORMED },
		{ SPAN_INIT("* OK IMAP\r\n"), FAULT_SERVICE_MALFORMED },
		{ SPAN_INIT("220-a\r\n221 b\r\n"), FAULT_SERVICE_MALFORMED },
		{ SPAN_INIT("220-a\r\nb\r\n"), FAULT_SERVICE_MALFORMED },
		{ SPAN_INIT("\r\n"), FAULT_SERVICE_MALFORMED },
		{ SPAN_INIT("220 cut"), FAULT_POP_CLOSED },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line line = { false, row[i].line };
		struct fault f = { .code = FAULT_NONE };
		struct span text;

		t_at("row %lu", (unsigned long)i);
		script_start(&script, &line, 1);
		smtp_start(&smtp, &script.stream, &script.trace);
		EQ(smtp_greeting(&smtp, &text, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
	}
}

TEST(answers_to_a_login)
{
	static const struct {
		const char *answer, *more; /* more: after the empty line that answers a challenge */
		enum fault_code code;
		const char *evidence;
	} row[] = {
		{ "235 2.7.0 ok\r\n", NULL, FAULT_NONE, "" },
		{ "235-2.7.0 ok\r\n235 more\r\n", NULL, FAULT_NONE, "" },
		{ "535 5.7.3 Authentication unsuccessful [X.prod.outlook.com]\r\n", NULL, FAULT_AUTH_REFUSED,
		  "535 5.7.3 Authentication unsuccessful [X.prod.outlook.com]" },
		{ "535-5.7.8 Username and Password\r\n535 5.7.8 not accepted.\r\n", NULL, FAULT_AUTH_REFUSED,
		  "535-5.7.8 Username and Password 5.7.8 not accepted." },
		{ "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
		  "Mailbox.\r\n",
		  NULL, FAULT_AUTH_REFUSED,
		  "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox." },
		{ "430 4.2.0 STOREDRV; mailbox logon failure\r\n", NULL, FAULT_POP_BUSY,
		  "430 4.2.0 STOREDRV; mailbox logon failure" },
		{ "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", "535 5.7.3 no\r\n", FAULT_AUTH_REFUSED, "535 5.7.3 no" },
		{ "334 x\r\n", "235 yes\r\n", FAULT_AUTH_FALSE_OK, "235 yes" },
		{ "334 x\r\n", "334 y\r\n", FAULT_AUTH_REFUSED, "334 y" },
		{ "+OK\r\n", NULL, FAULT_SERVICE_MALFORMED, "+OK" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = {
			CLIENT("AUTH XOAUTH2"),
			PEER("334"),
			{ true, sasl() },
			{ false, span_z(row[i].answer) },
			CLIENT(""),
			{ false, span_z(row[i].more != NULL ? row[i].more : "") },
		};
		struct sasl_login login = the_login();
		struct fault f = { .code = FAULT_NONE };
		struct span reply;
		char scratch[200];
		struct buf challenge = BUF(scratch);

		t_at("row %lu", (unsigned long)i);
		script_start(&script, lines, row[i].more != NULL ? 6 : 4);
		smtp_start(&smtp, &script.stream, &script.trace);
		EQ(smtp_auth(&smtp, &login, &reply, &challenge, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
		OK(script_done(&script));
	}
}

TEST(no_token_without_consent)
{
	static const struct script_line lines[] = { CLIENT("AUTH XOAUTH2"),
		                                    PEER("504 5.7.4 Unrecognized authentication type") };
	struct sasl_login login = the_login();
	struct fault f = { .code = FAULT_NONE };
	struct span reply;
	char scratch[64];
	struct buf challenge = BUF(scratch);

	script_start(&script, lines, COUNT(lines));
	smtp_start(&smtp, &script.stream, &script.trace);
	OK(!smtp_auth(&smtp, &login, &reply, &challenge, &f));
	EQ(f.code, FAULT_AUTH_REFUSED);
	OK(script_done(&script));
}

TEST(long_lines_and_long_replies)
{
	static struct script_line many[SMTP_REPLY_LINES_MAX + 3];
	static char line[2 * SMTP_LINE_MAX];
	struct script_line one = { false, { (unsigned char *)line, sizeof line } };
	struct fault f = { .code = FAULT_NONE };
	struct span text;

	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct script_line)PEER("220-a line of some length, so that what is kept of all is full");
	script_start(&script, many, COUNT(many));
	smtp_start(&smtp, &script.stream, &script.trace);
	OK(!smtp_greeting(&smtp, &text, &f));
	EQ(f.code, FAULT_SERVICE_MALFORMED);
	memset(line, '2', sizeof line);
	line[sizeof line - 1] = '\n';
	f = (struct fault){ .code = FAULT_NONE };
	script_start(&script, &one, 1);
	smtp_start(&smtp, &script.stream, &script.trace);
	OK(!smtp_greeting(&smtp, &text, &f));
	EQ(f.code, FAULT_POP_LINE_TOO_LONG);
}

TEST(the_other_mechanism)
{
	static const struct script_line lines[] = {
		CLIENT("AUTH OAUTHBEARER"),
		PEER("334"),
		CLIENT("bixhPWFsaWNlQHJpZy50ZXN0LAFob3N0PW1haWwucmlnLnRlc3QBcG9ydD05OTUBYXV0aD1CZWFyZXIgdG9rLmVuAQE="),
		PEER("334 eyJzdGF0dXMiOiI0MDEifQ=="),
		CLIENT("AQ=="),
		PEER("535 5.7.3 no"),
	};
	struct sasl_login login;
	struct fault f = { .code = FAULT_NONE };
	struct span reply;
	char scratch[200];
	struct buf challenge = BUF(scratch);

	mechanism = SASL_OAUTHBEARER;
	login = the_login();
	mechanism = SASL_XOAUTH2;
	script_start(&script, lines, COUNT(lines));
	smtp_start(&smtp, &script.stream, &script.trace);
	OK(!smtp_auth(&smtp, &login, &reply, &challenge, &f));
	EQ(f.code, FAULT_AUTH_REFUSED);
	EQ(fault_evidence(&f), SPAN("535 5.7.3 no"));
	OK(script_done(&script));
}
