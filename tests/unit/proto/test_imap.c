/* proto/imap: whole conversations, in pieces of every size, broken off at every place. */
#include "script.h"

#include "proto/imap.h"

static struct script script;
static struct imap imap;
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

/* The whole good conversation; how far it came. */
static unsigned talk(struct fault *f, uint64_t *messages)
{
	struct sasl_login login = the_login();
	struct imapmsg_capability c;
	struct span text, reply;
	char scratch[64];
	struct buf challenge = BUF(scratch);

	imap_start(&imap, &script.stream, &script.trace);
	if (!imap_greeting(&imap, &text, f))
		return 0;
	EQ(text, SPAN("The Microsoft Exchange IMAP4 service is ready. [x]"));
	if (!imap_capability(&imap, &c, f))
		return 1;
	OK(c.imap && c.xoauth2 && c.sasl_ir && !c.login_disabled);
	if (!imap_auth(&imap, &login, &reply, &challenge, f))
		return 2;
	EQ(reply, SPAN("OK AUTHENTICATE completed."));
	if (!imap_examine(&imap, messages, &reply, f))
		return 3;
	EQ(reply, SPAN("OK [READ-ONLY] EXAMINE completed."));
	return imap_logout(&imap, f) ? 5 : 4;
}

static const struct script_line *good(size_t *n)
{
	static struct script_line row[] = {
		PEER("* OK The Microsoft Exchange IMAP4 service is ready. [x]"),
		CLIENT("o1 CAPABILITY"),
		PEER("* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR"),
		PEER("o1 OK CAPABILITY completed."),
		CLIENT("o2 AUTHENTICATE XOAUTH2"),
		PEER("+ "),
		CLIENT("(sasl)"),
		PEER("o2 OK AUTHENTICATE completed."),
		CLIENT("o3 EXAMINE INBOX"),
		PEER("* 23 EXISTS"),
		PEER("* 0 RECENT"),
		PEER("* FLAGS (\\Seen \\Answered)"),
		PEER("* OK [UIDVALIDITY 14] UIDVALIDITY value"),
		PEER("o3 OK [READ-ONLY] EXAMINE completed."),
		CLIENT("o4 LOGOUT"),
		PEER("* BYE Microsoft Exchange Server IMAP4 server signing off."),
		PEER("o4 OK LOGOUT completed."),
	};

	row[6].text = sasl();
	*n = COUNT(row);
	return row;
}

TEST(a_good_conversation_in_every_slice)
{
	size_t n;
	const struct script_line *row = good(&n);

	UPTO(slice, 130)
	{
		struct fault f = { .code = FAULT_NONE };
		uint64_t messages = 0;

		if (slice == 0)
			continue;
		t_at("slice %lu", (unsigned long)slice);
		script_start(&script, row, n);
		script.slice = slice;
		EQ(talk(&f, &messages), 5);
		OK(script_done(&script));
		EQ(messages, 23u);
		OK(!script_traced(&script, "dXNlcj"));
		OK(script_traced(&script, "> <sasl 56 characters with token 6 characters sha256:00>"));
	}
}

TEST(every_read_that_fails_ends_it)
{
	size_t n;
	const struct script_line *row = good(&n);

	for (unsigned fail = 1; fail < 1000; fail++) {
		struct fault f = { .code = FAULT_NONE };
		uint64_t messages;

		script_start(&script, row, n);
		script.slice = 7;
		script.fail_read = fail;
		if (talk(&f, &messages) == 5) {
			OK(fail > 50);
			return;
		}
		EQ(f.code, FAULT_TCP_RESET);
		OK(script.wrong.n == 0);
	}
	OK(false);
}

