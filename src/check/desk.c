#include "check/desk.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preflight/credential.h"
#include "check/desk_hire.h"
#include "check/desk_proof.h"
#include "check/desk_sum.h"

enum {
	DESK_GRACE_MS = 300,     /* between a probe's own deadline and its end */
	DESK_TICK_MS = 100,      /* how often progress is told */
	DESK_MESSAGE_MS = 1000,  /* a message that has begun must be complete by then */
	DESK_NOTES_MAX = 8 * 1024 * 1024, /* transcript of one role; a check's own is some kB */
	DESK_SCOUT_MS = 1000,    /* how much longer than for all others the scout is waited for */
	DESK_HANDOVER_MAX_MS = 2000 /* the keeper is killed this much before the probe's deadline, at most */
};

/* The report stays as it is: start_report clears what was used of it. */
static void reset(struct desk_job *j)
{
	j->busy = j->told = j->done = j->triaged = j->parked = false;
	j->ready_ms = 0;
	j->noted = 0;
	j->pid = 0;
	j->in = j->out = -1;
	j->now = RUNG__COUNT;
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
	j->report.proved = (struct span){ NULL, 0 };
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
		started = desk_hire(d, &d->keeper, LADDER_KEEPER, f);
	credential_wipe(d->ask->credential);
	return started;
}

/* Who the mailbox's domain belongs to is asked once a run, for the first mailbox that has one, after all that matters
 * more has started. Without the scout there is no tenant rung, and no harm done. */
static void start_scout(struct desk *d, const struct desk_job *first)
{
	const struct desk_ask *ask = d->ask;

	if (!ask->keeper || !ask->discovery || !ask->settings->provider->entra || ask->settings->provider->personal ||
	    settings_has(ask->settings, SETTING_TOKEN_URL) || !settings_has(ask->settings, SETTING_AUTHORITY_HOST) ||
	    ask->stop_after < RUNG_TENANT)
		return;
	if (scout_domain(first->report.mailbox).n == 0) {
		desk_sum_no_domain(&d->scout.report.row[RUNG_TENANT]);
		return;
	}
	d->scouted = true;
	start_report(d, &d->scout, first->report.mailbox);
	d->scout.deadline = d->keeper.deadline;
	d->scout.kill_at = d->keeper.kill_at;
	(void)!desk_hire(d, &d->scout, LADDER_SCOUT, &(struct fault){ 0 });
}

/* NULL: all are taken. */
static struct desk_job *free_slot(struct desk *d)
{
	for (unsigned i = 0; i < d->slots; i++)
		if (!d->job[i].busy)
			return &d->job[i];
	return d->slots < DESK_JOBS_MAX ? &d->job[d->slots++] : NULL;
}

/* Which of several jobs at the same time this is, from 1; 0: the only one, or none of them. */
static unsigned number_of(const struct desk *d, const struct desk_job *j)
{
	if (d->ask->jobs <= 1 || j == &d->keeper || j == &d->scout)
		return 0;
	return (unsigned)(j - d->job) + 1;
}

/* Of several jobs at the same time, each says whose mailbox its next lines are about. */
static void note_mailbox(const struct desk *d, const struct desk_job *j)
{
	char text[REPORT_MAILBOX_MAX + 16];
	struct buf b = BUF(text);

	if (d->ask->ear.line == NULL || number_of(d, j) == 0)
		return;
	buf_z(&b, "mailbox ");
	buf_put(&b, j->report.mailbox);
	d->ask->ear.line(d->ask->ear.to, clock_ms() - d->start_ms, ROLE_ARM_POP, number_of(d, j),
	                 TAPE_NOTE, buf_span(&b), false);
}

/* Give every free job the next mailbox. */
static bool start_probes(struct desk *d, struct fault *f)
{
	while (!d->list_ended && desk_proof_working(d) < d->ask->jobs) {
		struct desk_job *j = free_slot(d);
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
		j->kill_at = clock_deadline(d->ask->settings->timeout_ms + DESK_GRACE_MS);
		j->busy = true;
		note_mailbox(d, j);
		if (d->ask->probe && !desk_hire(d, j, LADDER_PROBE, f))
			return false; /* without a probe there are only the keeper's rows */
		if (!d->scouted)
			start_scout(d, j);
	}
	return true;
}

