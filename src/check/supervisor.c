#include "check/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preflight/preflight.h"
#include "check/spawn.h"
#include "check/hold.h"
#include "check/summary.h"

enum {
	SUPERVISOR_GRACE_MS = 300,              /* between a probe's own deadline and its end */
	SUPERVISOR_TICK_MS = 100,               /* how often progress is told */
	SUPERVISOR_MESSAGE_MS = 1000,           /* a message that has begun must be complete by then */
	SUPERVISOR_NOTES_MAX = 8 * 1024 * 1024, /* transcript of one worker; a check's own is some kB */
	SUPERVISOR_TENANT_MS = 1000, /* how much longer than for all others the tenant worker is waited for */
	SUPERVISOR_HANDOVER_MAX_MS =
		2000 /* the token worker is killed this much before the probe's deadline, at most */
};

/* The report stays as it is: start_report clears what was used of it. */
static void reset(struct run_job *j)
{
	j->busy = j->sent = j->done = j->triaged = j->parked = false;
	j->ready_ms = 0;
	j->noted = 0;
	j->pid = 0;
	j->in = j->out = -1;
	j->now = STEP__COUNT;
}

static void start_report(const struct run *d, struct run_job *j, struct span mailbox)
{
	for (int i = 0; i < STEP__COUNT; i++)
		if (j->report.row[i].verdict != VERDICT_NONE) /* a page that is not touched costs nothing */
			memset(&j->report.row[i], 0, sizeof j->report.row[i]);
	j->mailbox_n = (uint32_t)(mailbox.n < sizeof j->mailbox ? mailbox.n : sizeof j->mailbox);
	if (mailbox.n != 0)
		memcpy(j->mailbox, mailbox.p, j->mailbox_n);
	j->report.settings = d->ask->settings;
	j->report.mailbox = (struct span){ (const unsigned char *)j->mailbox, j->mailbox_n };
	j->report.proved = (struct span){ NULL, 0 };
	j->report.started_unix = d->started_unix;
}

static bool start_token_worker(struct run *d, struct fault *f)
{
	int64_t timeout = d->ask->settings->timeout_ms;
	int64_t less = timeout / 10 < SUPERVISOR_HANDOVER_MAX_MS ? timeout / 10 : SUPERVISOR_HANDOVER_MAX_MS;
	bool started = true;

	/* The token worker ends early enough for the probe to hear of it in time and say goodbye. */
	start_report(d, &d->token_worker, (struct span){ NULL, 0 });
	d->token_worker.deadline = clock_deadline(timeout - 2 * less);
	d->token_worker.kill_at = clock_deadline(timeout - less);
	if (d->ask->token_worker)
		started = spawn(d, &d->token_worker, STEP_BY_TOKEN_WORKER, f);
	preflight_wipe(d->ask->credential);
	return started;
}

/* Who the mailbox's domain belongs to is asked once a run, for the first mailbox that has one, after all that matters
 * more has started. Without the tenant worker there is no tenant step, and no harm done. */
static void start_tenant_worker(struct run *d, const struct run_job *first)
{
	const struct run_request *ask = d->ask;

	if (!ask->token_worker || !ask->discovery || !ask->settings->provider->entra ||
	    ask->settings->provider->personal || settings_has(ask->settings, SETTING_TOKEN_URL) ||
	    !settings_has(ask->settings, SETTING_AUTHORITY_HOST) || ask->stop_after < STEP_TENANT)
		return;
	if (tenant_worker_domain(first->report.mailbox).n == 0) {
		summary_no_domain(&d->tenant_worker.report.row[STEP_TENANT]);
		return;
	}
	d->tenant_asked = true;
	start_report(d, &d->tenant_worker, first->report.mailbox);
	d->tenant_worker.deadline = d->token_worker.deadline;
	d->tenant_worker.kill_at = d->token_worker.kill_at;
	(void)!spawn(d, &d->tenant_worker, STEP_BY_TENANT_WORKER, &(struct fault){ 0 });
}

