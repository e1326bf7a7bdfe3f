#include "t.h"

#include "show/nagios.h"
#include "show_report.h"

static char bytes[NAGIOS_SIZE + 1];
static struct pseudonym pseudonym;

static struct span line(const struct nagios *n, enum nagios_state want)
{
	struct buf out = BUF(bytes);
	struct span s;
	size_t at;

	EQ(nagios_end(n, &out), want);
	OK(buf_ok(&out));
	OK(out.n <= NAGIOS_SIZE);
	s = buf_span(&out);
	OK(span_find_byte(s, '\n', &at));
	OK(n->all > 1 || at == s.n - 1);
	s = span_first(s, at + 1);
	OK(span_find_byte(s, '|', &at) && !span_find_byte(span_from(s, at + 1), '|', &at));
	return s;
}

static struct span one(enum nagios_state want)
{
	struct nagios n = { 0 };

	nagios_add(&n, &show_r);
	return line(&n, want);
}

TEST(nagios_good)
{
	show_good();
	EQ(one(NAGIOS_OK), SPAN("O2POP OK - mailbox mobi24@contoso.ch: 7 messages | "
	                        "time=0.412s;;;0 token_life=3598s "
	                        "cert_days=90 messages=7\n"));
}

TEST(nagios_failure)
{
	show_refused();
	EQ(one(NAGIOS_CRITICAL), SPAN("O2POP CRITICAL - mailbox mobi24@contoso.ch: auth: the mail "
	                              "server refused the login: -ERR Authentication "
	                              "failure: unknown user name or bad password. | "
	                              "time=0.412s;;;0 token_life=3598s cert_days=90\n"));
}

TEST(nagios_warning)
{
	show_good();
	show_r.row[STEP_IDP_TLS].verdict = VERDICT_WARN;
	EQ(one(NAGIOS_WARNING), SPAN("O2POP WARNING - mailbox mobi24@contoso.ch: 7 messages, "
	                             "idp-tls: TLS 1.2 ECDHE-RSA-AES256-GCM-SHA384, "
	                             "DigiCert Global Root G2, 182 days | time=0.412s;;;0 "
	                             "token_life=3598s cert_days=90 messages=7\n"));
}

TEST(nagios_states)
{
	static const struct {
		enum step step;
		enum fault_code code;
		enum nagios_state want;
	} row[] = {
		{ STEP_CREDENTIAL, FAULT_SETTING_MISSING, NAGIOS_UNKNOWN },
		{ STEP_CREDENTIAL, FAULT_SECRET_EXPIRED, NAGIOS_CRITICAL },
		{ STEP_IDP_DNS, FAULT_DNS_FAILED, NAGIOS_CRITICAL },
		{ STEP_POP_TCP, FAULT_DEADLINE, NAGIOS_CRITICAL },
		{ STEP_POP_TLS, FAULT_CERT_EXPIRED, NAGIOS_CRITICAL },
		{ STEP_TOKEN, FAULT_HTTP_BUSY, NAGIOS_WARNING },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, NAGIOS_CRITICAL },
		{ STEP_CLAIMS, FAULT_CLAIM_ROLE, NAGIOS_CRITICAL },
		{ STEP_CAPA, FAULT_POP_NO_XOAUTH2, NAGIOS_CRITICAL },
		{ STEP_MAILBOX, FAULT_MAILBOX_LOCKED, NAGIOS_CRITICAL },
		{ STEP_AUTH, FAULT_POP_BUSY, NAGIOS_WARNING },
		{ STEP_AUTH, FAULT_WORKER_DIED, NAGIOS_UNKNOWN },
		{ STEP_POP_TLS, FAULT_NO_RANDOM, NAGIOS_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		show_good();
		show_fail(row[i].step, row[i].code, 0, "words");
		(void)one(row[i].want);
	}
}

