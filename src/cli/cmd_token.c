#include "preflight/preflight.h"
#include "cli/token_format.h"
#include "cli/run_one.h"
#include "text/ini.h"

static const char *const form_name[TOKEN_FORMAT__COUNT] = { "raw", "json", "header", "sasl" };

/* The one check that is run, as far as the token. */
struct command_run {
	struct run_one single; /* first: what the supervisor's ear is given */
	struct app *app;
	struct span mailbox;
	enum token_format form;
	int64_t min_life_s, expires_in;
};

/* There is no token: the reason goes to the standard error, where nobody takes it for one. */
static void on_report(void *to, const struct report *report)
{
	struct command_run *r = to;
	struct app *app = r->app;
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_DIAGNOSTIC);
	enum step failed;

	(void)!row_i64(&report->row[STEP_TOKEN], FACT_EXPIRES_IN, &r->expires_in);
	if (!report_first_failure(report, &failed))
		return;
	app_json_error(app, &report->row[failed].fault, (int)report_exit(report));
	explain_report(report, &app->explanation);
	text_report_one(&page, report, &app->explanation);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&out));
}

static int print(struct command_run *r)
{
	struct app *app = r->app;
	struct token_request_format bearer = { &app->token, r->mailbox, &app->settings, r->expires_in };
	struct buf out = BUF(app->text);
	int status;

	if (output_terminal(OUTPUT_RESULT).terminal)
		output_error(SPAN("this token opens the mailbox for about an hour to whoever sees it; "
		                  "better send it into a program or a private file: (umask 077; o2pop "
		                  "token >FILE)"));
	token_format_put(&out, r->form, &bearer);
	status = app_print(&out, EXIT_STATUS_OK);
	secret_wipe_bytes(app->text, out.n);
	secret_wipe(&app->token);
	return status;
}

/* Which mailbox the SASL string is for; the other forms need none. */
static bool choose_mailbox(struct command_run *r, int *status)
{
	struct app *app = r->app;
	struct fault f = { 0 };

	r->mailbox =
		app->options.arguments != 0 ? app->options.argument[0] : settings_get(&app->settings, SETTING_MAILBOX);
	if (r->form != TOKEN_FORMAT_SASL)
		return true;
	if (r->mailbox.n == 0) {
		*status = app_usage(app, "", SPAN("--format sasl"),
		                    " needs the mailbox: o2pop "
		                    "token --format sasl user@example.com");
		return false;
	}
	if (r->mailbox.n <= REPORT_MAILBOX_MAX && preflight_mailbox(r->mailbox, &f))
		return true;
	*status = app_usage(app, "the mailbox '", r->mailbox, "' is not an address");
	return false;
}

/* How long a stored token must still live. */
static bool choose_life(struct command_run *r, int *status)
{
	const struct options *o = &r->app->options;
	int64_t ms = TOKEN_FETCH_MIN_LIFE_S * 1000;

	if (o->given[OPTION_MIN_LIFE] != 0 && !ini_duration(o->value[OPTION_MIN_LIFE], &ms)) {
		*status = app_usage(r->app, "--min-life ", o->value[OPTION_MIN_LIFE],
		                    " is not a time such as 10m or 1h, at most 1 day");
		return false;
	}
	r->min_life_s = ms < 1000 ? 1 : ms / 1000;
	return true;
}

static int get_token(struct command_run *r)
{
	struct app *app = r->app;
	struct run_request ask;
	int status;

	if (!run_one_start(&r->single, app, r->mailbox, &ask, &status))
		return status;
	ask.stop_after = STEP_TOKEN;
	ask.token_worker = true;
	ask.patient = true;
	ask.min_life_s = r->min_life_s;
	ask.token = &app->token;
	ask.events.report = on_report;
	if (app->settings.grant == GRANT_SERVICE_ACCOUNT)
		ask.only = r->mailbox;
	if (!run_one_run(&r->single, &ask, &status))
		return status;
	if (status == EXIT_STATUS_OK && !secret_is_set(&app->token))
		status = EXIT_STATUS_INTERNAL;
	return status == EXIT_STATUS_OK ? print(r) : status;
}

int cmd_token(struct app *app)
{
	struct command_run r = { .app = app };
	int status = EXIT_STATUS_SETTINGS, form = TOKEN_FORMAT_RAW;

	if (!app_format(app, form_name, TOKEN_FORMAT__COUNT, &form, &status) || !app_arguments(app, 1, &status) ||
	    !app_load(app, APP_TRUST, &status) || !app_settled(app, &status))
		return status;
	r.form = (enum token_format)form;
	if (!choose_mailbox(&r, &status) || !choose_life(&r, &status) || !app_load_credential(app, &status))
		return status;
	return get_token(&r);
}
