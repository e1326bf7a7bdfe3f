#include <unistd.h>

#include "preflight/preflight.h"
#include "cli/token_format.h"
#include "cli/secrets.h"
#include "cli/app.h"
#include "ident/token.h"

/* The token: from access_token_file, else from the standard input, where a terminal is asked without echo. */
static bool read_token(struct app *app, struct secret *s, struct fault *f)
{
	struct span path = settings_get(&app->settings, SETTING_ACCESS_TOKEN_FILE);

	if (path.n == 0 && isatty(STDIN_FILENO) == 1) {
		(void)secrets_from_terminal(SPAN("Access token (it is not shown): "), BUF(app->load.file), s, f);
	} else if (!secrets_from_file(path.n != 0 ? path : SPAN("-"), BUF(app->load.file), s, f)) {
		if (path.n != 0 || f->num != 0)
			return false;
		*f = (struct fault){ 0 }; /* nothing came in: below is said what could */
	}
	if (f->code != FAULT_NONE || secret_is_set(s))
		return f->code == FAULT_NONE;
	return fault_set(f, FAULT_USAGE, 0,
	                 SPAN("there is no token: give --access-token-file FILE, or send it to the standard input "
	                      "(o2pop token | o2pop encode MAILBOX)"));
}

static int encode(struct app *app, struct span mailbox)
{
	struct token token;
	struct token_format_input bearer = { &token.access, mailbox, &app->settings, 0 };
	struct buf out = BUF(app->text);
	struct fault f = { 0 }, why = { 0 };
	bool good = read_token(app, &app->token, &f);
	int status;

	/* Its length and alphabet are those that a check demands. */
	if (good && !token_take(&app->token, &token, &why))
		good = fault_say(&f, FAULT_SETTING_BAD, 0, "%s: %.*s; o2pop decode says more", fault_text(why.code),
		                 SPAN_ARG(fault_evidence(&why)));
	secret_wipe(&app->token);
	if (!good)
		return app_refuse(app, &f);
	if (output_terminal(OUTPUT_RESULT).terminal)
		output_error(SPAN("this string holds the token: whoever sees it can open the mailbox"));
	token_format_put(&out, TOKEN_FORMAT_SASL, &bearer);
	secret_wipe(&token.access);
	status = app_print(&out, EXIT_STATUS_OK);
	secret_wipe_bytes(app->text, out.n);
	return status;
}

int cmd_encode(struct app *app)
{
	int status = EXIT_STATUS_SETTINGS;
	struct span mailbox;
	struct fault f = { 0 };

	if (!app_arguments(app, 1, &status) || !app_load(app, APP_SETTINGS, &status))
		return status;
	mailbox = settings_get(&app->settings, SETTING_MAILBOX);
	if (app->options.arguments != 0)
		mailbox = app->options.argument[0];
	if (mailbox.n == 0)
		return app_usage(app, "", SPAN("the mailbox is missing"), ": o2pop encode user@example.com");
	if (mailbox.n > REPORT_MAILBOX_MAX || !preflight_mailbox(mailbox, &f))
		return app_usage(app, "the mailbox '", mailbox, "' is not an address");
	return encode(app, mailbox);
}
