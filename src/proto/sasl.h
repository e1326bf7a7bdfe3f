/* sasl: the XOAUTH2 answer on its way to a mail server, the same for POP3, IMAP and SMTP. */
#ifndef PROTO_SASL_H
#define PROTO_SASL_H

#include "base/secret.h"
#include "base/tape.h"
#include "net/stream.h"

enum {
	SASL_USER_MAX = 320,      /* RFC 5321: 64 + @ + 255 */
	SASL_LINE_MAX = 24 * 1024 /* base64 of such a user and a token of 16 kB, and the command before it */
};

/* XOAUTH2 as Google and Microsoft describe it, OAUTHBEARER of RFC 7628. */
enum sasl_mechanism { SASL_XOAUTH2, SASL_OAUTHBEARER, SASL__COUNT };

/* Who logs in. `mark` stands in for the token on the tape. */
struct sasl_login {
	struct span user;
	const struct secret *token;
	struct span mark;
	bool one_line;    /* "AUTH XOAUTH2" and the answer in one line; the command was not sent before */
	bool show_secret; /* the tape gets the line itself */
};

/* Send the line. Nothing of it is left in memory afterwards. */
bool sasl_send(struct stream *s, const struct tape *t, const struct sasl_login *login, struct fault *f) MUST;

/* What a server says against the token before it refuses it (base64 of JSON, whatever stands before it taken off):
 * decoded, or as it came, printable; onto the tape, too. */
void sasl_challenge(const struct tape *t, struct span text, struct buf *challenge);

#endif
