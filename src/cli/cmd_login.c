#include "preflight/preflight.h"
#include "cli/run_one.h"
#include "show/progress.h"

/* A device code lives a quarter of an hour. */
enum { LOGIN_TIMEOUT_MS = 16 * 60 * 1000 };

struct command_run {
	struct run_one single; /* first: what the supervisor's ear is given */
	struct app *app;
	bool telling; /* a status line on the terminal is allowed */
	bool asked;   /* the person knows where to sign in */
	bool brief;   /* the sign-in brought no refresh token */
	struct progress progress;
};

static void erase_progress(struct command_run *r)
{
	char scratch[PROGRESS_SIZE];
	struct buf b = BUF(scratch);

	progress_clear(&r->progress, &b);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
}

/* On the standard error, as the standard output may be a file that nobody looks at. */
static void on_prompt(void *to, const struct worker_prompt *prompt)
{
	struct command_run *r = to;
	struct buf out = BUF(r->app->text);
	struct page page = app_page(r->app, &out, OUTPUT_DIAGNOSTIC);
	char digits[24];
	struct buf minutes = BUF(digits);

	erase_progress(r);
	page_words(&page, 0, SPAN("To sign in, open this address on any machine or phone:"));
	page_end(&page);
	page_z(&page, "    ");
	page_put(&page, span_z(prompt->uri));
	page_end(&page);
	page_words(&page, 0, SPAN("and type this code there:"));
	page_end(&page);
	page_z(&page, "    ");
	page_tone(&page, PAGE_STRONG);
	page_put(&page, span_z(prompt->user_code));
	page_tone(&page, PAGE_PLAIN);
	page_end(&page);
	if (prompt->complete[0] != '\0') {
		page_words(&page, 0, SPAN("This address has the code in it already:"));
		page_end(&page);
		page_z(&page, "    ");
		page_put(&page, span_z(prompt->complete));
		page_end(&page);
	}
	page_z(&page, "The code is good for ");
	buf_i64(&minutes, prompt->expires_in / 60);
	page_put(&page, buf_span(&minutes));
	page_z(&page, " minutes. Ctrl-C gives up; nothing is changed then.");
	page_end(&page);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&out));
	r->asked = true;
}

static void on_progress(void *to, int64_t at_ms, enum step idp, enum step pop, size_t finished, size_t all)
{
	struct command_run *r = to;
	char scratch[PROGRESS_SIZE];
	struct buf b = BUF(scratch);
	struct progress_now now = { at_ms, idp, pop, finished, all };

	if (!r->telling || !r->asked || idp == STEP__COUNT)
		return;
	progress_put(&r->progress, &now, &b);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
}

/* What went wrong or looks odd goes where the person looks. */
static void on_report(void *to, const struct report *report)
{
	struct command_run *r = to;
	struct app *app = r->app;
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_DIAGNOSTIC);
	enum step failed;

	erase_progress(r);
	r->brief = row_get(&report->row[STEP_TOKEN], FACT_NOTE).n != 0;
	if (!report_first_failure(report, &failed) && report->row[STEP_TOKEN].verdict != VERDICT_WARN &&
	    report->row[STEP_CREDENTIAL].verdict != VERDICT_WARN)
		return;
	explain_report(report, &app->explanation);
	text_report_one(&page, report, &app->explanation);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&out));
}

/* "Signed in. The tokens are kept in FILE. Next: o2pop check" */
static int conclude(struct app *app, bool brief)
{
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_RESULT);

	if (brief) {
		page_words(&page, 0,
		           SPAN("Signed in, but only for as long as this one token lives: o2pop token "
		                "hands it out until then. Add offline_access to the scope in the "
		                "settings, and sign in again:"));
		page_end(&page);
		page_z(&page, "    o2pop login");
		page_end(&page);
		return app_print(&out, EXIT_STATUS_OK);
	}
	page_z(&page, "Signed in. What is needed for further tokens is kept in ");
	page_put(&page, settings_get(&app->settings, SETTING_TOKEN_CACHE));
	page_end(&page);
	if (app->settings.source[SETTING_GRANT] == SETTING_FROM_DEFAULT) {
		page_words(&page, 0,
		           SPAN("Write grant = device-code into the settings, so that check and token "
		                "use it."));
		page_end(&page);
	}
	page_words(&page, 0, SPAN("Next: o2pop check"));
	page_end(&page);
	return app_print(&out, EXIT_STATUS_OK);
}

static int sign_in(struct command_run *r)
{
	struct app *app = r->app;
	struct run_request ask;
	int status;

	if (!run_one_start(&r->single, app, SPAN(""), &ask, &status))
		return status;
	ask.stop_after = STEP_CLAIMS;
	ask.token_worker = true;
	ask.login = true;
	ask.patient = true;
	ask.events.prompt = on_prompt;
	ask.events.progress = on_progress;
	ask.events.report = on_report;
	if (app->settings.source[SETTING_TIMEOUT] == SETTING_FROM_DEFAULT)
		app->settings.timeout_ms = LOGIN_TIMEOUT_MS;
	if (!run_one_run(&r->single, &ask, &status) || status != EXIT_STATUS_OK)
		return status;
	return conclude(app, r->brief);
}

/* Who says login means this grant; settings that say another one are not overruled. */
static bool choose_grant(struct app *app, int *status)
{
	struct fault f = { 0 };

	if (settings_set(&app->settings, SETTING_GRANT, span_z(grant_row(GRANT_DEVICE_CODE)->id), SETTING_FROM_DEFAULT,
	                 SPAN("login"), &f))
		return true;
	*status = app_refuse(app, &f);
	return false;
}

int cmd_login(struct app *app)
{
	struct output_terminal diagnostic = output_terminal(OUTPUT_DIAGNOSTIC);
	struct command_run r = {
		.app = app,
		.progress = { .width = diagnostic.width, .dumb = diagnostic.dumb },
	};
	int status = EXIT_STATUS_SETTINGS;

	if (!app_arguments(app, 0, &status) || !choose_grant(app, &status) || !app_load(app, APP_TRUST, &status) ||
	    !app_settled(app, &status))
		return status;
	if (app->settings.grant != GRANT_DEVICE_CODE)
		return app_usage(app, "login signs a person in with grant = device-code, but the settings say grant = ",
		                 span_z(grant_row(app->settings.grant)->id), "");
	if (!app_load_credential(app, &status))
		return status;
	r.telling = diagnostic.terminal && app->options.given[OPTION_VERBOSE] == 0;
	return sign_in(&r);
}
