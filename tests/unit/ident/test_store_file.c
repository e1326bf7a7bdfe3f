/* The store with a system under it that fails, interrupts or dies at the n-th call, for every n. The two modules that
 * call the system are compiled in here, with the calls that they make renamed. */
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "store_rig.h"

enum how { COUNT_ONLY, FAIL_ONCE, FAIL_ALWAYS, INTERRUPT, DIE };

enum { CALLS_MAX = 200, DIED = 77, PIECE = 100 };

static enum how how;
static unsigned calls, nth, failed_calls;
static const char *at_call; /* the name of the n-th */
static bool unlink_failed, sync_failed;

/* The next call: true when it is to fail. */
static bool fails(const char *name, bool interruptible)
{
	if (++calls == nth)
		at_call = name;
	if (calls < nth || nth == 0 || how == COUNT_ONLY || (how != FAIL_ALWAYS && calls != nth))
		return false;
	if (how == DIE)
		_exit(DIED);
	if (how == INTERRUPT && !interruptible)
		return false;
	errno = how == INTERRUPT ? EINTR : EIO;
	unlink_failed |= strcmp(name, "unlinkat") == 0;
	sync_failed |= strcmp(name, "fsync") == 0;
	failed_calls++;
	return true;
}

/* Few bytes at a time, so that it is also the middle of the file where it fails. */
static ssize_t write_piece(int fd, const void *p, size_t n)
{
	return write(fd, p, n < PIECE ? n : PIECE);
}

static ssize_t read_piece(int fd, void *p, size_t n)
{
	return read(fd, p, n < PIECE ? n : PIECE);
}

/* A close that fails has closed all the same. */
static int close_all_the_same(int fd)
{
	int got = close(fd);

	return fails("close", false) ? -1 : got;
}

#define open(...)     (fails("open", false) ? -1 : open(__VA_ARGS__))
#define openat(...)   (fails("openat", false) ? -1 : openat(__VA_ARGS__))
#define fstat(...)    (fails("fstat", false) ? -1 : fstat(__VA_ARGS__))
#define fstatat(...)  (fails("fstatat", false) ? -1 : fstatat(__VA_ARGS__))
#define fchmod(...)   (fails("fchmod", false) ? -1 : fchmod(__VA_ARGS__))
#define fsync(...)    (fails("fsync", false) ? -1 : fsync(__VA_ARGS__))
#define flock(...)    (fails("flock", true) ? -1 : flock(__VA_ARGS__))
#define renameat(...) (fails("renameat", false) ? -1 : renameat(__VA_ARGS__))
#define unlinkat(...) (fails("unlinkat", false) ? -1 : unlinkat(__VA_ARGS__))
#define read(...)     (fails("read", true) ? -1 : read_piece(__VA_ARGS__))
#define write(...)    (fails("write", true) ? -1 : write_piece(__VA_ARGS__))
#define close(fd)     close_all_the_same(fd)
#include "ident/store_path.c"
#include "ident/store_file.c"
#undef open
#undef openat
#undef fstat
#undef fstatat
#undef fchmod
#undef fsync
#undef flock
#undef renameat
#undef unlinkat
#undef read
#undef write
#undef close

#include "ident/store.h"

static struct store s;
static struct store_entry e;
static unsigned char before[4000], after[4000];
static struct span old_text, new_text;

static const unsigned char key[STORE_KEY_SIZE] = { 1, 2, 3 };

static void from_here(enum how m, unsigned n)
{
	how = m;
	nth = n;
	calls = failed_calls = 0;
	at_call = "none";
	unlink_failed = sync_failed = false;
}

static void never(void)
{
	how = COUNT_ONLY;
	nth = 0;
}

static unsigned descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 100; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Open, put an entry, close. */
static bool run(const char *access, struct fault *f)
{
	bool good;

	if (!secret_set(&e.access, span_z(access)) || !secret_set(&e.refresh, SPAN("refresh")))
		return false;
	e.expires = 4102444800;
	good = store_open(&s, span_z(rig_path), clock_deadline(30), f) && store_put(&s, key, &e, f);
	store_close(&s);
	return good;
}

static struct span snapshot(unsigned char *to)
{
	struct span text = rig_read("");

	if (text.n > sizeof before)
		t_stop("the store is larger than this test expects");
	memcpy(to, text.p, text.n);
	return (struct span){ to, text.n };
}

/* The store before and after the run that is going to fail. */
static void two_stores(void)
{
	static char token[300];
	struct fault f = { 0 };

	memset(token, 'o', sizeof token - 1);
	(void)rig_start();
	never();
	OK(run("new", &f));
	new_text = snapshot(after);
	OK(run(token, &f));
	old_text = snapshot(before);
}

