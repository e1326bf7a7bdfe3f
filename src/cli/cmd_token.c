#include "preflight/credential.h"
#include "cli/bearer.h"
#include "cli/single.h"
#include "text/conf.h"

static const char *const form_name[BEARER__COUNT] = { "raw", "json", "header", "sasl" };

/* The one check that is run, as far as the token. */
struct run {
	struct single single; /* first: what the desk's ear is given */
	struct work *work;
	struct span mailbox;
	enum bearer_form form;
	int64_t min_life_s, expires_in;
};

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

static int print(struct run *r)
{
	struct work *w = r->work;
	struct bearer bearer = { &w->token, r->mailbox, &w->settings, r->expires_in };
	struct buf out = BUF(w->text);
	int status;

	if (out_terminal(OUT_RESULT).terminal)
		out_error(SPAN("this token opens the mailbox for about an hour to whoever sees it; "
		               "better send it into a program or a private file: (umask 077; o2pop "
		               "token >FILE)"));
	bearer_put(&out, r->form, &bearer);
	status = work_print(&out, LADDER_EXIT_OK);
	secret_wipe_bytes(w->text, out.n);
	secret_wipe(&w->token);
	return status;
}

/* Which mailbox the SASL string is for; the other forms need none. */
static bool choose_mailbox(struct run *r, int *status)
{
	struct work *w = r->work;
	struct fault f = { 0 };

	r->mailbox = w->options.arguments != 0 ? w->options.argument[0] :
		settings_get(&w->settings, SETTING_MAILBOX);
	if (r->form != BEARER_SASL)
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

/* How long a stored token must still live. */
static bool choose_life(struct run *r, int *status)
{
	const struct options *o = &r->work->options;
	int64_t ms = FETCH_MIN_LIFE_S * 1000;

	if (o->given[OPTION_MIN_LIFE] != 0 && !conf_duration(o->value[OPTION_MIN_LIFE], &ms)) {
		*status = work_usage(r->work, "--min-life ", o->value[OPTION_MIN_LIFE],
		                     " is not a time such as 10m or 1h, at most 1 day");
		return false;
	}
	r->min_life_s = ms < 1000 ? 1 : ms / 1000;
	return true;
}

static int get_token(struct run *r)
{
	struct work *w = r->work;
	struct desk_ask ask;
	int status;

	if (!single_start(&r->single, w, r->mailbox, &ask, &status))
		return status;
	ask.stop_after = RUNG_TOKEN;
	ask.keeper = true;
	ask.patient = true;
	ask.min_life_s = r->min_life_s;
	ask.token = &w->token;
	ask.ear.report = hear_report;
	if (w->settings.grant == GRANT_SERVICE_ACCOUNT)
		ask.only = r->mailbox;
	if (!single_run(&r->single, &ask, &status))
		return status;
	if (status == LADDER_EXIT_OK && !secret_is_set(&w->token))
		status = LADDER_EXIT_INTERNAL;
	return status == LADDER_EXIT_OK ? print(r) : status;
}

int cmd_token(struct work *w)
{
	struct run r = { .work = w };
	int status = LADDER_EXIT_SETTINGS, form = BEARER_RAW;

	if (!work_format(w, form_name, BEARER__COUNT, &form, &status) ||
	    !work_arguments(w, 1, &status) || !work_load(w, WORK_TRUST, &status) ||
	    !work_settled(w, &status))
		return status;
	r.form = (enum bearer_form)form;
	if (!choose_mailbox(&r, &status) || !choose_life(&r, &status) ||
	    !work_load_credential(w, &status))
		return status;
	return get_token(&r);
}
