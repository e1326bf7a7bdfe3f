/* desk: runs a check: forks the roles, holds the one deadline, gathers the rows, hands out reports. */
#ifndef CHECK_DESK_H
#define CHECK_DESK_H

#include "check/desk_book.h"

/* Run it all. Returns when every mailbox has been reported. *gravest is the exit status over all mailboxes. False:
 * the machine refused something (pipe, fork): nothing more can be said than the fault. */
bool desk_run(struct desk *d, const struct desk_ask *ask, enum ladder_exit *gravest, struct fault *f) MUST;

#endif
