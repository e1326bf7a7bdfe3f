#include "proto/sasl.h"

#include "text/base64.h"
#include "text/xoauth2.h"

#define COMMAND "AUTH XOAUTH2 "

/* The line with the base64 of user and token. */
static bool put_line(const struct sasl_login *login, struct buf *line, struct fault *f)
{
	unsigned char room[XOAUTH2_FRAME_SIZE(SASL_USER_MAX, SECRET_MAX)];
	struct buf frame = BUF(room);

	xoauth2_put(&frame, login->user, secret_reveal(login->token));
	buf_z(line, login->one_line ? COMMAND : "");
	base64_put(line, buf_span(&frame));
	buf_z(line, "\r\n");
	secret_wipe_bytes(room, frame.n);
	if (!buf_ok(&frame) || !buf_ok(line))
		return fault_limit(f, FAULT_LIMIT, secret_length(login->token) + login->user.n, sizeof room);
	return true;
}

static void tape_line(const struct tape *t, const struct sasl_login *login, struct span line)
{
	char text[160];
	struct buf b = BUF(text);

	if (login->show_secret) {
		tape_put(t, TAPE_SENT, span_first(line, line.n - 2));
		return;
	}
	buf_z(&b, login->one_line ? COMMAND : "");
	buf_z(&b, "<sasl ");
	buf_u64(&b, line.n - 2 - (login->one_line ? sizeof COMMAND - 1 : 0));
	buf_z(&b, " characters with ");
	buf_put(&b, login->mark);
	buf_z(&b, ">");
	tape_put(t, TAPE_SENT, buf_span(&b));
}

bool sasl_send(struct stream *s, const struct tape *t, const struct sasl_login *login, struct fault *f)
{
	unsigned char room[SASL_LINE_MAX];
	struct buf line = BUF(room);
	bool sent = put_line(login, &line, f);

	if (sent) {
		tape_line(t, login, buf_span(&line));
		sent = stream_write(s, buf_span(&line), f);
	}
	secret_wipe_bytes(room, line.n);
	return sent;
}

void sasl_challenge(const struct tape *t, struct span text, struct buf *challenge)
{
	struct xoauth2_challenge parts;

	if (xoauth2_challenge(text, challenge, &parts))
		tape_put(t, TAPE_NOTE, buf_span(challenge));
	else
		buf_printable(challenge, text);
}
