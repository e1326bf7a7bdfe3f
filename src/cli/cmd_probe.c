#include "cli/run_one.h"
#include "text/base64.h"
#include "text/der.h"
#include "text/url.h"

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "human", "json" };

enum { PEM_COLUMNS = 64 }; /* RFC 7468 section 2 */

struct command_run {
	struct run_one single; /* first: what the supervisor's ear is given */
	struct app *app;
	enum format format;
	bool pem;
	struct buf out;
};

static void put_name(struct buf *out, const char *label, struct span name)
{
	buf_z(out, label);
	der_name(out, name);
	buf_z(out, "\n");
}

/* A certificate as PEM, below its names as text. */
static void on_certificate(void *to, struct span der)
{
	struct command_run *r = to;
	unsigned char scratch[BASE64_SIZE(WORKER_CERTIFICATE_MAX)];
	struct buf text = BUF(scratch);
	struct span rest;
	struct der_cert c;

	if (der_cert(der, &c)) {
		put_name(&r->out, "# subject: ", c.subject);
		put_name(&r->out, "# issuer:  ", c.issuer);
	}
	base64_put(&text, der);
	buf_z(&r->out, "-----BEGIN CERTIFICATE-----\n");
	for (rest = buf_span(&text); rest.n != 0; rest = span_from(rest, PEM_COLUMNS)) {
		buf_put(&r->out, span_first(rest, PEM_COLUMNS));
		buf_z(&r->out, "\n");
	}
	buf_z(&r->out, "-----END CERTIFICATE-----\n");
}

/* With --pem the standard output belongs to the chain: a report is made only when something
 * failed, for people. */
static void on_report(void *to, const struct report *report)
{
	struct command_run *r = to;
	struct app *app = r->app;
	struct buf diagnostic = BUF(app->input);
	struct page page =
		r->pem ? app_page(app, &diagnostic, OUTPUT_DIAGNOSTIC) : app_page(app, &r->out, OUTPUT_RESULT);
	enum step failed;

	if (r->pem && !report_first_failure(report, &failed))
		return;
	explain_report(report, &app->explanation);
	if (r->format == FORMAT_JSON && !r->pem)
		json_report_one(&r->out, report, &app->explanation, page.pseudonym);
	else
		text_report_one(&page, report, &app->explanation);
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&diagnostic));
}

static bool take(struct settings *s, enum setting key, struct span value, struct fault *f)
{
	return settings_set(s, key, value, SETTING_FROM_FLAG, SPAN("argument"), f);
}

/* HOST[:PORT] is stronger than every source of pop_host and pop_port. */
static bool take_target(struct app *app, int *status)
{
	struct span text = app->options.argument[0], host;
	struct fault f = { 0 };
	char digits[8];
	struct buf b = BUF(digits);
	uint16_t port = 0;

	if (app->options.arguments == 0)
		return true;
	if (!url_host_port(text, &host, &port)) {
		*status = app_usage(app, "'", text, "' is not HOST or HOST:PORT, such as outlook.office365.com:995");
		return false;
	}
	buf_u64(&b, port);
	if (take(&app->settings, SETTING_POP_HOST, host, &f) &&
	    (port == 0 || take(&app->settings, SETTING_POP_PORT, buf_span(&b), &f)))
		return true;
	*status = app_refuse(app, &f);
	return false;
}

static int probe(struct command_run *r)
{
	struct app *app = r->app;
	struct run_request ask;
	int status;

	if (!run_one_start(&r->single, app, SPAN(""), &ask, &status))
		return status;
	ask.stop_after = STEP_CAPA;
	ask.probe = true;
	ask.certificates = r->pem;
	ask.events.report = on_report;
	ask.events.certificate = r->pem ? on_certificate : NULL;
	if (!run_one_run(&r->single, &ask, &status))
		return status;
	return app_print(&r->out, status);
}

int cmd_probe(struct app *app)
{
	struct command_run r = { .app = app, .pem = app->options.given[OPTION_PEM] != 0, .out = BUF(app->text) };
	int status = EXIT_STATUS_SETTINGS, format = FORMAT_HUMAN;

	if (!app_format(app, format_name, FORMAT__COUNT, &format, &status) || !app_arguments(app, 1, &status) ||
	    !take_target(app, &status) || !app_load(app, APP_TRUST, &status))
		return status;
	r.format = (enum format)format;
	if (!settings_has(&app->settings, SETTING_POP_HOST))
		return app_usage(app, "", SPAN("no server to look at"), ": o2pop probe HOST[:PORT]");
	return probe(&r);
}
