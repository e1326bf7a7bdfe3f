/* obtain: what the settings point to: the credential, and the trust anchors. */
#ifndef CLI_OBTAIN_H
#define CLI_OBTAIN_H

#include "check/settings.h"
#include "net/trust.h"

/* Read the secrets: access_token_file; federated_token_file; client_secret_file or
 * client_secret_command, systemd's credential "client_secret"; on a terminal, ask. What is there
 * already is kept. Not finding any is no failure: the credential rung says what is missing. room
 * is lent, for a file and for what is typed; it is wiped. */
bool obtain_credential(const struct settings *s, struct credential *c, struct buf room,
                       struct fault *f) MUST;

/* Wipe what obtain_credential can read once more, so that it is read anew (a token that
 * rotates), and nothing that cannot: the standard input, a descriptor, what was typed or stood
 * in settings. */
void obtain_forget(const struct settings *s, struct credential *c);

/* The trust anchors: embedded, or ca_file, or both ("+FILE"). The file goes through room a piece
 * at a time, which must take its longest certificate. */
bool obtain_trust(const struct settings *s, struct trust *t, struct buf room, struct fault *f) MUST;

#endif
