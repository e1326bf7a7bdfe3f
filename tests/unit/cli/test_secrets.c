#include "cli/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "base/clock.h"
#include "t.h"

static unsigned char scratch_bytes[64 * 1024];
static struct secret secret;

static struct buf scratch(void)
{
	memset(scratch_bytes, 0, sizeof scratch_bytes);
	return BUF(scratch_bytes);
}

/* Nothing of what went through it is left. */
static bool scratch_is_clean(void)
{
	for (size_t i = 0; i < sizeof scratch_bytes; i++)
		if (scratch_bytes[i] != 0)
			return false;
	return true;
}

static child_leader leader;
static struct settings settings;

static bool run(const char *command, int64_t ms, struct fault *f)
{
	*f = (struct fault){ 0 };
	secret_wipe(&secret);
	settings.value[SETTING_CLIENT_SECRET_COMMAND] = span_z(command);
	return secrets_from_command(&(struct secrets_command){ &settings, SETTING_CLIENT_SECRET_COMMAND, ms, &leader },
	                            scratch(), &secret, f);
}

TEST(secrets_command_first_line)
{
	static const struct {
		const char *command;
		struct span want;
	} rows[] = {
		{ "echo one", SPAN_INIT("one") },
		{ "echo one; echo two", SPAN_INIT("one") },
		{ "printf one", SPAN_INIT("one") },
		{ "printf 'one\\r\\n'", SPAN_INIT("one") },
		{ "printf ' one \\n'", SPAN_INIT(" one ") },
		{ "echo one; sleep 0.2", SPAN_INIT("one") },
		{ "echo no >&2; echo one", SPAN_INIT("one") },
		{ "cat; echo one", SPAN_INIT("one") },                                     /* the input is empty */
		{ "(: </dev/tty) 2>/dev/null || echo one", SPAN_INIT("one") },             /* it has no terminal */
		{ "[ -e /proc/self/fd/9 ] || echo one", SPAN_INIT("one") },                /* and inherits nothing */
		{ "trap 'echo one' PIPE; kill -PIPE $$; trap '' PIPE", SPAN_INIT("one") }, /* nor what is ignored */
	};
	struct fault f;

	OK(dup2(STDOUT_FILENO, 9) == 9);
	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i].command);
		OK(run(rows[i].command, 20000, &f));
		EQ(secret_reveal(&secret), rows[i].want);
		OK(scratch_is_clean());
	}
}

/* Only the blocks count, and only a file with a private key has to be closed to others. */
TEST(secrets_pem)
{
	static const struct {
		const char *text;
		mode_t mode;
		enum fault_code code;
		const char *want;
	} rows[] = {
		{ "-----BEGIN X-----\nAA\n-----END X-----\n", 0644, FAULT_NONE,
		  "-----BEGIN X-----\nAA\n-----END X-----\n" },
		{ "-----BEGIN X-----\nAA\n-----END X-----", 0644, FAULT_NONE,
		  "-----BEGIN X-----\nAA\n-----END X-----" },
		{ "Certificate:\n  long\n-----BEGIN X-----\r\nAA\r\n-----END X-----\r\nmore\n-----BEGIN "
		  "Y-----\nB\n-----END Y-----\n",
		  0644, FAULT_NONE,
		  "-----BEGIN X-----\r\nAA\r\n-----END X-----\r\n-----BEGIN Y-----\nB\n-----END Y-----\n" },
		{ "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n", 0644, FAULT_FILE_EXPOSED, NULL },
		{ "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n", 0600, FAULT_NONE,
		  "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n" },
		{ "0\202binary", 0640, FAULT_FILE_EXPOSED, NULL },
		{ "0\202binary", 0600, FAULT_NONE, "0\202binary" },
	};
	char path[] = "/tmp/o2pop-pem-XXXXXX";
	int fd = mkstemp(path);

	OK(fd >= 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };

		t_at("row %zu", i);
		OK(ftruncate(fd, 0) == 0 && pwrite(fd, rows[i].text, strlen(rows[i].text), 0) > 0);
		OK(fchmod(fd, rows[i].mode) == 0);
		EQ(secrets_from_pem(span_z(path), scratch(), &secret, &f), rows[i].code == FAULT_NONE);
		EQ(f.code, rows[i].code);
		if (rows[i].want != NULL)
			EQ(secret_reveal(&secret), span_z(rows[i].want));
		OK(scratch_is_clean());
	}
	close(fd);
	unlink(path);
}

