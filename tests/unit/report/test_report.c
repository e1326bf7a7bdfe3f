/* report/report and check/summary: the verdict over all rows, and what only all of them together tell. */
#include "t.h"

#include "check/summary.h"
#include "facts.h"

static struct report report, run, tenant_worker;

static void fresh(void)
{
	memset(&report, 0, sizeof report);
	memset(&run, 0, sizeof run);
	memset(&tenant_worker, 0, sizeof tenant_worker);
	report.mailbox = SPAN("alice@contoso.example");
	tenant_worker.mailbox = SPAN("bob@CONTOSO.example");
}

static void put(struct report *r, enum step step, enum verdict v, enum fault_code code)
{
	r->row[step].step = step;
	r->row[step].verdict = v;
	r->row[step].fault.code = code;
}

TEST(the_first_failure_counts)
{
	enum step failed = STEP__COUNT;

	fresh();
	OK(!report_first_failure(&report, &failed));
	EQ(report_verdict(&report), VERDICT_PASS);
	EQ(report_exit(&report), EXIT_STATUS_OK);
	put(&report, STEP_QUIT, VERDICT_WARN, FAULT_POP_CLOSED);
	EQ(report_verdict(&report), VERDICT_WARN);
	EQ(report_exit(&report), EXIT_STATUS_OK);
	put(&report, STEP_POP_TCP, VERDICT_FAIL, FAULT_TCP_REFUSED);
	put(&report, STEP_TOKEN, VERDICT_FAIL, FAULT_TOKEN_REFUSED);
	put(&report, STEP_AUTH, VERDICT_SKIP, FAULT_NONE);
	OK(report_first_failure(&report, &failed));
	EQ(failed, STEP_TOKEN);
	EQ(report_verdict(&report), VERDICT_FAIL);
	EQ(report_exit(&report), EXIT_STATUS_TOKEN);
}

TEST(a_fact_of_any_row)
{
	fresh();
	row_fact(&report.row[STEP_POP_TLS], FACT_HOST, SPAN("second"));
	row_fact(&report.row[STEP_IDP_DNS], FACT_HOST, SPAN("first"));
	EQ(report_get(&report, FACT_HOST), SPAN("first"));
	EQ(report_get(&report, FACT_AUD).n, 0u);
}

TEST(of_two_statuses_the_graver)
{
	static const struct {
		enum exit_status a, b, worse;
	} row[] = {
		{ EXIT_STATUS_OK, EXIT_STATUS_OK, EXIT_STATUS_OK },
		{ EXIT_STATUS_OK, EXIT_STATUS_AUTH, EXIT_STATUS_AUTH },
		{ EXIT_STATUS_AUTH, EXIT_STATUS_OK, EXIT_STATUS_AUTH },
		{ EXIT_STATUS_AUTH, EXIT_STATUS_TOKEN, EXIT_STATUS_TOKEN },
		{ EXIT_STATUS_LATER, EXIT_STATUS_OK, EXIT_STATUS_LATER },
		{ EXIT_STATUS_OK, EXIT_STATUS_LATER, EXIT_STATUS_LATER },
		{ EXIT_STATUS_LATER, EXIT_STATUS_MAILBOX, EXIT_STATUS_MAILBOX },
		{ EXIT_STATUS_MAILBOX, EXIT_STATUS_LATER, EXIT_STATUS_MAILBOX },
		{ EXIT_STATUS_INTERNAL, EXIT_STATUS_NETWORK, EXIT_STATUS_INTERNAL },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %lu", (unsigned long)i);
		EQ(summary_graver(row[i].a, row[i].b), row[i].worse);
	}
}

TEST(the_token_workers_rows_are_everybodys)
{
	fresh();
	put(&run, STEP_TOKEN, VERDICT_PASS, FAULT_NONE);
	put(&run, STEP_POP_TCP, VERDICT_FAIL, FAULT_TCP_REFUSED);
	put(&report, STEP_AUTH, VERDICT_PASS, FAULT_NONE);
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TOKEN].verdict, VERDICT_PASS);
	EQ(report.row[STEP_POP_TCP].verdict, VERDICT_NONE);
	EQ(report.row[STEP_AUTH].verdict, VERDICT_PASS);
}

