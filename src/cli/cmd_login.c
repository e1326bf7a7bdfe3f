#include "cli/session.h"

/* A device code lives a quarter of an hour. */
enum { LOGIN_TIMEOUT_MS = 16 * 60 * 1000 };

struct login {
	struct session session;
	bool brief; /* the sign-in brought no refresh token */
};

/* On the standard error, as the standard output may be a file that nobody looks at. */
static void show_prompt(struct app *app, const struct worker_prompt *prompt)
{
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_DIAGNOSTIC);

	page_lines(&page, 0, SPAN("To sign in, open this address on any machine or phone:"));
	page_say(&page, "    %s", prompt->uri);
	page_end(&page);
	page_lines(&page, 0, SPAN("and type this code there:"));
	page_z(&page, "    ");
	page_toned(&page, PAGE_STRONG, span_z(prompt->user_code));
	page_end(&page);
	if (prompt->complete[0] != '\0') {
		page_lines(&page, 0, SPAN("This address has the code in it already:"));
		page_say(&page, "    %s", prompt->complete);
		page_end(&page);
	}
	page_say(&page, "The code is good for %lld minutes. Ctrl-C gives up; nothing is changed then.",
	         (long long)(prompt->expires_in / 60));
	page_end(&page);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&out));
}

/* What went wrong or looks odd goes where the person looks. */
static void on_event(void *command, const struct run_event *event)
{
	struct login *l = command;
	const struct row *row;
	enum step failed;

	if (event->kind == RUN_PROMPT) {
		show_prompt(l->session.app, event->prompt);
		l->session.shows_progress = true; /* now the person is waited for */
	}
	if (event->kind != RUN_REPORT)
		return;
	row = event->report->row;
	l->brief = row_get(&row[STEP_TOKEN], FACT_NOTE).n != 0;
	if (report_first_failure(event->report, &failed) || row[STEP_TOKEN].verdict == VERDICT_WARN ||
	    row[STEP_CREDENTIAL].verdict == VERDICT_WARN)
		session_diagnose(&l->session, event->report, 0);
}

/* "Signed in. The tokens are kept in FILE. Next: o2pop check" */
static int conclude(struct app *app, bool brief)
{
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_RESULT);
	char bytes[2048];
	struct buf next = BUF(bytes);

	buf_z(&next, brief ? "\to2pop login" : "\to2pop check");
	settings_put_options(&next, &app->settings);
	if (brief) {
		page_lines(&page, 0,
		           SPAN("Signed in, but only for as long as this one token lives: o2pop token hands it out "
		                "until then. Add offline_access to the scope in the settings, and sign in "
		                "again:"));
		page_lines(&page, 0, buf_span(&next));
		return app_print(&out, EXIT_STATUS_OK);
	}
	page_z(&page, "Signed in. What is needed for further tokens is kept in ");
	page_put(&page, settings_get(&app->settings, SETTING_TOKEN_CACHE));
	page_end(&page);
	if (app->settings.source[SETTING_GRANT] == SETTING_FROM_DEFAULT)
		page_lines(&page, 0,
		           SPAN("Write grant = device-code into the settings, so that check and token use it."));
	page_lines(&page, 0, SPAN("Next:"));
	page_lines(&page, 0, buf_span(&next));
	return app_print(&out, EXIT_STATUS_OK);
}

static int sign_in(struct app *app)
{
	struct login l = { .brief = false };
	struct run_request *ask = &l.session.ask;
	int status;

	if (!session_start(&l.session, app, SPAN(""), &status))
		return status;
	l.session.on_event = on_event;
	l.session.command = &l;
	ask->workers = RUN_TOKEN;
	ask->stop_after = STEP_CLAIMS;
	ask->login = true;
	ask->patient = true;
	if (app->settings.source[SETTING_TIMEOUT] == SETTING_FROM_DEFAULT)
		app->settings.timeout_ms = LOGIN_TIMEOUT_MS;
	if (!session_run(&l.session, &status) || status != EXIT_STATUS_OK)
		return status;
	return conclude(app, l.brief);
}

int cmd_login(struct app *app)
{
	int status = EXIT_STATUS_SETTINGS;
	struct fault f = { 0 };

	if (!app_arguments(app, 0, &status))
		return status;
	/* Who says login means this grant; settings that say another one are not overruled. */
	if (!settings_set(&app->settings, SETTING_GRANT, span_z(grant_row(GRANT_DEVICE_CODE)->id), SETTING_FROM_DEFAULT,
	                  SPAN("login"), &f))
		return app_refuse(app, &f);
	if (!app_load(app, APP_TRUST, &status) || !app_settled(app, &status))
		return status;
	if (app->settings.grant != GRANT_DEVICE_CODE)
		return app_usage(app, "login signs a person in with grant = device-code, but the settings say grant = ",
		                 span_z(grant_row(app->settings.grant)->id), "");
	if (!app_load_credential(app, &status))
		return status;
	return sign_in(app);
}
