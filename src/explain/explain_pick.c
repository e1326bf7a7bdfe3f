#include "explain/explain_pick.h"

#include "explain/explain_auth.h"
#include "explain/explain_match.h"
#include "explain/explain_net.h"
#include "explain/explain_seen.h"
#include "text/guid.h"

enum { CODE_MIN = 10000 }; /* a fault.num below this is an HTTP status */

/* ---- the token endpoint ------------------------------------------------------------------------ */

static bool by_grant(const struct explain_case *c, enum grant g)
{
	return c->r->settings != NULL && c->r->settings->grant == g;
}

/* What the tenant rung found out about the mailbox's domain, when it matters to the refusal. */
static void pick_tenant(const struct explain_case *c, struct explain_list *l)
{
	struct span configured = explain_value_setting(c, SETTING_TENANT_ID);
	struct span found = explain_value_fact(c, FACT_TENANT_FOUND);

	if (c->r->row[RUNG_TENANT].fault.code == FAULT_TENANT_CLOUD)
		explain_know_add(l, CAUSE_CLOUD_WRONG);
	if (found.n != 0 && guid_ok(configured) && !span_eq_nocase(found, configured))
		explain_know_add(l, CAUSE_TENANT_WRONG);
}

/* Numbers that stand for more than one thing: the words decide. */
static void pick_by_words(int64_t code, struct span words, struct explain_list *l)
{
	switch (code) {
	case 700027:
	case 50012:
		if (explain_value_has(words, "client secret"))
			explain_know_add3(l, CAUSE_SECRET_WRONG, CAUSE_SECRET_MANGLED, CAUSE_NONE);
		if (explain_value_has(words, "Key was found") || explain_value_has(words, "did not match the expected"))
			explain_know_add3(l, CAUSE_KEY_MISMATCH, CAUSE_KEY_NOT_UPLOADED, CAUSE_NONE);
		break;
	case 700023:
		if (!explain_value_has(words, "assertion"))
			explain_know_add(l, CAUSE_SCOPE_WRONG);
		break;
	case 70001:
		if (explain_value_has(words, "not found"))
			explain_know_add(l, CAUSE_CLIENT_ID_WRONG);
		break;
	default:
		break;
	}
}

/* No AADSTS number that is known: the words of OAuth, or the status. Of the form of the request o2pop is sure, and of
 * the tenant when discovery found it. */
static void pick_unknown(const struct explain_case *c, int64_t code, struct explain_list *l)
{
	const struct provider *p = explain_value_provider(c);
	struct span error = explain_value_fact(c, FACT_ERROR);

	if (code >= CODE_MIN || span_eq(error, SPAN("invalid_request")))
		explain_know_add(l, CAUSE_ENTRA_UNKNOWN);
	if (!explain_know_add_row(l, explain_know_named(KNOWN_SUBERROR, explain_value_fact(c, FACT_SUBERROR))) &&
	    !explain_know_add_row(l, explain_know_named(KNOWN_ERROR, error)))
		explain_know_add_row(l, explain_know_find(KNOWN_HTTP, code));
	(void)explain_know_drop(l, CAUSE_REQUEST_FORM);
	if (explain_seen_tenant_right(c->r) || by_grant(c, GRANT_MANAGED_IDENTITY) || p == NULL || !p->entra)
		(void)explain_know_drop(l, CAUSE_TENANT_UNKNOWN);
	if (p != NULL && !p->entra && l->n > 1)
		(void)explain_know_drop(l, CAUSE_CA_WORKLOAD);
}

/* The secret was refused, and looked odd before it was sent: that is why. */
static void pick_secret(const struct explain_case *c, int64_t code, struct explain_list *l)
{
	if (explain_seen_secret_odd(c->r) &&
	    (code == 7000215 || code == 70002 || code == 50012 ||
	     (code < CODE_MIN && span_eq(explain_value_fact(c, FACT_ERROR), SPAN("invalid_client")))))
		explain_know_add(l, CAUSE_SECRET_MANGLED);
}

