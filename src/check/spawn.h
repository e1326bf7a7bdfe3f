/* spawn: starts a worker as a process of its own. */
#ifndef CHECK_SPAWN_H
#define CHECK_SPAWN_H

#include "check/run.h"

/* Fork. The worker works on j, with j's deadline; the supervisor's ends of its two pipes are j->in and j->out. On
 * false j has no process, and its state is as before. */
bool spawn(struct run *run, struct run_job *j, enum step_by worker, struct fault *f) MUST;

/* Tell a worker that its time is up, and give it a moment to end by itself and wipe what it has. It may live on. */
void spawn_warn(const struct run_job *j);

/* Close our ends of the pipes. */
void spawn_end(struct run_job *j);

#endif
