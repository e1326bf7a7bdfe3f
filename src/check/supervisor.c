#include "check/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preflight/preflight.h"
#include "check/spawn.h"
#include "check/hold.h"
#include "check/summary.h"

enum {
	SUPERVISOR_GRACE_MS = 300,              /* between a mail worker's own deadline and its end */
	SUPERVISOR_TICK_MS = 100,               /* how often progress is reported */
	SUPERVISOR_MESSAGE_MS = 1000,           /* a message that has begun must be complete by then */
	SUPERVISOR_NOTES_MAX = 8 * 1024 * 1024, /* transcript of one worker; a check's own is some kB */
	SUPERVISOR_TENANT_MS = 1000, /* how much longer than for all others the tenant worker is waited for */
	SUPERVISOR_HANDOVER_MAX_MS =
		2000 /* the token worker is killed this much before the mail worker's deadline, at most */
};

/* Everything but the report: start_report clears what was used of that. */
static void reset(struct run_job *j)
{
	memset(j, 0, offsetof(struct run_job, mailbox));
	j->in = j->out = -1;
	j->now = STEP__COUNT;
}

static bool running(const struct run_job *j)
{
	return j->state == RUN_WORKING || j->state == RUN_TOLD;
}

static void emit(const struct run *run, const struct run_event *event)
{
	run->ask->on_event(run->ask->to, event);
}

/* A line of the transcript that is the supervisor's own. */
static void note(const struct run *run, enum worker_side side, unsigned job, const struct buf *text)
{
	if (run->ask->lines)
		emit(run, &(struct run_event){ .kind = RUN_LINE,
		                               .line = { clock_ms() - run->start_ms, side, job, TRACE_NOTE,
		                                         buf_span(text), false } });
}

static void start_report(const struct run *run, struct run_job *j, struct span mailbox)
{
	for (int i = 0; i < STEP__COUNT; i++)
		if (j->report.row[i].verdict != VERDICT_NONE) /* a page that is not touched costs nothing */
			memset(&j->report.row[i], 0, sizeof j->report.row[i]);
	j->mailbox_n = (uint32_t)(mailbox.n < sizeof j->mailbox ? mailbox.n : sizeof j->mailbox);
	if (mailbox.n != 0)
		memcpy(j->mailbox, mailbox.p, j->mailbox_n);
	j->report.settings = run->ask->settings;
	j->report.mailbox = (struct span){ (const unsigned char *)j->mailbox, j->mailbox_n };
	j->report.proved = (struct span){ NULL, 0 };
	j->report.started_unix = run->started_unix;
}

static bool start_token_worker(struct run *run, struct fault *f)
{
	int64_t timeout = run->ask->settings->timeout_ms;
	int64_t less = timeout / 10 < SUPERVISOR_HANDOVER_MAX_MS ? timeout / 10 : SUPERVISOR_HANDOVER_MAX_MS;
	bool started = true;

	/* The token worker ends early enough for the mail worker to know in time and say goodbye. */
	start_report(run, &run->token_worker, (struct span){ NULL, 0 });
	run->token_worker.deadline = clock_deadline(timeout - 2 * less);
	run->token_worker.kill_at = clock_deadline(timeout - less);
	if ((run->ask->workers & RUN_TOKEN) != 0)
		started = spawn(run, &run->token_worker, STEP_BY_TOKEN_WORKER, f);
	preflight_wipe(run->ask->credential);
	return started;
}

/* Who the mailbox's domain belongs to is asked once a run, for the first mailbox that has one, after all that matters
 * more has started. Without the tenant worker there is no tenant step, and no harm done. */
