/* setup_client: working configurations of other programs that take their tokens from o2pop. */
#ifndef SHOW_SETUP_CLIENT_H
#define SHOW_SETUP_CLIENT_H

#include "show/setup_words.h"

enum setup_client {
	SETUP_MPOP,
	SETUP_GETMAIL,
	SETUP_FETCHMAIL,
	SETUP_MSMTP,
	SETUP_ISYNC,
	SETUP_CURL,
	SETUP_OPENSSL,
	SETUP_CLIENT__COUNT
};

bool setup_client_find(struct span name, enum setup_client *client);

/* A working configuration of another program for the first mailbox, which takes its tokens from
 * o2pop, with what its version must be; msmtp and isync
 * go to the provider's SMTP and IMAP hosts, or to SMTP-HOST and IMAP-HOST where it has none. False when
 * mailbox, host or a path holds quotes or other characters that would need escapes. */
bool setup_client(struct buf *out, enum setup_client client, const struct setup *s) MUST;

#endif
