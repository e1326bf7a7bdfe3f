#include "cli/again.h"
#include "t.h"

static struct again again;
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
	again_report(&again, &report);
	return 8;
}

static int die(void *of)
{
	(void)of;
	raise(SIGKILL);
	return 0;
}

static void fail(enum rung rung, enum fault_code code, int64_t num)
{
	memset(&report, 0, sizeof report);
	report.row[rung].verdict = VERDICT_FAIL;
	(void)fault_set(&report.row[rung].fault, code, num, SPAN("x"));
}

TEST(again_what_time_can_mend)
{
	static const struct { enum rung rung; enum fault_code code; int64_t num; bool mend; } rows[] = {
		{ RUNG_AUTH, FAULT_AUTH_REFUSED, 0, true },
		{ RUNG_AUTH, FAULT_AUTH_NOT_CONNECTED, 0, true },
		{ RUNG_AUTH, FAULT_AUTH_PROTOCOL, 0, false },
		{ RUNG_MAILBOX, FAULT_MAILBOX_REFUSED, 0, true },
		{ RUNG_MAILBOX, FAULT_MAILBOX_LOCKED, 0, true },
		{ RUNG_AUTH, FAULT_POP_BUSY, 30, true },
		{ RUNG_TOKEN, FAULT_HTTP_BUSY, 0, true },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, 7000215, true },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, 700016, true },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, 70021, true },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, 700213, true },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, 7002138, true },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, 90002, false },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, 7000222, false },
		{ RUNG_CLAIMS, FAULT_CLAIM_ROLE, 0, true },
		{ RUNG_CLAIMS, FAULT_CLAIM_AUDIENCE, 0, false },
		{ RUNG_POP_TLS, FAULT_CERT_EXPIRED, 0, false },
		{ RUNG_POP_DNS, FAULT_DNS_NOT_FOUND, 0, false },
		{ RUNG_CREDENTIAL, FAULT_SETTING_MISSING, 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", fault_id(rows[i].code));
		fail(rows[i].rung, rows[i].code, rows[i].num);
		EQ(again_mendable(rows[i].rung, &report.row[rows[i].rung].fault), rows[i].mend);
		again_start(&again, 60000);
		again_report(&again, &report);
		EQ(again_wanted(&again), rows[i].mend);
	}
}

/* One mailbox that time cannot mend is enough to stop. */
TEST(again_many_mailboxes)
{
	again_start(&again, 60000);
	fail(RUNG_AUTH, FAULT_AUTH_REFUSED, 0);
	again_report(&again, &report);
	OK(again_wanted(&again));
	memset(&report, 0, sizeof report);
	again_report(&again, &report);
	OK(again_wanted(&again));
	fail(RUNG_AUTH, FAULT_AUTH_PROTOCOL, 0);
	again_report(&again, &report);
	OK(!again_wanted(&again));
}

TEST(again_tries)
{
	struct fault f = { 0 };
	int status = -1;

	again_start(&again, 200);
	OK(again_try(&again, succeed, NULL, &status, &f));
	EQ(status, 0);
	OK(!again.wanted);
	fail(RUNG_AUTH, FAULT_POP_BUSY, 7);
	OK(again_try(&again, meet, NULL, &status, &f));
	EQ(status, 8);
	OK(again.wanted);
	EQ(again.asked_ms, 7000);
	/* The pause ends when the time does, and the next try is the last. */
	again_sleep(&again);
	OK(clock_left(again.until) == 0);
	EQ(again.delay_ms, AGAIN_FIRST_MS * 3 / 2);
	OK(again_try(&again, meet, NULL, &status, &f));
	OK(!again.wanted);
	EQ(again.tries, 3);
	/* What a try learns stays in its process. */
	EQ(again.n, 0);
}

TEST(again_a_try_that_dies)
{
	struct fault f = { 0 };
	int status;

	again_start(&again, 60000);
	OK(!again_try(&again, die, NULL, &status, &f));
	EQ(f.code, FAULT_ROLE_DIED);
	EQ(f.num, SIGKILL);
}
