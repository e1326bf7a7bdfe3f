#include "explain/explain_net.h"

#include "explain/explain_match.h"
#include "explain/explain_seen.h"

enum { CLOCK_BIRTH = 1735689600 }; /* 2025-01-01: no certificate of today is judged by an earlier clock */

/* ---- names and connections --------------------------------------------------------------------- */

static void pick_blocked(const struct explain_case *c, struct explain_list *l)
{
	bool other_arm = explain_value_passed(c, explain_value_on_idp(c) ? RUNG_POP_TCP : RUNG_IDP_TCP);

	explain_know_add(l, other_arm && !explain_value_on_idp(c) ? CAUSE_PORT_BLOCKED : CAUSE_FIREWALL);
	if (!explain_value_known_host(c))
		explain_know_add(l, CAUSE_PORT_CLOSED);
}

static void pick_deadline(const struct explain_case *c, struct explain_list *l)
{
	switch (c->rung) {
	case RUNG_IDP_DNS:
	case RUNG_POP_DNS:
		if (explain_seen_no_names(c->r))
			explain_know_add(l, CAUSE_NO_NAMES);
		else
			explain_know_add3(l, CAUSE_DNS_DOWN, CAUSE_DNS_FILTERED, CAUSE_NONE);
		break;
	case RUNG_IDP_TCP:
	case RUNG_POP_TCP:
		pick_blocked(c, l);
		break;
	case RUNG_IDP_TLS:
	case RUNG_POP_TLS:
		explain_know_add3(l, CAUSE_TLS_WAITING, CAUSE_RESET_MIDDLE, CAUSE_TOO_SLOW);
		break;
	case RUNG_GREETING:
		explain_know_add3(l, CAUSE_SERVER_BUSY, CAUSE_TOO_SLOW, CAUSE_NONE);
		break;
	case RUNG_CREDENTIAL: case RUNG_TENANT: case RUNG_TOKEN: case RUNG_CLAIMS: case RUNG_CAPA: case RUNG_AUTH:
	case RUNG_MAILBOX: case RUNG_QUIT: case RUNG_TRIAGE: case RUNG_CLOCK: case RUNG__COUNT:
		explain_know_add(l, CAUSE_TOO_SLOW);
		break;
	}
}

void explain_net_dns(const struct explain_case *c, struct explain_list *l)
{
	bool known = explain_value_known_host(c);

	if (explain_seen_no_names(c->r))
		explain_know_add3(l, CAUSE_NO_NAMES,
		                  explain_value_row(c)->fault.code == FAULT_DNS_NOT_FOUND ? CAUSE_DNS_FILTERED :
		                                                                            CAUSE_NONE, CAUSE_NONE);
	else if (!known && explain_value_passed(c, explain_value_on_idp(c) ? RUNG_POP_DNS : RUNG_IDP_DNS))
		explain_know_add3(l, CAUSE_DNS_TYPO, CAUSE_DNS_FILTERED, CAUSE_NONE);
	else if (known && explain_value_row(c)->fault.code == FAULT_DNS_NOT_FOUND)
		explain_know_add3(l, CAUSE_DNS_FILTERED, CAUSE_DNS_DOWN, CAUSE_NONE);
	else
		explain_know_add_row(l, explain_know_find(KNOWN_RESOLVER, explain_value_row(c)->fault.num));
}

void explain_net_tcp(const struct explain_case *c, struct explain_list *l)
{
	enum fault_code code = explain_value_row(c)->fault.code;

	if (explain_value_on_identity(c))
		explain_know_add(l, CAUSE_NOT_AZURE);
	else if (code == FAULT_DEADLINE)
		pick_deadline(c, l);
	else if (code == FAULT_TCP_TIMEOUT)
		pick_blocked(c, l);
	else if (code == FAULT_TCP_REFUSED && explain_value_known_host(c))
		explain_know_add3(l, CAUSE_REJECTED, CAUSE_PORT_CLOSED, CAUSE_NONE);
	else if ((code == FAULT_TCP_RESET || code == FAULT_TCP_CLOSED) && explain_value_on_idp(c))
		explain_know_add3(l, CAUSE_RESET_MIDDLE, CAUSE_ENTRA_TRANSIENT, CAUSE_NONE);
	else if (code == FAULT_TCP_FAILED)
		explain_know_add_row(l, explain_know_find(KNOWN_ERRNO, explain_value_row(c)->fault.num));
}

/* ---- TLS --------------------------------------------------------------------------------------- */

