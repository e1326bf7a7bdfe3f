#include "check/explain_pick.h"

#include "check/explain_auth.h"
#include "check/explain_match.h"
#include "text/guid.h"

enum {
	CLOCK_TOLERANCE = 300,     /* seconds; Entra forgives five minutes */
	CLOCK_BIRTH = 1735689600   /* 2025-01-01: no certificate of today is judged by an earlier clock */
};

bool explain_pick_passed(const struct explain_case *c, enum rung rung)
{
	return c->r->row[rung].verdict == VERDICT_PASS || c->r->row[rung].verdict == VERDICT_WARN;
}

bool explain_pick_clock_off(const struct explain_case *c)
{
	int64_t s;

	return explain_fill_skew(c, &s) && (s > CLOCK_TOLERANCE || s < -CLOCK_TOLERANCE);
}

static const struct row *the_row(const struct explain_case *c)
{
	return &c->r->row[c->rung];
}

static struct span evidence(const struct explain_case *c)
{
	return fault_evidence(&the_row(c)->fault);
}

static const struct provider *the_provider(const struct explain_case *c)
{
	return c->r->settings != NULL ? c->r->settings->provider : NULL;
}

static bool on_idp_arm(const struct explain_case *c)
{
	return c->rung < RUNG_POP_DNS;
}

bool explain_pick_known_host(const struct explain_case *c)
{
	const struct provider *p = the_provider(c);
	const char *own;

	if (p == NULL)
		return false;
	own = on_idp_arm(c) ? p->authority : p->pop_host;
	return own != NULL && span_eq_nocase(span_z(own), explain_fill_setting(c, on_idp_arm(c) ? SETTING_AUTHORITY_HOST
	                                                                                        : SETTING_POP_HOST));
}

static void add(struct explain_list *l, enum cause a, enum cause b, enum cause c)
{
	explain_know_add(l, a);
	explain_know_add(l, b);
	explain_know_add(l, c);
}

static bool add_row(struct explain_list *l, unsigned row)
{
	if (row == EXPLAIN_KNOW_NOTHING)
		return false;
	explain_know_causes(row, l);
	return true;
}

/* ---- the token endpoint ------------------------------------------------------------------------ */

/* What the tenant rung found out about the mailbox's domain, when it matters to the refusal. */
static void pick_tenant(const struct explain_case *c, struct explain_list *l)
{
	struct span configured = explain_fill_setting(c, SETTING_TENANT_ID);
	struct span found = explain_fill_fact(c, FACT_TENANT_FOUND);

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
		if (explain_fill_has(words, "client secret"))
			add(l, CAUSE_SECRET_WRONG, CAUSE_SECRET_MANGLED, CAUSE_NONE);
		if (explain_fill_has(words, "Key was found") || explain_fill_has(words, "did not match the expected"))
			add(l, CAUSE_KEY_MISMATCH, CAUSE_KEY_NOT_UPLOADED, CAUSE_NONE);
		break;
	case 700023:
		if (!explain_fill_has(words, "assertion"))
			explain_know_add(l, CAUSE_SCOPE_WRONG);
		break;
	case 70001:
		if (explain_fill_has(words, "not found"))
			explain_know_add(l, CAUSE_CLIENT_ID_WRONG);
		break;
	default:
		break;
	}
}

static void pick_refusal(const struct explain_case *c, struct explain_list *l)
{
	int64_t code = the_row(c)->fault.num;

	switch (code) {
	case 700016: case 700011: case 7000229: case 90002: case 500011: case 650059: case 900382: case 1000104:
		pick_tenant(c, l);
		break;
	case 700024: case 50013: case 50027: case 1000502:
		if (explain_pick_clock_off(c))
			explain_know_add(l, CAUSE_CLOCK_WRONG);
		break;
	default:
		break;
	}
	pick_by_words(code, evidence(c), l);
	if (add_row(l, explain_know_find(KNOWN_AADSTS, code)))
		return;
	if (add_row(l, explain_know_named(KNOWN_SUBERROR, explain_fill_fact(c, FACT_SUBERROR))) ||
	    add_row(l, explain_know_named(KNOWN_ERROR, explain_fill_fact(c, FACT_ERROR))))
		return;
	add_row(l, explain_know_find(KNOWN_HTTP, code));
}

