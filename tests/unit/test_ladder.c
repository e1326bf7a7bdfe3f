/* report/ladder: rungs, their order and needs, and the exit status of each failure. */
#include "t.h"

#include "report/ladder.h"

TEST(ids)
{
	for (int i = 0; i < RUNG__COUNT; i++) {
		enum rung found = RUNG__COUNT;

		t_at("%s", ladder_id((enum rung)i));
		OK(ladder_find(span_z(ladder_id((enum rung)i)), &found));
		EQ(found, (enum rung)i);
	}
	for (int i = 0; i < RUNG__COUNT; i++)
		for (int j = i + 1; j < RUNG__COUNT; j++)
			OK(strcmp(ladder_id((enum rung)i), ladder_id((enum rung)j)) != 0);
}

TEST(unknown_ids)
{
	enum rung r = RUNG_AUTH;

	OK(!ladder_find(SPAN(""), &r));
	OK(!ladder_find(SPAN("Auth"), &r));
	OK(!ladder_find(SPAN("auth "), &r));
	EQ(r, RUNG_AUTH);
}

/* A rung needs only rungs before it: whoever climbs in order has what it needs, and root causes come first. */
TEST(needs_point_downwards)
{
	for (int i = 0; i < RUNG__COUNT; i++) {
		t_at("%s", ladder_id((enum rung)i));
		EQ(ladder_needs((enum rung)i) >> i, 0u);
	}
	EQ(ladder_needs(RUNG_AUTH), 1u << RUNG_CAPA | 1u << RUNG_CLAIMS);
	EQ(ladder_needs(RUNG_CREDENTIAL), 0u);
	EQ(ladder_needs(RUNG_POP_DNS), 0u);
	EQ(ladder_needs(RUNG_TENANT), 0u);
}

/* Only auth joins the two arms: each can be diagnosed whatever becomes of the other one. */
TEST(the_arms_are_apart)
{
	for (int i = 0; i < RUNG__COUNT; i++)
		for (int j = 0; j < RUNG__COUNT; j++)
			if (ladder_needs((enum rung)i) & 1u << j && i != RUNG_AUTH && i != RUNG_TRIAGE)
				EQ(ladder_role((enum rung)i), ladder_role((enum rung)j));
}

TEST(roles)
{
	EQ(ladder_role(RUNG_CREDENTIAL), LADDER_KEEPER);
	EQ(ladder_role(RUNG_CLAIMS), LADDER_KEEPER);
	EQ(ladder_role(RUNG_TENANT), LADDER_SCOUT);
	EQ(ladder_role(RUNG_POP_DNS), LADDER_PROBE);
	EQ(ladder_role(RUNG_QUIT), LADDER_PROBE);
	EQ(ladder_role(RUNG_TRIAGE), LADDER_TRIAGE);
	EQ(ladder_role(RUNG_CLOCK), LADDER_DESK);
}

TEST(exit_statuses)
{
	static const struct { enum rung rung; enum fault_code code; enum ladder_exit exit; } row[] = {
		{ RUNG_CREDENTIAL, FAULT_SECRET_IS_ID, LADDER_EXIT_SETTINGS },
		{ RUNG_TENANT, FAULT_TENANT_OTHER, LADDER_EXIT_TOKEN },
		{ RUNG_IDP_DNS, FAULT_DNS_NOT_FOUND, LADDER_EXIT_NETWORK },
		{ RUNG_POP_TCP, FAULT_TCP_REFUSED, LADDER_EXIT_NETWORK },
		{ RUNG_POP_TLS, FAULT_CERT_NAME, LADDER_EXIT_TLS },
		{ RUNG_TOKEN, FAULT_TOKEN_REFUSED, LADDER_EXIT_TOKEN },
		{ RUNG_TOKEN, FAULT_HTTP_NOT_JSON, LADDER_EXIT_TOKEN },
		{ RUNG_CLAIMS, FAULT_CLAIM_ROLE, LADDER_EXIT_CLAIMS },
		{ RUNG_GREETING, FAULT_POP_OTHER_SERVICE, LADDER_EXIT_SERVICE },
		{ RUNG_CAPA, FAULT_POP_NO_XOAUTH2, LADDER_EXIT_SERVICE },
		{ RUNG_CAPA, FAULT_POP_NO_OAUTHBEARER, LADDER_EXIT_SERVICE },
		{ RUNG_AUTH, FAULT_AUTH_REFUSED, LADDER_EXIT_AUTH },
		{ RUNG_MAILBOX, FAULT_MAILBOX_REFUSED, LADDER_EXIT_MAILBOX },
		/* the fault says more than the rung */
		{ RUNG_TOKEN, FAULT_DEADLINE, LADDER_EXIT_NETWORK },
		{ RUNG_AUTH, FAULT_DEADLINE, LADDER_EXIT_NETWORK },
		{ RUNG_TOKEN, FAULT_HTTP_BUSY, LADDER_EXIT_LATER },
		{ RUNG_AUTH, FAULT_POP_BUSY, LADDER_EXIT_LATER },
		{ RUNG_AUTH, FAULT_ROLE_DIED, LADDER_EXIT_INTERNAL },
		{ RUNG_TOKEN, FAULT_LIMIT, LADDER_EXIT_INTERNAL },
		{ RUNG_AUTH, FAULT_MAILBOX_SHAPE, LADDER_EXIT_SETTINGS },
		{ RUNG_POP_DNS, FAULT_SETTING_MISSING, LADDER_EXIT_SETTINGS },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f = { .code = row[i].code };

		t_at("row %lu", (unsigned long)i);
		EQ(ladder_exit(row[i].rung, &f), row[i].exit);
	}
}

/* No failure is a success. */
TEST(every_fault_on_every_rung_has_a_status)
{
	for (int r = 0; r < RUNG__COUNT; r++) {
		for (int c = 0; c < FAULT__COUNT; c++) {
			struct fault f = { .code = (enum fault_code)c };

			OK(ladder_exit((enum rung)r, &f) > LADDER_EXIT_OK && ladder_exit((enum rung)r,
			    &f) <= LADDER_EXIT_LATER);
		}
	}
}

TEST(verdicts)
{
	EQ(ladder_verdict(VERDICT_NONE), "none");
	EQ(ladder_verdict(VERDICT_PASS), "pass");
	EQ(ladder_verdict(VERDICT_WARN), "warn");
	EQ(ladder_verdict(VERDICT_FAIL), "fail");
	EQ(ladder_verdict(VERDICT_SKIP), "skip");
}
