/* confine: what each stage lets through, what it refuses, and what it ends; each attempt in a process of its own. */
#include "t.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check/confine.h"

enum end { DONE, REFUSED, KILLED, NONE = 99 };

/* False: the call failed. */
static bool try_read(void)
{
	char c;

	return read(STDIN_FILENO, &c, 0) == 0 || errno == EBADF;
}

static bool try_open(void)
{
	return open("/etc/hosts", O_RDONLY) >= 0;
}

static bool try_create(void)
{
	return open("/tmp/o2pop-confine", O_WRONLY | O_CREAT | O_TRUNC, 0600) >= 0;
}

static bool try_exec(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return false;
}

static bool try_fork(void)
{
	return fork() >= 0;
}

static bool try_kill(void)
{
	return kill(getppid(), 0) == 0;
}

static bool try_ptrace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool try_tkill(void)
{
	return syscall(SYS_tkill, getppid(), 0) == 0;
}

static bool try_raise(void)
{
	(void)signal(SIGUSR1, SIG_IGN);
	return raise(SIGUSR1) == 0;
}

static bool try_connect(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool try_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool try_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool try_mkdir(void)
{
	return mkdir("/tmp/o2pop-confine-dir", 0700) == 0;
}

static const struct attempt {
	const char *name;
	bool (*make)(void);
	enum end of[3]; /* by enum confine */
} attempts[] = {
	{ "read", try_read, { DONE, DONE, DONE } },
	{ "memory", try_memory, { DONE, DONE, DONE } },
	{ "raise", try_raise, { DONE, DONE, DONE } },
	{ "open", try_open, { DONE, DONE, REFUSED } },
	{ "create", try_create, { DONE, KILLED, REFUSED } },
	{ "connect", try_connect, { DONE, DONE, REFUSED } },
	{ "unix socket", try_unix, { KILLED, KILLED, REFUSED } },
	{ "mkdir", try_mkdir, { REFUSED, REFUSED, REFUSED } },
	{ "exec", try_exec, { KILLED, KILLED, KILLED } },
	{ "fork", try_fork, { KILLED, KILLED, KILLED } },
	{ "kill", try_kill, { KILLED, KILLED, KILLED } },
	{ "tkill", try_tkill, { KILLED, KILLED, KILLED } },
	{ "ptrace", try_ptrace, { KILLED, KILLED, KILLED } },
	{ "code", try_code, { KILLED, KILLED, KILLED } },
};

static enum end outcome(const struct attempt *a, enum confine first, enum confine as)
{
	static const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (!confine(first) || (as != first && !confine(as)))
			_exit(NONE);
		_exit(a->make() ? DONE : errno == ENOSYS ? REFUSED : 50);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	(void)unlink("/tmp/o2pop-confine");
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? KILLED : (enum end)WEXITSTATUS(status);
}

/* An emulator and the sanitizers have no such filter; then there is nothing to try, which is said. */
static bool there(void)
{
	enum end end = outcome(&attempts[0], CONFINE_TALK, CONFINE_TALK);
	bool none = end == NONE;

	OK(none || end == DONE);
	if (none)
		printf("# no filter here: an emulator, or a program with sanitizers\n");
	return !none;
}

TEST(confine_attempts)
{
	if (!there())
		return;
	for (size_t i = 0; i < COUNT(attempts); i++) {
		for (int as = CONFINE_TOKEN; as <= CONFINE_TALK; as++) {
			t_at("%s, stage %d", attempts[i].name, as);
			EQ((int)outcome(&attempts[i], (enum confine)as, (enum confine)as), (int)attempts[i].of[as]);
		}
	}
}

/* The later filter adds to the first: what one kills stays so, what one refuses, too. */
TEST(confine_twice)
{
	if (!there())
		return;
	for (size_t i = 0; i < COUNT(attempts); i++) {
		enum end first = attempts[i].of[CONFINE_CONNECT], then = attempts[i].of[CONFINE_TALK];

		t_at("%s", attempts[i].name);
		EQ((int)outcome(&attempts[i], CONFINE_CONNECT, CONFINE_TALK),
		   (int)(first == KILLED || then == KILLED ? KILLED : then));
	}
}
