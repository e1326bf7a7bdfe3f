#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "macro.h"
#include "names.h"

enum { ARGS_MAX = 64 };

/* What a case's settings file holds unless the case says otherwise. */
static const char *const settings[] = {
	"tenant_id = {tenant}",
	"client_id = {client}",
	"client_secret_file = o2pop.secret",
	"ca_file = ca.pem",
	"resolve = login.microsoftonline.com:443:127.0.0.1@{idp-port} outlook.office365.com:995:127.0.0.1@{pop-port}"
	" outlook.office365.com:993:127.0.0.1@{imap-port} outlook.office365.com:143:127.0.0.1@{imap-port}"
	" smtp.office365.com:587:127.0.0.1@{smtp-port}",
	"timeout = {seconds 10}",
};

/* What is run unless the case says otherwise. */
static const char usual_args[] = "check --config o2pop.conf --format {format} --transcript transcript {mailbox}";

static void put_file(const struct program *p, const char *name, int how, const char *bytes, size_t n)
{
	struct text path = { 0 };
	int fd;

	text_f(&path, "%s/%s", p->dir, name);
	fd = open(path.p, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd) != 0)
		die("%s: %s", path.p, strerror(errno));
	free(path.p);
}

static void write_file(const struct program *p, const char *name, const char *bytes, size_t n)
{
	put_file(p, name, O_TRUNC, bytes, n);
}

static size_t key_length(const char *line)
{
	return strcspn(line, " =");
}

static bool same_key(const char *a, const char *b)
{
	return key_length(a) == key_length(b) && strncmp(a, b, key_length(a)) == 0;
}

/* "NAME TEXT": a line more of a file of the run. */
static void add_line(const struct program *p, struct scene *s, const char *line, bool first)
{
	struct text name = { 0 }, text = { 0 };
	size_t n = strcspn(line, " ");

	text_put(&name, line, n);
	text_put(&name, "", 0);
	if (!first)
		text_byte(&text, '\n');
	macro_expand(s, &text, line + n + (line[n] == ' '), s->path);
	put_file(p, name.p, O_APPEND, text.p, text.n);
}

/* A line of the case replaces the default of its key; "-key" only takes the default away. */
static void put_settings(struct scene *s, struct text *to)
{
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		bool replaced = false;

		for (size_t k = 0; k < s->conf.n; k++) {
			const char *line = s->conf.p[k].text.p;

			replaced |= same_key(settings[i], line[0] == '-' ? line + 1 : line);
		}
		if (!replaced) {
			macro_expand(s, to, settings[i], "the settings");
			text_byte(to, '\n');
		}
	}
	for (size_t k = 0; k < s->conf.n; k++) {
		if (s->conf.p[k].text.p[0] == '-')
			continue;
		macro_expand(s, to, s->conf.p[k].text.p, s->path);
		text_byte(to, '\n');
	}
	text_put(to, "", 0);
}

void program_files(const struct program *p, struct scene *s)
{
	const char *secret = scene_get(s, "secret"), *token = scene_get(s, "token-file");
	struct text conf = { 0 }, path = { 0 }, input = { 0 }, ca = { 0 };

	put_settings(s, &conf);
	write_file(p, "o2pop.conf", conf.p, conf.n);
	write_file(p, "o2pop.secret", secret, strlen(secret));
	if (token != NULL)
		write_file(p, "o2pop.token", token, strlen(token));
	text_f(&path, "%s/ca.pem", p->pki);
	text_file(&ca, path.p);
	write_file(p, "ca.pem", ca.p, ca.n);
	for (size_t i = 0; i < s->env.n; i++) {
		struct text line = { 0 };

		macro_expand(s, &line, s->env.p[i].text.p, s->path);
		s->env.p[i].text = line;
	}
	for (size_t i = 0; i < s->files.n; i++) {
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first &= !same_key(s->files.p[k].text.p, s->files.p[i].text.p);
		add_line(p, s, s->files.p[i].text.p, first);
	}
	for (size_t i = 0; i < s->input.n; i++) {
		macro_expand(s, &input, s->input.p[i].text.p, s->path);
		text_byte(&input, '\n');
	}
	text_put(&input, "", 0);
	write_file(p, "stdin", input.p, input.n);
	for (size_t i = 0; i < s->modes.n; i++) {
		unsigned mode;
		char name[64];

		if (sscanf(s->modes.p[i].text.p, "%63s %o", name, &mode) != 2)
			die("%s: chmod: NAME MODE, not %s", s->path, s->modes.p[i].text.p);
		text_clear(&path);
		text_f(&path, "%s/%s", p->dir, name);
		if (chmod(path.p, mode) != 0)
			die("%s: %s", path.p, strerror(errno));
	}
}

