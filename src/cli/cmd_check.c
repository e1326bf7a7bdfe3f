#include "base/clock.h"
#include "check/lock.h"
#include "cli/retry.h"
#include "cli/files.h"
#include "cli/app.h"
#include "show/json_schema.h"
#include "show/nagios.h"
#include "show/progress.h"
#include "text/ini.h"

/* A check that is over before that shows no status line. */
enum { PROGRESS_AFTER_MS = 400 };

/* Bits to tell names apart by: ten thousand mailboxes leave most of them unset. */
enum { MARKS = 65536 };

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT_NAGIOS, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "human", "json", "nagios" };

/* What a run of check needs beside the workspace. */
struct command_run {
	struct app *app;
	enum format format;
	bool quiet, many;
	bool telling; /* a status line on the terminal is allowed */
	bool holding; /* the report may not be wanted: see --wait */
	bool lost;    /* the standard output is broken */
	struct progress progress;
	struct span list; /* the text of the mailbox file */
	struct place {
		size_t next;       /* of the arguments */
		struct span lines; /* what is left of the file */
	} at;                      /* how far the mailboxes have been taken */
	struct app_trace trace;
	struct buf out;
	struct nagios nagios;
	struct retry again;
};

/* The next line of the mailbox file that is neither empty nor a comment. */
static bool next_line(struct span *lines, struct span *mailbox)
{
	while (lines->n != 0) {
		*mailbox = span_trim(span_cut(*lines, '\n', lines));
		if (mailbox->n != 0 && mailbox->p[0] != '#')
			return true;
	}
	return false;
}

/* Arguments first, then the file; without both the setting. */
static bool next_name(const struct command_run *r, struct place *at, struct span *mailbox)
{
	const struct options *o = &r->app->options;

	if (at->next < o->arguments) {
		*mailbox = o->argument[at->next++];
		return true;
	}
	if (next_line(&at->lines, mailbox))
		return true;
	if (at->next != 0 || o->given[OPTION_MAILBOXES] != 0 || !settings_has(&r->app->settings, SETTING_MAILBOX))
		return false;
	at->next = 1;
	*mailbox = settings_get(&r->app->settings, SETTING_MAILBOX);
	return true;
}

static void rewind_list(struct command_run *r)
{
	r->at = (struct place){ 0, r->list };
}

/* Is the same mailbox named before? Large and small letters are one in every mail service that is known. */
static bool named_before(const struct command_run *r, struct span mailbox, struct span *first)
{
	struct place at = { 0, r->list };

	while (next_name(r, &at, first) && first->p != mailbox.p)
		if (span_eq_nocase(*first, mailbox))
			return true;
	return false;
}

static bool next_mailbox(void *from, struct span *mailbox)
{
	struct command_run *r = from;

	return next_name(r, &r->at, mailbox);
}

/* Has a name like this one been seen? A guess, to spare the search: no is certain. */
static bool seen(unsigned char *marks, struct span mailbox)
{
	uint32_t h = 2166136261; /* FNV-1a, over small letters */
	bool was;

	for (size_t i = 0; i < mailbox.n; i++)
		h = (h ^ (mailbox.p[i] | 0x20)) * 16777619;
	h = (h ^ h >> 16) % MARKS;
	was = (marks[h / 8] >> h % 8 & 1) != 0;
	marks[h / 8] |= (unsigned char)(1u << h % 8);
	return was;
}

/* Take a name out of the arguments, or make its line a comment. */
static void strike(struct command_run *r, struct place *at, struct span mailbox)
{
	struct app *app = r->app;
	struct options *o = &app->options;

	if (mailbox.p >= app->input && mailbox.p < app->input + sizeof app->input) {
		app->input[mailbox.p - app->input] = '#';
		return;
	}
	at->next--;
	o->arguments--;
	for (size_t i = at->next; i < o->arguments; i++)
		o->argument[i] = o->argument[i + 1];
}

/* A mailbox that is named twice is checked once: two sessions at a time would lock each other out. */
static void strike_repeated(struct command_run *r)
{
	unsigned char marks[MARKS / 8] = { 0 };
	struct place at = { 0, r->list };
	struct span mailbox, first;

	while (next_name(r, &at, &mailbox)) {
		char scratch[2 * REPORT_MAILBOX_MAX + 80];
		struct buf b = BUF(scratch);

		if (!seen(marks, mailbox) || !named_before(r, mailbox, &first))
			continue;
		buf_printable(&b, span_first(first, REPORT_MAILBOX_MAX));
		buf_z(&b, " and ");
		buf_printable(&b, span_first(mailbox, REPORT_MAILBOX_MAX));
		buf_z(&b, " are the same mailbox: it is checked once");
		output_error(buf_span(&b));
		strike(r, &at, mailbox);
	}
}

