/* load: settings from flags, environment and file; the credential from wherever it is kept. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "check/settings.h"
#include "cli/files.h"
#include "cli/options.h"
#include "net/trust.h"

enum { LOAD_FILE_MAX = 64 * 1024 }; /* a settings file with a hundred profiles */

/* What loading works in; wipe it afterwards, it held secrets. */
struct load {
	unsigned char file[LOAD_FILE_MAX];
	struct span profile;  /* the section in force, or empty */
	bool secret_seen;     /* the settings file holds a client secret */
	bool command_seen;    /* it names a command to run */
	size_t path_n;        /* the settings file that was read, 0: none */
	char path[FILES_PATH_MAX];
};

/* Complete `s` (flags are in it already): environment, then the file (-c FILE, else
 * $O2POP_CONFIG, else $XDG_CONFIG_HOME/o2pop/o2pop.conf (without that variable
 * $HOME/.config/o2pop/o2pop.conf), else /etc/o2pop.conf), then settings_finish. A client secret
 * found on the way goes to c->client_secret, and all its copies in the environment are
 * overwritten. Files named by the user must exist, the other places may be empty. A relative
 * file name in the settings file means a file beside it. */
bool load_settings(struct load *l, const struct options *o, struct settings *s,
                   struct credential *c, struct fault *f) MUST;

/* The settings file that was read; empty if there was none. */
struct span load_path(const struct load *l);

/* Read the secrets that the settings point to: access_token_file; federated_token_file;
 * client_secret, client_secret_file, client_secret_command, systemd's credential
 * "client_secret"; on a terminal, ask. Not finding any is no failure: the credential rung says
 * what is missing. What cannot be read twice (the standard input, a descriptor, a terminal) is
 * kept when it was read before. */
bool load_credential(struct load *l, const struct settings *s, struct credential *c,
                     struct fault *f) MUST;

/* Wipe what load_credential can read once more, so that it is read anew (a token that rotates). */
void load_forget(const struct settings *s, struct credential *c);

/* The trust anchors: embedded, or ca_file, or both ("+FILE"). */
bool load_trust(struct load *l, const struct settings *s, struct trust *t, struct fault *f) MUST;

#endif
