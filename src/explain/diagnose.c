#include "explain/diagnose.h"

#include "conf/microsoft.h"
#include "explain/auth_causes.h"
#include "explain/match.h"
#include "explain/net_causes.h"
#include "preflight/ids.h"
#include "text/guid.h"

enum { CODE_MIN = 10000 }; /* a fault.num below this is an HTTP status */

/* ---- the token endpoint ------------------------------------------------------------------------ */

static bool by_grant(const struct explain_case *c, enum grant g)
{
	return c->r->settings != NULL && c->r->settings->grant == g;
}

/* What the tenant step found out about the mailbox's domain, when it matters to the refusal. */
static void pick_tenant(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span configured = placeholder_setting(c, SETTING_TENANT_ID);
	struct span found = placeholder_fact(c, FACT_TENANT_FOUND);

	if (c->r->row[STEP_TENANT].fault.code == FAULT_TENANT_CLOUD)
		knowledge_add(l, CAUSE_CLOUD_WRONG);
	if (found.n != 0 && guid_ok(configured) && !span_eq_nocase(found, configured))
		knowledge_add(l, CAUSE_TENANT_WRONG);
}

/* Numbers that stand for more than one thing: the words decide. */
static void pick_by_words(unsigned flags, struct span words, struct knowledge_causes *l)
{
	if ((flags & KNOWN_WORDS_KEY) != 0 && placeholder_has(words, "client secret"))
		knowledge_add(l, CAUSE_SECRET_WRONG, CAUSE_SECRET_MANGLED);
	if ((flags & KNOWN_WORDS_KEY) != 0 &&
	    (placeholder_has(words, "Key was found") || placeholder_has(words, "did not match the expected")))
		knowledge_add(l, CAUSE_KEY_MISMATCH, CAUSE_KEY_NOT_UPLOADED);
	if ((flags & KNOWN_WORDS_ASSERTION) != 0 && !placeholder_has(words, "assertion"))
		knowledge_add(l, CAUSE_SCOPE_WRONG);
	if ((flags & KNOWN_WORDS_FOUND) != 0 && placeholder_has(words, "not found"))
		knowledge_add(l, CAUSE_CLIENT_ID_WRONG);
}

/* No AADSTS number that is known: the words of OAuth, or the status. Of the form of the request o2pop is sure, and of
 * the tenant when discovery found it. */
static void pick_unknown(const struct explain_case *c, int64_t code, struct knowledge_causes *l)
{
	struct span error = placeholder_fact(c, FACT_ERROR);

	if (code >= CODE_MIN || span_eq(error, SPAN("invalid_request")))
		knowledge_add(l, CAUSE_ENTRA_UNKNOWN);
	if (!knowledge_add_row(l, knowledge_named(KNOWN_SUBERROR, placeholder_fact(c, FACT_SUBERROR))) &&
	    !knowledge_add_row(l, knowledge_named(KNOWN_ERROR, error)))
		knowledge_add_row(l, knowledge_find(KNOWN_HTTP, code));
	(void)knowledge_drop(l, CAUSE_REQUEST_FORM);
	if (c->known.tenant_right || by_grant(c, GRANT_MANAGED_IDENTITY) || !c->known.entra)
		(void)knowledge_drop(l, CAUSE_TENANT_UNKNOWN);
}

/* Those who answer in OAuth's words, and mean something of their own. */
static bool pick_not_entra(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span error = placeholder_fact(c, FACT_ERROR);

	if (placeholder_on_identity(c) && placeholder_has(placeholder_evidence(c), "Identity not found"))
		knowledge_add(l, CAUSE_NO_IDENTITY);
	else if (!by_grant(c, GRANT_SERVICE_ACCOUNT))
		return false;
	else if (span_eq(error, SPAN("invalid_grant")))
		knowledge_add(l, CAUSE_ACCOUNT_REFUSED);
	else if (span_eq(error, SPAN("unauthorized_client")) || span_eq(error, SPAN("access_denied")))
		knowledge_add(l, CAUSE_DELEGATION);
	return l->n != 0;
}

static void pick_refusal(const struct explain_case *c, struct knowledge_causes *l)
{
	int64_t code = placeholder_row(c)->fault.num;
	unsigned row = knowledge_find(KNOWN_AADSTS, code), flags = knowledge_flags(row);

	if (pick_not_entra(c, l))
		return;
	/* The secret was refused, and looked odd before it was sent: that is why. */
	if (c->known.secret_odd &&
	    ((flags & KNOWN_ASK_SECRET) != 0 ||
	     (code < CODE_MIN && span_eq(placeholder_fact(c, FACT_ERROR), SPAN("invalid_client")))))
		knowledge_add(l, CAUSE_SECRET_MANGLED);
	if ((flags & KNOWN_ASK_TENANT) != 0)
		pick_tenant(c, l);
	if ((flags & KNOWN_ASK_CLOCK) != 0 && c->known.clock_off)
		knowledge_add(l, CAUSE_CLOCK_WRONG);
	pick_by_words(flags, placeholder_evidence(c), l);
	if (!knowledge_add_row(l, row))
		pick_unknown(c, code, l);
	if (l->n == 0) { /* a known code that these settings do not explain: the code is believed */
		l->holds = FOR_ALL;
		pick_by_words(flags, placeholder_evidence(c), l);
		knowledge_add_row(l, row);
	}
}

