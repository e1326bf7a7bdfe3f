#include "check/credential.h"
#include "cli/bearer.h"
#include "cli/work.h"

static const char *const form_name[BEARER__COUNT] = { "raw", "json", "header", "sasl" };

/* The one check that is run, as far as the token. */
struct run {
	struct work *work;
	struct work_tape tape;
	struct span mailbox;
	bool taken;
	int64_t expires_in;
};

static bool next_mailbox(void *from, struct span *mailbox)
{
	struct run *r = from;

	*mailbox = r->mailbox;
	return !r->taken && (r->taken = true);
}

static void hear_line(void *to, int64_t at_ms, enum role_arm arm, enum tape_mark mark,
                      struct span text, bool more)
{
	struct run *r = to;
	struct transcript_line line = { at_ms, arm, mark, text, more };

	work_tape_line(&r->tape, &line);
}

/* There is no token: the reason goes to the standard error, where nobody takes it for one. */
static void hear_report(void *to, const struct report *report)
{
	struct run *r = to;
	struct work *w = r->work;
	struct buf out = BUF(w->text);
	struct page page = work_page(w, &out, OUT_DIAGNOSTIC);
	uint64_t seconds;
	enum rung failed;

	if (span_u64(row_get(&report->row[RUNG_TOKEN], FACT_EXPIRES_IN), INT64_MAX, &seconds))
		r->expires_in = (int64_t)seconds;
	if (!report_first_failure(report, &failed))
		return;
	explain_report(report, &w->explanation);
	human_report(&page, report, &w->explanation);
	(void)out_put(OUT_DIAGNOSTIC, buf_span(&out));
}

static int print(struct run *r, enum bearer_form form)
{
	struct work *w = r->work;
	struct bearer bearer = { &w->token, r->mailbox, &w->settings, r->expires_in };
	struct buf out = BUF(w->text);
	int status;

	if (out_terminal(OUT_RESULT).terminal)
		out_error(SPAN("this token opens the mailbox for about an hour to whoever sees it; "
		               "better send it into a program or a private file: (umask 077; o2pop "
		               "token >FILE)"));
	bearer_put(&out, form, &bearer);
	status = work_print(&out, LADDER_EXIT_OK);
	secret_wipe_bytes(w->text, out.n);
	secret_wipe(&w->token);
	return status;
}

/* Which mailbox the SASL string is for; the other forms need none. */
static bool choose_mailbox(struct run *r, enum bearer_form form, int *status)
{
	struct work *w = r->work;
	struct fault f = { 0 };

	r->mailbox = w->options.arguments != 0 ? w->options.argument[0] :
		settings_get(&w->settings, SETTING_MAILBOX);
	if (form != BEARER_SASL)
		return true;
	if (r->mailbox.n == 0) {
		*status = work_usage(w, "", SPAN("--format sasl"), " needs the mailbox: o2pop "
			"token --format sasl user@example.com");
		return false;
	}
	if (r->mailbox.n <= REPORT_MAILBOX_MAX && credential_mailbox(r->mailbox, &f))
		return true;
	*status = work_usage(w, "the mailbox '", r->mailbox, "' is not an address");
	return false;
}

static int fetch(struct run *r, enum bearer_form form)
{
	struct work *w = r->work;
	struct desk_ask ask = {
		.settings = &w->settings,
		.credential = &w->credential,
		.trust = &w->trust,
		.mailboxes = { r, next_mailbox, 1 },
		.ear = { .to = r, .report = hear_report },
		.jobs = 1,
		.stop_after = RUNG_TOKEN,
		.keeper = true,
		.show_secrets = w->options.given[OPTION_SHOW_SECRETS] != 0,
		.token = &w->token,
	};
	enum ladder_exit gravest;
	struct fault f = { 0 };

	if (r->tape.fd >= 0 || r->tape.stderr_too)
		ask.ear.line = hear_line;
	if (!desk_run(&w->desk, &ask, &gravest, &f))
		return work_refuse(w, &f);
	if (gravest == LADDER_EXIT_OK && !secret_is_set(&w->token))
		gravest = LADDER_EXIT_INTERNAL;
	return gravest == LADDER_EXIT_OK ? print(r, form) : (int)gravest;
}

int cmd_token(struct work *w)
{
	struct run r = { .work = w };
	int status = LADDER_EXIT_SETTINGS, form = BEARER_RAW;

	if (!work_format(w, form_name, BEARER__COUNT, &form, &status) ||
	    !work_arguments(w, 1, &status) || !work_load(w, WORK_TRUST, &status) ||
	    !choose_mailbox(&r, (enum bearer_form)form, &status) ||
	    !work_load_credential(w, &status) || !work_tape_open(&r.tape, w, &status))
		return status;
	status = fetch(&r, (enum bearer_form)form);
	work_tape_close(&r.tape);
	return status;
}
