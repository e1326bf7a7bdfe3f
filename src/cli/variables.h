/* variables: settings and the client secret from the environment. */
#ifndef CLI_VARIABLES_H
#define CLI_VARIABLES_H

#include "conf/settings.h"

/* O2POP_KEY for every setting, and the Azure SDK's names for some, which are weaker. An unknown
 * O2POP_ variable is a fault that names the nearest known one. A secret goes to
 * c->client_secret, and all its copies in the environment are overwritten. */
bool variables_load(struct settings *s, struct credential *c, struct fault *f) MUST;

#endif
