#include <unistd.h>

#include "preflight/preflight.h"
#include "cli/files.h"
#include "cli/app.h"
#include "show/setup.h"

enum format { FORMAT_TEXT, FORMAT_POWERSHELL, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "text", "powershell" };

/* The mailboxes: the arguments, else the setting. */
static bool take_mailboxes(struct app *app, struct setup *s, struct span *setting, int *status)
{
	*setting = settings_get(&app->settings, SETTING_MAILBOX);
	s->mailbox = app->options.arguments != 0 ? app->options.argument : setting;
	s->mailboxes = app->options.arguments != 0 ? app->options.arguments : setting->n != 0;
	if (!app_arguments(app, SETUP_MAILBOXES_MAX, status))
		return false;
	for (size_t i = 0; i < s->mailboxes; i++) {
		if (preflight_mailbox(s->mailbox[i], &(struct fault){ 0 }))
			continue;
		return app_stop(status, app_usage(app, "the mailbox '", s->mailbox[i], "' is not an address"));
	}
	return true;
}

/* The settings file as a program finds it that starts in another folder. */
static struct span absolute(struct span path, char *scratch, size_t n)
{
	struct buf b = { (unsigned char *)scratch, n, 0, false };

	if (path.n == 0 || path.p[0] == '/' || files_is_descriptor(path) || getcwd(scratch, n) == NULL)
		return path;
	b.n = span_z(scratch).n;
	buf_say(&b, "/%.*s", SPAN_ARG(path));
	return buf_ok(&b) ? buf_span(&b) : path;
}

static int put_client(struct app *app, struct setup *s, struct buf *out)
{
	char path[FILES_PATH_MAX], ca[FILES_PATH_MAX];
	struct span given = app->options.value[OPTION_CLIENT];
	enum setup_client client;

	if (!setup_client_find(given, &client))
		return app_usage(app, "there is no configuration for '", given,
		                 "': mpop, getmail, fetchmail, msmtp, isync, curl or openssl");
	if (app->options.given[OPTION_FORMAT] != 0)
		return app_usage(app, "", SPAN("--client"), " has a format of its own: leave out --format");
	if (app->settings.pop_tls != POP_TLS_IMPLICIT)
		return app_usage(app, "", SPAN("--client"),
		                 " writes configurations with TLS from the first byte, and pop_tls is not implicit");
	s->file = absolute(s->file, path, sizeof path);
	s->ca_file = settings_get(s->settings, SETTING_CA_FILE);
	if (span_starts(s->ca_file, SPAN("+"))) /* additional roots are not what other programs call a CA file */
		s->ca_file = span_from(s->ca_file, 1);
	s->ca_file = absolute(s->ca_file, ca, sizeof ca);
	if (setup_client(out, client, s))
		return app_print(out, EXIT_STATUS_OK);
	return app_usage(app, "",
	                 SPAN("the mailbox, the server or a file has quotes, dollar signs or the like in its name"),
	                 ": o2pop does not write that into another program's configuration");
}

int cmd_setup(struct app *app)
{
	int status = EXIT_STATUS_SETTINGS, format = FORMAT_TEXT;
	struct setup s = { .settings = &app->settings };
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_RESULT);
	struct span setting;

	if (!app_format(app, format_name, FORMAT__COUNT, &format, &status) || !app_load(app, APP_SETTINGS, &status) ||
	    !take_mailboxes(app, &s, &setting, &status))
		return status;
	s.file = app->options.value[OPTION_CONFIG];
	s.profile = app->options.value[OPTION_PROFILE];
	s.secret = settings_has(s.settings, SETTING_CLIENT_SECRET) ||
	           settings_has(s.settings, SETTING_CLIENT_SECRET_FILE) ||
	           settings_has(s.settings, SETTING_CLIENT_SECRET_COMMAND);
	if (app->options.given[OPTION_CLIENT] != 0)
		return put_client(app, &s, &out);
	if (format == FORMAT_TEXT)
		setup_steps(&page, &s);
	else if (app->settings.provider->entra && !app->settings.provider->personal &&
	         grant_row(app->settings.grant)->person)
		return app_usage(app, "", span_z(grant_row(app->settings.grant)->title),
		                 " needs no application in Exchange: leave out --format");
	else if (!setup_powershell(&out, &s))
		return app_usage(app, "", span_z(app->settings.provider->title),
		                 " has no Exchange to be set up with PowerShell");
	return app_print(&out, EXIT_STATUS_OK);
}
