#include "report/ladder.h"

#define NEED(rung) (1u << RUNG_##rung)

static const struct {
	const char *id;
	enum ladder_role role;
	uint32_t needs;
	enum ladder_exit exit;
} table[RUNG__COUNT] = {
	[RUNG_CREDENTIAL] = { "credential", LADDER_KEEPER, 0, LADDER_EXIT_SETTINGS },
	[RUNG_TENANT]     = { "tenant", LADDER_SCOUT, 0, LADDER_EXIT_TOKEN },
	[RUNG_IDP_DNS]    = { "idp-dns", LADDER_KEEPER, NEED(CREDENTIAL), LADDER_EXIT_NETWORK },
	[RUNG_IDP_TCP]    = { "idp-tcp", LADDER_KEEPER, NEED(IDP_DNS), LADDER_EXIT_NETWORK },
	[RUNG_IDP_TLS]    = { "idp-tls", LADDER_KEEPER, NEED(IDP_TCP), LADDER_EXIT_TLS },
	[RUNG_TOKEN]      = { "token", LADDER_KEEPER, NEED(IDP_TLS), LADDER_EXIT_TOKEN },
	[RUNG_CLAIMS]     = { "claims", LADDER_KEEPER, NEED(TOKEN), LADDER_EXIT_CLAIMS },
	[RUNG_POP_DNS]    = { "pop-dns", LADDER_PROBE, 0, LADDER_EXIT_NETWORK },
	[RUNG_POP_TCP]    = { "pop-tcp", LADDER_PROBE, NEED(POP_DNS), LADDER_EXIT_NETWORK },
	[RUNG_POP_TLS]    = { "pop-tls", LADDER_PROBE, NEED(POP_TCP), LADDER_EXIT_TLS },
	[RUNG_GREETING]   = { "greeting", LADDER_PROBE, NEED(POP_TLS), LADDER_EXIT_SERVICE },
	[RUNG_CAPA]       = { "capa", LADDER_PROBE, NEED(GREETING), LADDER_EXIT_SERVICE },
	[RUNG_AUTH]       = { "auth", LADDER_PROBE, NEED(CAPA) | NEED(CLAIMS), LADDER_EXIT_AUTH },
	[RUNG_MAILBOX]    = { "mailbox", LADDER_PROBE, NEED(AUTH), LADDER_EXIT_MAILBOX },
	[RUNG_QUIT]       = { "quit", LADDER_PROBE, NEED(GREETING), LADDER_EXIT_MAILBOX },
	[RUNG_TRIAGE]     = { "triage", LADDER_TRIAGE, NEED(CLAIMS), LADDER_EXIT_AUTH },
	[RUNG_CLOCK]      = { "clock", LADDER_DESK, 0, LADDER_EXIT_INTERNAL },
};

static const char *const verdict[] = {
	[VERDICT_NONE] = "none", [VERDICT_PASS] = "pass", [VERDICT_WARN] = "warn",
	[VERDICT_FAIL] = "fail", [VERDICT_SKIP] = "skip",
};

const char *ladder_id(enum rung r)
{
	return table[r].id;
}

enum ladder_role ladder_role(enum rung r)
{
	return table[r].role;
}

bool ladder_find(struct span id, enum rung *r)
{
	for (int i = 0; i < RUNG__COUNT; i++) {
		if (span_eq(id, span_z(table[i].id))) {
			*r = (enum rung)i;
			return true;
		}
	}
	return false;
}

uint32_t ladder_needs(enum rung r)
{
	return table[r].needs;
}

const char *ladder_verdict(enum verdict v)
{
	return verdict[v];
}

enum ladder_exit ladder_exit(enum rung r, const struct fault *f)
{
	if (f->code == FAULT_DEADLINE)
		return LADDER_EXIT_NETWORK;
	switch (fault_kind(f->code)) {
	case FAULT_KIND_INTERNAL:
		return LADDER_EXIT_INTERNAL;
	case FAULT_KIND_WAIT:
		return LADDER_EXIT_LATER;
	case FAULT_KIND_INPUT:
		return LADDER_EXIT_SETTINGS;
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
	return LADDER_EXIT_INTERNAL;
}
