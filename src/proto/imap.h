/* imap: as much of an IMAP session (RFC 9051) as proves that a login opens a mailbox; nothing is changed in it. */
#ifndef PROTO_IMAP_H
#define PROTO_IMAP_H

#include "proto/line.h"
#include "proto/sasl.h"
#include "text/imapmsg.h"

enum {
	IMAP_LINE_MAX = 4 * 1024, /* no answer to these commands is longer; a capability line has 300 bytes */
	IMAP_ANSWER_MAX = 64      /* lines before the tagged one; EXAMINE of an Exchange mailbox has 8 */
};

/* One session. The stream and the trace outlive it. It points into itself: do not copy or move it. All spans that the
 * functions hand out live until the next call. */
struct imap {
	struct line line;
	const struct trace *trace;
	unsigned commands;
	char tag[8];
	uint32_t tag_n;
	unsigned char in[IMAP_LINE_MAX];
};

void imap_start(struct imap *m, struct stream *s, const struct trace *t);

bool imap_greeting(struct imap *m, struct span *text, struct fault *f) MUST;

bool imap_capability(struct imap *m, struct imapmsg_capability *c, struct fault *f) MUST;

/* STARTTLS (RFC 9051 section 6.2.1): the next bytes of the stream are TLS. What was said before is not to be believed:
 * start anew behind it, without a greeting, and ask for the capabilities again. Words behind the consent are
 * FAULT_STARTTLS_INJECTED. */
bool imap_starttls(struct imap *m, struct fault *f) MUST;

/* AUTHENTICATE with the login's mechanism, the answer in a line of its own. *reply: "OK AUTHENTICATE completed." A
 * challenge is decoded into `challenge` and answered as its mechanism demands. A refusal's evidence is what follows
 * the tag: "NO ...". */
bool imap_auth(struct imap *m, const struct sasl_login *login, struct span *reply, struct buf *challenge,
               struct fault *f) MUST;

/* EXAMINE INBOX: read-only. Some servers accept any good token at AUTHENTICATE and say no only here. */
bool imap_examine(struct imap *m, uint64_t *messages, struct span *reply, struct fault *f) MUST;

bool imap_logout(struct imap *m, struct fault *f) MUST;

#endif
