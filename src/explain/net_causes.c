#include "explain/net_causes.h"

#include "base/clock.h"
#include "explain/match.h"

/* ---- names and connections --------------------------------------------------------------------- */

static void pick_blocked(const struct explain_case *c, struct knowledge_causes *l)
{
	bool port = !placeholder_on_idp(c) && placeholder_passed(c, STEP_IDP_TCP);

	knowledge_add(l, port ? CAUSE_PORT_BLOCKED : CAUSE_FIREWALL,
	              placeholder_known_host(c) ? CAUSE_NONE : CAUSE_PORT_CLOSED);
}

static void pick_deadline(const struct explain_case *c, struct knowledge_causes *l)
{
	if (c->step == STEP_IDP_TCP || c->step == STEP_POP_TCP)
		pick_blocked(c, l);
	else if ((c->step == STEP_IDP_DNS || c->step == STEP_POP_DNS) && c->known.no_names)
		knowledge_add(l, CAUSE_NO_NAMES);
	else if (c->step == STEP_IDP_DNS || c->step == STEP_POP_DNS)
		knowledge_add(l, CAUSE_DNS_DOWN, CAUSE_DNS_FILTERED);
	else if (c->step == STEP_IDP_TLS || c->step == STEP_POP_TLS)
		knowledge_add(l, CAUSE_TLS_WAITING, CAUSE_RESET_MIDDLE, CAUSE_TOO_SLOW);
	else
		knowledge_add(l, c->step == STEP_GREETING ? CAUSE_SERVER_BUSY : CAUSE_TOO_SLOW, CAUSE_TOO_SLOW);
}

/* A direct way fails, and the settings or the shell name a proxy. */
static void pick_proxy(const struct explain_case *c, struct knowledge_causes *l)
{
	if (c->r->settings != NULL && placeholder_proxy(c).n != 0)
		knowledge_add(l, CAUSE_PROXY_UNUSED);
}

void net_causes_dns(const struct explain_case *c, struct knowledge_causes *l)
{
	bool known = placeholder_known_host(c);

	if (placeholder_row(c)->fault.code == FAULT_DNS_FAMILY)
		return;
	if (known)
		l->holds |= UNLESS_OWN_HOST;
	pick_proxy(c, l);
	if (c->known.no_names)
		knowledge_add(l, CAUSE_NO_NAMES,
		              placeholder_row(c)->fault.code == FAULT_DNS_NOT_FOUND ? CAUSE_DNS_FILTERED : CAUSE_NONE);
	else if (!known && placeholder_passed(c, placeholder_on_idp(c) ? STEP_POP_DNS : STEP_IDP_DNS))
		knowledge_add(l, CAUSE_DNS_TYPO, CAUSE_DNS_FILTERED);
	else if (known && placeholder_row(c)->fault.code == FAULT_DNS_NOT_FOUND)
		knowledge_add(l, CAUSE_DNS_FILTERED, CAUSE_DNS_DOWN);
	else
		knowledge_add_row(l, knowledge_find(KNOWN_RESOLVER, placeholder_row(c)->fault.num));
}

void net_causes_tcp(const struct explain_case *c, struct knowledge_causes *l)
{
	enum fault_code code = placeholder_row(c)->fault.code;
	const struct row *dns = &c->r->row[placeholder_on_idp(c) ? STEP_IDP_DNS : STEP_POP_DNS];

	if (code != FAULT_TCP_REFUSED && !placeholder_on_identity(c))
		pick_proxy(c, l);
	if (code == FAULT_TCP_REFUSED && row_has(dns, FACT_VIA) && !placeholder_on_identity(c))
		knowledge_add(l, CAUSE_RESOLVE_NOBODY); /* the user's own table */
	if (placeholder_on_identity(c))
		knowledge_add(l, CAUSE_NOT_AZURE);
	else if (code == FAULT_DEADLINE)
		pick_deadline(c, l);
	else if (code == FAULT_TCP_TIMEOUT)
		pick_blocked(c, l);
	else if (code == FAULT_TCP_REFUSED && placeholder_known_host(c))
		knowledge_add(l, CAUSE_REJECTED, CAUSE_PORT_CLOSED);
	else if ((code == FAULT_TCP_RESET || code == FAULT_TCP_CLOSED) && placeholder_on_idp(c))
		knowledge_add(l, CAUSE_RESET_MIDDLE, CAUSE_ENTRA_TRANSIENT);
	else if (code == FAULT_TCP_FAILED)
		knowledge_add_row(l, knowledge_find(KNOWN_ERRNO, placeholder_row(c)->fault.num));
}

/* ---- TLS --------------------------------------------------------------------------------------- */

