#include "board.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SHOWN_MAX = 200 };

struct board *board_new(void)
{
	struct board *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED || pipe2(b->deviations, O_CLOEXEC) != 0)
		die("no memory or no pipe");
	b->look_at_environment = true;
	return b;
}

long board_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void board_deviation(struct board *b, const char *side, const char *where, const char *format, ...)
{
	struct text t = { 0 };
	char what[2048];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	text_f(&t, "%s%s%s: %s\n", where != NULL ? where : "", where != NULL ? ": " : "", side, what);
	if (write(b->deviations[1], t.p, t.n) < 0)
		die("%s", t.p);
	free(t.p);
}

void board_said(struct board *b, const char *side, const char *mark, const char *p, size_t n)
{
	struct text t = { 0 };

	if (!b->verbose)
		return;
	text_f(&t, "%8.3f %s %s ", (double)(board_now_ms() - b->began_ms) / 1000, side, mark);
	text_shown(&t, p, n, SHOWN_MAX);
	text_byte(&t, '\n');
	(void)!write(2, t.p, t.n);
	free(t.p);
}

/* The whole of a file in /proc; what cannot be read is empty. */
static void proc_file(struct text *to, const char *pid, const char *name)
{
	char path[300], part[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	text_clear(to);
	if (fd < 0)
		return;
	while ((n = read(fd, part, sizeof part)) > 0)
		text_put(to, part, (size_t)n);
	close(fd);
}

static pid_t group_of(const char *pid, struct text *scratch)
{
	const char *p;
	int group = 0;

	proc_file(scratch, pid, "stat");
	p = strrchr(scratch->p, ')');
	if (p == NULL || sscanf(p, ") %*c %*d %d", &group) != 1)
		return 0;
	return group;
}

void board_inspect(struct board *b, const struct scene *s)
{
	static const char *const places[] = { "cmdline", "environ" };
	struct text seen = { 0 };
	DIR *proc = opendir("/proc");

	if (proc == NULL)
		return;
	for (struct dirent *e; (e = readdir(proc)) != NULL;) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9' || group_of(e->d_name, &seen) != b->program)
			continue;
		for (int k = 0; k < 1 + b->look_at_environment; k++) {
			proc_file(&seen, e->d_name, places[k]);
			for (size_t i = 0; i < s->secrets.n; i++) {
				const struct text *secret = &s->secrets.p[i].text;

				if (memmem(seen.p, seen.n, secret->p, secret->n) != NULL)
					board_deviation(b, "secret", NULL, "process %s shows one in its %s", e->d_name,
					                places[k]);
			}
		}
	}
	closedir(proc);
	free(seen.p);
}
