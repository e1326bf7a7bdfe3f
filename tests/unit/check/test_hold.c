/* check/hold: which refused report waits for which other mailbox, and what it is told. */
#include "t.h"

#include "check/hold.h"

static struct run run;
static struct run_request ask;

static struct run_job *job(unsigned i, const char *mailbox, enum verdict auth, enum fault_code code)
{
	struct run_job *j = &run.job[i];

	memset(j, 0, sizeof *j);
	j->state = RUN_ENDED;
	j->mailbox_n = (uint32_t)strlen(mailbox);
	memcpy(j->mailbox, mailbox, j->mailbox_n);
	j->report.row[STEP_AUTH].step = STEP_AUTH;
	j->report.row[STEP_AUTH].verdict = auth;
	j->report.row[STEP_AUTH].fault.code = code;
	if (run.slots <= i)
		run.slots = i + 1;
	return j;
}

static void fresh(unsigned jobs, size_t all, size_t started)
{
	memset(&run, 0, sizeof run);
	ask = (struct run_request){ .jobs = jobs, .mailboxes = { .all = all } };
	run.ask = &ask;
	run.started = started;
	run.token_known = true;
	run.token.good = 1;
}

TEST(who_waits)
{
	static const struct {
		unsigned jobs;
		size_t all, started;
		bool others, ended;
		enum verdict auth;
		enum fault_code code;
		bool waits;
	} row[] = {
		{ 1, 2, 1, false, false, VERDICT_FAIL, FAULT_AUTH_REFUSED, true },
		{ 1, 0, 1, false, false, VERDICT_FAIL, FAULT_AUTH_CHALLENGE, true }, /* who knows how many come */
		{ 1, 1, 1, false, false, VERDICT_FAIL, FAULT_AUTH_REFUSED, false },  /* there is no other */
		{ 1, 2, 2, false, false, VERDICT_FAIL, FAULT_AUTH_REFUSED, false },
		{ 1, 0, 2, false, true, VERDICT_FAIL, FAULT_AUTH_REFUSED, false },
		{ 2, 2, 2, true, true, VERDICT_FAIL, FAULT_AUTH_REFUSED, true },      /* another is under way */
		{ 16, 40, 16, true, false, VERDICT_FAIL, FAULT_AUTH_REFUSED, false }, /* no slot to spare */
		{ 16, 16, 16, true, false, VERDICT_FAIL, FAULT_AUTH_REFUSED, true },
		{ 1, 2, 1, false, false, VERDICT_PASS, FAULT_NONE, false },
		{ 1, 2, 1, false, false, VERDICT_FAIL, FAULT_MAILBOX_SHAPE, false },
		{ 1, 2, 1, false, false, VERDICT_FAIL, FAULT_DEADLINE, false },
		{ 1, 2, 1, false, false, VERDICT_SKIP, FAULT_NONE, false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		fresh(row[i].jobs, row[i].all, row[i].started);
		run.list_ended = row[i].ended;
		if (row[i].others)
			job(1, "b@x.example", VERDICT_NONE, FAULT_NONE);
		EQ(hold_waits(&run, job(0, "a@x.example", row[i].auth, row[i].code)), row[i].waits);
		EQ(run.job[0].state == RUN_PARKED, row[i].waits);
		EQ(hold_working(&run), (row[i].others ? 1u : 0u) + !row[i].waits);
		run.token.good = false;
		OK(!hold_waits(&run, &run.job[0]) && run.job[0].state == RUN_ENDED);
	}
}

/* The first login that passed is the proof, for all that come after it. */
TEST(what_they_are_told)
{
	struct run_job *refused, *good, *later;

	fresh(1, 3, 1);
	refused = job(0, "a@x.example", VERDICT_FAIL, FAULT_AUTH_REFUSED);
	OK(hold_waits(&run, refused));
	OK(hold_waits(&run, refused)); /* and on, until there is one */
	good = job(1, "b@x.example", VERDICT_PASS, FAULT_NONE);
	hold_take(&run, good);
	EQ(good->report.proved.n, 0u);
	OK(!hold_waits(&run, refused));
	hold_take(&run, refused);
	EQ(refused->report.proved, SPAN("b@x.example"));
	later = job(2, "c@x.example", VERDICT_PASS, FAULT_NONE);
	hold_take(&run, later);
	EQ(later->report.proved, SPAN("b@x.example"));
}

/* Parked reports never take the slots that probes need. */
TEST(slots_are_left)
{
	for (unsigned jobs = 1; jobs <= RUN_JOBS_MAX; jobs++) {
		unsigned n = 0;

		t_at("%u jobs", jobs);
		fresh(jobs, 1000, 0);
		while (n < RUN_JOBS_MAX && hold_waits(&run, job(n, "a@x.example", VERDICT_FAIL, FAULT_AUTH_REFUSED)))
			n++;
		EQ(n, (unsigned)RUN_JOBS_MAX - jobs);
		for (unsigned i = 0; i < n; i++)
			OK(hold_waits(&run, &run.job[i]));
	}
}