/* The token's fate, to a probe that waits for it. */
static void hand_over(const struct desk *d, struct desk_job *j)
{
	struct role_head head = { ROLE_MAGIC, ROLE_TOKEN };

	if (j->told || j->out < 0 || !d->token_known)
		return;
	j->told = true;
	/* A fresh pipe takes it whole; one that does not is no longer what we made. */
	if (write(j->out, &head, sizeof head) == (ssize_t)sizeof head)
		(void)!write(j->out, &d->token, sizeof d->token);
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

/* The arms that a role may speak for: nobody writes another one's lines. */
static bool speaks_for(enum ladder_role role, enum role_arm arm)
{
	switch (arm) {
	case ROLE_ARM_IDP:
		return role == LADDER_KEEPER;
	case ROLE_ARM_POP:
		return role == LADDER_PROBE;
	case ROLE_ARM_IMAP:
	case ROLE_ARM_SMTP:
		return role == LADDER_TRIAGE;
	case ROLE_ARM_DISC:
		return role == LADDER_SCOUT;
	case ROLE_ARM_DESK:
	case ROLE_ARM__COUNT:
		break;
	}
	return false;
}

static bool take_note(const struct desk *d, struct desk_job *j, const struct role_note *n)
{
	if (n->n > sizeof n->text || !speaks_for(j->role, n->arm) || (unsigned)n->mark > TAPE_NOTE)
		return false;
	j->noted += n->n;
	if (d->ask->ear.line != NULL && j->noted <= DESK_NOTES_MAX)
		d->ask->ear.line(d->ask->ear.to, n->at_ms, n->arm, number_of(d, j), n->mark,
		                 (struct span){ (const unsigned char *)n->text, n->n }, n->more != 0);
	return true;
}

static bool take_prompt(const struct desk *d, struct role_prompt *p)
{
	p->user_code[sizeof p->user_code - 1] = p->uri[sizeof p->uri - 1] = '\0';
	p->complete[sizeof p->complete - 1] = '\0';
	if (d->ask->ear.prompt != NULL)
		d->ask->ear.prompt(d->ask->ear.to, p);
	return true;
}

/* One message of a role. False when the pipe has ended or holds nonsense, such as another role's rung: the role is
 * then done with. */
static bool take_message(struct desk *d, struct desk_job *j)
{
	struct deadline soon = clock_deadline(DESK_MESSAGE_MS);
	struct role_head head;

	if (!role_read(j->in, &head, sizeof head, soon) || head.magic != ROLE_MAGIC || head.kind >= ROLE__COUNT ||
	    !role_read(j->in, &d->message, role_size((enum role_kind)head.kind), soon))
		return false;
	switch ((enum role_kind)head.kind) {
	case ROLE_BEGIN:
		if ((unsigned)d->message.begin.rung >= RUNG__COUNT || ladder_role(d->message.begin.rung) != j->role)
			return false;
		j->now = d->message.begin.rung;
		return true;
	case ROLE_ROW:
		if (!row_valid(&d->message.row) || ladder_role(d->message.row.rung) != j->role)
			return false;
		j->report.row[d->message.row.rung] = d->message.row;
		j->now = RUNG__COUNT;
		return true;
	case ROLE_NOTE:
		return take_note(d, j, &d->message.note);
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
	case ROLE_PROMPT:
		return j == &d->keeper && take_prompt(d, &d->message.prompt);
	case ROLE_DONE:
		j->done = true;
		return true;
	case ROLE__COUNT:
		break;
	}
	return false;
}

/* "pop-dns: no answer until the time was up", for a rung that its role could not tell of. */
static void note_lost(const struct desk *d, const struct row *row, unsigned number)
{
	char text[FAULT_EVIDENCE_MAX + 80];
	struct buf b = BUF(text);

	if (d->ask->ear.line == NULL)
		return;
	buf_z(&b, ladder_id(row->rung));
	buf_z(&b, ": ");
	buf_put(&b, fault_evidence(&row->fault));
	d->ask->ear.line(d->ask->ear.to, clock_ms() - d->start_ms, ROLE_ARM_DESK, number, TAPE_NOTE,
	                 buf_span(&b), false);
}

/* A role has ended without telling its last rungs: the one under way failed, those behind it wait for it. */
static void complete_rows(const struct desk *d, struct desk_job *j, int signal_number, bool late)
{
	enum rung failed = j->now;

	if (failed == RUNG__COUNT) {
		for (int i = RUNG__COUNT - 1; i >= 0; i--)
			if (ladder_role((enum rung)i) == j->role && j->report.row[i].verdict == VERDICT_NONE)
				failed = (enum rung)i;
	}
	for (int i = 0; i < RUNG__COUNT && i <= (int)d->ask->stop_after; i++) {
		struct row *row = &j->report.row[i];

		if (ladder_role((enum rung)i) != j->role || row->verdict != VERDICT_NONE)
			continue;
		row->rung = (enum rung)i;
		row->verdict = i == (int)failed ? VERDICT_FAIL : VERDICT_SKIP;
		row->because = failed;
		if (i != (int)failed)
			continue;
		row->ms = clock_ms() - d->start_ms - row->began_ms;
		(void)fault_set(&row->fault, late ? FAULT_DEADLINE : FAULT_ROLE_DIED, late ? 0 : signal_number,
		                late ? SPAN("no answer until the time was up") : SPAN("the worker ended early"));
		note_lost(d, row, number_of(d, j));
	}
}

/* The pipe has ended (or was ended): reap the role and complete what it left out. */
static void end_role(struct desk *d, struct desk_job *j, bool late)
{
	int status = 0;

	if (late)
		desk_hire_warn(j);
	kill(j->pid, SIGKILL); /* it may have closed its pipe and live on */
	desk_hire_end(j);
	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	j->pid = 0;
	if (!j->done)
		complete_rows(d, j, WIFSIGNALED(status) ? WTERMSIG(status) : 0, late);
	j->now = RUNG__COUNT;
}

static void end_keeper(struct desk *d, bool late)
{
	enum rung failed;

	end_role(d, &d->keeper, late);
	if (d->token_known)
		return;
	d->token.good = false;
	d->token.because = report_first_failure(&d->keeper.report, &failed) ? failed : RUNG_TOKEN;
	d->token_known = true;
}

/* The same for scout and triage: a check can do without their only rung. */
static void end_helper(struct desk *d, struct desk_job *j, bool late)
{
	enum rung rung = j->role == LADDER_SCOUT ? RUNG_TENANT : RUNG_TRIAGE;
	bool told = j->report.row[rung].verdict != VERDICT_NONE;

	end_role(d, j, late);
	if (!told)
		desk_sum_lost(&j->report.row[rung], rung, late);
}

static void finish_job(struct desk *d, struct desk_job *j)
{
	desk_sum(&j->report, &d->keeper.report, &d->scout.report);
	desk_proof_take(d, j);
	j->report.ms = clock_ms() - d->start_ms;
	d->gravest = desk_sum_graver(d->gravest, report_exit(&j->report));
	d->finished++;
	if (d->ask->ear.report != NULL)
		d->ask->ear.report(d->ask->ear.to, &j->report);
	j->busy = false;
}

/* Is the mail server's "no" about the login, and the token good, so that the other doors can tell more? */
static bool wants_triage(const struct desk *d, const struct desk_job *j)
{
	const struct row *auth = &j->report.row[RUNG_AUTH];

	return d->ask->triage && !j->triaged && d->token_known && d->token.good && d->ask->stop_after >= RUNG_TRIAGE &&
	       auth->verdict == VERDICT_FAIL && fault_kind(auth->fault.code) == FAULT_KIND_MAIL;
}

/* A job whose process has ended, and the keeper, too: triage, or the report, for which the scout is given a moment. */
static void go_on(struct desk *d, struct desk_job *j)
{
	if (wants_triage(d, j)) {
		j->triaged = true;
		if (desk_hire(d, j, LADDER_TRIAGE, &(struct fault){ 0 }))
			return;
	}
	if (desk_proof_waits(d, j))
		return;
	if (j->ready_ms == 0)
		j->ready_ms = clock_ms();
	if (d->scout.in >= 0 && clock_ms() - j->ready_ms < DESK_SCOUT_MS)
		return;
	if (d->scout.in >= 0)
		end_helper(d, &d->scout, true);
	finish_job(d, j);
}

static void tell_progress(const struct desk *d)
{
	enum rung pop = RUNG__COUNT;

	if (d->ask->ear.progress == NULL)
		return;
	for (unsigned i = 0; i < d->slots && pop == RUNG__COUNT; i++)
		if (d->job[i].busy)
			pop = d->job[i].now;
	d->ask->ear.progress(d->ask->ear.to, clock_ms() - d->start_ms, d->keeper.now, pop, d->finished,
	                     d->ask->mailboxes.all);
}

/* Look after one role: its message, its end, its deadline. */
static void serve(struct desk *d, struct desk_job *j, bool readable)
{
	bool late = clock_left(j->kill_at) == 0, ended;

	if (j->in < 0)
		return;
	ended = readable && !late && !take_message(d, j);
	if (!ended && !late)
		return;
	switch (j->role) {
	case LADDER_KEEPER:
		end_keeper(d, late);
		break;
	case LADDER_SCOUT:
	case LADDER_TRIAGE:
		end_helper(d, j, late);
		break;
	case LADDER_PROBE:
	case LADDER_DESK:
		end_role(d, j, late);
		break;
	}
}

/* One turn: wait for any role, and serve them all. */
static void turn(struct desk *d)
{
	struct pollfd wait[DESK_JOBS_MAX + 2];
	unsigned n = d->slots;

	for (unsigned i = 0; i < n; i++)
		wait[i] = (struct pollfd){ d->job[i].in, POLLIN, 0 };
	wait[n] = (struct pollfd){ d->keeper.in, POLLIN, 0 };
	wait[n + 1] = (struct pollfd){ d->scout.in, POLLIN, 0 };
	if (poll(wait, n + 2, d->finished != d->noticed ? 0 : DESK_TICK_MS) < 0)
		memset(wait, 0, sizeof wait);
	d->noticed = d->finished; /* what has finished may be what a parked report waits for: no tick between them */
	serve(d, &d->keeper, wait[n].revents != 0);
	serve(d, &d->scout, wait[n + 1].revents != 0);
	for (unsigned i = 0; i < n; i++) {
		hand_over(d, &d->job[i]);
		serve(d, &d->job[i], wait[i].revents != 0);
		if (d->job[i].busy && d->job[i].in < 0 && d->keeper.in < 0)
			go_on(d, &d->job[i]);
	}
	tell_progress(d);
}

static bool anything_left(const struct desk *d)
{
	for (unsigned i = 0; i < d->slots; i++)
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
	reset(&d->scout);
	d->scout.report.mailbox = (struct span){ NULL, 0 };
	d->scout.report.row[RUNG_TENANT].verdict = VERDICT_NONE;
	d->scouted = false;
	d->slots = 0;
	d->started = 0;
	d->proved_n = 0;
	d->token_known = false;
	d->list_ended = false;
	d->finished = d->noticed = 0;
	d->gravest = LADDER_EXIT_OK;
	good = start_keeper(d, f);
	while (good && anything_left(d)) {
		good = start_probes(d, f);
		if (good && anything_left(d))
			turn(d);
	}
	if (d->scout.in >= 0)
		end_helper(d, &d->scout, true);
	secret_wipe(&d->token.token.access);
	secret_wipe_used(&d->message, sizeof d->message);
	*gravest = good ? d->gravest : LADDER_EXIT_INTERNAL;
	return good;
}
