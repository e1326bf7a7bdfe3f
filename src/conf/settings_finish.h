/* settings_finish: from what was given to what it means: the provider's profile, the grant, the endpoints. */
#ifndef CONF_SETTINGS_FINISH_H
#define CONF_SETTINGS_FINISH_H

#include "conf/settings.h"

/* Fill in provider profile and defaults and read the values: port, duration, choices, URL. The grant is the one that
 * is given, else that of the credential from the strongest source; of equals the ready token comes before the
 * federated one, then certificate, service account, refresh token, secret. On false the fault's evidence names the
 * key, the value and where it came from. Says nothing about the credential: that is the first rung of the ladder. */
bool settings_finish(struct settings *s, struct fault *f) MUST;

#endif
