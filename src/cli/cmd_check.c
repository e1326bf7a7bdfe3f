#include <errno.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "check/lock.h"
#include "cli/retry.h"
#include "cli/files.h"
#include "cli/app.h"
#include "show/json_report.h"
#include "show/nagios.h"
#include "show/progress.h"
#include "text/ini.h"

/* A check that is over before that shows no status line. */
enum { PROGRESS_AFTER_MS = 400 };

/* Bits to tell names apart by: ten thousand mailboxes leave most of them unset. */
enum { MARKS = 65536 };

enum { LIST_MAX = 1024 * 1024 }; /* bytes of a mailbox file: 40,000 addresses */

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT_NAGIOS, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "human", "json", "nagios" };

/* What a run of check needs beside the workspace. */
struct command_run {
	struct app *work;
	enum format format;
	bool quiet, many;
	bool telling; /* a status line on the terminal is allowed */
	bool holding; /* the report may not be wanted: see --wait */
	bool lost;    /* the standard output is broken */
	struct progress progress;
	unsigned char *lines; /* LIST_MAX bytes for the mailbox file, only where there is one */
	struct span list;     /* its text */
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
	const struct options *o = &r->work->options;

	if (at->next < o->arguments) {
		*mailbox = o->argument[at->next++];
		return true;
	}
	if (next_line(&at->lines, mailbox))
		return true;
	if (at->next != 0 || o->given[OPTION_MAILBOXES] != 0 || !settings_has(&r->work->settings, SETTING_MAILBOX))
		return false;
	at->next = 1;
	*mailbox = settings_get(&r->work->settings, SETTING_MAILBOX);
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
	struct options *o = &r->work->options;

