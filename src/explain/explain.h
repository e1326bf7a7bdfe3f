/* explain: what a failure means, who must act, what to type, and what the evidence rules out. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "explain/explanation.h"
#include "explain/reading.h"
#include "report/report.h"

/* Explain the first failed step of the report, with all the other steps as evidence, and every warning. n == 0 when
 * nothing failed. */
void explain_report(const struct report *r, struct explanation *e);

/* A known thing that was found in a text: an AADSTS code, an OAuth error, a server's line, a fault id, an errno. */
enum { EXPLAIN_MEANING_MAX = 160 };
struct explain_found {
	struct span what; /* the part of the text that was recognised; it borrows from the reading */
	uint64_t line;
	char meaning[EXPLAIN_MEANING_MAX]; /* one sentence with its NUL; "" when the code is not known */
	uint64_t aadsts;                   /* 0 if it is not such a code: known or not, it has an official page */
};

/* Explain the i-th thing of a text that was read to its end, the most telling first: fills e with its causes. Without a
 * report lines whose values are unknown are left out or name the thing in words. False when there are no more. */
bool explain_reading(const struct reading *r, unsigned i, struct explain_found *found, struct explanation *e);

/* Explain the cause with this id, without a report. False: there is none. */
bool explain_cause(struct span id, struct explanation *e);

/* The id of a cause, fault or step that this word may be meant for; NULL for none. Static. */
const char *explain_near(struct span word);

const char *explain_who(enum explain_who who);

#endif
