/* options: the command line: GNU long options anywhere, every setting has a flag. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "conf/settings.h"

/* The commands, as a set, for the options that only some of them know. */
enum {
	COMMAND_CHECK = 1 << 0,
	COMMAND_TOKEN = 1 << 1,
	COMMAND_PROBE = 1 << 2,
	COMMAND_ENCODE = 1 << 3,
	COMMAND_DECODE = 1 << 4,
	COMMAND_CONFIG = 1 << 5,
	COMMAND_EXPLAIN = 1 << 6,
	COMMAND_SETUP = 1 << 7,
	COMMAND_SELFTEST = 1 << 8,
	COMMAND_LOGIN = 1 << 9,
	COMMAND_COMPLETION = 1 << 10,
	COMMAND_ALL = (1 << 11) - 1
};

enum option {
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_CONFIG,
	OPTION_PROFILE,
	OPTION_VERBOSE,
	OPTION_QUIET,
	OPTION_FORMAT,
	OPTION_JOBS,
	OPTION_MAILBOXES,
	OPTION_STOP_AFTER,
	OPTION_TRANSCRIPT,
	OPTION_SHARE,
	OPTION_SHOW_SECRETS,
	OPTION_TRIAGE,
	OPTION_NO_DISCOVERY,
	OPTION_WAIT,
	OPTION_MIN_LIFE,
	OPTION_PEM,
	OPTION_COMPAT,
	OPTION_CLOCK_FROM_SERVER,
	OPTION_CLIENT,
	OPTION_SCHEMA,
	OPTION_SHARD,
	OPTION_FAIL_FAST,
	OPTION_RESUME,
	OPTION_OUTPUT,
	OPTION_WARNING,
	OPTION_CRITICAL,
	OPTION__COUNT
};

struct option_row {
	const char *name;  /* without the dashes */
	char letter;       /* or 0 */
	const char *value; /* what stands for the value in the help; NULL: a flag without a value */
	unsigned commands;
	const char *help;
};
extern const struct option_row options_table[OPTION__COUNT];

enum { OPTIONS_ARGUMENTS_MAX = 1024 }; /* mailboxes on a command line; more go into a file */

/* What was given. All spans borrow from argv. */
struct options {
	unsigned given[OPTION__COUNT]; /* how often */
	struct span value[OPTION__COUNT];
	struct span argument[OPTIONS_ARGUMENTS_MAX];
	size_t arguments;
};

/* The first argument that is neither an option nor an option's value: the command's name. 0 when there is none. */
int options_command(int argc, char **argv);

/* The value of --format wherever it stands, also where the rest cannot be understood; empty without it. */
struct span options_format(int argc, char **argv);

/* Read argv[0..argc) for one command (or for all, before the command is known). Settings'
 * flags go into `s`. On false the fault's evidence is a sentence that names the argument; a
 * secret that was given as a value is overwritten in argv and not in the evidence. */
bool options_read(struct options *o, struct settings *s, unsigned command, int argc, char **argv, struct fault *f) MUST;

#endif
