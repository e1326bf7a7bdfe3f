#include "base/clock.h"
#include "cli/session.h"
#include "show/chain.h"
#include "show/compat.h"
#include "text/base64.h"
#include "text/der.h"
#include "text/dn.h"
#include "text/url.h"

enum {
	CHAIN_MAX = 10,   /* certificates that are shown */
	PEM_COLUMNS = 64, /* RFC 7468 section 2 */
	PORT_HTTPS = 443
};

struct probe {
	struct session session;
	bool json, pem, measured;
	struct compat compat;
	struct buf out;
	struct buf kept;            /* the certificates for people, shown before the report */
	size_t from[CHAIN_MAX + 1]; /* where each begins in it, and the last one ends */
	unsigned n;
};

/* A certificate as PEM, below its names as text. */
static void put_certificate(struct buf *out, struct span der)
{
	unsigned char scratch[BASE64_SIZE(WORKER_CERTIFICATE_MAX)];
	struct buf text = BUF(scratch);
	struct span rest;
	struct der_cert c;

	if (der_cert(der, &c)) {
		buf_z(out, "# subject: ");
		dn_put(out, c.subject);
		buf_z(out, "\n# issuer:  ");
		dn_put(out, c.issuer);
		buf_z(out, "\n");
	}
	base64_put(&text, der);
	buf_z(out, "-----BEGIN CERTIFICATE-----\n");
	for (rest = buf_span(&text); rest.n != 0; rest = span_from(rest, PEM_COLUMNS))
		buf_say(out, "%.*s\n", SPAN_ARG(span_first(rest, PEM_COLUMNS)));
	buf_z(out, "-----END CERTIFICATE-----\n");
}

static void keep(struct probe *p, struct span der)
{
	if (p->n == CHAIN_MAX)
		return;
	buf_put(&p->kept, der);
	if (buf_ok(&p->kept))
		p->from[++p->n] = p->kept.n;
}

static struct span kept(const struct probe *p, unsigned i)
{
	return span_first(span_from(buf_span(&p->kept), p->from[i]), p->from[i + 1] - p->from[i]);
}

static void put_chain(struct probe *p)
{
	struct page page = app_page(p->session.app, &p->out, OUTPUT_RESULT);

	for (unsigned i = 0; i < p->n; i++)
		chain_put(&page, kept(p, i), i + 1, clock_unix());
	if (p->n != 0)
		chain_put_end(&page, kept(p, p->n - 1), &p->session.app->trust, &p->session.app->settings);
}

/* Behind the report: what was measured, as a part of the page or as an object of its own. */
static void put_compat(struct probe *p)
{
	struct page page = app_page(p->session.app, &p->out, OUTPUT_RESULT);
	struct json_write w = json_report_writer(&p->out, page.pseudonym);

	if (p->json)
		compat_put_json(&w, &p->compat);
	else
		compat_put(&page, &p->compat);
}

/* With --pem the standard output belongs to the chain: a report is made only when something failed, for people. */
static void on_event(void *command, const struct run_event *event)
{
	struct probe *p = command;
	enum step failed;

	if (event->kind == RUN_CERTIFICATE && p->pem)
		put_certificate(&p->out, event->certificate);
	else if (event->kind == RUN_CERTIFICATE)
		keep(p, event->certificate);
	else if (event->kind == RUN_COMPAT) {
		p->compat = *event->compat;
		p->measured = true;
	} else if (event->kind == RUN_REPORT && !p->pem) {
		put_chain(p);
		session_report(&p->session, event->report, p->json, &p->out);
		if (p->measured)
			put_compat(p);
	} else if (event->kind == RUN_REPORT && report_first_failure(event->report, &failed))
		session_diagnose(&p->session, event->report, p->out.n);
}

static bool take(struct settings *s, enum setting key, struct span value, struct fault *f)
{
	return settings_set(s, key, value, SETTING_FROM_FLAG, SPAN("argument"), f);
}

/* A web server: the token endpoint, or another one at the port of HTTPS. It waits for a request where a mail server
 * greets. */
static bool web_server(const struct settings *s)
{
	struct url token = { .port = 0 };

	return s->pop_port == PORT_HTTPS || (url_parse(s->token_url, &token) && token.port == s->pop_port &&
	                                     span_eq_nocase(token.host, settings_get(s, SETTING_POP_HOST)));
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
	if (!url_host_port(text, &host, &port))
		return app_stop(status, app_usage(app, "'", text,
		                                  "' is not HOST or HOST:PORT, such as outlook.office365.com:995"));
	buf_u64(&b, port);
	if (take(&app->settings, SETTING_POP_HOST, host, &f) &&
	    (port == 0 || take(&app->settings, SETTING_POP_PORT, buf_span(&b), &f)))
		return true;
	return app_stop(status, app_refuse(app, &f));
}

int cmd_probe(struct app *app)
{
	size_t half = sizeof app->text / 2;
	struct probe p = { .out = { app->text, half, 0, false }, .kept = { app->text + half, half, 0, false } };
	struct run_request *ask = &p.session.ask;
	int status = EXIT_STATUS_SETTINGS;

	if (!app_format_json(app, &p.json, &status) || !app_arguments(app, 1, &status) || !take_target(app, &status) ||
	    !app_load(app, APP_TRUST, &status))
		return status;
	if (!settings_has(&app->settings, SETTING_POP_HOST))
		return app_usage(app, "", SPAN("no server to look at"), ": o2pop probe HOST[:PORT]");
	if (!session_start(&p.session, app, SPAN(""), &status))
		return status;
	p.pem = app->options.given[OPTION_PEM] != 0;
	if (p.pem && app->options.given[OPTION_SHARE] != 0)
		return app_usage(app, "", SPAN("--pem"),
		                 " prints whole certificates: --share can replace nothing in them");
	p.session.on_event = on_event;
	p.session.command = &p;
	ask->workers = RUN_MAIL;
	ask->stop_after = web_server(&app->settings) ? STEP_POP_TLS : STEP_CAPA;
	ask->certificates = p.pem || !p.json;
	ask->clock_from_server = app->options.given[OPTION_CLOCK_FROM_SERVER] != 0;
	ask->compat = app->options.given[OPTION_COMPAT] != 0;
	if (!session_run(&p.session, &status))
		return status;
	return app_print(&p.out, status);
}