static void start_tenant_worker(struct run *run, const struct run_job *first)
{
	const struct run_request *ask = run->ask;

	if ((ask->workers & RUN_TOKEN) == 0 || (ask->workers & RUN_TENANT) == 0 || !ask->settings->provider->entra ||
	    ask->settings->provider->personal || settings_has(ask->settings, SETTING_TOKEN_URL) ||
	    !settings_has(ask->settings, SETTING_AUTHORITY_HOST) || ask->stop_after < STEP_TENANT)
		return;
	if (tenant_worker_domain(first->report.mailbox).n == 0) {
		summary_no_domain(&run->tenant_worker.report.row[STEP_TENANT]);
		return;
	}
	run->tenant_asked = true;
	start_report(run, &run->tenant_worker, first->report.mailbox);
	run->tenant_worker.deadline = run->token_worker.deadline;
	run->tenant_worker.kill_at = run->token_worker.kill_at;
	(void)!spawn(run, &run->tenant_worker, STEP_BY_TENANT_WORKER, &(struct fault){ 0 });
}

/* NULL: all are taken. */
static struct run_job *free_slot(struct run *run)
{
	for (unsigned i = 0; i < run->slots; i++)
		if (run->job[i].state == RUN_FREE)
			return &run->job[i];
	return run->slots < RUN_JOBS_MAX ? &run->job[run->slots++] : NULL;
}

/* Which of several jobs at the same time this is, from 1; 0: the only one, or none of them. */
static unsigned number_of(const struct run *run, const struct run_job *j)
{
	if (run->ask->jobs <= 1 || j == &run->token_worker || j == &run->tenant_worker)
		return 0;
	return (unsigned)(j - run->job) + 1;
}

/* Of several jobs at the same time, each says whose mailbox its next lines are about. */
static void note_mailbox(const struct run *run, const struct run_job *j)
{
	char text[REPORT_MAILBOX_MAX + 16];
	struct buf b = BUF(text);

	if (number_of(run, j) == 0)
		return;
	buf_z(&b, "mailbox ");
	buf_put(&b, j->report.mailbox);
	note(run, WORKER_SIDE_POP, number_of(run, j), &b);
}

/* Give every free job the next mailbox. */
static bool start_mail_workers(struct run *run, struct fault *f)
{
	while (!run->list_ended && hold_working(run) < run->ask->jobs) {
		struct run_job *j = free_slot(run);
		struct span mailbox;

		if (j == NULL)
			return true;
		reset(j);
		if (!run->ask->mailboxes.next(run->ask->mailboxes.from, &mailbox)) {
			run->list_ended = true;
			return true;
		}
		run->started++;
		start_report(run, j, mailbox);
		j->report.started_unix = clock_unix();
		j->deadline = clock_deadline(run->ask->settings->timeout_ms);
		j->kill_at = clock_deadline(run->ask->settings->timeout_ms + SUPERVISOR_GRACE_MS);
		note_mailbox(run, j);
		if ((run->ask->workers & RUN_MAIL) == 0)
			j->state = RUN_ENDED; /* there are only the token worker's rows */
		else if (!spawn(run, j, STEP_BY_MAIL_WORKER, f))
			return false;
		if (!run->tenant_asked)
			start_tenant_worker(run, j);
	}
	return true;
}

/* The token's fate, to a mail worker that waits for it. */
static void hand_over(const struct run *run, struct run_job *j)
{
	struct worker_head head = { WORKER_MAGIC, WORKER_TOKEN };

	if (j->worker != STEP_BY_MAIL_WORKER || j->out < 0 || !run->token_known)
		return;
	/* A fresh pipe takes it whole; one that does not is no longer what we made. */
	if (write(j->out, &head, sizeof head) == (ssize_t)sizeof head)
		(void)!write(j->out, &run->token, sizeof run->token);
	close(j->out);
	j->out = -1;
}

static void take_token(struct run *run, const struct worker_token *t)
{
	if (!secret_valid(&t->token.access) || t->token.mark_n > TOKEN_MARK_MAX || (unsigned)t->because >= STEP__COUNT)
		return;
	run->token = *t;
	run->token_known = true;
	if (run->ask->token != NULL && t->good)
		*run->ask->token = t->token.access;
}