static void pick_http(const struct explain_case *c, struct explain_list *l)
{
	struct span url = explain_fill_setting(c, SETTING_TOKEN_URL), to = explain_fill_fact(c, FACT_LOCATION);
	uint64_t status = 0;

	if (!span_u64(row_get(the_row(c), FACT_HTTP_STATUS), 999, &status) &&
	    fault_kind(the_row(c)->fault.code) == FAULT_KIND_HTTP)
		status = (uint64_t)the_row(c)->fault.num;
	if (status == 407 || status == 511)
		add_row(l, explain_know_find(KNOWN_HTTP, (int64_t)status));
	if (explain_match_kind(evidence(c), KNOWN_INSPECTOR) != EXPLAIN_KNOW_NOTHING)
		explain_know_add(l, CAUSE_PROXY_PAGE);
	if (url.n != 0 || explain_fill_has(to, "login.microsoftonline") || explain_fill_has(to, "/oauth2/"))
		explain_know_add(l, CAUSE_TOKEN_URL_WRONG);
	if (the_row(c)->fault.code == FAULT_HTTP_STATUS || the_row(c)->fault.code == FAULT_HTTP_BUSY)
		add_row(l, explain_know_find(KNOWN_HTTP, (int64_t)status));
}

/* ---- claims ------------------------------------------------------------------------------------ */

static void pick_claims(const struct explain_case *c, struct explain_list *l)
{
	struct span aud = explain_fill_fact(c, FACT_AUD), roles = explain_fill_fact(c, FACT_ROLES);
	bool from_file = explain_fill_setting(c, SETTING_ACCESS_TOKEN_FILE).n != 0;

	switch (the_row(c)->fault.code) {
	case FAULT_CLAIM_AUDIENCE:
		if (explain_fill_has(aud, "graph.microsoft") || explain_fill_has(aud, "00000003-0000-0000-c000-000000000000"))
			explain_know_add(l, CAUSE_AUD_GRAPH);
		else if (explain_fill_has(aud, "ps.outlook.com"))
			explain_know_add(l, CAUSE_AUD_CONSENT);
		break;
	case FAULT_CLAIM_ROLE:
		if (explain_fill_has(roles, "POP.AccessAsApp"))
			break;
		if (explain_fill_has(roles, "full_access_as_app"))
			explain_know_add(l, CAUSE_ROLE_EWS);
		else if (roles.n != 0)
			explain_know_add(l, CAUSE_ROLE_OTHER);
		else if (explain_fill_fact(c, FACT_SCP).n != 0)
			explain_know_add(l, CAUSE_SCP_NO_POP);
		else
			add(l, CAUSE_CONSENT_MISSING, CAUSE_PERMISSION_MISSING, CAUSE_NONE);
		if (from_file)
			explain_know_add(l, CAUSE_ROLE_NEW);
		break;
	case FAULT_CLAIM_EXPIRED:
	case FAULT_CLAIM_NOT_YET:
		if (explain_pick_clock_off(c) || !from_file)
			explain_know_add(l, CAUSE_CLOCK_WRONG);
		if (from_file && the_row(c)->fault.code == FAULT_CLAIM_EXPIRED)
			explain_know_add(l, CAUSE_TOKEN_EXPIRED);
		break;
	default:
		break;
	}
}

/* ---- names and connections --------------------------------------------------------------------- */

static void pick_blocked(const struct explain_case *c, struct explain_list *l)
{
	bool other_arm = explain_pick_passed(c, on_idp_arm(c) ? RUNG_POP_TCP : RUNG_IDP_TCP);

	explain_know_add(l, other_arm && !on_idp_arm(c) ? CAUSE_PORT_BLOCKED : CAUSE_FIREWALL);
	if (!explain_pick_known_host(c))
		explain_know_add(l, CAUSE_PORT_CLOSED);
}