/* An authority that well-known mail services buy from: seeing one means that nobody is in between. */
static bool well_known_authority(struct span issuer)
{
	return match_best(issuer, KNOWN_AUTHORITY, FOR_ALL) != KNOWLEDGE_NOTHING;
}

static bool replaces_roots(const struct explain_case *c, enum setting key)
{
	struct span name = placeholder_setting(c, key);

	return name.n != 0 && !span_starts(name, SPAN("+"));
}

static void pick_untrusted(const struct explain_case *c, struct knowledge_causes *l)
{
	struct span issuer = placeholder_fact(c, FACT_ISSUER);

	l->holds &= ~(unsigned)UNLESS_GENUINE; /* what nobody has signed names the issuer that it likes to */
	if (replaces_roots(c, SETTING_CA_FILE) || replaces_roots(c, SETTING_CA_DIR))
		knowledge_add(l, CAUSE_CA_FILE_LACKS);
	if (placeholder_known_host(c)) /* the provider's own chain is whole, and its roots are built in */
		knowledge_add(l, CAUSE_TLS_INSPECTION, well_known_authority(issuer) ? CAUSE_ROOT_UNKNOWN : CAUSE_NONE);
	else if (evidence_alone(placeholder_row(c)))
		knowledge_add(l, CAUSE_CHAIN_INCOMPLETE, CAUSE_PRIVATE_CA, CAUSE_TLS_INSPECTION);
	else if (well_known_authority(issuer))
		knowledge_add(l, CAUSE_CHAIN_INCOMPLETE, CAUSE_TLS_INSPECTION, CAUSE_ROOT_UNKNOWN);
	else
		knowledge_add(l, CAUSE_PRIVATE_CA, CAUSE_CHAIN_INCOMPLETE, CAUSE_TLS_INSPECTION);
}

void net_causes_service(const struct explain_case *c, struct span said, struct knowledge_causes *l)
{
	if (!knowledge_add_row(l, match_best(said, KNOWN_SERVICE, l->holds)))
		knowledge_add(l, placeholder_on_idp(c) ? CAUSE_IS_HTTP : CAUSE_IS_OTHER, CAUSE_TLS_MIDDLEBOX);
}

/* A certificate outside its validity, or a clock that makes it look so. */
static void pick_times(const struct explain_case *c, struct knowledge_causes *l)
{
	enum fault_code code = placeholder_row(c)->fault.code;

	bool time = code == FAULT_CERT_EXPIRED || code == FAULT_CERT_NOT_YET;

	if (time && c->known.clock_off)
		knowledge_add(l, CAUSE_CLOCK_WRONG);
	else if (c->r->started_unix < CLOCK_BORN && c->r->started_unix != 0)
		knowledge_add(l, CAUSE_CLOCK_UNSET);
	else if (!time)
		return;
	else if (c->known.clock_right && code == FAULT_CERT_EXPIRED)
		knowledge_add(l, CAUSE_CERT_SERVER_OLD);
	else if (c->known.clock_right)
		knowledge_add(l, CAUSE_CERT_SERVER_BAD, CAUSE_TLS_INSPECTION);
	else if (placeholder_known_host(c)) /* the provider does renew its own */
		knowledge_add(l, CAUSE_CLOCK_WRONG,
		              code == FAULT_CERT_EXPIRED ? CAUSE_CERT_SERVER_OLD : CAUSE_CERT_SERVER_BAD);
}

void net_causes_tls(const struct explain_case *c, struct knowledge_causes *l)
{
	const struct fault *f = &placeholder_row(c)->fault;

	if (well_known_authority(placeholder_fact(c, FACT_ISSUER)))
		l->holds |= UNLESS_GENUINE;
	pick_times(c, l);
	if (f->code == FAULT_CERT_FORGED) {
		knowledge_add(l, CAUSE_CERT_FORGED);
		return;
	}
	if (match_best(placeholder_fact(c, FACT_ISSUER), KNOWN_INSPECTOR, FOR_ALL) != KNOWLEDGE_NOTHING ||
	    match_best(placeholder_fact(c, FACT_CHAIN), KNOWN_INSPECTOR, FOR_ALL) != KNOWLEDGE_NOTHING) {
		knowledge_add(l, CAUSE_TLS_INSPECTION);
		return;
	}
	if (f->code == FAULT_CERT_UNTRUSTED)
		pick_untrusted(c, l);
	else if (f->code == FAULT_TLS_NOT_TLS)
		net_causes_service(c, placeholder_evidence(c), l);
	else if (f->code == FAULT_TLS_ALERT || (f->code == FAULT_TLS_VERSION && f->num >= KNOWLEDGE_ALERT_RECEIVED))
		knowledge_add_row(l, knowledge_tls(f->num));
	if (l->n == 0)
		knowledge_add_row(l, knowledge_find(KNOWN_FAULT, f->code));
}
