/* credential_load: the credential that the settings point to. */
#ifndef CLI_CREDENTIAL_LOAD_H
#define CLI_CREDENTIAL_LOAD_H

#include "cli/child.h"
#include "conf/settings.h"

/* Read what can be read only once: secrets on the standard input or another descriptor; and when
 * nothing says where the client secret is, ask for it on the terminal. What is there already is
 * kept. scratch is lent, for a file and for what is typed; it is wiped. */
bool credential_load_once(const struct settings *s, struct credential *c, struct buf scratch, struct fault *f) MUST;

/* Read the rest of what the grant needs: files, commands (*leader while one runs), systemd's credential
 * "client_secret". For the process that is to hold them. Not finding any is no failure: the credential step says what
 * is missing. */
bool credential_load_rest(const struct settings *s, struct credential *c, struct buf scratch, child_leader *leader,
                          struct fault *f) MUST;

#endif
