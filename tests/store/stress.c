/* stress: the token store under processes that are killed, and under many at once.
 *
 *	stress FOLDER      prints "ok NAME" or "FAIL NAME" for each test; FOLDER is empty and private */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ident/store.h"

enum {
	ROUNDS = 200,      /* writers that are killed */
	MOMENT_US = 25000, /* each lives up to that long */
	TOKEN_MAX = 6000,
	MANY = 50, /* processes that count at the same time */
	WAIT_MS = 15000
};

static struct store s;
static struct store_entry e;
static char path[4096];
static bool failed;

static const unsigned char key[STORE_KEY_SIZE] = { 7 }, others_key[STORE_KEY_SIZE] = { 8 };

static void fail(const char *what, const struct fault *f)
{
	failed = true;
	printf("# %s", what);
	if (f != NULL)
		printf(": %s: %.*s", fault_id(f->code), (int)f->n, f->evidence);
	printf("\n");
}

static void result(const char *name)
{
	printf("%s %s\n", failed ? "FAIL" : "ok", name);
}

static bool there(const char *suffix)
{
	char name[sizeof path + 16];
	struct stat st;

	snprintf(name, sizeof name, "%s%s", path, suffix);
	return lstat(name, &st) == 0;
}

static bool open_store(struct fault *f)
{
	return store_open(&s, span_z(path), clock_deadline(WAIT_MS), f);
}

/* The n-th token: its number, then a filling whose length and bytes follow from it. */
static struct span token(unsigned long n)
{
	static char text[TOKEN_MAX + 32];
	int head = snprintf(text, sizeof text, "%lu.", n);
	size_t filling = n * 2654435761u % TOKEN_MAX;

	memset(text + head, 'a' + (int)(n % 26), filling);
	return (struct span){ (unsigned char *)text, (size_t)head + filling };
}

/* Write the token n; in a process that may die at any moment. */
static bool write_token(unsigned long n, struct fault *f)
{
	if (!secret_set(&e.access, token(n)) || !secret_set(&e.refresh, token(n + 1)))
		return false;
	e.expires = (int64_t)n;
	return store_put(&s, key, &e, f);
}

/* The number in the store when all of it fits together; 0 when there is none yet. */
static bool read_token(unsigned long *n)
{
	*n = 0;
	if (!store_find(&s, key, &e))
		return true;
	*n = (unsigned long)e.expires;
	return span_eq(secret_reveal(&e.access), token(*n)) && span_eq(secret_reveal(&e.refresh), token(*n + 1));
}

/* For ever: open, put the next one, close. */
static void writer(void)
{
	unsigned long n;

	for (;;) {
		struct fault f = { 0 };

		if (!open_store(&f) || !read_token(&n) || !write_token(n + 1, &f)) {
			fail("the writer could not go on", &f);
			_exit(1);
		}
		store_close(&s);
	}
}

static pid_t start(void (*run)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		run();
	if (pid < 0)
		fail("no process", NULL);
	return pid;
}

/* Kill a writer at a random moment. */
static void kill_a_writer(void)
{
	struct timespec moment = { 0, (long)(random() % MOMENT_US) * 1000 };
	int status = 0;
	pid_t pid = start(writer);

	nanosleep(&moment, NULL);
	if (pid <= 0 || kill(pid, SIGKILL) != 0 || waitpid(pid, &status, 0) != pid)
		fail("a writer could not be killed", NULL);
	else if (!WIFSIGNALED(status))
		fail("a writer ended by itself", NULL);
}

static void store_survives_kills(void)
{
	unsigned long last = 0, now;
	unsigned left_over = 0, written = 0;
	struct fault f = { 0 };

	if (!open_store(&f) || !secret_set(&e.access, SPAN("others")) || !store_put(&s, others_key, &e, &f))
		fail("the first entry", &f);
	store_close(&s);
	for (unsigned i = 0; i < ROUNDS && !failed; i++) {
		kill_a_writer();
		left_over += there(".new");
		if (!open_store(&f)) {
			fail("the next open", &f);
			break;
		}
		if (store_note(&s).n != 0 || there(".bad"))
			fail("a killed writer left a torn store", NULL);
		else if (!read_token(&now) || now < last)
			fail("neither the old nor the new store", NULL);
		else if (!store_find(&s, others_key, &e) || !span_eq(secret_reveal(&e.access), SPAN("others")))
			fail("the other entry is lost", NULL);
		store_close(&s);
		written += now > last;
		last = now;
	}
	printf("# %u writers killed, %u of them while writing; %lu stores written\n", ROUNDS, left_over, last);
	if (left_over == 0 || written == 0)
		fail("no writer was killed while it wrote", NULL);
	result("store_survives_kills");
}

static void counter(void)
{
	struct fault f = { 0 };
	unsigned long n;

	if (!open_store(&f) || !read_token(&n) || !write_token(n + 1, &f)) {
		fail("a counter", &f);
		_exit(1);
	}
	store_close(&s);
	_exit(0);
}

static void store_counts_in_parallel(void)
{
	unsigned long before = 0, after = 0;
	struct fault f = { 0 };
	int status;

	failed = false;
	if (!open_store(&f) || !read_token(&before))
		fail("the store before", &f);
	/* They all stand at the lock when it opens. */
	for (unsigned i = 0; i < MANY; i++)
		(void)start(counter);
	store_close(&s);
	for (unsigned i = 0; i < MANY; i++)
		if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail("a counter did not end well", NULL);
	if (!open_store(&f) || !read_token(&after))
		fail("the store afterwards", &f);
	store_close(&s);
	printf("# %d processes counted from %lu to %lu\n", MANY, before, after);
	if (after != before + MANY)
		fail("the sum is wrong", NULL);
	result("store_counts_in_parallel");
}

int main(int argc, char **argv)
{
	bool bad;

	if (argc != 2)
		return 2;
	snprintf(path, sizeof path, "%s/tokens", argv[1]);
	srandom((unsigned)time(NULL) ^ (unsigned)getpid());
	store_survives_kills();
	bad = failed;
	store_counts_in_parallel();
	return bad || failed;
}