static void pick_deadline(const struct explain_case *c, struct explain_list *l)
{
	switch (c->rung) {
	case RUNG_IDP_DNS:
	case RUNG_POP_DNS:
		add(l, CAUSE_DNS_DOWN, CAUSE_DNS_FILTERED, CAUSE_NONE);
		break;
	case RUNG_IDP_TCP:
	case RUNG_POP_TCP:
		pick_blocked(c, l);
		break;
	case RUNG_IDP_TLS:
	case RUNG_POP_TLS:
	case RUNG_GREETING:
		add(l, CAUSE_TLS_WAITING, CAUSE_RESET_MIDDLE, CAUSE_TOO_SLOW);
		break;
	case RUNG_CREDENTIAL: case RUNG_TENANT: case RUNG_TOKEN: case RUNG_CLAIMS: case RUNG_CAPA: case RUNG_AUTH:
	case RUNG_MAILBOX: case RUNG_QUIT: case RUNG_TRIAGE: case RUNG_CLOCK: case RUNG__COUNT:
		explain_know_add(l, CAUSE_TOO_SLOW);
		break;
	}
}

static void pick_dns(const struct explain_case *c, struct explain_list *l)
{
	if (explain_pick_passed(c, on_idp_arm(c) ? RUNG_POP_DNS : RUNG_IDP_DNS) && !explain_pick_known_host(c))
		add(l, CAUSE_DNS_TYPO, CAUSE_DNS_FILTERED, CAUSE_NONE);
	else if (explain_pick_known_host(c) && the_row(c)->fault.code == FAULT_DNS_NOT_FOUND)
		add(l, CAUSE_DNS_FILTERED, CAUSE_DNS_DOWN, CAUSE_NONE);
	else
		add_row(l, explain_know_find(KNOWN_RESOLVER, the_row(c)->fault.num));
}

static void pick_net(const struct explain_case *c, struct explain_list *l)
{
	switch (the_row(c)->fault.code) {
	case FAULT_DEADLINE:
		pick_deadline(c, l);
		break;
	case FAULT_TCP_TIMEOUT:
		pick_blocked(c, l);
		break;
	case FAULT_TCP_REFUSED:
		if (explain_pick_known_host(c))
			add(l, CAUSE_REJECTED, CAUSE_PORT_CLOSED, CAUSE_NONE);
		break;
	case FAULT_TCP_FAILED:
		add_row(l, explain_know_find(KNOWN_ERRNO, the_row(c)->fault.num));
		break;
	default:
		break;
	}
}

/* ---- TLS --------------------------------------------------------------------------------------- */

