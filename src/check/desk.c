#include "check/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	DESK_GRACE_MS = 300,     /* between a probe's own deadline and its end */
	DESK_TICK_MS = 100,      /* how often progress is told */
	DESK_MESSAGE_MS = 2000,  /* a message that has begun must be complete by then */
	DESK_HANDOVER_MAX_MS = 2000 /* the keeper is killed this much before the probe's deadline, at most */
};

/* The report stays as it is: start_report clears what was used of it. */
static void reset(struct desk_job *j)
{
	j->busy = j->told = false;
	j->pid = 0;
	j->in = j->out = -1;
	j->now = RUNG__COUNT;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* What every role starts with. */
static struct role new_role(const struct desk *d, const struct desk_job *j, enum role_arm arm)
{
	const struct desk_ask *ask = d->ask;

	return (struct role){
		.start_ms = d->start_ms,
		.deadline = j->deadline,
		.stop_after = ask->stop_after,
		.arm = arm,
		.notes = ask->ear.line != NULL,
		.show_secrets = ask->show_secrets,
	};
}

static void run_keeper(struct desk *d, const struct desk_job *j, int out, int in)
{
	struct keeper *k = &d->worker.keeper;

	k->role = new_role(d, j, ROLE_ARM_IDP);
	k->settings = d->ask->settings;
	k->credential = d->ask->credential;
	k->reach.trust = d->ask->trust;
	role_start(&k->role, out, in);
	keeper_run(k);
}

static void run_probe(struct desk *d, const struct desk_job *j, int out, int in)
{
	struct probe *p = &d->worker.probe;

	p->role = new_role(d, j, ROLE_ARM_POP);
	p->settings = d->ask->settings;
	p->mailbox = j->report.mailbox;
	p->certificates = d->ask->certificates;
	p->reach.trust = d->ask->trust;
	role_start(&p->role, out, in);
	probe_run(p);
}

/* In the child: nothing of the other roles stays open. */
static void forget_jobs(struct desk *d)
{
	close_fd(&d->keeper.in);
	close_fd(&d->keeper.out);
	for (unsigned i = 0; i < d->ask->jobs; i++) {
		close_fd(&d->job[i].in);
		close_fd(&d->job[i].out);
	}
}

typedef void run_fn(struct desk *d, const struct desk_job *j, int out, int in);

static bool spawn(struct desk *d, struct desk_job *j, run_fn *run, struct fault *f)
{
	int rows[2], orders[2];

	if (pipe2(rows, O_CLOEXEC) != 0)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	if (pipe2(orders, O_CLOEXEC) != 0) {
		close(rows[0]);
		close(rows[1]);
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	}
	j->pid = fork();
	if (j->pid == 0) {
		forget_jobs(d);
		close(rows[0]);
		close(orders[1]);
		run(d, j, rows[1], orders[0]);
		_exit(0);
	}
	close(rows[1]);
	close(orders[0]);
	j->in = rows[0];
	j->out = orders[1];
	j->busy = true;
	if (j->pid < 0) {
		reset(j);
		close(rows[0]);
		close(orders[1]);
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("fork"));
	}
	return true;
}

static void start_report(const struct desk *d, struct desk_job *j, struct span mailbox)
{
	for (int i = 0; i < RUNG__COUNT; i++)
		if (j->report.row[i].verdict != VERDICT_NONE) /* a page that is not touched costs nothing */
			memset(&j->report.row[i], 0, sizeof j->report.row[i]);
	j->mailbox_n = (uint32_t)(mailbox.n < sizeof j->mailbox ? mailbox.n : sizeof j->mailbox);
	if (mailbox.n != 0)
		memcpy(j->mailbox, mailbox.p, j->mailbox_n);
	j->report.settings = d->ask->settings;
	j->report.mailbox = (struct span){ (const unsigned char *)j->mailbox, j->mailbox_n };
	j->report.started_unix = d->started_unix;
}

