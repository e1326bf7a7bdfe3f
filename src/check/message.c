#include "check/message.h"

#include <string.h>

enum {
	MESSAGE_MS = 1000,                  /* a message that has begun must be complete by then */
	MESSAGE_NOTES_MAX = 8 * 1024 * 1024 /* transcript of one worker; a check's own is some kB */
};

static void take_token(struct run *run, const struct worker_token *t, size_t n)
{
	if (!secret_valid(&t->token.access) || worker_token_size(t) != n || t->token.mark_n > TOKEN_MARK_MAX ||
	    (unsigned)t->because >= STEP__COUNT)
		return;
	memcpy(&run->token, t, n);
	run->token_known = true;
	if (run->ask->token != NULL && t->good)
		*run->ask->token = t->token.access;
}

/* Nobody writes another one's lines, and the supervisor's own do not come through a pipe. */
static bool speaks_for(enum step_by worker, enum worker_side side)
{
	static const enum step_by by[WORKER_SIDE__COUNT] = {
		[WORKER_SIDE_SUPERVISOR] = STEP_BY_SUPERVISOR, [WORKER_SIDE_IDP] = STEP_BY_TOKEN_WORKER,
		[WORKER_SIDE_POP] = STEP_BY_MAIL_WORKER,       [WORKER_SIDE_IMAP] = STEP_BY_TRIAGE_WORKER,
		[WORKER_SIDE_SMTP] = STEP_BY_TRIAGE_WORKER,    [WORKER_SIDE_TENANT] = STEP_BY_TENANT_WORKER,
	};

	return (unsigned)side < WORKER_SIDE__COUNT && by[side] == worker;
}

static bool take_note(const struct run *run, struct run_job *j, const struct worker_note *n)
{
	if (n->n > sizeof n->text || !speaks_for(j->worker, n->side) || (unsigned)n->mark > TRACE_NOTE)
		return false;
	j->noted += n->n;
	if (run->ask->lines && j->noted <= MESSAGE_NOTES_MAX)
		run_emit(run, &(struct run_event){ .kind = RUN_LINE,
		                                   .line = { n->at_ms,
		                                             n->side,
		                                             run_job_number(run, j),
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
	run_emit(run, &(struct run_event){ .kind = RUN_PROMPT, .prompt = p });
	return true;
}

static bool take_certificate(const struct run *run, const struct worker_certificate *c)
{
	if (run->ask->certificates && c->n <= WORKER_CERTIFICATE_MAX)
		run_emit(run, &(struct run_event){ .kind = RUN_CERTIFICATE, .certificate = { c->der, c->n } });
	return true;
}

static bool take_compat(const struct run *run, const struct run_job *j, struct compat *c)
{
	if (j->worker != STEP_BY_MAIL_WORKER || !run->ask->compat || !compat_take(c))
		return false;
	run_emit(run, &(struct run_event){ .kind = RUN_COMPAT, .compat = c });
	return true;
}

bool message_take(struct run *run, struct run_job *j)
{
	struct deadline soon = clock_deadline(MESSAGE_MS);
	struct worker_head head;

	if (!worker_read(j->in, &head, sizeof head, soon) || head.magic != WORKER_MAGIC ||
	    head.n > worker_size((enum worker_message)head.kind) ||
	    (head.n != worker_size((enum worker_message)head.kind) && head.kind != WORKER_TOKEN) ||
	    !worker_read(j->in, &run->message, head.n, soon))
		return false;
	switch ((enum worker_message)head.kind) {
	case WORKER_BEGIN:
		if ((unsigned)run->message.begin.step >= STEP__COUNT ||
		    step_table[run->message.begin.step].by != j->worker)
			return false;
		j->now = run->message.begin.step;
		return true;
	case WORKER_ROW:
		if (!row_valid(&run->message.row) || step_table[run->message.row.step].by != j->worker)
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
			take_token(run, &run->message.token, head.n);
		secret_wipe(&run->message.token.token.access);
		return true;
	case WORKER_PROMPT:
		return take_prompt(run, j, &run->message.prompt);
	case WORKER_COMPAT:
		return take_compat(run, j, &run->message.compat);
	case WORKER_DONE:
		j->state = RUN_DONE;
		return true;
	case WORKER_MESSAGE__COUNT:
		break;
	}
	return false;
}
