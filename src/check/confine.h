/* confine: what a worker may still ask of the kernel, by a filter that cannot be taken off again (seccomp, Linux 3.5).
 *
 * A peer that has taken a worker over can read what this worker knows, and talk on the connection that is open. The
 * filter is the wall behind that: no program is started, no process looked into, no file written (but for the token
 * store), and once the mail worker is connected, no further connection made and no file opened.
 *
 * A call that no worker makes, and that only somebody would who has taken it over, kills the process: the supervisor
 * reports that as worker-stopped. Any other call that is not in the table fails as if the kernel did not know it, so
 * that a C library with new habits finds its way round instead of dying. */
#ifndef CHECK_CONFINE_H
#define CHECK_CONFINE_H

#include <stdbool.h>

/* Later ones of these add to what is forbidden; a process may go from any to CONFINE_TALK. */
enum confine {
	CONFINE_TOKEN,   /* resolves, connects, and keeps the token store */
	CONFINE_CONNECT, /* resolves and connects */
	CONFINE_TALK     /* talks on what is open */
};

/* True when the filter is in force from here on; false where the system has none (no such kernel, an emulator) or this
 * program was built with sanitizers, which need more. No new privileges must have been given up before. */
bool confine(enum confine as);

#endif
