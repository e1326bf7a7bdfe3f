/* desk_hire: starts a role as a process of its own. */
#ifndef CHECK_DESK_HIRE_H
#define CHECK_DESK_HIRE_H

#include "check/desk_book.h"

/* Fork. The role works on j, with j's deadline; the desk's ends of its two pipes are j->in and j->out. On false j has
 * no process. */
bool desk_hire(struct desk *d, struct desk_job *j, enum ladder_role role, struct fault *f) MUST;

/* Tell a role that its time is up, and give it a moment to end by itself and wipe what it has. It may live on. */
void desk_hire_warn(const struct desk_job *j);

/* Close our ends of the pipes. */
void desk_hire_end(struct desk_job *j);

#endif
