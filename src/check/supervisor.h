/* supervisor: runs a check: forks the workers, holds the one deadline, gathers the rows, hands out reports. */
#ifndef CHECK_SUPERVISOR_H
#define CHECK_SUPERVISOR_H

#include "check/run.h"

/* Run it all. Returns when every mailbox has been reported. *gravest is the exit status over all mailboxes. False:
 * the machine refused something (pipe, fork): nothing more can be said than the fault. */
bool supervisor_run(struct run *run, const struct run_request *ask, enum exit_status *gravest, struct fault *f) MUST;

#endif
