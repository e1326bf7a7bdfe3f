#include "cli/session.h"

#include <unistd.h>

#include "cli/files.h"
#include "show/json_report.h"

/* A run that is over before that shows no progress. */
enum { SESSION_PROGRESS_MS = 400 };

static bool next_mailbox(void *from, struct span *mailbox)
{
	struct session *s = from;

	*mailbox = s->mailbox;
	return !s->taken && (s->taken = true);
}

static bool verbose(const struct session *s)
{
	return s->app->options.given[OPTION_VERBOSE] != 0;
}

/* A transcript that cannot be written is no reason to stop a check. */
static void put_transcript(const struct session *s, struct span text)
{
	if (verbose(s))
		(void)output_put(OUTPUT_DIAGNOSTIC, text);
	while (s->transcript >= 0 && text.n != 0) {
		ssize_t n = write(s->transcript, text.p, text.n);

		if (n <= 0)
			return;
		text = span_from(text, (size_t)n);
	}
}

static void put_line(const struct session *s, const struct run_line *line)
{
	unsigned char scratch[32 * 1024]; /* a piece of 2,000 bytes, each at worst \xNN */
	struct buf b = BUF(scratch);

	s->app->transcript.pseudonym = app_pseudonym(s->app);
	transcript_put(&s->app->transcript, line, &b);
	put_transcript(s, buf_span(&b));
}

static void close_transcript(struct session *s)
{
	unsigned char scratch[8 * 1024];
	struct buf b = BUF(scratch);

	transcript_end(&s->app->transcript, &b);
	put_transcript(s, buf_span(&b));
	secret_wipe_used(&s->app->transcript, sizeof s->app->transcript); /* see --show-secrets */
	if (s->transcript >= 0)
		close(s->transcript);
	s->transcript = -1;
}

/* The progress line: the state of now, or nothing (NULL), before anything else is written to the terminal. */
static void show_progress(struct session *s, const struct run_progress *now)
{
	char scratch[PROGRESS_SIZE];
	struct buf b = BUF(scratch);

	if (now == NULL)
		progress_clear(&s->progress, &b);
	else if (s->shows_progress && s->terminal.terminal && !verbose(s) && now->at_ms >= SESSION_PROGRESS_MS &&
	         (now->idp != STEP__COUNT || now->pop != STEP__COUNT)) /* else the reports have been printed already */
		progress_put(&s->progress, now, &b);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
}

static void on_event(void *to, const struct run_event *event)
{
	struct session *s = to;

	show_progress(s, event->kind == RUN_PROGRESS ? &event->progress : NULL);
	if (event->kind == RUN_LINE)
		put_line(s, &event->line);
	else if (event->kind != RUN_PROGRESS)
		s->on_event(s->command, event);
}

bool session_start(struct session *s, struct app *app, struct span mailbox, int *status)
{
	struct fault f = { 0 };

	*s = (struct session){
		.app = app, .mailbox = mailbox, .transcript = -1, .terminal = output_terminal(OUTPUT_DIAGNOSTIC)
	};
	s->progress = (struct progress){ .width = s->terminal.width, .dumb = s->terminal.dumb };
	s->ask = (struct run_request){
		.settings = &app->settings,
		.credential = &app->credential,
		.obtain = app_obtain,
		.obtain_from = app,
		.trust = &app->trust,
		.logins = &app->logins,
		.mailboxes = { s, next_mailbox, 1 },
		.on_event = on_event,
		.to = s,
		.jobs = 1,
		.stop_after = STEP__COUNT,
		.lines = verbose(s) || app->options.given[OPTION_TRANSCRIPT] != 0,
		.show_secrets = app->options.given[OPTION_SHOW_SECRETS] != 0,
	};
	if (app->options.given[OPTION_TRANSCRIPT] == 0 ||
	    files_create(app->options.value[OPTION_TRANSCRIPT], &s->transcript, &f))
		return true;
	return app_stop(status, app_refuse(app, &f));
}

bool session_run(struct session *s, int *status)
{
	enum exit_status gravest = EXIT_STATUS_INTERNAL;
	struct fault f = { 0 };
	bool ran = supervisor_run(&s->app->run, &s->ask, &gravest, &f);

	show_progress(s, NULL);
	close_transcript(s);
	*status = ran ? (int)gravest : app_refuse(s->app, &f);
	return ran;
}

void session_report(const struct session *s, const struct report *report, bool json, struct buf *out)
{
	struct page page = app_page(s->app, out, OUTPUT_RESULT);

	explain_report(report, &s->app->explanation);
	if (json)
		json_report_one(out, report, &s->app->explanation, page.pseudonym);
	else
		text_report_one(&page, report, &s->app->explanation);
}

void session_diagnose(const struct session *s, const struct report *report, size_t used)
{
	struct buf out = { s->app->text + used, sizeof s->app->text - used, 0, false };
	struct page page = app_page(s->app, &out, OUTPUT_DIAGNOSTIC);

	explain_report(report, &s->app->explanation);
	text_report_one(&page, report, &s->app->explanation);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&out));
}
