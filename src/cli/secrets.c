#include "cli/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/files.h"

enum {
	SECRETS_COMMAND_MAX = 4096, /* characters of a command */
	SECRETS_TICK_MS = 20,       /* how often it is looked whether a child has ended */
	SECRETS_KEY_MS = 100        /* how often a signal is looked for while a user types */
};

/* Signals that end a program, after which a terminal must not be left without echo. */
static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

static bool keep(struct span line, struct buf *scratch, struct secret *s, struct fault *f)
{
	bool good = secret_set(s, line);

	if (!good)
		fault_limit(f, FAULT_LIMIT, line.n, SECRET_MAX);
	secret_wipe_bytes(scratch->p, scratch->n);
	return good;
}

bool secrets_from_file(struct span path, struct buf scratch, struct secret *s, struct fault *f)
{
	if (!files_read(path, FILES_SECRET, &scratch, f) || !files_filled(buf_span(&scratch), path, f)) {
		secret_wipe_bytes(scratch.p, scratch.n);
		return false;
	}
	return keep(files_one_line(buf_span(&scratch)), &scratch, s, f);
}

/* Of a text with PEM blocks, only these: the rest, which openssl puts before them, can be longer than they are. What
 * has none is left as it is. */
static struct span only_blocks(struct buf *scratch)
{
	struct span rest = buf_span(scratch), line;
	size_t n = 0;
	bool inside = false;

	while (rest.n != 0) {
		const unsigned char *start = rest.p;

		line = span_cut(rest, '\n', &rest);
		inside = inside || span_starts(line, SPAN("-----BEGIN "));
		if (!inside)
			continue;
		inside = !span_starts(line, SPAN("-----END "));
		memmove(scratch->p + n, start, line.n);
		n += line.n;
		if (n < scratch->n) /* else the last line had none */
			scratch->p[n++] = '\n';
	}
	return n != 0 ? (struct span){ scratch->p, n } : buf_span(scratch);
}

bool secrets_from_pem(struct span path, struct buf scratch, struct secret *s, struct fault *f)
{
	size_t at;
	bool good;
	int fd;

	if (!files_open(path, FILES_PUBLIC, &fd, f))
		return false;
	good = files_drain(fd, path, &scratch, f) && files_filled(buf_span(&scratch), path, f);
	if (good && (span_find(buf_span(&scratch), SPAN("PRIVATE KEY"), &at) ||
	             !span_find(buf_span(&scratch), SPAN("-----BEGIN"), &at)))
		good = files_private(fd, path, f);
	close(fd);
	if (good)
		return keep(only_blocks(&scratch), &scratch, s, f);
	secret_wipe_bytes(scratch.p, scratch.n);
	return false;
}

static bool command_failed(const struct secrets_command *command, const char *how, int num, struct fault *f)
{
	char number[40];
	struct buf b = buf_field(number, sizeof number);

	if (num != 0)
		buf_say(&b, "%d", num);
	return fault_say(f, FAULT_COMMAND_FAILED, num, "%s '%.*s' %s%s%s", command->key,
	                 SPAN_ARG(span_first(command->line, 200)), how, number,
	                 num == 127 ? ": /bin/sh or the command is not there" : "");
}

