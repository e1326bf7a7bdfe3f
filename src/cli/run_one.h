/* run_one: a run of the supervisor for one mailbox, or for none: what token, login and probe have in common. */
#ifndef CLI_RUN_ONE_H
#define CLI_RUN_ONE_H

#include "cli/app.h"

struct run_one {
	struct app_trace trace;
	struct span mailbox; /* or empty */
	bool taken;
};

/* The settings and the credential's owner are those of app; the rest of the question is the caller's to fill in. The
 * transcript is opened as the options say. On false the status is in *status. */
bool run_one_start(struct run_one *s, struct app *app, struct span mailbox, struct run_request *ask, int *status) MUST;

/* Ask the supervisor; close the transcript. ask->ear.to must be a struct that begins with a struct run_one. */
bool run_one_run(struct run_one *s, const struct run_request *ask, int *status) MUST;

#endif
