#include "proto/pop3.h"

#include <string.h>

#include "proto/mail_refusal.h"

void pop3_start(struct pop3 *p, struct stream *s, const struct trace *t)
{
	line_start(&p->line, s, p->in, sizeof p->in);
	p->trace = t;
	p->pipelined = false;
}

/* A reply line: short, or a fault. */
static bool reply_line(struct pop3 *p, struct span *line, struct fault *f)
{
	if (!line_reply(&p->line, line, f))
		return false;
	trace_put(p->trace, TRACE_GOT, *line);
	return true;
}

static bool refused(struct span line, enum fault_code code, struct fault *f)
{
	struct span rest, text;

	(void)mailmsg_status(line, &rest);
	return mail_refusal(line, mailmsg_code(rest, &text), code, f);
}

/* A line that must be +OK; *text is what follows. Anything else is `code`. */
static bool expect_ok(struct pop3 *p, enum fault_code code, struct span *text, struct fault *f)
{
	struct span line;

	if (!reply_line(p, &line, f))
		return false;
	switch (mailmsg_status(line, text)) {
	case MAILMSG_OK:
		return true;
	case MAILMSG_ERR:
		return refused(line, code, f);
	case MAILMSG_CONTINUE:
	case MAILMSG_OTHER:
		break;
	}
	return fault_set(f, FAULT_POP_MALFORMED, 0, line);
}

/* Send lines that end in CRLF; each goes on the trace. */
static bool say(struct pop3 *p, struct span lines, struct fault *f)
{
	for (struct span rest = lines; rest.n != 0;) {
		struct span line = span_cut(rest, '\n', &rest);

		trace_put(p->trace, TRACE_SENT, span_first(line, line.n - 1));
	}
	return stream_write(p->line.stream, lines, f);
}

/* Say it, unless it is on its way already. */
static bool ask(struct pop3 *p, struct span line, struct fault *f)
{
	return p->pipelined || say(p, line, f);
}

bool pop3_greeting(struct pop3 *p, struct span *text, struct fault *f)
{
	enum mailmsg_service service;
	struct span line;

	if (!reply_line(p, &line, f))
		return false;
	service = mailmsg_service(line);
	if (service == MAILMSG_UNKNOWN)
		return fault_set(f, FAULT_POP_MALFORMED, 0, line);
	if (service != MAILMSG_POP3)
		return fault_set(f, FAULT_POP_OTHER_SERVICE, service, line);
	if (mailmsg_status(line, text) != MAILMSG_OK)
		return refused(line, FAULT_POP_REFUSED, f);
	return true;
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
	p->pipelined = say(p, buf_span(&both), f);
	return p->pipelined;
}

bool pop3_capa(struct pop3 *p, struct mailmsg_capa *c, struct buf *shown, struct fault *f)
{
	struct span line, content;

	memset(c, 0, sizeof *c);
	if (!ask(p, SPAN("CAPA\r\n"), f) || !reply_line(p, &line, f))
		return false;
	if (mailmsg_status(line, &content) == MAILMSG_ERR)
		return true;
	if (mailmsg_status(line, &content) != MAILMSG_OK)
		return fault_set(f, FAULT_POP_MALFORMED, 0, line);
	for (unsigned i = 0; i <= POP3_CAPA_MAX; i++) {
		if (!reply_line(p, &line, f))
			return false;
		if (mailmsg_is_end(line, &content))
			return true;
		mailmsg_capa(c, content);
		buf_say(shown, "%s%.*s", shown->n != 0 ? "; " : "", SPAN_ARG(content));
	}
	return fault_limit(f, FAULT_POP_MALFORMED, (uint64_t)POP3_CAPA_MAX + 1, POP3_CAPA_MAX);
}

bool pop3_auth_begin(struct pop3 *p, enum sasl_mechanism m, struct fault *f)
{
	struct span line, rest;

	if (!ask(p, auth_line(m), f) || !reply_line(p, &line, f))
		return false;
	p->pipelined = false;
	switch (mailmsg_status(line, &rest)) {
	case MAILMSG_CONTINUE:
		return true;
	case MAILMSG_ERR:
		return refused(line, FAULT_AUTH_REFUSED, f);
	case MAILMSG_OK:
	case MAILMSG_OTHER:
		break;
	}
	return fault_set(f, FAULT_POP_MALFORMED, 0, line);
}

