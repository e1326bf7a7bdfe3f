#include "check/hold.h"

#include <string.h>

void hold_take(struct run *d, struct run_job *j)
{
	if (d->proved_n == 0 && j->report.row[STEP_AUTH].verdict == VERDICT_PASS) {
		memcpy(d->proved, j->mailbox, j->mailbox_n);
		d->proved_n = j->mailbox_n;
		return;
	}
	j->report.proved = (struct span){ (const unsigned char *)d->proved, d->proved_n };
}

unsigned hold_working(const struct run *d)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->slots; i++)
		n += d->job[i].busy && !d->job[i].parked;
	return n;
}

static unsigned parked(const struct run *d)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->slots; i++)
		n += d->job[i].busy && d->job[i].parked;
	return n;
}

bool hold_waits(const struct run *d, struct run_job *j)
{
	const struct row *auth = &j->report.row[STEP_AUTH];
	bool more = !d->list_ended && (d->ask->mailboxes.all == 0 || d->started < d->ask->mailboxes.all);
	bool waited = j->parked;

	j->parked = false;
	if (d->proved_n != 0 || !d->token_known || !d->token.good || auth->verdict != VERDICT_FAIL ||
	    fault_kind(auth->fault.code) != FAULT_KIND_MAIL)
		return false;
	if (!more && hold_working(d) == 1) /* itself */
		return false;
	if (more && !waited && parked(d) + d->ask->jobs >= RUN_JOBS_MAX)
		return false;
	j->parked = true;
	return true;
}
