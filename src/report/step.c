#include "report/step.h"

#define NEED(step) (1u << STEP_##step)

/* clang-format off */
const struct step_row step_table[STEP__COUNT] = {
	[STEP_CREDENTIAL] = { "credential", STEP_BY_TOKEN_WORKER, 0, EXIT_STATUS_SETTINGS,
		"The settings can work, which is judged before a byte is sent." },
	[STEP_TENANT]     = { "tenant", STEP_BY_TENANT_WORKER, 0, EXIT_STATUS_TOKEN,
		"The mailbox's domain belongs to the configured tenant and cloud." },
	[STEP_IDP_DNS]    = { "idp-dns", STEP_BY_TOKEN_WORKER, NEED(CREDENTIAL), EXIT_STATUS_NETWORK,
		"The identity provider's name has addresses." },
	[STEP_TOKEN_PROXY] = { "token-proxy", STEP_BY_TOKEN_WORKER, NEED(IDP_DNS), EXIT_STATUS_NETWORK,
		"The proxy opens a tunnel to the identity provider." },
	[STEP_IDP_TCP]    = { "idp-tcp", STEP_BY_TOKEN_WORKER, NEED(IDP_DNS), EXIT_STATUS_NETWORK,
		"One of the identity provider's addresses accepts a connection." },
	[STEP_IDP_TLS]    = { "idp-tls", STEP_BY_TOKEN_WORKER, NEED(IDP_TCP) | NEED(TOKEN_PROXY), EXIT_STATUS_TLS,
		"The identity provider's certificates, the name in them and the cipher suite are good." },
	[STEP_TOKEN]      = { "token", STEP_BY_TOKEN_WORKER, NEED(IDP_TLS), EXIT_STATUS_TOKEN,
		"The identity provider issues an access token." },
	[STEP_CLAIMS]     = { "claims", STEP_BY_TOKEN_WORKER, NEED(TOKEN), EXIT_STATUS_CLAIMS,
		"The token can open this service: audience, permissions, tenant, application, times, length." },
	[STEP_POP_DNS]    = { "pop-dns", STEP_BY_MAIL_WORKER, 0, EXIT_STATUS_NETWORK,
		"The mail server's name has addresses." },
	[STEP_MAIL_PROXY] = { "mail-proxy", STEP_BY_MAIL_WORKER, NEED(POP_DNS), EXIT_STATUS_NETWORK,
		"The proxy opens a tunnel to the mail server." },
	[STEP_POP_TCP]    = { "pop-tcp", STEP_BY_MAIL_WORKER, NEED(POP_DNS), EXIT_STATUS_NETWORK,
		"One of the mail server's addresses accepts a connection." },
	[STEP_POP_TLS]    = { "pop-tls", STEP_BY_MAIL_WORKER, NEED(POP_TCP) | NEED(MAIL_PROXY), EXIT_STATUS_TLS,
		"The mail server's certificates, the name in them and the cipher suite are good." },
	[STEP_GREETING]   = { "greeting", STEP_BY_MAIL_WORKER, NEED(POP_TLS), EXIT_STATUS_SERVICE,
		"It is a POP3 server that answers." },
	[STEP_CAPA]       = { "capa", STEP_BY_MAIL_WORKER, NEED(GREETING), EXIT_STATUS_SERVICE,
		"The mail server offers the mechanism of the settings." },
	[STEP_AUTH]       = { "auth", STEP_BY_MAIL_WORKER, NEED(CAPA) | NEED(CLAIMS), EXIT_STATUS_AUTH,
		"The mail server accepts this token for this mailbox." },
	[STEP_MAILBOX]    = { "mailbox", STEP_BY_MAIL_WORKER, NEED(AUTH), EXIT_STATUS_MAILBOX,
		"The mailbox can be read: STAT, UIDL, LIST, TOP 1 0." },
	[STEP_QUIT]       = { "quit", STEP_BY_MAIL_WORKER, NEED(GREETING), EXIT_STATUS_MAILBOX,
		"The session is closed cleanly; only a warning if not." },
	[STEP_TRIAGE]     = { "triage", STEP_BY_TRIAGE_WORKER, NEED(CLAIMS), EXIT_STATUS_AUTH,
		"With --triage, after a refused login: what the IMAP and SMTP services say to the same token." },
	[STEP_CLOCK]      = { "clock", STEP_BY_SUPERVISOR, 0, EXIT_STATUS_INTERNAL,
		"This machine's clock agrees with the provider's; only a warning if not." },
};
/* clang-format on */

const char *const step_verdict[] = {
	[VERDICT_NONE] = "none", [VERDICT_PASS] = "pass", [VERDICT_WARN] = "warn",
	[VERDICT_FAIL] = "fail", [VERDICT_SKIP] = "skip",
};

bool step_find(struct span id, enum step *r)
{
	for (int i = 0; i < STEP__COUNT; i++) {
		if (span_eq(id, span_z(step_table[i].id))) {
			*r = (enum step)i;
			return true;
		}
	}
	return false;
}

enum exit_status step_exit_status(enum step r, const struct fault *f)
{
	enum fault_kind kind = fault_kind(f->code);

	if (f->code == FAULT_DEADLINE)
		return EXIT_STATUS_NETWORK;
	if (kind == FAULT_KIND_INTERNAL)
		return EXIT_STATUS_INTERNAL;
	if (kind == FAULT_KIND_WAIT)
		return EXIT_STATUS_LATER;
	return kind == FAULT_KIND_INPUT ? EXIT_STATUS_SETTINGS : step_table[r].exit;
}
