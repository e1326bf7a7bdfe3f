/* proto/pop3: whole conversations, in pieces of every size, broken off at every place; every kind of answer. */
#include "script.h"

#include "proto/pop3.h"

static struct script script;
static struct pop3 pop;
static struct secret token;
static char wire[64 * 1024];

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

static struct fault none(void)
{
	return (struct fault){ .code = FAULT_NONE };
}

static void start(const struct script_line *line, size_t n, size_t slice)
{
	script_start(&script, line, n);
	script.slice = slice;
	pop3_start(&pop, &script.stream, &script.trace);
}

/* ---- the good conversation, command by command and in flights ----------------------------------- */

enum { GREETED = 1, CAPABLE, BEGUN, IN, COUNTED, LISTED, SIZED, READ, DONE };

static struct script_line calm[] = {
	PEER("+OK Microsoft Exchange POP3 server ready (tcpproxy/15.20.9137.005). [x]"),
	CLIENT("CAPA"),
	PEER("+OK"),
	PEER("TOP"),
	PEER("UIDL"),
	PEER("SASL PLAIN XOAUTH2"),
	PEER("USER"),
	PEER("."),
	CLIENT("AUTH XOAUTH2"),
	PEER("+"),
	{ true, { NULL, 0 } },
	PEER("+OK User successfully authenticated."),
	CLIENT("STAT"),
	PEER("+OK 2 320"),
	CLIENT("UIDL"),
	PEER("+OK"),
	PEER("1 whqtswO00WBw418f9t5JxYwZ"),
	PEER("2 QhdPYR:00WBw1Ph7x7"),
	PEER("."),
	CLIENT("LIST"),
	PEER("+OK 2 messages:"),
	PEER("1 120"),
	PEER("2 200"),
	PEER("."),
	CLIENT("TOP 1 0"),
	PEER("+OK"),
	PEER("Received: by c;"),
	PEER("\tMon, 23 Nov 2026 20:43:46 +0000"),
	PEER("..dotted"),
	PEER(""),
	PEER("."),
	CLIENT("QUIT"),
	PEER("+OK bye"),
};

static struct script_line flights[] = {
	PEER("+OK ready"),
	CLIENT("CAPA"),
	CLIENT("AUTH XOAUTH2"),
	PEER("+OK"),
	PEER("PIPELINING"),
	PEER("TOP"),
	PEER("UIDL"),
	PEER("SASL PLAIN XOAUTH2"),
	PEER("USER"),
	PEER("."),
	PEER("+ "),
	{ true, { NULL, 0 } },
	PEER("+OK in"),
	CLIENT("STAT"),
	CLIENT("UIDL"),
	CLIENT("LIST"),
	CLIENT("TOP 1 0"),
	CLIENT("QUIT"),
	PEER("+OK 2 320"),
	PEER("+OK"),
	PEER("1 whqtswO00WBw418f9t5JxYwZ"),
	PEER("2 b"),
	PEER("."),
	PEER("+OK 2 messages:"),
	PEER("1 120"),
	PEER("2 200"),
	PEER("."),
	PEER("+OK"),
	PEER("Received: by c; Mon,"),
	PEER("\t23 Nov 2026 20:43:46 +0000"),
	PEER(""),
	PEER(""),
	PEER("."),
	PEER("+OK bye"),
};

static bool talk_in(struct fault *f)
{
	struct sasl_login login = the_login();
	char text[64];
	struct buf challenge = BUF(text);
	struct span reply;

	if (!pop3_auth_send(&pop, &login, &reply, &challenge, f))
		return false;
	OK(span_starts(reply, SPAN("+OK ")));
	return true;
}

static unsigned talk_mailbox(bool flight, struct fault *f)
{
	uint64_t messages, octets, count, lines;
	int64_t received;
	char text[64];
	struct buf first = BUF(text);

	if (flight && !pop3_mailbox_send(&pop, f))
		return IN;
	if (!pop3_stat(&pop, &messages, &octets, f))
		return IN;
	EQ(messages, 2u);
	EQ(octets, 320u);
	if (!pop3_uidl(&pop, &count, &first, f))
		return COUNTED;
	EQ(count, 2u);
	EQ(buf_span(&first), SPAN("whqtswO00WBw418f9t5JxYwZ"));
	if (!pop3_list(&pop, &count, &octets, f))
		return LISTED;
	EQ(count, 2u);
	EQ(octets, 320u);
	if (!pop3_top(&pop, false, &lines, &received, f))
		return SIZED;
	EQ(lines, 4u);
	EQ(received, 1795466626);
	return pop3_quit(&pop, f) ? DONE : READ;
}