/* NULL: all are taken. */
static struct run_job *free_slot(struct run *d)
{
	for (unsigned i = 0; i < d->slots; i++)
		if (!d->job[i].busy)
			return &d->job[i];
	return d->slots < RUN_JOBS_MAX ? &d->job[d->slots++] : NULL;
}

/* Which of several jobs at the same time this is, from 1; 0: the only one, or none of them. */
static unsigned number_of(const struct run *d, const struct run_job *j)
{
	if (d->ask->jobs <= 1 || j == &d->token_worker || j == &d->tenant_worker)
		return 0;
	return (unsigned)(j - d->job) + 1;
}

/* Of several jobs at the same time, each says whose mailbox its next lines are about. */
static void note_mailbox(const struct run *d, const struct run_job *j)
{
	char text[REPORT_MAILBOX_MAX + 16];
	struct buf b = BUF(text);

	if (d->ask->events.line == NULL || number_of(d, j) == 0)
		return;
	buf_z(&b, "mailbox ");
	buf_put(&b, j->report.mailbox);
	d->ask->events.line(d->ask->events.to, clock_ms() - d->start_ms, WORKER_SIDE_POP, number_of(d, j), TRACE_NOTE,
	                    buf_span(&b), false);
}

/* Give every free job the next mailbox. */
static bool start_mail_workers(struct run *d, struct fault *f)
{
	while (!d->list_ended && hold_working(d) < d->ask->jobs) {
		struct run_job *j = free_slot(d);
		struct span mailbox;

		if (j == NULL)
			return true;
		reset(j);
		if (!d->ask->mailboxes.next(d->ask->mailboxes.from, &mailbox)) {
			d->list_ended = true;
			return true;
		}
		d->started++;
		start_report(d, j, mailbox);
		j->report.started_unix = clock_unix();
		j->deadline = clock_deadline(d->ask->settings->timeout_ms);
		j->kill_at = clock_deadline(d->ask->settings->timeout_ms + SUPERVISOR_GRACE_MS);
		j->busy = true;
		note_mailbox(d, j);
		if (d->ask->probe && !spawn(d, j, STEP_BY_MAIL_WORKER, f))
			return false; /* without a probe there are only the token worker's rows */
		if (!d->tenant_asked)
			start_tenant_worker(d, j);
	}
	return true;
}

/* The token's fate, to a probe that waits for it. */
static void hand_over(const struct run *d, struct run_job *j)
{
	struct worker_head head = { WORKER_MAGIC, WORKER_TOKEN };

	if (j->sent || j->out < 0 || !d->token_known)
		return;
	j->sent = true;
	/* A fresh pipe takes it whole; one that does not is no longer what we made. */
	if (write(j->out, &head, sizeof head) == (ssize_t)sizeof head)
		(void)!write(j->out, &d->token, sizeof d->token);
}

static void take_token(struct run *d, const struct worker_token *t)
{
	if (!secret_valid(&t->token.access) || t->token.mark_n > TOKEN_MARK_MAX || (unsigned)t->because >= STEP__COUNT)
		return;
	d->token = *t;
	d->token_known = true;
	if (d->ask->token != NULL && t->good)
		*d->ask->token = t->token.access;
}

/* The sides that a worker may speak for: nobody writes another one's lines. */
static bool speaks_for(enum step_by role, enum worker_side side)
{
	switch (side) {
	case WORKER_SIDE_IDP:
		return role == STEP_BY_TOKEN_WORKER;
	case WORKER_SIDE_POP:
		return role == STEP_BY_MAIL_WORKER;
	case WORKER_SIDE_IMAP:
	case WORKER_SIDE_SMTP:
		return role == STEP_BY_TRIAGE_WORKER;
	case WORKER_SIDE_DISC:
		return role == STEP_BY_TENANT_WORKER;
	case WORKER_SIDE_SUPERVISOR:
	case WORKER_SIDE__COUNT:
		break;
	}
	return false;
}

