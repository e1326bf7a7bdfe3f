/* secrets: a client secret, an assertion or a token from a file, a command or a terminal. */
#ifndef CLI_SECRETS_H
#define CLI_SECRETS_H

#include "cli/child.h"
#include "conf/settings.h"

enum { SECRETS_COMMAND_MS = 30 * 1000 }; /* a password manager that asks its user needs a while */

/* The file's one line into `s`; an empty file is a fault. Wipes `scratch`. */
bool secrets_from_file(struct span path, struct buf scratch, struct secret *s, struct fault *f) MUST;

/* The same for a file with PEM blocks, without the text around them. Only one that holds a private key, or may hold one
 * because there are no such blocks, has to be closed to others. */
bool secrets_from_pem(struct span path, struct buf scratch, struct secret *s, struct fault *f) MUST;

/* A command that prints a secret: the setting that names it, and its time. */
struct secrets_command {
	const struct settings *settings;
	enum setting key;
	int64_t ms;
	child_leader *leader;
};

/* The first line that the command prints: see child. Ends within its time in any case. Of a command that fails the
 * evidence has the first word, and the end of what it said on its standard error. */
bool secrets_from_command(const struct secrets_command *command, struct buf scratch, struct secret *s,
                          struct fault *f) MUST;

/* Ask on the terminal that standard input and error are, without echo. False without a fault when there is none or
 * the user gives up with Ctrl-D; a signal (also Ctrl-C) takes its effect after the terminal was restored. */
bool secrets_from_terminal(struct span prompt, struct buf scratch, struct secret *s, struct fault *f);

#endif
