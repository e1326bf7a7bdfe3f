/* service_account: the JSON key file of a Google service account. */
#ifndef IDENT_SERVICE_ACCOUNT_H
#define IDENT_SERVICE_ACCOUNT_H

#include "ident/assertion.h"

enum {
	SERVICE_ACCOUNT_EMAIL_MAX = 320, /* RFC 5321: 64 + @ + 255 */
	SERVICE_ACCOUNT_URL_MAX = 256
};

/* Who signs, and for which token endpoint. NUL-terminated. The key is kept apart. */
struct service_account {
	char email[SERVICE_ACCOUNT_EMAIL_MAX + 1];   /* client_email: the issuer of the assertion */
	char token_uri[SERVICE_ACCOUNT_URL_MAX + 1]; /* its audience, and where it goes: https, or local */
};

/* Read the file's text. The key's id goes into k->key_id ("" when absent). On false (FAULT_SERVICE_ACCOUNT) k and a are
 * wiped, and the evidence names the member that is missing or wrong, or what the file is instead. */
bool service_account_read(const struct secret *json, struct assertion_key *k, struct service_account *a,
                          struct fault *f) MUST;

#endif