/* Those who answer in OAuth's words, and mean something of their own. */
static bool pick_not_entra(const struct explain_case *c, struct explain_list *l)
{
	struct span error = explain_value_fact(c, FACT_ERROR);

	if (explain_value_on_identity(c) && explain_value_has(explain_value_evidence(c), "Identity not found"))
		explain_know_add(l, CAUSE_NO_IDENTITY);
	else if (c->r->settings == NULL || c->r->settings->grant != GRANT_SERVICE_ACCOUNT)
		return false;
	else if (span_eq(error, SPAN("invalid_grant")))
		explain_know_add(l, CAUSE_ACCOUNT_REFUSED);
	else if (span_eq(error, SPAN("unauthorized_client")) || span_eq(error, SPAN("access_denied")))
		explain_know_add(l, CAUSE_DELEGATION);
	return l->n != 0;
}

static void pick_refusal(const struct explain_case *c, struct explain_list *l)
{
	int64_t code = explain_value_row(c)->fault.num;

	if (pick_not_entra(c, l))
		return;
	pick_secret(c, code, l);
	switch (code) {
	case 700016: case 700011: case 7000229: case 90002: case 500011: case 650059: case 900382: case 1000104:
		pick_tenant(c, l);
		break;
	case 700024: case 50013: case 50027: case 1000502:
		if (explain_value_clock_off(c))
			explain_know_add(l, CAUSE_CLOCK_WRONG);
		break;
	default:
		break;
	}
	pick_by_words(code, explain_value_evidence(c), l);
	if (!explain_know_add_row(l, explain_know_find(KNOWN_AADSTS, code)))
		pick_unknown(c, code, l);
}

/* Did the user choose the address of the token endpoint, or a part of it? */
static bool own_endpoint(const struct explain_case *c)
{
	const struct settings *s = c->r->settings;

	return explain_value_setting(c, SETTING_TOKEN_URL).n != 0 ||
	       (s != NULL && s->source[SETTING_AUTHORITY_HOST] > SETTING_FROM_PROVIDER);
}