/* Authorities that well-known mail services buy from: seeing one means that nobody is in between. */
static bool public_authority(struct span issuer)
{
	static const char *const names[] = {
		"DigiCert", "Microsoft", "Google Trust", "GlobalSign", "Let's Encrypt", "Sectigo", "Entrust", "Amazon",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (explain_fill_has(issuer, names[i]))
			return true;
	return false;
}

static void pick_untrusted(const struct explain_case *c, struct explain_list *l)
{
	const struct provider *p = the_provider(c);
	struct span issuer = explain_fill_fact(c, FACT_ISSUER), file = explain_fill_setting(c, SETTING_CA_FILE);

	if (explain_fill_setting(c, SETTING_PIN).n != 0 && !on_idp_arm(c) && explain_fill_has(evidence(c), "pin")) {
		explain_know_add(l, CAUSE_PIN_DIFFERS);
		return;
	}
	if (file.n != 0 && !span_starts(file, SPAN("+")))
		explain_know_add(l, CAUSE_CA_FILE_LACKS);
	if (public_authority(issuer))
		add(l, CAUSE_ROOT_UNKNOWN, CAUSE_CHAIN_INCOMPLETE, CAUSE_NONE);
	else if (p != NULL && p->pop_host != NULL)
		add(l, CAUSE_TLS_INSPECTION, CAUSE_ROOT_UNKNOWN, CAUSE_NONE);
	else
		add(l, CAUSE_PRIVATE_CA, CAUSE_CHAIN_INCOMPLETE, CAUSE_TLS_INSPECTION);
}

/* Who answered instead of TLS, or instead of POP3. */
static void pick_service(const struct explain_case *c, struct span said, struct explain_list *l)
{
	if (explain_fill_has(said, "* OK") || explain_fill_has(said, "IMAP"))
		explain_know_add(l, CAUSE_IS_IMAP);
	else if (explain_fill_has(said, "+OK"))
		explain_know_add(l, CAUSE_CLEAR_POP);
	else if (explain_fill_has(said, "220 ") || explain_fill_has(said, "220-") || explain_fill_has(said, "SMTP"))
		explain_know_add(l, CAUSE_IS_SMTP);
	else if (explain_fill_has(said, "HTTP") || explain_fill_has(said, "<html"))
		explain_know_add(l, CAUSE_IS_HTTP);
	else
		add(l, on_idp_arm(c) ? CAUSE_IS_HTTP : CAUSE_IS_OTHER, CAUSE_TLS_MIDDLEBOX, CAUSE_NONE);
}

static void pick_tls(const struct explain_case *c, struct explain_list *l)
{
	const struct fault *f = &the_row(c)->fault;

	if (c->r->started_unix < CLOCK_BIRTH && c->r->started_unix != 0)
		explain_know_add(l, CAUSE_CLOCK_UNSET);
	else if ((f->code == FAULT_CERT_EXPIRED || f->code == FAULT_CERT_NOT_YET) && explain_pick_clock_off(c))
		explain_know_add(l, CAUSE_CLOCK_WRONG);
	if (explain_match_kind(explain_fill_fact(c, FACT_ISSUER), KNOWN_INSPECTOR) != EXPLAIN_KNOW_NOTHING ||
	    explain_match_kind(explain_fill_fact(c, FACT_CHAIN), KNOWN_INSPECTOR) != EXPLAIN_KNOW_NOTHING) {
		explain_know_add(l, CAUSE_TLS_INSPECTION);
		return;
	}
	if (f->code == FAULT_CERT_UNTRUSTED)
		pick_untrusted(c, l);
	else if (f->code == FAULT_TLS_NOT_TLS)
		pick_service(c, evidence(c), l);
	else if (f->code == FAULT_TLS_ALERT || (f->code == FAULT_TLS_VERSION && f->num >= EXPLAIN_ALERT_RECEIVED))
		add_row(l, explain_know_tls(f->num));
}

/* ---- the mail server --------------------------------------------------------------------------- */

static void pick_mail(const struct explain_case *c, struct explain_list *l)
{
	struct span server = explain_fill_fact(c, FACT_SERVER);

	switch (the_row(c)->fault.code) {
	case FAULT_AUTH_REFUSED:
	case FAULT_AUTH_CHALLENGE:
	case FAULT_AUTH_PROTOCOL:
	case FAULT_AUTH_NOT_CONNECTED:
		explain_auth(c, l);
		break;
	case FAULT_POP_NO_XOAUTH2:
		if (explain_pick_known_host(c))
			add(l, CAUSE_NO_XOAUTH2_MIDDLE, CAUSE_NONE, CAUSE_NONE);
		else if (!explain_fill_has(server, "exchange") && server.n != 0)
			add(l, CAUSE_NO_XOAUTH2_SERVER, CAUSE_NO_XOAUTH2_MIDDLE, CAUSE_NONE);
		break;
	case FAULT_POP_OTHER_SERVICE:
	case FAULT_POP_MALFORMED:
		pick_service(c, evidence(c), l);
		break;
	case FAULT_AUTH_FALSE_OK:
		break;
	default:
		add_row(l, explain_match_kind(evidence(c), KNOWN_LINE));
		break;
	}
}

void explain_pick(const struct explain_case *c, struct explain_list *l)
{
	const struct fault *f = &the_row(c)->fault;

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
			pick_http(c, l);
		else
			pick_mail(c, l);
		break;
	case FAULT_KIND_TOKEN:
		pick_claims(c, l);
		break;
	case FAULT_KIND_DNS:
		pick_dns(c, l);
		break;
	case FAULT_KIND_NET:
		pick_net(c, l);
		break;
	case FAULT_KIND_TLS:
		pick_tls(c, l);
		break;
	case FAULT_KIND_MAIL:
		pick_mail(c, l);
		break;
	case FAULT_KIND_NONE:
	case FAULT_KIND_INTERNAL:
	case FAULT_KIND_INPUT:
		break;
	}
	if (l->n == 0)
		add_row(l, explain_know_find(KNOWN_FAULT, f->code));
}
