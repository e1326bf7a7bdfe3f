/* check/worker: how a step is taken and told, and what is read from a pipe. */
#include "worker_pipe.h"

static struct worker worker;

static bool passes(void *self, struct row *row, struct fault *f)
{
	(void)f;
	++*(int *)self;
	row_fact(row, FACT_NOTE, SPAN("good"));
	return true;
}

static bool warns(void *self, struct row *row, struct fault *f)
{
	(void)f;
	++*(int *)self;
	row->verdict = VERDICT_WARN;
	return true;
}

static bool fails(void *self, struct row *row, struct fault *f)
{
	(void)row;
	++*(int *)self;
	return fault_set(f, FAULT_TCP_REFUSED, 111, SPAN("ECONNREFUSED"));
}

TEST(what_passes_is_told)
{
	struct worker_pipe p = worker_pipe_start(&worker);
	struct worker_begin begin;
	struct worker_done done;
	struct row row;
	int calls = 0;

	OK(worker_step(&worker, STEP_POP_DNS, passes, &calls));
	OK(worker_passed(&worker, STEP_POP_DNS));
	OK(worker_pipe_next(&p, WORKER_BEGIN, &begin));
	EQ(begin.step, STEP_POP_DNS);
	OK(worker_pipe_next(&p, WORKER_ROW, &row));
	EQ(row.step, STEP_POP_DNS);
	EQ(row.verdict, VERDICT_PASS);
	EQ(row_get(&row, FACT_NOTE), SPAN("good"));
	OK(row_valid(&row));
	worker_done(&worker);
	OK(worker_pipe_next(&p, WORKER_DONE, &done));
	EQ(calls, 1);
	worker_pipe_end(&p);
}

TEST(a_warning_is_passed)
{
	struct worker_pipe p = worker_pipe_start(&worker);
	struct worker_begin begin;
	struct row row;
	int calls = 0;

	OK(worker_step(&worker, STEP_POP_DNS, warns, &calls));
	OK(worker_step(&worker, STEP_POP_TCP, passes, &calls));
	OK(worker_pipe_next(&p, WORKER_BEGIN, &begin) && worker_pipe_next(&p, WORKER_ROW, &row));
	EQ(row.verdict, VERDICT_WARN);
	worker_pipe_end(&p);
}

TEST(a_failure_skips_what_needs_it)
{
	struct worker_pipe p = worker_pipe_start(&worker);
	struct worker_begin begin;
	struct row row;
	int calls = 0;

	worker_assume(&worker, STEP_MAIL_PROXY);
	OK(worker_step(&worker, STEP_POP_DNS, passes, &calls));
	OK(!worker_step(&worker, STEP_POP_TCP, fails, &calls));
	OK(!worker_step(&worker, STEP_POP_TLS, passes, &calls));
	OK(!worker_step(&worker, STEP_GREETING, passes, &calls));
	EQ(calls, 2);
	EQ(worker.last, FAULT_TCP_REFUSED);
	EQ(worker.last_step, STEP_POP_TCP);
	OK(worker_pipe_next(&p, WORKER_BEGIN, &begin) && worker_pipe_next(&p, WORKER_ROW, &row));
	OK(worker_pipe_next(&p, WORKER_BEGIN, &begin) && worker_pipe_next(&p, WORKER_ROW, &row));
	EQ(row.verdict, VERDICT_FAIL);
	EQ(row.fault.code, FAULT_TCP_REFUSED);
	for (int step = STEP_POP_TLS; step <= STEP_GREETING; step++) {
		OK(worker_pipe_next(&p, WORKER_ROW, &row)); /* nothing is begun */
		EQ(row.step, (enum step)step);
		EQ(row.verdict, VERDICT_SKIP);
		EQ(row.because, STEP_POP_TCP); /* the root, not the step before */
	}
	worker_pipe_end(&p);
}

TEST(a_step_that_was_never_tried_blocks_too)
{
	struct worker_pipe p = worker_pipe_start(&worker);
	struct row row;
	int calls = 0;

	OK(!worker_step(&worker, STEP_AUTH, passes, &calls));
	OK(worker_pipe_next(&p, WORKER_ROW, &row));
	EQ(row.verdict, VERDICT_SKIP);
	EQ(row.because, STEP_CLAIMS); /* the first of its needs in the order of the steps */
	worker_assume(&worker, STEP_CLAIMS);
	worker_blame(&worker, STEP_CAPA, STEP_POP_TLS);
	OK(!worker_step(&worker, STEP_AUTH, passes, &calls));
	OK(worker_pipe_next(&p, WORKER_ROW, &row));
	EQ(row.because, STEP_POP_TLS);
	worker_assume(&worker, STEP_CAPA);
	OK(worker_step(&worker, STEP_AUTH, passes, &calls));
	EQ(calls, 1);
	worker_pipe_end(&p);
}

TEST(nothing_behind_the_end)
{
	struct worker_pipe p = worker_pipe_start(&worker);
	struct worker_begin begin;
	struct row row;
	int calls = 0;

	worker.stop_after = STEP_POP_DNS;
	OK(worker_step(&worker, STEP_POP_DNS, passes, &calls));
	OK(!worker_step(&worker, STEP_POP_TCP, passes, &calls));
	worker_skip(&worker, STEP_POP_TLS, STEP_POP_DNS);
	EQ(calls, 1);
	OK(worker_pipe_next(&p, WORKER_BEGIN, &begin) && worker_pipe_next(&p, WORKER_ROW, &row));
	OK(!worker_pipe_next(&p, WORKER_ROW, &row));
	worker_pipe_end(&p);
}

TEST(every_kind_has_a_size)
{
	for (int k = 0; k < WORKER_MESSAGE__COUNT; k++)
		OK(worker_size((enum worker_message)k) != 0);
	EQ(worker_size(WORKER_MESSAGE__COUNT), 0u);
	EQ(worker_size(WORKER_ROW), sizeof(struct row));
	EQ(worker_size(WORKER_TOKEN), sizeof(struct worker_token));
}

TEST(reading_a_pipe)
{
	char got[8];
	int ends[2];

	OK(pipe(ends) == 0);
	OK(write(ends[1], "abc", 3) == 3);
	OK(worker_read(ends[0], got, 3, clock_deadline(1000)));
	OK(memcmp(got, "abc", 3) == 0);
	OK(write(ends[1], "d", 1) == 1);
	OK(!worker_read(ends[0], got, 2, clock_deadline(30))); /* the rest does not come in time */
	close(ends[1]);
	OK(!worker_read(ends[0], got, 1, clock_deadline(1000))); /* nor at the end */
	close(ends[0]);
	OK(!worker_read(ends[0], got, 1, clock_deadline(1000)));
}

TEST(a_supervisor_that_is_gone)
{
	struct worker_pipe p = worker_pipe_start(&worker);
	struct worker_begin begin = { STEP_AUTH };

	signal(SIGPIPE, SIG_IGN);
	close(p.in);
	OK(!worker_send(&worker, WORKER_BEGIN, &begin, sizeof begin));
	close(p.out);
	signal(SIGPIPE, SIG_DFL);
}