static unsigned talk(bool flight, struct fault *f)
{
	char text[256];
	struct buf shown = BUF(text);
	struct mailmsg_capa c;
	struct span words;

	if (!pop3_greeting(&pop, &words, f))
		return 0;
	if (flight && !pop3_capa_auth_send(&pop, SASL_XOAUTH2, f))
		return GREETED;
	if (!pop3_capa(&pop, &c, &shown, f))
		return GREETED;
	OK(c.xoauth2 && c.top && c.uidl && c.pipelining == flight);
	if (!flight)
		EQ(buf_span(&shown), SPAN("TOP; UIDL; SASL PLAIN XOAUTH2; USER"));
	if (!pop3_auth_begin(&pop, mechanism, f))
		return CAPABLE;
	if (!talk_in(f))
		return BEGUN;
	return talk_mailbox(flight, f);
}

static const struct script_line *good(bool flight, size_t *n)
{
	calm[10].text = flights[11].text = sasl();
	*n = flight ? COUNT(flights) : COUNT(calm);
	return flight ? flights : calm;
}

TEST(a_good_conversation_in_every_slice)
{
	for (int flight = 0; flight < 2; flight++) {
		size_t n;
		const struct script_line *row = good(flight != 0, &n);

		for (size_t slice = 1; slice < 130; slice++) {
			struct fault f = none();

			t_at("flight %d, slice %lu", flight, (unsigned long)slice);
			start(row, n, slice);
			EQ(talk(flight != 0, &f), DONE);
			OK(script_done(&script));
			OK(!script_traced(&script, "dXNlcj"));
			OK(!script_traced(&script, "whqtswO00WBw418f9t5JxYwZ")); /* listings are not on the trace */
			OK(!script_traced(&script, "Received"));                 /* and mail is not */
		}
	}
}

TEST(every_read_that_fails_ends_it)
{
	for (int flight = 0; flight < 2; flight++) {
		size_t n;
		const struct script_line *row = good(flight != 0, &n);
		unsigned fail;

		for (fail = 1; fail < 1000; fail++) {
			struct fault f = none();
			unsigned got;

			t_at("flight %d, read %u fails", flight, fail);
			start(row, n, 7);
			script.fail_read = fail;
			got = talk(flight != 0, &f);
			if (got == DONE)
				break;
			/* The end of the connection is this server's answer to a login. */
			EQ(f.code, got == BEGUN ? FAULT_AUTH_PROTOCOL : FAULT_TCP_RESET);
			EQ(script.wrong, SPAN(""));
		}
		OK(fail > 30 && fail < 1000);
	}
}

TEST(every_cut_ends_it)
{
	size_t n;
	const struct script_line *row = good(false, &n);

	for (size_t lines = 0; lines < n; lines++) {
		for (int truncated = 0; truncated < 2; truncated++) {
			struct fault f = none();
			unsigned got;

			if (row[lines].client)
				continue;
			t_at("%lu lines", (unsigned long)lines);
			start(row, lines, SIZE_MAX);
			script.truncated = truncated != 0;
			got = talk(false, &f);
			OK(got < DONE);
			if (got == BEGUN)
				EQ(f.code, FAULT_AUTH_PROTOCOL);
			else
				EQ(f.code, truncated != 0 ? FAULT_TLS_TRUNCATED : FAULT_POP_CLOSED);
		}
	}
}

/* ---- the answers one by one ---------------------------------------------------------------------- */