static bool start_keeper(struct desk *d, struct fault *f)
{
	int64_t timeout = d->ask->settings->timeout_ms;
	int64_t less = timeout / 10 < DESK_HANDOVER_MAX_MS ? timeout / 10 : DESK_HANDOVER_MAX_MS;
	bool started = true;

	/* The keeper ends early enough for the probe to hear of it in time and say goodbye. */
	start_report(d, &d->keeper, (struct span){ NULL, 0 });
	d->keeper.deadline = clock_deadline(timeout - 2 * less);
	d->keeper.kill_at = clock_deadline(timeout - less);
	if (d->ask->keeper)
		started = spawn(d, &d->keeper, run_keeper, f);
	secret_wipe(&d->ask->credential->client_secret);
	secret_wipe(&d->ask->credential->assertion);
	secret_wipe(&d->ask->credential->access_token);
	return started;
}

/* Give every free job the next mailbox. */
static bool start_probes(struct desk *d, struct fault *f)
{
	for (unsigned i = 0; i < d->ask->jobs && !d->list_ended; i++) {
		struct desk_job *j = &d->job[i];
		struct span mailbox;

		if (j->busy)
			continue;
		if (!d->ask->mailboxes.next(d->ask->mailboxes.from, &mailbox)) {
			d->list_ended = true;
			return true;
		}
		reset(j);
		start_report(d, j, mailbox);
		j->report.started_unix = clock_unix();
		j->deadline = clock_deadline(d->ask->settings->timeout_ms);
		j->kill_at = clock_deadline(d->ask->settings->timeout_ms + DESK_GRACE_MS);
		if (!d->ask->probe)
			j->busy = true; /* only the keeper's rows */
		else if (!spawn(d, j, run_probe, f))
			return false;
	}
	return true;
}

/* The token's fate, to a probe that waits for it. */
static void hand_over(const struct desk *d, struct desk_job *j)
{
	struct role_head head = { ROLE_MAGIC, ROLE_TOKEN };
	struct iovec_pair {
		struct role_head head;
		struct role_token token;
	} message = { head, d->token };

	if (j->told || j->out < 0 || !d->token_known)
		return;
	j->told = true;
	if (write(j->out, &message.head, sizeof message.head) == (ssize_t)sizeof message.head)
		(void)!write(j->out, &message.token, sizeof message.token);
	secret_wipe(&message.token.token.access);
}

static void take_token(struct desk *d, const struct role_token *t)
{
	if (!secret_valid(&t->token.access) || t->token.mark_n > TOKEN_MARK_MAX ||
	    (unsigned)t->because >= RUNG__COUNT)
		return;
	d->token = *t;
	d->token_known = true;
	if (d->ask->token != NULL && t->good)
		*d->ask->token = t->token.access;
}

static void take_note(const struct desk *d, const struct role_note *n)
{
	if (d->ask->ear.line != NULL && n->n <= sizeof n->text && (unsigned)n->arm < ROLE_ARM__COUNT &&
	    (unsigned)n->mark <= TAPE_NOTE)
		d->ask->ear.line(d->ask->ear.to, n->at_ms, n->arm, n->mark,
		                 (struct span){ (const unsigned char *)n->text, n->n }, n->more);
}

