#include "t.h"

#include "show/causes.h"

static struct explanation e;
static unsigned char bytes[64 * 1024];

static void one_cause(void)
{
	memset(&e, 0, offsetof(struct explanation, bytes));
	e.n = 1;
	e.cause[0] = (struct explain_cause){ "secret-wrong",          EXPLAIN_YOU,
		                             EXPLAIN_KNOWN,           SPAN("The secret is none of this application's."),
		                             SPAN("Make a new one."), SPAN("Check again.") };
}

static const char known[] = "AADSTS7000215\n"
			    "  The client secret is wrong.\n"
			    "\n"
			    "Cause    The secret is none of this application's.\n"
			    "Who      you\n"
			    "Fix      Make a new one.\n"
			    "Verify   Check again.\n"
			    "\n"
			    "Official https://login.microsoftonline.com/error?code=7000215\n";

TEST(causes_found_known)
{
	struct explain_found found = { .what = SPAN("AADSTS7000215"),
		                       .meaning = "The client secret is wrong.",
		                       .aadsts = 7000215 };

	one_cause();
	UPTO(cap, sizeof known)
	{
		struct buf out = edge_buf(cap);
		struct page p = { .out = &out };

		causes_found(&p, &found, &e, false);
		OK(buf_ok(&out) == (cap >= sizeof known - 1));
		if (buf_ok(&out))
			EQ(buf_span(&out), SPAN(known));
	}
}

TEST(causes_found_again)
{
	struct explain_found found = { .what = SPAN("535 5.7.3"), .meaning = "Exchange refused the SMTP login." };
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	one_cause();
	causes_found(&p, &found, &e, true);
	EQ(buf_span(&out), SPAN("535 5.7.3\n"
	                        "  Exchange refused the SMTP login.\n"
	                        "\n"
	                        "Cause    as above\n"));
}

TEST(causes_found_unknown_code)
{
	struct explain_found found = { .what = SPAN("AADSTS99"), .meaning = "", .aadsts = 99 };
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	memset(&e, 0, offsetof(struct explanation, bytes));
	causes_found(&p, &found, &e, false);
	EQ(buf_span(&out), SPAN("AADSTS99\n"
	                        "  This code is not known to o2pop; the page below is Microsoft's own text.\n"
	                        "\n"
	                        "Official https://login.microsoftonline.com/error?code=99\n"));
}

TEST(causes_own_words)
{
	static const char step[] = "auth\n"
				   "  A step of o2pop check. It proves:\n"
				   "  The mail server accepts this token for this mailbox.\n"
				   "  It needs: claims, capa\n"
				   "  When it fails, the exit status is 8 (a deadline: 3; throttled or busy: 10).\n";
	static const char status[] = "exit status 4\n"
				     "  Of o2pop check, token and probe: TLS.\n"
				     "  Steps that end with it: idp-tls, pop-tls\n";

	UPTO(cap, sizeof step)
	{
		struct buf out = edge_buf(cap);
		struct page p = { .out = &out };

		causes_step(&p, STEP_AUTH);
		OK(buf_ok(&out) == (cap >= sizeof step - 1));
		if (buf_ok(&out))
			EQ(buf_span(&out), SPAN(step));
	}
	UPTO(cap, sizeof status)
	{
		struct buf out = edge_buf(cap);
		struct page p = { .out = &out };

		causes_exit(&p, 4, SPAN("TLS"));
		OK(buf_ok(&out) == (cap >= sizeof status - 1));
		if (buf_ok(&out))
			EQ(buf_span(&out), SPAN(status));
	}
}

/* Every step has a sentence, and every status of a check names the steps that end with it. */
TEST(explained_every_step)
{
	for (int i = 0; i < STEP__COUNT; i++) {
		struct buf out = BUF(bytes);
		struct page p = { .out = &out };
		struct span rest;

		t_at("%s", step_table[i].id);
		causes_step(&p, (enum step)i);
		EQ(span_cut(buf_span(&out), '\n', &rest), span_z(step_table[i].id));
		span_cut(rest, '\n', &rest);
		OK(span_ends(span_cut(rest, '\n', &rest), SPAN(".")) || rest.n != 0);
		OK(buf_ok(&out));
	}
}

TEST(causes_cause_by_its_id)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };
	size_t at;

	OK(explain_cause(SPAN("secret-wrong"), &e));
	EQ(e.n, 1);
	causes_cause(&p, &e);
	OK(span_starts(buf_span(&out), SPAN("secret-wrong\n  A cause that")));
	OK(span_find(buf_span(&out), SPAN("\nWho      you\n"), &at));
	OK(!explain_cause(SPAN("secret"), &e));
	OK(!explain_cause(SPAN(""), &e));
	OK(!explain_cause(SPAN("secret-wrong "), &e));
}

TEST(causes_found_line)
{
	struct explain_found found = { .what = SPAN("-ERR\033[2J\nno"),
		                       .meaning = "The login was refused.",
		                       .aadsts = 0 };
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	memset(&e, 0, offsetof(struct explanation, bytes));
	causes_found(&p, &found, &e, false);
	EQ(buf_span(&out), SPAN("-ERR\\x1b[2J no\n  The login was refused.\n"));
}

TEST(causes_nothing_known)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };
	size_t at;

	causes_nothing(&p, NULL);
	OK(span_starts(buf_span(&out), SPAN("Nothing was found that explains a failure.")));
	OK(span_find(buf_span(&out), SPAN("error_description"), &at));
	OK(!span_find(buf_span(&out), SPAN(" \n"), &at));
}

/* Where a text comes from, what it names, and what was not understood of it. */
TEST(causes_of_a_reading)
{
	static const char text[] = "S: +OK Gpop ready\nC: AUTH XOAUTH2\nS: + "
				   "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\n\n"
				   "frobnicator failed\033[2J\n";
	static struct reading r;
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	reading_start(&r);
	reading_take(&r, SPAN(text), 0, sizeof text - 1);
	reading_end(&r);
	causes_reading(&p, &r);
	EQ(buf_span(&out), SPAN("Read as: Google, POP3, a login with a token\n"
	                        "  challenge: {\"status\":\"400\",\"schemes\":\"Bearer\"}\n\n"));
	out.n = 0;
	causes_lost(&p, &r);
	EQ(buf_span(&out), SPAN("\nNot understood\n  line 5: frobnicator failed\\x1b[2J\n"
	                        "  (3 of 4 lines were understood)\n"));
}

/* Counts beyond the arrays, as a broken caller might leave them. */
TEST(causes_causes_are_bounded)
{
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	one_cause();
	for (unsigned i = 1; i < EXPLAIN_CAUSES_MAX; i++)
		e.cause[i] = e.cause[0];
	for (unsigned i = 0; i < EXPLAIN_NOTS_MAX; i++)
		e.not_cause[i] = SPAN("the network");
	e.n = e.nots = 1000;
	causes_causes(&p, &e);
	OK(buf_ok(&out));
	OK(span_ends(buf_span(&out), SPAN("  - the network\n")));
}