/* Words of the case's `args:` lines; "..." keeps blanks together. */
static void split(struct scene *s, char **argv, int *n)
{
	if (s->args.n == 0)
		lines_add(&s->args, usual_args, sizeof usual_args - 1, 0);
	for (size_t i = 0; i < s->args.n; i++) {
		struct text line = { 0 };

		macro_expand(s, &line, s->args.p[i].text.p, s->path);
		for (char *p = line.p; *p != '\0';) {
			char stop = *p == '"' ? '"' : ' ';
			size_t k;

			p += stop == '"';
			k = strcspn(p, stop == '"' ? "\"" : " ");
			if (*n == ARGS_MAX - 1)
				die("%s: more than %d arguments", s->path, ARGS_MAX);
			argv[(*n)++] = strndup(p, k);
			p += k + (p[k] == stop);
			p += strspn(p, " ");
		}
		free(line.p);
	}
	argv[*n] = NULL;
}

static void redirect(const struct program *p, const char *name, int flags, int to)
{
	struct text path = { 0 };
	int fd;

	text_f(&path, "%s/%s", p->dir, name);
	fd = open(path.p, flags, 0600);
	if (fd < 0 || dup2(fd, to) < 0)
		die("%s: %s", path.p, strerror(errno));
	close(fd);
}

static char *setting(const char *name, const char *value)
{
	struct text t = { 0 };

	text_f(&t, "%s=%s", name, value);
	return t.p;
}

/* Nothing of the caller's environment but what sanitizers and emulators read. */
static char **environment(const struct program *p, struct scene *s)
{
	static const char *const kept[] = { "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "QEMU_LD_PREFIX" };
	char **env = must_alloc(ARGS_MAX * sizeof *env);
	int n = 0;

	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		if (getenv(kept[i]) != NULL)
			env[n++] = setting(kept[i], getenv(kept[i]));
	}
	env[n++] = setting("HOME", p->dir);
	env[n++] = setting("LC_ALL", "C.UTF-8");
	for (size_t i = 0; i < s->env.n && n < ARGS_MAX - 1; i++)
		env[n++] = s->env.p[i].text.p;
	return env;
}

static void become(const struct program *p, struct scene *s, struct board *b)
{
	char *argv[ARGS_MAX], **env;
	int n = 0;

	while (p->argv[n] != NULL && n < ARGS_MAX - 1) {
		argv[n] = p->argv[n];
		n++;
	}
	split(s, argv, &n);
	env = environment(p, s);
	redirect(p, "stdin", O_RDONLY, 0);
	if (p->capture) {
		redirect(p, "stdout", O_WRONLY | O_CREAT | O_TRUNC, 1);
		redirect(p, "stderr", O_WRONLY | O_CREAT | O_TRUNC, 2);
	}
	names_enter(s, p->dir);
	if (chdir(p->dir) != 0)
		die("%s: %s", p->dir, strerror(errno));
	setpgid(0, 0);
	b->program = getpid();
	execvpe(argv[0], argv, env);
	die("%s: %s", argv[0], strerror(errno));
}

void program_run(struct program *p, struct scene *s, struct board *b)
{
	const char *limit = scene_get(s, "limit"), *scale = getenv("SIM_SCALE");
	long until = (limit != NULL ? atol(limit) : LIMIT_S) * 1000 * (scale != NULL ? atol(scale) : 1);
	sigset_t child, before;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	b->began_ms = board_now_ms();
	fflush(stdout);
	p->pid = fork();
	if (p->pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		become(p, s, b);
	}
	if (p->pid < 0)
		die("fork: %s", strerror(errno));
	while (waitpid(p->pid, &p->status, WNOHANG) == 0) {
		long left = until - (board_now_ms() - b->began_ms);
		struct timespec wait = { left / 1000, left % 1000 * 1000000 };

		if (left <= 0) {
			p->overdue = true;
			kill(-p->pid, SIGKILL);
			waitpid(p->pid, &p->status, 0);
			break;
		}
		sigtimedwait(&child, NULL, &wait);
	}
	p->ms = board_now_ms() - b->began_ms;
	p->ended = true;
}
