#include "check/worker.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check/confine.h"

enum { WORKER_FD_MAX = 1024 }; /* where descriptors must be closed one by one */

static void put_note(void *to, enum trace_mark mark, struct span text)
{
	struct worker *r = to;
	struct worker_note note = { .at_ms = clock_ms() - r->start_ms, .side = r->side, .mark = mark };
	struct buf sent = BUF(r->sent);

	if (!r->show_secrets) {
		redact_put(&r->redact, text, &sent);
		text = buf_span(&sent);
	}
	do {
		struct span piece = span_first(text, sizeof note.text);

		text = span_from(text, piece.n);
		note.n = (uint32_t)piece.n;
		note.more = text.n != 0;
		if (piece.n != 0)
			memcpy(note.text, piece.p, piece.n);
		(void)worker_send(r, WORKER_NOTE, &note, sizeof note);
	} while (text.n != 0);
	/* A peer may have sent back a part of a secret that does not begin as the whole does. */
	secret_wipe_bytes(&note, sizeof note);
	secret_wipe_bytes(r->sent, sent.n);
}

/* Close all descriptors in from..to; kernels before 5.9 and emulators need it one by one. */
static void close_between(int from, int to)
{
	if (from > to || syscall(SYS_close_range, from, to, 0) == 0)
		return;
	for (int fd = from; fd <= to && fd < WORKER_FD_MAX; fd++)
		close(fd);
}

/* A secret may stand there under any name. */
void worker_forget_environment(void)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
		secret_wipe_bytes(*entry, strlen(*entry));
	environ = NULL;
}

/* A worker that a peer took over finds nothing to write to but its pipe and its connection. */
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

/* Who started us may have had the signal ignored. */
void worker_end_with(pid_t parent)
{
	struct sigaction now;
	sigset_t set;

	if (sigaction(SIGTERM, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
		(void)signal(SIGTERM, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1); /* it was too late for the signal */
}

void worker_start(struct worker *r, int out, int in)
{
	let_go(out, in, r->files);
	worker_forget_environment();
	(void)confine(r->files ? CONFINE_TOKEN
	                       : CONFINE_CONNECT); /* where there is no such wall, the others still stand */
	r->out = out;
	r->in = in;
	r->trace = (struct trace){ r->notes ? put_note : NULL, r };
}

void worker_done(struct worker *r)
{
	struct worker_done done = { 0 };

	(void)worker_send(r, WORKER_DONE, &done, sizeof done);
	r->trace = (struct trace){ NULL, NULL };
	secret_wipe_bytes(&r->redact, sizeof r->redact); /* it knows how they begin */
}

size_t worker_size(enum worker_message kind)
{
	static const size_t size[WORKER_MESSAGE__COUNT] = {
		[WORKER_BEGIN] = sizeof(struct worker_begin), [WORKER_ROW] = sizeof(struct row),
		[WORKER_NOTE] = sizeof(struct worker_note),   [WORKER_CERTIFICATE] = sizeof(struct worker_certificate),
		[WORKER_TOKEN] = sizeof(struct worker_token), [WORKER_PROMPT] = sizeof(struct worker_prompt),
		[WORKER_COMPAT] = sizeof(struct compat),      [WORKER_DONE] = sizeof(struct worker_done),
	};

	return kind < WORKER_MESSAGE__COUNT ? size[kind] : 0;
}

size_t worker_token_size(const struct worker_token *t)
{
	return offsetof(struct worker_token, token.access.p) + secret_length(&t->token.access);
}

/* Head and struct in one write: the supervisor is woken once. */
bool worker_send(struct worker *r, enum worker_message kind, const void *message, size_t n)
{
	struct worker_head head = { WORKER_MAGIC, kind, (uint32_t)n };
	struct iovec left[] = { { &head, sizeof head }, { (void *)message, n } };

	while (left[1].iov_len != 0) {
		ssize_t done = writev(r->out, left, COUNT(left));

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0 || (size_t)done < left[0].iov_len)
			return false;
		left[1].iov_base = (unsigned char *)left[1].iov_base + ((size_t)done - left[0].iov_len);
		left[1].iov_len -= (size_t)done - left[0].iov_len;
		left[0].iov_len = 0;
	}
	return true;
}

bool worker_read(int fd, void *p, size_t n, struct deadline deadline)
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

/* The root cause among the needs of a step; false when all of them passed. */
static bool blocked(const struct worker *r, enum step step, enum step *because)
{
	uint32_t missing = step_table[step].needs & ~r->passed;

	for (int i = 0; i < STEP__COUNT; i++) {
		if (missing & 1u << i) {
			*because = r->failed & 1u << i ? r->root[i] : (enum step)i;
			return true;
		}
	}
	return false;
}

void worker_assume(struct worker *r, enum step step)
{
	r->passed |= 1u << step;
}

void worker_blame(struct worker *r, enum step step, enum step because)
{
	r->passed &= ~(1u << step);
	r->failed |= 1u << step;
	r->root[step] = because;
}

void worker_skip(struct worker *r, enum step step, enum step because)
{
	struct row row = {
		.step = step, .verdict = VERDICT_SKIP, .because = because, .began_ms = clock_ms() - r->start_ms
	};

	if (step > r->stop_after)
		return;
	worker_blame(r, step, because);
	(void)worker_send(r, WORKER_ROW, &row, sizeof row);
}

bool worker_passed(const struct worker *r, enum step step)
{
	return (r->passed & 1u << step) != 0;
}

bool worker_step(struct worker *r, enum step step, worker_step_fn *take, void *self)
{
	struct row row = { .step = step, .began_ms = clock_ms() - r->start_ms };
	struct worker_begin begin = { step };
	enum step because;

	if (step > r->stop_after)
		return false;
	if (blocked(r, step, &because)) {
		worker_skip(r, step, because);
		return false;
	}
	(void)worker_send(r, WORKER_BEGIN, &begin, sizeof begin);
	if (take(self, &row, &row.fault)) {
		if (row.verdict == VERDICT_NONE)
			row.verdict = VERDICT_PASS;
		worker_assume(r, step);
	} else {
		row.verdict = VERDICT_FAIL;
		r->last = row.fault.code;
		r->last_step = step;
		worker_blame(r, step, step);
	}
	row.ms = clock_ms() - r->start_ms - row.began_ms;
	redact_row(&r->redact, &row);
	(void)worker_send(r, WORKER_ROW, &row, sizeof row);
	return worker_passed(r, step);
}
