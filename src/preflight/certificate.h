/* certificate: the application's own certificate and key, or a service account's, judged
 * before anything is signed with them. */
#ifndef PREFLIGHT_CERTIFICATE_H
#define PREFLIGHT_CERTIFICATE_H

#include "preflight/findings.h"
#include "ident/service_account.h"

/* Load l->credential's certificate and private key (which may stand in the certificate's text) into
 * *k, and judge them: they must be a pair, and in time. Subject, both thumbprints as the portal
 * shows them, end and length of the key become facts; an end within 30 days is a warning. On false
 * *k is wiped. The caller wipes it otherwise. */
bool certificate_check(struct findings *l, struct assertion_key *k, int64_t now) MUST;

/* The same for l->credential's service account. On false *k and *a are wiped. */
bool certificate_account(struct findings *l, struct assertion_key *k, struct service_account *a) MUST;

#endif
