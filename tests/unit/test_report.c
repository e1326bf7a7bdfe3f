/* report/report and check/desk_sum: the verdict over all rows, and what only all of them together tell. */
#include "t.h"

#include "check/desk_sum.h"

static struct report report, run, scout;

static void fresh(void)
{
	memset(&report, 0, sizeof report);
	memset(&run, 0, sizeof run);
	memset(&scout, 0, sizeof scout);
	report.mailbox = SPAN("alice@contoso.example");
	scout.mailbox = SPAN("bob@CONTOSO.example");
}

static void put(struct report *r, enum rung rung, enum verdict v, enum fault_code code)
{
	r->row[rung].rung = rung;
	r->row[rung].verdict = v;
	r->row[rung].fault.code = code;
}

TEST(the_first_failure_counts)
{
	enum rung failed = RUNG__COUNT;

	fresh();
	OK(!report_first_failure(&report, &failed));
	EQ(report_verdict(&report), VERDICT_PASS);
	EQ(report_exit(&report), LADDER_EXIT_OK);
	put(&report, RUNG_QUIT, VERDICT_WARN, FAULT_POP_CLOSED);
	EQ(report_verdict(&report), VERDICT_WARN);
	EQ(report_exit(&report), LADDER_EXIT_OK);
	put(&report, RUNG_POP_TCP, VERDICT_FAIL, FAULT_TCP_REFUSED);
	put(&report, RUNG_TOKEN, VERDICT_FAIL, FAULT_TOKEN_REFUSED);
	put(&report, RUNG_AUTH, VERDICT_SKIP, FAULT_NONE);
	OK(report_first_failure(&report, &failed));
	EQ(failed, RUNG_TOKEN);
	EQ(report_verdict(&report), VERDICT_FAIL);
	EQ(report_exit(&report), LADDER_EXIT_TOKEN);
}

TEST(a_fact_of_any_row)
{
	fresh();
	row_fact(&report.row[RUNG_POP_TLS], FACT_HOST, SPAN("second"));
	row_fact(&report.row[RUNG_IDP_DNS], FACT_HOST, SPAN("first"));
	EQ(report_get(&report, FACT_HOST), SPAN("first"));
	EQ(report_get(&report, FACT_AUD).n, 0u);
}

TEST(of_two_statuses_the_graver)
{
	static const struct { enum ladder_exit a, b, worse; } row[] = {
		{ LADDER_EXIT_OK, LADDER_EXIT_OK, LADDER_EXIT_OK },
		{ LADDER_EXIT_OK, LADDER_EXIT_AUTH, LADDER_EXIT_AUTH },
		{ LADDER_EXIT_AUTH, LADDER_EXIT_OK, LADDER_EXIT_AUTH },
		{ LADDER_EXIT_AUTH, LADDER_EXIT_TOKEN, LADDER_EXIT_TOKEN },
		{ LADDER_EXIT_LATER, LADDER_EXIT_OK, LADDER_EXIT_LATER },
		{ LADDER_EXIT_OK, LADDER_EXIT_LATER, LADDER_EXIT_LATER },
		{ LADDER_EXIT_LATER, LADDER_EXIT_MAILBOX, LADDER_EXIT_MAILBOX },
		{ LADDER_EXIT_MAILBOX, LADDER_EXIT_LATER, LADDER_EXIT_MAILBOX },
		{ LADDER_EXIT_INTERNAL, LADDER_EXIT_NETWORK, LADDER_EXIT_INTERNAL },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(desk_sum_graver(row[i].a, row[i].b), row[i].worse);
	}
}

TEST(the_keepers_rows_are_everybodys)
{
	fresh();
	put(&run, RUNG_TOKEN, VERDICT_PASS, FAULT_NONE);
	put(&run, RUNG_POP_TCP, VERDICT_FAIL, FAULT_TCP_REFUSED);
	put(&report, RUNG_AUTH, VERDICT_PASS, FAULT_NONE);
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TOKEN].verdict, VERDICT_PASS);
	EQ(report.row[RUNG_POP_TCP].verdict, VERDICT_NONE);
	EQ(report.row[RUNG_AUTH].verdict, VERDICT_PASS);
}

TEST(the_scouts_row_is_for_its_domain)
{
	fresh();
	put(&scout, RUNG_TENANT, VERDICT_PASS, FAULT_NONE);
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_PASS);
	fresh();
	put(&scout, RUNG_TENANT, VERDICT_PASS, FAULT_NONE);
	scout.mailbox = SPAN("bob@fabrikam.example");
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_SKIP);
	EQ(report.row[RUNG_TENANT].because, RUNG_TENANT);
	EQ(row_get(&report.row[RUNG_TENANT], FACT_NOTE), SPAN("in this run only fabrikam.example was looked up"));
	OK(row_valid(&report.row[RUNG_TENANT]));
	report.mailbox = SPAN("Alice <alice@contoso.example>");
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_SKIP);
	EQ(row_get(&report.row[RUNG_TENANT], FACT_NOTE), SPAN("the mailbox has no domain that could be looked up"));
	fresh();
	report.mailbox = SPAN("alice@localhost");
	desk_sum_no_domain(&scout.row[RUNG_TENANT]);
	scout.mailbox = SPAN("");
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_SKIP);
	fresh();
	put(&scout, RUNG_TENANT, VERDICT_PASS, FAULT_NONE);
	scout.mailbox = SPAN("");
	report.mailbox = SPAN("");
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_NONE);
	fresh();
	desk_sum(&report, &run, &scout); /* nobody has looked */
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_NONE);
}