/* Authorities that well-known mail services buy from: seeing one means that nobody is in between. */
static bool public_authority(struct span issuer)
{
	static const char *const names[] = {
		"DigiCert", "Microsoft", "Google Trust", "GlobalSign", "Let's Encrypt", "Sectigo", "Entrust", "Amazon",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (explain_value_has(issuer, names[i]))
			return true;
	return false;
}

static void pick_untrusted(const struct explain_case *c, struct explain_list *l)
{
	const struct provider *p = explain_value_provider(c);
	struct span issuer = explain_value_fact(c, FACT_ISSUER), file = explain_value_setting(c, SETTING_CA_FILE);

	if (explain_seen_alone(explain_value_row(c)))
		explain_know_add(l, CAUSE_CHAIN_INCOMPLETE);
	if (file.n != 0 && !span_starts(file, SPAN("+")))
		explain_know_add(l, CAUSE_CA_FILE_LACKS);
	if (public_authority(issuer))
		explain_know_add3(l, CAUSE_ROOT_UNKNOWN, CAUSE_CHAIN_INCOMPLETE, CAUSE_NONE);
	else if (p != NULL && p->pop_host != NULL)
		explain_know_add3(l, CAUSE_TLS_INSPECTION, CAUSE_ROOT_UNKNOWN, CAUSE_NONE);
	else
		explain_know_add3(l, CAUSE_PRIVATE_CA, CAUSE_CHAIN_INCOMPLETE, CAUSE_TLS_INSPECTION);
}

void explain_net_service(const struct explain_case *c, struct span said, struct explain_list *l)
{
	if (explain_value_has(said, "* OK") || explain_value_has(said, "IMAP"))
		explain_know_add(l, CAUSE_IS_IMAP);
	else if (explain_value_has(said, "+OK"))
		explain_know_add(l, CAUSE_CLEAR_POP);
	else if (explain_value_has(said, "220 ") || explain_value_has(said, "220-") || explain_value_has(said, "SMTP"))
		explain_know_add(l, CAUSE_IS_SMTP);
	else if (explain_value_has(said, "HTTP") || explain_value_has(said, "<html"))
		explain_know_add(l, CAUSE_IS_HTTP);
	else
		explain_know_add3(l, explain_value_on_idp(c) ? CAUSE_IS_HTTP : CAUSE_IS_OTHER, CAUSE_TLS_MIDDLEBOX,
		                  CAUSE_NONE);
}

/* A certificate outside its validity, or a clock that makes it look so. */
static void pick_times(const struct explain_case *c, struct explain_list *l)
{
	enum fault_code code = explain_value_row(c)->fault.code;

	if (c->r->started_unix < CLOCK_BIRTH && c->r->started_unix != 0)
		explain_know_add(l, CAUSE_CLOCK_UNSET);
	else if (code != FAULT_CERT_EXPIRED && code != FAULT_CERT_NOT_YET)
		return;
	else if (explain_value_clock_off(c))
		explain_know_add(l, CAUSE_CLOCK_WRONG);
	else if (explain_value_clock_right(c) && code == FAULT_CERT_EXPIRED)
		explain_know_add(l, CAUSE_CERT_SERVER_OLD);
	else if (explain_value_clock_right(c))
		explain_know_add3(l, CAUSE_CERT_SERVER_BAD, CAUSE_TLS_INSPECTION, CAUSE_NONE);
	else if (explain_value_known_host(c)) /* the provider does renew its own */
		explain_know_add3(l, CAUSE_CLOCK_WRONG,
		                  code == FAULT_CERT_EXPIRED ? CAUSE_CERT_SERVER_OLD : CAUSE_CERT_SERVER_BAD,
		                  CAUSE_NONE);
}

static bool names_inspector(const struct explain_case *c, enum fact key)
{
	return explain_match_kind(explain_value_fact(c, key), KNOWN_INSPECTOR) != EXPLAIN_KNOW_NOTHING;
}

void explain_net_tls(const struct explain_case *c, struct explain_list *l)
{
	const struct fault *f = &explain_value_row(c)->fault;

	pick_times(c, l);
	if (names_inspector(c, FACT_ISSUER) || names_inspector(c, FACT_CHAIN)) {
		explain_know_add(l, CAUSE_TLS_INSPECTION);
		return;
	}
	if (f->code == FAULT_CERT_UNTRUSTED)
		pick_untrusted(c, l);
	else if (f->code == FAULT_TLS_NOT_TLS)
		explain_net_service(c, explain_value_evidence(c), l);
	else if (f->code == FAULT_TLS_ALERT || (f->code == FAULT_TLS_VERSION && f->num >= EXPLAIN_ALERT_RECEIVED))
		explain_know_add_row(l, explain_know_tls(f->num));
	if (l->n == 0)
		explain_know_add_row(l, explain_know_find(KNOWN_FAULT, f->code));
	if (public_authority(explain_value_fact(c, FACT_ISSUER)))
		(void)explain_know_drop(l, CAUSE_TLS_INSPECTION);
}
