/* evidence: what other steps, other services and other mailboxes have proved or made suspect: evidence beside the
 * failure itself. */
#ifndef EXPLAIN_EVIDENCE_H
#define EXPLAIN_EVIDENCE_H

#include "report/report.h"
#include "report/service.h"

/* What the other services said; SERVICE_SAYS_NOTHING when there was no triage. */
enum service_finding evidence_services(const struct report *r);

/* Discovery found the domain's cloud, and it is that of the settings. */
bool evidence_cloud_right(const struct report *r);

/* Discovery found the domain's tenant, and it is that of the settings. */
bool evidence_tenant_right(const struct report *r);

/* The credential step let the client secret pass and has its doubts about it. */
bool evidence_secret_odd(const struct report *r);

/* secret_expires is near; *ended: it has passed. */
bool evidence_secret_end(const struct report *r, bool *ended);

/* Neither the identity provider's nor the mail server's name could be looked up. */
bool evidence_no_names(const struct report *r);

/* The server of this step sent one certificate, and it is not its own issuer. */
bool evidence_alone(const struct row *row);

/* Another mailbox of the run was opened with the same token, which is an application's: Exchange knows it. */
bool evidence_proved(const struct report *r);

/* A person's token, not an application's. */
bool evidence_person(const struct report *r);

#endif
