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

enum { HIRE_PARTING_MS = 100 }; /* for what takes 10 */

/* What every worker starts with. Its line buffer is left alone: a page that is not touched costs nothing. */
static void prepare(struct worker *r, const struct run *d, const struct run_job *j, enum worker_side side)
{
	const struct run_request *ask = d->ask;

	memset(r, 0, offsetof(struct worker, sent));
	r->start_ms = d->start_ms;
	r->deadline = j->deadline;
	r->stop_after = ask->stop_after;
	r->side = side;
	r->notes = ask->events.line != NULL;
	r->show_secrets = ask->show_secrets;
}

static void run_token_worker(struct run *d, const struct run_job *j, int out, int in)
{
	struct token_worker *k = &d->worker.token_worker;

	prepare(&k->role, d, j, WORKER_SIDE_IDP);
	k->settings = d->ask->settings;
	k->mailbox = d->ask->only;
	k->credential = d->ask->credential;
	k->fetch.login = d->ask->login;
	k->fetch.patient = d->ask->patient;
	k->fetch.min_life_s = d->ask->min_life_s;
	k->fetch.idp.reach.trust = d->ask->trust;
	k->fetch.settings = k->settings;
	k->role.files = token_fetch_wants_store(&k->fetch);
	(void)lock_memory(k->credential, sizeof *k->credential);
	(void)lock_memory(&k->fetch.secrets, sizeof k->fetch.secrets);
	if (d->ask->obtain != NULL && !d->ask->obtain(d->ask->obtain_from, k->credential, &k->unread) &&
	    k->unread.code == FAULT_NONE)
		(void)fault_set(&k->unread, FAULT_FILE_UNREADABLE, 0, SPAN("a secret"));
	worker_start(&k->role, out, in);
	token_worker_run(k);
}

static void run_mail_worker(struct run *d, const struct run_job *j, int out, int in)
{
	struct mail_worker *p = &d->worker.probe;

	prepare(&p->role, d, j, WORKER_SIDE_POP);
	p->settings = d->ask->settings;
	p->mailbox = j->report.mailbox;
	p->judged = d->ask->only.n != 0;
	p->certificates = d->ask->certificates;
	p->reach.trust = d->ask->trust;
	worker_start(&p->role, out, in);
	(void)lock_memory(&p->token, sizeof p->token);
	mail_worker_run(p);
}

static void run_tenant_worker(struct run *d, const struct run_job *j, int out, int in)
{
	struct tenant_worker *s = &d->worker.tenant_worker;

	prepare(&s->role, d, j, WORKER_SIDE_DISC);
	s->settings = d->ask->settings;
	s->mailbox = j->report.mailbox;
	s->reach.trust = d->ask->trust;
	worker_start(&s->role, out, in);
	tenant_worker_run(s);
}

static void run_triage(struct run *d, const struct run_job *j, int out, int in)
{
	struct triage_worker *t = &d->worker.triage;

	prepare(&t->role, d, j, WORKER_SIDE_IMAP);
	t->settings = d->ask->settings;
	t->mailbox = j->report.mailbox;
	t->token = &d->token.token;
	t->reach.trust = d->ask->trust;
	worker_start(&t->role, out, in);
	(void)lock_memory(t->token, sizeof *t->token);
	triage_worker_run(t);
}

static void run(struct run *d, const struct run_job *j, int out, int in)
{
	switch (j->role) {
	case STEP_BY_TOKEN_WORKER:
		run_token_worker(d, j, out, in);
		break;
	case STEP_BY_MAIL_WORKER:
		run_mail_worker(d, j, out, in);
		break;
	case STEP_BY_TENANT_WORKER:
		run_tenant_worker(d, j, out, in);
		break;
	case STEP_BY_TRIAGE_WORKER:
		run_triage(d, j, out, in);
		break;
	case STEP_BY_SUPERVISOR:
		break;
	}
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
	struct deadline soon = clock_deadline(HIRE_PARTING_MS);
	siginfo_t end = { .si_pid = 0 };

	(void)kill(j->pid, SIGTERM);
	while (waitid(P_PID, (id_t)j->pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid == 0 &&
	       clock_left(soon) != 0)
		(void)poll(NULL, 0, 1);
}

/* In the child: nothing of the other roles stays open. */
static void forget_jobs(struct run *d)
{
	spawn_end(&d->token_worker);
	spawn_end(&d->tenant_worker);
	for (unsigned i = 0; i < d->slots; i++)
		spawn_end(&d->job[i]);
}

/* In the child, at its end: what it was given, and what the supervisor knew when it was hired. */
static void forget_secrets(struct run *d)
{
	preflight_wipe(d->ask->credential);
	secret_wipe(&d->token.token.access);
	secret_wipe_used(&d->worker, sizeof d->worker);
	secret_wipe_stack();
}

bool spawn(struct run *d, struct run_job *j, enum step_by role, struct fault *f)
{
	int rows[2], orders[2];

	if (pipe2(rows, O_CLOEXEC) != 0)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	if (pipe2(orders, O_CLOEXEC) != 0 || fcntl(orders[1], F_SETFL, O_NONBLOCK) != 0) {
		close(rows[0]);
		close(rows[1]);
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("pipe"));
	}
	j->role = role;
	j->done = false;
	j->now = STEP__COUNT;
	j->pid = fork();
	if (j->pid == 0) {
		forget_jobs(d);
		close(rows[0]);
		close(orders[1]);
		run(d, j, rows[1], orders[0]);
		forget_secrets(d);
		_exit(0);
	}
	close(rows[1]);
	close(orders[0]);
	j->in = rows[0];
	j->out = orders[1];
	if (j->pid > 0)
		return true;
	(void)fault_set(f, FAULT_SYSTEM, errno, SPAN("fork"));
	spawn_end(j);
	return false;
}
