#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "preflight/preflight.h"
#include "check/lock.h"
#include "cli/help.h"
#include "cli/app.h"

enum { LAST_STACK = 32 * 1024 }; /* for a signal's handler; processors with large registers save 12 kB there */

/* Everything that changes. The other mutable statics of the program are what a signal's handler needs. */
static struct app app;
static pid_t main_process;
static unsigned char *stack_begin;
static _Alignas(16) unsigned char last_stack[LAST_STACK];
_Static_assert(sizeof app < LOCK_ALL_LIMIT / 4 * 3, "it could not be locked");

/* A file that is opened must not become the standard output because that was closed. */
static void open_standard(void)
{
	int fds[2];

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", O_RDWR) != fd && pipe(fds) == 0)
			(void)!dup2(fds[fd != 0], fd); /* no /dev: a pipe that nobody uses */
	}
}

/* What a crash, another user's debugger or the swap could tell is cut off before a secret is read. */
static void protect(void)
{
	static const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	(void)lock_memory(&app.credential, sizeof app.credential);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a write that is too much for `ulimit -f` fails then, and is told of */
}

/* In place of the end that the signal would have been, which follows at once. It does not return: the stack that it
 * would return to is wiped, too, and it has one of its own. */
static void end_without_secrets(int sig)
{
	struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };
	struct fault f = { 0 };

	child_kill(&app.leader);
	(void)fault_set(&f, FAULT_INTERRUPTED, sig, SPAN("a signal ended the run before its result"));
	if (getpid() == main_process && poll(&out, 1, 0) == 1 &&
	    (out.revents & POLLOUT) != 0) /* nobody is waited for */
		app_json_error(&app, &f, 128 + sig);
	secret_wipe_used(&app, sizeof app);
	secret_wipe_used(stack_begin - SECRET_STACK, SECRET_STACK);
	worker_forget_environment();
	(void)raise(sig);
	_exit(128 + sig);
}

/* The workers have this from here: they are forked. What is ignored stays so. */
static void watch_signals(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	/* At the handler's raise() the signal does again what it usually does, and is not held back. */
	struct sigaction last = { .sa_handler = end_without_secrets,
		                  .sa_flags = SA_ONSTACK | SA_NODEFER | (int)SA_RESETHAND };
	stack_t own = { .ss_sp = last_stack, .ss_size = sizeof last_stack };
	struct sigaction before;

	if (sigaltstack(&own, NULL) != 0)
		return;
	for (size_t i = 0; i < COUNT(ending); i++)
		if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			(void)sigaction(ending[i], &last, NULL);
}

static struct span base_name(const char *path)
{
	struct span name = span_z(path), rest = name;
	size_t at;

	while (span_find_byte(rest, '/', &at))
		name = rest = span_from(rest, at + 1);
	return name;
}

static int run(const struct command *c, int argc, char **argv, int from)
{
	struct fault f = { 0 };

	app.command = c->bit;
	app.name = c->name;
	settings_init(&app.settings);
	if (!options_read(&app.options, &app.settings, c->bit, argc - from, argv + from, &f))
		return app_refuse(&app, &f);
	if (app.options.given[OPTION_HELP] != 0)
		return help_command(c);
	if (app.options.given[OPTION_VERSION] != 0)
		return help_version();
	return c->run(&app);
}

/* The command's name may stand behind options: it is brought to argv[1]. */
static void bring_forward(char **argv, int at)
{
	char *name = argv[at];

	for (; at > 1; at--)
		argv[at] = argv[at - 1];
	argv[1] = name;
}

int main(int argc, char **argv)
{
	const struct command *c = NULL;
	int status, at;

	if (getauxval(AT_SECURE) != 0) {
		output_error(SPAN(
			"it must not run with the rights of another user than the one who starts it (setuid, setgid, "
			"file capabilities): what it reads, runs and writes would have those rights"));
		return EXIT_STATUS_INTERNAL;
	}
	stack_begin = __builtin_frame_address(0);
	main_process = getpid();
	app.format = options_format(argc, argv);
	open_standard();
	protect();
	watch_signals();
	if (argc > 0 && span_eq(base_name(argv[0]), SPAN("check_o2pop"))) {
		if (app.format.n == 0)
			app.format = SPAN("nagios");
		status = run(help_find(SPAN("check")), argc, argv, 1);
	} else {
		at = options_command(argc, argv);
		if (at != 0)
			c = help_find(span_z(argv[at]));
		if (c != NULL) {
			bring_forward(argv, at);
			status = run(c, argc, argv, 2);
		} else {
			status = help_without_command(&app, argc, argv, at);
		}
	}
	preflight_wipe(&app.credential);
	secret_wipe(&app.token);
	worker_forget_environment(); /* a run that ended early did not look for the secret there */
	secret_wipe_stack();
	return status;
}
