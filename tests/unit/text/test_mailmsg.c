/* text/mailmsg: every line a server may say, good, cut and hostile. */
#include "t.h"

#include "text/base64.h"
#include "text/mailmsg.h"

static void copy(struct buf *to, struct span s)
{
	buf_put(to, s);
	OK(buf_ok(to));
}

TEST(status_rows)
{
	static const struct {
		struct span line;
		enum mailmsg_status status;
		struct span rest;
	} row[] = {
		{ SPAN_INIT("+OK"), MAILMSG_OK, SPAN_INIT("") },
		{ SPAN_INIT("+OK "), MAILMSG_OK, SPAN_INIT("") },
		{ SPAN_INIT("+OK  two"), MAILMSG_OK, SPAN_INIT(" two") },
		{ SPAN_INIT("+ok ready"), MAILMSG_OK, SPAN_INIT("ready") },
		{ SPAN_INIT("+OK\tready"), MAILMSG_OK, SPAN_INIT("ready") },
		{ SPAN_INIT("+OKAY"), MAILMSG_OTHER, SPAN_INIT("+OKAY") },
		{ SPAN_INIT("+OK\0x"), MAILMSG_OTHER, SPAN_INIT("+OK\0x") },
		{ SPAN_INIT("-ERR"), MAILMSG_ERR, SPAN_INIT("") },
		{ SPAN_INIT("-err [AUTH] no"), MAILMSG_ERR, SPAN_INIT("[AUTH] no") },
		{ SPAN_INIT("-ERROR"), MAILMSG_OTHER, SPAN_INIT("-ERROR") },
		{ SPAN_INIT("+"), MAILMSG_CONTINUE, SPAN_INIT("") },
		{ SPAN_INIT("+ "), MAILMSG_CONTINUE, SPAN_INIT("") },
		{ SPAN_INIT("+ eyJ9"), MAILMSG_CONTINUE, SPAN_INIT("eyJ9") },
		{ SPAN_INIT("+x"), MAILMSG_OTHER, SPAN_INIT("+x") },
		{ SPAN_INIT("+O"), MAILMSG_OTHER, SPAN_INIT("+O") },
		{ SPAN_INIT(" +OK"), MAILMSG_OTHER, SPAN_INIT(" +OK") },
		{ SPAN_INIT("-"), MAILMSG_OTHER, SPAN_INIT("-") },
		{ SPAN_INIT("* OK"), MAILMSG_OTHER, SPAN_INIT("* OK") },
		{ SPAN_INIT(""), MAILMSG_OTHER, SPAN_INIT("") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span rest;

		t_at("row %lu", (unsigned long)i);
		EQ(mailmsg_status(edge_span(row[i].line), &rest), row[i].status);
		EQ(rest, row[i].rest);
	}
}

TEST(code_rows)
{
	static const struct {
		struct span rest;
		const char *code;
		struct span text;
	} row[] = {
		{ SPAN_INIT("[AUTH] Authentication failed."), "AUTH", SPAN_INIT("Authentication failed.") },
		{ SPAN_INIT("[SYS/TEMP] later"), "SYS/TEMP", SPAN_INIT("later") },
		{ SPAN_INIT("[IN-USE]"), "IN-USE", SPAN_INIT("") },
		{ SPAN_INIT("[AUTH]text"), "AUTH", SPAN_INIT("text") },
		{ SPAN_INIT("[AUTH]  two"), "AUTH", SPAN_INIT(" two") },
		{ SPAN_INIT("text [AUTH]"), "", SPAN_INIT("text [AUTH]") },
		{ SPAN_INIT("[]"), "", SPAN_INIT("[]") },
		{ SPAN_INIT("["), "", SPAN_INIT("[") },
		{ SPAN_INIT("[AUTH"), "", SPAN_INIT("[AUTH") },
		{ SPAN_INIT("[A B] x"), "", SPAN_INIT("[A B] x") },
		{ SPAN_INIT("[A\0] x"), "", SPAN_INIT("[A\0] x") },
		{ SPAN_INIT("[[A] x"), "", SPAN_INIT("[[A] x") },
		{ SPAN_INIT("[Error=\"AuthFailed:LogonDenied,User: x\" Proxy=y]"), "",
		  SPAN_INIT("[Error=\"AuthFailed:LogonDenied,User: x\" Proxy=y]") },
		{ SPAN_INIT(""), "", SPAN_INIT("") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span text;

		t_at("row %lu", (unsigned long)i);
		EQ(mailmsg_code(edge_span(row[i].rest), &text), span_z(row[i].code));
		EQ(text, row[i].text);
	}
}

TEST(end_rows)
{
	static const struct {
		struct span line;
		bool end;
		struct span content;
	} row[] = {
		{ SPAN_INIT("."), true, SPAN_INIT("") },      { SPAN_INIT(".."), false, SPAN_INIT(".") },
		{ SPAN_INIT("..x"), false, SPAN_INIT(".x") }, { SPAN_INIT(".x"), false, SPAN_INIT("x") },
		{ SPAN_INIT(". "), false, SPAN_INIT(" ") },   { SPAN_INIT(".\0"), false, SPAN_INIT("\0") },
		{ SPAN_INIT("x."), false, SPAN_INIT("x.") },  { SPAN_INIT(""), false, SPAN_INIT("") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span content;

		t_at("row %lu", (unsigned long)i);
		EQ(mailmsg_is_end(edge_span(row[i].line), &content), row[i].end);
		EQ(content, row[i].content);
	}
}

TEST(stat_and_list_rows)
{
	static const struct {
		struct span text;
		bool stat, list;
		uint64_t a, b;
	} row[] = {
		{ SPAN_INIT("25 10485760"), true, true, 25, 10485760 },
		{ SPAN_INIT("25 10485760 more text"), true, true, 25, 10485760 },
		{ SPAN_INIT("0 0"), true, false, 0, 0 },
		{ SPAN_INIT("1  2"), true, true, 1, 2 },
		{ SPAN_INIT("9223372036854775807 9223372036854775807"), true, true, INT64_MAX, INT64_MAX },
		{ SPAN_INIT("9223372036854775808 1"), false, false, 0, 0 },
		{ SPAN_INIT("1 9223372036854775808"), false, false, 0, 0 },
		{ SPAN_INIT("25"), false, false, 0, 0 },
		{ SPAN_INIT("25 "), false, false, 0, 0 },
		{ SPAN_INIT("25 x"), false, false, 0, 0 },
		{ SPAN_INIT("25 1\0"), false, false, 0, 0 },
		{ SPAN_INIT("-1 5"), false, false, 0, 0 },
		{ SPAN_INIT("+1 5"), false, false, 0, 0 },
		{ SPAN_INIT("x y"), false, false, 0, 0 },
		{ SPAN_INIT(""), false, false, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t a = 7, b = 8;

		t_at("row %lu", (unsigned long)i);
		EQ(mailmsg_list(edge_span(row[i].text), &a, &b), row[i].list);
		EQ(a, row[i].list ? row[i].a : 7);
		EQ(b, row[i].list ? row[i].b : 8);
		a = 7;
		b = 8;
		EQ(mailmsg_stat(edge_span(row[i].text), &a, &b), row[i].stat);
		EQ(a, row[i].stat ? row[i].a : 7);
		EQ(b, row[i].stat ? row[i].b : 8);
	}
}

TEST(uidl_rows)
{
#define TEN "0123456789"
	static const struct {
		struct span line;
		uint64_t number;
		const char *id;
	} row[] = {
		{ SPAN_INIT("1 6499"), 1, "6499" },
		{ SPAN_INIT("3 !~"), 3, "!~" },
		{ SPAN_INIT("12  aBc:+/="), 12, "aBc:+/=" },
		{ SPAN_INIT("1 " TEN TEN TEN TEN TEN TEN TEN), 1, TEN TEN TEN TEN TEN TEN TEN },
		{ SPAN_INIT("1 " TEN TEN TEN TEN TEN TEN TEN "x"), 0, NULL },
		{ SPAN_INIT("0 x"), 0, NULL },
		{ SPAN_INIT("1"), 0, NULL },
		{ SPAN_INIT("1 "), 0, NULL },
		{ SPAN_INIT("x 1"), 0, NULL },
		{ SPAN_INIT("1 a b"), 0, NULL },
		{ SPAN_INIT("1 a\x7f"), 0, NULL },
		{ SPAN_INIT("1 a\0"), 0, NULL },
		{ SPAN_INIT("1 \xc3\xa4"), 0, NULL },
		{ SPAN_INIT(""), 0, NULL },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span id = SPAN("untouched");
		uint64_t number = 99;

		t_at("row %lu", (unsigned long)i);
		EQ(mailmsg_uidl(edge_span(row[i].line), &number, &id), row[i].id != NULL);
		EQ(number, row[i].id != NULL ? row[i].number : 99);
		EQ(id, row[i].id != NULL ? span_z(row[i].id) : SPAN("untouched"));
	}
}

TEST(capa_exchange)
{
	static const struct span lines[] = {
		SPAN_INIT("TOP"),
		SPAN_INIT("UIDL"),
		SPAN_INIT("SASL PLAIN XOAUTH2"),
		SPAN_INIT("USER"),
	};
	struct mailmsg_capa c = { false };

	for (size_t i = 0; i < COUNT(lines); i++)
		mailmsg_capa(&c, edge_span(lines[i]));
	OK(c.top && c.uidl && c.user && c.plain && c.xoauth2);
	OK(!c.oauthbearer && !c.stls && !c.pipelining && !c.resp_codes);
}

TEST(capa_rows)
{
	static const struct {
		struct span line;
		bool xoauth2, other;
	} row[] = {
		{ SPAN_INIT("SASL XOAUTH2"), true, false },
		{ SPAN_INIT("sasl\txoauth2"), true, false },
		{ SPAN_INIT("SASL  PLAIN  XOAUTH2 \r"), true, true },
		{ SPAN_INIT("SASL XOAUTH2 OAUTHBEARER"), true, true },
		{ SPAN_INIT("SASL XOAUTH2X"), false, false },
		{ SPAN_INIT("SASL XOAUTH"), false, false },
		{ SPAN_INIT("SASL XOAUTH2\0"), false, false },
		{ SPAN_INIT("SASL"), false, false },
		{ SPAN_INIT("SASLXOAUTH2"), false, false },
		{ SPAN_INIT("XOAUTH2"), false, false },
		{ SPAN_INIT("TOP XOAUTH2"), false, true },
		{ SPAN_INIT("stls"), false, true },
		{ SPAN_INIT("PIPELINING"), false, true },
		{ SPAN_INIT("RESP-CODES"), false, true },
		{ SPAN_INIT("IMPLEMENTATION XOAUTH2"), false, false },
		{ SPAN_INIT(""), false, false },
		{ SPAN_INIT(" "), false, false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct mailmsg_capa c = { false };

		t_at("row %lu", (unsigned long)i);
		mailmsg_capa(&c, edge_span(row[i].line));
		EQ(c.xoauth2, row[i].xoauth2);
		EQ(c.oauthbearer || c.plain || c.top || c.uidl || c.user || c.stls || c.pipelining || c.resp_codes,
		   row[i].other);
	}
}

TEST(service_rows)
{
	static const struct {
		struct span first;
		enum mailmsg_service service;
	} row[] = {
		{ SPAN_INIT("+OK The Microsoft Exchange POP3 service is ready."), MAILMSG_POP3 },
		{ SPAN_INIT("+OK"), MAILMSG_POP3 },
		{ SPAN_INIT("-ERR Connection is closed. 10"), MAILMSG_POP3 },
		{ SPAN_INIT("* OK Microsoft Exchange IMAP4 service ready."), MAILMSG_IMAP },
		{ SPAN_INIT("* OK "), MAILMSG_IMAP },
		{ SPAN_INIT("* BYE"), MAILMSG_IMAP },
		{ SPAN_INIT("* PREAUTH x"), MAILMSG_IMAP },
		{ SPAN_INIT("220 x ESMTP"), MAILMSG_SMTP },
		{ SPAN_INIT("220-x"), MAILMSG_SMTP },
		{ SPAN_INIT("554 no"), MAILMSG_SMTP },
		{ SPAN_INIT("421 later"), MAILMSG_SMTP },
		{ SPAN_INIT("HTTP/1.1 400 Bad Request"), MAILMSG_HTTP },
		{ SPAN_INIT("HTTP/"), MAILMSG_HTTP },
		{ SPAN_INIT("SSH-2.0-x"), MAILMSG_SSH },
		{ SPAN_INIT("\x15\x03\x01\x00\x02\x02\x28"), MAILMSG_TLS },
		{ SPAN_INIT("\x16\x03\x03"), MAILMSG_TLS },
		{ SPAN_INIT("\x16\x03\x05"), MAILMSG_UNKNOWN },
		{ SPAN_INIT("\x16\x02\x00"), MAILMSG_UNKNOWN },
		{ SPAN_INIT("\x18\x03\x01"), MAILMSG_UNKNOWN },
		{ SPAN_INIT("\x15\x03"), MAILMSG_UNKNOWN },
		{ SPAN_INIT("2200"), MAILMSG_UNKNOWN },
		{ SPAN_INIT("+"), MAILMSG_UNKNOWN },
		{ SPAN_INIT("\0+OK"), MAILMSG_UNKNOWN },
		{ SPAN_INIT(""), MAILMSG_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(mailmsg_service(edge_span(row[i].first)), row[i].service);
	}
}

/* "before [base64 of UTF-16LE of name] after" */
static void greeting(struct buf *out, const char *before, struct span name, const char *after)
{
	unsigned char wide[2 * 300], text[BASE64_SIZE(sizeof wide)];
	struct buf w = BUF(wide), b = BUF(text);

	for (size_t i = 0; i < name.n; i++) {
		buf_byte(&w, name.p[i]);
		buf_byte(&w, 0);
	}
	base64_put(&b, buf_span(&w));
	buf_z(out, before);
	copy(out, buf_span(&b));
	buf_z(out, after);
	OK(buf_ok(out));
}

#define GREETING_OLD "+OK The Microsoft Exchange POP3 service is ready. ["
#define GREETING_NEW "+OK Microsoft Exchange POP3 server ready (tcpproxy/15.20.9137.005). ["

TEST(exchange_host_rows)
{
	static const struct {
		const char *before;
		struct span name;
		const char *after;
		bool good;
	} row[] = {
		{ GREETING_OLD, SPAN_INIT("PA7P264CA0137.FRAP264.PROD.OUTLOOK.COM"), "]", true },
		{ GREETING_NEW, SPAN_INIT("KI2PR01CA0042.apcprd01.prod.exchangelabs.com"), "]", true },
		{ GREETING_NEW, SPAN_INIT("SC1PR80CA0105.lamprd80.prod.outlook.com"), "] \r\n", true },
		{ "[", SPAN_INIT("a"), "]", true },
		{ "x [y] [", SPAN_INIT("a-b_c.d"), "]", true },
		{ GREETING_OLD, SPAN_INIT("host"), "] more", false },
		{ GREETING_OLD, SPAN_INIT("host"), "", false },
		{ GREETING_OLD, SPAN_INIT("host"), "=]", false },
		{ GREETING_OLD, SPAN_INIT("a host"), "]", false },
		{ GREETING_OLD, SPAN_INIT("a\0host"), "]", false },
		{ GREETING_OLD, SPAN_INIT("a\nb"), "]", false },
		{ GREETING_OLD, SPAN_INIT(""), "]", false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		unsigned char line[1000];
		struct buf in = BUF(line);

		greeting(&in, row[i].before, row[i].name, row[i].after);
		UPTO(cap, row[i].name.n + 1)
		{
			struct buf out = edge_buf(cap);

			t_at("row %lu cap %lu", (unsigned long)i, (unsigned long)cap);
			EQ(mailmsg_exchange_host(edge_span(buf_span(&in)), &out), row[i].good);
			EQ(buf_ok(&out), !row[i].good || cap >= row[i].name.n);
			EQ(out.n, row[i].good && cap >= row[i].name.n ? row[i].name.n : 0);
			if (out.n != 0)
				EQ(buf_span(&out), row[i].name);
		}
	}
}

/* A known string, so that the encoder above and the decoder cannot be wrong together. */
TEST(exchange_host_vector)
{
	unsigned char name[10];
	struct buf out = BUF(name);

	OK(mailmsg_exchange_host(SPAN("+OK x [UABPAFAAMwA=]"), &out));
	EQ(buf_span(&out), SPAN("POP3"));
}

TEST(exchange_host_hostile)
{
	static const struct span row[] = {
		SPAN_INIT(""),
		SPAN_INIT("]"),
		SPAN_INIT("["),
		SPAN_INIT("[]"),
		SPAN_INIT("]["),
		SPAN_INIT("x]"),
		SPAN_INIT("+OK [YQ==]"), /* one byte, half a character */
		SPAN_INIT("+OK [YWI=]"), /* U+6261: not ASCII */
		SPAN_INIT("+OK <1896.697170952@dbc.mtview.ca.us>"),
		SPAN_INIT("+OK Dovecot ready. [AUTH]"),
	};
	unsigned char longest[300], line[1000], name[300];
	struct buf in = BUF(line), out = BUF(name);

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		OK(!mailmsg_exchange_host(edge_span(row[i]), &out));
		EQ(out.n, 0u);
	}
	t_at("long names");
	memset(longest, 'a', sizeof longest);
	greeting(&in, "[", (struct span){ longest, 255 }, "]");
	OK(mailmsg_exchange_host(buf_span(&in), &out));
	EQ(out.n, 255u);
	in.n = out.n = 0;
	greeting(&in, "[", (struct span){ longest, 256 }, "]");
	OK(!mailmsg_exchange_host(buf_span(&in), &out));
	EQ(out.n, 0u);
	OK(buf_ok(&out));
}

TEST(backoff_rows)
{
	static const struct {
		struct span text;
		bool good;
		uint64_t ms;
	} row[] = {
		{ SPAN_INIT("Request is throttled. Suggested Backoff Time: 89117 milliseconds"), true, 89117 },
		{ SPAN_INIT("-ERR request is THROTTLED. suggested backoff time:5 Milliseconds."), true, 5 },
		{ SPAN_INIT("Suggested Backoff Time: 0 milliseconds"), true, 0 },
		{ SPAN_INIT("Suggested Backoff Time: 1 millisecond"), true, 1 },
		{ SPAN_INIT("Suggested Backoff Time: 9223372036854775807 milliseconds"), true, INT64_MAX },
		{ SPAN_INIT("Suggested Backoff Time: 9223372036854775808 milliseconds"), true, INT64_MAX },
		{ SPAN_INIT("Suggested Backoff Time: 99999999999999999999999 milliseconds"), true, INT64_MAX },
		{ SPAN_INIT("Suggested Backoff Time: -5 milliseconds"), false, 0 },
		{ SPAN_INIT("Suggested Backoff Time: 5 seconds"), false, 0 },
		{ SPAN_INIT("Suggested Backoff Time: 5"), false, 0 },
		{ SPAN_INIT("Suggested Backoff Time: 5\0 milliseconds"), false, 0 },
		{ SPAN_INIT("Suggested Backoff Time:"), false, 0 },
		{ SPAN_INIT("Request is throttled."), false, 0 },
		{ SPAN_INIT(""), false, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t ms = 77;

		t_at("row %lu", (unsigned long)i);
		EQ(mailmsg_backoff(edge_span(row[i].text), &ms), row[i].good);
		EQ(ms, row[i].good ? row[i].ms : 77);
	}
}

/* Every prefix of a line goes through every reader: nothing is read beyond the end. */
TEST(every_prefix_everywhere)
{
	static const struct span lines[] = {
		SPAN_INIT("+OK [SYS/TEMP] Request is throttled. "
		          "Suggested Backoff Time: 89117 milliseconds [UABPAFAAMwA=]"),
		SPAN_INIT("SASL PLAIN XOAUTH2 OAUTHBEARER"),
		SPAN_INIT("..12 345 678"),
		SPAN_INIT("12 0123456789"),
	};

	for (size_t i = 0; i < COUNT(lines); i++) {
		UPTO(n, lines[i].n)
		{
			struct span s = edge_span(span_first(lines[i], n)), part;
			struct mailmsg_capa c = { false };
			unsigned char name[20];
			struct buf out = BUF(name);
			uint64_t a = 0, b = 0;
			size_t sum = 0;

			t_at("line %lu first %lu", (unsigned long)i, (unsigned long)n);
			sum += mailmsg_status(s, &part) + mailmsg_is_end(s, &part) + mailmsg_code(s, &part).n;
			sum += mailmsg_stat(s, &a, &b) + mailmsg_list(s, &a, &b) + mailmsg_uidl(s, &a, &part);
			sum += mailmsg_service(s) + mailmsg_exchange_host(s, &out) + mailmsg_backoff(s, &a);
			mailmsg_capa(&c, s);
			OK(sum <= 1000);
		}
	}
}