/* One message of a role. False when the pipe has ended or holds nonsense: the role is then done with. */
static bool take_message(struct desk *d, struct desk_job *j)
{
	struct deadline soon = clock_deadline(DESK_MESSAGE_MS);
	struct role_head head;

	if (!role_read(j->in, &head, sizeof head, soon) || head.magic != ROLE_MAGIC || head.kind >= ROLE__COUNT ||
	    !role_read(j->in, &d->message, role_size((enum role_kind)head.kind), soon))
		return false;
	switch ((enum role_kind)head.kind) {
	case ROLE_BEGIN:
		if ((unsigned)d->message.begin.rung < RUNG__COUNT)
			j->now = d->message.begin.rung;
		return true;
	case ROLE_ROW:
		if (!row_valid(&d->message.row))
			return false;
		j->report.row[d->message.row.rung] = d->message.row;
		j->now = RUNG__COUNT;
		return true;
	case ROLE_NOTE:
		take_note(d, &d->message.note);
		return true;
	case ROLE_CERTIFICATE:
		if (d->ask->ear.certificate != NULL && d->message.certificate.n <= ROLE_CERTIFICATE_MAX)
			d->ask->ear.certificate(d->ask->ear.to, (struct span){ d->message.certificate.der,
			                                                       d->message.certificate.n });
		return true;
	case ROLE_TOKEN:
		if (j == &d->keeper)
			take_token(d, &d->message.token);
		secret_wipe(&d->message.token.token.access);
		return true;
	case ROLE__COUNT:
		break;
	}
	return false;
}

/* A role has ended without telling its last rungs: the one under way failed, those behind it wait for it. */
static void complete_rows(const struct desk *d, struct desk_job *j, enum ladder_role role, int signal_number,
                          bool late)
{
	enum rung failed = j->now;

	if (failed == RUNG__COUNT) {
		for (int i = RUNG__COUNT - 1; i >= 0; i--)
			if (ladder_role((enum rung)i) == role && j->report.row[i].verdict == VERDICT_NONE)
				failed = (enum rung)i;
	}
	for (int i = 0; i < RUNG__COUNT && i <= (int)d->ask->stop_after; i++) {
		struct row *row = &j->report.row[i];

		if (ladder_role((enum rung)i) != role || row->verdict != VERDICT_NONE)
			continue;
		row->rung = (enum rung)i;
		row->verdict = i == (int)failed ? VERDICT_FAIL : VERDICT_SKIP;
		row->because = failed;
		if (i != (int)failed)
			continue;
		row->ms = clock_ms() - d->start_ms - row->began_ms;
		(void)fault_set(&row->fault, late ? FAULT_DEADLINE : FAULT_ROLE_DIED, late ? 0 : signal_number,
		                late ? SPAN("no answer until the time was up") : SPAN("the worker ended early"));
	}
}

