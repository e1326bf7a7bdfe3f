#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "check/lock.h"
#include "cli/help.h"
#include "cli/work.h"

/* Everything that changes: the only mutable static of the program. */
static struct work work;
_Static_assert(sizeof work < LOCK_ALL_LIMIT / 4 * 3, "it could not be locked");

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
	(void)lock_memory(&work.credential, sizeof work.credential);
	signal(SIGPIPE, SIG_IGN);
}

static struct span base_name(const char *path)
{
	struct span name = span_z(path), rest = name;
	size_t at;

	while (span_find_byte(rest, '/', &at))
		name = rest = span_from(rest, at + 1);
	return name;
}

static int run(const struct command *c, int argc, char **argv, int from, bool nagios)
{
	struct fault f = { 0 };
	bool good;

	work.command = c->bit;
	settings_init(&work.settings);
	good = options_read(&work.options, &work.settings, c->bit, argc, argv, from, &f);
	if (nagios && work.options.given[OPTION_FORMAT] == 0) {
		work.options.given[OPTION_FORMAT] = 1;
		work.options.value[OPTION_FORMAT] = SPAN("nagios");
	}
	if (!good)
		return work_refuse(&work, &f);
	if (work.options.given[OPTION_HELP] != 0)
		return help_command(c);
	if (work.options.given[OPTION_VERSION] != 0)
		return help_version();
	return c->run(&work);
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

	open_standard();
	protect();
	if (argc > 0 && span_eq(base_name(argv[0]), SPAN("check_o2pop"))) {
		status = run(help_find(SPAN("check")), argc, argv, 1, true);
	} else {
		at = options_command(argc, argv);
		if (at != 0)
			c = help_find(span_z(argv[at]));
		if (c != NULL) {
			bring_forward(argv, at);
			status = run(c, argc, argv, 2, false);
		} else {
			status = help_without_command(&work, argc, argv, at);
		}
	}
	secret_wipe(&work.credential.client_secret);
	secret_wipe(&work.credential.assertion);
	secret_wipe(&work.credential.access_token);
	secret_wipe(&work.token);
	secret_wipe_stack();
	return status;
}
