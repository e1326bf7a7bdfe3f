/* app: the one workspace of a run, and what every command is. */
#ifndef CLI_APP_H
#define CLI_APP_H

#include "check/supervisor.h"
#include "explain/explain.h"
#include "cli/child.h"
#include "cli/settings_file.h"
#include "cli/options.h"
#include "cli/output.h"
#include "show/json_report.h"
#include "show/nagios.h"
#include "show/text_report.h"
#include "show/transcript.h"

enum {
	APP_TEXT_MAX = 560 * 1024,  /* reports: one has 20 kB, --wait keeps those of all mailboxes of a try */
	APP_INPUT_MAX = 1024 * 1024 /* a file that is pasted; explain reads longer ones in pieces */
};

/* Static in main.c, zero at the start, touched only as far as a command needs it. Together with code and stack it has
 * to fit into 4 MiB of address space: tests/cli checks a mailbox in that. */
struct app {
	unsigned command;   /* COMMAND_CHECK ... */
	const char *name;   /* of the command; NULL before it is known */
	struct span format; /* of --format, also where the command line cannot be understood */
	struct options options;
	struct settings settings;
	struct credential credential;
	struct trust trust;
	struct route_logins logins;
	struct settings_file load;
	union {
		struct run run;
		struct {
			unsigned char input[APP_INPUT_MAX]; /* what is read by a command that runs nothing */
			struct reading reading;
		};
	};
	struct secret token;
	child_leader leader; /* of the command that gives a secret, while it runs */
	struct explanation explanation;
	union { /* by the format, of a run over many mailboxes */
		struct text_report_many many;
		struct json_report_many many_json;
		unsigned char nagios_lines[NAGIOS_LONG_MAX];
	};
	struct pseudonym pseudonym;
	struct transcript transcript;
	unsigned char text[APP_TEXT_MAX]; /* what is printed */
};

/* A command returns its exit status. The options are read already; settings holds the flags. */
struct command {
	const char *name;
	unsigned bit; /* COMMAND_CHECK ... */
	int (*run)(struct app *app);
	const char *arguments; /* "[MAILBOX...]" */
	const char *summary;
	const char *examples; /* lines to type */
	const char *more;     /* what else there is to say */
	const char *exits;    /* "0  meaning" lines; NULL: those of a check */
	bool settings;        /* it reads them: the help lists them */
	const char *formats;  /* the words of --format; NULL: it has none */
	bool hidden;          /* not in the list of --help: no step of anybody's work */
};

int cmd_check(struct app *app);
int cmd_token(struct app *app);
int cmd_login(struct app *app);
int cmd_probe(struct app *app);
int cmd_encode(struct app *app);
int cmd_decode(struct app *app);
int cmd_config(struct app *app);
int cmd_explain(struct app *app);
int cmd_setup(struct app *app);
int cmd_selftest(struct app *app);
int cmd_completion(struct app *app);

/* A fault before anything was tried: "o2pop: EVIDENCE" on the standard error; for Nagios a line, for JSON an object
 * on the standard output. Returns the exit status. */
int app_refuse(struct app *app, const struct fault *f);

/* With --format json: the object that says why there is nothing else on the standard output. */
void app_json_error(const struct app *app, const struct fault *f, int status);

/* The same for a mistake on the command line: WORDS what MORE. */
int app_usage(struct app *app, const char *words, struct span what, const char *more);

/* The settings, with the trust anchors for who goes to a server; then what of the credential can be
 * read only once, which may ask somebody. On false the status is in *status. */
enum app_needs { APP_SETTINGS, APP_TRUST };
bool app_load(struct app *app, enum app_needs needs, int *status) MUST;
bool app_load_credential(struct app *app, int *status) MUST;

/* The rest of the credential: for run_request.obtain, in the process that is to hold it. */
bool app_obtain(void *from, struct credential *c, struct fault *f);

/* For commands that ask for a token: false when nobody has set anything yet. What is needed, where
 * it was looked for and what to do is said then, and the status is in *status. */
bool app_settled(struct app *app, int *status) MUST;

/* --format: its place in a list of names, untouched when it was not given. On false the status is in *status. */
bool app_format(struct app *app, const char *const *names, int n, int *which, int *status) MUST;

/* The same where it is human or json. */
bool app_format_json(struct app *app, bool *json, int *status) MUST;

/* False when there are more arguments than the command knows. */
bool app_arguments(struct app *app, size_t max, int *status) MUST;

/* Print it; a status of 0 becomes 1 when nobody could be told (a full disk). */
int app_print(const struct buf *out, int status);

/* For the many that stop with a status: false. */
static inline bool app_stop(int *status, int with)
{
	*status = with;
	return false;
}

/* A page on app->text for one of the descriptors. */
struct page app_page(struct app *app, struct buf *out, enum output_to to);

/* The stand-ins of --share; NULL without it. */
struct pseudonym *app_pseudonym(struct app *app);

#endif
