#include "check/explain_seen.h"

#include "check/lint_secret.h"

static const struct row *row_of(const struct explain_case *c, enum rung rung)
{
	return &c->r->row[rung];
}

bool explain_seen_person(const struct explain_case *c)
{
	return explain_value_fact(c, FACT_ROLES).n == 0 &&
	       (explain_value_fact(c, FACT_SCP).n != 0 || explain_value_fact(c, FACT_UPN).n != 0);
}

enum triage_finding explain_seen_doors(const struct explain_case *c)
{
	const struct row *row = row_of(c, RUNG_TRIAGE);
	bool app = !explain_seen_person(c) && !explain_value_has(explain_value_fact(c, FACT_TOKEN_KIND), "opaque");

	return triage_judge(triage_find(row_get(row, FACT_IMAP_DOOR)), triage_find(row_get(row, FACT_SMTP_DOOR)), app);
}

/* By the words of scout_put_cloud. */
const char *explain_seen_provider(const struct explain_case *c)
{
	static const struct {
		const char *cloud, *provider;
	} known[] = {
		{ "worldwide", "microsoft" },
		{ "worldwide (GCC)", "microsoft" },
		{ "US government (GCC High)", "microsoft-gcc-high" },
		{ "US government (DoD)", "microsoft-dod" },
		{ "China (21Vianet)", "microsoft-china" },
	};
	struct span cloud = row_get(row_of(c, RUNG_TENANT), FACT_CLOUD);

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (span_eq(cloud, span_z(known[i].cloud)))
			return known[i].provider;
	return NULL;
}

bool explain_seen_cloud_right(const struct explain_case *c)
{
	const struct provider *p = explain_value_provider(c);
	const char *found = explain_seen_provider(c);

	return p != NULL && found != NULL && row_of(c, RUNG_TENANT)->fault.code != FAULT_TENANT_CLOUD &&
	       span_eq(span_z(p->id), span_z(found));
}

bool explain_seen_tenant_right(const struct explain_case *c)
{
	const struct row *row = row_of(c, RUNG_TENANT);

	return row->verdict == VERDICT_PASS && row_get(row, FACT_TENANT_FOUND).n != 0;
}

bool explain_seen_secret_odd(const struct explain_case *c)
{
	const struct row *row = row_of(c, RUNG_CREDENTIAL);

	return row->verdict == VERDICT_WARN && row->fault.code == FAULT_SECRET_SHAPE;
}

bool explain_seen_secret_end(const struct explain_case *c, bool *ended)
{
	int64_t end = c->r->settings != NULL ? c->r->settings->secret_expires : 0;

	if (end == 0 || end - c->r->started_unix > LINT_SECRET_END_WARN_S)
		return false;
	*ended = lint_secret_ended(end, c->r->started_unix);
	return true;
}

static bool no_name(const struct explain_case *c, enum rung rung)
{
	return row_of(c, rung)->verdict == VERDICT_FAIL;
}

bool explain_seen_no_names(const struct explain_case *c)
{
	return no_name(c, RUNG_IDP_DNS) && no_name(c, RUNG_POP_DNS);
}

bool explain_seen_alone(const struct explain_case *c)
{
	struct span issuer = explain_value_fact(c, FACT_ISSUER);

	return issuer.n != 0 && !explain_value_has(explain_value_fact(c, FACT_CHAIN), " <- ") &&
	       explain_value_fact(c, FACT_CHAIN).n != 0 && !span_eq(issuer, explain_value_fact(c, FACT_SUBJECT));
}

bool explain_seen_proved(const struct explain_case *c)
{
	return c->r->proved.n != 0 && !explain_seen_person(c);
}