bool pop3_auth_cancel(struct pop3 *p, struct fault *f)
{
	struct span line, rest;

	if (!say(p, SPAN("*\r\n"), f) || !reply_line(p, &line, f))
		return false;
	if (mailmsg_status(line, &rest) != MAILMSG_ERR)
		return fault_set(f, FAULT_POP_MALFORMED, 0, line);
	return true;
}

/* A refusal after a challenge: the challenge tells more than the -ERR that follows, so both are evidence. */
static bool challenged(struct pop3 *p, enum sasl_mechanism m, struct span text, struct buf *challenge, struct fault *f)
{
	struct span line, rest;

	sasl_challenge(p->trace, text, challenge);
	if (!say(p, sasl_farewell(m), f) || !reply_line(p, &line, f))
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
	if (!reply_line(p, &line, f)) {
		/* The connection's end is this server's answer. */
		if (f->code == FAULT_POP_CLOSED || f->code == FAULT_TLS_TRUNCATED || f->code == FAULT_TCP_RESET)
			return fault_become(f, FAULT_AUTH_PROTOCOL, f->num, fault_evidence(f));
		return false;
	}
	switch (mailmsg_status(line, &rest)) {
	case MAILMSG_OK:
		*reply = line;
		return true;
	case MAILMSG_ERR:
		return refused(line, refusal_code(rest), f);
	case MAILMSG_CONTINUE:
		return challenged(p, login->mechanism, rest, challenge, f);
	case MAILMSG_OTHER:
		break;
	}
	return fault_set(f, FAULT_POP_MALFORMED, 0, line);
}

bool pop3_mailbox_send(struct pop3 *p, struct fault *f)
{
	p->pipelined = say(p, SPAN("STAT\r\nUIDL\r\nLIST\r\nTOP 1 0\r\nQUIT\r\n"), f);
	return p->pipelined;
}

bool pop3_stat(struct pop3 *p, uint64_t *messages, uint64_t *octets, struct fault *f)
{
	struct span text;

	if (!ask(p, SPAN("STAT\r\n"), f) || !expect_ok(p, FAULT_MAILBOX_REFUSED, &text, f))
		return false;
	if (!mailmsg_stat(text, messages, octets))
		return fault_set(f, FAULT_POP_MALFORMED, 0, text);
	return true;
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
	return ask(p, SPAN("UIDL\r\n"), f) && expect_ok(p, FAULT_MAILBOX_REFUSED, &text, f) &&
	       listing(p, take_uidl, &u, f);
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
	return ask(p, SPAN("LIST\r\n"), f) && expect_ok(p, FAULT_MAILBOX_REFUSED, &text, f) &&
	       listing(p, take_size, &s, f);
}

static bool take_any(void *to, struct span line)
{
	uint64_t *lines = to;

	(void)line;
	return ++*lines <= POP3_TOP_MAX;
}

bool pop3_top(struct pop3 *p, bool empty, uint64_t *lines, struct fault *f)
{
	struct span line, rest, content;
	bool cut;

	*lines = 0;
	if (!ask(p, SPAN("TOP 1 0\r\n"), f) || !reply_line(p, &line, f))
		return false;
	if (mailmsg_status(line, &rest) == MAILMSG_ERR)
		return empty || refused(line, FAULT_MAILBOX_REFUSED, f);
	if (mailmsg_status(line, &rest) != MAILMSG_OK)
		return fault_set(f, FAULT_POP_MALFORMED, 0, line);
	do {
		if (!line_next(&p->line, &line, &cut, f))
			return false;
		if (!mailmsg_is_end(line, &content) && !take_any(lines, content))
			return fault_limit(f, FAULT_POP_MALFORMED, *lines, POP3_TOP_MAX);
	} while (cut || !mailmsg_is_end(line, &content));
	trace_put(p->trace, TRACE_NOTE, SPAN("the head of message 1, not shown"));
	return true;
}

bool pop3_quit(struct pop3 *p, struct fault *f)
{
	struct span text;

	return ask(p, SPAN("QUIT\r\n"), f) && expect_ok(p, FAULT_POP_REFUSED, &text, f);
}
