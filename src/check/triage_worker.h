/* triage_worker: the worker that tries the same token at the IMAP and SMTP services when POP3 has refused it: what
 * they say splits "the token is refused" from "the mailbox is closed" (facts 4.5). */
#ifndef CHECK_TRIAGE_WORKER_H
#define CHECK_TRIAGE_WORKER_H

#include "check/connect.h"
#include "report/service.h"
#include "ident/claims.h"
#include "proto/imap.h"
#include "proto/smtp.h"

/* What the worker works in. It lives in a process of its own, which ends with triage_worker_run. */
struct triage_worker {
	struct worker worker;
	const struct settings *settings;
	struct span mailbox;
	const struct token *token;
	struct claims claims;
	struct connection reach;
	union {
		struct imap imap;
		struct smtp smtp;
	} talk;
};

/* Take the triage step, the only one. Fill worker, settings, mailbox, token and reach.trust before. Facts of its row:
 * imap, smtp       the server's deciding words, from their status on ("NO AUTHENTICATE failed.", "235 2.7.0 ...");
 *                  absent when nothing was said
 * imap_state, smtp_state   one of service_word
 * note             the conclusion, one of service_conclude, and behind "; " why a service was not tried or not
 * reached */
void triage_worker_run(struct triage_worker *t);

#endif
