#include "check/lock.h"
#include "cli/mailbox_list.h"
#include "cli/retry.h"
#include "cli/session.h"
#include "conf/word.h"
#include "show/json_schema.h"
#include "show/nagios.h"
#include "text/ini.h"

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT_NAGIOS, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "human", "json", "nagios" };

struct check {
	struct session session;
	struct mailbox_list list;
	enum format format;
	bool quiet, many;
	bool holding; /* the report may not be wanted: see --wait */
	bool lost;    /* the standard output is broken */
	struct buf out;
	struct nagios nagios;
	struct retry retry;
};

/* Print what there is. Once nobody reads any more there is nothing further to say. */
static void flush(struct check *c)
{
	if (!c->quiet && !c->lost)
		c->lost = app_print(&c->out, EXIT_STATUS_OK) != EXIT_STATUS_OK;
	c->out.n = 0;
	c->out.full = false;
}

static void on_event(void *command, const struct run_event *event)
{
	struct check *c = command;
	struct app *app = c->session.app;
	struct page page = app_page(app, &c->out, OUTPUT_RESULT);

	if (event->kind != RUN_REPORT)
		return;
	retry_report(&c->retry, event->report);
	if (c->format == FORMAT_NAGIOS)
		nagios_add(&c->nagios, event->report);
	else if (c->format == FORMAT_HUMAN && c->many)
		text_report_many_report(&page, &app->many, event->report, &app->explanation);
	else
		session_report(&c->session, event->report, c->format == FORMAT_JSON, &c->out);
	if (c->format == FORMAT_JSON && c->many)
		json_report_many_report(&app->many_json, event->report, &app->explanation);
	if (!c->holding)
		flush(c);
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

static void fill_request(struct check *c, unsigned jobs, enum step stop_after)
{
	struct run_request *ask = &c->session.ask;
	const struct options *o = &c->session.app->options;

	ask->mailboxes = (struct run_list){ &c->list, mailbox_list_next, c->list.all };
	ask->jobs = jobs < c->list.all ? jobs : (unsigned)c->list.all;
	ask->stop_after = stop_after;
	ask->workers = RUN_TOKEN | RUN_MAIL;
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
	struct page page = app_page(app, &c->out, OUTPUT_RESULT);
	int status;

	if (c->holding)
		(void)lock_memory(&app->run.token, sizeof app->run.token);
	if (c->many && c->format == FORMAT_JSON)
		json_report_many_start(&app->many_json);
	else if (c->many)
		text_report_many_start(&app->many);
	if (!session_run(&c->session, &status))
		return status;
	if (c->many && c->format == FORMAT_HUMAN)
		text_report_many_end(&page, &app->many, (enum exit_status)status);
	if (c->many && c->format == FORMAT_JSON)
		json_report_many_end(&c->out, &app->many_json, (enum exit_status)status, page.pseudonym);
	if (c->format == FORMAT_NAGIOS)
		status = (int)nagios_end(&c->nagios, &c->out);
	if (c->holding && retry_wanted(&c->retry)) {
		retry_say(&c->retry, c->quiet);
		return status;
	}
	flush(c);
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

int cmd_check(struct app *app)
{
	struct check c = { .out = BUF(app->text), .quiet = app->options.given[OPTION_QUIET] != 0 };
	int status = EXIT_STATUS_SETTINGS, format = FORMAT_HUMAN;
	enum step stop_after = STEP__COUNT;
	unsigned jobs;

	if (app->options.given[OPTION_SCHEMA] != 0) {
		json_schema_put(&c.out);
		return app_print(&c.out, EXIT_STATUS_OK);
	}
	if (!no_settings_files(app, &status) || !read_stop(app, &stop_after, &status) ||
	    !app_format(app, format_name, FORMAT__COUNT, &format, &status) || !app_load(app, APP_TRUST, &status) ||
	    !app_settled(app, &status) || !mailbox_list_read(&c.list, app, &status) ||
	    !read_jobs(app, &jobs, &status) || !app_load_credential(app, &status) ||
	    !session_start(&c.session, app, SPAN(""), &status))
		return status;
	c.format = (enum format)format;
	c.many = c.list.all > 1;
	c.nagios.pseudonym = app_pseudonym(app);
	c.session.on_event = on_event;
	c.session.command = &c;
	c.session.shows_progress = !c.quiet;
	fill_request(&c, jobs, stop_after);
	return app->options.given[OPTION_WAIT] != 0 ? check_again(&c) : check_once(&c);
}
