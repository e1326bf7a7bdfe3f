#include "cli/token_format.h"

#include "text/base64.h"
#include "text/json_write.h"

static void put_json(struct buf *out, const struct token_format_input *b)
{
	struct json_write w = { .out = out };

	json_write_open(&w, NULL, '{');
	json_write_z(&w, "token_type", "Bearer");
	if (b->expires_in > 0)
		json_write_i64(&w, "expires_in", b->expires_in);
	json_write_text(&w, "access_token", secret_reveal(b->token));
	json_write_close(&w, '}');
}

static void put_sasl(struct buf *out, const struct token_format_input *b)
{
	unsigned char scratch[SASL_FRAME_MAX];
	struct buf frame = BUF(scratch);
	struct sasl_login login = { .user = b->mailbox,
		                    .token = b->token,
		                    .mechanism = b->settings->mechanism,
		                    .host = settings_get(b->settings, SETTING_POP_HOST),
		                    .port = b->settings->pop_port };

	if (sasl_frame(&frame, &login, &(struct fault){ 0 }))
		base64_put(out, buf_span(&frame));
	else
		out->full = true;
	secret_wipe_bytes(scratch, frame.n);
}

void token_format_put(struct buf *out, enum token_format form, const struct token_format_input *b)
{
	switch (form) {
	case TOKEN_FORMAT_HEADER:
		buf_z(out, "Authorization: Bearer ");
		buf_put(out, secret_reveal(b->token));
		break;
	case TOKEN_FORMAT_RAW:
		buf_put(out, secret_reveal(b->token));
		break;
	case TOKEN_FORMAT_JSON:
		put_json(out, b);
		break;
	case TOKEN_FORMAT_SASL:
		put_sasl(out, b);
		break;
	case TOKEN_FORMAT__COUNT:
		break;
	}
	buf_byte(out, '\n');
}
