/* message: what a worker sends to the supervisor, checked like any other input and put where it belongs. */
#ifndef CHECK_MESSAGE_H
#define CHECK_MESSAGE_H

#include "check/run.h"

/* Take one message from j's pipe: a row or the step that has begun into j, a token into the run, all else to who asked.
 * False when the pipe has ended or holds nonsense, such as another worker's step: the worker is then done with. */
bool message_take(struct run *run, struct run_job *j) MUST;

#endif