TEST(greetings)
{
	static const struct {
		const char *line;
		enum fault_code code;
		int64_t num;
		const char *text;
	} row[] = {
		{ "+OK\r\n", FAULT_NONE, 0, "" },
		{ "+OK Dovecot ready.\r\n", FAULT_NONE, 0, "Dovecot ready." },
		{ "+OK Dovecot ready.\n", FAULT_NONE, 0, "Dovecot ready." },
		{ "* OK IMAP4 ready\r\n", FAULT_POP_OTHER_SERVICE, MAILMSG_IMAP, NULL },
		{ "220 smtp ready\r\n", FAULT_POP_OTHER_SERVICE, MAILMSG_SMTP, NULL },
		{ "HTTP/1.1 400 Bad Request\r\n", FAULT_POP_OTHER_SERVICE, MAILMSG_HTTP, NULL },
		{ "SSH-2.0-x\r\n", FAULT_POP_OTHER_SERVICE, MAILMSG_SSH, NULL },
		{ "-ERR no\r\n", FAULT_POP_REFUSED, 0, NULL },
		{ "-ERR [SYS/TEMP] later\r\n", FAULT_POP_BUSY, 0, NULL },
		{ "-ERR BYE Connection refused\r\n", FAULT_POP_BUSY, 0, NULL },
		{ "hello\r\n", FAULT_POP_MALFORMED, 0, NULL },
		{ "\r\n", FAULT_POP_MALFORMED, 0, NULL },
		{ "+OK cut", FAULT_POP_CLOSED, 0, NULL },
		{ "", FAULT_POP_CLOSED, 0, NULL },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line line = { false, span_z(row[i].line) };
		struct fault f = none();
		struct span text;

		t_at("row %lu", (unsigned long)i);
		start(&line, 1, SIZE_MAX);
		EQ(pop3_greeting(&pop, &text, &f), row[i].text != NULL);
		EQ(f.code, row[i].code);
		EQ(f.num, row[i].num);
		if (row[i].text != NULL)
			EQ(text, span_z(row[i].text));
	}
}