TEST(the_tenant_workers_row_is_for_its_domain)
{
	fresh();
	put(&tenant_worker, STEP_TENANT, VERDICT_PASS, FAULT_NONE);
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_PASS);
	fresh();
	put(&tenant_worker, STEP_TENANT, VERDICT_PASS, FAULT_NONE);
	tenant_worker.mailbox = SPAN("bob@fabrikam.example");
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_SKIP);
	EQ(report.row[STEP_TENANT].because, STEP_TENANT);
	EQ(row_get(&report.row[STEP_TENANT], FACT_NOTE), SPAN("in this run only fabrikam.example was looked up"));
	OK(row_valid(&report.row[STEP_TENANT]));
	report.mailbox = SPAN("Alice <alice@contoso.example>");
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_SKIP);
	EQ(row_get(&report.row[STEP_TENANT], FACT_NOTE), SPAN("the mailbox has no domain that could be looked up"));
	fresh();
	report.mailbox = SPAN("alice@localhost");
	summary_no_domain(&tenant_worker.row[STEP_TENANT]);
	tenant_worker.mailbox = SPAN("");
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_SKIP);
	fresh();
	put(&tenant_worker, STEP_TENANT, VERDICT_PASS, FAULT_NONE);
	tenant_worker.mailbox = SPAN("");
	report.mailbox = SPAN("");
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_NONE);
	fresh();
	summary(&report, &run, &tenant_worker); /* nobody has looked */
	EQ(report.row[STEP_TENANT].verdict, VERDICT_NONE);
}

TEST(the_tenant_step_does_not_fail_what_passes)
{
	fresh();
	put(&tenant_worker, STEP_TENANT, VERDICT_FAIL, FAULT_TENANT_OTHER);
	put(&report, STEP_AUTH, VERDICT_PASS, FAULT_NONE);
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_WARN);
	EQ(report.row[STEP_TENANT].fault.code, FAULT_TENANT_OTHER);
	EQ(report_exit(&report), EXIT_STATUS_OK);
	put(&report, STEP_MAILBOX, VERDICT_FAIL, FAULT_MAILBOX_REFUSED); /* the login was good: it is not the tenant */
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_WARN);
	EQ(report_exit(&report), EXIT_STATUS_MAILBOX);
	fresh();
	put(&tenant_worker, STEP_TENANT, VERDICT_FAIL, FAULT_TENANT_OTHER); /* nothing else was asked for */
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_WARN);
}

TEST(the_tenant_step_explains_what_fails)
{
	fresh();
	put(&tenant_worker, STEP_TENANT, VERDICT_FAIL, FAULT_TENANT_OTHER);
	put(&report, STEP_AUTH, VERDICT_FAIL, FAULT_AUTH_REFUSED);
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_FAIL);
	EQ(report_exit(&report), EXIT_STATUS_TOKEN);
	fresh();
	put(&tenant_worker, STEP_TENANT, VERDICT_FAIL, FAULT_TENANT_NOT_FOUND);
	put(&run, STEP_TOKEN, VERDICT_FAIL, FAULT_TOKEN_REFUSED);
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_FAIL);
}

TEST(what_stopped_the_token_worker_stopped_the_tenant_worker)
{
	fresh();
	summary_lost(&tenant_worker.row[STEP_TENANT], STEP_TENANT, true);
	EQ(tenant_worker.row[STEP_TENANT].verdict, VERDICT_SKIP);
	EQ(tenant_worker.row[STEP_TENANT].because, STEP_TENANT);
	OK(row_get(&tenant_worker.row[STEP_TENANT], FACT_NOTE).n != 0);
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].because, STEP_TENANT);
	put(&run, STEP_IDP_TCP, VERDICT_FAIL, FAULT_TCP_REFUSED);
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_TENANT].verdict, VERDICT_SKIP);
	EQ(report.row[STEP_TENANT].because, STEP_IDP_TCP);
}

TEST(the_clock)
{
	static const struct {
		int64_t skew;
		enum verdict verdict;
	} row[] = {
		{ 0, VERDICT_PASS },   { 300, VERDICT_PASS },    { -300, VERDICT_PASS },
		{ 301, VERDICT_WARN }, { -86400, VERDICT_WARN },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		fresh();
		put(&run, STEP_TOKEN, VERDICT_PASS, FAULT_NONE);
		row_number(&run.row[STEP_TOKEN], FACT_CLOCK_SKEW, row[i].skew);
		t_fact(&run.row[STEP_TOKEN], FACT_SERVER_DATE, "2026-11-23 20:43:46Z");
		summary(&report, &run, &tenant_worker);
		EQ(report.row[STEP_CLOCK].verdict, row[i].verdict);
		EQ(t_shown(&report.row[STEP_CLOCK], FACT_SERVER_DATE), SPAN("2026-11-23 20:43:46Z"));
	}
	fresh();
	summary(&report, &run, &tenant_worker);
	EQ(report.row[STEP_CLOCK].verdict, VERDICT_NONE);
}

TEST(a_persons_token_and_a_shared_mailbox)
{
	fresh();
	put(&run, STEP_CLAIMS, VERDICT_PASS, FAULT_NONE);
	t_fact(&run.row[STEP_CLAIMS], FACT_SCP, "POP.AccessAsUser.All");
	row_fact(&run.row[STEP_CLAIMS], FACT_UPN, SPAN("carol@contoso.example"));
	summary(&report, &run, &tenant_worker);
	OK(row_get(&report.row[STEP_CLAIMS], FACT_NOTE).n != 0);
	EQ(row_get(&run.row[STEP_CLAIMS], FACT_NOTE).n,
	   0u); /* the token worker's own row serves other mailboxes, too */
}
