#include "explain/evidence.h"

#include "base/clock.h"
#include "text/guid.h"

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

/* Discovery found the tenant of the settings; a domain there names the one that it leads to. */
static bool found_configured(const struct report *r)
{
	struct span found = row_get(&r->row[STEP_TENANT], FACT_TENANT_FOUND), configured;

	if (found.n == 0 || r->settings == NULL)
		return false;
	configured = settings_get(r->settings, SETTING_TENANT_ID);
	return !guid_ok(configured) || span_eq_nocase(found, configured);
}

/* How far the clock is off at least, if it is the time alone that one side's certificates were refused for. */
static bool read_missed(const struct report *r, enum step tls, int64_t *missed)
{
	int64_t valid;

	if (!row_i64(&r->row[tls], FACT_VALID_AT, &valid) ||
	    valid < CLOCK_BORN) /* they have ended, whatever the time */
		return false;
	*missed = r->started_unix - valid;
	return true;
}

/* Nobody has told the time, but certificates that are good in everything else tell one that it cannot be: those of two
 * servers, which are not out of date together, or one's when the clock says what it cannot. */
static void read_certificates(const struct report *r, struct evidence *e)
{
	int64_t idp = 0, pop = 0;
	bool at_idp = read_missed(r, STEP_IDP_TLS, &idp), at_pop = read_missed(r, STEP_POP_TLS, &pop);
	bool both = at_idp && at_pop && (idp < 0) == (pop < 0) &&
	            !span_eq(row_get(&r->row[STEP_IDP_TLS], FACT_FINGERPRINT),
	                     row_get(&r->row[STEP_POP_TLS], FACT_FINGERPRINT));

	if (e->clock_known || (!both && !((at_idp || at_pop) && r->started_unix < CLOCK_BORN)))
		return;
	e->clock_known = e->skew_least = true;
	e->skew = (idp < 0 ? -idp : idp) > (pop < 0 ? -pop : pop) ? idp : pop;
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
	e->tenant_right = row[STEP_TENANT].verdict == VERDICT_PASS && found_configured(r);
	e->secret_odd =
		row[STEP_CREDENTIAL].verdict == VERDICT_WARN && row[STEP_CREDENTIAL].fault.code == FAULT_SECRET_SHAPE;
	e->no_names = row[STEP_IDP_DNS].verdict == VERDICT_FAIL && row[STEP_POP_DNS].verdict == VERDICT_FAIL;
	e->clock_known = report_i64(r, FACT_CLOCK_SKEW, &e->skew);
	read_certificates(r, e);
	e->clock_off = e->clock_known && (e->skew > CLOCK_TOLERANCE_S || e->skew < -CLOCK_TOLERANCE_S);
	e->clock_right = e->clock_known && !e->clock_off;
	if (r->settings != NULL)
		read_settings(r, e);
}

/* ---- what holds -------------------------------------------------------------------------------- */

static unsigned of_grant(const struct settings *s)
{
	static const unsigned bits[GRANT__COUNT] = {
		[GRANT_CLIENT_SECRET] = FOR_SECRET,
		[GRANT_CERTIFICATE] = FOR_CERTIFICATE,
		[GRANT_FEDERATED] = FOR_FEDERATED,
		[GRANT_MANAGED_IDENTITY] = FOR_IDENTITY,
		[GRANT_SERVICE_ACCOUNT] = FOR_SERVICE_ACCOUNT,
	};
	bool secret = settings_has(s, SETTING_CLIENT_SECRET) || settings_has(s, SETTING_CLIENT_SECRET_FILE) ||
	              settings_has(s, SETTING_CLIENT_SECRET_COMMAND);

	return bits[s->grant] == 0 && grant_row(s->grant)->person && secret ? FOR_SECRET : bits[s->grant];
}

/* Whose token it is: the claims or the grant say it. */
static unsigned asker(const struct report *r, const struct evidence *e)
{
	enum grant g = r->settings->grant;

	if (e->person || g == GRANT_DEVICE_CODE || g == GRANT_REFRESH_TOKEN)
		return FOR_PERSON;
	if (g != GRANT_ACCESS_TOKEN)
		return FOR_APPLICATION;
	return report_get(r, FACT_ROLES).n != 0 ? FOR_APPLICATION : FOR_ASKERS;
}

/* On the way to the mailbox the server that greets counts more than the settings. A token of Entra's that cannot be
 * read is that of a personal account. */
static unsigned provider(const struct report *r, const struct evidence *e, enum step step)
{
	int64_t server = ROW_SERVER_EXCHANGE, kind;
	bool mail = step >= STEP_POP_DNS && report_i64(r, FACT_SERVER, &server);

	if (mail && server == ROW_SERVER_GMAIL)
		return FOR_GOOGLE;
	if (mail && server != ROW_SERVER_EXCHANGE)
		return FOR_CUSTOM;
	if (e->provider->personal || (e->entra && report_i64(r, FACT_TOKEN_KIND, &kind) && kind == ROW_TOKEN_OPAQUE))
		return FOR_PERSONAL;
	return e->entra || mail ? FOR_WORK : e->provider->google ? FOR_GOOGLE : FOR_CUSTOM;
}

static unsigned owner(const struct report *r, const struct evidence *e)
{
	struct span domain;

	span_cut(r->mailbox, '@', &domain);
	return e->provider->personal || provider_of_people(domain) != NULL ? FOR_CONSUMER : FOR_ORGANISATION;
}

unsigned evidence_holds(const struct report *r, const struct evidence *e, enum step step)
{
	unsigned ruled = (e->tenant_right ? UNLESS_TENANT : 0) | (e->cloud_right ? UNLESS_CLOUD : 0) |
	                 (e->clock_right ? UNLESS_CLOCK : 0) | (e->proved ? UNLESS_PROVED : 0);
	unsigned way = FOR_O2POP | FOR_TOKEN | FOR_APIS | (step < STEP_POP_DNS ? FOR_HTTP : FOR_POP3);

	if (r->settings == NULL || e->provider == NULL)
		return (FOR_ALL & ~(unsigned)(FOR_SPEAKERS | FOR_LOGINS | FOR_PROTOCOLS)) | way | ruled;
	return of_grant(r->settings) | asker(r, e) | provider(r, e, step) | owner(r, e) | way | ruled;
}
