/* session: one run of the supervisor for a command: what is asked, the transcript, the line that shows progress, and
 * how a report is printed. What check, login, token and probe have in common. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/app.h"
#include "show/progress.h"

struct session {
	struct app *app;
	struct run_request ask;
	/* The command's own: reports, prompts and certificates. To be set before session_run. */
	void (*on_event)(void *command, const struct run_event *event);
	void *command;
	bool shows_progress; /* where there is a terminal for it */
	struct span mailbox; /* of a run for one; may be empty */
	bool taken;
	int transcript; /* descriptor of its file, or -1 */
	struct output_terminal terminal;
	struct progress progress;
};

/* With the app's settings, its credential and the transcript as the options say, for this one mailbox. Who works, up
 * to which step, and what else the command wants is to be set in s->ask. On false the status is in *status. */
bool session_start(struct session *s, struct app *app, struct span mailbox, int *status) MUST;

/* Ask the supervisor; the transcript is closed then. *status is the run's; false: there was none, and that was said. */
bool session_run(struct session *s, int *status) MUST;

/* Append the report of one mailbox, for people or for programs. */
void session_report(const struct session *s, const struct report *report, bool json, struct buf *out);

/* The same for people on the standard error, where nobody takes it for a result. */
void session_diagnose(const struct session *s, const struct report *report, size_t used);

#endif
