/* single: a run of the desk for one mailbox, or for none: what token, login and probe have in common. */
#ifndef CLI_SINGLE_H
#define CLI_SINGLE_H

#include "cli/work.h"

struct single {
	struct work_tape tape;
	struct span mailbox; /* or empty */
	bool taken;
};

/* The settings and the credential's owner are those of w; the rest of the question is the caller's to fill in. The
 * transcript is opened as the options say. On false the status is in *status. */
bool single_start(struct single *s, struct work *w, struct span mailbox, struct desk_ask *ask, int *status) MUST;

/* Ask the desk; close the transcript. ask->ear.to must be a struct that begins with a struct single. */
bool single_run(struct single *s, const struct desk_ask *ask, int *status) MUST;

#endif
