#include "check/role.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROLE_FD_MAX = 1024 }; /* where descriptors must be closed one by one */

static void put_note(void *to, enum tape_mark mark, struct span text)
{
	struct role *r = to;
	struct role_note note = { .at_ms = clock_ms() - r->start_ms, .arm = r->arm, .mark = mark };
	struct buf told = BUF(r->told);

	if (!r->show_secrets) {
		hide_put(&r->hide, text, &told);
		text = buf_span(&told);
	}
	do {
		struct span piece = span_first(text, sizeof note.text);

		text = span_from(text, piece.n);
		note.n = (uint32_t)piece.n;
		note.more = text.n != 0;
		if (piece.n != 0)
			memcpy(note.text, piece.p, piece.n);
		(void)role_tell(r, ROLE_NOTE, &note, sizeof note);
	} while (text.n != 0);
	/* A peer may have sent back a part of a secret that does not begin as the whole does. */
	secret_wipe_bytes(&note, sizeof note);
	secret_wipe_bytes(r->told, told.n);
}

/* Close all descriptors in from..to; kernels before 5.9 and emulators need it one by one. */
static void close_between(int from, int to)
{
	if (from > to || syscall(SYS_close_range, from, to, 0) == 0)
		return;
	for (int fd = from; fd <= to && fd < ROLE_FD_MAX; fd++)
		close(fd);
}

/* A secret may stand there under any name. */
void role_forget_environment(void)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
		secret_wipe_bytes(*entry, strlen(*entry));
	if (environ != NULL)
		*environ = NULL;
}

/* A role that a peer took over finds nothing to write to but its pipe and its connection. */
static void let_go(int out, int in, bool files)
{
	static const struct rlimit none = { 0, 0 };
	int low = out < in ? out : in, high = out < in ? in : out;

	(void)setsid();
	close_between(0, low - 1);
	close_between(low + 1, high - 1);
	close_between(high + 1, INT_MAX);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!files)
		(void)setrlimit(RLIMIT_FSIZE, &none);
}

/* By the signal that lets a process wipe its secrets first; who started us may have had it ignored. */
static void end_with_desk(void)
{
	struct sigaction now;
	sigset_t set;

	if (sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
		(void)signal(SIGTERM, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

void role_start(struct role *r, int out, int in)
{
	end_with_desk();
	let_go(out, in, r->files);
	role_forget_environment();
	r->out = out;
	r->in = in;
	r->tape = (struct tape){ r->notes ? put_note : NULL, r };
}

void role_done(struct role *r)
{
	struct role_done done = { 0 };

	(void)role_tell(r, ROLE_DONE, &done, sizeof done);
	r->tape = (struct tape){ NULL, NULL };
	secret_wipe_bytes(&r->hide, sizeof r->hide); /* it knows how they begin */
}

size_t role_size(enum role_kind kind)
{
	switch (kind) {
	case ROLE_BEGIN:
		return sizeof(struct role_begin);
	case ROLE_ROW:
		return sizeof(struct row);
	case ROLE_NOTE:
		return sizeof(struct role_note);
	case ROLE_CERTIFICATE:
		return sizeof(struct role_certificate);
	case ROLE_TOKEN:
		return sizeof(struct role_token);
	case ROLE_PROMPT:
		return sizeof(struct role_prompt);
	case ROLE_DONE:
		return sizeof(struct role_done);
	case ROLE__COUNT:
		break;
	}
	return 0;
}

static bool write_all(int fd, const void *p, size_t n)
{
	const unsigned char *at = p;

	while (n != 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

bool role_tell(struct role *r, enum role_kind kind, const void *message, size_t n)
{
	struct role_head head = { ROLE_MAGIC, kind };

	return write_all(r->out, &head, sizeof head) && write_all(r->out, message, n);
}

bool role_read(int fd, void *p, size_t n, struct deadline deadline)
{
	unsigned char *at = p;

	while (n != 0) {
		struct pollfd wait = { fd, POLLIN, 0 };
		ssize_t done;

		if (poll(&wait, 1, clock_left(deadline)) == 0)
			return false;
		done = read(fd, at, n);
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

/* The root cause among the needs of a rung; false when all of them passed. */
static bool blocked(const struct role *r, enum rung rung, enum rung *because)
{
	uint32_t missing = ladder_needs(rung) & ~r->passed;

	for (int i = 0; i < RUNG__COUNT; i++) {
		if (missing & 1u << i) {
			*because = r->failed & 1u << i ? r->root[i] : (enum rung)i;
			return true;
		}
	}
	return false;
}

void role_assume(struct role *r, enum rung rung)
{
	r->passed |= 1u << rung;
}

void role_blame(struct role *r, enum rung rung, enum rung because)
{
	r->passed &= ~(1u << rung);
	r->failed |= 1u << rung;
	r->root[rung] = because;
}

void role_skip(struct role *r, enum rung rung, enum rung because)
{
	struct row row = { .rung = rung, .verdict = VERDICT_SKIP, .because = because,
		           .began_ms = clock_ms() - r->start_ms };

	if (rung > r->stop_after)
		return;
	role_blame(r, rung, because);
	(void)role_tell(r, ROLE_ROW, &row, sizeof row);
}

bool role_passed(const struct role *r, enum rung rung)
{
	return (r->passed & 1u << rung) != 0;
}

bool role_climb(struct role *r, enum rung rung, role_climb_fn *climb, void *self)
{
	struct row row = { .rung = rung, .began_ms = clock_ms() - r->start_ms };
	struct role_begin begin = { rung };
	enum rung because;

	if (rung > r->stop_after)
		return false;
	if (blocked(r, rung, &because)) {
		role_skip(r, rung, because);
		return false;
	}
	(void)role_tell(r, ROLE_BEGIN, &begin, sizeof begin);
	if (climb(self, &row, &row.fault)) {
		if (row.verdict == VERDICT_NONE)
			row.verdict = VERDICT_PASS;
		role_assume(r, rung);
	} else {
		row.verdict = VERDICT_FAIL;
		r->last = row.fault.code;
		r->last_rung = rung;
		role_blame(r, rung, rung);
	}
	row.ms = clock_ms() - r->start_ms - row.began_ms;
	hide_row(&r->hide, &row);
	(void)role_tell(r, ROLE_ROW, &row, sizeof row);
	return role_passed(r, rung);
}
