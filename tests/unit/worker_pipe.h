/* worker_pipe: a worker that works in the test's own process: what it tells is read back from a pipe. */
#ifndef TESTS_UNIT_WORKER_PIPE_H
#define TESTS_UNIT_WORKER_PIPE_H

#include "t.h"

#include <fcntl.h>

#include "check/worker.h"

struct worker_pipe {
	int in, out;
};

/* A worker with nothing passed, a deadline far away, and our end of its pipe. A pipe takes 64 kB: the rows of all
 * steps, and no transcript. */
T_UNUSED
static struct worker_pipe worker_pipe_start(struct worker *r)
{
	struct worker_pipe p;
	int ends[2];

	if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		t_stop("no pipe");
	memset(&r->out, 0, sizeof *r - offsetof(struct worker, out));
	r->in = -1;
	r->out = ends[1];
	r->start_ms = clock_ms();
	r->deadline = clock_deadline(20000);
	r->stop_after = STEP__COUNT;
	p.in = ends[0];
	p.out = ends[1];
	return p;
}

/* The next message, of this kind; false when it is another one, or there is none: all has been said by now. */
T_UNUSED
static bool worker_pipe_next(struct worker_pipe *p, enum worker_message kind, void *message)
{
	struct worker_head head;

	return worker_read(p->in, &head, sizeof head, clock_deadline(0)) && head.magic == WORKER_MAGIC &&
	       head.kind == kind && worker_read(p->in, message, head.n, clock_deadline(0));
}

T_UNUSED
static void worker_pipe_end(struct worker_pipe *p)
{
	close(p->in);
	close(p->out);
}

#endif
