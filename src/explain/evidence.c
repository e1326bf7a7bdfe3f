#include "explain/evidence.h"

static const struct row *row_of(const struct report *r, enum step step)
{
	return &r->row[step];
}

bool evidence_person(const struct report *r)
{
	return report_get(r, FACT_ROLES).n == 0 && (report_get(r, FACT_SCP).n != 0 || report_get(r, FACT_UPN).n != 0);
}

enum service_finding evidence_services(const struct report *r)
{
	const struct row *row = row_of(r, STEP_TRIAGE);
	bool app = !evidence_person(r) && !span_eq(report_get(r, FACT_TOKEN_KIND), SPAN("opaque"));

	return service_judge(service_find(row_get(row, FACT_IMAP_STATE)), service_find(row_get(row, FACT_SMTP_STATE)),
	                     app);
}

bool evidence_cloud_right(const struct report *r)
{
	const struct provider *p = r->settings != NULL ? r->settings->provider : NULL;
	struct span found = row_get(row_of(r, STEP_TENANT), FACT_PROVIDER_FOUND);

	return p != NULL && found.n != 0 && row_of(r, STEP_TENANT)->fault.code != FAULT_TENANT_CLOUD &&
	       span_eq(span_z(p->id), found);
}

bool evidence_tenant_right(const struct report *r)
{
	const struct row *row = row_of(r, STEP_TENANT);

	return row->verdict == VERDICT_PASS && row_get(row, FACT_TENANT_FOUND).n != 0;
}

bool evidence_secret_odd(const struct report *r)
{
	const struct row *row = row_of(r, STEP_CREDENTIAL);

	return row->verdict == VERDICT_WARN && row->fault.code == FAULT_SECRET_SHAPE;
}

bool evidence_secret_end(const struct report *r, bool *ended)
{
	int64_t end = r->settings != NULL ? r->settings->secret_expires : 0;

	if (end == 0 || end - r->started_unix > SETTINGS_SECRET_END_WARN_S)
		return false;
	*ended = settings_secret_ended(end, r->started_unix);
	return true;
}

static bool no_name(const struct report *r, enum step step)
{
	return row_of(r, step)->verdict == VERDICT_FAIL;
}

bool evidence_no_names(const struct report *r)
{
	return no_name(r, STEP_IDP_DNS) && no_name(r, STEP_POP_DNS);
}

bool evidence_alone(const struct row *row)
{
	struct span issuer = row_get(row, FACT_ISSUER), chain = row_get(row, FACT_CHAIN);
	size_t at;

	return issuer.n != 0 && chain.n != 0 && !span_find(chain, SPAN(" <- "), &at) &&
	       !span_eq(issuer, row_get(row, FACT_SUBJECT));
}

bool evidence_proved(const struct report *r)
{
	return r->proved.n != 0 && !evidence_person(r);
}
