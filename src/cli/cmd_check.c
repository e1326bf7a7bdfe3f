#include <errno.h>
#include <sys/mman.h>

#include "check/lock.h"
#include "cli/mailbox_list.h"
#include "cli/report_file.h"
#include "cli/retry.h"
#include "cli/session.h"
#include "conf/word.h"
#include "show/json_schema.h"
#include "show/nagios.h"
#include "show/openmetrics.h"
#include "text/ini.h"

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT_NAGIOS, FORMAT_OPENMETRICS, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "human", "json", "nagios", "openmetrics" };

struct check {
	struct session session;
	struct mailbox_list list;
	enum format format;
	bool quiet, many;
	bool holding; /* the report may not be wanted: see --wait */
	bool lost;    /* the standard output is broken */
	size_t reported;
	struct buf out;
	struct report_file file; /* of --output */
	struct nagios_limits warning, critical;
	struct nagios nagios;
	struct openmetrics openmetrics;
	struct retry retry;
};

/* Print what there is. Once nobody reads any more there is nothing further to say. */
static void flush(struct check *c)
{
	if (!c->lost && c->file.open)
		c->lost = !report_file_put(&c->file, buf_span(&c->out));
	else if (!c->lost && !c->quiet)
		c->lost = app_print(&c->out, EXIT_STATUS_OK) != EXIT_STATUS_OK;
	c->out.n = 0;
	c->out.full = false;
}

/* In a file there is neither colour nor a width. */
static struct page result_page(struct check *c)
{
	struct page page = app_page(c->session.app, &c->out, OUTPUT_RESULT);

	if (c->file.open) {
		page.width = 0;
		page.colour = false;
	}
	return page;
}

static void take_report(struct check *c, const struct report *report)
{
	struct app *app = c->session.app;
	struct page page = result_page(c);

	switch (c->format) {
	case FORMAT_HUMAN:
		explain_report(report, &app->explanation);
		if (c->many)
			text_report_many_report(&page, &app->many, report, &app->explanation);
		else
			text_report_one(&page, report, &app->explanation);
		return;
	case FORMAT_JSON:
		session_report(&c->session, report, true, &c->out);
		if (c->many)
			json_report_many_report(&app->many_json, report, &app->explanation);
		return;
	case FORMAT_NAGIOS:
		nagios_add(&c->nagios, report);
		return;
	case FORMAT_OPENMETRICS:
		explain_report(report, &app->explanation);
		openmetrics_add(&c->openmetrics, report, app->explanation.n != 0 ? app->explanation.cause[0].id : NULL);
		return;
	case FORMAT__COUNT:
		return;
	}
}

static void on_event(void *command, const struct run_event *event)
{
	struct check *c = command;

	if (event->kind != RUN_REPORT)
		return;
	retry_report(&c->retry, event->report);
	c->reported++;
	take_report(c, event->report);
	if (!c->holding)
		flush(c);
}

/* After --fail-fast. */
static void put_not_begun(struct page *p, size_t n)
{
	char text[80];
	struct buf b = BUF(text);

	buf_say(&b, "%zu not checked, since one has failed (--fail-fast)", n);
	page_to(p, 6);
	page_row(p, 6, buf_span(&b), SPAN_NONE);
}

/* What is said at the end, of the run as a whole; the exit status is the run's, but for that of nagios. */
static int put_end(struct check *c, int status)
{
	struct app *app = c->session.app;
	struct page page = result_page(c);
	struct openmetrics_place at = { .family = 0 };

	if (c->many && c->format == FORMAT_HUMAN)
		text_report_many_end(&page, &app->many, (enum exit_status)status);
	if (c->many && c->format == FORMAT_HUMAN && c->reported < c->list.all)
		put_not_begun(&page, c->list.all - c->reported);
	if (c->many && c->format == FORMAT_JSON)
		json_report_many_end(&c->out, &app->many_json, (enum exit_status)status, page.pseudonym);
	if (c->format == FORMAT_NAGIOS)
		status = (int)nagios_end(&c->nagios, &c->out);
	while (c->format == FORMAT_OPENMETRICS && openmetrics_next(&c->openmetrics, &at, &c->out))
		if (!c->holding && c->out.n + OPENMETRICS_PIECE > c->out.cap)
			flush(c);
	return status;
}

