#include "cli/app.h"

#include "cli/files.h"
#include "cli/credential_load.h"
#include "cli/trust_load.h"
#include "show/nagios.h"

enum { APP_HELP = 22 }; /* column of what a setting is */

static bool for_nagios(const struct app *app)
{
	return app->command == COMMAND_CHECK && span_eq(app->format, SPAN("nagios"));
}

static bool for_json(const struct app *app)
{
	return span_eq(app->format, SPAN("json"));
}

void app_json_error(const struct app *app, const struct fault *f, int status)
{
	char text[2 * FAULT_EVIDENCE_MAX + 400];
	struct buf b = BUF(text);
	bool check = app->name == NULL || app->command == COMMAND_PROBE;

	if (!for_json(app))
		return;
	json_report_error(&b, check ? "check" : app->name, f, status);
	(void)output_put(OUTPUT_RESULT, buf_span(&b));
}

int app_refuse(struct app *app, const struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX + 80], line[NAGIOS_SIZE];
	struct buf b = BUF(text), nagios = BUF(line);
	int status = EXIT_STATUS_SETTINGS;

	/* These carry whole sentences; of the others the evidence alone would not say what happened. */
	if (f->code != FAULT_USAGE && f->code != FAULT_SETTING_BAD && f->code != FAULT_FILE_UNREADABLE &&
	    f->code != FAULT_FILE_EXPOSED)
		buf_say(&b, "%s: ", fault_text(f->code));
	buf_put(&b, fault_evidence(f));
	if (for_nagios(app)) { /* which shows the standard output alone, or mixes the other into it */
		status = (int)nagios_fault(f, &nagios);
		return app_print(&nagios, status);
	}
	output_error(buf_span(&b));
	if (f->code == FAULT_USAGE) {
		b = BUF(text);
		buf_say(&b, "Try: o2pop %s%s--help\n", app->name != NULL ? app->name : "",
		        app->name != NULL ? " " : "");
		(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
	}
	if (fault_kind(f->code) == FAULT_KIND_INTERNAL && f->code != FAULT_LIMIT)
		status = EXIT_STATUS_INTERNAL;
	app_json_error(app, f, status);
	return status;
}

int app_usage(struct app *app, const char *words, struct span what, const char *more)
{
	struct fault f = { 0 };
	char text[600];
	struct buf b = BUF(text);

	buf_z(&b, words);
	buf_printable(&b, span_first(what, 200));
	buf_z(&b, more);
	fault_set(&f, FAULT_USAGE, 0, buf_span(&b));
	return app_refuse(app, &f);
}

bool app_load(struct app *app, enum app_needs needs, int *status)
{
	struct fault f = { 0 };

	app->load.logins = &app->logins;
	if (!settings_file_settings(&app->load, &app->options, &app->settings, &app->credential, &f) ||
	    (needs == APP_TRUST && !trust_load(&app->settings, &app->trust, BUF(app->load.file), &f)))
		return app_stop(status, app_refuse(app, &f));
	app->settings.file = app->options.value[OPTION_CONFIG];
	app->settings.profile = app->options.value[OPTION_PROFILE];
	if (app->options.given[OPTION_SHARE] != 0) {
		pseudonym_init(&app->pseudonym);
		pseudonym_settings(&app->pseudonym, &app->settings);
	}
	return true;
}

/* The password of the proxy, if the settings name a user. */
static bool load_proxy_password(struct app *app, struct fault *f)
{
	struct span path = settings_get(&app->settings, SETTING_PROXY_PASSWORD_FILE);
	struct buf text = BUF(app->load.file);
	bool good;

	if (!settings_has(&app->settings, SETTING_PROXY_USER))
		return true;
	good = (path.n == 0 || files_read(path, FILES_SECRET, &text, f)) &&
	       route_take_password(&app->settings, &app->logins, files_one_line(buf_span(&text)), f);
	secret_wipe_bytes(app->load.file, text.n);
	return good;
}

bool app_load_credential(struct app *app, int *status)
{
	struct fault f = { 0 };

	if (load_proxy_password(app, &f) &&
	    credential_load_once(&app->settings, &app->credential, BUF(app->load.file), &f))
		return true;
	return app_stop(status, app_refuse(app, &f));
}

bool app_obtain(void *from, struct credential *c, struct fault *f)
{
	struct app *app = from;

	return credential_load_rest(&app->settings, c, BUF(app->load.file), &app->leader, f);
}

/* Has anything been set that a token could be asked with, or anything about it? What only says whom
 * to trust, how long to wait or which mailbox to open does not count. */