static bool take_note(const struct run *d, struct run_job *j, const struct worker_note *n)
{
	if (n->n > sizeof n->text || !speaks_for(j->role, n->side) || (unsigned)n->mark > TRACE_NOTE)
		return false;
	j->noted += n->n;
	if (d->ask->events.line != NULL && j->noted <= SUPERVISOR_NOTES_MAX)
		d->ask->events.line(d->ask->events.to, n->at_ms, n->side, number_of(d, j), n->mark,
		                    (struct span){ (const unsigned char *)n->text, n->n }, n->more != 0);
	return true;
}

static bool take_prompt(const struct run *d, struct worker_prompt *p)
{
	p->user_code[sizeof p->user_code - 1] = p->uri[sizeof p->uri - 1] = '\0';
	p->complete[sizeof p->complete - 1] = '\0';
	if (d->ask->events.prompt != NULL)
		d->ask->events.prompt(d->ask->events.to, p);
	return true;
}

/* One message of a worker. False when the pipe has ended or holds nonsense, such as another worker's step: the worker
 * is then done with. */
static bool take_message(struct run *d, struct run_job *j)
{
	struct deadline soon = clock_deadline(SUPERVISOR_MESSAGE_MS);
	struct worker_head head;

	if (!worker_read(j->in, &head, sizeof head, soon) || head.magic != WORKER_MAGIC ||
	    head.kind >= WORKER_MESSAGE__COUNT ||
	    !worker_read(j->in, &d->message, worker_size((enum worker_message)head.kind), soon))
		return false;
	switch ((enum worker_message)head.kind) {
	case WORKER_BEGIN:
		if ((unsigned)d->message.begin.step >= STEP__COUNT || step_by(d->message.begin.step) != j->role)
			return false;
		j->now = d->message.begin.step;
		return true;
	case WORKER_ROW:
		if (!row_valid(&d->message.row) || step_by(d->message.row.step) != j->role)
			return false;
		j->report.row[d->message.row.step] = d->message.row;
		j->now = STEP__COUNT;
		return true;
	case WORKER_NOTE:
		return take_note(d, j, &d->message.note);
	case WORKER_CERTIFICATE:
		if (d->ask->events.certificate != NULL && d->message.certificate.n <= WORKER_CERTIFICATE_MAX)
			d->ask->events.certificate(d->ask->events.to, (struct span){ d->message.certificate.der,
			                                                             d->message.certificate.n });
		return true;
	case WORKER_TOKEN:
		if (j == &d->token_worker)
			take_token(d, &d->message.token);
		secret_wipe(&d->message.token.token.access);
		return true;
	case WORKER_PROMPT:
		return j == &d->token_worker && take_prompt(d, &d->message.prompt);
	case WORKER_DONE:
		j->done = true;
		return true;
	case WORKER_MESSAGE__COUNT:
		break;
	}
	return false;
}

/* "pop-dns: no answer until the time was up", for a step that its worker could not tell of. */
static void note_lost(const struct run *d, const struct row *row, unsigned number)
{
	char text[FAULT_EVIDENCE_MAX + 80];
	struct buf b = BUF(text);

	if (d->ask->events.line == NULL)
		return;
	buf_z(&b, step_id(row->step));
	buf_z(&b, ": ");
	buf_put(&b, fault_evidence(&row->fault));
	d->ask->events.line(d->ask->events.to, clock_ms() - d->start_ms, WORKER_SIDE_SUPERVISOR, number, TRACE_NOTE,
	                    buf_span(&b), false);
}

