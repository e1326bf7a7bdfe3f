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

void run_note(const struct run *run, const struct run_job *j, enum worker_side side, const char *format, ...)
{
	char text[FAULT_EVIDENCE_MAX + REPORT_MAILBOX_MAX];
	struct buf b = BUF(text);
	struct run_event event = { .kind = RUN_LINE };
	va_list arguments;

	if (!run->ask->lines)
		return;
	va_start(arguments, format);
	buf_vsay(&b, format, arguments);
	va_end(arguments);
	event.line = (struct run_line){
		clock_ms() - run->start_ms, side, run_job_number(run, j), TRACE_NOTE, buf_span(&b), false
	};
	run_emit(run, &event);
}
