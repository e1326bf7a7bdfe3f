/* desk_hire: starts a role as a process of its own. */
#ifndef CHECK_DESK_HIRE_H
#define CHECK_DESK_HIRE_H

#include "check/desk_book.h"

/* Fork. The role works on j, with j's deadline; the desk's ends of its two pipes are j->in and j->out. On false j has
 * no process. */
bool desk_hire(struct desk *d, struct desk_job *j, enum ladder_role role, struct fault *f) MUST;

/* Close our ends of the pipes. */
void desk_hire_end(struct desk_job *j);

#endif