/* The sides that a worker may speak for: nobody writes another one's lines. */
static bool speaks_for(enum step_by worker, enum worker_side side)
{
	switch (side) {
	case WORKER_SIDE_IDP:
		return worker == STEP_BY_TOKEN_WORKER;
	case WORKER_SIDE_POP:
		return worker == STEP_BY_MAIL_WORKER;
	case WORKER_SIDE_IMAP:
	case WORKER_SIDE_SMTP:
		return worker == STEP_BY_TRIAGE_WORKER;
	case WORKER_SIDE_DISC:
		return worker == STEP_BY_TENANT_WORKER;
	case WORKER_SIDE_SUPERVISOR:
	case WORKER_SIDE__COUNT:
		break;
	}
	return false;
}

static bool take_note(const struct run *run, struct run_job *j, const struct worker_note *n)
{
	if (n->n > sizeof n->text || !speaks_for(j->worker, n->side) || (unsigned)n->mark > TRACE_NOTE)
		return false;
	j->noted += n->n;
	if (run->ask->lines && j->noted <= SUPERVISOR_NOTES_MAX)
		emit(run, &(struct run_event){ .kind = RUN_LINE,
		                               .line = { n->at_ms,
		                                         n->side,
		                                         number_of(run, j),
		                                         n->mark,
		                                         { (const unsigned char *)n->text, n->n },
		                                         n->more != 0 } });
	return true;
}

static bool take_prompt(const struct run *run, const struct run_job *j, struct worker_prompt *p)
{
	if (j != &run->token_worker)
		return false;
	p->user_code[sizeof p->user_code - 1] = p->uri[sizeof p->uri - 1] = '\0';
	p->complete[sizeof p->complete - 1] = '\0';
	emit(run, &(struct run_event){ .kind = RUN_PROMPT, .prompt = p });
	return true;
}

static bool take_certificate(const struct run *run, const struct worker_certificate *c)
{
	if (run->ask->certificates && c->n <= WORKER_CERTIFICATE_MAX)
		emit(run, &(struct run_event){ .kind = RUN_CERTIFICATE, .certificate = { c->der, c->n } });
	return true;
}

/* One message of a worker. False when the pipe has ended or holds nonsense, such as another worker's step: the worker
 * is then done with. */
static bool take_message(struct run *run, struct run_job *j)
{
	struct deadline soon = clock_deadline(SUPERVISOR_MESSAGE_MS);
	struct worker_head head;

	if (!worker_read(j->in, &head, sizeof head, soon) || head.magic != WORKER_MAGIC ||
	    head.kind >= WORKER_MESSAGE__COUNT ||
	    !worker_read(j->in, &run->message, worker_size((enum worker_message)head.kind), soon))
		return false;
	switch ((enum worker_message)head.kind) {
	case WORKER_BEGIN:
		if ((unsigned)run->message.begin.step >= STEP__COUNT || step_by(run->message.begin.step) != j->worker)
			return false;
		j->now = run->message.begin.step;
		return true;
	case WORKER_ROW:
		if (!row_valid(&run->message.row) || step_by(run->message.row.step) != j->worker)
			return false;
		j->report.row[run->message.row.step] = run->message.row;
		j->now = STEP__COUNT;
		return true;
	case WORKER_NOTE:
		return take_note(run, j, &run->message.note);
	case WORKER_CERTIFICATE:
		return take_certificate(run, &run->message.certificate);
	case WORKER_TOKEN:
		if (j == &run->token_worker)
			take_token(run, &run->message.token);
		secret_wipe(&run->message.token.token.access);
		return true;
	case WORKER_PROMPT:
		return take_prompt(run, j, &run->message.prompt);
	case WORKER_DONE:
		j->state = RUN_TOLD;
		return true;
	case WORKER_MESSAGE__COUNT:
		break;
	}
	return false;
}

/* "pop-dns: no answer until the time was up", for a step whose worker could not report it. */
static void note_lost(const struct run *run, const struct row *row, unsigned job)
{
	char text[FAULT_EVIDENCE_MAX + 80];
	struct buf b = BUF(text);

	buf_z(&b, step_id(row->step));
	buf_z(&b, ": ");
	buf_put(&b, fault_evidence(&row->fault));
	note(run, WORKER_SIDE_SUPERVISOR, job, &b);
}

