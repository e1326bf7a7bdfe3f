/* evidence: what other steps, other services and other mailboxes have proved or made suspect: evidence beside the
 * failure itself. */
#ifndef EXPLAIN_EVIDENCE_H
#define EXPLAIN_EVIDENCE_H

#include "explain/knowledge.h"
#include "report/report.h"
#include "report/service.h"

/* Read once from a report; all of it false or nothing without one. */
struct evidence {
	const struct provider *provider;
	bool entra;                     /* whose tokens Entra issues */
	bool person;                    /* a person's token, not an application's */
	bool proved;                    /* an application's token that opened another mailbox: Exchange knows it */
	enum service_finding services;  /* what the others said; SERVICE_SAYS_NOTHING when there was no triage */
	bool cloud_right;               /* discovery found the domain's cloud, and it is that of the settings */
	bool tenant_right;              /* the same with the tenant */
	bool secret_odd;                /* the credential step let the client secret pass and has its doubts about it */
	bool secret_near, secret_ended; /* secret_expires is near, or past */
	bool no_names;                  /* neither the identity provider's nor the mail server's could be looked up */
	bool clock_known;               /* this machine's clock was compared with a server's */
	bool clock_off, clock_right;    /* and differs by more than servers forgive, or does not */
	bool skew_least;                /* by at least so much: certificates say it, nobody told the time */
	int64_t skew;                   /* seconds that it is ahead */
};

void evidence_read(const struct report *r, struct evidence *e);

/* The FOR_... bits that hold at this step, and the UNLESS_... bits that are the case. */
unsigned evidence_holds(const struct report *r, const struct evidence *e, enum step step);

/* The server of this step sent one certificate, and it is not its own issuer. */
bool evidence_alone(const struct row *row);

#endif