TEST(every_cut_ends_it)
{
	size_t n;
	const struct script_line *row = good(&n);

	for (size_t lines = 0; lines < n; lines++) {
		for (int truncated = 0; truncated < 2; truncated++) {
			struct fault f = { .code = FAULT_NONE };
			uint64_t messages;

			if (row[lines].client)
				continue;
			script_start(&script, row, lines);
			script.truncated = truncated != 0;
			OK(talk(&f, &messages) < 5);
			EQ(f.code, truncated != 0 ? FAULT_TLS_TRUNCATED : FAULT_POP_CLOSED);
		}
	}
}

static bool starttls(const struct script_line *row, size_t n, size_t slice, struct fault *f)
{
	*f = (struct fault){ .code = FAULT_NONE };
	script_start(&script, row, n);
	script.slice = slice;
	imap_start(&imap, &script.stream, &script.trace);
	return imap_starttls(&imap, f);
}

/* The rule of RFC 9051 section 6.2.1: what comes in one piece with the consent, in whatever slices, is refused. */
TEST(nothing_may_follow_the_consent_to_starttls)
{
	static const struct script_line forged[] = {
		CLIENT("o1 STARTTLS"),
		PEER_RAW("o1 OK ready\r\n* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n"),
	};
	struct fault f;

	OK(!starttls(forged, COUNT(forged), sizeof wire, &f));
	EQ(f.code, FAULT_STARTTLS_INJECTED);
	for (size_t slice = 1; slice < 60; slice++) /* a slice that ends with the line leaves it to the TLS engine */
		EQ(starttls(forged, COUNT(forged), slice, &f), 13 % slice == 0);
}

