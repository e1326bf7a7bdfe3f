#include "cli/run_one.h"

static bool next_mailbox(void *from, struct span *mailbox)
{
	struct run_one *s = from;

	*mailbox = s->mailbox;
	return !s->taken && (s->taken = true);
}

static void on_line(void *to, int64_t at_ms, enum worker_side side, unsigned job, enum trace_mark mark,
                    struct span text, bool more)
{
	struct run_one *s = to;
	struct transcript_line line = { at_ms, side, job, mark, text, more };

	app_trace_line(&s->trace, &line);
}

bool run_one_start(struct run_one *s, struct app *app, struct span mailbox, struct run_request *ask, int *status)
{
	*s = (struct run_one){ .mailbox = mailbox };
	*ask = (struct run_request){
		.settings = &app->settings,
		.credential = &app->credential,
		.obtain = app_obtain,
		.obtain_from = app,
		.trust = &app->trust,
		.mailboxes = { s, next_mailbox, 1 },
		.events = { .to = s },
		.jobs = 1,
		.stop_after = STEP__COUNT,
		.show_secrets = app->options.given[OPTION_SHOW_SECRETS] != 0,
	};
	if (!app_trace_open(&s->trace, app, status))
		return false;
	if (s->trace.fd >= 0 || s->trace.stderr_too)
		ask->events.line = on_line;
	return true;
}

bool run_one_run(struct run_one *s, const struct run_request *ask, int *status)
{
	struct app *app = s->trace.app;
	enum exit_status gravest = EXIT_STATUS_INTERNAL;
	struct fault f = { 0 };
	bool ran = supervisor_run(&app->run, ask, &gravest, &f);

	app_trace_close(&s->trace);
	*status = ran ? (int)gravest : app_refuse(app, &f);
	return ran;
}
