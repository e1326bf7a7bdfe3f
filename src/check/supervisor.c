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
#include "check/message.h"
#include "check/summary.h"

/* A run: the token worker and as many mail workers as are asked for start at once; the tenant worker follows. From then
 * on every turn waits for a message of any of them. The token worker's last word goes to each mail worker, which waits
 * for it behind CAPA. A worker is over when its pipe ends or its time is up. When a mail worker and the token worker
 * are, its mailbox is triaged if that can tell more, and reported: at once, or when the other mailboxes have proved
 * what they can (hold). The slot then takes the next mailbox. run_state names where a mailbox stands between these. */

enum {
	SUPERVISOR_GRACE_MS = 300,        /* between a mail worker's own deadline and its end */
	SUPERVISOR_TICK_MS = 100,         /* how often progress is reported */
	SUPERVISOR_TENANT_WAIT_MS = 1000, /* how much longer than for all others the tenant worker is waited for */
	SUPERVISOR_HANDOVER_MAX_MS = 2000 /* at most so long before the mail worker's deadline ends the token worker */
};

/* Rows that nobody wrote to are zero and stay untouched: a page that is not touched costs nothing. */
static void reset(struct run_job *j)
{
	if (j->report.settings != NULL)
		memset(j->report.row, 0, sizeof j->report.row);
	memset(j, 0, offsetof(struct run_job, report.row));
	j->in = j->out = -1;
	j->now = STEP__COUNT;
}

static bool running(const struct run_job *j)
{
	return j->state == RUN_WORKING || j->state == RUN_DONE;
}

static void start_report(const struct run *run, struct run_job *j, struct span mailbox)
{
	j->mailbox_n = (uint32_t)(mailbox.n < sizeof j->mailbox ? mailbox.n : sizeof j->mailbox);
	if (mailbox.n != 0)
		memcpy(j->mailbox, mailbox.p, j->mailbox_n);
	j->report.settings = run->ask->settings;
	j->report.mailbox = (struct span){ (const unsigned char *)j->mailbox, j->mailbox_n };
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
	start_report(run, &run->tenant_worker, first->report.mailbox);
	if (tenant_worker_domain(first->report.mailbox).n == 0) {
		summary_no_domain(&run->tenant_worker.report.row[STEP_TENANT]);
		return;
	}
	run->tenant_asked = true;
	run->tenant_worker.report.row[STEP_TENANT].verdict = VERDICT_NONE; /* of a mailbox before this */
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
		if (run_job_number(run, j) != 0) /* whose mailbox its next lines are about */
			run_note(run, j, WORKER_SIDE_POP, "mailbox %.*s", SPAN_ARG(j->report.mailbox));
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
	struct worker_head head = { WORKER_MAGIC, WORKER_TOKEN, (uint32_t)worker_token_size(&run->token) };

	if (j->worker != STEP_BY_MAIL_WORKER || j->out < 0 || !run->token_known)
		return;
	/* A fresh pipe takes it whole; one that does not is no longer what we made. */
	if (write(j->out, &head, sizeof head) == (ssize_t)sizeof head)
		(void)!write(j->out, &run->token, head.n);
	close(j->out);
	j->out = -1;
}

/* A worker that ended by this signal, or by none (0). */
static enum fault_code end_of(int signal_number)
{
	return signal_number == SIGSYS ? FAULT_WORKER_STOPPED : FAULT_WORKER_DIED;
}

/* A worker has ended without telling its last steps: the one under way failed, those behind it wait for it. */
static void complete_rows(const struct run *run, struct run_job *j, int signal_number, bool late)
{
	enum step failed = j->now;

	if (failed == STEP__COUNT) {
		for (int i = STEP__COUNT - 1; i >= 0; i--)
			if (step_table[i].by == j->worker && j->report.row[i].verdict == VERDICT_NONE &&
			    connect_takes(run->ask->settings, (enum step)i))
				failed = (enum step)i;
	}
	for (int i = 0; i < STEP__COUNT && i <= (int)run->ask->stop_after; i++) {
		struct row *row = &j->report.row[i];

		if (step_table[i].by != j->worker || row->verdict != VERDICT_NONE ||
		    !connect_takes(run->ask->settings, (enum step)i))
			continue;
		row->step = (enum step)i;
		row->verdict = i == (int)failed ? VERDICT_FAIL : VERDICT_SKIP;
		row->because = failed;
		if (i != (int)failed)
			continue;
		row->ms = clock_ms() - run->start_ms - row->began_ms;
		(void)fault_set(&row->fault, late ? FAULT_DEADLINE : end_of(signal_number), late ? 0 : signal_number,
		                late ? SPAN("no answer before the deadline") : SPAN("the worker ended early"));
		run_note(run, j, WORKER_SIDE_SUPERVISOR, "%s: %.*s", step_table[row->step].id,
		         SPAN_ARG(fault_evidence(&row->fault)));
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
	if (j->state != RUN_DONE)
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
	if (run->ask->fail_fast && report_exit(&j->report) != EXIT_STATUS_OK)
		run->list_ended = true;
	run_emit(run, &(struct run_event){ .kind = RUN_REPORT, .report = &j->report });
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
	if (running(&run->tenant_worker) && clock_ms() - j->ready_ms < SUPERVISOR_TENANT_WAIT_MS)
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
	run_emit(run, &event);
}

/* Look after one worker: its message, its end, its deadline. */
static void serve(struct run *run, struct run_job *j, bool readable)
{
	bool late = clock_left(j->kill_at) == 0, ended;

	if (!running(j))
		return;
	ended = readable && !late && !message_take(run, j);
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
	run->noticed = run->finished; /* a parked report may have waited for just that: no tick between them */
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

	memset(run, 0, offsetof(struct run, message));
	run->ask = ask;
	run->start_ms = clock_ms();
	run->started_unix = clock_unix();
	reset(&run->token_worker);
	reset(&run->tenant_worker);
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
