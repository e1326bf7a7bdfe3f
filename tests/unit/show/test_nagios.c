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
	OK(span_find_byte(s, '\n', &at) && at == s.n - 1);
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
