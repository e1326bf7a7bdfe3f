/* text/smtpmsg: every line a server may say, good, cut and hostile. */
#include "t.h"

#include "text/smtpmsg.h"

TEST(read_rows)
{
	static const struct {
		struct span line;
		bool good;
		unsigned code;
		bool more;
		struct span text;
		const char *enhanced;
	} row[] = {
		{ SPAN_INIT("220 ready"), true, 220, false, SPAN_INIT("ready"), "" },
		{ SPAN_INIT("250-SIZE 157286400"), true, 250, true, SPAN_INIT("SIZE 157286400"), "" },
		{ SPAN_INIT("250"), true, 250, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("250-"), true, 250, true, SPAN_INIT(""), "" },
		{ SPAN_INIT("334 "), true, 334, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("235 2.7.0 Authentication successful"), true, 235, false,
		  SPAN_INIT("2.7.0 Authentication successful"), "2.7.0" },
		{ SPAN_INIT("535 5.7.139 Authentication unsuccessful"), true, 535, false,
		  SPAN_INIT("5.7.139 Authentication unsuccessful"), "5.7.139" },
		{ SPAN_INIT("535 5.7.3"), true, 535, false, SPAN_INIT("5.7.3"), "5.7.3" },
		{ SPAN_INIT("535-5.7.8 Username"), true, 535, true, SPAN_INIT("5.7.8 Username"), "5.7.8" },
		{ SPAN_INIT("599 5.7"), true, 599, false, SPAN_INIT("5.7"), "" },
		{ SPAN_INIT("550 5.7.3. x"), true, 550, false, SPAN_INIT("5.7.3. x"), "" },
		{ SPAN_INIT("550 5..3 x"), true, 550, false, SPAN_INIT("5..3 x"), "" },
		{ SPAN_INIT("550 3.7.3 x"), true, 550, false, SPAN_INIT("3.7.3 x"), "" },
		{ SPAN_INIT("550 5.7.1234 x"), true, 550, false, SPAN_INIT("5.7.1234 x"), "" },
		{ SPAN_INIT("550 5.7.3.4 x"), true, 550, false, SPAN_INIT("5.7.3.4 x"), "" },
		{ SPAN_INIT("550 5.7.-3 x"), true, 550, false, SPAN_INIT("5.7.-3 x"), "" },
		{ SPAN_INIT("199 x"), false, 0, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("600 x"), false, 0, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("2500 x"), false, 0, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("25 x"), false, 0, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("250x"), false, 0, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("+OK"), false, 0, false, SPAN_INIT(""), "" },
		{ SPAN_INIT("* OK"), false, 0, false, SPAN_INIT(""), "" },
		{ SPAN_INIT(""), false, 0, false, SPAN_INIT(""), "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct smtpmsg m = { 7, true, { NULL, 0 }, { NULL, 0 } };

		t_at("row %lu", (unsigned long)i);
		EQ(smtpmsg_read(edge_span(row[i].line), &m), row[i].good);
		EQ(m.code, row[i].good ? row[i].code : 7);
		if (!row[i].good)
			continue;
		EQ(m.more, row[i].more);
		EQ(m.text, row[i].text);
		EQ(m.enhanced, span_z(row[i].enhanced));
	}
}

TEST(ehlo_rows)
{
	static const struct {
		struct span text;
		bool starttls, auth, xoauth2, oauthbearer;
	} row[] = {
		{ SPAN_INIT("STARTTLS"), true, false, false, false },
		{ SPAN_INIT("starttls "), true, false, false, false },
		{ SPAN_INIT("STARTTLS x"), false, false, false, false },
		{ SPAN_INIT("STARTTLSX"), false, false, false, false },
		{ SPAN_INIT("AUTH LOGIN XOAUTH2"), false, true, true, false },
		{ SPAN_INIT("auth  xoauth2"), false, true, true, false },
		{ SPAN_INIT("AUTH=LOGIN XOAUTH2"), false, true, true, false },
		{ SPAN_INIT("AUTH=XOAUTH2"), false, true, true, false },
		{ SPAN_INIT("AUTH LOGIN PLAIN"), false, true, false, false },
		{ SPAN_INIT("AUTH XOAUTH2X XXOAUTH2"), false, true, false, false },
		{ SPAN_INIT("AUTH"), false, true, false, false },
		{ SPAN_INIT("AUTHX XOAUTH2"), false, false, false, false },
		{ SPAN_INIT("XOAUTH2"), false, false, false, false },
		{ SPAN_INIT(""), false, false, false, false },
		{ SPAN_INIT("AUTH XOAUTH2 OAUTHBEARER"), false, true, true, true },
		{ SPAN_INIT("AUTH=OAUTHBEARER PLAIN"), false, true, false, true },
		{ SPAN_INIT("AUTH oauthbearer"), false, true, false, true },
		{ SPAN_INIT("AUTH OAUTHBEARERS"), false, true, false, false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct smtpmsg_ehlo e = { .starttls = false };

		t_at("row %lu", (unsigned long)i);
		smtpmsg_ehlo(&e, edge_span(row[i].text));
		EQ(e.starttls, row[i].starttls);
		EQ(e.auth, row[i].auth);
		EQ(e.xoauth2, row[i].xoauth2);
		EQ(e.oauthbearer, row[i].oauthbearer);
	}
}

TEST(every_prefix_everywhere)
{
	static const struct span all[] = { SPAN_INIT("535-5.7.139 Authentication"),
		                           SPAN_INIT("250 AUTH=LOGIN XOAUTH2 STARTTLS") };

	for (size_t i = 0; i < COUNT(all); i++) {
		UPTO(n, all[i].n)
		{
			struct span line = edge_span(span_first(all[i], n));
			struct smtpmsg_ehlo e = { .starttls = false };
			struct smtpmsg m;

			if (smtpmsg_read(line, &m))
				OK(m.text.n <= n && m.enhanced.n <= m.text.n);
			smtpmsg_ehlo(&e, span_from(line, 4));
		}
	}
}
