#include "check/hold.h"

#include <string.h>

void hold_take(struct run *run, struct run_job *j)
{
	if (run->proved_n == 0 && j->report.row[STEP_AUTH].verdict == VERDICT_PASS) {
		memcpy(run->proved, j->mailbox, j->mailbox_n);
		run->proved_n = j->mailbox_n;
		return;
	}
	j->report.proved = (struct span){ (const unsigned char *)run->proved, run->proved_n };
}

/* The jobs in use that are parked, or those that are not. */
static unsigned count(const struct run *run, bool parked)
{
	unsigned n = 0;

	for (unsigned i = 0; i < run->slots; i++)
		n += run->job[i].state != RUN_FREE && (run->job[i].state == RUN_PARKED) == parked;
	return n;
}

unsigned hold_working(const struct run *run)
{
	return count(run, false);
}

bool hold_waits(const struct run *run, struct run_job *j)
{
	const struct row *auth = &j->report.row[STEP_AUTH];
	bool more = !run->list_ended && (run->ask->mailboxes.all == 0 || run->started < run->ask->mailboxes.all);
	bool waited = j->state == RUN_PARKED;

	if (waited)
		j->state = RUN_ENDED;
	if (run->proved_n != 0 || !run->token_known || !run->token.good || auth->verdict != VERDICT_FAIL ||
	    fault_kind(auth->fault.code) != FAULT_KIND_MAIL)
		return false;
	if (!more && hold_working(run) == 1) /* itself */
		return false;
	if (more && !waited && count(run, true) + run->ask->jobs >= RUN_JOBS_MAX)
		return false;
	j->state = RUN_PARKED;
	return true;
}
