/* step: the steps of a check, what each needs, and what a failed one means for the exit status. */
#ifndef REPORT_STEP_H
#define REPORT_STEP_H

#include "base/fault.h"

/* In the order of the report. Ids are an interface. */
enum step {
	STEP_CREDENTIAL,
	STEP_TENANT,
	STEP_IDP_DNS,
	STEP_TOKEN_PROXY,
	STEP_IDP_TCP,
	STEP_IDP_TLS,
	STEP_TOKEN,
	STEP_CLAIMS,
	STEP_POP_DNS,
	STEP_MAIL_PROXY,
	STEP_POP_TCP,
	STEP_POP_TLS,
	STEP_GREETING,
	STEP_CAPA,
	STEP_AUTH,
	STEP_MAILBOX,
	STEP_QUIT,
	STEP_TRIAGE,
	STEP_CLOCK,
	STEP__COUNT
};

/* Which process takes a step. */
enum step_by {
	STEP_BY_TOKEN_WORKER,
	STEP_BY_TENANT_WORKER,
	STEP_BY_MAIL_WORKER,
	STEP_BY_TRIAGE_WORKER,
	STEP_BY_SUPERVISOR
};

enum verdict { VERDICT_NONE, VERDICT_PASS, VERDICT_WARN, VERDICT_FAIL, VERDICT_SKIP };

/* The exit statuses of a check; also the classes of `fault_kind` that override a step's own. */
enum exit_status {
	EXIT_STATUS_OK = 0,
	EXIT_STATUS_INTERNAL = 1,
	EXIT_STATUS_SETTINGS = 2,
	EXIT_STATUS_NETWORK = 3,
	EXIT_STATUS_TLS = 4,
	EXIT_STATUS_TOKEN = 5,
	EXIT_STATUS_CLAIMS = 6,
	EXIT_STATUS_SERVICE = 7,
	EXIT_STATUS_AUTH = 8,
	EXIT_STATUS_MAILBOX = 9,
	EXIT_STATUS_LATER = 10
};

extern const struct step_row {
	const char *id;
	enum step_by by;
	uint32_t needs; /* the steps that must have passed (or warned) before it can be tried, as a set of 1u << STEP */
	enum exit_status exit; /* when it fails, unless the fault says more */
	const char *proves;    /* when it passes, as a sentence: "The mail server's name has addresses." */
} step_table[STEP__COUNT];

bool step_find(struct span id, enum step *r);

/* "pass", "warn", "fail", "skip"; "none" for a step that was not asked for. */
extern const char *const step_verdict[];

/* The exit status of a failed step: the step's own, unless the fault says more (a deadline is the network, a
 * busy server is "later", a dead worker is ours). */
enum exit_status step_exit_status(enum step r, const struct fault *f);

#endif