static bool read_mailboxes(struct command_run *r, size_t *all, int *status)
{
	struct app *app = r->app;
	struct buf text = BUF(app->input);
	struct fault f = { 0 };
	struct span mailbox;

	if (app->options.given[OPTION_MAILBOXES] != 0 &&
	    !files_read(app->options.value[OPTION_MAILBOXES], FILES_PUBLIC, &text, &f)) {
		*status = app_refuse(app, &f);
		return false;
	}
	r->list = buf_span(&text);
	if (span_starts(r->list, SPAN("\xef\xbb\xbf")))
		r->list = span_from(r->list, 3);
	strike_repeated(r);
	rewind_list(r);
	for (*all = 0; next_mailbox(r, &mailbox); ++*all) {
		if (mailbox.n > REPORT_MAILBOX_MAX) {
			*status = app_usage(app, "the mailbox '", mailbox, "' is longer than any address can be");
			return false;
		}
	}
	rewind_list(r);
	if (*all != 0)
		return true;
	*status = app_usage(app, "no mailbox to check: ", SPAN("give its address"),
	                    " (o2pop check user@example.com), or the setting mailbox, or with --profile "
	                    "the section that has it");
	return false;
}

/* Print what there is. Once nobody reads any more there is nothing further to say. */
static void flush(struct command_run *r)
{
	if (!r->quiet && !r->lost)
		r->lost = app_print(&r->out, EXIT_STATUS_OK) != EXIT_STATUS_OK;
	r->out.n = 0;
	r->out.full = false;
}

static void erase_progress(struct command_run *r)
{
	char scratch[PROGRESS_SIZE];
	struct buf b = BUF(scratch);

	progress_clear(&r->progress, &b);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
}

static void on_line(void *to, int64_t at_ms, enum worker_side side, unsigned job, enum trace_mark mark,
                    struct span text, bool more)
{
	struct command_run *r = to;
	struct transcript_line line = { at_ms, side, job, mark, text, more };

	erase_progress(r);
	app_trace_line(&r->trace, &line);
}

static void on_progress(void *to, int64_t at_ms, enum step idp, enum step pop, size_t finished, size_t all)
{
	struct command_run *r = to;
	char scratch[PROGRESS_SIZE];
	struct buf b = BUF(scratch);
	struct progress_now now = { at_ms, idp, pop, finished, all };

	/* When nothing is being taken the reports have been printed already. */
	if (!r->telling || at_ms < PROGRESS_AFTER_MS || (idp == STEP__COUNT && pop == STEP__COUNT))
		return;
	progress_put(&r->progress, &now, &b);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
}

static void on_report(void *to, const struct report *report)
{
	struct command_run *r = to;
	struct app *app = r->app;
	struct page page = app_page(app, &r->out, OUTPUT_RESULT);

	erase_progress(r);
	retry_report(&r->again, report);
	switch (r->format) {
	case FORMAT_HUMAN:
		if (r->many) {
			text_report_many_report(&page, &app->many, report, &app->explanation);
			break;
		}
		explain_report(report, &app->explanation);
		text_report_one(&page, report, &app->explanation);
		break;
	case FORMAT_JSON:
		explain_report(report, &app->explanation);
		if (r->many)
			json_report_many_report(&app->many_json, report, &app->explanation);
		json_report_one(&r->out, report, &app->explanation, page.pseudonym);
		break;
	case FORMAT_NAGIOS:
		nagios_add(&r->nagios, report);
		break;
	case FORMAT__COUNT:
		break;
	}
	if (!r->holding)
		flush(r);
}

/* All steps are listed that step_find takes. */
static int no_step(struct app *app, struct span given)
{
	char text[300];
	struct buf b = { (unsigned char *)text, sizeof text - 1, 0, false };

	buf_z(&b, " is not a step; the steps are ");
	for (int i = 0; i < STEP__COUNT; i++) {
		buf_z(&b, i == 0 ? "" : ", ");
		buf_z(&b, step_id((enum step)i));
	}
	text[b.n] = '\0';
	return app_usage(app, "--stop-after ", given, text);
}

static bool read_ask(struct command_run *r, struct run_request *ask, size_t all, int *status)
{
	const struct options *o = &r->app->options;
	uint64_t jobs = 1;

	*ask = (struct run_request){
		.settings = &r->app->settings,
		.credential = &r->app->credential,
		.obtain = app_obtain,
		.obtain_from = r->app,
		.trust = &r->app->trust,
		.mailboxes = { r, next_mailbox, all },
		.events = { .to = r, .report = on_report, .progress = on_progress },
		.stop_after = STEP__COUNT,
		.token_worker = true,
		.probe = true,
		.discovery = o->given[OPTION_NO_DISCOVERY] == 0,
		.triage = o->given[OPTION_TRIAGE] != 0,
		.show_secrets = o->given[OPTION_SHOW_SECRETS] != 0,
	};
	if (o->given[OPTION_JOBS] != 0 && (!span_u64(o->value[OPTION_JOBS], RUN_JOBS_MAX, &jobs) || jobs == 0)) {
		*status = app_usage(r->app, "--jobs ", o->value[OPTION_JOBS], " is not a number from 1 to 16");
		return false;
	}
	if (all == 1 && next_mailbox(r, &ask->only))
		rewind_list(r);
	ask->jobs = (unsigned)(jobs < all ? jobs : all);
	if (o->given[OPTION_STOP_AFTER] == 0 || step_find(o->value[OPTION_STOP_AFTER], &ask->stop_after))
		return true;
	*status = no_step(r->app, o->value[OPTION_STOP_AFTER]);
	return false;
}

