#include "preflight/preflight.h"
#include "cli/token_format.h"
#include "cli/session.h"
#include "text/ini.h"

static const char *const form_name[TOKEN_FORMAT__COUNT] = { "raw", "json", "header", "sasl" };

struct token_command {
	struct session session;
	struct span mailbox;
	enum token_format form;
	int64_t min_life_s, expires_in;
};

/* Without a token the reason goes to the standard error, where nobody takes it for one. */
static void on_event(void *command, const struct run_event *event)
{
	struct token_command *t = command;
	const struct report *report = event->report;
	enum step failed;

	if (event->kind != RUN_REPORT)
		return;
	(void)!row_i64(&report->row[STEP_TOKEN], FACT_EXPIRES_IN, &t->expires_in);
	if (!report_first_failure(report, &failed))
		return;
	app_json_error(t->session.app, &report->row[failed].fault, (int)report_exit(report));
	session_diagnose(&t->session, report, 0);
}

static int print(const struct token_command *t, struct app *app)
{
	struct token_format_input bearer = { &app->token, t->mailbox, &app->settings, t->expires_in };
	struct buf out = BUF(app->text);
	int status;

	if (output_terminal(OUTPUT_RESULT).terminal)
		output_error(SPAN("this token opens the mailbox for about an hour to whoever sees it; better send it "
		                  "into a program or a private file: (umask 077; o2pop token >FILE)"));
	token_format_put(&out, t->form, &bearer);
	status = app_print(&out, EXIT_STATUS_OK);
	secret_wipe_bytes(app->text, out.n);
	secret_wipe(&app->token);
	return status;
}

/* Which mailbox the SASL string is for; the other forms need none. */
static bool choose_mailbox(struct token_command *t, struct app *app, int *status)
{
	struct fault f = { 0 };

	t->mailbox =
		app->options.arguments != 0 ? app->options.argument[0] : settings_get(&app->settings, SETTING_MAILBOX);
	if (t->form != TOKEN_FORMAT_SASL)
		return true;
	if (t->mailbox.n == 0)
		return app_stop(status, app_usage(app, "", SPAN("--format sasl"),
		                                  " needs the mailbox: o2pop token --format sasl user@example.com"));
	if (t->mailbox.n <= REPORT_MAILBOX_MAX && preflight_mailbox(t->mailbox, &f))
		return true;
	return app_stop(status, app_usage(app, "the mailbox '", t->mailbox, "' is not an address"));
}

/* How long a stored token must still live. */
static bool choose_life(struct token_command *t, struct app *app, int *status)
{
	const struct options *o = &app->options;
	int64_t ms = TOKEN_FETCH_MIN_LIFE_S * 1000;

	if (o->given[OPTION_MIN_LIFE] != 0 && !ini_duration(o->value[OPTION_MIN_LIFE], &ms))
		return app_stop(status, app_usage(app, "--min-life ", o->value[OPTION_MIN_LIFE],
		                                  " is not a time such as 10m or 1h, at most 1 day"));
	t->min_life_s = ms < 1000 ? 1 : ms / 1000;
	return true;
}

static int get_token(struct token_command *t, struct app *app)
{
	struct run_request *ask = &t->session.ask;
	int status;

	if (!session_start(&t->session, app, t->mailbox, &status))
		return status;
	t->session.on_event = on_event;
	t->session.command = t;
	ask->workers = RUN_TOKEN;
	ask->stop_after = STEP_TOKEN;
	ask->patient = true;
	ask->min_life_s = t->min_life_s;
	ask->token = &app->token;
	if (app->settings.grant == GRANT_SERVICE_ACCOUNT)
		ask->only = t->mailbox;
	if (!session_run(&t->session, &status))
		return status;
	if (status == EXIT_STATUS_OK && !secret_is_set(&app->token))
		status = EXIT_STATUS_INTERNAL;
	return status == EXIT_STATUS_OK ? print(t, app) : status;
}

int cmd_token(struct app *app)
{
	struct token_command t = { .expires_in = 0 };
	int status = EXIT_STATUS_SETTINGS, form = TOKEN_FORMAT_RAW;

	if (!app_format(app, form_name, TOKEN_FORMAT__COUNT, &form, &status) || !app_arguments(app, 1, &status) ||
	    !app_load(app, APP_TRUST, &status) || !app_settled(app, &status))
		return status;
	t.form = (enum token_format)form;
	if (!choose_mailbox(&t, app, &status) || !choose_life(&t, app, &status) || !app_load_credential(app, &status))
		return status;
	return get_token(&t, app);
}
