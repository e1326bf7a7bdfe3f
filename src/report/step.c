#include "report/step.h"

#define NEED(step) (1u << STEP_##step)

/* clang-format off */
static const struct {
	const char *id;
	enum step_by role;
	uint32_t needs;
	enum exit_status exit;
} table[STEP__COUNT] = {
	[STEP_CREDENTIAL] = { "credential", STEP_BY_TOKEN_WORKER, 0, EXIT_STATUS_SETTINGS },
	[STEP_TENANT]     = { "tenant", STEP_BY_TENANT_WORKER, 0, EXIT_STATUS_TOKEN },
	[STEP_IDP_DNS]    = { "idp-dns", STEP_BY_TOKEN_WORKER, NEED(CREDENTIAL), EXIT_STATUS_NETWORK },
	[STEP_IDP_TCP]    = { "idp-tcp", STEP_BY_TOKEN_WORKER, NEED(IDP_DNS), EXIT_STATUS_NETWORK },
	[STEP_IDP_TLS]    = { "idp-tls", STEP_BY_TOKEN_WORKER, NEED(IDP_TCP), EXIT_STATUS_TLS },
	[STEP_TOKEN]      = { "token", STEP_BY_TOKEN_WORKER, NEED(IDP_TLS), EXIT_STATUS_TOKEN },
	[STEP_CLAIMS]     = { "claims", STEP_BY_TOKEN_WORKER, NEED(TOKEN), EXIT_STATUS_CLAIMS },
	[STEP_POP_DNS]    = { "pop-dns", STEP_BY_MAIL_WORKER, 0, EXIT_STATUS_NETWORK },
	[STEP_POP_TCP]    = { "pop-tcp", STEP_BY_MAIL_WORKER, NEED(POP_DNS), EXIT_STATUS_NETWORK },
	[STEP_POP_TLS]    = { "pop-tls", STEP_BY_MAIL_WORKER, NEED(POP_TCP), EXIT_STATUS_TLS },
	[STEP_GREETING]   = { "greeting", STEP_BY_MAIL_WORKER, NEED(POP_TLS), EXIT_STATUS_SERVICE },
	[STEP_CAPA]       = { "capa", STEP_BY_MAIL_WORKER, NEED(GREETING), EXIT_STATUS_SERVICE },
	[STEP_AUTH]       = { "auth", STEP_BY_MAIL_WORKER, NEED(CAPA) | NEED(CLAIMS), EXIT_STATUS_AUTH },
	[STEP_MAILBOX]    = { "mailbox", STEP_BY_MAIL_WORKER, NEED(AUTH), EXIT_STATUS_MAILBOX },
	[STEP_QUIT]       = { "quit", STEP_BY_MAIL_WORKER, NEED(GREETING), EXIT_STATUS_MAILBOX },
	[STEP_TRIAGE]     = { "triage", STEP_BY_TRIAGE_WORKER, NEED(CLAIMS), EXIT_STATUS_AUTH },
	[STEP_CLOCK]      = { "clock", STEP_BY_SUPERVISOR, 0, EXIT_STATUS_INTERNAL },
};
/* clang-format on */

static const char *const verdict[] = {
	[VERDICT_NONE] = "none", [VERDICT_PASS] = "pass", [VERDICT_WARN] = "warn",
	[VERDICT_FAIL] = "fail", [VERDICT_SKIP] = "skip",
};

const char *step_id(enum step r)
{
	return table[r].id;
}

enum step_by step_by(enum step r)
{
	return table[r].role;
}

bool step_find(struct span id, enum step *r)
{
	for (int i = 0; i < STEP__COUNT; i++) {
		if (span_eq(id, span_z(table[i].id))) {
			*r = (enum step)i;
			return true;
		}
	}
	return false;
}

uint32_t step_needs(enum step r)
{
	return table[r].needs;
}

const char *step_verdict(enum verdict v)
{
	return verdict[v];
}

enum exit_status step_exit_status(enum step r, const struct fault *f)
{
	if (f->code == FAULT_DEADLINE)
		return EXIT_STATUS_NETWORK;
	switch (fault_kind(f->code)) {
	case FAULT_KIND_INTERNAL:
		return EXIT_STATUS_INTERNAL;
	case FAULT_KIND_WAIT:
		return EXIT_STATUS_LATER;
	case FAULT_KIND_INPUT:
		return EXIT_STATUS_SETTINGS;
	case FAULT_KIND_NONE:
	case FAULT_KIND_DNS:
	case FAULT_KIND_NET:
	case FAULT_KIND_TLS:
	case FAULT_KIND_HTTP:
	case FAULT_KIND_IDP:
	case FAULT_KIND_TOKEN:
	case FAULT_KIND_MAIL:
		return table[r].exit;
	}
	return EXIT_STATUS_INTERNAL;
}
