#include "cli/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/worker.h"
#include "cli/output.h"
#include "explain/knowledge.h"

/* What a try sends to the process that waits. */
struct result {
	int32_t status;
	bool wanted;
	int64_t asked_ms;
};

void retry_start(struct retry *a, int64_t ms)
{
	*a = (struct retry){
		.until = clock_deadline(ms),
		.began_ms = clock_ms(),
		.delay_ms = RETRY_FIRST_MS,
	};
}

bool retry_mendable(enum step step, const struct fault *f)
{
	if (fault_kind(f->code) == FAULT_KIND_WAIT)
		return true;
	if (f->code == FAULT_TOKEN_REFUSED)
		return (knowledge_marks(knowledge_find(KNOWN_AADSTS, f->num)) & KNOWN_MENDABLE) != 0;
	return f->code == FAULT_CLAIM_ROLE || f->code == FAULT_AUTH_REFUSED || f->code == FAULT_AUTH_CHALLENGE ||
	       f->code == FAULT_AUTH_NOT_CONNECTED || f->code == FAULT_MAILBOX_LOCKED ||
	       (step == STEP_MAILBOX && f->code == FAULT_MAILBOX_REFUSED);
}

void retry_report(struct retry *a, const struct report *r)
{
	struct buf b = BUF(a->line);
	enum step step;

	if (!report_first_failure(r, &step))
		return;
	if (!retry_mendable(step, &r->row[step].fault))
		a->hopeless = true;
	else
		a->wanted = true;
	if (fault_kind(r->row[step].fault.code) == FAULT_KIND_WAIT && r->row[step].fault.num * 1000 > a->asked_ms)
		a->asked_ms = r->row[step].fault.num * 1000;
	if (a->n != 0)
		return;
	buf_say(&b, "%s: %s", step_table[step].id, fault_text(r->row[step].fault.code));
	a->n = b.n;
}

bool retry_wanted(const struct retry *a)
{
	return a->wanted && !a->hopeless && !a->last;
}

/* The pause before the next try: what the server asked for, but the last try begins when the time is up. */
static int64_t pause_ms(const struct retry *a)
{
	int64_t left = clock_left(a->until);
	int64_t pause = a->delay_ms > a->asked_ms ? a->delay_ms : a->asked_ms;

	return pause < left ? pause : left;
}

/* "o2pop: try 3, after 150 s: auth: the mail server refused the login; next try in 135 s, the last in 1650 s" */
void retry_say(const struct retry *a, bool quiet)
{
	char text[RETRY_LINE_MAX + 200];
	struct buf b = BUF(text);

	if (quiet)
		return;
	buf_say(&b, "try %u, after %lld s: %.*s; next try in %lld s, the last in %d s", a->tries,
	        (long long)((clock_ms() - a->began_ms) / 1000), (int)a->n, a->line,
	        (long long)((pause_ms(a) + 999) / 1000), (clock_left(a->until) + 999) / 1000);
	output_error(buf_span(&b));
}

static void run_task(struct retry *a, int (*task)(void *of), void *of, int out)
{
	struct result r = { 0 };

	r.status = task(of);
	r.wanted = retry_wanted(a);
	r.asked_ms = a->asked_ms;
	_exit(write(out, &r, sizeof r) == (ssize_t)sizeof r ? 0 : 1);
}

static bool receive(int fd, struct result *r)
{
	ssize_t n;

	do {
		n = read(fd, r, sizeof *r);
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof *r && r->asked_ms >= 0;
}

bool retry_try(struct retry *a, int (*task)(void *of), void *of, int *status, struct fault *f)
{
	struct result r = { 0 };
	int ends[2], end = 0;
	bool received;
	pid_t parent = getpid(), pid;

	a->tries++;
	a->last = clock_left(a->until) == 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	pid = fork();
	if (pid == 0) {
		worker_end_with(parent);
		run_task(a, task, of, ends[1]);
	}
	if (pid < 0)
		fault_set(f, FAULT_SYSTEM, errno, SPAN("fork"));
	close(ends[1]);
	received = pid > 0 && receive(ends[0], &r);
	close(ends[0]);
	if (pid < 0)
		return false;
	while (waitpid(pid, &end, 0) < 0 && errno == EINTR)
		continue;
	if (!received)
		return fault_set(f, FAULT_WORKER_DIED, WIFSIGNALED(end) ? WTERMSIG(end) : 0, SPAN("a try of --wait"));
	*status = r.status;
	a->wanted = r.wanted;
	a->asked_ms = r.asked_ms;
	return true;
}

void retry_sleep(struct retry *a)
{
	struct deadline d = clock_deadline(pause_ms(a));

	while (clock_left(d) != 0)
		(void)poll(NULL, 0, clock_left(d));
	a->delay_ms += a->delay_ms / 2;
	if (a->delay_ms > RETRY_LONGEST_MS)
		a->delay_ms = RETRY_LONGEST_MS;
	a->wanted = false;
	a->asked_ms = 0;
}