/* One of the two, whole, and the next run can use it. */
static void usable(void)
{
	struct fault f = { 0 };
	struct span now = rig_read("");

	never();
	OK(span_eq(now, old_text) || span_eq(now, new_text));
	OK(!rig_there(".bad"));
	OK(store_open(&s, span_z(rig_path), clock_deadline(2000), &f));
	EQ(store_note(&s).n, 0);
	OK(store_find(&s, key, &e));
	store_close(&s);
	OK(run("new", &f));
	EQ(rig_read(""), new_text);
	OK(!rig_there(".new"));
}

static void failing(enum how m)
{
	unsigned n = 1, open_before = descriptors();

	two_stores();
	for (;; n++) {
		struct fault f = { 0 };
		bool good;

		if (n == CALLS_MAX)
			t_stop("no end of calls");
		rig_write("", old_text);
		from_here(m, n);
		good = run("new", &f);
		if (calls < n)
			break;
		t_at("call %u, %s", n, at_call);
		EQ(descriptors(), open_before);
		EQ(good, f.code == FAULT_NONE);
		if (good)
			EQ(rig_read(""), new_text);
		else if (!sync_failed)
			EQ(rig_read(""), old_text);
		if (!good && m == FAIL_ONCE)
			OK(f.code == FAULT_STORE_FAILED && f.num == EIO);
		OK(good || f.code == FAULT_STORE_FAILED || f.code == FAULT_STORE_BUSY);
		OK(m == FAIL_ALWAYS || unlink_failed || !rig_there(".new"));
		usable();
	}
	t_at("calls");
	OK(n > 20);
	rig_end();
}

TEST(store_file_call_fails_once)
{
	failing(FAIL_ONCE);
}

TEST(store_file_calls_fail_for_good)
{
	failing(FAIL_ALWAYS);
}

/* A signal is no failure. */
TEST(store_file_call_is_interrupted)
{
	unsigned n = 1, interrupted = 0;

	two_stores();
	for (;; n++) {
		struct fault f = { 0 };

		rig_write("", old_text);
		from_here(INTERRUPT, n);
		t_at("call %u", n);
		OK(run("new", &f));
		interrupted += failed_calls;
		if (calls < n || n == CALLS_MAX)
			break;
		EQ(rig_read(""), new_text);
	}
	OK(n < CALLS_MAX && interrupted > 5);
	rig_end();
}

/* Let a child run until its n-th call; false when it came to its end. */
static bool dies(unsigned n)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct fault f = { 0 };

		from_here(DIE, n);
		_exit(run("new", &f) ? 0 : 1);
	}
	OK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	OK(WEXITSTATUS(status) == DIED || WEXITSTATUS(status) == 0);
	return WEXITSTATUS(status) == DIED;
}

TEST(store_file_process_dies)
{
	unsigned n = 1, left_over = 0;

	two_stores();
	for (rig_write("", old_text); n < CALLS_MAX && dies(n); n++) {
		t_at("call %u", n);
		left_over += rig_there(".new");
		usable();
		rig_write("", old_text);
	}
	OK(n > 20 && n < CALLS_MAX && left_over > 5);
	rig_end();
}

/* What is set aside is never lost: it is under the old name or under the new one, whole. */
static void kept(struct span torn)
{
	bool here = span_eq(rig_read(""), torn), aside = span_eq(rig_read(".bad"), torn);

	OK(here || aside);
	OK(!here || !rig_there(".bad"));
	OK(!aside || !rig_there("") || span_eq(rig_read(""), new_text));
}

TEST(store_file_fails_to_set_aside)
{
	unsigned n = 1, open_before = descriptors();
	struct span torn;

	two_stores();
	torn = span_first(old_text, old_text.n - 1);
	for (;; n++) {
		bool died;

		unlink(rig_name(".bad"));
		rig_write("", torn);
		never();
		died = dies(n);
		t_at("death at call %u", n);
		kept(torn);
		unlink(rig_name(".bad"));
		rig_write("", torn);
		for (int always = 0; always < 2; always++) {
			struct fault f = { 0 };
			bool good;

			from_here(always ? FAIL_ALWAYS : FAIL_ONCE, n);
			good = run("new", &f);
			t_at("failure at call %u, %s, %d", n, at_call, always);
			EQ(good, f.code == FAULT_NONE);
			OK(rig_there(".bad") == (store_note(&s).n != 0));
			EQ(descriptors(), open_before);
			kept(torn);
			unlink(rig_name(".bad"));
			rig_write("", torn);
		}
		if (!died || n == CALLS_MAX)
			break;
	}
	OK(n > 20 && n < CALLS_MAX);
	rig_end();
}
