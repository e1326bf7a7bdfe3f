/* role_pipe: a role that works in the test's own process: what it tells is read back from a pipe. */
#ifndef TESTS_UNIT_ROLE_PIPE_H
#define TESTS_UNIT_ROLE_PIPE_H

#include "t.h"

#include <fcntl.h>

#include "check/role.h"

struct role_pipe {
	int in, out;
};

/* A role with nothing passed, a deadline far away, and our end of its pipe. A pipe takes 64 kB: the rows of all rungs,
 * and no transcript. */
T_UNUSED
static struct role_pipe role_pipe_start(struct role *r)
{
	struct role_pipe p;
	int ends[2];

	if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		t_stop("no pipe");
	memset(r, 0, offsetof(struct role, told));
	r->in = -1;
	r->out = ends[1];
	r->start_ms = clock_ms();
	r->deadline = clock_deadline(20000);
	r->stop_after = RUNG__COUNT;
	p.in = ends[0];
	p.out = ends[1];
	return p;
}

/* The next message, of this kind; false when another one or none comes. */
T_UNUSED
static bool role_pipe_next(struct role_pipe *p, enum role_kind kind, void *message)
{
	struct role_head head;

	return role_read(p->in, &head, sizeof head, clock_deadline(1000)) && head.magic == ROLE_MAGIC &&
	    head.kind == kind &&
	       role_read(p->in, message, role_size(kind), clock_deadline(1000));
}

T_UNUSED
static void role_pipe_end(struct role_pipe *p)
{
	close(p->in);
	close(p->out);
}

#endif
