#include "explain/evidence.h"

enum { CLOCK_TOLERANCE_S = 5 * 60 }; /* what Entra forgives */

bool evidence_alone(const struct row *row)
{
	struct span issuer = row_get(row, FACT_ISSUER), chain = row_get(row, FACT_CHAIN);
	size_t at;

	return issuer.n != 0 && chain.n != 0 && !span_find_byte(chain, ROW_SEPARATOR, &at) &&
	       !span_eq(issuer, row_get(row, FACT_SUBJECT));
}

static void read_settings(const struct report *r, struct evidence *e)
{
	const struct row *tenant = &r->row[STEP_TENANT];
	struct span found = row_get(tenant, FACT_PROVIDER_FOUND);
	int64_t end = r->settings->secret_expires;

	e->provider = r->settings->provider;
	e->entra = e->provider != NULL && e->provider->entra;
	e->cloud_right = e->provider != NULL && found.n != 0 && tenant->fault.code != FAULT_TENANT_CLOUD &&
	                 span_eq(span_z(e->provider->id), found);
	e->secret_near = end != 0 && end - r->started_unix <= SETTINGS_SECRET_END_WARN_S;
	e->secret_ended = e->secret_near && settings_secret_ended(end, r->started_unix);
}

void evidence_read(const struct report *r, struct evidence *e)
{
	const struct row *row = r != NULL ? r->row : NULL;
	int64_t finding;

	*e = (struct evidence){ .services = SERVICE_SAYS_NOTHING };
	if (r == NULL)
		return;
	e->person =
		report_get(r, FACT_ROLES).n == 0 && (report_get(r, FACT_SCP).n != 0 || report_get(r, FACT_UPN).n != 0);
	e->proved = r->proved.n != 0 && !e->person;
	if (row_i64(&row[STEP_TRIAGE], FACT_FINDING, &finding))
		e->services = (enum service_finding)finding;
	e->tenant_right =
		row[STEP_TENANT].verdict == VERDICT_PASS && row_get(&row[STEP_TENANT], FACT_TENANT_FOUND).n != 0;
	e->secret_odd =
		row[STEP_CREDENTIAL].verdict == VERDICT_WARN && row[STEP_CREDENTIAL].fault.code == FAULT_SECRET_SHAPE;
	e->no_names = row[STEP_IDP_DNS].verdict == VERDICT_FAIL && row[STEP_POP_DNS].verdict == VERDICT_FAIL;
	e->clock_known = report_i64(r, FACT_CLOCK_SKEW, &e->skew);
	e->clock_off = e->clock_known && (e->skew > CLOCK_TOLERANCE_S || e->skew < -CLOCK_TOLERANCE_S);
	e->clock_right = e->clock_known && !e->clock_off;
	if (r->settings != NULL)
		read_settings(r, e);
}
