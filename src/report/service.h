/* service: what IMAP and SMTP said about a token that POP3 refused, and what follows from it: they split
 * "the token is refused" from "the mailbox is closed" (facts 4.5). */
#ifndef REPORT_SERVICE_H
#define REPORT_SERVICE_H

#include "base/fault.h"

/* How a service was found. */
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

/* "open", "closed", "refused", "off", "not-tried", "unreached", "unclear" */
const char *service_word(enum service_state d);

/* The service with this word; SERVICE_NOT_TRIED for any other text. */
enum service_state service_find(struct span word);

/* What the services say together. */
enum service_finding {
	SERVICE_SAYS_NOTHING,
	SERVICE_SAYS_POP_ONLY,
	SERVICE_SAYS_CLOSED,   /* the mailbox */
	SERVICE_SAYS_OTHER,    /* the mailbox, for a person whose it is not */
	SERVICE_SAYS_ACCEPTED, /* the token */
	SERVICE_SAYS_REFUSED   /* the token */
};
enum service_finding service_judge(enum service_state imap, enum service_state smtp, bool app);

/* pop-only         the mailbox opens by IMAP: of all things only POP3 is closed
 * mailbox-closed   the token is accepted, the mailbox is not opened
 * other-mailbox    the same, and the person who the token is for is not this mailbox's
 * token-accepted   SMTP takes the token; IMAP was no witness
 * token-refused    token, registration in Exchange or address are refused
 * unclear */
const char *service_conclude(enum service_state imap, enum service_state smtp, bool app);

/* The same for people: a sentence without its end. Empty for a text that begins with none of these words. */
const char *service_sentence(struct span note);

#endif
