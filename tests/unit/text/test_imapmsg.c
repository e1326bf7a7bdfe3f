/* text/imapmsg: every line a server may say, good, cut and hostile. */
#include "t.h"

#include "text/imapmsg.h"

TEST(read_rows)
{
	static const struct {
		struct span line;
		enum imapmsg_kind kind;
		enum imapmsg_status status;
		struct span words, code, text;
	} row[] = {
		{ SPAN_INIT("* OK ready"), IMAPMSG_UNTAGGED, IMAPMSG_OK, SPAN_INIT("OK ready"), SPAN_INIT(""),
		  SPAN_INIT("ready") },
		{ SPAN_INIT("* ok ready"), IMAPMSG_UNTAGGED, IMAPMSG_OK, SPAN_INIT("ok ready"), SPAN_INIT(""),
		  SPAN_INIT("ready") },
		{ SPAN_INIT("* OK [CAPABILITY IMAP4rev1] hi"), IMAPMSG_UNTAGGED, IMAPMSG_OK,
		  SPAN_INIT("OK [CAPABILITY IMAP4rev1] hi"), SPAN_INIT("CAPABILITY IMAP4rev1"), SPAN_INIT("hi") },
		{ SPAN_INIT("* PREAUTH hi"), IMAPMSG_UNTAGGED, IMAPMSG_PREAUTH, SPAN_INIT("PREAUTH hi"), SPAN_INIT(""),
		  SPAN_INIT("hi") },
		{ SPAN_INIT("* BYE Connection closed. 14"), IMAPMSG_UNTAGGED, IMAPMSG_BYE,
		  SPAN_INIT("BYE Connection closed. 14"), SPAN_INIT(""), SPAN_INIT("Connection closed. 14") },
		{ SPAN_INIT("* 23 EXISTS"), IMAPMSG_UNTAGGED, IMAPMSG_DATA, SPAN_INIT("23 EXISTS"), SPAN_INIT(""),
		  SPAN_INIT("23 EXISTS") },
		{ SPAN_INIT("o1 OK done"), IMAPMSG_TAGGED, IMAPMSG_OK, SPAN_INIT("OK done"), SPAN_INIT(""),
		  SPAN_INIT("done") },
		{ SPAN_INIT("o1 OK"), IMAPMSG_TAGGED, IMAPMSG_OK, SPAN_INIT("OK"), SPAN_INIT(""), SPAN_INIT("") },
		{ SPAN_INIT("o1 NO AUTHENTICATE failed."), IMAPMSG_TAGGED, IMAPMSG_NO,
		  SPAN_INIT("NO AUTHENTICATE failed."), SPAN_INIT(""), SPAN_INIT("AUTHENTICATE failed.") },
		{ SPAN_INIT("o1 NO [AUTHENTICATIONFAILED] no"), IMAPMSG_TAGGED, IMAPMSG_NO,
		  SPAN_INIT("NO [AUTHENTICATIONFAILED] no"), SPAN_INIT("AUTHENTICATIONFAILED"), SPAN_INIT("no") },
		{ SPAN_INIT("o1 NO []"), IMAPMSG_TAGGED, IMAPMSG_NO, SPAN_INIT("NO []"), SPAN_INIT(""), SPAN_INIT("") },
		{ SPAN_INIT("o1 NO [open"), IMAPMSG_TAGGED, IMAPMSG_NO, SPAN_INIT("NO [open"), SPAN_INIT(""),
		  SPAN_INIT("[open") },
		{ SPAN_INIT("o1 BAD Command Argument Error. 11"), IMAPMSG_TAGGED, IMAPMSG_BAD,
		  SPAN_INIT("BAD Command Argument Error. 11"), SPAN_INIT(""), SPAN_INIT("Command Argument Error. 11") },
		{ SPAN_INIT("+ eyJ9"), IMAPMSG_CONTINUE, IMAPMSG_DATA, SPAN_INIT("eyJ9"), SPAN_INIT(""),
		  SPAN_INIT("eyJ9") },
		{ SPAN_INIT("+ OK"), IMAPMSG_CONTINUE, IMAPMSG_DATA, SPAN_INIT("OK"), SPAN_INIT(""), SPAN_INIT("OK") },
		{ SPAN_INIT("+ "), IMAPMSG_CONTINUE, IMAPMSG_DATA, SPAN_INIT(""), SPAN_INIT(""), SPAN_INIT("") },
		{ SPAN_INIT("+"), IMAPMSG_CONTINUE, IMAPMSG_DATA, SPAN_INIT(""), SPAN_INIT(""), SPAN_INIT("") },
	/* what is none of these stays whole */
#define OTHER(line) { SPAN_INIT(line), IMAPMSG_OTHER, IMAPMSG_DATA, SPAN_INIT(line), SPAN_INIT(""), SPAN_INIT(line) }
		OTHER(""),
		OTHER("*"),
		OTHER("* "),
		OTHER("+OK ready"),
		OTHER("220 ready"),
		OTHER("o2 OK done"),
		OTHER("O1 OK done"),
		OTHER("o1"),
		OTHER("o1 "),
		OTHER("o1 BYE"),
		OTHER("o1 23 EXISTS"),
		OTHER("o1\tOK"),
		OTHER("o1 OKAY"),
		OTHER(" * OK"),
		OTHER("HTTP/1.1 400 Bad Request"),
		OTHER("o1OK"),
		OTHER("\0"),
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct imapmsg m;

		t_at("row %lu", (unsigned long)i);
		imapmsg_read(edge_span(row[i].line), SPAN("o1"), &m);
		EQ(m.kind, row[i].kind);
		EQ(m.status, row[i].status);
		EQ(m.words, row[i].words);
		EQ(m.code, row[i].code);
		EQ(m.text, row[i].text);
	}
}