/* A worker has ended without telling its last steps: the one under way failed, those behind it wait for it. */
static void complete_rows(const struct run *d, struct run_job *j, int signal_number, bool late)
{
	enum step failed = j->now;

	if (failed == STEP__COUNT) {
		for (int i = STEP__COUNT - 1; i >= 0; i--)
			if (step_by((enum step)i) == j->role && j->report.row[i].verdict == VERDICT_NONE)
				failed = (enum step)i;
	}
	for (int i = 0; i < STEP__COUNT && i <= (int)d->ask->stop_after; i++) {
		struct row *row = &j->report.row[i];

		if (step_by((enum step)i) != j->role || row->verdict != VERDICT_NONE)
			continue;
		row->step = (enum step)i;
		row->verdict = i == (int)failed ? VERDICT_FAIL : VERDICT_SKIP;
		row->because = failed;
		if (i != (int)failed)
			continue;
		row->ms = clock_ms() - d->start_ms - row->began_ms;
		(void)fault_set(&row->fault, late ? FAULT_DEADLINE : FAULT_WORKER_DIED, late ? 0 : signal_number,
		                late ? SPAN("no answer until the time was up") : SPAN("the worker ended early"));
		note_lost(d, row, number_of(d, j));
	}
}

/* The pipe has ended (or was ended): reap the worker and complete what it left out. */
static void end_worker(struct run *d, struct run_job *j, bool late)
{
	int status = 0;

	if (late)
		spawn_warn(j);
	kill(j->pid, SIGKILL); /* it may have closed its pipe and live on */
	spawn_end(j);
	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	j->pid = 0;
	if (!j->done)
		complete_rows(d, j, WIFSIGNALED(status) ? WTERMSIG(status) : 0, late);
	j->now = STEP__COUNT;
}

static void end_token_worker(struct run *d, bool late)
{
	enum step failed;

	end_worker(d, &d->token_worker, late);
	if (d->token_known)
		return;
	d->token.good = false;
	d->token.because = report_first_failure(&d->token_worker.report, &failed) ? failed : STEP_TOKEN;
	d->token_known = true;
}

/* The same for tenant worker and triage: a check can do without their only step. */
static void end_helper(struct run *d, struct run_job *j, bool late)
{
	enum step step = j->role == STEP_BY_TENANT_WORKER ? STEP_TENANT : STEP_TRIAGE;
	bool sent = j->report.row[step].verdict != VERDICT_NONE;

	end_worker(d, j, late);
	if (!sent)
		summary_lost(&j->report.row[step], step, late);
}

static void finish_job(struct run *d, struct run_job *j)
{
	summary(&j->report, &d->token_worker.report, &d->tenant_worker.report);
	hold_take(d, j);
	j->report.ms = clock_ms() - d->start_ms;
	d->gravest = summary_graver(d->gravest, report_exit(&j->report));
	d->finished++;
	if (d->ask->events.report != NULL)
		d->ask->events.report(d->ask->events.to, &j->report);
	j->busy = false;
}

/* Is the mail server's "no" about the login, and the token good, so that the other services can tell more? */
static bool wants_triage(const struct run *d, const struct run_job *j)
{
	const struct row *auth = &j->report.row[STEP_AUTH];

	return d->ask->triage && !j->triaged && d->token_known && d->token.good && d->ask->stop_after >= STEP_TRIAGE &&
	       auth->verdict == VERDICT_FAIL && fault_kind(auth->fault.code) == FAULT_KIND_MAIL;
}

/* A job whose process has ended, and the token worker, too: triage, or the report, for which the tenant worker is
 * given a moment. */
static void go_on(struct run *d, struct run_job *j)
{
	if (wants_triage(d, j)) {
		j->triaged = true;
		if (spawn(d, j, STEP_BY_TRIAGE_WORKER, &(struct fault){ 0 }))
			return;
	}
	if (hold_waits(d, j))
		return;
	if (j->ready_ms == 0)
		j->ready_ms = clock_ms();
	if (d->tenant_worker.in >= 0 && clock_ms() - j->ready_ms < SUPERVISOR_TENANT_MS)
		return;
	if (d->tenant_worker.in >= 0)
		end_helper(d, &d->tenant_worker, true);
	finish_job(d, j);
}

