/* smtp: a submission session (RFC 5321, 3207, 4954) up to the login and no further: nothing is ever sent. */
#ifndef PROTO_SMTP_H
#define PROTO_SMTP_H

#include "proto/line.h"
#include "proto/sasl.h"
#include "text/smtpmsg.h"

enum {
	SMTP_LINE_MAX = 2 * 1024,  /* RFC 5321 says 512; Exchange's diagnostics are longer */
	SMTP_REPLY_LINES_MAX = 64, /* of one reply; EHLO has 8 to 12 */
	SMTP_REPLY_MAX = 1024
};

/* One session. The stream and the trace outlive it. It points into itself: do not copy or move it. All spans that the
 * functions hand out live until the next call. */
struct smtp {
	struct line line;
	const struct trace *trace;
	size_t reply_n;
	char reply[SMTP_REPLY_MAX]; /* code and texts of all lines of the last reply, cut if need be */
	unsigned char in[SMTP_LINE_MAX];
};

void smtp_start(struct smtp *m, struct stream *s, const struct trace *t);

bool smtp_greeting(struct smtp *m, struct span *text, struct fault *f) MUST;

/* EHLO with the address literal of this machine's loopback: a submission server does not look at it. */
bool smtp_ehlo(struct smtp *m, struct smtpmsg_ehlo *e, struct fault *f) MUST;

/* STARTTLS. Whatever the server has said behind its consent is somebody's forgery (RFC 3207 section 4.2):
 * FAULT_STARTTLS_INJECTED. On true nothing more may be read from this stream: start a session over TLS. */
bool smtp_starttls(struct smtp *m, struct fault *f) MUST;

/* AUTH with the login's mechanism, the answer in a line of its own. *reply: "235 2.7.0 Authentication successful". A
 * challenge is decoded into `challenge` and answered as its mechanism demands. A refusal's evidence is the reply with
 * its code. */
bool smtp_auth(struct smtp *m, const struct sasl_login *login, struct span *reply, struct buf *challenge,
               struct fault *f) MUST;

bool smtp_quit(struct smtp *m, struct fault *f) MUST;

#endif
