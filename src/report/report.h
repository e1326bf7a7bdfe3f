/* report: what a check found, as data: one row a step, for one mailbox. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "report/row.h"
#include "conf/settings.h"

enum { REPORT_MAILBOX_MAX = 320 }; /* RFC 5321: 64 + @ + 255 */

/* Everything about one mailbox. The token worker's rows are the same in the reports of all mailboxes of a run. */
struct report {
	const struct settings *settings; /* outlives the report */
	struct span mailbox;             /* borrowed from the job that works on it */
	struct span proved;              /* another mailbox of the run, which this token has opened; empty: none yet */
	int64_t started_unix;
	int64_t ms;
	struct row row[STEP__COUNT]; /* VERDICT_NONE where the step was not asked for */
};

/* The first failed step in the order of the steps; false when nothing failed. */
bool report_first_failure(const struct report *r, enum step *failed);

/* The verdict (fail, warn, pass) and the exit status of the whole. */
enum verdict report_verdict(const struct report *r);
enum exit_status report_exit(const struct report *r);

/* A fact, whichever row has it: the first one in the order of the steps. NULL, empty, or false when none has it. */
const struct row *report_with(const struct report *r, enum fact key);
struct span report_get(const struct report *r, enum fact key);
bool report_i64(const struct report *r, enum fact key, int64_t *value) MUST;

#endif
