/* triage: the role that tries the same token at the IMAP and SMTP doors when POP3 has refused it: what they say splits
 * "the token is refused" from "the mailbox is closed" (facts 4.5). */
#ifndef CHECK_TRIAGE_H
#define CHECK_TRIAGE_H

#include "check/reach.h"
#include "ident/claims.h"
#include "proto/imap.h"
#include "proto/smtp.h"

/* How a door was found. */
enum triage_door {
	TRIAGE_NOT_TRIED, /* the token has no right to knock there, or nobody knows where it is */
	TRIAGE_OPEN,      /* the login works; at IMAP the mailbox opens, too */
	TRIAGE_CLOSED,    /* the token is good, the mailbox does not open */
	TRIAGE_REFUSED,   /* token or user are refused */
	TRIAGE_OFF,       /* the protocol is switched off, which is said before the token is looked at */
	TRIAGE_UNREACHED, /* no conversation came about */
	TRIAGE_UNCLEAR    /* an answer that says nothing about the token: busy, broken */
};

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
 * imap_door, smtp_door   one of triage_word
 * note             the conclusion, one of triage_conclude, and behind "; " why a door was not tried or not reached */
void triage_run(struct triage *t);

/* What a failed login at a door means; FAULT_NONE is TRIAGE_OPEN. */
enum triage_door triage_of(const struct fault *f);

/* "open", "closed", "refused", "off", "not-tried", "unreached", "unclear" */
const char *triage_word(enum triage_door d);

/* The door with this word; TRIAGE_NOT_TRIED for any other text. */
enum triage_door triage_find(struct span word);

/* What the doors say together. */
enum triage_finding {
	TRIAGE_SAYS_NOTHING,
	TRIAGE_SAYS_POP_ONLY,
	TRIAGE_SAYS_CLOSED,   /* the mailbox */
	TRIAGE_SAYS_OTHER,    /* the mailbox, for a person whose it is not */
	TRIAGE_SAYS_ACCEPTED, /* the token */
	TRIAGE_SAYS_REFUSED   /* the token */
};
enum triage_finding triage_judge(enum triage_door imap, enum triage_door smtp, bool app);

/* pop-only         the mailbox opens by IMAP: of all things only POP3 is closed
 * mailbox-closed   the token is accepted, the mailbox is not opened
 * other-mailbox    the same, and the person who the token is for is not this mailbox's
 * token-accepted   SMTP takes the token; IMAP was no witness
 * token-refused    token, registration in Exchange or address are refused
 * unclear */
const char *triage_conclude(enum triage_door imap, enum triage_door smtp, bool app);

/* The same for people: a sentence without its end. Empty for a text that begins with none of these words. */
const char *triage_sentence(struct span note);

#endif
