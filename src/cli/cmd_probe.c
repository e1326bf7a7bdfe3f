#include "cli/work.h"
#include "show/jsonout.h"
#include "text/base64.h"
#include "text/der.h"
#include "text/url.h"

enum format { FORMAT_HUMAN, FORMAT_JSON, FORMAT__COUNT };
static const char *const format_name[FORMAT__COUNT] = { "human", "json" };

enum { PEM_COLUMNS = 64 }; /* RFC 7468 section 2 */

struct run {
	struct work *work;
	enum format format;
	bool pem, taken;
	struct work_tape tape;
	struct buf out;
};

/* One run without a mailbox: no login. */
static bool next_mailbox(void *from, struct span *mailbox)
{
	struct run *r = from;

	*mailbox = (struct span){ NULL, 0 };
	return !r->taken && (r->taken = true);
}

static void hear_line(void *to, int64_t at_ms, enum role_arm arm, unsigned job,
                      enum tape_mark mark, struct span text, bool more)
{
	struct run *r = to;
	struct transcript_line line = { at_ms, arm, job, mark, text, more };

	work_tape_line(&r->tape, &line);
}

static void put_name(struct buf *out, const char *label, struct span name)
{
	buf_z(out, label);
	der_name(out, name);
	buf_z(out, "\n");
}

/* A certificate as PEM, below its names as text. */
static void hear_certificate(void *to, struct span der)
{
	struct run *r = to;
	unsigned char room[BASE64_SIZE(ROLE_CERTIFICATE_MAX)];
	struct buf text = BUF(room);
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
static void hear_report(void *to, const struct report *report)
{
	struct run *r = to;
	struct work *w = r->work;
	struct buf diagnostic = BUF(w->input);
	struct page page = r->pem ? work_page(w, &diagnostic, OUT_DIAGNOSTIC) :
	                            work_page(w, &r->out, OUT_RESULT);
	enum rung failed;

	if (r->pem && !report_first_failure(report, &failed))
		return;
	explain_report(report, &w->explanation);
	if (r->format == FORMAT_JSON && !r->pem)
		jsonout_report(&r->out, report, &w->explanation, page.share);
	else
		human_report(&page, report, &w->explanation);
	(void)out_put(OUT_DIAGNOSTIC, buf_span(&diagnostic));
}

static bool take(struct settings *s, enum setting key, struct span value, struct fault *f)
{
	return settings_set(s, key, value, SETTING_FROM_FLAG, SPAN("argument"), f);
}

/* HOST[:PORT] is stronger than every source of pop_host and pop_port. */
static bool take_target(struct work *w, int *status)
{
	struct span text = w->options.argument[0], host;
	struct fault f = { 0 };
	char digits[8];
	struct buf b = BUF(digits);
	uint16_t port = 0;

	if (w->options.arguments == 0)
		return true;
	if (!url_host_port(text, &host, &port)) {
		*status = work_usage(w, "'", text,
		                     "' is not HOST or HOST:PORT, such as outlook.office365.com:995");
		return false;
	}
	buf_u64(&b, port);
	if (take(&w->settings, SETTING_POP_HOST, host, &f) &&
	    (port == 0 || take(&w->settings, SETTING_POP_PORT, buf_span(&b), &f)))
		return true;
	*status = work_refuse(w, &f);
	return false;
}

static int probe(struct run *r)
{
	struct work *w = r->work;
	struct desk_ask ask = {
		.settings = &w->settings,
		.credential = &w->credential,
		.trust = &w->trust,
		.mailboxes = { r, next_mailbox, 1 },
		.ear = { .to = r, .report = hear_report },
		.jobs = 1,
		.stop_after = RUNG_CAPA,
		.probe = true,
		.certificates = r->pem,
	};
	enum ladder_exit gravest;
	struct fault f = { 0 };

	if (r->tape.fd >= 0 || r->tape.stderr_too)
		ask.ear.line = hear_line;
	if (r->pem)
		ask.ear.certificate = hear_certificate;
	if (!desk_run(&w->desk, &ask, &gravest, &f))
		return work_refuse(w, &f);
	return work_print(&r->out, (int)gravest);
}

int cmd_probe(struct work *w)
{
	struct run r = { .work = w, .pem = w->options.given[OPTION_PEM] != 0, .out = BUF(w->text) };
	int status = LADDER_EXIT_SETTINGS, format = FORMAT_HUMAN;

	if (!work_format(w, format_name, FORMAT__COUNT, &format, &status) ||
	    !work_arguments(w, 1, &status) ||
	    !take_target(w, &status) || !work_load(w, WORK_TRUST, &status))
		return status;
	r.format = (enum format)format;
	if (!settings_has(&w->settings, SETTING_POP_HOST))
		return work_usage(w, "", SPAN("no server to look at"), ": o2pop probe HOST[:PORT]");
	if (!work_tape_open(&r.tape, w, &status))
		return status;
	status = probe(&r);
	work_tape_close(&r.tape);
	return status;
}
