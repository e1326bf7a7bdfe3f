/* setup: the whole way from nothing to a mailbox that can be read, filled in with what is known. */
#ifndef SHOW_SETUP_H
#define SHOW_SETUP_H

#include "conf/settings.h"
#include "show/page.h"

enum { SETUP_MAILBOXES_MAX = 64 }; /* more are given to Exchange by a script of one's own */

enum setup_client {
#define CLIENT(name, id, text) SETUP_##name,
#include "show/setup.def"
	SETUP_CLIENT__COUNT
};

/* What is known, borrowed. Settings are finished; whatever is not set counts as not known. */
struct setup {
	const struct settings *settings;
	const struct span *mailbox;
	size_t mailboxes;
	struct span file, profile; /* settings file and section as the user named them, or empty */
	struct span ca_file;       /* the setting, without its plus sign, as another program finds it */
	bool secret;               /* the client secret is known, wherever from */
};

/* Every step of the way with the settings' grant, in order. What is not known is named: in the text by words in
 * capitals, above the steps with the place where it is found. */
void setup_steps(struct page *p, const struct setup *s);

/* The part for an Exchange administrator as a script that can be run as it is: what is not known
 * it asks for. False when the provider has no Exchange, or the grant needs nothing of it. */
bool setup_powershell(struct buf *out, const struct setup *s) MUST;

const char *setup_client_name(enum setup_client client);
bool setup_client_find(struct span name, enum setup_client *client);

/* A working configuration of another program for the first mailbox, which takes its tokens from o2pop, with what its
 * version must be; msmtp and isync go to the provider's SMTP and IMAP hosts, or to SMTP-HOST and IMAP-HOST where it
 * has none. False when mailbox, host or a path holds quotes or other characters that would need escapes. */
bool setup_client(struct buf *out, enum setup_client client, const struct setup *s) MUST;

#endif