TEST(secrets_command_fails)
{
	static const struct {
		const char *command, *said;
		int64_t num;
	} rows[] = {
		{ "echo s3cret; exit 3", "ended with status 3", 3 },
		{ "echo s3cret; kill -15 $$", "was ended by signal 15", 15 },
		{ "/no/such/program", "ended with status 127", 127 },
		{ "true", "printed no secret on its first line", 0 },
		{ "echo; echo s3cret", "printed no secret on its first line", 0 },
		{ "echo vault is sealed >&2; exit 3", "'echo ...' ended with status 3; it says: vault is sealed", 3 },
		{ "echo AbCdEfGhIjKlMnOpQrStUvWx0 is bad >&2; exit 3", "it says: <25 characters> is bad", 3 },
		{ "false --token=s3cret", "'false ...' ended with status 1", 1 },
	};
	struct fault f;
	size_t at;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i].command);
		OK(!run(rows[i].command, 20000, &f));
		EQ(f.num, rows[i].num);
		OK(span_find(fault_evidence(&f), span_z(rows[i].said), &at));
		OK(!secret_is_set(&secret));
		OK(!span_find(fault_evidence(&f), SPAN("s3cret"), &at));
		OK(scratch_is_clean());
	}
}

/* Neither a command that says nothing nor one that has spoken but does not end is waited for. */
TEST(secrets_command_in_time)
{
	static const char *const rows[] = { "sleep 60", "echo s3cret; sleep 60", "echo s3cret; exec >&-; sleep 60",
		                            "while :; do echo s3cret; done" };
	struct fault f;

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t start = clock_ms();

		t_at("%s", rows[i]);
		OK(!run(rows[i], 300, &f));
		OK(clock_ms() - start < 10000);
		EQ(leader, 0);
		OK(scratch_is_clean());
	}
}

/* What a command has started ends with it, on every way. */
TEST(secrets_command_leaves_nothing)
{
	static const struct {
		const char *command;
		int64_t ms;
		bool good;
	} rows[] = {
		{ "sleep 60 & echo $! >&2; wait", 300, false },
		{ "(trap '' TERM HUP; exec sleep 60) & echo $! >&2; exit 3", 20000, false },
		{ "(exec >&- ; exec sleep 60) & echo $! >&2; exec >&-; kill -9 $$", 20000, false },
	};
	struct fault f;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span pid;
		size_t at;

		t_at("%s", rows[i].command);
		EQ(run(rows[i].command, rows[i].ms, &f), rows[i].good);
		OK(span_find(fault_evidence(&f), SPAN("it says: "), &at));
		pid = span_from(fault_evidence(&f), at + 9);
		for (int turn = 0; turn < 200 && kill((pid_t)atoi((const char *)pid.p), 0) == 0; turn++)
			(void)poll(NULL, 0, 10); /* its new parent has not looked yet */
		EQ(kill((pid_t)atoi((const char *)pid.p), 0), -1);
	}
}

TEST(secrets_command_too_long)
{
	static char command[5000];
	struct fault f;

	memset(command, ':', sizeof command - 1);
	OK(!run(command, 1000, &f));
	EQ(f.code, FAULT_LIMIT);
	OK(!run("head -c 20000 /dev/zero | tr '\\0' x", 20000, &f));
	EQ(f.code, FAULT_LIMIT);
	OK(scratch_is_clean());
}

TEST(secrets_from_a_file)
{
	char path[] = "/tmp/o2pop-secret.XXXXXX";
	int fd = mkstemp(path);
	struct fault f = { 0 };

	OK(fd >= 0 && write(fd, "s3cret\r\n", 8) == 8);
	OK(secrets_from_file(span_z(path), scratch(), &secret, &f));
	EQ(secret_reveal(&secret), SPAN("s3cret"));
	OK(scratch_is_clean());
	OK(fchmod(fd, 0644) == 0);
	OK(!secrets_from_file(span_z(path), scratch(), &secret, &f));
	EQ(f.code, FAULT_FILE_EXPOSED);
	OK(scratch_is_clean());
	close(fd);
	unlink(path);
}

TEST(secrets_from_an_empty_file)
{
	static const char *const rows[] = { "", "\n", " \t\r\n" };
	char path[] = "/tmp/o2pop-secret.XXXXXX";
	int fd = mkstemp(path);
	size_t at;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };

		t_at("row %zu", i);
		OK(ftruncate(fd, 0) == 0 && pwrite(fd, rows[i], strlen(rows[i]), 0) == (ssize_t)strlen(rows[i]));
		OK(!secrets_from_file(span_z(path), scratch(), &secret, &f));
		EQ(f.code, FAULT_FILE_UNREADABLE);
		EQ(f.num, 0);
		OK(span_find(fault_evidence(&f), span_z(path), &at));
		OK(span_find(fault_evidence(&f), i == 0 ? SPAN("is empty") : SPAN("nothing but"), &at));
	}
	close(fd);
	unlink(path);
}

/* ---- a terminal ---- */

/* In a process of its own, with the pseudo-terminal as its standard descriptors: ask, and tell
 * how it went. */
