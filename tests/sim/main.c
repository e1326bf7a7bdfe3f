/* sim: plays the servers of a .case file while a program is their client.
 *
 *	sim [--dir DIR | --keep] [--format F] [--pki DIR] [--verbose] [--blind] CASE -- PROGRAM [ARG...]
 *
 * The case's own arguments follow PROGRAM's; {format} in them is F (human). What the program or a conversation did
 * otherwise than the case has it is listed on stderr, and the exit status is 1 then, 2 when the run could not begin.
 * With --dir the files of the run stay in DIR: stdout, stderr, status, secrets and what the program wrote. With --keep
 * they stay in a folder whose name is printed. --blind does not look into the environment of the program's
 * processes: an emulator's own is out of the program's reach. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "listeners.h"
#include "names.h"
#include "program.h"

enum { GRACE_MS = 1000 /* for a connection to notice that the program has ended */ };

struct options {
	const char *dir, *format, *pki, *path;
	bool keep, verbose, blind;
	char **program;
};

/* A run is short and its memory goes when it ends: nothing that is freed is worth a line, so leaks are no news. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static void usage(void)
{
	fputs("usage: sim [--dir DIR | --keep] [--format F] [--pki DIR] [--verbose] [--blind] CASE -- PROGRAM "
	      "[ARG...]\n",
	      stderr);
	exit(2);
}

static struct options options(int argc, char **argv)
{
	static const struct option names[] = {
		{ "dir", required_argument, NULL, 'd' },
		{ "keep", no_argument, NULL, 'k' },
		{ "format", required_argument, NULL, 'f' },
		{ "pki", required_argument, NULL, 'p' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "blind", no_argument, NULL, 'b' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .format = "human", .pki = "build/pki" };

	for (int c; (c = getopt_long(argc, argv, "+", names, NULL)) != -1;) {
		switch (c) {
		case 'd':
			o.dir = optarg;
			break;
		case 'k':
			o.keep = true;
			break;
		case 'f':
			o.format = optarg;
			break;
		case 'p':
			o.pki = optarg;
			break;
		case 'v':
			o.verbose = true;
			break;
		case 'b':
			o.blind = true;
			break;
		default:
			usage();
		}
	}
	if (argc - optind < 2)
		usage();
	o.path = argv[optind++];
	if (strcmp(argv[optind], "--") == 0)
		optind++;
	if (argv[optind] == NULL)
		usage();
	o.program = argv + optind;
	return o;
}

static char *absolute(const char *path)
{
	char *p = realpath(path, NULL);

	if (p == NULL)
		die("%s: %s", path, strerror(errno));
	return p;
}

/* Scripts that nobody came for, or that were left in the middle. */
static void leftovers(struct scene *s, struct board *b)
{
	for (size_t i = 0; i < s->scripts_n; i++) {
		const struct script *c = &s->scripts[i];
		const struct step *at = c->n != 0 ? &c->steps[b->at[i]] : NULL;

		if (at == NULL || c->steps[0].kind == STEP_OPTIONAL)
			continue;
		if (b->played[i] < c->times)
			board_deviation(b, c->name, at->where, "%d of %d connections came", b->played[i], c->times);
		else if (b->finished[i] < c->times && !b->may_leave[i])
			board_deviation(b, c->name, at->where, "the program has ended while this was played");
	}
}

/* Print what came through the pipe until all who may write have ended or the grace is over. */
static int deviations(struct board *b, struct scene *s, struct services *d)
{
	struct pollfd p = { .fd = b->deviations[0], .events = POLLIN };
	struct text all = { 0 };
	char part[4096];
	int count = 0;
	long until = board_now_ms() + GRACE_MS;

	for (bool busy = true; busy && board_now_ms() < until;) {
		busy = false;
		for (size_t i = 0; i < s->scripts_n; i++)
			busy |= b->finished[i] < b->played[i];
		if (busy)
			wire_sleep(5);
	}
	leftovers(s, b);
	doors_end(d);
	while (poll(&p, 1, 0) == 1 && (p.revents & POLLIN)) {
		ssize_t n = read(p.fd, part, sizeof part);

		if (n <= 0)
			break;
		text_put(&all, part, (size_t)n);
	}
	text_put(&all, "", 0);
	for (char *line = strtok(all.p, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		fprintf(stderr, "sim: %s\n", line);
		count++;
	}
	return count;
}

static void put_file(const char *dir, const char *name, const struct text *t)
{
	struct text path = { 0 };
	FILE *f;

	text_f(&path, "%s/%s", dir, name);
	f = fopen(path.p, "w");
	if (f == NULL || fwrite(t->p, 1, t->n, f) != t->n || fclose(f) != 0)
		die("%s: %s", path.p, strerror(errno));
}

/* Before the program runs, because something that watches it may want to know them. */
static void put_secrets(const struct program *p, const struct scene *s)
{
	struct text secrets = { 0 };

	for (size_t i = 0; i < s->secrets.n; i++) {
		text_put(&secrets, s->secrets.p[i].text.p, s->secrets.p[i].text.n);
		text_byte(&secrets, '\n');
	}
	put_file(p->dir, "secrets", &secrets);
}

static void put_result(const struct program *p)
{
	struct text status = { 0 };

	if (p->overdue)
		text_z(&status, "limit\n");
	else if (WIFSIGNALED(p->status))
		text_f(&status, "signal %d\n", WTERMSIG(p->status));
	else
		text_f(&status, "exit %d\n", WEXITSTATUS(p->status));
	text_f(&status, "ms %ld\n", p->ms);
	put_file(p->dir, "status", &status);
}

static void remove_dir(const char *dir)
{
	DIR *d = opendir(dir);

	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

int main(int argc, char **argv)
{
	struct options o = options(argc, argv);
	char made[] = "/tmp/o2pop-sim.XXXXXX";
	struct scene *s = must_alloc(sizeof *s);
	struct services *d = must_alloc(sizeof *d);
	struct board *b = board_new();
	struct program p = { .argv = o.program, .capture = o.dir != NULL };
	int count;

	signal(SIGPIPE, SIG_IGN);
	b->verbose = o.verbose;
	b->look_at_environment = !o.blind;
	if (o.dir == NULL && mkdtemp(made) == NULL)
		die("%s: %s", made, strerror(errno));
	p.dir = o.dir != NULL ? absolute(o.dir) : made;
	p.pki = absolute(o.pki);
	for (char **word = o.program; *word != NULL; word++) {
		if (strchr(*word, '/') != NULL && access(*word, X_OK) == 0)
			*word = absolute(*word);
	}
	scene_read(s, o.path);
	scene_set(s, "format", o.format);
	scene_set(s, "dir", p.dir);
	scene_set(s, "pki", p.pki);
	doors_bind(d, s, p.pki);
	scene_prepare(s);
	program_files(&p, s);
	put_secrets(&p, s);
	names_serve(s, p.dir);
	doors_serve(d, s, b);
	program_run(&p, s, b);
	doors_shut(d);
	count = deviations(b, s, d);
	if (p.overdue) {
		fprintf(stderr, "sim: the program was killed after %ld ms\n", p.ms);
		count++;
	} else if (WIFSIGNALED(p.status)) {
		fprintf(stderr, "sim: the program was ended by signal %d\n", WTERMSIG(p.status));
		count++;
	}
	if (WEXITSTATUS(p.status) == NAMES_IMPOSSIBLE)
		return NAMES_IMPOSSIBLE;
	put_result(&p);
	if (o.keep)
		fprintf(stderr, "sim: kept %s\n", p.dir);
	else if (o.dir == NULL)
		remove_dir(p.dir);
	return count != 0;
}
