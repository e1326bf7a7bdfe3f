/* measure: one run of a command, as numbers on descriptor 3.
 *   measure time CMD...     "wall_ns cpu_ns faults status": cpu is user and system of the whole waited-for tree
 *   measure memory CMD...   a line for each process of the tree when it exits:
 *                           "name pid rss_kib pss_kib private_kib high_water_kib all_pss_kib all_anonymous_kib",
 *                           where the last two are sums over all processes of the tree that live at that
 *                           moment: Pss and Pss_Anon of smaps_rollup, where a page that n processes share
 *                           counts a n-th in each. Anonymous is what no file backs: variables, heap, stack
 * Memory is read from the page tables while the process stands at the door (PTRACE_EVENT_EXIT): ru_maxrss
 * is rounded by whole pages a processor on newer kernels and reads 0 for very small programs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES_MAX = 1024 };

static pid_t living[PROCESSES_MAX];
static size_t living_n;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int64_t nanoseconds(struct timeval t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_usec * INT64_C(1000);
}

static void die(const char *what)
{
	perror(what);
	exit(125);
}

/* In the child: quiet streams, then the command. */
static void become(char **command)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	if (getenv("MEASURE_SHOW") == NULL) {
		dup2(null, 1);
		dup2(null, 2);
	}
	if (null > 2)
		close(null);
	close(3);
	execvp(command[0], command);
	_exit(127);
}

static int measure_time(char **command)
{
	struct rusage used;
	int64_t start = now();
	int status;
	pid_t pid = vfork();

	if (pid == 0)
		become(command);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		die("measure");
	dprintf(3, "%lld %lld %ld %d\n", (long long)(now() - start),
	        (long long)(nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime)), used.ru_minflt,
	        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

/* The sum of the lines of a /proc file that begin with the key. */
static long sum(pid_t pid, const char *file, const char *key)
{
	char path[64], line[256];
	long total = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	if (f == NULL)
		return -1;
	while (fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			total += atol(strchr(line, ':') != NULL ? strchr(line, ':') + 1 : "0");
	fclose(f);
	return total;
}

static void born(pid_t pid)
{
	for (size_t i = 0; i < living_n; i++)
		if (living[i] == pid)
			return;
	if (living_n < PROCESSES_MAX)
		living[living_n++] = pid;
}

static void leaving(pid_t pid)
{
	char path[64], name[32] = "?";
	long all = 0, anonymous = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	f = fopen(path, "r");
	if (f != NULL) {
		if (fgets(name, sizeof name, f) != NULL)
			for (char *c = name; *c != '\0'; c++)
				if (*c == '\n' || *c == ' ')
					*c = '\0';
		fclose(f);
	}
	for (size_t i = 0; i < living_n; i++) {
		long pss = sum(living[i], "smaps_rollup", "Pss:"), mine = sum(living[i], "smaps_rollup", "Pss_Anon:");

		all += pss > 0 ? pss : 0;
		anonymous += mine > 0 ? mine : 0;
	}
	dprintf(3, "%s %d %ld %ld %ld %ld %ld %ld\n", name, (int)pid, sum(pid, "smaps_rollup", "Rss:"),
	        sum(pid, "smaps_rollup", "Pss:"), sum(pid, "smaps_rollup", "Private_"), sum(pid, "status", "VmHWM:"),
	        all, anonymous);
	for (size_t i = 0; i < living_n; i++)
		if (living[i] == pid)
			living[i] = living[--living_n];
}

static int measure_memory(char **command)
{
	const long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	                     PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	pid_t first = fork(), pid;
	int status;

	if (first == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		become(command);
	}
	if (first < 0 || waitpid(first, &status, 0) != first || ptrace(PTRACE_SETOPTIONS, first, 0, options) != 0)
		die("measure");
	born(first);
	ptrace(PTRACE_CONT, first, 0, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int signal, event;

		if (!WIFSTOPPED(status))
			continue;
		signal = WSTOPSIG(status);
		event = status >> 16;
		if (event != PTRACE_EVENT_EXIT)
			born(pid);
		if (event == PTRACE_EVENT_EXIT)
			leaving(pid);
		if (event != 0 || signal == SIGTRAP || signal == SIGSTOP)
			signal = 0;
		ptrace(PTRACE_CONT, pid, 0, signal);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "time") == 0)
		return measure_time(argv + 2);
	if (argc > 2 && strcmp(argv[1], "memory") == 0)
		return measure_memory(argv + 2);
	fputs("usage: measure time|memory CMD... 3>FILE\n", stderr);
	return 2;
}
