/* help: the table of commands, and what --help and --version say. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/app.h"

/* The table of commands. */
const struct command *help_commands(size_t *n);

/* The command of this name; NULL if there is none. */
const struct command *help_find(struct span name);

/* What an exit status of a check means, as the help has it; empty when there is no such status. */
struct span help_exit(uint64_t status);

/* Print and return the exit status. */
int help_command(const struct command *c);
int help_version(void);

/* argv names no known command: --help, --version, "help COMMAND", nothing at all, or a mistake (which names the
 * nearest command). argv[name] is the first argument that is no option; 0 when there is none. */
int help_without_command(struct app *app, int argc, char **argv, int name);

#endif
