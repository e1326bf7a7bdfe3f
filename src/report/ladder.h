/* ladder: the rungs of a check, what each needs, and what a failed one means for the exit status. */
#ifndef REPORT_LADDER_H
#define REPORT_LADDER_H

#include "base/fault.h"

/* In the order of the report. Ids are an interface. */
enum rung {
	RUNG_CREDENTIAL,
	RUNG_TENANT,
	RUNG_IDP_DNS,
	RUNG_IDP_TCP,
	RUNG_IDP_TLS,
	RUNG_TOKEN,
	RUNG_CLAIMS,
	RUNG_POP_DNS,
	RUNG_POP_TCP,
	RUNG_POP_TLS,
	RUNG_GREETING,
	RUNG_CAPA,
	RUNG_AUTH,
	RUNG_MAILBOX,
	RUNG_QUIT,
	RUNG_TRIAGE,
	RUNG_CLOCK,
	RUNG__COUNT
};

/* Which role climbs a rung. */
enum ladder_role { LADDER_KEEPER, LADDER_SCOUT, LADDER_PROBE, LADDER_TRIAGE, LADDER_DESK };

enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_WARN, VERDICT_FAIL, VERDICT_SKIP };

const char *ladder_id(enum rung r);
enum ladder_role ladder_role(enum rung r);
bool ladder_find(struct span id, enum rung *r);

/* The rungs that must have passed (or warned) before this one can be tried, as a set of 1u << RUNG. */
uint32_t ladder_needs(enum rung r);

/* "pass", "warn", "fail", "skip"; "none" for a rung that was not asked for. */
const char *ladder_verdict(enum verdict v);

/* The exit statuses of a check; also the classes of `fault_kind` that override a rung's own. */
enum ladder_exit {
	LADDER_EXIT_OK = 0,
	LADDER_EXIT_INTERNAL = 1,
	LADDER_EXIT_SETTINGS = 2,
	LADDER_EXIT_NETWORK = 3,
	LADDER_EXIT_TLS = 4,
	LADDER_EXIT_TOKEN = 5,
	LADDER_EXIT_CLAIMS = 6,
	LADDER_EXIT_SERVICE = 7,
	LADDER_EXIT_AUTH = 8,
	LADDER_EXIT_MAILBOX = 9,
	LADDER_EXIT_LATER = 10
};

/* The exit status of a failed rung: the rung's own, unless the fault says more (a deadline is the network, a
 * busy server is "later", a dead worker is ours). */
enum ladder_exit ladder_exit(enum rung r, const struct fault *f);

#endif