/* A worker has ended without telling its last steps: the one under way failed, those behind it wait for it. */
static void complete_rows(const struct run *run, struct run_job *j, int signal_number, bool late)
{
	enum step failed = j->now;

	if (failed == STEP__COUNT) {
		for (int i = STEP__COUNT - 1; i >= 0; i--)
			if (step_by((enum step)i) == j->worker && j->report.row[i].verdict == VERDICT_NONE)
				failed = (enum step)i;
	}
	for (int i = 0; i < STEP__COUNT && i <= (int)run->ask->stop_after; i++) {
		struct row *row = &j->report.row[i];

		if (step_by((enum step)i) != j->worker || row->verdict != VERDICT_NONE)
			continue;
		row->step = (enum step)i;
		row->verdict = i == (int)failed ? VERDICT_FAIL : VERDICT_SKIP;
		row->because = failed;
		if (i != (int)failed)
			continue;
		row->ms = clock_ms() - run->start_ms - row->began_ms;
		(void)fault_set(&row->fault, late ? FAULT_DEADLINE : FAULT_WORKER_DIED, late ? 0 : signal_number,
		                late ? SPAN("no answer until the time was up") : SPAN("the worker ended early"));
		note_lost(run, row, number_of(run, j));
	}
}

/* The pipe has ended (or was ended): reap the worker and complete what it left out. */
static void end_worker(struct run *run, struct run_job *j, bool late)
{
	int status = 0;

	if (late)
		spawn_warn(j);
	kill(j->pid, SIGKILL); /* it may have closed its pipe and live on */
	spawn_end(j);
	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (j->state != RUN_TOLD)
		complete_rows(run, j, WIFSIGNALED(status) ? WTERMSIG(status) : 0, late);
	j->state = RUN_ENDED;
	j->now = STEP__COUNT;
}

static void end_token_worker(struct run *run, bool late)
{
	enum step failed;

	end_worker(run, &run->token_worker, late);
	if (run->token_known)
		return;
	run->token.good = false;
	run->token.because = report_first_failure(&run->token_worker.report, &failed) ? failed : STEP_TOKEN;
	run->token_known = true;
}

/* The same for tenant worker and triage: a check can do without their only step. */
static void end_helper(struct run *run, struct run_job *j, bool late)
{
	enum step step = j->worker == STEP_BY_TENANT_WORKER ? STEP_TENANT : STEP_TRIAGE;
	bool sent = j->report.row[step].verdict != VERDICT_NONE;

	end_worker(run, j, late);
	if (!sent)
		summary_lost(&j->report.row[step], step, late);
}

static void finish_job(struct run *run, struct run_job *j)
{
	summary(&j->report, &run->token_worker.report, &run->tenant_worker.report);
	hold_take(run, j);
	j->report.ms = clock_ms() - run->start_ms;
	run->gravest = summary_graver(run->gravest, report_exit(&j->report));
	run->finished++;
	emit(run, &(struct run_event){ .kind = RUN_REPORT, .report = &j->report });
	j->state = RUN_FREE;
}

/* Is the mail server's "no" about the login, and the token good, so that the other services can tell more? */
static bool wants_triage(const struct run *run, const struct run_job *j)
{
	const struct row *auth = &j->report.row[STEP_AUTH];

	return (run->ask->workers & RUN_TRIAGE) != 0 && j->worker == STEP_BY_MAIL_WORKER && run->token_known &&
	       run->token.good && run->ask->stop_after >= STEP_TRIAGE && auth->verdict == VERDICT_FAIL &&
	       fault_kind(auth->fault.code) == FAULT_KIND_MAIL;
}

/* What comes next for a job when its worker and the token worker have exited: triage, or the report, for which the
 * tenant worker is given a moment. */
static void go_on(struct run *run, struct run_job *j)
{
	if (wants_triage(run, j) && spawn(run, j, STEP_BY_TRIAGE_WORKER, &(struct fault){ 0 }))
		return;
	if (hold_waits(run, j))
		return;
	if (j->state != RUN_READY) {
		j->state = RUN_READY;
		j->ready_ms = clock_ms();
	}
	if (running(&run->tenant_worker) && clock_ms() - j->ready_ms < SUPERVISOR_TENANT_MS)
		return;
	if (running(&run->tenant_worker))
		end_helper(run, &run->tenant_worker, true);
	finish_job(run, j);
}