TEST(answers_to_starttls)
{
	static const struct {
		struct span line;
		enum fault_code code;
	} row[] = {
		{ SPAN_INIT("o1 OK Begin TLS negotiation now.\r\n"), FAULT_NONE },
		{ SPAN_INIT("* OK still here\r\no1 OK\r\n"), FAULT_NONE },
		{ SPAN_INIT("o1 NO\r\n"), FAULT_POP_REFUSED },
		{ SPAN_INIT("o1 BAD no such command\r\n"), FAULT_POP_REFUSED },
		{ SPAN_INIT("o2 OK for another command\r\n"), FAULT_SERVICE_MALFORMED },
		{ SPAN_INIT("+ go on\r\n"), FAULT_SERVICE_MALFORMED },
		{ SPAN_INIT("* BYE\r\n"), FAULT_POP_REFUSED },
		{ SPAN_INIT("o1 OK cut"), FAULT_POP_CLOSED },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line line[] = { CLIENT("o1 STARTTLS"), { false, row[i].line } };
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		EQ(starttls(line, COUNT(line), sizeof wire, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
	}
}

/* Run the greeting alone. */
static enum fault_code greet(const char *line)
{
	struct script_line row = { false, span_z(line) };
	struct fault f = { .code = FAULT_NONE };
	struct span text;

	script_start(&script, &row, 1);
	imap_start(&imap, &script.stream, &script.trace);
	(void)!imap_greeting(&imap, &text, &f);
	return f.code;
}

TEST(greetings)
{
	EQ(greet("* OK\r\n"), FAULT_NONE);
	EQ(greet("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n"), FAULT_NONE);
	EQ(greet("* PREAUTH welcome\r\n"), FAULT_SERVICE_MALFORMED);
	EQ(greet("* BYE too many connections\r\n"), FAULT_POP_REFUSED);
	EQ(greet("* BYE [UNAVAILABLE] later\r\n"), FAULT_POP_BUSY);
	EQ(greet("+OK POP3 ready\r\n"), FAULT_SERVICE_MALFORMED);
	EQ(greet("220 smtp ready\r\n"), FAULT_SERVICE_MALFORMED);
	EQ(greet("+ OK\r\n"), FAULT_SERVICE_MALFORMED);
	EQ(greet("* OK {3}\r\n"), FAULT_SERVICE_MALFORMED);
	EQ(greet("\r\n"), FAULT_SERVICE_MALFORMED);
	EQ(greet(""), FAULT_POP_CLOSED);
}

TEST(a_line_without_end)
{
	static char line[3 * IMAP_LINE_MAX];

	memset(line, 'x', sizeof line - 3);
	memcpy(line, "* OK ", 5);
	line[sizeof line - 3] = '\r';
	line[sizeof line - 2] = '\n';
	EQ(greet(line), FAULT_POP_LINE_TOO_LONG);
}

/* What becomes of a login that is answered like this (all lines after the SASL line). */
static enum fault_code login(const char *answers, bool empty_line, const char *more, struct fault *f)
{
	struct script_line row[] = {
		CLIENT("o1 AUTHENTICATE XOAUTH2"),
		PEER("+"),
		{ true, sasl() },
		{ false, span_z(answers) },
		{ true, empty_line ? SPAN("\r\n") : SPAN("") },
		{ false, span_z(more) },
	};
	struct sasl_login who = the_login();
	struct span reply;
	char scratch[200];
	struct buf challenge = BUF(scratch);
	bool accepted;

	*f = (struct fault){ .code = FAULT_NONE };
	script_start(&script, row, empty_line ? 6 : 4);
	imap_start(&imap, &script.stream, &script.trace);
	accepted = imap_auth(&imap, &who, &reply, &challenge, f);
	EQ(accepted, f->code == FAULT_NONE);
	OK(script_done(&script));
	return f->code;
}

TEST(answers_to_a_login)
{
	static const struct {
		const char *answers;
		enum fault_code code;
		const char *evidence;
	} row[] = {
		{ "o1 OK done\r\n", FAULT_NONE, "" },
		{ "* CAPABILITY IMAP4rev1\r\no1 OK done\r\n", FAULT_NONE, "" },
		{ "o1 NO AUTHENTICATE failed.\r\n", FAULT_AUTH_REFUSED, "NO AUTHENTICATE failed." },
		{ "o1 NO [AUTHENTICATIONFAILED] x\r\n", FAULT_AUTH_REFUSED, "NO [AUTHENTICATIONFAILED] x" },
		{ "o1 NO User is authenticated but not connected.\r\n", FAULT_AUTH_NOT_CONNECTED,
		  "NO User is authenticated but not connected." },
		{ "o1 BAD User is authenticated but not connected.\r\n", FAULT_AUTH_NOT_CONNECTED,
		  "BAD User is authenticated but not connected." },
		{ "o1 BAD Command Argument Error. 11\r\n", FAULT_AUTH_PROTOCOL, "BAD Command Argument Error. 11" },
		{ "o1 NO Server Unavailable. 15\r\n", FAULT_POP_BUSY, "NO Server Unavailable. 15" },
		{ "o1 NO [UNAVAILABLE] x\r\n", FAULT_POP_BUSY, "NO [UNAVAILABLE] x" },
		{ "o1 BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds\r\n", FAULT_POP_BUSY,
		  "BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds" },
		{ "* BYE Connection closed. 14\r\n", FAULT_AUTH_PROTOCOL, "BYE Connection closed. 14" },
		{ "o2 OK done\r\n", FAULT_SERVICE_MALFORMED, "o2 OK done" },
		{ "hello\r\n", FAULT_SERVICE_MALFORMED, "hello" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		EQ(login(row[i].answers, false, "", &f), row[i].code);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
	}
}

TEST(challenges)
{
	struct fault f;

	EQ(login("+ eyJzdGF0dXMiOiI0MDEifQ==\r\n", true, "o1 NO SASL authentication failed\r\n", &f),
	   FAULT_AUTH_REFUSED);
	OK(script_traced(&script, "= {\"status\":\"401\"}\n> \n"));
	EQ(login("+ x\r\n", true, "o1 OK welcome\r\n", &f), FAULT_AUTH_FALSE_OK);
	EQ(login("+ x\r\n", true, "+ y\r\n", &f), FAULT_SERVICE_MALFORMED);
	EQ(login("+ x\r\n", true, "* BYE\r\n", &f), FAULT_AUTH_PROTOCOL);
}

TEST(the_command_itself_is_refused)
{
	static const struct {
		const char *answer;
		enum fault_code code;
	} row[] = {
		{ "o1 NO Unsupported mechanism\r\n", FAULT_AUTH_REFUSED },
		{ "o1 BAD unknown\r\n", FAULT_AUTH_PROTOCOL },
		{ "o1 OK already\r\n", FAULT_SERVICE_MALFORMED },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = { CLIENT("o1 AUTHENTICATE XOAUTH2"), { false, span_z(row[i].answer) } };
		struct fault f = { .code = FAULT_NONE };
		struct sasl_login who = the_login();
		struct span reply;
		char scratch[64];
		struct buf challenge = BUF(scratch);

		script_start(&script, lines, 2);
		imap_start(&imap, &script.stream, &script.trace);
		OK(!imap_auth(&imap, &who, &reply, &challenge, &f));
		EQ(f.code, row[i].code);
		OK(script_done(&script)); /* no token was sent */
	}
}

TEST(examine_and_logout_refused)
{
	static const struct {
		const char *answer;
		enum fault_code code;
	} row[] = {
		{ "o1 NO no such mailbox\r\n", FAULT_MAILBOX_REFUSED },
		{ "o1 BAD User is authenticated but not connected.\r\n", FAULT_AUTH_NOT_CONNECTED },
		{ "* BYE bye\r\n", FAULT_MAILBOX_REFUSED },
		{ "+ go on\r\n", FAULT_SERVICE_MALFORMED },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = { CLIENT("o1 EXAMINE INBOX"), { false, span_z(row[i].answer) } };
		struct fault f = { .code = FAULT_NONE };
		struct span reply;
		uint64_t messages;

		t_at("row %lu", (unsigned long)i);
		script_start(&script, lines, 2);
		imap_start(&imap, &script.stream, &script.trace);
		OK(!imap_examine(&imap, &messages, &reply, &f));
		EQ(f.code, row[i].code);
	}
}

TEST(endless_answers_end)
{
	static struct script_line lines[IMAP_ANSWER_MAX + 3] = { CLIENT("o1 CAPABILITY") };
	struct imapmsg_capability c;
	struct fault f = { .code = FAULT_NONE };

	for (size_t i = 1; i < COUNT(lines); i++)
		lines[i] = (struct script_line)PEER("* OK still here");
	script_start(&script, lines, COUNT(lines));
	imap_start(&imap, &script.stream, &script.trace);
	OK(!imap_capability(&imap, &c, &f));
	EQ(f.code, FAULT_SERVICE_MALFORMED);
	EQ(fault_evidence(&f), SPAN("65 bytes, the limit is 64"));
}

TEST(the_other_mechanism)
{
	static const struct script_line lines[] = {
		CLIENT("o1 AUTHENTICATE OAUTHBEARER"),
		PEER("+"),
		CLIENT("bixhPWFsaWNlQHJpZy50ZXN0LAFob3N0PW1haWwucmlnLnRlc3QBcG9ydD05OTUBYXV0aD1CZWFyZXIgdG9rLmVuAQE="),
		PEER("+ eyJzdGF0dXMiOiI0MDEifQ=="),
		CLIENT("AQ=="),
		PEER("o1 NO no"),
	};
	struct sasl_login who;
	struct fault f = { .code = FAULT_NONE };
	struct span reply;
	char scratch[200];
	struct buf challenge = BUF(scratch);

	mechanism = SASL_OAUTHBEARER;
	who = the_login();
	mechanism = SASL_XOAUTH2;
	script_start(&script, lines, COUNT(lines));
	imap_start(&imap, &script.stream, &script.trace);
	OK(!imap_auth(&imap, &who, &reply, &challenge, &f));
	EQ(f.code, FAULT_AUTH_REFUSED);
	EQ(buf_span(&challenge), SPAN("{\"status\":\"401\"}"));
	OK(script_done(&script));
}
