/* settings_file: the settings, from flags, environment and file. */
#ifndef CLI_SETTINGS_FILE_H
#define CLI_SETTINGS_FILE_H

#include "conf/route.h"
#include "cli/files.h"
#include "cli/options.h"

enum { SETTINGS_FILE_MAX = 64 * 1024 }; /* a settings file with a hundred profiles */

/* What loading works in; wipe it afterwards, it held secrets. */
struct settings_file {
	struct settings *settings; /* what it completes */
	struct credential *credential;
	struct route_logins *logins; /* what is found for proxies; to be set before */
	unsigned char file[SETTINGS_FILE_MAX];
	struct span profile; /* the section in force, or empty */
	bool secret_seen;    /* the settings file holds a client secret */
	bool steers;         /* it says where secrets go, or what is run */
	size_t path_n;       /* the settings file that was read, 0: none */
	char path[FILES_PATH_MAX];
};

/* Complete `s` (flags are in it already): environment, then the file (-c FILE, else $O2POP_CONFIG, else
 * $XDG_CONFIG_HOME/o2pop/o2pop.conf (without that variable $HOME/.config/o2pop/o2pop.conf), else /etc/o2pop.conf),
 * then resolve_settings. A client secret found on the way goes to c->client_secret, and all its copies in the
 * environment are overwritten. Files named by the user must exist, the other places may be empty. A relative file
 * name in the settings file means a file beside it. */
bool settings_file_settings(struct settings_file *l, const struct options *o, struct settings *s, struct credential *c,
                            struct fault *f) MUST;

/* The settings files that are looked for when none is named, a line each, the strongest first. */
void settings_file_places(struct buf *out);

/* The settings file that was read; empty if there was none. */
struct span settings_file_path(const struct settings_file *l);

#endif
