#include "proto/sasl.h"

#include "text/base64.h"
#include "text/oauthbearer.h"
#include "text/xoauth2.h"

const char *sasl_name(enum sasl_mechanism m)
{
	return m == SASL_OAUTHBEARER ? "OAUTHBEARER" : "XOAUTH2";
}

bool sasl_frame(struct buf *out, const struct sasl_login *login, struct fault *f)
{
	struct span token = secret_reveal(login->token);

	if (login->user.n > SASL_USER_MAX || login->host.n > SASL_HOST_MAX)
		return fault_limit(f, FAULT_LIMIT, login->user.n + login->host.n, SASL_USER_MAX);
	if (login->mechanism == SASL_OAUTHBEARER)
		oauthbearer_put(out, login->user, login->host, login->port, token);
	else
		xoauth2_put(out, login->user, token);
	return buf_ok(out) || fault_limit(f, FAULT_LIMIT, token.n + login->user.n, out->cap);
}

/* "AUTH XOAUTH2 " before an answer in the same line. */
static size_t put_command(const struct sasl_login *login, struct buf *line)
{
	size_t n = line->n;

	if (login->one_line)
		buf_say(line, "AUTH %s ", sasl_name(login->mechanism));
	return line->n - n;
}

/* The line with the base64 of user and token. */
static bool put_line(const struct sasl_login *login, struct buf *line, struct fault *f)
{
	unsigned char scratch[SASL_FRAME_MAX];
	struct buf frame = BUF(scratch);
	bool good = sasl_frame(&frame, login, f);

	put_command(login, line);
	base64_put(line, buf_span(&frame));
	buf_z(line, "\r\n");
	secret_wipe_bytes(scratch, frame.n);
	if (good && !buf_ok(line))
		return fault_limit(f, FAULT_LIMIT, secret_length(login->token) + login->user.n, line->cap);
	return good;
}

static void trace_line(const struct trace *t, const struct sasl_login *login, struct span line)
{
	char text[160];
	struct buf b = BUF(text);
	size_t command;

	if (login->show_secret) {
		trace_put(t, TRACE_SENT, span_first(line, line.n - 2));
		return;
	}
	command = put_command(login, &b);
	buf_say(&b, "<sasl %zu characters with %.*s>", line.n - 2 - command, SPAN_ARG(login->mark));
	trace_put(t, TRACE_SENT, buf_span(&b));
}

bool sasl_send(struct stream *s, const struct trace *t, const struct sasl_login *login, struct fault *f)
{
	unsigned char scratch[SASL_LINE_MAX];
	struct buf line = BUF(scratch);
	bool sent = put_line(login, &line, f);

	if (sent) {
		trace_line(t, login, buf_span(&line));
		sent = stream_write(s, buf_span(&line), f);
	}
	secret_wipe_bytes(scratch, line.n);
	return sent;
}

void sasl_challenge(const struct trace *t, struct span text, struct buf *challenge)
{
	struct xoauth2_challenge parts;

	if (xoauth2_challenge(text, challenge, &parts))
		trace_put(t, TRACE_NOTE, buf_span(challenge));
	else
		buf_printable(challenge, text);
}

struct span sasl_farewell(enum sasl_mechanism m)
{
	return m == SASL_OAUTHBEARER ? SPAN("AQ==\r\n") : SPAN("\r\n");
}
