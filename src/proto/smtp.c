#include "proto/smtp.h"

#include <string.h>

#include "proto/mail_refusal.h"

void smtp_start(struct smtp *m, struct stream *s, const struct trace *t)
{
	line_start(&m->line, s, m->in, sizeof m->in);
	m->trace = t;
	m->reply_n = 0;
}

static struct span reply_span(const struct smtp *m)
{
	return (struct span){ (const unsigned char *)m->reply, m->reply_n };
}

/* Add a line to what is kept of the reply: the first with its code, of the others the text alone. */
static void keep(struct smtp *m, struct span text)
{
	struct buf b = { (unsigned char *)m->reply, sizeof m->reply, m->reply_n, false };

	if (b.n != 0 && text.n != 0 && b.n < b.cap)
		buf_byte(&b, ' ');
	buf_put(&b, span_first(text, b.cap - b.n));
	m->reply_n = b.n;
}

/* One line; of a reply that goes on, all lines have the code of the first. */
static bool get(struct smtp *m, unsigned code, struct smtpmsg *msg, struct fault *f)
{
	struct span line;

	if (!line_hear(&m->line, m->trace, &line, f))
		return false;
	if (!smtpmsg_read(line, msg) || (code != 0 && msg->code != code))
		return fault_set(f, FAULT_SERVICE_MALFORMED, 0, line);
	keep(m, code != 0 ? msg->text : line);
	return true;
}

/* A whole reply; e, when not NULL, learns from every line but the first. */
static bool reply(struct smtp *m, struct smtpmsg_ehlo *e, struct smtpmsg *msg, struct fault *f)
{
	m->reply_n = 0;
	if (!get(m, 0, msg, f))
		return false;
	for (unsigned i = 1; msg->more; i++) {
		if (i > SMTP_REPLY_LINES_MAX)
			return fault_limit(f, FAULT_SERVICE_MALFORMED, i, SMTP_REPLY_LINES_MAX);
		if (!get(m, msg->code, msg, f))
			return false;
		if (e != NULL)
			smtpmsg_ehlo(e, msg->text);
	}
	return true;
}

static bool refused(const struct smtp *m, const struct smtpmsg *msg, enum fault_code code, struct fault *f)
{
	bool later = msg->code >= 400 && msg->code <= 499;

	return mail_refusal(reply_span(m), SPAN_NONE, later ? FAULT_POP_BUSY : code, f);
}

/* Send a line and read the reply to it. */
static bool ask(struct smtp *m, struct span line, struct smtpmsg_ehlo *e, struct smtpmsg *msg, struct fault *f)
{
	return line_say(&m->line, m->trace, line, f) && reply(m, e, msg, f);
}

/* A command and a reply that must have this code. */
static bool command(struct smtp *m, struct span line, unsigned code, struct smtpmsg_ehlo *e, struct fault *f)
{
	struct smtpmsg msg;

	if (!ask(m, line, e, &msg, f))
		return false;
	return msg.code == code || refused(m, &msg, FAULT_POP_REFUSED, f);
}

bool smtp_greeting(struct smtp *m, struct span *text, struct fault *f)
{
	struct smtpmsg msg;

	if (!reply(m, NULL, &msg, f))
		return false;
	*text = msg.text;
	return msg.code == 220 || refused(m, &msg, FAULT_POP_REFUSED, f);
}

bool smtp_ehlo(struct smtp *m, struct smtpmsg_ehlo *e, struct fault *f)
{
	memset(e, 0, sizeof *e);
	return command(m, SPAN("EHLO [127.0.0.1]\r\n"), 250, e, f);
}

bool smtp_starttls(struct smtp *m, struct fault *f)
{
	if (!command(m, SPAN("STARTTLS\r\n"), 220, NULL, f))
		return false;
	if (line_pending(&m->line))
		return fault_set(f, FAULT_STARTTLS_INJECTED, 0,
		                 SPAN("the server spoke on after its consent to STARTTLS"));
	return true;
}

/* The challenge is on its way to a refusal; it must be answered before that comes. */
static bool challenged(struct smtp *m, enum sasl_mechanism how, struct span text, struct buf *challenge,
                       struct fault *f)
{
	struct smtpmsg msg;

	sasl_challenge(m->trace, text, challenge);
	if (!ask(m, sasl_farewell(how), NULL, &msg, f))
		return false;
	if (msg.code == 235)
		return fault_set(f, FAULT_AUTH_FALSE_OK, 0, reply_span(m));
	return refused(m, &msg, FAULT_AUTH_REFUSED, f);
}

bool smtp_auth(struct smtp *m, const struct sasl_login *login, struct span *verdict, struct buf *challenge,
               struct fault *f)
{
	bool bearer = login->mechanism == SASL_OAUTHBEARER;
	struct smtpmsg msg;

	if (!ask(m, bearer ? SPAN("AUTH OAUTHBEARER\r\n") : SPAN("AUTH XOAUTH2\r\n"), NULL, &msg, f))
		return false;
	if (msg.code != 334)
		return refused(m, &msg, FAULT_AUTH_REFUSED, f);
	if (!sasl_send(m->line.stream, m->trace, login, f) || !reply(m, NULL, &msg, f))
		return false;
	if (msg.code == 334)
		return challenged(m, login->mechanism, msg.text, challenge, f);
	if (msg.code != 235)
		return refused(m, &msg, FAULT_AUTH_REFUSED, f);
	*verdict = reply_span(m);
	return true;
}

bool smtp_quit(struct smtp *m, struct fault *f)
{
	return command(m, SPAN("QUIT\r\n"), 221, NULL, f);
}