static void show_progress(const struct run *run)
{
	struct run_event event = { .kind = RUN_PROGRESS,
		                   .progress = { clock_ms() - run->start_ms, run->token_worker.now, STEP__COUNT,
		                                 run->finished, run->ask->mailboxes.all } };

	for (unsigned i = 0; i < run->slots && event.progress.pop == STEP__COUNT; i++)
		if (run->job[i].state != RUN_FREE)
			event.progress.pop = run->job[i].now;
	emit(run, &event);
}

/* Look after one worker: its message, its end, its deadline. */
static void serve(struct run *run, struct run_job *j, bool readable)
{
	bool late = clock_left(j->kill_at) == 0, ended;

	if (!running(j))
		return;
	ended = readable && !late && !take_message(run, j);
	if (!ended && !late)
		return;
	switch (j->worker) {
	case STEP_BY_TOKEN_WORKER:
		end_token_worker(run, late);
		break;
	case STEP_BY_TENANT_WORKER:
	case STEP_BY_TRIAGE_WORKER:
		end_helper(run, j, late);
		break;
	case STEP_BY_MAIL_WORKER:
	case STEP_BY_SUPERVISOR:
		end_worker(run, j, late);
		break;
	}
}

/* One turn: wait for any worker, and serve them all. */
static void turn(struct run *run)
{
	struct pollfd wait[RUN_JOBS_MAX + 2];
	unsigned n = run->slots;

	for (unsigned i = 0; i < n; i++)
		wait[i] = (struct pollfd){ run->job[i].in, POLLIN, 0 };
	wait[n] = (struct pollfd){ run->token_worker.in, POLLIN, 0 };
	wait[n + 1] = (struct pollfd){ run->tenant_worker.in, POLLIN, 0 };
	if (poll(wait, n + 2, run->finished != run->noticed ? 0 : SUPERVISOR_TICK_MS) < 0)
		memset(wait, 0, sizeof wait);
	run->noticed =
		run->finished; /* what has finished may be what a parked report waits for: no tick between them */
	serve(run, &run->token_worker, wait[n].revents != 0);
	serve(run, &run->tenant_worker, wait[n + 1].revents != 0);
	for (unsigned i = 0; i < n; i++) {
		hand_over(run, &run->job[i]);
		serve(run, &run->job[i], wait[i].revents != 0);
		if (run->job[i].state >= RUN_ENDED && !running(&run->token_worker))
			go_on(run, &run->job[i]);
	}
	show_progress(run);
}

static bool anything_left(const struct run *run)
{
	for (unsigned i = 0; i < run->slots; i++)
		if (run->job[i].state != RUN_FREE)
			return true;
	return !run->list_ended || running(&run->token_worker);
}

bool supervisor_run(struct run *run, const struct run_request *ask, enum exit_status *gravest, struct fault *f)
{
	bool good;

	memset(run, 0, offsetof(struct run, token));
	run->ask = ask;
	run->start_ms = clock_ms();
	run->started_unix = clock_unix();
	run->gravest = EXIT_STATUS_OK;
	reset(&run->token_worker);
	reset(&run->tenant_worker);
	run->tenant_worker.report.mailbox = (struct span){ NULL, 0 };
	run->tenant_worker.report.row[STEP_TENANT].verdict = VERDICT_NONE;
	good = start_token_worker(run, f);
	while (good && anything_left(run)) {
		good = start_mail_workers(run, f);
		if (good && anything_left(run))
			turn(run);
	}
	if (running(&run->tenant_worker))
		end_helper(run, &run->tenant_worker, true);
	secret_wipe(&run->token.token.access);
	secret_wipe_used(&run->message, sizeof run->message);
	*gravest = good ? run->gravest : EXIT_STATUS_INTERNAL;
	return good;
}
