/* nagios: a check's result as monitoring plugins give it: a line with performance data, and a status of 0 to 3. */
#ifndef SHOW_NAGIOS_H
#define SHOW_NAGIOS_H

#include "report/report.h"
#include "show/pseudonym.h"
#include "text/range.h"

/* CRITICAL: the mailbox cannot be read. WARNING: it can, but something is worth a look; or the
 * server asked to come back later. UNKNOWN: nothing was learnt about the service: settings, a
 * credential that cannot be read, or o2pop itself (a secret that has expired is CRITICAL). Of many
 * mailboxes the gravest counts: CRITICAL, UNKNOWN, WARNING, OK. */
enum nagios_state { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

enum {
	NAGIOS_TEXT_MAX = 700,      /* with the numbers below 1 kB, which is what old NRPE passes on */
	NAGIOS_SIZE = 1024,         /* the first line, without thresholds */
	NAGIOS_LONG_MAX = 16 * 1024 /* the lines behind the first: those that old NRPE leaves out */
};

/* What has a threshold and stands in the performance data, under the same name. */
enum nagios_measure {
	NAGIOS_TIME,
	NAGIOS_TOKEN_LIFE,
	NAGIOS_CERT_DAYS,
	NAGIOS_CREDENTIAL_DAYS,
	NAGIOS_OLDEST,
	NAGIOS_MESSAGES,
	NAGIOS__MEASURES
};

/* The thresholds of one state. Start with { .given = 0 }. */
struct nagios_limits {
	uint32_t given; /* a set of 1u << NAGIOS_TIME ... */
	struct range range[NAGIOS__MEASURES];
	struct span written[NAGIOS__MEASURES]; /* the same as they were given; borrowed from the list */
};

/* "cert_days=30:,time=5": a comma between, a range behind each name. The evidence of a fault is a sentence that names
 * what is wrong, with the names that there are. */
bool nagios_limits_read(struct nagios_limits *l, struct span list, struct fault *f) MUST;

/* Filled by nagios_add, one call a mailbox. Start with the first four members. */
struct nagios {
	struct pseudonym *pseudonym;
	const struct nagios_limits *warning, *critical; /* lent; NULL: none */
	struct buf lines; /* lent: receives a line for each mailbox of which a step failed */
	enum nagios_state state;
	size_t all, bad, unsaid; /* mailboxes; of these neither OK nor WARNING; without a line, for lack of space */
	uint32_t known;          /* a set of 1u << NAGIOS_TIME ... */
	int64_t value
		[NAGIOS__MEASURES]; /* milliseconds, seconds, days, numbers: the worst of all mailboxes, or their sum */
	size_t n;
	unsigned char text[NAGIOS_TEXT_MAX]; /* what is to be said, gravest first */
};

void nagios_add(struct nagios *n, const struct report *r);

/* The line with its LF, and with several mailboxes one for each that failed; returns the exit status. Nothing that
 * peers said can end the line early or look like performance data. */
enum nagios_state nagios_end(const struct nagios *n, struct buf *out);

/* The line of a run that could not start. */
enum nagios_state nagios_fault(const struct fault *f, struct buf *out);

#endif
