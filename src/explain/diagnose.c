#include "explain/diagnose.h"

#include "conf/microsoft.h"
#include "explain/auth_causes.h"
#include "explain/match.h"
#include "explain/net_causes.h"
#include "preflight/ids.h"
#include "text/guid.h"

enum { CODE_MIN = 10000 }; /* a fault.num below this is an HTTP status */

/* ---- the token endpoint ------------------------------------------------------------------------ */

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

/* No AADSTS number that is known: the words of OAuth, or the status. */
static void pick_unknown(const struct explain_case *c, int64_t code, unsigned error, struct knowledge_causes *l)
{
	unsigned more = knowledge_named(KNOWN_SUBERROR, placeholder_fact(c, FACT_SUBERROR));

	if (code >= CODE_MIN)
		knowledge_add(l, CAUSE_ENTRA_UNKNOWN);
	if (!knowledge_add_row(l, knowledge_choose(more, placeholder_evidence(c), l->holds)) &&
	    !knowledge_add_row(l, error))
		knowledge_add_row(l, knowledge_find(KNOWN_HTTP, code));
}

static void pick_refusal(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span said = placeholder_evidence(c);
	int64_t code = placeholder_row(c)->fault.num;
	unsigned row = knowledge_choose(knowledge_find(KNOWN_AADSTS, code), said, l->holds);
	unsigned error =
		knowledge_choose(knowledge_named(KNOWN_ERROR, placeholder_fact(c, FACT_ERROR)), said, l->holds);
	unsigned marks = knowledge_marks(row != KNOWLEDGE_NOTHING ? row : error);

	/* The secret was refused, and looked odd before it was sent: that is why. */
	if (c->known.secret_odd && (marks & KNOWN_ASK_SECRET) != 0)
		knowledge_add(l, CAUSE_SECRET_MANGLED);
	if ((marks & KNOWN_ASK_TENANT) != 0)
		pick_tenant(c, l);
	if ((marks & KNOWN_ASK_CLOCK) != 0 && c->known.clock_off)
		knowledge_add(l, CAUSE_CLOCK_WRONG);
	if (!knowledge_add_row(l, row))
		pick_unknown(c, code, error, l);
	if (l->n == 0 && (l->ruled & UNLESS_CLOUD) != 0)
		knowledge_add(l, CAUSE_APP_OTHER_CLOUD);
	if (l->n ==
	    0) { /* a known code that these settings do not explain is believed, an application's of a person not */
		l->holds |= FOR_GRANTS | FOR_PERSON;
		knowledge_add_row(l, row);
	}
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

/* Does the evidence hold a word of this kind? */
static bool said(const struct explain_case *c, enum known_kind kind)
{
	return match_best(placeholder_evidence(c), kind, FOR_ALL) != KNOWLEDGE_NOTHING;
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
	if (said(c, KNOWN_INSPECTOR))
		knowledge_add(l, CAUSE_PROXY_PAGE);
	if (page && own)
		knowledge_add(l, CAUSE_TOKEN_URL_WRONG);
	if (said(c, KNOWN_PORTAL))
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

	if (roles.n != 0 && !knowledge_add_row(l, match_best(roles, KNOWN_ROLE, l->holds)))
		knowledge_add(l, CAUSE_ROLE_OTHER);
	else if (roles.n != 0)
		return;
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

	if (code == FAULT_CLAIM_AUDIENCE)
		knowledge_add_row(l, match_best(placeholder_fact(c, FACT_AUD), KNOWN_AUDIENCE, l->holds));
	else if (code == FAULT_CLAIM_ROLE)
		pick_role(c, l, from_file);
	else if (code == FAULT_CLAIM_EXPIRED || code == FAULT_CLAIM_NOT_YET)
		pick_times(c, l, from_file && code == FAULT_CLAIM_EXPIRED);
}

/* ---- settings ---------------------------------------------------------------------------------- */

static void pick_input(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span tenant = placeholder_setting(c, SETTING_TENANT_ID);

	knowledge_add_row(l, knowledge_named(KNOWN_SHAPE, placeholder_fact(c, FACT_LOOKS_LIKE)));
	if (placeholder_row(c)->fault.code != FAULT_TENANT_SHAPE)
		return;
	if (ids_any_tenant(tenant) || placeholder_row(c)->fault.num == SETTING_TOKEN_URL)
		knowledge_add(l, CAUSE_TENANT_COMMON);
	if (placeholder_has(tenant, MICROSOFT_PERSONAL))
		knowledge_add(l, CAUSE_PERSONAL_ACCOUNT, CAUSE_CONSUMER_MAILBOX);
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
		knowledge_add_row(l, match_best(placeholder_evidence(c), KNOWN_LINE, l->holds));
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
	case FAULT_KIND_PROXY: /* the rows of its faults say it all */
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
	for (int i = 0; i < 3 && l->n == 0; i++) {
		knowledge_add_row(
			l, knowledge_choose(knowledge_find(KNOWN_FAULT, f->code), placeholder_evidence(c), l->holds));
		if (l->n == 0 && (l->ruled & UNLESS_CLOUD) != 0)
			knowledge_add(l, CAUSE_APP_OTHER_CLOUD);
		/* what fits these settings badly still has its causes, but never another provider's */
		l->holds |= i == 0 ? FOR_GRANTS | FOR_PERSON : FOR_ALL & ~(unsigned)FOR_PROVIDERS;
	}
}
