/* explain_seen: what other rungs, other doors and other mailboxes have proved or made suspect: evidence beside the
 * failure itself. */
#ifndef EXPLAIN_EXPLAIN_SEEN_H
#define EXPLAIN_EXPLAIN_SEEN_H

#include "report/report.h"
#include "report/service.h"

/* What the other doors said; SERVICE_SAYS_NOTHING when there was no triage. */
enum service_finding explain_seen_doors(const struct report *r);

/* The provider profile ("microsoft") of the cloud that discovery found; NULL when it found none. */
const char *explain_seen_provider(const struct report *r);

/* Discovery found the domain's cloud, and it is that of the settings. */
bool explain_seen_cloud_right(const struct report *r);

/* Discovery found the domain's tenant, and it is that of the settings. */
bool explain_seen_tenant_right(const struct report *r);

/* The credential rung let the client secret pass and has its doubts about it. */
bool explain_seen_secret_odd(const struct report *r);

/* secret_expires is near; *ended: it has passed. */
bool explain_seen_secret_end(const struct report *r, bool *ended);

/* Neither the identity provider's nor the mail server's name could be looked up. */
bool explain_seen_no_names(const struct report *r);

/* The server of this rung sent one certificate, and it is not its own issuer. */
bool explain_seen_alone(const struct row *row);

/* Another mailbox of the run was opened with the same token, which is an application's: Exchange knows it. */
bool explain_seen_proved(const struct report *r);

/* A person's token, not an application's. */
bool explain_seen_person(const struct report *r);

#endif
