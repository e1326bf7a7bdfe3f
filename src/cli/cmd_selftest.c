#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "check/confine.h"
#include "check/lock.h"
#include "cli/app.h"
#include "net/tls.h"
#include "text/base64.h"
#include "text/date.h"
#include "text/dn.h"
#include "text/httpmsg.h"
#include "text/json.h"
#include "text/xoauth2.h"

enum {
	SELFTEST_TEXT = 23,
	SELFTEST_SEED = 32,
	SELFTEST_STACK = 512 * 1024, /* the deepest path takes less than a fifth */
	SELFTEST_FILES = 16 + 2 * RUN_JOBS_MAX,
	SELFTEST_ROOT_SOON_S = 180 * 86400
};

/* 2100-01-01: the roots will be gone. */
static const int64_t clock_last = 4102444800;

/* A test appends what it saw; what does not fit is cut. */
typedef enum verdict test_fn(struct buf *seen);

static enum verdict test_random(struct buf *seen)
{
	unsigned char a[SELFTEST_SEED], b[SELFTEST_SEED];
	ssize_t n = getrandom(a, sizeof a, 0), m = getrandom(b, sizeof b, 0);

	if (n != (ssize_t)sizeof a || m != (ssize_t)sizeof b) {
		buf_say(seen, "the kernel gives none: %s", strerror(errno));
		return VERDICT_FAIL;
	}
	if (memcmp(a, b, sizeof a) == 0) {
		buf_z(seen, "the kernel gave the same bytes twice");
		return VERDICT_FAIL;
	}
	buf_z(seen, "from the kernel");
	return VERDICT_PASS;
}

static enum verdict test_clock(struct buf *seen)
{
	int64_t now = clock_unix(), before = clock_ms();

	date_put(seen, now);
	if (now < CLOCK_BORN || now >= clock_last) {
		buf_z(seen, " cannot be: certificates and tokens would be judged wrongly; set the clock");
		return VERDICT_FAIL;
	}
	return clock_ms() >= before ? VERDICT_PASS : VERDICT_FAIL;
}

static enum verdict same(struct buf *got, const char *want)
{
	return span_eq(buf_span(got), span_z(want)) ? VERDICT_PASS : VERDICT_FAIL;
}

/* The example of Microsoft's documentation. */
static enum verdict test_base64(struct buf *seen)
{
	char scratch[400];
	unsigned char frame_scratch[200];
	struct buf b = BUF(scratch), frame = BUF(frame_scratch);

	xoauth2_put(&frame, SPAN("test@contoso.onmicrosoft.com"), SPAN("EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"));
	base64_put(&b, buf_span(&frame));
	buf_z(seen, "Microsoft's example");
	return same(&b, "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYm"
	                "pMQldaV0NjbFJDM0VvQUEBAQ==");
}

static enum verdict test_sha256(struct buf *seen)
{
	unsigned char digest[32];
	char scratch[80];
	struct buf b = BUF(scratch);

