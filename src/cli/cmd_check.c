#include "base/clock.h"
#include "check/lock.h"
#include "cli/again.h"
#include "cli/files.h"
#include "cli/obtain.h"
#include "cli/work.h"
#include "show/jsonout.h"
#include "show/nagios.h"
#include "show/progress.h"
#include "text/conf.h"

/* A check that is over before that shows no status line. */
enum { PROGRESS_AFTER_MS = 400 };

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT_NAGIOS, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "human", "json", "nagios" };

/* What a run of check needs beside the workspace. */
struct run {
	struct work *work;
	enum format format;
	bool quiet, many;
	bool telling;          /* a status line on the terminal is allowed */
	bool holding;          /* the report may not be wanted: see --wait */
	bool lost;             /* the standard output is broken */
	struct progress progress;
	size_t next;           /* of the arguments */
	struct span list;      /* the text of the mailbox file, and what is left of it */
	struct span lines;
	struct work_tape tape;
	struct buf out;
	struct nagios nagios;
	struct again again;
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
static bool next_mailbox(void *from, struct span *mailbox)
{
	struct run *r = from;
	const struct options *o = &r->work->options;

	if (r->next < o->arguments) {
		*mailbox = o->argument[r->next++];
		return true;
	}
	if (next_line(&r->lines, mailbox))
		return true;
	if (r->next != 0 || o->given[OPTION_MAILBOXES] != 0 ||
	    !settings_has(&r->work->settings, SETTING_MAILBOX))
		return false;
	r->next = 1;
	*mailbox = settings_get(&r->work->settings, SETTING_MAILBOX);
	return true;
}

static void rewind_list(struct run *r)
{
	r->next = 0;
	r->lines = r->list;
}

static bool read_mailboxes(struct run *r, size_t *all, int *status)
{
	struct work *w = r->work;
	struct buf text = BUF(w->input);
	struct fault f = { 0 };
	struct span mailbox;

	if (w->options.given[OPTION_MAILBOXES] != 0 &&
	    !files_read(w->options.value[OPTION_MAILBOXES], FILES_PUBLIC, &text, &f)) {
		*status = work_refuse(w, &f);
		return false;
	}
	r->list = buf_span(&text);
	if (span_starts(r->list, SPAN("\xef\xbb\xbf")))
		r->list = span_from(r->list, 3);
	rewind_list(r);
	for (*all = 0; next_mailbox(r, &mailbox); ++*all) {
		if (mailbox.n > REPORT_MAILBOX_MAX) {
			*status = work_usage(w, "the mailbox '", mailbox,
			                     "' is longer than any address can be");
			return false;
		}
	}
	rewind_list(r);
	if (*all != 0)
		return true;
	*status = work_usage(w, "no mailbox to check: ", SPAN("give its address"),
	                     " (o2pop check user@example.com), or the setting mailbox");
	return false;
}

/* Print what there is. Once nobody reads any more there is nothing further to say. */
static void flush(struct run *r)
{
	if (!r->quiet && !r->lost)
		r->lost = work_print(&r->out, LADDER_EXIT_OK) != LADDER_EXIT_OK;
	r->out.n = 0;
	r->out.full = false;
}

static void erase_progress(struct run *r)
{
	char room[PROGRESS_SIZE];
	struct buf b = BUF(room);

	progress_clear(&r->progress, &b);
	(void)out_put(OUT_DIAGNOSTIC, buf_span(&b));
}

static void hear_line(void *to, int64_t at_ms, enum role_arm arm, enum tape_mark mark,
                      struct span text, bool more)
{
	struct run *r = to;
	struct transcript_line line = { at_ms, arm, mark, text, more };