TEST(without_a_tag_nothing_is_tagged)
{
	struct imapmsg m;

	imapmsg_read(SPAN(" OK done"), SPAN(""), &m);
	EQ(m.kind, IMAPMSG_OTHER);
	imapmsg_read(SPAN(""), SPAN(""), &m);
	EQ(m.kind, IMAPMSG_OTHER);
}

TEST(capability_rows)
{
	static const struct {
		struct span words;
		bool good, imap, xoauth2, ir, off;
	} row[] = {
		{ SPAN_INIT("CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS"), true, true, true,
		  true, false },
		{ SPAN_INIT("capability imap4rev2 auth=xoauth2 logindisabled"), true, true, true, false, true },
		{ SPAN_INIT("CAPABILITY IMAP4rev1  AUTH=XOAUTH2 "), true, true, true, false, false },
		{ SPAN_INIT("CAPABILITY IMAP4rev1 AUTH=XOAUTH AUTH=XOAUTH22 XAUTH=XOAUTH2"), true, true, false, false,
		  false },
		{ SPAN_INIT("CAPABILITY"), true, false, false, false, false },
		{ SPAN_INIT("CAPABILITYX AUTH=XOAUTH2"), false, false, false, false, false },
		{ SPAN_INIT("FLAGS (\\Seen)"), false, false, false, false, false },
		{ SPAN_INIT(""), false, false, false, false, false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct imapmsg_capability c = { .imap = false };

		t_at("row %lu", (unsigned long)i);
		EQ(imapmsg_capability(&c, edge_span(row[i].words)), row[i].good);
		EQ(c.imap, row[i].imap);
		EQ(c.xoauth2, row[i].xoauth2);
		EQ(c.sasl_ir, row[i].ir);
		EQ(c.login_disabled, row[i].off);
	}
}

TEST(the_other_mechanism_is_heard)
{
	struct imapmsg_capability c = { .imap = false };

	OK(imapmsg_capability(&c, SPAN("CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER")));
	OK(c.oauthbearer && !c.xoauth2 && !c.starttls);
	OK(imapmsg_capability(&c, SPAN("CAPABILITY IMAP4rev1 starttls LOGINDISABLED")));
	OK(c.starttls && c.login_disabled && !c.oauthbearer);
	OK(imapmsg_capability(&c, SPAN("CAPABILITY IMAP4rev1 AUTH=OAUTHBEARERS AUTH=XOAUTH2 OAUTHBEARER")));
	OK(!c.oauthbearer && c.xoauth2);
}

TEST(capability_that_is_none_changes_nothing)
{
	struct imapmsg_capability c = { true, true, true, true, true, true };

	OK(!imapmsg_capability(&c, SPAN("23 EXISTS")));
	OK(c.imap && c.xoauth2 && c.oauthbearer && c.sasl_ir && c.login_disabled);
}

TEST(exists_rows)
{
	static const struct {
		struct span words;
		bool good;
		uint64_t n;
	} row[] = {
		{ SPAN_INIT("23 EXISTS"), true, 23 },
		{ SPAN_INIT("0 exists"), true, 0 },
		{ SPAN_INIT("23 EXISTS "), true, 23 },
		{ SPAN_INIT("4294967295 EXISTS"), true, 4294967295 },
		{ SPAN_INIT("4294967296 EXISTS"), false, 0 },
		{ SPAN_INIT("23 RECENT"), false, 0 },
		{ SPAN_INIT("23"), false, 0 },
		{ SPAN_INIT("-1 EXISTS"), false, 0 },
		{ SPAN_INIT("EXISTS"), false, 0 },
		{ SPAN_INIT(""), false, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t n = 7;

		t_at("row %lu", (unsigned long)i);
		EQ(imapmsg_exists(edge_span(row[i].words), &n), row[i].good);
		EQ(n, row[i].good ? row[i].n : 7);
	}
}

TEST(literal_rows)
{
	static const struct {
		struct span line;
		bool is;
	} row[] = {
		{ SPAN_INIT("* X {3}"), true },   { SPAN_INIT("* X {3+}"), true }, { SPAN_INIT("{0}"), true },
		{ SPAN_INIT("* X {}"), false },   { SPAN_INIT("* X {+}"), false }, { SPAN_INIT("* X 3}"), false },
		{ SPAN_INIT("}"), false },        { SPAN_INIT("+}"), false },      { SPAN_INIT("* X {a}"), false },
		{ SPAN_INIT("* X {3} "), false }, { SPAN_INIT(""), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(imapmsg_literal(edge_span(row[i].line)), row[i].is);
	}
}

TEST(every_prefix_everywhere)
{
	static const struct span all[] = {
		SPAN_INIT("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready {12+}"),
		SPAN_INIT("o1 NO [X] y"),
		SPAN_INIT("+ eyJ9"),
		SPAN_INIT("CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR"),
		SPAN_INIT("23 EXISTS"),
	};

	for (size_t i = 0; i < COUNT(all); i++) {
		UPTO(n, all[i].n)
		{
			struct span line = edge_span(span_first(all[i], n));
			struct imapmsg_capability c;
			struct imapmsg m;
			uint64_t count;

			imapmsg_read(line, SPAN("o1"), &m);
			OK(m.words.n <= n && m.code.n <= n && m.text.n <= n);
			(void)imapmsg_capability(&c, line);
			(void)!imapmsg_exists(line, &count);
			(void)imapmsg_literal(line);
		}
	}
}
