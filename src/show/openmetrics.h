/* openmetrics: the results of a run as OpenMetrics text, which Prometheus and node_exporter's textfile collector read.
 *
 * A family's samples have to stand together (OpenMetrics 1.0), and reports come mailbox by mailbox: what a report says
 * in numbers is kept until the end. Moments are Unix time, spans seconds, sizes bytes; what is not known has no sample.
 * What the token and tenant workers found is of the whole run and has no mailbox in its labels. */
#ifndef SHOW_OPENMETRICS_H
#define SHOW_OPENMETRICS_H

#include "report/report.h"
#include "show/pseudonym.h"

enum openmetrics_value {
	OPENMETRICS_SUCCESS,     /* 1: every step that was taken passed, perhaps with a warning */
	OPENMETRICS_EXIT_STATUS, /* enum exit_status */
	OPENMETRICS_WARNINGS,    /* steps that passed with one */
	OPENMETRICS_MS,
	OPENMETRICS_MESSAGES,
	OPENMETRICS_OCTETS,
	OPENMETRICS_OLDEST, /* Unix time */
	OPENMETRICS__VALUES
};

/* What is kept of a mailbox. */
struct openmetrics_mailbox {
	uint32_t mailbox_n;
	char mailbox[REPORT_MAILBOX_MAX];
	uint32_t known; /* a set of 1u << OPENMETRICS_SUCCESS ... */
	int64_t value[OPENMETRICS__VALUES];
	enum step failed; /* STEP__COUNT: none */
	enum fault_code fault;
	const char *cause; /* its id, static; NULL: none was found */
	struct openmetrics_step {
		enum verdict verdict; /* VERDICT_NONE and VERDICT_SKIP have no samples */
		int64_t ms;
	} step[STEP__COUNT];
};

enum openmetrics_moment {
	OPENMETRICS_START,
	OPENMETRICS_TOKEN_EXPIRES,
	OPENMETRICS_TOKEN_CERTIFICATE, /* of the identity provider */
	OPENMETRICS_MAIL_CERTIFICATE,  /* of the mail server: the earliest */
	OPENMETRICS_CREDENTIAL,        /* the client secret's or the application's certificate's end */
	OPENMETRICS__MOMENTS
};

/* Start with the first three members. */
struct openmetrics {
	struct pseudonym *pseudonym;         /* may be NULL */
	struct openmetrics_mailbox *mailbox; /* lent, with room for `room` of them; further ones are not kept */
	size_t room, n;
	int64_t moment[OPENMETRICS__MOMENTS];      /* 0: not known */
	struct openmetrics_step step[STEP__COUNT]; /* of the run */
};

/* Keep a report; `cause` is the id of the first cause, static, or NULL. */
void openmetrics_add(struct openmetrics *m, const struct report *r, const char *cause);

enum {
	OPENMETRICS_PIECE = 32 * 1024
}; /* one call's text: all steps of a mailbox with a name of which all is escaped */

/* Append the next piece of the text; false when all of it is written, with "# EOF". Start with { 0 }. */
struct openmetrics_place {
	unsigned family;
	size_t mailbox;
};
bool openmetrics_next(const struct openmetrics *m, struct openmetrics_place *at, struct buf *out);

#endif