static void child(const char *name, int sent)
{
	struct fault f = { 0 };
	int fd;

	setsid();
	fd = open(name, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0)
		_exit(70);
	dup2(fd, 0);
	dup2(fd, 2);
	if (!secrets_from_terminal(SPAN("Secret: "), scratch(), &secret, &f))
		_exit(f.code == FAULT_NONE ? 1 : 2);
	if (write(sent, secret.p, secret.n) != (ssize_t)secret.n)
		_exit(71);
	_exit(scratch_is_clean() ? 0 : 72);
}

struct talk {
	int fd, sent;
	pid_t pid;
};

static bool start(struct talk *t)
{
	int ends[2];
	char name[64];

	t->fd = posix_openpt(O_RDWR | O_NOCTTY);
	if (t->fd < 0 || grantpt(t->fd) != 0 || unlockpt(t->fd) != 0 || ptsname_r(t->fd, name, sizeof name) != 0 ||
	    pipe(ends) != 0)
		return false;
	t->pid = fork();
	if (t->pid == 0)
		child(name, ends[1]);
	close(ends[1]);
	t->sent = ends[0];
	return t->pid > 0;
}

/* What the terminal shows, up to this text. */
static bool shows(struct talk *t, const char *text)
{
	static char seen[4096];
	size_t n = 0, at;

	while (n < sizeof seen) {
		struct pollfd wait = { t->fd, POLLIN, 0 };
		ssize_t got;

		if (poll(&wait, 1, 20000) <= 0)
			return false;
		got = read(t->fd, seen + n, sizeof seen - n);
		if (got <= 0)
			return false;
		n += (size_t)got;
		if (span_find((struct span){ (unsigned char *)seen, n }, span_z(text), &at))
			return true;
	}
	return false;
}

static bool echoes(struct talk *t)
{
	struct termios now;

	return tcgetattr(t->fd, &now) == 0 && (now.c_lflag & ECHO) != 0;
}

static int finish(struct talk *t)
{
	int status = -1;

	OK(shows(t, "\r\n"));
	OK(waitpid(t->pid, &status, 0) == t->pid);
	OK(echoes(t));
	return status;
}

static void type(struct talk *t, const char *text)
{
	OK(write(t->fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static void end(struct talk *t)
{
	close(t->fd);
	close(t->sent);
}

TEST(secrets_terminal_line)
{
	static const struct {
		const char *typed;
		struct span want;
	} rows[] = {
		{ "s3cret\r", SPAN_INIT("s3cret") },
		{ "s3cret\n", SPAN_INIT("s3cret") },
		{ "s3cx\x7fret\r", SPAN_INIT("s3cret") },
		{ "\x7f\x7fs3\bx\r", SPAN_INIT("sx") },
		{ "wrong\x15s3cret\r", SPAN_INIT("s3cret") },
		{ "gr\xc3\xbc\xc3\x9f"
		  "e\r",
		  SPAN_INIT("gr\xc3\xbc\xc3\x9f"
		            "e") },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct talk t;
		char got[64];
		ssize_t n;
		int status;

		t_at("row %zu", i);
		if (!OK(start(&t)))
			return;
		OK(shows(&t, "Secret: "));
		OK(!echoes(&t));
		type(&t, rows[i].typed);
		status = finish(&t);
		n = read(t.sent, got, sizeof got);
		secret_wipe(&secret);
		OK(n >= 0 && secret_set(&secret, (struct span){ (unsigned char *)got, (size_t)n }));
		EQ(secret_reveal(&secret), rows[i].want);
		OK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		end(&t);
	}
}

TEST(secrets_terminal_given_up)
{
	static const char *const rows[] = { "\r", "\x04", "s3c\x04" };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct talk t;
		int status;

		t_at("row %zu", i);
		if (!OK(start(&t)))
			return;
		OK(shows(&t, "Secret: "));
		type(&t, rows[i]);
		status = finish(&t);
		OK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
		end(&t);
	}
}

/* A signal ends the program, but only when the terminal echoes again. */
TEST(secrets_terminal_signals)
{
	static const int rows[] = { 0, SIGTERM, SIGHUP, SIGINT, SIGQUIT };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct talk t;
		int status;

		t_at("signal %d", rows[i]);
		if (!OK(start(&t)))
			return;
		OK(shows(&t, "Secret: "));
		if (rows[i] == 0)
			type(&t, "s3c\x03");
		else
			OK(kill(t.pid, rows[i]) == 0);
		status = finish(&t);
		OK(WIFSIGNALED(status));
		EQ(WTERMSIG(status), rows[i] == 0 ? SIGINT : rows[i]);
		end(&t);
	}
}

TEST(secrets_no_terminal)
{
	struct fault f = { 0 };
	int null = open("/dev/null", O_RDWR), keep[2] = { dup(0), dup(2) };

	dup2(null, 0);
	EQ(secrets_from_terminal(SPAN("Secret: "), scratch(), &secret, &f), false);
	EQ(f.code, FAULT_NONE);
	dup2(keep[0], 0);
	close(null);
	close(keep[0]);
	close(keep[1]);
}