TEST(nagios_many)
{
	struct nagios n = { 0 };

	show_good();
	nagios_add(&n, &show_r);
	nagios_add(&n, &show_r);
	EQ(line(&n, NAGIOS_OK), SPAN("O2POP OK - 2 mailboxes, 14 messages | time=0.412s;;;0 "
	                             "token_life=3598s cert_days=90 "
	                             "messages=14 mailboxes=2 failed=0\n"));
	show_fail(STEP_AUTH, FAULT_POP_BUSY, 0, "-ERR busy");
	show_r.mailbox = SPAN("busy@contoso.ch");
	nagios_add(&n, &show_r);
	OK(span_starts(line(&n, NAGIOS_WARNING),
	               SPAN("O2POP WARNING - 3 mailboxes, mailbox busy@contoso.ch: auth: the mail "
	                    "server is busy: -ERR busy |")));
	show_refused();
	show_r.mailbox = SPAN("bad@contoso.ch");
	show_r.ms = 65432;
	nagios_add(&n, &show_r);
	show_fail(STEP_AUTH, FAULT_POP_BUSY, 0, "-ERR busy");
	nagios_add(&n, &show_r);
	OK(span_starts(line(&n, NAGIOS_CRITICAL),
	               SPAN("O2POP CRITICAL - 1 of 5 mailboxes failed, mailbox bad@contoso.ch: "
	                    "auth: the mail server refused")));
	OK(span_ends(line(&n, NAGIOS_CRITICAL), SPAN(" | time=65.432s;;;0 token_life=3598s cert_days=90 messages=21 "
	                                             "mailboxes=5 failed=1\n")));
}

