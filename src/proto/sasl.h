/* sasl: user and token on their way to a mail server, the same for POP3, IMAP and SMTP. */
#ifndef PROTO_SASL_H
#define PROTO_SASL_H

#include "base/secret.h"
#include "base/trace.h"
#include "net/stream.h"

enum {
	SASL_USER_MAX = 320, /* RFC 5321: 64 + @ + 255 */
	SASL_HOST_MAX = 255,
	SASL_FRAME_MAX = 17 * 1024 + 512, /* a token of 16 kB, such a user all escaped, such a host */
	SASL_LINE_MAX = 24 * 1024         /* base64 of that, and the command before it */
};

/* XOAUTH2 as Google and Microsoft describe it, OAUTHBEARER of RFC 7628. */
enum sasl_mechanism { SASL_XOAUTH2, SASL_OAUTHBEARER, SASL__COUNT };

/* Who logs in, and how. `mark` stands in for the token on the trace. */
struct sasl_login {
	struct span user;
	const struct secret *token;
	struct span mark;
	enum sasl_mechanism mechanism;
	struct span host; /* the server as it was asked for, and its port: part of the OAUTHBEARER answer */
	uint16_t port;
	bool one_line;    /* "AUTH MECHANISM" and the answer in one line; the command was not sent before */
	bool show_secret; /* the trace gets the line itself */
};

/* "XOAUTH2", as servers offer it and clients ask for it; static. */
const char *sasl_name(enum sasl_mechanism m);

/* The login text as bytes: what the line holds in base64. False (limit) when it does not fit. */
bool sasl_frame(struct buf *out, const struct sasl_login *login, struct fault *f) MUST;

/* Send the line. Nothing of it is left in memory afterwards. */
bool sasl_send(struct stream *s, const struct trace *t, const struct sasl_login *login, struct fault *f) MUST;

/* What a server says against the token before it refuses it (base64 of JSON, whatever stands before it taken off):
 * decoded, or as it came, printable; onto the trace, too. */
void sasl_challenge(const struct trace *t, struct span text, struct buf *challenge);

/* What the client must answer to that before the server says no, a whole line: nothing, or with OAUTHBEARER one
 * byte 1 in base64 (RFC 7628 section 3.2.3). Static. */
struct span sasl_farewell(enum sasl_mechanism m);

#endif
