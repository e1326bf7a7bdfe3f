#include "check/summary.h"

#include "check/claims_check.h"

static bool passed(const struct report *r, enum step step)
{
	return r->row[step].verdict == VERDICT_PASS || r->row[step].verdict == VERDICT_WARN;
}

/* The tenant step must not fail a check that otherwise passes: the login proves more than any look-up. */
static void soften_tenant(struct report *r)
{
	struct row *tenant = &r->row[STEP_TENANT];
	bool other = false;

	for (int i = 0; i < STEP__COUNT; i++)
		other = other || (i != STEP_TENANT && r->row[i].verdict == VERDICT_FAIL);
	if (tenant->verdict == VERDICT_FAIL && (!other || passed(r, STEP_AUTH)))
		tenant->verdict = VERDICT_WARN;
}

/* When the way to the provider is blocked, the tenant worker was stopped by the same thing: it is told once. */
static void blame_the_way(struct report *r)
{
	struct row *tenant = &r->row[STEP_TENANT];

	if (tenant->verdict != VERDICT_SKIP)
		return;
	for (int i = STEP_IDP_DNS; i <= STEP_IDP_TLS; i++)
		if (r->row[i].verdict == VERDICT_FAIL)
			tenant->because = (enum step)i;
}

/* Our clock against the provider's, when it told its own. */
static void put_clock(struct report *r)
{
	const struct row *token = &r->row[STEP_TOKEN];
	struct row *row = &r->row[STEP_CLOCK];
	int64_t skew, date;

	if (!row_i64(token, FACT_CLOCK_SKEW, &skew))
		return;
	row->step = STEP_CLOCK;
	row->verdict = skew > CLAIMS_SKEW_MAX_S || skew < -CLAIMS_SKEW_MAX_S ? VERDICT_WARN : VERDICT_PASS;
	row_number(row, FACT_CLOCK_SKEW, skew);
	if (row_i64(token, FACT_SERVER_DATE, &date))
		row_number(row, FACT_SERVER_DATE, date);
}

static void skip_tenant(struct row *row, struct span why)
{
	*row = (struct row){ .step = STEP_TENANT, .verdict = VERDICT_SKIP, .because = STEP_TENANT };
	row_fact(row, FACT_NOTE, why);
}

void summary_no_domain(struct row *row)
{
	skip_tenant(row, SPAN("the mailbox has no domain that could be looked up"));
}

/* One domain a run is looked up. Where that is not done at all, there is no row. */
static void put_tenant(struct report *r, const struct report *tenant_worker)
{
	struct row *row = &r->row[STEP_TENANT];
	struct span own = tenant_worker_domain(r->mailbox), asked = tenant_worker_domain(tenant_worker->mailbox);
	char text[FACT_TEXT_MAX];
	struct buf why = BUF(text);

	if (tenant_worker->row[STEP_TENANT].verdict == VERDICT_NONE || r->mailbox.n == 0)
		return;
	if (own.n != 0 && span_eq_nocase(own, asked)) {
		*row = tenant_worker->row[STEP_TENANT];
	} else if (own.n == 0) {
		summary_no_domain(row);
	} else {
		buf_say(&why, "in this run only %.*s was looked up", SPAN_ARG(span_first(asked, FACT_TEXT_MAX / 2)));
		skip_tenant(row, buf_span(&why));
	}
}

void summary(struct report *r, const struct report *run, const struct report *tenant_worker)
{
	for (int i = 0; i < STEP__COUNT; i++)
		if (step_table[i].by == STEP_BY_TOKEN_WORKER)
			r->row[i] = run->row[i];
	put_tenant(r, tenant_worker);
	blame_the_way(r);
	soften_tenant(r);
	claims_check_mailbox(&r->row[STEP_CLAIMS], r->mailbox);
	put_clock(r);
}

void summary_lost(struct row *row, enum step step, bool late)
{
	*row = (struct row){ .step = step, .verdict = VERDICT_SKIP, .because = step };
	row_fact(row, FACT_NOTE,
	         late ? SPAN("no answer until everything else was done") : SPAN("the worker ended early"));
}

enum exit_status summary_graver(enum exit_status a, enum exit_status b)
{
	if (a == EXIT_STATUS_OK || (a == EXIT_STATUS_LATER && b != EXIT_STATUS_OK))
		return b;
	return b == EXIT_STATUS_OK || a < b ? a : b;
}
