/* service: what IMAP and SMTP said about a token that POP3 refused, and what follows from it: they split
 * "the token is refused" from "the mailbox is closed" (facts 4.5). */
#ifndef REPORT_SERVICE_H
#define REPORT_SERVICE_H

#include "base/fault.h"

/* How a service was found: the words of FACT_IMAP_STATE and FACT_SMTP_STATE are in this order. */
enum service_state {
	SERVICE_NOT_TRIED, /* the token has no right to knock there, or nobody knows where it is */
	SERVICE_OPEN,      /* the login works; at IMAP the mailbox opens, too */
	SERVICE_CLOSED,    /* the token is good, the mailbox does not open */
	SERVICE_REFUSED,   /* token or user are refused */
	SERVICE_OFF,       /* the protocol is switched off, which is said before the token is looked at */
	SERVICE_UNREACHED, /* no conversation came about */
	SERVICE_UNCLEAR    /* an answer that says nothing about the token: busy, broken */
};

/* What a failed login at a service means; FAULT_NONE is SERVICE_OPEN. */
enum service_state service_of(const struct fault *f);

/* What the services say together: the words of FACT_FINDING are in this order. */
enum service_finding {
	SERVICE_SAYS_NOTHING,
	SERVICE_SAYS_POP_ONLY, /* the mailbox opens by IMAP */
	SERVICE_SAYS_CLOSED,   /* the mailbox */
	SERVICE_SAYS_OTHER,    /* the mailbox, for a person whose it is not */
	SERVICE_SAYS_ACCEPTED, /* the token */
	SERVICE_SAYS_REFUSED   /* the token */
};
enum service_finding service_judge(enum service_state imap, enum service_state smtp, bool app);

/* The same for people: a sentence without its end. */
extern const char *const service_sentence[];

#endif