/* The report is whole: the file of --output takes its name. */
static int put_file(struct check *c, int status)
{
	struct fault f = { 0 };

	if (!c->file.open)
		return status;
	if (c->lost) {
		report_file_abandon(&c->file);
		fault_say(&f, FAULT_FILE_UNREADABLE, 0, "the report cannot be written to %s", c->file.path);
	} else if (report_file_commit(&c->file, &f)) {
		return status;
	}
	return app_refuse(c->session.app, &f);
}

static bool read_jobs(struct app *app, unsigned *jobs, int *status)
{
	uint64_t n = 1;

	if (app->options.given[OPTION_JOBS] != 0 &&
	    (!span_u64(app->options.value[OPTION_JOBS], RUN_JOBS_MAX, &n) || n == 0))
		return app_stop(status, app_usage(app, "--jobs ", app->options.value[OPTION_JOBS],
		                                  " is not a number from 1 to 16"));
	*jobs = (unsigned)n;
	return true;
}

static bool read_stop(struct app *app, enum step *stop_after, int *status)
{
	struct span given = app->options.value[OPTION_STOP_AFTER];
	struct near near = { .given = given };
	char text[300 + WORD_MAX];
	struct buf b = buf_field(text, sizeof text);

	if (app->options.given[OPTION_STOP_AFTER] == 0 || step_find(given, stop_after))
		return true;
	buf_z(&b, " is not a step; the steps are ");
	for (int i = 0; i < STEP__COUNT; i++) {
		buf_say(&b, "%s%s", i == 0 ? "" : ", ", step_table[i].id);
		near_offer(&near, step_table[i].id);
	}
	word_suggest(&b, WORD_OTHER, &near);
	return app_stop(status, app_usage(app, "--stop-after ", given, text));
}

/* The first mailbox, whose domain stands in the transcript before any report. */
static void learn_first(struct check *c)
{
	struct pseudonym *of = app_pseudonym(c->session.app);
	struct span mailbox;

	if (of == NULL || !mailbox_list_next(&c->list, &mailbox))
		return;
	pseudonym_add(of, PSEUDONYM_MAILBOX, mailbox);
	mailbox_list_rewind(&c->list);
}

static void fill_request(struct check *c, unsigned jobs, enum step stop_after)
{
	struct run_request *ask = &c->session.ask;
	const struct options *o = &c->session.app->options;

	ask->mailboxes = (struct run_list){ &c->list, mailbox_list_next, c->list.all };
	ask->jobs = jobs < c->list.all ? jobs : (unsigned)c->list.all;
	ask->stop_after = stop_after;
	ask->fail_fast = o->given[OPTION_FAIL_FAST] != 0;
	ask->workers = RUN_TOKEN | RUN_MAIL;
	ask->clock_from_server = o->given[OPTION_CLOCK_FROM_SERVER] != 0;
	if (o->given[OPTION_NO_DISCOVERY] == 0)
		ask->workers |= RUN_TENANT;
	if (o->given[OPTION_TRIAGE] != 0)
		ask->workers |= RUN_TRIAGE;
	if (c->list.all == 1 && mailbox_list_next(&c->list, &ask->only))
		mailbox_list_rewind(&c->list);
}

/* One check; with --wait, one try in a process of its own. */
static int check_once(void *of)
{
	struct check *c = of;
	struct app *app = c->session.app;
	int status = EXIT_STATUS_OK;

	if (c->holding)
		(void)lock_memory(&app->run.token, sizeof app->run.token);
	if (c->list.torn && c->format == FORMAT_JSON)
		buf_byte(&c->out, '\n'); /* what is appended to the file begins a line */
	if (c->many && c->format == FORMAT_JSON)
		json_report_many_start(&app->many_json);
	else if (c->many)
		text_report_many_start(&app->many);
	if (c->list.all != 0 && !session_run(&c->session, &status)) { /* a shard may have none */
		report_file_abandon(&c->file);
		return status;
	}
	status = put_end(c, status);
	if (c->holding && retry_wanted(&c->retry)) {
		retry_say(&c->retry, c->quiet);
		return status;
	}
	flush(c);
	status = put_file(c, status);
	return status == EXIT_STATUS_OK && c->lost ? EXIT_STATUS_INTERNAL : status;
}

