/* report: what a check found, as data: one row a rung, for one mailbox. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "report/row.h"
#include "conf/settings.h"

enum { REPORT_MAILBOX_MAX = 320 }; /* RFC 5321: 64 + @ + 255 */

/* Everything about one mailbox. The keeper's rows are the same in the reports of all mailboxes of a run. */
struct report {
	const struct settings *settings; /* outlives the report */
	struct span mailbox;             /* borrowed from the settings or the list */
	struct span proved;              /* another mailbox of the run, which this token has opened; empty: none yet */
	int64_t started_unix;
	int64_t ms;
	struct row row[RUNG__COUNT];     /* VERDICT_NONE where the rung was not asked for */
};

/* The first failed rung in ladder order; false when nothing failed. */
bool report_first_failure(const struct report *r, enum rung *failed);

/* The verdict (fail, warn, pass) and the exit status of the whole. */
enum verdict report_verdict(const struct report *r);
enum ladder_exit report_exit(const struct report *r);

/* A fact, whichever row has it: the first one in ladder order. */
struct span report_get(const struct report *r, enum fact key);

#endif
