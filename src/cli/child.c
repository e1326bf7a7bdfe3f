#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CHILD_TICK_MS = 20, /* how often it is looked whether it has ended */
	CHILD_FD_MAX = 1024 /* descriptors to close where close_range is not known */
};

/* ---- the command ----------------------------------------------------------------------------------- */

static void close_from(int from)
{
	if (syscall(SYS_close_range, from, INT_MAX, 0) == 0)
		return;
	for (int fd = from; fd < CHILD_FD_MAX; fd++)
		close(fd);
}

/* What is ignored or held back would stay so in the command. */
static void usual_signals(void)
{
	static const int changed[] = { SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t none;

	for (size_t i = 0; i < COUNT(changed); i++)
		(void)signal(changed[i], SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const char *line, pid_t parent, int out, int err)
{
	int in = open("/dev/null", O_RDONLY);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	(void)setsid();
	usual_signals();
	if (in > 0)
		(void)dup2(in, STDIN_FILENO);
	else if (in < 0)
		close(STDIN_FILENO);
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
		_exit(126);
	close_from(STDERR_FILENO + 1);
	execl("/bin/sh", "sh", "-c", line, (char *)NULL);
	_exit(127);
}

/* ---- its output and its end ------------------------------------------------------------------------ */

/* The end of what is said stays. */
static void keep_said(struct child_end *end, const char *p, size_t n)
{
	size_t keep = n < CHILD_SAID_MAX ? n : CHILD_SAID_MAX, old = end->said_n;

	if (old + keep > CHILD_SAID_MAX) {
		size_t lost = old + keep - CHILD_SAID_MAX;

		memmove(end->said, end->said + lost, old - lost);
		old -= lost;
	}
	memcpy(end->said + old, p + n - keep, keep);
	end->said_n = old + keep;
}

/* What there is to be read of the standard error; false at its end. */
static bool read_said(int fd, struct child_end *end)
{
	char text[512];
	ssize_t n = read(fd, text, sizeof text);

	if (n > 0)
		keep_said(end, text, (size_t)n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* The output until its end, until there is no more space, or the deadline (false). */
static bool read_output(int out, int err, struct deadline until, struct buf *into, struct child_end *end)
{
	struct pollfd wait[] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };

	while (into->n < into->cap) {
		ssize_t n;

		if (poll(wait, COUNT(wait), clock_left(until)) == 0)
			return false;
		if (wait[1].revents != 0 && !read_said(err, end))
			wait[1].fd = -1;
		if (wait[0].revents == 0)
			continue;
		n = read(out, into->p + into->n, into->cap - into->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		into->n += (size_t)n;
	}
	return true;
}

/* The end of the command, which need not come with the end of its output. Then nothing of it is left. */
static bool reap(pid_t pid, struct deadline until, int *status)
{
	siginfo_t info = { .si_pid = 0 };
	bool ended;

	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0 &&
	       clock_left(until) != 0)
		(void)poll(NULL, 0, CHILD_TICK_MS);
	ended = info.si_pid == pid;
	(void)kill(-pid, SIGKILL); /* while the leader is not waited for, its number is nobody else's */
	(void)kill(pid, SIGKILL);  /* it may not have begun its session yet */
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		continue;
	return ended;
}

void child_kill(const child_leader *leader)
{
	pid_t pid = (pid_t)*leader;

	if (pid <= 0)
		return;
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
}

/* The signals whose handler asks for the leader are held back until it is known. */
static pid_t start(const char *line, int out, int err, child_leader *leader)
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become(line, parent, out, err);
	*leader = pid > 0 ? pid : 0;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

bool child_run(const char *line, struct deadline until, child_leader *leader, struct buf *out, struct child_end *end,
               struct fault *f)
{
	int outs[2], errs[2];
	bool all;
	pid_t pid;

	*end = (struct child_end){ .in_time = false };
	if (pipe2(outs, O_CLOEXEC) != 0)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	if (pipe2(errs, O_CLOEXEC) != 0 || fcntl(errs[0], F_SETFL, O_NONBLOCK) != 0) {
		close(outs[0]);
		close(outs[1]);
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	}
	pid = start(line, outs[1], errs[1], leader);
	if (pid < 0)
		fault_set(f, FAULT_SYSTEM, errno, SPAN("fork"));
	close(outs[1]);
	close(errs[1]);
	if (pid > 0) {
		all = read_output(outs[0], errs[0], until, out, end);
		end->in_time = reap(pid, all ? until : clock_deadline(0), &end->status) && all;
		*leader = 0;
		while (read_said(errs[0], end) && errno != EAGAIN)
			continue;
	}
	close(outs[0]);
	close(errs[0]);
	return pid > 0;
}
