#include "proto/pop3.h"

#include <string.h>

#include "proto/mail_refusal.h"
#include "text/mailhead.h"

void pop3_start(struct pop3 *p, struct stream *s, const struct trace *t)
{
	line_start(&p->line, s, p->in, sizeof p->in);
	p->trace = t;
	p->pipelined = false;
}

static bool refused(struct span line, enum fault_code code, struct fault *f)
{
	struct span rest, text;

	(void)mailmsg_status(line, &rest);
	return mail_refusal(line, mailmsg_code(rest, &text), code, f);
}

/* A line that must have this status; *text is what follows it. -ERR is `code`, anything else malformed. */
static bool judge(struct span line, enum mailmsg_status wanted, enum fault_code code, struct span *text,
                  struct fault *f)
{
	enum mailmsg_status status = mailmsg_status(line, text);

	if (status == wanted)
		return true;
	return status == MAILMSG_ERR ? refused(line, code, f) : fault_set(f, FAULT_POP_MALFORMED, 0, line);
}

/* Say it, unless it is on its way already. */
static bool ask(struct pop3 *p, struct span line, struct fault *f)
{
	return p->pipelined || line_say(&p->line, p->trace, line, f);
}

/* A command that must be answered +OK; *text is what follows. */
static bool expect_ok(struct pop3 *p, struct span command, enum fault_code code, struct span *text, struct fault *f)
{
	struct span line;

	return ask(p, command, f) && line_hear(&p->line, p->trace, &line, f) && judge(line, MAILMSG_OK, code, text, f);
}

bool pop3_greeting(struct pop3 *p, struct span *text, struct fault *f)
{
	enum mailmsg_service service;
	struct span line;

	if (!line_hear(&p->line, p->trace, &line, f))
		return false;
	service = mailmsg_service(line);
	if (service == MAILMSG_UNKNOWN)
		return fault_set(f, FAULT_POP_MALFORMED, 0, line);
	if (service != MAILMSG_POP3)
		return fault_set(f, FAULT_POP_OTHER_SERVICE, service, line);
	return mailmsg_status(line, text) == MAILMSG_OK || refused(line, FAULT_POP_REFUSED, f);
}

static struct span auth_line(enum sasl_mechanism m)
{
	return m == SASL_OAUTHBEARER ? SPAN("AUTH OAUTHBEARER\r\n") : SPAN("AUTH XOAUTH2\r\n");
}

bool pop3_capa_auth_send(struct pop3 *p, enum sasl_mechanism m, struct fault *f)
{
	char text[64];
	struct buf both = BUF(text);

	buf_say(&both, "CAPA\r\n%.*s", SPAN_ARG(auth_line(m)));
	p->pipelined = line_say(&p->line, p->trace, buf_span(&both), f);
	return p->pipelined;
}

bool pop3_capa(struct pop3 *p, struct mailmsg_capa *c, struct buf *shown, struct fault *f)
{
	struct span line, content;

	memset(c, 0, sizeof *c);
	if (!ask(p, SPAN("CAPA\r\n"), f) || !line_hear(&p->line, p->trace, &line, f))
		return false;
	if (mailmsg_status(line, &content) == MAILMSG_ERR)
		return true;
	if (mailmsg_status(line, &content) != MAILMSG_OK)
		return fault_set(f, FAULT_POP_MALFORMED, 0, line);
	for (unsigned i = 0; i <= POP3_CAPA_MAX; i++) {
		if (!line_hear(&p->line, p->trace, &line, f))
			return false;
		if (mailmsg_is_end(line, &content))
			return true;
		mailmsg_capa(c, content);
		buf_say(shown, "%s%.*s", shown->n != 0 ? "; " : "", SPAN_ARG(content));
	}
	return fault_limit(f, FAULT_POP_MALFORMED, (uint64_t)POP3_CAPA_MAX + 1, POP3_CAPA_MAX);
}

bool pop3_stls(struct pop3 *p, struct fault *f)
{
	struct span text;

	if (!expect_ok(p, SPAN("STLS\r\n"), FAULT_SERVICE_NO_STARTTLS, &text, f))
		return false;
	return !line_pending(&p->line) ||
	       fault_set(f, FAULT_STARTTLS_INJECTED, 0, SPAN("the server spoke on after its consent to STLS"));
}

bool pop3_auth_begin(struct pop3 *p, enum sasl_mechanism m, struct fault *f)
{
	struct span line, rest;

	if (!ask(p, auth_line(m), f) || !line_hear(&p->line, p->trace, &line, f))
		return false;
	p->pipelined = false;
	return judge(line, MAILMSG_CONTINUE, FAULT_AUTH_REFUSED, &rest, f);
}

bool pop3_auth_cancel(struct pop3 *p, struct fault *f)
{
	struct span line, rest;

	if (!line_say(&p->line, p->trace, SPAN("*\r\n"), f) || !line_hear(&p->line, p->trace, &line, f))
		return false;
	return mailmsg_status(line, &rest) == MAILMSG_ERR || fault_set(f, FAULT_POP_MALFORMED, 0, line);
}

/* A refusal after a challenge: the challenge tells more than the -ERR that follows, so both are evidence. */
static bool challenged(struct pop3 *p, enum sasl_mechanism m, struct span text, struct buf *challenge, struct fault *f)
{
	struct span line, rest;

	sasl_challenge(p->trace, text, challenge);
	if (!line_say(&p->line, p->trace, sasl_farewell(m), f) || !line_hear(&p->line, p->trace, &line, f))
		return false;
	return fault_say(f, mailmsg_status(line, &rest) == MAILMSG_OK ? FAULT_AUTH_FALSE_OK : FAULT_AUTH_CHALLENGE, 0,
	                 "%.*s / %.*s", SPAN_ARG(span_first(buf_span(challenge), FAULT_EVIDENCE_MAX / 2)),
	                 SPAN_ARG(line));
}