static void tell_progress(const struct run *d)
{
	enum step pop = STEP__COUNT;

	if (d->ask->events.progress == NULL)
		return;
	for (unsigned i = 0; i < d->slots && pop == STEP__COUNT; i++)
		if (d->job[i].busy)
			pop = d->job[i].now;
	d->ask->events.progress(d->ask->events.to, clock_ms() - d->start_ms, d->token_worker.now, pop, d->finished,
	                        d->ask->mailboxes.all);
}

/* Look after one worker: its message, its end, its deadline. */
static void serve(struct run *d, struct run_job *j, bool readable)
{
	bool late = clock_left(j->kill_at) == 0, ended;

	if (j->in < 0)
		return;
	ended = readable && !late && !take_message(d, j);
	if (!ended && !late)
		return;
	switch (j->role) {
	case STEP_BY_TOKEN_WORKER:
		end_token_worker(d, late);
		break;
	case STEP_BY_TENANT_WORKER:
	case STEP_BY_TRIAGE_WORKER:
		end_helper(d, j, late);
		break;
	case STEP_BY_MAIL_WORKER:
	case STEP_BY_SUPERVISOR:
		end_worker(d, j, late);
		break;
	}
}

/* One turn: wait for any worker, and serve them all. */
static void turn(struct run *d)
{
	struct pollfd wait[RUN_JOBS_MAX + 2];
	unsigned n = d->slots;

	for (unsigned i = 0; i < n; i++)
		wait[i] = (struct pollfd){ d->job[i].in, POLLIN, 0 };
	wait[n] = (struct pollfd){ d->token_worker.in, POLLIN, 0 };
	wait[n + 1] = (struct pollfd){ d->tenant_worker.in, POLLIN, 0 };
	if (poll(wait, n + 2, d->finished != d->noticed ? 0 : SUPERVISOR_TICK_MS) < 0)
		memset(wait, 0, sizeof wait);
	d->noticed = d->finished; /* what has finished may be what a parked report waits for: no tick between them */
	serve(d, &d->token_worker, wait[n].revents != 0);
	serve(d, &d->tenant_worker, wait[n + 1].revents != 0);
	for (unsigned i = 0; i < n; i++) {
		hand_over(d, &d->job[i]);
		serve(d, &d->job[i], wait[i].revents != 0);
		if (d->job[i].busy && d->job[i].in < 0 && d->token_worker.in < 0)
			go_on(d, &d->job[i]);
	}
	tell_progress(d);
}

static bool anything_left(const struct run *d)
{
	for (unsigned i = 0; i < d->slots; i++)
		if (d->job[i].busy)
			return true;
	return !d->list_ended || d->token_worker.in >= 0;
}

bool supervisor_run(struct run *d, const struct run_request *ask, enum exit_status *gravest, struct fault *f)
{
	bool good;

	d->ask = ask;
	d->start_ms = clock_ms();
	d->started_unix = clock_unix();
	reset(&d->token_worker);
	reset(&d->tenant_worker);
	d->tenant_worker.report.mailbox = (struct span){ NULL, 0 };
	d->tenant_worker.report.row[STEP_TENANT].verdict = VERDICT_NONE;
	d->tenant_asked = false;
	d->slots = 0;
	d->started = 0;
	d->proved_n = 0;
	d->token_known = false;
	d->list_ended = false;
	d->finished = d->noticed = 0;
	d->gravest = EXIT_STATUS_OK;
	good = start_token_worker(d, f);
	while (good && anything_left(d)) {
		good = start_mail_workers(d, f);
		if (good && anything_left(d))
			turn(d);
	}
	if (d->tenant_worker.in >= 0)
		end_helper(d, &d->tenant_worker, true);
	secret_wipe(&d->token.token.access);
	secret_wipe_used(&d->message, sizeof d->message);
	*gravest = good ? d->gravest : EXIT_STATUS_INTERNAL;
	return good;
}
