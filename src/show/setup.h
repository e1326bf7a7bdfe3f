/* setup: the whole way from nothing to a mailbox that can be read, filled in with what is known. */
#ifndef SHOW_SETUP_H
#define SHOW_SETUP_H

#include "check/settings.h"
#include "show/page.h"

enum { SETUP_MAILBOXES_MAX = 64 }; /* more are given to Exchange by a script of one's own */

/* What is known, borrowed. Settings are finished; whatever is not set counts as not known. */
struct setup {
	const struct settings *settings;
	const struct span *mailbox;
	size_t mailboxes;
	struct span file, profile; /* the settings file and section that the user named; may be empty */
	bool secret;               /* the client secret is known, wherever from */
};

/* Every step, in order: portal, consent, secret, Exchange PowerShell, settings file, token, check. What is not known is
 * named: in the text by words in capitals, above the steps with the place where it is found. */
void setup_steps(struct page *p, const struct setup *s);

/* The part for an Exchange administrator as a script that can be run as it is: what is not known it asks for. False when
 * the provider has no Exchange. */
bool setup_powershell(struct buf *out, const struct setup *s) MUST;

enum setup_client { SETUP_MPOP, SETUP_GETMAIL, SETUP_FETCHMAIL, SETUP_CURL, SETUP_OPENSSL, SETUP_CLIENT__COUNT };

bool setup_find_client(struct span name, enum setup_client *client);

/* A working configuration of another program for the first mailbox, which takes its tokens from o2pop, with what its
 * version must be. False when mailbox, host or a path holds quotes or other characters that would need escapes. */
bool setup_client(struct buf *out, enum setup_client client, const struct setup *s) MUST;

#endif