/* Exchange's words for a command line that is too long or otherwise broken. */
static enum fault_code refusal_code(struct span rest)
{
	size_t at;

	if (span_find_nocase(rest, SPAN("Protocol error"), &at) ||
	    span_find_nocase(rest, SPAN("Connection is closed"), &at))
		return FAULT_AUTH_PROTOCOL;
	return FAULT_AUTH_REFUSED;
}

bool pop3_auth_send(struct pop3 *p, const struct sasl_login *login, struct span *reply, struct buf *challenge,
                    struct fault *f)
{
	struct span line, rest;

	if (!sasl_send(p->line.stream, p->trace, login, f))
		return false;
	if (!line_hear(&p->line, p->trace, &line, f)) {
		/* The connection's end is this server's answer. */
		if (f->code == FAULT_POP_CLOSED || f->code == FAULT_TLS_TRUNCATED || f->code == FAULT_TCP_RESET)
			return fault_become(f, FAULT_AUTH_PROTOCOL, f->num, fault_evidence(f));
		return false;
	}
	*reply = line;
	if (mailmsg_status(line, &rest) == MAILMSG_CONTINUE)
		return challenged(p, login->mechanism, rest, challenge, f);
	return judge(line, MAILMSG_OK, refusal_code(rest), &rest, f);
}

bool pop3_mailbox_send(struct pop3 *p, struct fault *f)
{
	p->pipelined = line_say(&p->line, p->trace, SPAN("STAT\r\nUIDL\r\nLIST\r\nTOP 1 0\r\nQUIT\r\n"), f);
	return p->pipelined;
}

bool pop3_stat(struct pop3 *p, uint64_t *messages, uint64_t *octets, struct fault *f)
{
	struct span text;

	if (!expect_ok(p, SPAN("STAT\r\n"), FAULT_MAILBOX_REFUSED, &text, f))
		return false;
	return mailmsg_stat(text, messages, octets) || fault_set(f, FAULT_POP_MALFORMED, 0, text);
}

/* The lines of a listing. They are not on the trace one by one: a mailbox may have 100,000. */
static bool listing(struct pop3 *p, bool (*take)(void *to, struct span line), void *to, struct fault *f)
{
	struct span line, content;

	for (uint64_t i = 0; i <= POP3_LISTING_MAX; i++) {
		if (!line_reply(&p->line, &line, f))
			return false;
		if (mailmsg_is_end(line, &content)) {
			trace_say(p->trace, TRACE_NOTE, "%llu lines and the final dot", (unsigned long long)i);
			return true;
		}
		if (!take(to, content))
			return fault_set(f, FAULT_POP_MALFORMED, 0, span_first(line, 200));
	}
	return fault_limit(f, FAULT_POP_MALFORMED, (uint64_t)POP3_LISTING_MAX + 1, POP3_LISTING_MAX);
}

struct uidl {
	uint64_t *count;
	struct buf *first;
};

static bool take_uidl(void *to, struct span line)
{
	struct uidl *u = to;
	uint64_t number;
	struct span id;

	if (!mailmsg_uidl(line, &number, &id))
		return false;
	if ((*u->count)++ == 0)
		buf_put(u->first, id);
	return true;
}

bool pop3_uidl(struct pop3 *p, uint64_t *count, struct buf *first, struct fault *f)
{
	struct uidl u = { count, first };
	struct span text;

	*count = 0;
	return expect_ok(p, SPAN("UIDL\r\n"), FAULT_MAILBOX_REFUSED, &text, f) && listing(p, take_uidl, &u, f);
}

struct sizes {
	uint64_t *count, *octets;
};

static bool take_size(void *to, struct span line)
{
	struct sizes *s = to;
	uint64_t number, octets;

	if (!mailmsg_list(line, &number, &octets))
		return false;
	(*s->count)++;
	*s->octets += octets;
	return true;
}

bool pop3_list(struct pop3 *p, uint64_t *count, uint64_t *octets, struct fault *f)
{
	struct sizes s = { count, octets };
	struct span text;

	*count = *octets = 0;
	return expect_ok(p, SPAN("LIST\r\n"), FAULT_MAILBOX_REFUSED, &text, f) && listing(p, take_size, &s, f);
}

bool pop3_top(struct pop3 *p, bool empty, uint64_t *lines, int64_t *received, struct fault *f)
{
	struct mailhead head = { .received = 0 };
	struct span line, rest, content;
	bool cut;

	*lines = 0;
	*received = 0;
	if (!ask(p, SPAN("TOP 1 0\r\n"), f) || !line_hear(&p->line, p->trace, &line, f))
		return false;
	if (empty && mailmsg_status(line, &rest) == MAILMSG_ERR)
		return true;
	if (!judge(line, MAILMSG_OK, FAULT_MAILBOX_REFUSED, &rest, f))
		return false;
	do {
		if (!line_next(&p->line, &line, &cut, f))
			return false;
		if (!mailmsg_is_end(line, &content) && ++*lines > POP3_TOP_MAX)
			return fault_limit(f, FAULT_POP_MALFORMED, *lines, POP3_TOP_MAX);
		mailhead_piece(&head, content, cut);
	} while (cut || !mailmsg_is_end(line, &content));
	mailhead_end(&head);
	*received = head.received;
	trace_put(p->trace, TRACE_NOTE, SPAN("the head of message 1, not shown"));
	return true;
}

bool pop3_quit(struct pop3 *p, struct fault *f)
{
	struct span text;

	return expect_ok(p, SPAN("QUIT\r\n"), FAULT_POP_REFUSED, &text, f);
}
