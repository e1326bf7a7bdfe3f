/* report/step: steps, their order and needs, and the exit status of each failure. */
#include "t.h"

#include "report/step.h"

TEST(ids)
{
	for (int i = 0; i < STEP__COUNT; i++) {
		enum step found = STEP__COUNT;

		t_at("%s", step_table[i].id);
		OK(step_find(span_z(step_table[i].id), &found));
		EQ(found, (enum step)i);
	}
	for (int i = 0; i < STEP__COUNT; i++)
		for (int j = i + 1; j < STEP__COUNT; j++)
			OK(strcmp(step_table[i].id, step_table[j].id) != 0);
}

TEST(unknown_ids)
{
	enum step r = STEP_AUTH;

	OK(!step_find(SPAN(""), &r));
	OK(!step_find(SPAN("Auth"), &r));
	OK(!step_find(SPAN("auth "), &r));
	EQ(r, STEP_AUTH);
}

/* A step needs only steps before it: whoever takes in order has what it needs, and root causes come first. */
TEST(needs_point_downwards)
{
	for (int i = 0; i < STEP__COUNT; i++) {
		t_at("%s", step_table[i].id);
		EQ(step_table[i].needs >> i, 0u);
	}
	EQ(step_table[STEP_AUTH].needs, 1u << STEP_CAPA | 1u << STEP_CLAIMS);
	EQ(step_table[STEP_CREDENTIAL].needs, 0u);
	EQ(step_table[STEP_POP_DNS].needs, 0u);
	EQ(step_table[STEP_TENANT].needs, 0u);
}

/* Only auth joins the two sides: each can be diagnosed whatever becomes of the other one. */
TEST(the_arms_are_apart)
{
	for (int i = 0; i < STEP__COUNT; i++)
		for (int j = 0; j < STEP__COUNT; j++)
			if (step_table[i].needs & 1u << j && i != STEP_AUTH && i != STEP_TRIAGE)
				EQ(step_table[i].by, step_table[j].by);
}

TEST(who_takes_it)
{
	EQ(step_table[STEP_CREDENTIAL].by, STEP_BY_TOKEN_WORKER);
	EQ(step_table[STEP_CLAIMS].by, STEP_BY_TOKEN_WORKER);
	EQ(step_table[STEP_TENANT].by, STEP_BY_TENANT_WORKER);
	EQ(step_table[STEP_POP_DNS].by, STEP_BY_MAIL_WORKER);
	EQ(step_table[STEP_QUIT].by, STEP_BY_MAIL_WORKER);
	EQ(step_table[STEP_TRIAGE].by, STEP_BY_TRIAGE_WORKER);
	EQ(step_table[STEP_CLOCK].by, STEP_BY_SUPERVISOR);
}

TEST(exit_statuses)
{
	static const struct {
		enum step step;
		enum fault_code code;
		enum exit_status exit;
	} row[] = {
		{ STEP_CREDENTIAL, FAULT_SECRET_IS_ID, EXIT_STATUS_SETTINGS },
		{ STEP_TENANT, FAULT_TENANT_OTHER, EXIT_STATUS_TOKEN },
		{ STEP_IDP_DNS, FAULT_DNS_NOT_FOUND, EXIT_STATUS_NETWORK },
		{ STEP_POP_TCP, FAULT_TCP_REFUSED, EXIT_STATUS_NETWORK },
		{ STEP_POP_TLS, FAULT_CERT_NAME, EXIT_STATUS_TLS },
		{ STEP_TOKEN, FAULT_TOKEN_REFUSED, EXIT_STATUS_TOKEN },
		{ STEP_TOKEN, FAULT_HTTP_NOT_JSON, EXIT_STATUS_TOKEN },
		{ STEP_CLAIMS, FAULT_CLAIM_ROLE, EXIT_STATUS_CLAIMS },
		{ STEP_GREETING, FAULT_POP_OTHER_SERVICE, EXIT_STATUS_SERVICE },
		{ STEP_CAPA, FAULT_POP_NO_XOAUTH2, EXIT_STATUS_SERVICE },
		{ STEP_CAPA, FAULT_POP_NO_OAUTHBEARER, EXIT_STATUS_SERVICE },
		{ STEP_AUTH, FAULT_AUTH_REFUSED, EXIT_STATUS_AUTH },
		{ STEP_MAILBOX, FAULT_MAILBOX_REFUSED, EXIT_STATUS_MAILBOX },
		/* the fault says more than the step */
		{ STEP_TOKEN, FAULT_DEADLINE, EXIT_STATUS_NETWORK },
		{ STEP_AUTH, FAULT_DEADLINE, EXIT_STATUS_NETWORK },
		{ STEP_TOKEN, FAULT_HTTP_BUSY, EXIT_STATUS_LATER },
		{ STEP_AUTH, FAULT_POP_BUSY, EXIT_STATUS_LATER },
		{ STEP_AUTH, FAULT_WORKER_DIED, EXIT_STATUS_INTERNAL },
		{ STEP_TOKEN, FAULT_LIMIT, EXIT_STATUS_INTERNAL },
		{ STEP_AUTH, FAULT_MAILBOX_SHAPE, EXIT_STATUS_SETTINGS },
		{ STEP_POP_DNS, FAULT_SETTING_MISSING, EXIT_STATUS_SETTINGS },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f = { .code = row[i].code };

		t_at("row %lu", (unsigned long)i);
		EQ(step_exit_status(row[i].step, &f), row[i].exit);
	}
}

/* No failure is a success. */
TEST(every_fault_on_every_step_has_a_status)
{
	for (int r = 0; r < STEP__COUNT; r++) {
		for (int c = 0; c < FAULT__COUNT; c++) {
			struct fault f = { .code = (enum fault_code)c };

			OK(step_exit_status((enum step)r, &f) > EXIT_STATUS_OK &&
			   step_exit_status((enum step)r, &f) <= EXIT_STATUS_LATER);
		}
	}
}

TEST(verdicts)
{
	EQ(step_verdict[VERDICT_NONE], "none");
	EQ(step_verdict[VERDICT_PASS], "pass");
	EQ(step_verdict[VERDICT_WARN], "warn");
	EQ(step_verdict[VERDICT_FAIL], "fail");
	EQ(step_verdict[VERDICT_SKIP], "skip");
}
