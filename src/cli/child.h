/* child: a command line of the settings, run by /bin/sh. Nothing of it outlives who waits for it.
 *
 * It leads a session of its own, so that all that it starts can be ended together, and has no terminal. Its standard
 * input is empty; of descriptors it has no others than its output and its error. It inherits the environment, from
 * which our own secrets were taken before. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"

/* Where the handler of a signal finds who must end with us: 0, or the leader of the session that is running. */
typedef volatile sig_atomic_t child_leader;

enum { CHILD_SAID_MAX = 240 };

struct child_end {
	bool in_time;              /* it has ended by itself, and so did its output */
	int status;                /* as waitpid has it */
	size_t said_n;             /* of what it said on its standard error: the end of it */
	char said[CHILD_SAID_MAX]; /* as it came */
};

/* Run it and wait until it has ended and its output, too, but not beyond `until`; then everything that is left of the
 * session is killed. The output goes to `out`, until that is full. False: it could not be started. */
bool child_run(const char *line, struct deadline until, child_leader *leader, struct buf *out, struct child_end *end,
               struct fault *f) MUST;

/* Kill what is running, if anything is; for the handler of a signal, which may come at any moment. */
void child_kill(const child_leader *leader);

#endif
