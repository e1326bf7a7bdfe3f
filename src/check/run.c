#include "check/run.h"

void run_emit(const struct run *run, const struct run_event *event)
{
	run->ask->on_event(run->ask->to, event);
}

unsigned run_job_number(const struct run *run, const struct run_job *j)
{
	if (run->ask->jobs <= 1 || j == &run->token_worker || j == &run->tenant_worker)
		return 0;
	return (unsigned)(j - run->job) + 1;
}

void run_note(const struct run *run, const struct run_job *j, enum worker_side side, const struct buf *text)
{
	struct run_line line = {
		clock_ms() - run->start_ms, side, run_job_number(run, j), TRACE_NOTE, buf_span(text), false
	};

	if (run->ask->lines)
		run_emit(run, &(struct run_event){ .kind = RUN_LINE, .line = line });
}