/* The pipe has ended (or was ended): reap the role and complete what it left out. */
static void end_role(struct desk *d, struct desk_job *j, enum ladder_role role, bool late)
{
	int status = 0;

	if (late)
		kill(j->pid, SIGKILL);
	close_fd(&j->in);
	close_fd(&j->out);
	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	j->pid = 0;
	if (late || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		complete_rows(d, j, role, WIFSIGNALED(status) ? WTERMSIG(status) : 0, late);
	j->now = RUNG__COUNT;
}

static void end_keeper(struct desk *d, bool late)
{
	enum rung failed;

	end_role(d, &d->keeper, LADDER_KEEPER, late);
	if (d->token_known)
		return;
	d->token.good = false;
	d->token.because = report_first_failure(&d->keeper.report, &failed) ? failed : RUNG_TOKEN;
	d->token_known = true;
}

/* Our clock against the provider's, when it told its own. */
static void put_clock(struct report *r)
{
	struct span text = row_get(&r->row[RUNG_TOKEN], FACT_CLOCK_SKEW);
	struct row *row = &r->row[RUNG_CLOCK];
	bool behind = text.n != 0 && text.p[0] == '-';
	uint64_t skew;

	if (!span_u64(span_from(text, behind ? 1 : 0), INT64_MAX, &skew))
		return;
	row->rung = RUNG_CLOCK;
	row->verdict = skew > DESK_SKEW_MAX_S ? VERDICT_WARN : VERDICT_PASS;
	row_fact(row, FACT_CLOCK_SKEW, text);
	row_fact(row, FACT_SERVER_DATE, row_get(&r->row[RUNG_TOKEN], FACT_SERVER_DATE));
}

/* Of two exit statuses the one that matters more: an earlier rung, and "later" least of all. */
static enum ladder_exit graver(enum ladder_exit a, enum ladder_exit b)
{
	if (a == LADDER_EXIT_OK || (a == LADDER_EXIT_LATER && b != LADDER_EXIT_OK))
		return b;
	return b == LADDER_EXIT_OK || a < b ? a : b;
}

static void finish_job(struct desk *d, struct desk_job *j)
{
	for (int i = 0; i < RUNG__COUNT; i++)
		if (ladder_role((enum rung)i) == LADDER_KEEPER)
			j->report.row[i] = d->keeper.report.row[i];
	put_clock(&j->report);
	j->report.ms = clock_ms() - d->start_ms;
	d->gravest = graver(d->gravest, report_exit(&j->report));
	d->finished++;
	if (d->ask->ear.report != NULL)
		d->ask->ear.report(d->ask->ear.to, &j->report);
	j->busy = false;
}

static void tell_progress(const struct desk *d)
{
	enum rung pop = RUNG__COUNT;

	if (d->ask->ear.progress == NULL)
		return;
	for (unsigned i = 0; i < d->ask->jobs && pop == RUNG__COUNT; i++)
		if (d->job[i].busy)
			pop = d->job[i].now;
	d->ask->ear.progress(d->ask->ear.to, clock_ms() - d->start_ms, d->keeper.now, pop, d->finished,
	                     d->ask->mailboxes.all);
}

/* Look after one role: its message, its end, its deadline. */
static void serve(struct desk *d, struct desk_job *j, enum ladder_role role, bool readable)
{
	bool late = false, ended = false;

	if (j->in < 0)
		return;
	if (readable)
		ended = !take_message(d, j);
	else
		late = clock_left(j->kill_at) == 0;
	if (!ended && !late)
		return;
	if (role == LADDER_KEEPER)
		end_keeper(d, late);
	else
		end_role(d, j, role, late);
}

/* One turn: wait for any role, and serve them all. */
static void turn(struct desk *d)
{
	struct pollfd wait[DESK_JOBS_MAX + 1];
	unsigned n = d->ask->jobs;

	for (unsigned i = 0; i < n; i++)
		wait[i] = (struct pollfd){ d->job[i].in, POLLIN, 0 };
	wait[n] = (struct pollfd){ d->keeper.in, POLLIN, 0 };
	if (poll(wait, n + 1, DESK_TICK_MS) < 0)
		memset(wait, 0, sizeof wait);
	serve(d, &d->keeper, LADDER_KEEPER, wait[n].revents != 0);
	for (unsigned i = 0; i < n; i++) {
		hand_over(d, &d->job[i]);
		serve(d, &d->job[i], LADDER_PROBE, wait[i].revents != 0);
		if (d->job[i].busy && d->job[i].in < 0 && d->keeper.in < 0)
			finish_job(d, &d->job[i]);
	}
	tell_progress(d);
}

static bool anything_left(const struct desk *d)
{
	for (unsigned i = 0; i < d->ask->jobs; i++)
		if (d->job[i].busy)
			return true;
	return !d->list_ended || d->keeper.in >= 0;
}

bool desk_run(struct desk *d, const struct desk_ask *ask, enum ladder_exit *gravest, struct fault *f)
{
	bool good;

	d->ask = ask;
	d->start_ms = clock_ms();
	d->started_unix = clock_unix();
	reset(&d->keeper);
	for (unsigned i = 0; i < ask->jobs; i++)
		reset(&d->job[i]);
	d->token_known = false;
	d->list_ended = false;
	d->finished = 0;
	d->gravest = LADDER_EXIT_OK;
	good = start_keeper(d, f);
	while (good && anything_left(d)) {
		good = start_probes(d, f);
		if (good && anything_left(d))
			turn(d);
	}
	secret_wipe(&d->token.token.access);
	*gravest = good ? d->gravest : LADDER_EXIT_INTERNAL;
	return good;
}