static bool anything_set(const struct app *app)
{
	for (int i = 0; i < SETTING__COUNT; i++)
		if (app->settings.source[i] > SETTING_FROM_PROVIDER && i != SETTING_MAILBOX && i != SETTING_CA_FILE &&
		    i != SETTING_CA_DIR && i != SETTING_TIMEOUT)
			return true;
	return settings_file_path(&app->load).n != 0;
}

static void put_places(struct page *p)
{
	char text[2 * FILES_PATH_MAX];
	struct buf b = BUF(text);
	struct span rest;

	settings_file_places(&b);
	page_lines(p, 0,
	           SPAN("Looked for: flags such as --client-id, variables such as O2POP_CLIENT_ID or AZURE_CLIENT_ID, "
	                "and these files:"));
	for (rest = buf_span(&b); rest.n != 0;) {
		page_to(p, 2);
		page_put(p, span_cut(rest, '\n', &rest));
		page_end(p);
	}
}

bool app_settled(struct app *app, int *status)
{
	static const enum setting needed[] = { SETTING_TENANT_ID, SETTING_CLIENT_ID, SETTING_CLIENT_SECRET_FILE,
		                               SETTING_MAILBOX };
	struct buf b = BUF(app->text);
	struct page page = app_page(app, &b, OUTPUT_DIAGNOSTIC);

	if (anything_set(app))
		return true;
	*status = EXIT_STATUS_SETTINGS;
	if (for_nagios(app) || for_json(app)) {
		*status = app_usage(app, "", SPAN("there are no settings yet"),
		                    "; o2pop setup shows where each comes from");
		return false;
	}
	page_lines(&page, 0, SPAN("o2pop: there are no settings yet, so nothing was tried"));
	page_end(&page);
	put_places(&page);
	page_end(&page);
	page_z(&page, "Needed:");
	page_end(&page);
	for (size_t i = 0; i < COUNT(needed); i++) {
		page_to(&page, 2);
		page_z(&page, settings_key(needed[i]));
		page_to(&page, APP_HELP);
		page_row(&page, APP_HELP, span_z(settings_help(needed[i])), SPAN_NONE);
	}
	page_end(&page);
	page_lines(&page, 0,
	           SPAN("Where each of them comes from, step by step, and the file to write:\n\to2pop setup\n"
	                "The same without a client secret: with a certificate, in Azure or Kubernetes, for a person's "
	                "mailbox, for Gmail:\n"
	                "\to2pop setup --grant certificate\n"
	                "\to2pop setup --grant managed-identity\n"
	                "\to2pop setup --grant federated\n"
	                "\to2pop setup --grant device-code\n"
	                "\to2pop setup --provider google"));
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
	return false;
}

bool app_format(struct app *app, const char *const *names, int n, int *which, int *status)
{
	struct span given = app->format;
	char text[120];
	struct buf b = buf_field(text, sizeof text);

	if (given.n == 0)
		return true;
	for (int i = 0; i < n; i++) {
		if (span_eq(given, span_z(names[i]))) {
			*which = i;
			return true;
		}
	}
	buf_z(&b, "' is not one that this command has: ");
	for (int i = 0; i < n; i++)
		buf_say(&b, "%s%s", i == 0 ? "" : i == n - 1 ? " or " : ", ", names[i]);
	return app_stop(status, app_usage(app, "the format '", given, text));
}

bool app_format_json(struct app *app, bool *json, int *status)
{
	static const char *const name[] = { "human", "json" };
	int which = 0;
	bool good = app_format(app, name, COUNT(name), &which, status);

	*json = which != 0;
	return good;
}

bool app_arguments(struct app *app, size_t max, int *status)
{
	if (app->options.arguments <= max)
		return true;
	return app_stop(status, app_usage(app, "'", app->options.argument[max], "' is one argument too many"));
}

int app_print(const struct buf *out, int status)
{
	if (buf_ok(out) && output_put(OUTPUT_RESULT, buf_span(out)))
		return status;
	output_error(buf_ok(out) ? SPAN("the result could not be written to the standard output")
	                         : SPAN("the result is larger than o2pop's memory for it"));
	return status == EXIT_STATUS_OK ? EXIT_STATUS_INTERNAL : status;
}

struct pseudonym *app_pseudonym(struct app *app)
{
	return app->options.given[OPTION_SHARE] != 0 ? &app->pseudonym : NULL;
}

struct page app_page(struct app *app, struct buf *out, enum output_to to)
{
	struct page page = output_page(out, to);

	page.pseudonym = app_pseudonym(app);
	return page;
}