	tls_sha256(SPAN("abc"), digest);
	buf_hex(&b, (struct span){ digest, sizeof digest });
	buf_z(seen, "FIPS 180-4, \"abc\"");
	return same(&b, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static enum verdict test_json(struct buf *seen)
{
	struct span text = SPAN("{\"a\":[1,{\"b\":\"\\ud83d\\ude00\\u0041\"}],\"n\":-12}");
	char scratch[16];
	struct buf b = BUF(scratch);
	int64_t n;

	buf_z(seen, "escapes, nesting, numbers, a broken text");
	if (json_int(text, "n", &n) != JSON_FOUND || n != -12 ||
	    json_int(SPAN("{\"n\":1"), "n", &n) != JSON_MALFORMED || json_string(text, "a.1.b", &b) != JSON_FOUND)
		return VERDICT_FAIL;
	return same(&b, "\xf0\x9f\x98\x80"
	                "A");
}

/* Roots are found by fingerprint in their own lists, so nothing here can be verified but that they are complete. */
static enum verdict test_roots(struct buf *seen)
{
	const struct trust_anchor *next = NULL;
	int64_t now = clock_unix();
	size_t expired = 0;

	for (size_t i = 0; i < trust_roots_count; i++) {
		const struct trust_anchor *a = &trust_roots[i];

		if (a->subject.n == 0 || a->a.n == 0)
			return VERDICT_FAIL;
		expired += a->not_after <= now;
		if (a->not_after > now && (next == NULL || a->not_after < next->not_after))
			next = a;
	}
	buf_say(seen, expired != 0 ? "%zu, of which expired: %zu" : "%zu", trust_roots_count, expired);
	if (next == NULL)
		return VERDICT_FAIL;
	buf_z(seen, "; the next to expire is ");
	dn_put_short(seen, next->subject);
	buf_z(seen, " on ");
	date_put_day(seen, next->not_after);
	if (expired != 0 || next->not_after - now < SELFTEST_ROOT_SOON_S)
		return VERDICT_WARN;
	return VERDICT_PASS;
}

/* A check forks; containers and limits may forbid it. */
static enum verdict test_processes(struct buf *seen)
{
	int ends[2], end = 0;
	pid_t pid;

	if (pipe(ends) != 0) {
		buf_say(seen, "no pipe: %s", strerror(errno));
		return VERDICT_FAIL;
	}
	close(ends[0]);
	close(ends[1]);
	pid = fork();
	if (pid == 0)
		_exit(7);
	if (pid < 0 || waitpid(pid, &end, 0) != pid || !WIFEXITED(end) || WEXITSTATUS(end) != 7) {
		buf_say(seen, "no child process: %s", strerror(errno));
		return VERDICT_FAIL;
	}
	buf_z(seen, "a child was started and has ended");
	return VERDICT_PASS;
}

static bool below(int resource, const char *what, rlim_t need, struct buf *seen)
{
	struct rlimit l;

	if (getrlimit(resource, &l) != 0 || l.rlim_cur == RLIM_INFINITY || l.rlim_cur >= need)
		return false;
	buf_say(seen, "%s: %llu, needed are %llu; ", what, (unsigned long long)l.rlim_cur, (unsigned long long)need);
	return true;
}

static enum verdict test_limits(struct buf *seen)
{
	bool bad = below(RLIMIT_NOFILE, "open files", SELFTEST_FILES, seen);

	bad = below(RLIMIT_STACK, "stack", SELFTEST_STACK, seen) || bad;
	buf_say(seen, "token %d, SASL line %d, HTTP answer %d bytes; %d mailboxes at a time", SECRET_MAX,
	        (int)BASE64_SIZE(XOAUTH2_FRAME_SIZE(REPORT_MAILBOX_MAX, SECRET_MAX)), HTTPMSG_BODY_MAX, RUN_JOBS_MAX);
	return bad ? VERDICT_WARN : VERDICT_PASS;
}

/* On the terms of a check, which locks what holds its secrets. */
static enum verdict test_swap(struct buf *seen)
{
	struct credential like = { .client_secret = { .n = 0 } };
	struct rlimit l;

	(void)munlockall(); /* what this process has locked already would count */
	switch (lock_memory(&like, sizeof like)) {
	case LOCK_ALL:
		buf_z(seen, "the memory is locked, nothing of it is swapped out");
		return VERDICT_PASS;
	case LOCK_PART:
		buf_z(seen, "secrets as they are kept are locked, not what is made of them");
		break;
	case LOCK_NOTHING:
		buf_z(seen, "secrets may be swapped out");
		break;
	}
	if (getrlimit(RLIMIT_MEMLOCK, &l) == 0 && l.rlim_cur < LOCK_ALL_LIMIT)
		buf_say(seen, ": locked memory is limited to %llu kB, needed are %d (ulimit -l)",
		        (unsigned long long)l.rlim_cur / 1024, LOCK_ALL_LIMIT / 1024);
	return VERDICT_WARN;
}

static enum verdict test_privacy(struct buf *seen)
{
	struct rlimit l;
	bool dumps = getrlimit(RLIMIT_CORE, &l) != 0 || l.rlim_cur != 0;
	bool open = prctl(PR_GET_DUMPABLE) != 0;

	buf_say(seen, "%s, %s", dumps ? "core dumps cannot be switched off" : "no core dumps",
	        open ? "other processes of this user can read the memory"
	             : "memory closed to other processes of this user");
	return dumps || open ? VERDICT_WARN : VERDICT_PASS;
}

/* In a child, because the filter cannot be taken off again: it must end a fork, and nothing else. */
static enum verdict test_confine(struct buf *seen)
{
	enum { HELD = 7, NONE = 8, ESCAPED = 9 };
	int end = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (!confine(CONFINE_TALK))
			_exit(NONE);
		_exit(fork() == 0 ? HELD : ESCAPED);
	}
	if (pid < 0 || waitpid(pid, &end, 0) != pid || (WIFEXITED(end) && WEXITSTATUS(end) != NONE)) {
		buf_z(seen, "the filter on system calls does not do what it has to");
		return VERDICT_FAIL;
	}
	if (WIFEXITED(end)) {
		buf_z(seen, "there is no filter on system calls here (seccomp): workers are separated by their "
		            "processes alone");
		return VERDICT_WARN;
	}
	buf_z(seen, "workers can start no program, look into no process and write no file");
	return WTERMSIG(end) == SIGSYS ? VERDICT_PASS : VERDICT_FAIL;
}

static const struct {
	const char *name;
	test_fn *run;
} tests[] = {
	{ "random numbers", test_random }, { "clock", test_clock },   { "XOAUTH2 and base64", test_base64 },
	{ "SHA-256", test_sha256 },        { "JSON", test_json },     { "built-in roots", test_roots },
	{ "processes", test_processes },   { "limits", test_limits }, { "confinement", test_confine },
	{ "privacy", test_privacy },       { "swap", test_swap },
};

int cmd_selftest(struct app *app)
{
	struct buf out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_RESULT);
	unsigned failed = 0;
	int status = EXIT_STATUS_SETTINGS;

	if (!app_arguments(app, 0, &status))
		return status;
	for (size_t i = 0; i < COUNT(tests); i++) {
		char text[400];
		struct buf seen = BUF(text);
		enum verdict v = tests[i].run(&seen);

		failed += v == VERDICT_FAIL;
		page_mark(&page, v);
		page_z(&page, tests[i].name);
		page_to(&page, SELFTEST_TEXT);
		page_row(&page, SELFTEST_TEXT, buf_span(&seen), SPAN_NONE);
	}
	page_end(&page);
	page_lines(&page, 0,
	           failed == 0 ? SPAN("o2pop " O2POP_VERSION " is sound on this machine.")
	                       : SPAN("o2pop " O2POP_VERSION " cannot be trusted on this machine: see above."));
	return app_print(&out, failed == 0 ? EXIT_STATUS_OK : EXIT_STATUS_INTERNAL);
}
