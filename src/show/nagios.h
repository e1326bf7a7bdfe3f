/* nagios: a check's result as monitoring plugins give it: one line with performance data, and a status of 0 to 3. */
#ifndef SHOW_NAGIOS_H
#define SHOW_NAGIOS_H

#include "report/report.h"
#include "show/pseudonym.h"

/* CRITICAL: the mailbox cannot be read. WARNING: it can, but something is worth a look; or the
 * server asked to come back later. UNKNOWN: nothing was learnt about the service: settings, a
 * credential that cannot be read, or o2pop itself (a secret that has expired is CRITICAL). Of many
 * mailboxes the gravest counts: CRITICAL, UNKNOWN, WARNING, OK. */
enum nagios_state { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

enum {
	NAGIOS_TEXT_MAX = 700, /* with the numbers below 1 kB, which is what old NRPE passes on */
	NAGIOS_SIZE = 1024
};

/* Filled by nagios_add, one call a mailbox. Start with { .share = ... } or { 0 }. */
struct nagios {
	struct pseudonym *pseudonym;
	enum nagios_state state;
	size_t all, bad; /* mailboxes; of these neither OK nor WARNING */
	int64_t ms;      /* the longest */
	bool life_known, days_known, messages_known;
	int64_t life, days, messages; /* the least, the least, the sum */
	size_t n;
	unsigned char text[NAGIOS_TEXT_MAX]; /* what is to be said, gravest first */
};

void nagios_add(struct nagios *n, const struct report *r);

/* The line with its LF; returns the exit status. Nothing that peers said can end the line early or
 * look like performance data. */
enum nagios_state nagios_end(const struct nagios *n, struct buf *out);

/* The line of a run that could not start. */
enum nagios_state nagios_fault(const struct fault *f, struct buf *out);

#endif