/* The page of a network that wants people to log in first. */
static bool like_portal(struct span said)
{
	static const char *const words[] = { "guest", "hotspot", "captive", "wi-fi", "wifi", "portal" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (explain_value_has(said, words[i]))
			return true;
	return false;
}

/* "Not now", in the provider's words or by the status; words may come with any status. */
static void pick_busy(const struct explain_case *c, struct explain_list *l)
{
	uint64_t code = 0, status = 0;

	(void)!span_u64(explain_value_fact(c, FACT_AADSTS), UINT32_MAX, &code);
	(void)!span_u64(explain_value_fact(c, FACT_HTTP_STATUS), 999, &status);
	if (status == 404 || status == 410) /* IMDS, being updated */
		explain_know_add(l, CAUSE_ENTRA_TRANSIENT);
	else if (!explain_know_add_row(l, explain_know_find(KNOWN_AADSTS, (int64_t)code)) &&
	         (status == 429 || status >= 500))
		explain_know_add_row(l, explain_know_find(KNOWN_HTTP, (int64_t)status));
}

static void pick_http(const struct explain_case *c, struct explain_list *l)
{
	const struct row *row = explain_value_row(c);
	enum fault_code code = row->fault.code;
	bool page = code == FAULT_HTTP_NOT_JSON || code == FAULT_HTTP_REDIRECT || code == FAULT_HTTP_MALFORMED;
	uint64_t status = 0;

	if (page && explain_value_on_identity(c)) {
		explain_know_add(l, CAUSE_NOT_AZURE);
		return;
	}
	if (!span_u64(row_get(row, FACT_HTTP_STATUS), 999, &status) && fault_kind(code) == FAULT_KIND_HTTP)
		status = (uint64_t)row->fault.num;
	if (explain_match_kind(explain_value_evidence(c), KNOWN_INSPECTOR) != EXPLAIN_KNOW_NOTHING)
		explain_know_add(l, CAUSE_PROXY_PAGE);
	if (page && own_endpoint(c))
		explain_know_add(l, CAUSE_TOKEN_URL_WRONG);
	if (like_portal(explain_value_evidence(c)))
		explain_know_add(l, CAUSE_CAPTIVE_PORTAL);
	if (status >= 400)
		explain_know_add_row(l, explain_know_find(KNOWN_HTTP, (int64_t)status));
	else if (code == FAULT_HTTP_REDIRECT)
		explain_know_add3(l, CAUSE_CAPTIVE_PORTAL, CAUSE_PROXY_PAGE, CAUSE_NONE);
	else if (code == FAULT_HTTP_NOT_JSON)
		explain_know_add3(l, CAUSE_PROXY_PAGE, CAUSE_CAPTIVE_PORTAL, CAUSE_NONE);
}

/* ---- claims ------------------------------------------------------------------------------------ */

static void pick_audience(const struct explain_case *c, struct explain_list *l)
{
	struct span aud = explain_value_fact(c, FACT_AUD);

	if (explain_value_has(aud, "graph.microsoft") || explain_value_has(aud, "00000003-0000-0000-c000-000000000000"))
		explain_know_add(l, CAUSE_AUD_GRAPH);
	else if (explain_value_has(aud, "ps.outlook.com"))
		explain_know_add(l, CAUSE_AUD_CONSENT);
}

static void pick_role(const struct explain_case *c, struct explain_list *l, bool from_file)
{
	struct span roles = explain_value_fact(c, FACT_ROLES);

	if (explain_value_has(roles, "full_access_as_app")) {
		explain_know_add(l, CAUSE_ROLE_EWS);
	} else if (roles.n != 0) {
		explain_know_add(l, CAUSE_ROLE_OTHER);
	} else if (explain_value_fact(c, FACT_SCP).n != 0) {
		explain_know_add(l, CAUSE_SCP_NO_POP);
	} else {
		if (explain_value_fact(c, FACT_OID).n == 0) /* no oid: there is no service principal */
			explain_know_add(l, CAUSE_SP_MISSING);
		explain_know_add(l, CAUSE_CONSENT_MISSING);
		explain_know_add(l, CAUSE_PERMISSION_MISSING);
	}
	if (from_file)
		explain_know_add(l, CAUSE_ROLE_NEW);
}

static void pick_times(const struct explain_case *c, struct explain_list *l, bool stale)
{
	if (explain_value_clock_off(c))
		explain_know_add(l, CAUSE_CLOCK_WRONG);
	if (stale)
		explain_know_add(l, CAUSE_TOKEN_EXPIRED);
	if (l->n == 0) /* judged by the provider's own clock, if that is known */
		explain_know_add(l, explain_value_clock_right(c) ? CAUSE_ENTRA_INTERNAL : CAUSE_CLOCK_WRONG);
}

static void pick_claims(const struct explain_case *c, struct explain_list *l)
{
	enum fault_code code = explain_value_row(c)->fault.code;
	bool from_file = explain_value_setting(c, SETTING_ACCESS_TOKEN_FILE).n != 0;

	if (code == FAULT_CLAIM_AUDIENCE)
		pick_audience(c, l);
	else if (code == FAULT_CLAIM_ROLE)
		pick_role(c, l, from_file);
	else if (code == FAULT_CLAIM_EXPIRED || code == FAULT_CLAIM_NOT_YET)
		pick_times(c, l, from_file && code == FAULT_CLAIM_EXPIRED);
}

/* ---- settings ---------------------------------------------------------------------------------- */

static void pick_input(const struct explain_case *c, struct explain_list *l)
{
	static const char *const any[] = { "common", "organizations", "consumers" };
	struct span tenant = explain_value_setting(c, SETTING_TENANT_ID);

	if (explain_value_row(c)->fault.code == FAULT_SCOPE_SHAPE && c->r->settings != NULL &&
	    grant_row(c->r->settings->grant)->person)
		explain_know_add(l, CAUSE_SCOPE_PERSON);
	if (explain_value_row(c)->fault.code != FAULT_TENANT_SHAPE)
		return;
	for (size_t i = 0; i < sizeof any / sizeof any[0]; i++)
		if (span_eq_nocase(tenant, span_z(any[i])))
			explain_know_add(l, CAUSE_TENANT_COMMON);
	if (explain_value_row(c)->fault.num == SETTING_TOKEN_URL)
		explain_know_add(l, CAUSE_TENANT_COMMON);
	if (explain_value_has(tenant, "9188040d-6c67-4c5b-b112-36a304b66dad"))
		explain_know_add(l, CAUSE_PERSONAL_ACCOUNT);
}

/* ---- the mail server --------------------------------------------------------------------------- */

static void pick_no_xoauth2(const struct explain_case *c, struct explain_list *l)
{
	struct span server = explain_value_fact(c, FACT_SERVER), sasl = explain_value_fact(c, FACT_SASL);
	bool bearer = explain_value_row(c)->fault.code == FAULT_POP_NO_OAUTHBEARER;

	if (explain_value_has(sasl, bearer ? "XOAUTH2" : "OAUTHBEARER"))
		explain_know_add(l, bearer ? CAUSE_OFFERS_XOAUTH2 : CAUSE_OFFERS_OAUTHBEARER);
	else if (explain_value_known_host(c))
		explain_know_add3(l, CAUSE_NO_XOAUTH2_MIDDLE, CAUSE_NO_XOAUTH2_ONPREM, CAUSE_NONE);
	else if (server.n != 0 && !explain_value_has(server, "exchange"))
		explain_know_add3(l, CAUSE_NO_XOAUTH2_SERVER, CAUSE_NO_XOAUTH2_MIDDLE, CAUSE_NONE);
}

static void pick_mail(const struct explain_case *c, struct explain_list *l)
{
	enum fault_code code = explain_value_row(c)->fault.code;

	if (code == FAULT_AUTH_REFUSED || code == FAULT_AUTH_CHALLENGE || code == FAULT_AUTH_PROTOCOL ||
	    code == FAULT_AUTH_NOT_CONNECTED)
		explain_auth(c, l);
	else if (code == FAULT_POP_NO_XOAUTH2 || code == FAULT_POP_NO_OAUTHBEARER)
		pick_no_xoauth2(c, l);
	else if (code == FAULT_POP_OTHER_SERVICE || code == FAULT_POP_MALFORMED)
		explain_net_service(c, explain_value_evidence(c), l);
	else if (code != FAULT_AUTH_FALSE_OK)
		explain_know_add_row(l, explain_match_kind(explain_value_evidence(c), KNOWN_LINE));
}

void explain_pick(const struct explain_case *c, struct explain_list *l)
{
	const struct fault *f = &explain_value_row(c)->fault;

	if (c->rung == RUNG_CLOCK)
		explain_know_add(l, CAUSE_CLOCK_WRONG);
	switch (fault_kind(f->code)) {
	case FAULT_KIND_IDP:
		if (f->code == FAULT_TOKEN_REFUSED)
			pick_refusal(c, l);
		break;
	case FAULT_KIND_HTTP:
		pick_http(c, l);
		break;
	case FAULT_KIND_WAIT:
		if (f->code == FAULT_HTTP_BUSY)
			pick_busy(c, l);
		else if (f->code != FAULT_STORE_BUSY)
			pick_mail(c, l);
		break;
	case FAULT_KIND_TOKEN:
		pick_claims(c, l);
		break;
	case FAULT_KIND_DNS:
		explain_net_dns(c, l);
		break;
	case FAULT_KIND_NET:
		explain_net_tcp(c, l);
		break;
	case FAULT_KIND_TLS:
		explain_net_tls(c, l);
		break;
	case FAULT_KIND_MAIL:
		pick_mail(c, l);
		break;
	case FAULT_KIND_INPUT:
		pick_input(c, l);
		break;
	case FAULT_KIND_NONE:
	case FAULT_KIND_INTERNAL:
		break;
	}
	if (l->n == 0)
		explain_know_add_row(l, explain_know_find(KNOWN_FAULT, f->code));
	if (explain_seen_cloud_right(c->r) && explain_know_drop(l, CAUSE_CLOUD_WRONG) && l->n == 0)
		explain_know_add(l, CAUSE_APP_OTHER_CLOUD);
}
