/* triage: the role that tries the same token at the IMAP and SMTP doors when POP3 has refused it: what they say splits
 * "the token is refused" from "the mailbox is closed" (facts 4.5). */
#ifndef CHECK_TRIAGE_H
#define CHECK_TRIAGE_H

#include "check/reach.h"
#include "report/service.h"
#include "ident/claims.h"
#include "proto/imap.h"
#include "proto/smtp.h"

/* What the role works in. It lives in a process of its own, which ends with triage_run. */
struct triage {
	struct role role;
	const struct settings *settings;
	struct span mailbox;
	const struct token *token;
	struct claims claims;
	struct reach reach;
	union {
		struct imap imap;
		struct smtp smtp;
	} talk;
};

/* Climb the triage rung, the only one. Fill role, settings, mailbox, token and reach.trust before. Facts of its row:
 * imap, smtp       the server's deciding words, from their status on ("NO AUTHENTICATE failed.", "235 2.7.0 ...");
 *                  absent when nothing was said
 * imap_door, smtp_door   one of service_word
 * note             the conclusion, one of service_conclude, and behind "; " why a door was not tried or not reached */
void triage_run(struct triage *t);

#endif
