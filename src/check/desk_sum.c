#include "check/desk_sum.h"

#include "check/judge.h"

static bool passed(const struct report *r, enum rung rung)
{
	return r->row[rung].verdict == VERDICT_PASS || r->row[rung].verdict == VERDICT_WARN;
}

static bool same_domain(struct span a, struct span b)
{
	return a.n != 0 && span_eq_nocase(a, b);
}

/* The tenant rung must not fail a check that otherwise passes: the login proves more than any look-up. */
static void soften_tenant(struct report *r)
{
	struct row *tenant = &r->row[RUNG_TENANT];
	bool other = false;

	for (int i = 0; i < RUNG__COUNT; i++)
		other = other || (i != RUNG_TENANT && r->row[i].verdict == VERDICT_FAIL);
	if (tenant->verdict == VERDICT_FAIL && (!other || passed(r, RUNG_AUTH)))
		tenant->verdict = VERDICT_WARN;
}

/* When the way to the provider is blocked, the scout was stopped by the same thing: it is told once. */
static void blame_the_way(struct report *r)
{
	struct row *tenant = &r->row[RUNG_TENANT];

	if (tenant->verdict != VERDICT_SKIP)
		return;
	for (int i = RUNG_IDP_DNS; i <= RUNG_IDP_TLS; i++)
		if (r->row[i].verdict == VERDICT_FAIL)
			tenant->because = (enum rung)i;
}

/* Our clock against the provider's, when it told its own. */
static void put_clock(struct report *r)
{
	struct span text = row_get(&r->row[RUNG_TOKEN], FACT_CLOCK_SKEW);
	struct row *row = &r->row[RUNG_CLOCK];
	bool behind = text.n != 0 && text.p[0] == '-';
	uint64_t skew;

	if (!span_u64(span_from(text, behind ? 1 : 0), INT64_MAX, &skew))
		return;
	row->rung = RUNG_CLOCK;
	row->verdict = skew > CLAIMS_SKEW_MAX_S ? VERDICT_WARN : VERDICT_PASS;
	row_fact(row, FACT_CLOCK_SKEW, text);
	row_fact(row, FACT_SERVER_DATE, row_get(&r->row[RUNG_TOKEN], FACT_SERVER_DATE));
}

static void skip_tenant(struct row *row, struct span why)
{
	*row = (struct row){ .rung = RUNG_TENANT, .verdict = VERDICT_SKIP, .because = RUNG_TENANT };
	row_fact(row, FACT_NOTE, why);
}

void desk_sum_no_domain(struct row *row)
{
	skip_tenant(row, SPAN("the mailbox has no domain that could be looked up"));
}

/* One domain a run is looked up. Where that is not done at all, there is no row. */
static void put_tenant(struct report *r, const struct report *scout)
{
	struct row *row = &r->row[RUNG_TENANT];
	struct span own = scout_domain(r->mailbox), asked = scout_domain(scout->mailbox);
	char text[FACT_TEXT_MAX];
	struct buf why = BUF(text);

	if (scout->row[RUNG_TENANT].verdict == VERDICT_NONE || r->mailbox.n == 0)
		return;
	if (same_domain(own, asked)) {
		*row = scout->row[RUNG_TENANT];
	} else if (own.n == 0) {
		desk_sum_no_domain(row);
	} else {
		buf_z(&why, "in this run only ");
		buf_put(&why, span_first(asked, FACT_TEXT_MAX / 2));
		buf_z(&why, " was looked up");
		skip_tenant(row, buf_span(&why));
	}
}

void desk_sum(struct report *r, const struct report *run, const struct report *scout)
{
	for (int i = 0; i < RUNG__COUNT; i++)
		if (ladder_role((enum rung)i) == LADDER_KEEPER)
			r->row[i] = run->row[i];
	put_tenant(r, scout);
	blame_the_way(r);
	soften_tenant(r);
	judge_mailbox(&r->row[RUNG_CLAIMS], r->mailbox);
	put_clock(r);
}

void desk_sum_lost(struct row *row, enum rung rung, bool late)
{
	*row = (struct row){ .rung = rung, .verdict = VERDICT_SKIP, .because = rung };
	row_fact(row, FACT_NOTE,
	         late ? SPAN("no answer until everything else was done")
	              : SPAN("the worker ended early"));
}

enum ladder_exit desk_sum_graver(enum ladder_exit a, enum ladder_exit b)
{
	if (a == LADDER_EXIT_OK || (a == LADDER_EXIT_LATER && b != LADDER_EXIT_OK))
		return b;
	return b == LADDER_EXIT_OK || a < b ? a : b;
}
