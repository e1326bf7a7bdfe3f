/* work: the one workspace of a run, and what every command is. */
#ifndef CLI_WORK_H
#define CLI_WORK_H

#include "check/desk.h"
#include "explain/explain.h"
#include "cli/load.h"
#include "cli/options.h"
#include "cli/out.h"
#include "show/human.h"
#include "show/share.h"
#include "show/transcript.h"

enum { WORK_TEXT_MAX = 1024 * 1024 }; /* a report, or a log that is pasted into explain */

/* Static in main.c, zero at the start, touched only as far as a command needs it. */
struct work {
	unsigned command;     /* COMMAND_CHECK ... */
	const char *name;     /* of the command; NULL before it is known */
	struct options options;
	struct settings settings;
	struct credential credential;
	struct trust trust;
	struct load load;
	struct desk desk;
	struct secret token;
	struct explanation explanation;
	struct human_many many;
	struct share share;
	struct transcript transcript;
	unsigned char text[WORK_TEXT_MAX];  /* what is printed */
	unsigned char input[WORK_TEXT_MAX]; /* what is read */
};

/* A command returns its exit status. The options are read already; settings holds the flags. */
struct command {
	const char *name;
	unsigned bit; /* COMMAND_CHECK ... */
	int (*run)(struct work *w);
	const char *arguments; /* "[MAILBOX...]" */
	const char *summary;
	const char *examples;  /* lines to type */
	const char *more;      /* what else there is to say */
	const char *exits;     /* "0  meaning" lines; NULL: those of a check */
	bool settings;         /* it reads them: the help lists them */
};

int cmd_check(struct work *w);
int cmd_token(struct work *w);
int cmd_login(struct work *w);
int cmd_probe(struct work *w);
int cmd_encode(struct work *w);
int cmd_decode(struct work *w);
int cmd_config(struct work *w);
int cmd_explain(struct work *w);
int cmd_setup(struct work *w);
int cmd_selftest(struct work *w);

/* A fault before anything was tried: "o2pop: EVIDENCE" on the standard error (for Nagios a line
 * on the standard output). Returns the exit status. */
int work_refuse(struct work *w, const struct fault *f);

/* The same for a mistake on the command line: WORDS what MORE. */
int work_usage(struct work *w, const char *words, struct span what, const char *more);

/* The settings, with the trust anchors for who goes to a server; then what of the credential can be
 * read only once, which may ask somebody. On false the status is in *status. */
enum work_needs { WORK_SETTINGS, WORK_TRUST };
bool work_load(struct work *w, enum work_needs needs, int *status) MUST;
bool work_load_credential(struct work *w, int *status) MUST;

/* The rest of the credential: for desk_ask.obtain, in the process that is to hold it. */
bool work_obtain(void *from, struct credential *c, struct fault *f);

/* For commands that ask for a token: false when nobody has set anything yet. What is needed, where
 * it was looked for and what to do is said then, and the status is in *status. */
bool work_settled(struct work *w, int *status) MUST;

/* --format: its place in a list of names, untouched when it was not given. On false the status
 * is in *status. */
bool work_format(struct work *w, const char *const *names, int n, int *which, int *status) MUST;

/* False when there are more arguments than the command knows. */
bool work_arguments(struct work *w, size_t max, int *status) MUST;

/* Print it; a status of 0 becomes 1 when nobody could be told (a full disk). */
int work_print(const struct buf *out, int status);

/* A page on w->text for one of the descriptors. */
struct page work_page(struct work *w, struct buf *out, enum out_to to);

/* The transcript: opened as the options say (-v, --transcript), one line put, closed. */
struct work_tape {
	struct work *work;
	int fd; /* -1: nobody listens */
	bool stderr_too;
};
bool work_tape_open(struct work_tape *t, struct work *w, int *status) MUST;
void work_tape_line(struct work_tape *t, const struct transcript_line *line);
void work_tape_close(struct work_tape *t);

#endif
