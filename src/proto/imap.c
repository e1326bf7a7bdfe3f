#include "proto/imap.h"

#include <string.h>

#include "proto/mail_refusal.h"

void imap_start(struct imap *m, struct stream *s, const struct trace *t)
{
	line_start(&m->line, s, m->in, sizeof m->in);
	m->trace = t;
	m->commands = 0;
	m->tag_n = 0;
}

static bool malformed(struct span line, struct fault *f)
{
	return fault_set(f, FAULT_SERVICE_MALFORMED, 0, line);
}

static bool get(struct imap *m, struct imapmsg *msg, struct fault *f)
{
	struct span line;

	if (!line_hear(&m->line, m->trace, &line, f))
		return false;
	if (imapmsg_literal(line))
		return malformed(line, f); /* none of these commands is answered with one */
	imapmsg_read(line, (struct span){ (const unsigned char *)m->tag, m->tag_n }, msg);
	return msg->kind != IMAPMSG_OTHER || malformed(line, f);
}

static bool refused(const struct imapmsg *msg, enum fault_code code, struct fault *f)
{
	return mail_refusal(msg->words, msg->code, code, f);
}

/* Send a command with the next tag. */
static bool command(struct imap *m, const char *words, struct fault *f)
{
	char text[64];
	struct buf line = BUF(text), tag = BUF(m->tag);

	buf_say(&tag, "o%u", ++m->commands);
	m->tag_n = (uint32_t)tag.n;
	buf_say(&line, "%.*s %s\r\n", SPAN_ARG(buf_span(&tag)), words);
	return line_say(&m->line, m->trace, buf_span(&line), f);
}

/* What the lines before the one that decides may tell; to LOGOUT a BYE is one of them. */
struct hints {
	struct imapmsg_capability *capability;
	uint64_t *messages;
	bool leaving;
};

/* Read up to the line that decides: with our tag, a "+", or a BYE before it. */
static bool decision(struct imap *m, const struct hints *h, struct imapmsg *msg, struct fault *f)
{
	for (unsigned i = 0; i <= IMAP_ANSWER_MAX; i++) {
		if (!get(m, msg, f))
			return false;
		if (msg->kind != IMAPMSG_UNTAGGED || (msg->status == IMAPMSG_BYE && !h->leaving))
			return true;
		if (h->capability != NULL)
			(void)imapmsg_capability(h->capability, msg->words);
		if (h->messages != NULL)
			(void)!imapmsg_exists(msg->words, h->messages);
	}
	return fault_limit(f, FAULT_SERVICE_MALFORMED, (uint64_t)IMAP_ANSWER_MAX + 1, IMAP_ANSWER_MAX);
}

static bool is_ok(const struct imapmsg *msg)
{
	return msg->kind == IMAPMSG_TAGGED && msg->status == IMAPMSG_OK;
}

/* The answer to a command; a refusal is `code`. */
static bool answer(struct imap *m, const struct hints *h, struct imapmsg *msg, enum fault_code code, struct fault *f)
{
	if (!decision(m, h, msg, f))
		return false;
	if (msg->kind == IMAPMSG_CONTINUE)
		return malformed(msg->words, f);
	return is_ok(msg) || refused(msg, code, f);
}

bool imap_greeting(struct imap *m, struct span *text, struct fault *f)
{
	struct imapmsg msg;

	if (!get(m, &msg, f))
		return false;
	if (msg.kind == IMAPMSG_UNTAGGED && msg.status == IMAPMSG_BYE)
		return refused(&msg, FAULT_POP_REFUSED, f);
	if (msg.kind != IMAPMSG_UNTAGGED || msg.status != IMAPMSG_OK)
		return malformed(msg.words, f);
	*text = msg.text;
	return true;
}

bool imap_capability(struct imap *m, struct imapmsg_capability *c, struct fault *f)
{
	struct hints h = { .capability = c };
	struct imapmsg msg;

	memset(c, 0, sizeof *c);
	return command(m, "CAPABILITY", f) && answer(m, &h, &msg, FAULT_POP_REFUSED, f);
}

bool imap_starttls(struct imap *m, struct fault *f)
{
	struct imapmsg msg;

	if (!command(m, "STARTTLS", f) || !answer(m, &(struct hints){ NULL }, &msg, FAULT_POP_REFUSED, f))
		return false;
	if (line_pending(&m->line))
		return fault_set(f, FAULT_STARTTLS_INJECTED, 0,
		                 SPAN("the server spoke on after its consent to STARTTLS"));
	return true;
}

/* The line that decides about a login, or the "+" before it. Untagged lines may come in between. */
static bool verdict(struct imap *m, struct imapmsg *msg, struct fault *f)
{
	if (!decision(m, &(struct hints){ NULL }, msg, f))
		return false;
	return msg->kind == IMAPMSG_CONTINUE || is_ok(msg) ||
	       refused(msg, msg->status == IMAPMSG_NO ? FAULT_AUTH_REFUSED : FAULT_AUTH_PROTOCOL, f);
}

/* The challenge is on its way to a refusal; it must be answered before that comes. */
static bool challenged(struct imap *m, enum sasl_mechanism how, struct span text, struct buf *challenge,
                       struct fault *f)
{
	struct imapmsg msg;

	sasl_challenge(m->trace, text, challenge);
	if (!line_say(&m->line, m->trace, sasl_farewell(how), f) || !verdict(m, &msg, f))
		return false;
	if (msg.kind == IMAPMSG_CONTINUE)
		return malformed(msg.words, f);
	return fault_set(f, FAULT_AUTH_FALSE_OK, 0, msg.words);
}

bool imap_auth(struct imap *m, const struct sasl_login *login, struct span *reply, struct buf *challenge,
               struct fault *f)
{
	bool bearer = login->mechanism == SASL_OAUTHBEARER;
	struct imapmsg msg;

	if (!command(m, bearer ? "AUTHENTICATE OAUTHBEARER" : "AUTHENTICATE XOAUTH2", f) || !verdict(m, &msg, f))
		return false;
	if (msg.kind != IMAPMSG_CONTINUE)
		return malformed(msg.words, f); /* OK to a login that has not been made */
	if (!sasl_send(m->line.stream, m->trace, login, f) || !verdict(m, &msg, f))
		return false;
	if (msg.kind == IMAPMSG_CONTINUE)
		return challenged(m, login->mechanism, msg.text, challenge, f);
	*reply = msg.words;
	return true;
}

bool imap_examine(struct imap *m, uint64_t *messages, struct span *reply, struct fault *f)
{
	struct hints h = { .messages = messages };
	struct imapmsg msg;

	*messages = 0;
	if (!command(m, "EXAMINE INBOX", f) || !answer(m, &h, &msg, FAULT_MAILBOX_REFUSED, f))
		return false;
	*reply = msg.words;
	return true;
}

bool imap_logout(struct imap *m, struct fault *f)
{
	struct imapmsg msg;

	return command(m, "LOGOUT", f) && answer(m, &(struct hints){ .leaving = true }, &msg, FAULT_POP_REFUSED, f);
}
