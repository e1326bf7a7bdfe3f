#include "cli/single.h"

static bool next_mailbox(void *from, struct span *mailbox)
{
	struct single *s = from;

	*mailbox = s->mailbox;
	return !s->taken && (s->taken = true);
}

static void hear_line(void *to, int64_t at_ms, enum role_arm arm, unsigned job, enum tape_mark mark,
                      struct span text, bool more)
{
	struct single *s = to;
	struct transcript_line line = { at_ms, arm, job, mark, text, more };

	work_tape_line(&s->tape, &line);
}

bool single_start(struct single *s, struct work *w, struct span mailbox, struct desk_ask *ask, int *status)
{
	*s = (struct single){ .mailbox = mailbox };
	*ask = (struct desk_ask){
		.settings = &w->settings,
		.credential = &w->credential,
		.obtain = work_obtain,
		.obtain_from = w,
		.trust = &w->trust,
		.mailboxes = { s, next_mailbox, 1 },
		.ear = { .to = s },
		.jobs = 1,
		.stop_after = RUNG__COUNT,
		.show_secrets = w->options.given[OPTION_SHOW_SECRETS] != 0,
	};
	if (!work_tape_open(&s->tape, w, status))
		return false;
	if (s->tape.fd >= 0 || s->tape.stderr_too)
		ask->ear.line = hear_line;
	return true;
}

bool single_run(struct single *s, const struct desk_ask *ask, int *status)
{
	struct work *w = s->tape.work;
	enum ladder_exit gravest = LADDER_EXIT_INTERNAL;
	struct fault f = { 0 };
	bool ran = desk_run(&w->desk, ask, &gravest, &f);

	work_tape_close(&s->tape);
	*status = ran ? (int)gravest : work_refuse(w, &f);
	return ran;
}
