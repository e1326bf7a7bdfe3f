/* redact: the last look before a worker speaks: what a peer sent back of our own secrets is taken out. */
#ifndef CHECK_REDACT_H
#define CHECK_REDACT_H

#include "base/secret.h"
#include "check/echo.h"
#include "report/row.h"

enum {
	REDACT_MAX = 16, /* two forms of each secret */
	REDACT_KEY = 16  /* bytes of a beginning that give it away */
};

/* What to look for: any piece of a secret, and the beginnings of what is too short for that and of SASL lines, in the
 * forms in which they travel. Plain data, zero at the start. */
struct redact {
	unsigned n;
	struct redact_key {
		unsigned char bytes[REDACT_KEY];
		size_t n;
		const char *name; /* "client_secret"; static */
	} key[REDACT_MAX];
	struct echo echo; /* last: most of it is never touched */
};

/* Look for this secret from now on: its beginning, and any piece of it (see echo). Secrets of less than 6 bytes would
 * hide half of all texts and are left alone. */
void redact_secret(struct redact *h, const struct secret *s, const char *name);

/* Look for SASL lines, of both mechanisms, that begin like this mailbox's. */
void redact_sasl(struct redact *h, struct span mailbox);

/* Append the text; where a key or a piece stands, it and all characters of credentials behind it become "<name>". */
void redact_put(const struct redact *h, struct span text, struct buf *out);

/* The same for what a row quotes: evidence and facts. */
void redact_row(const struct redact *h, struct row *row);

#endif
