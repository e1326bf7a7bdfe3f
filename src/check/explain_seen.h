/* explain_seen: what other rungs, other doors and other mailboxes have proved or made suspect: evidence beside the
 * failure itself. All need a report. */
#ifndef CHECK_EXPLAIN_SEEN_H
#define CHECK_EXPLAIN_SEEN_H

#include "check/explain_value.h"
#include "check/triage.h"

/* What the other doors said; TRIAGE_SAYS_NOTHING when there was no triage. */
enum triage_finding explain_seen_doors(const struct explain_case *c);

/* The provider profile ("microsoft") of the cloud that discovery found; NULL when it found none. */
const char *explain_seen_provider(const struct explain_case *c);

/* Discovery found the domain's cloud, and it is that of the settings. */
bool explain_seen_cloud_right(const struct explain_case *c);

/* Discovery found the domain's tenant, and it is that of the settings. */
bool explain_seen_tenant_right(const struct explain_case *c);

/* The credential rung let the client secret pass and has its doubts about it. */
bool explain_seen_secret_odd(const struct explain_case *c);

/* secret_expires is near; *ended: it has passed. */
bool explain_seen_secret_end(const struct explain_case *c, bool *ended);

/* Neither the identity provider's nor the mail server's name could be looked up. */
bool explain_seen_no_names(const struct explain_case *c);

/* The server of the rung in question sent one certificate, and it is not its own issuer. */
bool explain_seen_alone(const struct explain_case *c);

/* Another mailbox of the run was opened with the same token, which is an application's: Exchange knows it. */
bool explain_seen_proved(const struct explain_case *c);

/* A person's token, not an application's. */
bool explain_seen_person(const struct explain_case *c);

#endif