/* Everything that comes from the pipe until its end or the deadline. */
static bool drain(int fd, struct deadline until, struct buf *scratch)
{
	while (scratch->n < scratch->cap) {
		struct pollfd wait = { fd, POLLIN, 0 };
		ssize_t n;

		if (poll(&wait, 1, clock_left(until)) == 0)
			return false;
		n = read(fd, scratch->p + scratch->n, scratch->cap - scratch->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		scratch->n += (size_t)n;
	}
	return true;
}

/* The child's end, which need not come with the end of its output. False when it had to be killed. */
static bool reap(pid_t pid, struct deadline until, int *status)
{
	pid_t got = 0;

	while (got != pid && clock_left(until) != 0) {
		got = waitpid(pid, status, WNOHANG);
		if (got < 0 && errno != EINTR)
			return false;
		if (got == 0)
			(void)poll(NULL, 0, SECRETS_TICK_MS);
	}
	if (got == pid)
		return true;
	kill(pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		continue;
	return false;
}

bool secrets_from_command(const struct secrets_command *command, struct buf scratch, struct secret *s, struct fault *f)
{
	struct deadline until = clock_deadline(command->ms);
	char z[SECRETS_COMMAND_MAX];
	struct buf copy = buf_field(z, sizeof z);
	struct span rest, line;
	int ends[2], status = 0;
	bool ended;
	pid_t pid;

	buf_put(&copy, command->line);
	if (!buf_ok(&copy))
		return fault_limit(f, FAULT_LIMIT, command->line.n, sizeof z - 1);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL); /* what is ignored would stay so in the command */
		if (dup2(ends[1], STDOUT_FILENO) < 0)
			_exit(126);
		execl("/bin/sh", "sh", "-c", z, (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		fault_set(f, FAULT_SYSTEM, errno, SPAN("fork"));
	close(ends[1]);
	ended = pid > 0 && drain(ends[0], until, &scratch);
	close(ends[0]);
	if (pid < 0)
		return false;
	ended = reap(pid, ended ? until : clock_deadline(0), &status) && ended;
	line = files_one_line(span_cut(buf_span(&scratch), '\n', &rest));
	if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0 && line.n != 0)
		return keep(line, &scratch, s, f);
	secret_wipe_bytes(scratch.p, scratch.n);
	if (!ended)
		return command_failed(command, "did not end in time", 0, f);
	if (!WIFEXITED(status))
		return command_failed(command, "was ended by signal ", WTERMSIG(status), f);
	if (WEXITSTATUS(status) != 0)
		return command_failed(command, "ended with status ", WEXITSTATUS(status), f);
	return command_failed(command, "printed no secret on its first line", 0, f);
}

static bool signal_waits(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < COUNT(ending); i++)
		if (sigismember(&pending, ending[i]) == 1)
			return true;
	return false;
}

/* Take the last bytes back, for good. */
static void erase(struct buf *scratch, size_t n)
{
	scratch->n -= n;
	secret_wipe_bytes(scratch->p + scratch->n, n);
}

/* A line from the terminal in non-canonical mode: in canonical mode the kernel keeps only 4095 characters. */
static bool read_line(struct buf *scratch)
{
	while (!signal_waits()) {
		struct pollfd wait = { STDIN_FILENO, POLLIN, 0 };
		unsigned char c;
		ssize_t n;

		if (poll(&wait, 1, SECRETS_KEY_MS) <= 0)
			continue;
		n = read(STDIN_FILENO, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || c == 4) /* Ctrl-D */
			return false;
		if (c == '\r' || c == '\n')
			return scratch->n != 0;
		if (c == 21) /* Ctrl-U */
			erase(scratch, scratch->n);
		else if (c == 8 || c == 127)
			erase(scratch, scratch->n != 0);
		else
			buf_byte(scratch, c);
	}
	return false;
}

bool secrets_from_terminal(struct span prompt, struct buf scratch, struct secret *s, struct fault *f)
{
	struct termios before, quiet;
	sigset_t set, old;
	bool read_it;

	if (isatty(STDERR_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before) != 0)
		return false;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(ending); i++)
		sigaddset(&set, ending[i]);
	sigprocmask(SIG_BLOCK, &set, &old);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	(void)!write(STDERR_FILENO, prompt.p, prompt.n);
	read_it = read_line(&scratch);
	(void)!write(STDERR_FILENO, "\r\n", 2);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	if (!read_it)
		secret_wipe_bytes(scratch.p, scratch.n);
	sigprocmask(SIG_SETMASK, &old, NULL); /* what came in the meantime ends us here */
	if (read_it && !buf_ok(&scratch))
		read_it = !fault_limit(f, FAULT_LIMIT, scratch.cap + 1, SECRET_MAX);
	return read_it && keep(buf_span(&scratch), &scratch, s, f);
}
