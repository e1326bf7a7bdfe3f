/* hide: the last look before a role speaks: what a peer sent back of our own secrets is taken out. */
#ifndef CHECK_HIDE_H
#define CHECK_HIDE_H

#include "base/secret.h"
#include "report/row.h"

enum {
	HIDE_MAX = 16, /* two forms of each secret */
	HIDE_KEY = 16 /* bytes of a secret's beginning that give it away; servers echo from the start */
};

/* What to look for: the beginnings of secrets, in the forms in which they travel. Plain data, zero at the start. */
struct hide {
	unsigned n;
	struct hide_key {
		unsigned char bytes[HIDE_KEY];
		size_t n;
		const char *name; /* "client_secret"; static */
	} key[HIDE_MAX];
};

/* Look for this secret from now on, as it is and percent-encoded. Secrets of less than 6 bytes would hide half
 * of all texts and are left alone. */
void hide_secret(struct hide *h, const struct secret *s, const char *name);

/* Look for SASL lines, of both mechanisms, that begin like this mailbox's. */
void hide_sasl(struct hide *h, struct span mailbox);

/* Append the text; where a key stands, it and all characters of credentials behind it become "<name>". */
void hide_put(const struct hide *h, struct span text, struct buf *out);

/* The same for what a row quotes: evidence and facts. */
void hide_row(const struct hide *h, struct row *row);

#endif
