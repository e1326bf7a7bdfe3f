/* pop3: the client half of a POP3 session (RFC 1939, 2449, 5034), one command a function, in transcript order. */
#ifndef PROTO_POP3_H
#define PROTO_POP3_H

#include "proto/line.h"
#include "proto/sasl.h"
#include "text/mailmsg.h"

enum {
	POP3_LINE_MAX = 8 * 1024,       /* a reply; RFC 1939 says 512, challenges and diagnostics are longer */
	POP3_CAPA_MAX = 64,             /* capability lines; real servers have 8 to 15 */
	POP3_LISTING_MAX = 1000 * 1000, /* lines of UIDL or LIST: more messages than any mailbox has */
	POP3_TOP_MAX = 20 * 1000        /* lines of a message head */
};

/* One session. The stream and the trace outlive it. It points into itself: do not copy or move it. */
struct pop3 {
	struct line line;
	const struct trace *trace;
	bool pipelined; /* the commands of pop3_mailbox_send are on their way already */
	unsigned char in[POP3_LINE_MAX];
};

void pop3_start(struct pop3 *p, struct stream *s, const struct trace *t);

/* The greeting's text behind "+OK "; it lives until the next pop3_ call. Another service's greeting is
 * FAULT_POP_OTHER_SERVICE with num = enum mailmsg_service. */
bool pop3_greeting(struct pop3 *p, struct span *text, struct fault *f) MUST;

/* CAPA. `shown` receives the lines, separated by "; ". A server without CAPA (-ERR) gives an empty set and true. */
bool pop3_capa(struct pop3 *p, struct mailmsg_capa *c, struct buf *shown, struct fault *f) MUST;

/* STLS (RFC 2595): the next bytes of the stream are TLS. What was said before is not to be believed: start anew behind
 * it, and ask for CAPA again. Words behind the consent are FAULT_STARTTLS_INJECTED. */
bool pop3_stls(struct pop3 *p, struct fault *f) MUST;

/* CAPA and AUTH in one flight, for a server that is known to take it (pop3_capa and pop3_auth_begin then only read). */
bool pop3_capa_auth_send(struct pop3 *p, enum sasl_mechanism m, struct fault *f) MUST;

/* "AUTH XOAUTH2" or the other mechanism, answered by "+". */
bool pop3_auth_begin(struct pop3 *p, enum sasl_mechanism m, struct fault *f) MUST;

/* "*": the client gives up after pop3_auth_begin (RFC 5034 section 4). */
bool pop3_auth_cancel(struct pop3 *p, struct fault *f) MUST;

/* Send user and token, and read the verdict. With login->one_line pop3_auth_begin was not called. reply: the server's
 * last text, until the next call. A challenge (RFC 5034) is decoded into `challenge` and answered as its mechanism
 * demands (sasl_farewell); it is FAULT_AUTH_CHALLENGE, also when the server then says +OK (FAULT_AUTH_FALSE_OK). */
bool pop3_auth_send(struct pop3 *p, const struct sasl_login *login, struct span *reply, struct buf *challenge,
                    struct fault *f) MUST;

/* Send STAT, UIDL, LIST, TOP 1 0 and QUIT in one flight (the server offers PIPELINING); the functions below then
 * only read. */
bool pop3_mailbox_send(struct pop3 *p, struct fault *f) MUST;

bool pop3_stat(struct pop3 *p, uint64_t *messages, uint64_t *octets, struct fault *f) MUST;

/* The whole listing, counted; `first` receives message 1's unique-id. */
bool pop3_uidl(struct pop3 *p, uint64_t *count, struct buf *first, struct fault *f) MUST;
bool pop3_list(struct pop3 *p, uint64_t *count, uint64_t *octets, struct fault *f) MUST;

/* TOP 1 0: the head of message 1, counted and not kept; *received is when it came, in Unix time, 0 if it does not say.
 * With `empty` a refusal is expected (no such message). */
bool pop3_top(struct pop3 *p, bool empty, uint64_t *lines, int64_t *received, struct fault *f) MUST;

bool pop3_quit(struct pop3 *p, struct fault *f) MUST;

#endif
