#include "cli/retry.h"
#include "t.h"

static struct retry again;
static struct report report;

static int succeed(void *of)
{
	(void)of;
	return 0;
}

/* A try that meets the report, as cmd_check does. */
static int meet(void *of)
{
	(void)of;
	retry_report(&again, &report);
	return 8;
}

static int die(void *of)
{
	(void)of;
	raise(SIGKILL);
	return 0;
}

static void fail(enum step step, enum fault_code code, int64_t num)
{
	memset(&report, 0, sizeof report);
	report.row[step].verdict = VERDICT_FAIL;
	(void)fault_set(&report.row[step].fault, code, num, SPAN("x"));
}

TEST(retry_what_time_can_mend)
{
	static const struct {
		enum step step;
		enum fault_code code;
		int64_t num;
		bool mend;
	} rows[] = {
		{ STEP_AUTH, FAULT_AUTH_REFUSED, 0, true },
		{ STEP_AUTH, FAULT_AUTH_NOT_CONNECTED, 0, true },
		{ STEP_AUTH, FAULT_AUTH_PROTOCOL, 0, false },
		{ STEP_MAILBOX, FAULT_MAILBOX_REFUSED, 0, true },
		{ STEP_MAILBOX, FAULT_MAILBOX_LOCKED, 0, true },
		{ STEP_AUTH, FAULT_POP_BUSY, 30, true },
		{ STEP_TOKEN, FAULT_HTTP_BUSY, 0, true },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, 7000215, true },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, 700016, true },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, 70021, true },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, 700213, true },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, 7002138, true },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, 90002, false },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, 7000222, false },
		{ STEP_CLAIMS, FAULT_CLAIM_ROLE, 0, true },
		{ STEP_CLAIMS, FAULT_CLAIM_AUDIENCE, 0, false },
		{ STEP_POP_TLS, FAULT_CERT_EXPIRED, 0, false },
		{ STEP_POP_DNS, FAULT_DNS_NOT_FOUND, 0, false },
		{ STEP_CREDENTIAL, FAULT_SETTING_MISSING, 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", fault_id(rows[i].code));
		fail(rows[i].step, rows[i].code, rows[i].num);
		EQ(retry_mendable(rows[i].step, &report.row[rows[i].step].fault), rows[i].mend);
		retry_start(&again, 60000);
		retry_report(&again, &report);
		EQ(retry_wanted(&again), rows[i].mend);
	}
}

/* One mailbox that time cannot mend is enough to stop. */
TEST(retry_many_mailboxes)
{
	retry_start(&again, 60000);
	fail(STEP_AUTH, FAULT_AUTH_REFUSED, 0);
	retry_report(&again, &report);
	OK(retry_wanted(&again));
	memset(&report, 0, sizeof report);
	retry_report(&again, &report);
	OK(retry_wanted(&again));
	fail(STEP_AUTH, FAULT_AUTH_PROTOCOL, 0);
	retry_report(&again, &report);
	OK(!retry_wanted(&again));
}

TEST(retry_tries)
{
	struct fault f = { 0 };
	int status = -1;

	retry_start(&again, 200);
	OK(retry_try(&again, succeed, NULL, &status, &f));
	EQ(status, 0);
	OK(!again.wanted);
	fail(STEP_AUTH, FAULT_POP_BUSY, 7);
	OK(retry_try(&again, meet, NULL, &status, &f));
	EQ(status, 8);
	OK(again.wanted);
	EQ(again.asked_ms, 7000);
	/* The pause ends when the time does, and the next try is the last. */
	retry_sleep(&again);
	OK(clock_left(again.until) == 0);
	EQ(again.delay_ms, RETRY_FIRST_MS * 3 / 2);
	OK(retry_try(&again, meet, NULL, &status, &f));
	OK(!again.wanted);
	EQ(again.tries, 3);
	/* What a try learns stays in its process. */
	EQ(again.n, 0);
}

TEST(retry_a_try_that_dies)
{
	struct fault f = { 0 };
	int status;

	retry_start(&again, 60000);
	OK(!retry_try(&again, die, NULL, &status, &f));
	EQ(f.code, FAULT_WORKER_DIED);
	EQ(f.num, SIGKILL);
}