/* The page of a network that wants people to log in first. */
static bool like_portal(struct span said)
{
	static const char *const words[] = { "guest", "hotspot", "captive", "wi-fi", "wifi", "portal" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (placeholder_has(said, words[i]))
			return true;
	return false;
}

/* "Not now", in the provider's words or by the status; words may come with any status. */
static void pick_busy(const struct explain_case *c, struct knowledge_causes *l)
{
	int64_t code = 0, status = 0;

	(void)!placeholder_number(c, FACT_AADSTS, &code);
	(void)!placeholder_number(c, FACT_HTTP_STATUS, &status);
	if (status == 404 || status == 410) /* IMDS, being updated */
		knowledge_add(l, CAUSE_ENTRA_TRANSIENT);
	else if (!knowledge_add_row(l, knowledge_find(KNOWN_AADSTS, code)) && (status == 429 || status >= 500))
		knowledge_add_row(l, knowledge_find(KNOWN_HTTP, status));
}

static void pick_http(const struct explain_case *c, struct knowledge_causes *l)
{
	const struct row *row = placeholder_row(c);
	enum fault_code code = row->fault.code;
	bool page = code == FAULT_HTTP_NOT_JSON || code == FAULT_HTTP_REDIRECT || code == FAULT_HTTP_MALFORMED;
	const struct settings *s = c->r->settings;
	bool own = placeholder_setting(c, SETTING_TOKEN_URL).n != 0 || /* the user chose the address, or a part of it */
	           (s != NULL && s->source[SETTING_AUTHORITY_HOST] > SETTING_FROM_PROVIDER);
	int64_t status = 0;

	if (page && placeholder_on_identity(c)) {
		knowledge_add(l, CAUSE_NOT_AZURE);
		return;
	}
	if (!row_i64(row, FACT_HTTP_STATUS, &status) && fault_kind(code) == FAULT_KIND_HTTP)
		status = row->fault.num;
	if (match_kind(placeholder_evidence(c), KNOWN_INSPECTOR) != KNOWLEDGE_NOTHING)
		knowledge_add(l, CAUSE_PROXY_PAGE);
	if (page && own)
		knowledge_add(l, CAUSE_TOKEN_URL_WRONG);
	if (like_portal(placeholder_evidence(c)))
		knowledge_add(l, CAUSE_CAPTIVE_PORTAL);
	if (status >= 400)
		knowledge_add_row(l, knowledge_find(KNOWN_HTTP, status));
	else if (code == FAULT_HTTP_REDIRECT)
		knowledge_add(l, CAUSE_CAPTIVE_PORTAL, CAUSE_PROXY_PAGE);
	else if (code == FAULT_HTTP_NOT_JSON)
		knowledge_add(l, CAUSE_PROXY_PAGE, CAUSE_CAPTIVE_PORTAL);
}

/* ---- claims ------------------------------------------------------------------------------------ */

static void pick_role(const struct explain_case *c, struct knowledge_causes *l, bool from_file)
{
	struct span roles = placeholder_fact(c, FACT_ROLES);

	if (placeholder_has(roles, "full_access_as_app"))
		knowledge_add(l, CAUSE_ROLE_EWS);
	else if (roles.n != 0)
		knowledge_add(l, CAUSE_ROLE_OTHER);
	else if (placeholder_fact(c, FACT_SCP).n != 0)
		knowledge_add(l, CAUSE_SCP_NO_POP);
	else if (placeholder_fact(c, FACT_OID).n == 0) /* no oid: there is no service principal */
		knowledge_add(l, CAUSE_SP_MISSING, CAUSE_CONSENT_MISSING, CAUSE_PERMISSION_MISSING);
	else
		knowledge_add(l, CAUSE_CONSENT_MISSING, CAUSE_PERMISSION_MISSING);
	if (from_file)
		knowledge_add(l, CAUSE_ROLE_NEW);
}

static void pick_times(const struct explain_case *c, struct knowledge_causes *l, bool stale)
{
	if (c->known.clock_off)
		knowledge_add(l, CAUSE_CLOCK_WRONG);
	if (stale)
		knowledge_add(l, CAUSE_TOKEN_EXPIRED);
	if (l->n == 0) /* judged by the provider's own clock, if that is known */
		knowledge_add(l, c->known.clock_right ? CAUSE_ENTRA_INTERNAL : CAUSE_CLOCK_WRONG);
}

static void pick_claims(const struct explain_case *c, struct knowledge_causes *l)
{
	enum fault_code code = placeholder_row(c)->fault.code;
	bool from_file = placeholder_setting(c, SETTING_ACCESS_TOKEN_FILE).n != 0;
	struct span aud = placeholder_fact(c, FACT_AUD);

	if (code == FAULT_CLAIM_AUDIENCE &&
	    (placeholder_has(aud, "graph.microsoft") || placeholder_has(aud, MICROSOFT_GRAPH)))
		knowledge_add(l, CAUSE_AUD_GRAPH);
	else if (code == FAULT_CLAIM_AUDIENCE && placeholder_has(aud, "ps.outlook.com"))
		knowledge_add(l, CAUSE_AUD_CONSENT);
	else if (code == FAULT_CLAIM_ROLE)
		pick_role(c, l, from_file);
	else if (code == FAULT_CLAIM_EXPIRED || code == FAULT_CLAIM_NOT_YET)
		pick_times(c, l, from_file && code == FAULT_CLAIM_EXPIRED);
}

/* ---- settings ---------------------------------------------------------------------------------- */

static void pick_input(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span tenant = placeholder_setting(c, SETTING_TENANT_ID);

	if (placeholder_row(c)->fault.code == FAULT_SCOPE_SHAPE && c->r->settings != NULL &&
	    grant_row(c->r->settings->grant)->person)
		knowledge_add(l, CAUSE_SCOPE_PERSON);
	if (placeholder_row(c)->fault.code != FAULT_TENANT_SHAPE)
		return;
	if (ids_any_tenant(tenant) || placeholder_row(c)->fault.num == SETTING_TOKEN_URL)
		knowledge_add(l, CAUSE_TENANT_COMMON);
	if (placeholder_has(tenant, MICROSOFT_PERSONAL))
		knowledge_add(l, CAUSE_PERSONAL_ACCOUNT);
}

/* ---- the mail server --------------------------------------------------------------------------- */

static void pick_no_xoauth2(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span sasl = placeholder_fact(c, FACT_SASL);
	int64_t server;
	bool bearer = placeholder_row(c)->fault.code == FAULT_POP_NO_OAUTHBEARER;

	if (placeholder_has(sasl, bearer ? "XOAUTH2" : "OAUTHBEARER"))
		knowledge_add(l, bearer ? CAUSE_OFFERS_XOAUTH2 : CAUSE_OFFERS_OAUTHBEARER);
	else if (placeholder_known_host(c))
		knowledge_add(l, CAUSE_NO_XOAUTH2_MIDDLE, CAUSE_NO_XOAUTH2_ONPREM);
	else if (placeholder_number(c, FACT_SERVER, &server) && server != ROW_SERVER_EXCHANGE)
		knowledge_add(l, CAUSE_NO_XOAUTH2_SERVER, CAUSE_NO_XOAUTH2_MIDDLE);
}

static void pick_mail(const struct explain_case *c, struct knowledge_causes *l)
{
	enum fault_code code = placeholder_row(c)->fault.code;

	if (code == FAULT_AUTH_REFUSED || code == FAULT_AUTH_CHALLENGE || code == FAULT_AUTH_PROTOCOL ||
	    code == FAULT_AUTH_NOT_CONNECTED)
		auth_causes(c, l);
	else if (code == FAULT_POP_NO_XOAUTH2 || code == FAULT_POP_NO_OAUTHBEARER)
		pick_no_xoauth2(c, l);
	else if (code == FAULT_POP_OTHER_SERVICE || code == FAULT_POP_MALFORMED)
		net_causes_service(c, placeholder_evidence(c), l);
	else if (code != FAULT_AUTH_FALSE_OK)
		knowledge_add_row(l, match_kind(placeholder_evidence(c), KNOWN_LINE));
}

void diagnose(const struct explain_case *c, struct knowledge_causes *l)
{
	const struct fault *f = &placeholder_row(c)->fault;

	if (c->step == STEP_CLOCK)
		knowledge_add(l, CAUSE_CLOCK_WRONG);
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
		net_causes_dns(c, l);
		break;
	case FAULT_KIND_NET:
		net_causes_tcp(c, l);
		break;
	case FAULT_KIND_TLS:
		net_causes_tls(c, l);
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
	for (int i = 0; i < 2 && l->n == 0; i++) {
		knowledge_add_row(l, knowledge_find(KNOWN_FAULT, f->code));
		l->holds = FOR_ALL; /* a fault that fits these settings badly still has its causes */
	}
	if (c->known.cloud_right && knowledge_drop(l, CAUSE_CLOUD_WRONG) && l->n == 0)
		knowledge_add(l, CAUSE_APP_OTHER_CLOUD);
}
