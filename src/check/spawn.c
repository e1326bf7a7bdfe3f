#include "check/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preflight/preflight.h"
#include "check/lock.h"

enum { SPAWN_WARN_MS = 100 }; /* for what takes 10 */

/* What every worker starts with. Its line buffer and its list of pieces are left alone: a page that is not touched
 * costs nothing. */
static void prepare(struct worker *r, const struct run *run, const struct run_job *j, enum worker_side side)
{
	const struct run_request *ask = run->ask;

	memset(&r->out, 0, offsetof(struct worker, redact.echo.piece) - offsetof(struct worker, out));
	r->start_ms = run->start_ms;
	r->deadline = j->deadline;
	r->stop_after = ask->stop_after;
	r->side = side;
	r->notes = ask->lines;
	r->show_secrets = ask->show_secrets;
}

static void run_token_worker(struct run *run, const struct run_job *j, int out, int in)
{
	struct token_worker *k = &run->worker.token_worker;

	prepare(&k->worker, run, j, WORKER_SIDE_IDP);
	k->settings = run->ask->settings;
	k->mailbox = run->ask->only;
	k->credential = run->ask->credential;
	k->fetch.login = run->ask->login;
	k->fetch.patient = run->ask->patient;
	k->fetch.min_life_s = run->ask->min_life_s;
	k->fetch.idp.reach.trust = run->ask->trust;
	k->fetch.idp.reach.logins = run->ask->logins;
	k->fetch.idp.reach.clock_from_server = run->ask->clock_from_server;
	k->fetch.settings = k->settings;
	k->worker.files = token_fetch_wants_store(&k->fetch);
	if (lock_memory(k->credential, sizeof *k->credential) != LOCK_ALL)
		(void)lock_memory(&k->fetch.secrets, sizeof k->fetch.secrets);
	if (run->ask->obtain != NULL && !run->ask->obtain(run->ask->obtain_from, k->credential, &k->unread) &&
	    k->unread.code == FAULT_NONE)
		(void)fault_set(&k->unread, FAULT_FILE_UNREADABLE, 0, SPAN("a secret"));
	worker_start(&k->worker, out, in);
	token_worker_run(k);
}

static void run_mail_worker(struct run *run, const struct run_job *j, int out, int in)
{
	struct mail_worker *p = &run->worker.mail_worker;

	prepare(&p->worker, run, j, WORKER_SIDE_POP);
	p->settings = run->ask->settings;
	p->mailbox = j->report.mailbox;
	p->judged = run->ask->only.n != 0;
	p->certificates = run->ask->certificates;
	p->compat = run->ask->compat;
	p->reach.trust = run->ask->trust;
	p->reach.logins = run->ask->logins;
	p->reach.clock_from_server = run->ask->clock_from_server;
	worker_start(&p->worker, out, in);
	(void)lock_memory(&p->token, sizeof p->token);
	mail_worker_run(p);
}

static void run_tenant_worker(struct run *run, const struct run_job *j, int out, int in)
{
	struct tenant_worker *s = &run->worker.tenant_worker;

	prepare(&s->worker, run, j, WORKER_SIDE_TENANT);
	s->settings = run->ask->settings;
	s->mailbox = j->report.mailbox;
	s->reach.trust = run->ask->trust;
	s->reach.logins = run->ask->logins;
	s->reach.clock_from_server = run->ask->clock_from_server;
	worker_start(&s->worker, out, in);
	tenant_worker_run(s);
}

static void run_triage_worker(struct run *run, const struct run_job *j, int out, int in)
{
	struct triage_worker *t = &run->worker.triage_worker;

	prepare(&t->worker, run, j, WORKER_SIDE_IMAP);
	t->settings = run->ask->settings;
	t->mailbox = j->report.mailbox;
	t->token = &run->token.token;
	t->reach.trust = run->ask->trust;
	t->reach.logins = run->ask->logins;
	worker_start(&t->worker, out, in);
	(void)lock_memory(t->token, sizeof *t->token);
	triage_worker_run(t);
}

void spawn_end(struct run_job *j)
{
	if (j->in >= 0)
		close(j->in);
	if (j->out >= 0)
		close(j->out);
	j->in = j->out = -1;
}

/* Its own handler wipes what it has. It has not ended by itself, so nothing else can be expected of it. */
void spawn_warn(const struct run_job *j)
{
	struct deadline soon = clock_deadline(SPAWN_WARN_MS);
	siginfo_t end = { .si_pid = 0 };

	(void)kill(j->pid, SIGTERM);
	while (waitid(P_PID, (id_t)j->pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid == 0 &&
	       clock_left(soon) != 0)
		(void)poll(NULL, 0, 1);
}

/* In the child, at its end: what it was given, and what the supervisor knew at the fork. */
static void forget_secrets(struct run *run)
{
	preflight_wipe(run->ask->credential);
	secret_wipe(&run->token.token.access);
	secret_wipe_used(&run->worker, sizeof run->worker);
	secret_wipe_stack();
}

static void (*const work[])(struct run *, const struct run_job *, int out, int in) = {
	[STEP_BY_TOKEN_WORKER] = run_token_worker,
	[STEP_BY_TENANT_WORKER] = run_tenant_worker,
	[STEP_BY_MAIL_WORKER] = run_mail_worker,
	[STEP_BY_TRIAGE_WORKER] = run_triage_worker,
};

bool spawn(struct run *run, struct run_job *j, enum step_by worker, struct fault *f)
{
	int rows[2], orders[2];
	pid_t supervisor = getpid(), pid;

	j->worker = worker;
	if (pipe2(rows, O_CLOEXEC) != 0)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	if (pipe2(orders, O_CLOEXEC) != 0 || fcntl(orders[1], F_SETFL, O_NONBLOCK) != 0) {
		close(rows[0]);
		close(rows[1]);
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	}
	j->now = STEP__COUNT;
	pid = fork();
	if (pid == 0) { /* what it does not write to stays one page with ours */
		worker_end_with(supervisor);
		close(rows[0]);
		close(orders[1]);
		work[worker](run, j, rows[1], orders[0]);
		forget_secrets(run);
		_exit(0);
	}
	close(rows[1]);
	close(orders[0]);
	j->in = rows[0];
	j->out = orders[1];
	j->pid = pid;
	if (pid < 0) {
		spawn_end(j);
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("fork"));
	}
	j->state = RUN_WORKING;
	return true;
}
