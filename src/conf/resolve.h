/* resolve: from what was given to what it means: the provider's profile, the grant, the endpoints. */
#ifndef CONF_RESOLVE_H
#define CONF_RESOLVE_H

#include "conf/settings.h"

/* Fill in provider profile and defaults and read the values: port, duration, choices, URL. The grant is the one that
 * is given, else that of the credential from the strongest source; of equals the ready token comes before the
 * federated one, then certificate, service account, refresh token, secret. On false the fault's evidence names the
 * key, the value and where it came from. Says nothing about the credential: that is the first step of a check. */
bool resolve_settings(struct settings *s, struct fault *f) MUST;

/* The i-th word that a setting can be; NULL behind the last one, and at once for what is no choice. */
const char *resolve_choice(enum setting key, size_t i);

#endif