TEST(capa_answers)
{
	static const struct {
		struct span answer;
		enum fault_code code;
		const char *shown;
		bool xoauth2;
	} row[] = {
		{ SPAN_INIT("-ERR unknown command\r\n"), FAULT_NONE, "", false },
		{ SPAN_INIT("+OK\r\n.\r\n"), FAULT_NONE, "", false },
		{ SPAN_INIT("+OK list\r\nSASL XOAUTH2\r\n.\r\n"), FAULT_NONE, "SASL XOAUTH2", true },
		{ SPAN_INIT("+OK\r\n..X\r\n.\r\n"), FAULT_NONE, ".X", false },
		{ SPAN_INIT("+ go on\r\n"), FAULT_POP_MALFORMED, "", false },
		{ SPAN_INIT("CAPA\r\n"), FAULT_POP_MALFORMED, "", false },
		{ SPAN_INIT("+OK\r\nTOP\r\n"), FAULT_POP_CLOSED, "TOP", false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = { CLIENT("CAPA"), { false, row[i].answer } };
		struct fault f = none();
		struct mailmsg_capa c;
		char text[64];
		struct buf shown = BUF(text);

		t_at("row %lu", (unsigned long)i);
		start(lines, 2, SIZE_MAX);
		EQ(pop3_capa(&pop, &c, &shown, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
		EQ(buf_span(&shown), span_z(row[i].shown));
		EQ(c.xoauth2, row[i].xoauth2);
	}
}

TEST(capa_that_never_ends)
{
	static struct script_line lines[POP3_CAPA_MAX + 4] = { CLIENT("CAPA"), PEER("+OK") };
	char text[2000];
	struct buf shown = BUF(text);
	struct fault f = none();
	struct mailmsg_capa c;

	for (size_t i = 2; i < COUNT(lines); i++)
		lines[i] = (struct script_line)PEER("X-MORE");
	start(lines, COUNT(lines), SIZE_MAX);
	OK(!pop3_capa(&pop, &c, &shown, &f));
	EQ(f.code, FAULT_POP_MALFORMED);
	lines[POP3_CAPA_MAX + 2] = (struct script_line)PEER("."); /* exactly as many as allowed */
	f = none();
	shown.n = 0;
	start(lines, COUNT(lines), SIZE_MAX);
	OK(pop3_capa(&pop, &c, &shown, &f));
}

TEST(reply_lines_have_a_limit)
{
	static unsigned char line[POP3_LINE_MAX + 1];
	struct script_line row = { false, { line, 0 } };

	memset(line, 'x', sizeof line);
	memcpy(line, "+OK ", 4);
	for (size_t n = POP3_LINE_MAX - 2; n <= POP3_LINE_MAX + 1; n++) {
		struct fault f = none();
		struct span text;

		t_at("%lu bytes", (unsigned long)n);
		memset(line + 4, 'x', sizeof line - 4);
		line[n - 1] = '\n';
		row.text.n = n;
		start(&row, 1, SIZE_MAX);
		EQ(pop3_greeting(&pop, &text, &f), n <= POP3_LINE_MAX);
		EQ(f.code, n <= POP3_LINE_MAX ? FAULT_NONE : FAULT_POP_LINE_TOO_LONG);
	}
}

TEST(the_auth_command_is_answered)
{
	static const struct {
		const char *answer;
		enum fault_code code;
	} row[] = {
		{ "+\r\n", FAULT_NONE },
		{ "+ \r\n", FAULT_NONE },
		{ "+ go ahead\r\n", FAULT_NONE },
		{ "-ERR Unsupported authentication mechanism.\r\n", FAULT_AUTH_REFUSED },
		{ "-ERR [AUTH] no\r\n", FAULT_AUTH_REFUSED },
		{ "-ERR Server Unavailable. 21\r\n", FAULT_POP_BUSY },
		{ "+OK already\r\n", FAULT_POP_MALFORMED },
		{ "334 \r\n", FAULT_POP_MALFORMED },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = { CLIENT("AUTH XOAUTH2"), { false, span_z(row[i].answer) } };
		struct fault f = none();

		t_at("row %lu", (unsigned long)i);
		start(lines, 2, SIZE_MAX);
		EQ(pop3_auth_begin(&pop, mechanism, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
	}
}

TEST(answers_to_a_login)
{
	static const struct {
		const char *answer, *more; /* more: after the empty line that answers a challenge */
		enum fault_code code;
		int64_t num;
		const char *evidence;
	} row[] = {
		{ "+OK User successfully authenticated.\r\n", NULL, FAULT_NONE, 0, "" },
		{ "-ERR Authentication failure: unknown user name or bad password.\r\n", NULL, FAULT_AUTH_REFUSED, 0,
		  "-ERR Authentication failure: unknown user name or bad password." },
		{ "-ERR [AUTH] Authentication failed.\r\n", NULL, FAULT_AUTH_REFUSED, 0,
		  "-ERR [AUTH] Authentication failed." },
		{ "-ERR User is authenticated but not connected.\r\n", NULL, FAULT_AUTH_NOT_CONNECTED, 0,
		  "-ERR User is authenticated but not connected." },
		{ "-ERR Protocol error. Connection is closed. 10\r\n", NULL, FAULT_AUTH_PROTOCOL, 0,
		  "-ERR Protocol error. Connection is closed. 10" },
		{ "-ERR Request is throttled. Suggested Backoff Time: 89117 milliseconds\r\n", NULL, FAULT_POP_BUSY, 90,
		  "-ERR Request is throttled. Suggested Backoff Time: 89117 milliseconds" },
		{ "-ERR [SYS/TEMP] Temporary authentication failure.\r\n", NULL, FAULT_POP_BUSY, 0,
		  "-ERR [SYS/TEMP] Temporary authentication failure." },
		{ "-ERR [LOGIN-DELAY] wait\r\n", NULL, FAULT_POP_BUSY, 0, "-ERR [LOGIN-DELAY] wait" },
		{ "-ERR [IN-USE] locked\r\n", NULL, FAULT_MAILBOX_LOCKED, 0, "-ERR [IN-USE] locked" },
		{ "OK\r\n", NULL, FAULT_POP_MALFORMED, 0, "OK" },
		{ "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n", "-ERR [AUTH] Authentication failed.\r\n", FAULT_AUTH_CHALLENGE, 0,
		  "{\"status\":\"401\"} / -ERR [AUTH] Authentication failed." },
		{ "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n", "+OK welcome\r\n", FAULT_AUTH_FALSE_OK, 0,
		  "{\"status\":\"401\"} / +OK welcome" },
		{ "+ no base64\r\n", "-ERR no\r\n", FAULT_AUTH_CHALLENGE, 0, "no base64 / -ERR no" },
		{ "+\r\n", "-ERR no\r\n", FAULT_AUTH_CHALLENGE, 0, " / -ERR no" },
		{ "+ x\r\n", "", FAULT_POP_CLOSED, 0, "" },
		{ "", NULL, FAULT_AUTH_PROTOCOL, 0, "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = {
			{ true, sasl() },
			{ false, span_z(row[i].answer) },
			CLIENT(""),
			{ false, span_z(row[i].more != NULL ? row[i].more : "") },
		};
		struct sasl_login login = the_login();
		struct fault f = none();
		struct span reply;
		char text[400];
		struct buf challenge = BUF(text);

		t_at("row %lu", (unsigned long)i);
		start(lines, row[i].more != NULL ? 4 : 2, SIZE_MAX);
		EQ(pop3_auth_send(&pop, &login, &reply, &challenge, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
		EQ(f.num, row[i].num);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
		EQ(script.wrong, SPAN(""));
	}
}

/* OAUTHBEARER: its name in the command, its frame, and the byte 1 as the answer to a challenge. */
TEST(the_other_mechanism)
{
	/* n,a=alice@rig.test,^Ahost=mail.rig.test^Aport=995^Aauth=Bearer tok.en^A^A */
	static const struct script_line lines[] = {
		CLIENT("CAPA"),
		CLIENT("AUTH OAUTHBEARER"),
		PEER("+OK"),
		PEER("SASL OAUTHBEARER"),
		PEER("."),
		PEER("+"),
		CLIENT("bixhPWFsaWNlQHJpZy50ZXN0LAFob3N0PW1haWwucmlnLnRlc3QBcG9ydD05OTUBYXV0aD1CZWFyZXIgdG9rLmVuAQE="),
		PEER("+ eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0="),
		CLIENT("AQ=="),
		PEER("-ERR [AUTH] no"),
	};
	struct sasl_login login;
	struct fault f = none();
	struct mailmsg_capa capa;
	struct span reply;
	char text[200], seen[200];
	struct buf challenge = BUF(text), shown = BUF(seen);

	mechanism = SASL_OAUTHBEARER;
	login = the_login();
	start(lines, COUNT(lines), SIZE_MAX);
	OK(pop3_capa_auth_send(&pop, mechanism, &f) && pop3_capa(&pop, &capa, &shown, &f));
	OK(capa.oauthbearer && !capa.xoauth2);
	OK(pop3_auth_begin(&pop, mechanism, &f));
	OK(!pop3_auth_send(&pop, &login, &reply, &challenge, &f));
	mechanism = SASL_XOAUTH2;
	EQ(f.code, FAULT_AUTH_CHALLENGE);
	EQ(fault_evidence(&f), SPAN("{\"status\":\"invalid_token\"} / -ERR [AUTH] no"));
	OK(script_done(&script));
}

TEST(a_login_in_one_line)
{
	struct buf b = BUF(wire);
	struct script_line lines[] = {
		{ true, script_sasl(&b, "AUTH XOAUTH2 ", "alice@rig.test", SPAN("tok.en")) },
		PEER("+OK in"),
	};
	struct sasl_login login = the_login();
	struct fault f = none();
	struct span reply;
	char text[64];
	struct buf challenge = BUF(text);

	login.one_line = true;
	start(lines, 2, SIZE_MAX);
	OK(pop3_auth_send(&pop, &login, &reply, &challenge, &f));
	EQ(reply, SPAN("+OK in"));
	OK(script_done(&script));
}

TEST(giving_up)
{
	static const struct {
		const char *answer;
		enum fault_code code;
	} row[] = {
		{ "-ERR Authentication aborted by client.\r\n", FAULT_NONE },
		{ "+OK\r\n", FAULT_POP_MALFORMED },
		{ "+ more\r\n", FAULT_POP_MALFORMED },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = { CLIENT("*"), { false, span_z(row[i].answer) } };
		struct fault f = none();

		start(lines, 2, SIZE_MAX);
		EQ(pop3_auth_cancel(&pop, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
	}
}

enum { STAT, UIDL, LIST, TOP, TOP_EMPTY, QUIT };

static bool ask(int what, struct fault *f)
{
	uint64_t a, b;
	int64_t received;
	char text[80];
	struct buf first = BUF(text);

	switch (what) {
	case STAT:
		return pop3_stat(&pop, &a, &b, f);
	case UIDL:
		return pop3_uidl(&pop, &a, &first, f);
	case LIST:
		return pop3_list(&pop, &a, &b, f);
	case TOP:
	case TOP_EMPTY:
		return pop3_top(&pop, what == TOP_EMPTY, &a, &received, f);
	default:
		return pop3_quit(&pop, f);
	}
}

TEST(mailbox_answers)
{
	static const char *const command[] = { "STAT\r\n",    "UIDL\r\n",    "LIST\r\n",
		                               "TOP 1 0\r\n", "TOP 1 0\r\n", "QUIT\r\n" };
	static const struct {
		int what;
		struct span answer;
		enum fault_code code;
	} row[] = {
		{ STAT, SPAN_INIT("+OK 0 0\r\n"), FAULT_NONE },
		{ STAT, SPAN_INIT("+OK none\r\n"), FAULT_POP_MALFORMED },
		{ STAT, SPAN_INIT("-ERR Command is not valid in this state.\r\n"), FAULT_MAILBOX_REFUSED },
		{ STAT, SPAN_INIT("-ERR User is authenticated but not connected.\r\n"), FAULT_AUTH_NOT_CONNECTED },
		{ STAT, SPAN_INIT("-ERR [IN-USE] Mailbox is locked\r\n"), FAULT_MAILBOX_LOCKED },
		{ STAT, SPAN_INIT("+ \r\n"), FAULT_POP_MALFORMED },
		{ UIDL, SPAN_INIT("+OK\r\n.\r\n"), FAULT_NONE },
		{ UIDL, SPAN_INIT("+OK\r\n1\r\n.\r\n"), FAULT_POP_MALFORMED },
		{ UIDL, SPAN_INIT("+OK\r\n1 a\r\n"), FAULT_POP_CLOSED },
		{ UIDL, SPAN_INIT("-ERR no\r\n"), FAULT_MAILBOX_REFUSED },
		{ LIST, SPAN_INIT("+OK\r\n.\r\n"), FAULT_NONE },
		{ LIST, SPAN_INIT("+OK\r\n1 x\r\n.\r\n"), FAULT_POP_MALFORMED },
		{ LIST, SPAN_INIT("+OK\r\n0 5\r\n.\r\n"), FAULT_POP_MALFORMED },
		{ TOP, SPAN_INIT("+OK\r\n.\r\n"), FAULT_NONE },
		{ TOP, SPAN_INIT("-ERR Message corrupted\r\n"), FAULT_MAILBOX_REFUSED },
		{ TOP_EMPTY, SPAN_INIT("-ERR no such message\r\n"), FAULT_NONE },
		{ TOP_EMPTY, SPAN_INIT("+OK\r\nFrom: x\r\n\r\n.\r\n"), FAULT_NONE },
		{ TOP, SPAN_INIT("hello\r\n"), FAULT_POP_MALFORMED },
		{ TOP, SPAN_INIT("+OK\r\nFrom: x\r\n"), FAULT_POP_CLOSED },
		{ QUIT, SPAN_INIT("+OK\r\n"), FAULT_NONE },
		{ QUIT, SPAN_INIT("-ERR some messages not deleted\r\n"), FAULT_POP_REFUSED },
		{ QUIT, SPAN_INIT(""), FAULT_POP_CLOSED },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = { { true, span_z(command[row[i].what]) }, { false, row[i].answer } };
		struct fault f = none();

		t_at("row %lu", (unsigned long)i);
		start(lines, 2, 3);
		EQ(ask(row[i].what, &f), row[i].code == FAULT_NONE);
		EQ(f.code, row[i].code);
	}
}

TEST(lines_of_a_message_may_be_long_those_of_a_listing_may_not)
{
	static unsigned char body[3 * POP3_LINE_MAX];
	struct script_line top[] = {
		CLIENT("TOP 1 0"),
		PEER("+OK"),
		{ false, { body, sizeof body } },
		PEER("."),
	};
	struct script_line list[] = {
		CLIENT("LIST"),
		PEER("+OK"),
		{ false, { body, sizeof body } },
		PEER("."),
	};
	struct fault f = none();

	/* Not even a dot where a piece of the long line begins ends the message. */
	for (size_t at = 0; at < sizeof body; at++)
		body[at] = '.';
	memcpy(body + sizeof body - 2, "\r\n", 2);
	for (size_t slice = POP3_LINE_MAX - 3; slice < POP3_LINE_MAX + 3; slice++) {
		start(top, COUNT(top), slice);
		OK(ask(TOP, &f));
		OK(script_done(&script));
	}
	start(list, COUNT(list), SIZE_MAX);
	OK(!ask(LIST, &f));
	EQ(f.code, FAULT_POP_LINE_TOO_LONG);
}

TEST(a_head_that_never_ends)
{
	static unsigned char body[3 * (POP3_TOP_MAX + 2)];
	struct script_line top[] = { CLIENT("TOP 1 0"), PEER("+OK"), { false, { body, sizeof body } } };
	struct fault f = none();

	for (size_t at = 0; at < sizeof body; at += 3)
		memcpy(body + at, "x\r\n", 3);
	start(top, COUNT(top), SIZE_MAX);
	OK(!ask(TOP, &f));
	EQ(f.code, FAULT_POP_MALFORMED);
}