static int check_again(struct check *c)
{
	struct app *app = c->session.app;
	struct fault f = { 0 };
	int64_t ms;
	int status;

	if (!ini_duration(app->options.value[OPTION_WAIT], &ms))
		return app_usage(app, "--wait ", app->options.value[OPTION_WAIT],
		                 " is not a time such as 90m or 2h, at most 1 day");
	c->holding = true;
	retry_start(&c->retry, ms);
	for (;;) {
		if (!retry_try(&c->retry, check_once, c, &status, &f))
			return app_refuse(app, &f);
		if (!c->retry.wanted)
			return status;
		retry_sleep(&c->retry);
	}
}

/* "o2pop check job.conf": no domain ends so. */
static bool no_settings_files(struct app *app, int *status)
{
	static const char *const ends[] = { ".conf", ".cfg", ".ini", ".toml", ".json" };

	for (size_t i = 0; i < app->options.arguments; i++) {
		struct span given = app->options.argument[i];
		size_t at;

		for (size_t k = 0; k < COUNT(ends); k++)
			if (span_ends(given, span_z(ends[k])) && !span_find_byte(given, '@', &at))
				return app_stop(status, app_usage(app, "a mailbox is expected, not '", given,
				                                  "'; did you mean it as settings: -c FILE?"));
	}
	return true;
}

/* "-o json", as kubectl has it: a file of that name is hardly meant. */
static bool no_format_for_a_file(struct app *app, int *status)
{
	struct span given = app->options.value[OPTION_OUTPUT];
	char more[60];
	struct buf b = buf_field(more, sizeof more);

	for (int i = 0; i < FORMAT__COUNT; i++) {
		if (!span_eq(given, span_z(format_name[i])))
			continue;
		buf_say(&b, " would be the name of a file; did you mean --format %s?", format_name[i]);
		return app_stop(status, app_usage(app, "--output ", given, more));
	}
	return true;
}

/* Thresholds, a place for the metrics of each mailbox, and the file of --output. */
static bool prepare_result(struct check *c, struct fault *f)
{
	const struct options *o = &c->session.app->options;
	size_t bytes = c->list.all * sizeof *c->openmetrics.mailbox;

	if (!nagios_limits_read(&c->warning, o->value[OPTION_WARNING], f) ||
	    !nagios_limits_read(&c->critical, o->value[OPTION_CRITICAL], f))
		return false;
	c->nagios = (struct nagios){ .pseudonym = app_pseudonym(c->session.app),
		                     .warning = &c->warning,
		                     .critical = &c->critical,
		                     .lines = BUF(c->session.app->nagios_lines) };
	if (c->format == FORMAT_OPENMETRICS) {
		c->openmetrics.pseudonym = c->nagios.pseudonym;
		c->openmetrics.room = c->list.all;
		c->openmetrics.mailbox =
			mmap(NULL, bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (c->openmetrics.mailbox == MAP_FAILED)
			return fault_set(f, FAULT_SYSTEM, errno, SPAN("mmap"));
	}
	return o->given[OPTION_OUTPUT] == 0 || report_file_open(&c->file, o->value[OPTION_OUTPUT], f);
}

int cmd_check(struct app *app)
{
	struct check c = { .out = BUF(app->text), .quiet = app->options.given[OPTION_QUIET] != 0 };
	int status = EXIT_STATUS_SETTINGS, format = FORMAT_HUMAN;
	enum step stop_after = STEP__COUNT;
	struct fault f = { 0 };
	unsigned jobs;

	if (app->options.given[OPTION_SCHEMA] != 0) {
		json_schema_put(&c.out);
		return app_print(&c.out, EXIT_STATUS_OK);
	}
	if (!no_settings_files(app, &status) || !no_format_for_a_file(app, &status) ||
	    !read_stop(app, &stop_after, &status) || !app_format(app, format_name, FORMAT__COUNT, &format, &status) ||
	    !app_load(app, APP_TRUST, &status) || !app_settled(app, &status) ||
	    !mailbox_list_read(&c.list, app, &status) || !read_jobs(app, &jobs, &status) ||
	    !app_load_credential(app, &status) || !session_start(&c.session, app, SPAN(""), &status))
		return status;
	c.format = (enum format)format;
	c.many = c.list.named > 1;
	if (!prepare_result(&c, &f))
		return app_refuse(app, &f);
	c.session.on_event = on_event;
	c.session.command = &c;
	c.session.shows_progress = !c.quiet;
	learn_first(&c);
	fill_request(&c, jobs, stop_after);
	return app->options.given[OPTION_WAIT] != 0 ? check_again(&c) : check_once(&c);
}
