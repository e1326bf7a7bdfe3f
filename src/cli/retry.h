/* retry: repeating a check slowly until it passes, for failures that time can mend. */
#ifndef CLI_RETRY_H
#define CLI_RETRY_H

#include "base/clock.h"
#include "report/report.h"

enum {
	RETRY_FIRST_MS = 60 * 1000, /* failures may keep a refusal in Exchange's caches: slowly */
	RETRY_LONGEST_MS = 300 * 1000,
	RETRY_LINE_MAX = 400
};

/* Every try is a process of its own: the one that waits holds the credential and never speaks to a server. */
struct retry {
	struct deadline until;
	int64_t began_ms;
	int64_t delay_ms; /* before the next try, unless the server asks for more */
	unsigned tries;
	bool last; /* the time is up: this try counts, whatever comes */
	/* Filled in the process of a try, and sent to the one that waits. */
	bool wanted;      /* something failed that time can mend */
	bool hopeless;    /* something failed that it cannot */
	int64_t asked_ms; /* what the server asked to wait */
	size_t n;
	char line[RETRY_LINE_MAX]; /* the first failure in words */
};

void retry_start(struct retry *a, int64_t ms);

/* Run `task` in a process of its own; *status is what it returned. Afterwards a->wanted says
 * whether to sleep and try again. */
bool retry_try(struct retry *a, int (*task)(void *of), void *of, int *status, struct fault *f) MUST;

void retry_sleep(struct retry *a);

/* For the task: take note of a finished mailbox; is another try wanted; say so in a line on the standard error. */
void retry_report(struct retry *a, const struct report *r);
bool retry_wanted(const struct retry *a);
void retry_say(const struct retry *a, bool quiet);

/* Can this failure go away without anybody doing anything? Caches that do not have a change yet, and throttling. */
bool retry_mendable(enum step step, const struct fault *f);

#endif