	if (r->list.n != 0 && mailbox.p >= r->list.p && mailbox.p < r->list.p + r->list.n) {
		r->lines[mailbox.p - r->lines] = '#';
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

/* The one place that is not in the workspace: a check of one mailbox has no use for a megabyte. */
static bool read_list(struct command_run *r, struct span path, struct fault *f)
{
	struct buf text = { mmap(NULL, LIST_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), LIST_MAX,
		            0, false };

	if (text.p == MAP_FAILED)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("mmap"));
	r->lines = text.p;
	if (!files_read(path, FILES_PUBLIC, &text, f))
		return false;
	r->list = buf_span(&text);
	return true;
}

static bool read_mailboxes(struct command_run *r, size_t *all, int *status)
{
	struct app *w = r->work;
	struct fault f = { 0 };
	struct span mailbox;

	if (w->options.given[OPTION_MAILBOXES] != 0 && !read_list(r, w->options.value[OPTION_MAILBOXES], &f)) {
		*status = app_refuse(w, &f);
		return false;
	}
	if (span_starts(r->list, SPAN("\xef\xbb\xbf")))
		r->list = span_from(r->list, 3);
	strike_repeated(r);
	rewind_list(r);
	for (*all = 0; next_mailbox(r, &mailbox); ++*all) {
		if (mailbox.n > REPORT_MAILBOX_MAX) {
			*status = app_usage(w, "the mailbox '", mailbox, "' is longer than any address can be");
			return false;
		}
	}
	rewind_list(r);
	if (*all != 0)
		return true;
	*status = app_usage(w, "no mailbox to check: ", SPAN("give its address"),
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
	struct app *w = r->work;
	struct page page = app_page(w, &r->out, OUTPUT_RESULT);

	erase_progress(r);
	retry_report(&r->again, report);
	switch (r->format) {
	case FORMAT_HUMAN:
		if (r->many) {
			text_report_many_report(&page, &w->many, report, &w->explanation);
			break;
		}
		explain_report(report, &w->explanation);
		text_report_one(&page, report, &w->explanation);
		break;
	case FORMAT_JSON:
		explain_report(report, &w->explanation);
		json_report_one(&r->out, report, &w->explanation, page.pseudonym);
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
static int no_step(struct app *w, struct span given)
{
	char text[300];
	struct buf b = { (unsigned char *)text, sizeof text - 1, 0, false };

	buf_z(&b, " is not a step; the steps are ");
	for (int i = 0; i < STEP__COUNT; i++) {
		buf_z(&b, i == 0 ? "" : ", ");
		buf_z(&b, step_id((enum step)i));
	}
	text[b.n] = '\0';
	return app_usage(w, "--stop-after ", given, text);
}

static bool read_ask(struct command_run *r, struct run_request *ask, size_t all, int *status)
{
	const struct options *o = &r->work->options;
	uint64_t jobs = 1;

	*ask = (struct run_request){
		.settings = &r->work->settings,
		.credential = &r->work->credential,
		.obtain = app_obtain,
		.obtain_from = r->work,
		.trust = &r->work->trust,
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
		*status = app_usage(r->work, "--jobs ", o->value[OPTION_JOBS], " is not a number from 1 to 16");
		return false;
	}
	if (all == 1 && next_mailbox(r, &ask->only))
		rewind_list(r);
	ask->jobs = (unsigned)(jobs < all ? jobs : all);
	if (o->given[OPTION_STOP_AFTER] == 0 || step_find(o->value[OPTION_STOP_AFTER], &ask->stop_after))
		return true;
	*status = no_step(r->work, o->value[OPTION_STOP_AFTER]);
	return false;
}

/* The end of the output, behind the reports of all mailboxes. */
static int conclude(struct command_run *r, enum exit_status gravest)
{
	struct page page = app_page(r->work, &r->out, OUTPUT_RESULT);
	int status = (int)gravest;

	if (r->many && r->format == FORMAT_HUMAN)
		text_report_many_end(&page, &r->work->many, gravest);
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

	text_report_many_start(&r->work->many);
	ran = supervisor_run(&r->work->run, ask, &gravest, &f);
	erase_progress(r);
	if (!ran)
		return app_refuse(r->work, &f);
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
	const struct worker_token *token = &t->run->work->run.token;

	(void)lock_memory(token, sizeof *token);
	return check_once(t->run, t->ask);
}

static int check_again(struct command_run *r, struct run_request *ask)
{
	struct app *w = r->work;
	struct task task = { r, ask };
	struct fault f = { 0 };
	int64_t ms;
	int status;

	if (!ini_duration(w->options.value[OPTION_WAIT], &ms))
		return app_usage(w, "--wait ", w->options.value[OPTION_WAIT],
		                 " is not a time such as 90m or 2h, at most 1 day");
	r->holding = true;
	retry_start(&r->again, ms);
	for (;;) {
		if (!retry_try(&r->again, try_once, &task, &status, &f))
			return app_refuse(w, &f);
		if (!r->again.wanted)
			return status;
		retry_sleep(&r->again);
	}
}

int cmd_check(struct app *w)
{
	struct command_run r = { .work = w, .out = BUF(w->text) };
	struct output_terminal diagnostic = output_terminal(OUTPUT_DIAGNOSTIC);
	int status = EXIT_STATUS_SETTINGS, format = FORMAT_HUMAN;
	struct run_request ask;
	size_t all = 0;

	if (!app_format(w, format_name, FORMAT__COUNT, &format, &status) || !app_load(w, APP_TRUST, &status) ||
	    !app_settled(w, &status) || !read_mailboxes(&r, &all, &status) || !read_ask(&r, &ask, all, &status) ||
	    !app_load_credential(w, &status) || !app_trace_open(&r.trace, w, &status))
		return status;
	r.format = (enum format)format;
	r.quiet = w->options.given[OPTION_QUIET] != 0;
	r.many = all > 1;
	r.telling = diagnostic.terminal && !r.trace.stderr_too && !r.quiet;
	r.progress = (struct progress){ .width = diagnostic.width, .dumb = diagnostic.dumb };
	r.nagios.pseudonym = w->options.given[OPTION_SHARE] != 0 ? &w->pseudonym : NULL;
	if (r.trace.fd >= 0 || r.trace.stderr_too)
		ask.events.line = on_line;
	status = w->options.given[OPTION_WAIT] != 0 ? check_again(&r, &ask) : check_once(&r, &ask);
	app_trace_close(&r.trace);
	return status;
}