/* Thresholds: the state, the sentence and the performance data, of each measure. */
TEST(nagios_limits)
{
	static const struct {
		const char *warning, *critical;
		enum nagios_state want;
		struct span begins, data;
	} row[] = {
		{ "cert_days=30:", "", NAGIOS_OK, SPAN_INIT("O2POP OK - mailbox"), SPAN_INIT("cert_days=90;30:; ") },
		{ "cert_days=91:", "cert_days=30:", NAGIOS_WARNING,
		  SPAN_INIT("O2POP WARNING - days until a server's certificate expires: 90 (warning at 91:), mailbox "),
		  SPAN_INIT("cert_days=90;91:;30: ") },
		{ "", " cert_days=91: , messages=6", NAGIOS_CRITICAL,
		  SPAN_INIT("O2POP CRITICAL - days until a server's certificate expires: 90 (critical at 91:), "
		            "messages: 7 (critical at 6), mailbox "),
		  SPAN_INIT("messages=7;;6\n") },
		{ "time=0.4", "time=0.413", NAGIOS_WARNING,
		  SPAN_INIT("O2POP WARNING - the check took 0.412s (warning at 0.4), "),
		  SPAN_INIT("time=0.412s;0.4;0.413;0 ") },
		{ "token_life=3600:", "", NAGIOS_WARNING, SPAN_INIT("O2POP WARNING - the token's life is 3598s (w"),
		  SPAN_INIT("token_life=3598s;3600:; ") },
		{ "credential_days=30:,oldest=86400", "", NAGIOS_WARNING,
		  SPAN_INIT(
			  "O2POP WARNING - days until the application's secret or certificate expires: 12 (warning at "
			  "30:), the age of the oldest message is 90000s (warning at 86400), mailbox "),
		  SPAN_INIT("credential_days=12;30:; oldest=90000s;86400; ") },
		{ "oldest=~:1", "messages=@100:200", NAGIOS_WARNING, SPAN_INIT("O2POP WARNING - the age"),
		  SPAN_INIT("messages=7;;@100:200\n") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct nagios_limits warning = { .given = 0 }, critical = { .given = 0 };
		struct nagios n = { .warning = &warning, .critical = &critical };
		struct fault f = { 0 };
		struct span s;
		size_t at;

		t_at("row %zu", i);
		show_good();
		show_r.started_unix = 1795466626;
		row_number(&show_r.row[STEP_CREDENTIAL], FACT_SECRET_DAYS, 12);
		row_number(&show_r.row[STEP_MAILBOX], FACT_OLDEST, 1795466626 - 90000);
		OK(nagios_limits_read(&warning, span_z(row[i].warning), &f));
		OK(nagios_limits_read(&critical, span_z(row[i].critical), &f));
		nagios_add(&n, &show_r);
		s = line(&n, row[i].want);
		OK(span_starts(s, row[i].begins));
		OK(span_find(s, row[i].data, &at));
	}
}

TEST(nagios_limits_refused)
{
	static const char *const bad[] = { "cert-days=30:",  "cert_days", "cert_days=x",
		                           "time=1,,time=2", "=1",        "time=2:1" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct nagios_limits l = { .given = 0 };
		struct fault f = { 0 };

		t_at("row %zu", i);
		OK(!nagios_limits_read(&l, span_z(bad[i]), &f));
		EQ(f.code, FAULT_USAGE);
	}
}

/* A threshold never makes a failure look better, and what is not known is beyond nothing. */
TEST(nagios_limits_of_a_failure)
{
	struct nagios_limits warning = { .given = 0 };
	struct nagios n = { .warning = &warning };
	struct fault f = { 0 };

	OK(nagios_limits_read(&warning, SPAN("messages=1:,time=0"), &f));
	show_refused();
	nagios_add(&n, &show_r);
	OK(span_starts(line(&n, NAGIOS_CRITICAL),
	               SPAN("O2POP CRITICAL - the check took 0.412s (warning at 0), mailbox ")));
}

/* The lines behind the first: one for each that failed, whole, and how many had no space. */
TEST(nagios_lines)
{
	static const size_t room[] = { 0, 200, 400 };

	for (size_t i = 0; i < COUNT(room); i++) {
		unsigned char lines[400];
		struct nagios n = { .lines = { edge(lines, room[i]), room[i], 0, false } };
		char out[4 * NAGIOS_SIZE], want[80];
		struct buf b = BUF(out);
		size_t at;

		t_at("row %zu", i);
		show_good();
		nagios_add(&n, &show_r);
		show_refused();
		nagios_add(&n, &show_r);
		nagios_add(&n, &show_r);
		EQ(n.unsaid, 2 - i);
		EQ(nagios_end(&n, &b), NAGIOS_CRITICAL);
		OK(span_find_byte(buf_span(&b), '\n', &at));
		EQ(span_starts(span_from(buf_span(&b), at + 1), SPAN("[CRITICAL] mailbox mobi24@contoso.ch: auth: ")),
		   i != 0);
		(void)snprintf(want, sizeof want, "and %zu more\n", 2 - i);
		EQ(span_ends(buf_span(&b), span_z(want)), i != 2);
	}
}

TEST(nagios_nothing_was_checked)
{
	struct nagios n = { 0 };

	EQ(line(&n, NAGIOS_UNKNOWN), SPAN("O2POP UNKNOWN - no mailbox was checked | time=0.000s;;;0\n"));
}

TEST(nagios_hostile)
{
	for (int v = VERDICT_PASS; v <= VERDICT_SKIP; v++) {
		for (int shared = 0; shared < 2; shared++) {
			struct nagios n = { .pseudonym = shared ? &pseudonym : NULL };
			struct buf out = BUF(bytes);
			struct span s;
			size_t at;

			t_at("verdict %d, shared %d", v, shared);
			show_hostile((enum verdict)v);
			pseudonym_init(&pseudonym);
			nagios_add(&n, &show_r);
			(void)nagios_end(&n, &out);
			OK(buf_ok(&out));
			s = buf_span(&out);
			for (size_t i = 0; i + 1 < s.n; i++)
				OK(s.p[i] >= 0x20 && s.p[i] != 0x7f);
			OK(span_find_byte(s, '|', &at) && span_starts(span_from(s, at), SPAN("| time=")));
		}
	}
}

TEST(nagios_fault_line)
{
	struct fault f = { 0 };

	(void)fault_set(&f, FAULT_SETTING_BAD, 0, SPAN("pop_port = 99999 | x\nsecond"));
	for (size_t cap = 0; cap < 200; cap++) {
		struct buf out = edge_buf(cap);
		struct span want = SPAN("O2POP UNKNOWN - a setting has an invalid value: "
		                        "pop_port = 99999 / x second\n");

		EQ(nagios_fault(&f, &out), NAGIOS_UNKNOWN);
		OK(buf_ok(&out) == (cap >= want.n));
		if (cap >= want.n)
			EQ(buf_span(&out), want);
	}
}

TEST(nagios_shared)
{
	struct nagios n = { .pseudonym = &pseudonym };

	show_refused();
	pseudonym_init(&pseudonym);
	nagios_add(&n, &show_r);
	OK(span_starts(line(&n, NAGIOS_CRITICAL), SPAN("O2POP CRITICAL - mailbox mailbox-1@domain-1.example: auth: ")));
}

TEST(nagios_every_capacity)
{
	struct nagios n = { 0 };
	size_t need;

	show_refused();
	nagios_add(&n, &show_r);
	need = line(&n, NAGIOS_CRITICAL).n;
	UPTO(cap, need + 1)
	{
		struct buf out = edge_buf(cap);

		(void)nagios_end(&n, &out);
		OK(buf_ok(&out) == (cap >= need));
	}
}
