/* check/role: how a rung is climbed and told, and what is read from a pipe. */
#include "role_pipe.h"

static struct role role;

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
	struct role_pipe p = role_pipe_start(&role);
	struct role_begin begin;
	struct role_done done;
	struct row row;
	int calls = 0;

	OK(role_climb(&role, RUNG_POP_DNS, passes, &calls));
	OK(role_passed(&role, RUNG_POP_DNS));
	OK(role_pipe_next(&p, ROLE_BEGIN, &begin));
	EQ(begin.rung, RUNG_POP_DNS);
	OK(role_pipe_next(&p, ROLE_ROW, &row));
	EQ(row.rung, RUNG_POP_DNS);
	EQ(row.verdict, VERDICT_PASS);
	EQ(row_get(&row, FACT_NOTE), SPAN("good"));
	OK(row_valid(&row));
	role_done(&role);
	OK(role_pipe_next(&p, ROLE_DONE, &done));
	EQ(calls, 1);
	role_pipe_end(&p);
}

TEST(a_warning_is_passed)
{
	struct role_pipe p = role_pipe_start(&role);
	struct role_begin begin;
	struct row row;
	int calls = 0;

	OK(role_climb(&role, RUNG_POP_DNS, warns, &calls));
	OK(role_climb(&role, RUNG_POP_TCP, passes, &calls));
	OK(role_pipe_next(&p, ROLE_BEGIN, &begin) && role_pipe_next(&p, ROLE_ROW, &row));
	EQ(row.verdict, VERDICT_WARN);
	role_pipe_end(&p);
}

TEST(a_failure_skips_what_needs_it)
{
	struct role_pipe p = role_pipe_start(&role);
	struct role_begin begin;
	struct row row;
	int calls = 0;

	OK(role_climb(&role, RUNG_POP_DNS, passes, &calls));
	OK(!role_climb(&role, RUNG_POP_TCP, fails, &calls));
	OK(!role_climb(&role, RUNG_POP_TLS, passes, &calls));
	OK(!role_climb(&role, RUNG_GREETING, passes, &calls));
	EQ(calls, 2);
	EQ(role.last, FAULT_TCP_REFUSED);
	EQ(role.last_rung, RUNG_POP_TCP);
	OK(role_pipe_next(&p, ROLE_BEGIN, &begin) && role_pipe_next(&p, ROLE_ROW, &row));
	OK(role_pipe_next(&p, ROLE_BEGIN, &begin) && role_pipe_next(&p, ROLE_ROW, &row));
	EQ(row.verdict, VERDICT_FAIL);
	EQ(row.fault.code, FAULT_TCP_REFUSED);
	for (int rung = RUNG_POP_TLS; rung <= RUNG_GREETING; rung++) {
		OK(role_pipe_next(&p, ROLE_ROW, &row)); /* nothing is begun */
		EQ(row.rung, (enum rung)rung);
		EQ(row.verdict, VERDICT_SKIP);
		EQ(row.because, RUNG_POP_TCP); /* the root, not the rung before */
	}
	role_pipe_end(&p);
}

TEST(a_rung_that_was_never_tried_blocks_too)
{
	struct role_pipe p = role_pipe_start(&role);
	struct row row;
	int calls = 0;

	OK(!role_climb(&role, RUNG_AUTH, passes, &calls));
	OK(role_pipe_next(&p, ROLE_ROW, &row));
	EQ(row.verdict, VERDICT_SKIP);
	EQ(row.because, RUNG_CLAIMS); /* the first of its needs in ladder order */
	role_assume(&role, RUNG_CLAIMS);
	role_blame(&role, RUNG_CAPA, RUNG_POP_TLS);
	OK(!role_climb(&role, RUNG_AUTH, passes, &calls));
	OK(role_pipe_next(&p, ROLE_ROW, &row));
	EQ(row.because, RUNG_POP_TLS);
	role_assume(&role, RUNG_CAPA);
	OK(role_climb(&role, RUNG_AUTH, passes, &calls));
	EQ(calls, 1);
	role_pipe_end(&p);
}

TEST(nothing_behind_the_end)
{
	struct role_pipe p = role_pipe_start(&role);
	struct role_begin begin;
	struct row row;
	int calls = 0;

	role.stop_after = RUNG_POP_DNS;
	OK(role_climb(&role, RUNG_POP_DNS, passes, &calls));
	OK(!role_climb(&role, RUNG_POP_TCP, passes, &calls));
	role_skip(&role, RUNG_POP_TLS, RUNG_POP_DNS);
	EQ(calls, 1);
	OK(role_pipe_next(&p, ROLE_BEGIN, &begin) && role_pipe_next(&p, ROLE_ROW, &row));
	OK(!role_pipe_next(&p, ROLE_ROW, &row));
	role_pipe_end(&p);
}

TEST(every_kind_has_a_size)
{
	for (int k = 0; k < ROLE__COUNT; k++)
		OK(role_size((enum role_kind)k) != 0);
	EQ(role_size(ROLE__COUNT), 0u);
	EQ(role_size(ROLE_ROW), sizeof(struct row));
	EQ(role_size(ROLE_TOKEN), sizeof(struct role_token));
}

TEST(reading_a_pipe)
{
	char got[8];
	int ends[2];

	OK(pipe(ends) == 0);
	OK(write(ends[1], "abc", 3) == 3);
	OK(role_read(ends[0], got, 3, clock_deadline(1000)));
	OK(memcmp(got, "abc", 3) == 0);
	OK(write(ends[1], "d", 1) == 1);
	OK(!role_read(ends[0], got, 2, clock_deadline(30))); /* the rest does not come in time */
	close(ends[1]);
	OK(!role_read(ends[0], got, 1, clock_deadline(1000))); /* nor at the end */
	close(ends[0]);
	OK(!role_read(ends[0], got, 1, clock_deadline(1000)));
}

TEST(a_desk_that_is_gone)
{
	struct role_pipe p = role_pipe_start(&role);
	struct role_begin begin = { RUNG_AUTH };

	signal(SIGPIPE, SIG_IGN);
	close(p.in);
	OK(!role_tell(&role, ROLE_BEGIN, &begin, sizeof begin));
	close(p.out);
	signal(SIGPIPE, SIG_DFL);
}