/* The end of the output, behind the reports of all mailboxes. */
static int conclude(struct command_run *r, enum exit_status gravest)
{
	struct page page = app_page(r->app, &r->out, OUTPUT_RESULT);
	int status = (int)gravest;

	if (r->many && r->format == FORMAT_HUMAN)
		text_report_many_end(&page, &r->app->many, gravest);
	if (r->many && r->format == FORMAT_JSON)
		json_report_many_end(&r->out, &r->app->many_json, gravest, page.pseudonym);
	if (r->format == FORMAT_NAGIOS)
		status = (int)nagios_end(&r->nagios, &r->out);
	return status;
}

static int check_once(struct command_run *r, struct run_request *ask)
{
	struct fault f = { 0 };
	enum exit_status gravest;
	int status;
	bool ran;

	if (r->format == FORMAT_JSON)
		json_report_many_start(&r->app->many_json);
	else
		text_report_many_start(&r->app->many);
	ran = supervisor_run(&r->app->run, ask, &gravest, &f);
	erase_progress(r);
	if (!ran)
		return app_refuse(r->app, &f);
	status = conclude(r, gravest);
	if (r->holding && retry_wanted(&r->again)) {
		retry_say(&r->again, r->quiet);
		return status;
	}
	flush(r);
	return status == EXIT_STATUS_OK && r->lost ? EXIT_STATUS_INTERNAL : status;
}

/* What is to be tried and heard, and the check itself: the task of one try of --wait. */
struct task {
	struct command_run *run;
	struct run_request *ask;
};

static int try_once(void *of)
{
	struct task *t = of;
	const struct worker_token *token = &t->run->app->run.token;

	(void)lock_memory(token, sizeof *token);
	return check_once(t->run, t->ask);
}

static int check_again(struct command_run *r, struct run_request *ask)
{
	struct app *app = r->app;
	struct task task = { r, ask };
	struct fault f = { 0 };
	int64_t ms;
	int status;

	if (!ini_duration(app->options.value[OPTION_WAIT], &ms))
		return app_usage(app, "--wait ", app->options.value[OPTION_WAIT],
		                 " is not a time such as 90m or 2h, at most 1 day");
	r->holding = true;
	retry_start(&r->again, ms);
	for (;;) {
		if (!retry_try(&r->again, try_once, &task, &status, &f))
			return app_refuse(app, &f);
		if (!r->again.wanted)
			return status;
		retry_sleep(&r->again);
	}
}

int cmd_check(struct app *app)
{
	struct command_run r = { .app = app, .out = BUF(app->text) };
	struct output_terminal diagnostic = output_terminal(OUTPUT_DIAGNOSTIC);
	int status = EXIT_STATUS_SETTINGS, format = FORMAT_HUMAN;
	struct run_request ask;
	size_t all = 0;

	if (app->options.given[OPTION_SCHEMA] != 0) {
		json_schema_put(&r.out);
		return app_print(&r.out, EXIT_STATUS_OK);
	}
	if (!app_format(app, format_name, FORMAT__COUNT, &format, &status) || !app_load(app, APP_TRUST, &status) ||
	    !app_settled(app, &status) || !read_mailboxes(&r, &all, &status) || !read_ask(&r, &ask, all, &status) ||
	    !app_load_credential(app, &status) || !app_trace_open(&r.trace, app, &status))
		return status;
	r.format = (enum format)format;
	r.quiet = app->options.given[OPTION_QUIET] != 0;
	r.many = all > 1;
	r.telling = diagnostic.terminal && !r.trace.stderr_too && !r.quiet;
	r.progress = (struct progress){ .width = diagnostic.width, .dumb = diagnostic.dumb };
	r.nagios.pseudonym = app->options.given[OPTION_SHARE] != 0 ? &app->pseudonym : NULL;
	if (r.trace.fd >= 0 || r.trace.stderr_too)
		ask.events.line = on_line;
	status = app->options.given[OPTION_WAIT] != 0 ? check_again(&r, &ask) : check_once(&r, &ask);
	app_trace_close(&r.trace);
	return status;
}