	erase_progress(r);
	work_tape_line(&r->tape, &line);
}

static void hear_progress(void *to, int64_t at_ms, enum rung idp, enum rung pop, size_t finished,
                          size_t all)
{
	struct run *r = to;
	char room[PROGRESS_SIZE];
	struct buf b = BUF(room);
	struct progress_now now = { at_ms, idp, pop, finished, all };

	/* When nothing is being climbed the reports have been printed already. */
	if (!r->telling || at_ms < PROGRESS_AFTER_MS || (idp == RUNG__COUNT && pop == RUNG__COUNT))
		return;
	progress_put(&r->progress, &now, &b);
	(void)out_put(OUT_DIAGNOSTIC, buf_span(&b));
}

static void hear_report(void *to, const struct report *report)
{
	struct run *r = to;
	struct work *w = r->work;
	struct page page = work_page(w, &r->out, OUT_RESULT);

	erase_progress(r);
	again_report(&r->again, report);
	switch (r->format) {
	case FORMAT_HUMAN:
		if (r->many) {
			human_many_report(&page, &w->many, report, &w->explanation);
			break;
		}
		explain_report(report, &w->explanation);
		human_report(&page, report, &w->explanation);
		break;
	case FORMAT_JSON:
		explain_report(report, &w->explanation);
		jsonout_report(&r->out, report, &w->explanation, page.share);
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

static bool read_ask(struct run *r, struct desk_ask *ask, size_t all, int *status)
{
	const struct options *o = &r->work->options;
	uint64_t jobs = 1;

	*ask = (struct desk_ask){
		.settings = &r->work->settings,
		.credential = &r->work->credential,
		.trust = &r->work->trust,
		.mailboxes = { r, next_mailbox, all },
		.ear = { .to = r, .report = hear_report, .progress = hear_progress },
		.stop_after = RUNG__COUNT,
		.keeper = true,
		.probe = true,
		.discovery = o->given[OPTION_NO_DISCOVERY] == 0,
		.triage = o->given[OPTION_TRIAGE] != 0,
		.show_secrets = o->given[OPTION_SHOW_SECRETS] != 0,
	};
	if (o->given[OPTION_JOBS] != 0 &&
	    (!span_u64(o->value[OPTION_JOBS], DESK_JOBS_MAX, &jobs) || jobs == 0)) {
		*status = work_usage(r->work, "--jobs ", o->value[OPTION_JOBS],
		                     " is not a number from 1 to 16");
		return false;
	}
	if (all == 1 && next_mailbox(r, &ask->only))
		rewind_list(r);
	ask->jobs = (unsigned)jobs;
	if (o->given[OPTION_STOP_AFTER] == 0 ||
	    ladder_find(o->value[OPTION_STOP_AFTER], &ask->stop_after))
		return true;
	*status = work_usage(r->work, "--stop-after ", o->value[OPTION_STOP_AFTER],
	                     " is not a rung; rungs are credential, tenant, idp-dns, idp-tcp, "
	                     "idp-tls, token, claims, pop-dns, pop-tcp, pop-tls, greeting, capa, "
	                     "auth, mailbox, quit");
	return false;
}

/* The end of the output, behind the reports of all mailboxes. */
static int conclude(struct run *r, enum ladder_exit gravest)
{
	struct page page = work_page(r->work, &r->out, OUT_RESULT);
	int status = (int)gravest;

	if (r->many && r->format == FORMAT_HUMAN)
		human_many_end(&page, &r->work->many, gravest);
	if (r->format == FORMAT_NAGIOS)
		status = (int)nagios_end(&r->nagios, &r->out);
	return status;
}

static int check_once(struct run *r, struct desk_ask *ask)
{
	struct fault f = { 0 };
	enum ladder_exit gravest;
	int status;
	bool ran;

	human_many_start(&r->work->many);
	ran = desk_run(&r->work->desk, ask, &gravest, &f);
	erase_progress(r);
	if (!ran)
		return work_refuse(r->work, &f);
	status = conclude(r, gravest);
	if (r->holding && again_wanted(&r->again)) {
		again_say(&r->again, r->quiet);
		return status;
	}
	flush(r);
	return status == LADDER_EXIT_OK && r->lost ? LADDER_EXIT_INTERNAL : status;
}

/* What is to be tried and heard, and the check itself: the task of one try of --wait. */
struct task {
	struct run *run;
	struct desk_ask *ask;
};

static int try_once(void *of)
{
	struct task *t = of;
	const struct role_token *token = &t->run->work->desk.token;

	(void)lock_memory(token, sizeof *token);
	return check_once(t->run, t->ask);
}

static int check_again(struct run *r, struct desk_ask *ask)
{
	struct work *w = r->work;
	struct task task = { r, ask };
	struct fault f = { 0 };
	int64_t ms;
	int status;

	if (!conf_duration(w->options.value[OPTION_WAIT], &ms))
		return work_usage(w, "--wait ", w->options.value[OPTION_WAIT],
		                  " is not a time such as 90m or 2h, at most 1 day");
	r->holding = true;
	again_start(&r->again, ms);
	for (;;) {
		if (!again_try(&r->again, try_once, &task, &status, &f))
			return work_refuse(w, &f);
		if (!r->again.wanted)
			return status;
		again_sleep(&r->again);
		obtain_forget(&w->settings, &w->credential);
		if (!obtain_credential(&w->settings, &w->credential, BUF(w->load.file), &f))
			return work_refuse(w, &f);
	}
}

int cmd_check(struct work *w)
{
	struct run r = { .work = w, .out = BUF(w->text) };
	struct out_terminal diagnostic = out_terminal(OUT_DIAGNOSTIC);
	int status = LADDER_EXIT_SETTINGS, format = FORMAT_HUMAN;
	struct desk_ask ask;
	size_t all = 0;

	if (!work_format(w, format_name, FORMAT__COUNT, &format, &status) ||
	    !work_load(w, WORK_TRUST, &status) || !read_mailboxes(&r, &all, &status) ||
	    !read_ask(&r, &ask, all, &status) || !work_load_credential(w, &status) ||
	    !work_tape_open(&r.tape, w, &status))
		return status;
	r.format = (enum format)format;
	r.quiet = w->options.given[OPTION_QUIET] != 0;
	r.many = all > 1;
	r.telling = diagnostic.terminal && !r.tape.stderr_too && !r.quiet;
	r.progress = (struct progress){ .width = diagnostic.width, .dumb = diagnostic.dumb };
	r.nagios.share = w->options.given[OPTION_SHARE] != 0 ? &w->share : NULL;
	if (r.tape.fd >= 0 || r.tape.stderr_too)
		ask.ear.line = hear_line;
	status = w->options.given[OPTION_WAIT] != 0 ? check_again(&r, &ask) : check_once(&r, &ask);
	work_tape_close(&r.tape);
	return status;
}