TEST(the_tenant_rung_does_not_fail_what_passes)
{
	fresh();
	put(&scout, RUNG_TENANT, VERDICT_FAIL, FAULT_TENANT_OTHER);
	put(&report, RUNG_AUTH, VERDICT_PASS, FAULT_NONE);
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_WARN);
	EQ(report.row[RUNG_TENANT].fault.code, FAULT_TENANT_OTHER);
	EQ(report_exit(&report), LADDER_EXIT_OK);
	put(&report, RUNG_MAILBOX, VERDICT_FAIL, FAULT_MAILBOX_REFUSED); /* the login was good: it is not the tenant */
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_WARN);
	EQ(report_exit(&report), LADDER_EXIT_MAILBOX);
	fresh();
	put(&scout, RUNG_TENANT, VERDICT_FAIL, FAULT_TENANT_OTHER); /* nothing else was asked for */
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_WARN);
}

TEST(the_tenant_rung_explains_what_fails)
{
	fresh();
	put(&scout, RUNG_TENANT, VERDICT_FAIL, FAULT_TENANT_OTHER);
	put(&report, RUNG_AUTH, VERDICT_FAIL, FAULT_AUTH_REFUSED);
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_FAIL);
	EQ(report_exit(&report), LADDER_EXIT_TOKEN);
	fresh();
	put(&scout, RUNG_TENANT, VERDICT_FAIL, FAULT_TENANT_NOT_FOUND);
	put(&run, RUNG_TOKEN, VERDICT_FAIL, FAULT_TOKEN_REFUSED);
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_FAIL);
}

TEST(what_stopped_the_keeper_stopped_the_scout)
{
	fresh();
	desk_sum_lost(&scout.row[RUNG_TENANT], RUNG_TENANT, true);
	EQ(scout.row[RUNG_TENANT].verdict, VERDICT_SKIP);
	EQ(scout.row[RUNG_TENANT].because, RUNG_TENANT);
	OK(row_get(&scout.row[RUNG_TENANT], FACT_NOTE).n != 0);
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].because, RUNG_TENANT);
	put(&run, RUNG_IDP_TCP, VERDICT_FAIL, FAULT_TCP_REFUSED);
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_TENANT].verdict, VERDICT_SKIP);
	EQ(report.row[RUNG_TENANT].because, RUNG_IDP_TCP);
}

TEST(the_clock)
{
	static const struct { int64_t skew; enum verdict verdict; } row[] = {
		{ 0, VERDICT_PASS }, { 300, VERDICT_PASS }, { -300, VERDICT_PASS }, { 301, VERDICT_WARN },
		  { -86400, VERDICT_WARN },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		fresh();
		put(&run, RUNG_TOKEN, VERDICT_PASS, FAULT_NONE);
		row_number(&run.row[RUNG_TOKEN], FACT_CLOCK_SKEW, row[i].skew);
		row_fact(&run.row[RUNG_TOKEN], FACT_SERVER_DATE, SPAN("Mon, 23 Nov 2026 20:43:46 GMT"));
		desk_sum(&report, &run, &scout);
		EQ(report.row[RUNG_CLOCK].verdict, row[i].verdict);
		EQ(row_get(&report.row[RUNG_CLOCK], FACT_SERVER_DATE), SPAN("Mon, 23 Nov 2026 20:43:46 GMT"));
	}
	fresh();
	desk_sum(&report, &run, &scout);
	EQ(report.row[RUNG_CLOCK].verdict, VERDICT_NONE);
}

TEST(a_persons_token_and_a_shared_mailbox)
{
	fresh();
	put(&run, RUNG_CLAIMS, VERDICT_PASS, FAULT_NONE);
	row_fact(&run.row[RUNG_CLAIMS], FACT_SCP, SPAN("POP.AccessAsUser.All"));
	row_fact(&run.row[RUNG_CLAIMS], FACT_UPN, SPAN("carol@contoso.example"));
	desk_sum(&report, &run, &scout);
	OK(row_get(&report.row[RUNG_CLAIMS], FACT_NOTE).n != 0);
	EQ(row_get(&run.row[RUNG_CLAIMS], FACT_NOTE).n, 0u); /* the keeper's own row serves other mailboxes, too */
}
