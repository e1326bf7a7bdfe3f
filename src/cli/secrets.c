#include "cli/secrets.h"

#include <errno.h>
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
	SECRETS_RUN_MIN = 24,       /* characters of which no word has so many, and no secret so few */
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

/* What it said itself, in one line; what could be a secret is left out of it. */
static void put_said(struct buf *b, const struct child_end *end)
{
	struct span said = span_trim((struct span){ (const unsigned char *)end->said, end->said_n });

	if (said.n != 0)
		buf_z(b, "; it says: ");
	for (size_t n; said.n != 0; said = span_from(said, n)) {
		n = span_run(said, "-_~+=");
		if (n >= SECRETS_RUN_MIN)
			buf_say(b, "<%zu characters>", n);
		else
			buf_put(b, span_first(said, n != 0 ? n : (n = 1)));
	}
}

static bool command_failed(const struct secrets_command *command, const char *how, int num, const struct child_end *end,
                           struct fault *f)
{
	char number[40], text[CHILD_SAID_MAX + 80], name[SETTINGS_WORD_SHOWN + 80];
	struct buf b = buf_field(number, sizeof number), said = BUF(text), shown = BUF(name);

	if (num != 0)
		buf_say(&b, "%d", num);
	put_said(&said, end);
	settings_put_shown(&shown, command->settings, command->key);
	return fault_say(f, FAULT_COMMAND_FAILED, num, "%s '%.*s' %s%s%s%.*s", settings_key(command->key),
	                 SPAN_ARG(buf_span(&shown)), how, number,
	                 num == 127 ? ": /bin/sh or the command is not there" : "", SPAN_ARG(buf_span(&said)));
}

bool secrets_from_command(const struct secrets_command *command, struct buf scratch, struct secret *s, struct fault *f)
{
	char z[SECRETS_COMMAND_MAX];
	struct buf copy = buf_field(z, sizeof z);
	struct child_end end;
	struct span rest, line = settings_get(command->settings, command->key);

	buf_put(&copy, line);
	if (!buf_ok(&copy))
		return fault_limit(f, FAULT_LIMIT, line.n, sizeof z - 1);
	if (!child_run(z, clock_deadline(command->ms), command->leader, &scratch, &end, f))
		return false;
	line = files_one_line(span_cut(buf_span(&scratch), '\n', &rest));
	if (end.in_time && WIFEXITED(end.status) && WEXITSTATUS(end.status) == 0 && line.n != 0)
		return keep(line, &scratch, s, f);
	secret_wipe_bytes(scratch.p, scratch.n);
	if (!end.in_time)
		return command_failed(command, "did not end in time", 0, &end, f);
	if (!WIFEXITED(end.status))
		return command_failed(command, "was ended by signal ", WTERMSIG(end.status), &end, f);
	if (WEXITSTATUS(end.status) != 0)
		return command_failed(command, "ended with status ", WEXITSTATUS(end.status), &end, f);
	return command_failed(command, "printed no secret on its first line", 0, &end, f);
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
