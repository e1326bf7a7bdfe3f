#include "cli/bearer.h"

#include "text/base64.h"
#include "text/json.h"

static void put_json(struct buf *out, const struct bearer *b)
{
	buf_z(out, "{\"token_type\":\"Bearer\"");
	if (b->expires_in > 0) {
		buf_z(out, ",\"expires_in\":");
		buf_i64(out, b->expires_in);
	}
	buf_z(out, ",\"access_token\":");
	json_put_string(out, secret_reveal(b->token));
	buf_z(out, "}");
}

static void put_sasl(struct buf *out, const struct bearer *b)
{
	unsigned char room[SASL_FRAME_MAX];
	struct buf frame = BUF(room);
	struct sasl_login login = { .user = b->mailbox,
		                    .token = b->token,
		                    .mechanism = b->settings->mechanism,
		                    .host = settings_get(b->settings, SETTING_POP_HOST),
		                    .port = b->settings->pop_port };

	if (sasl_frame(&frame, &login, &(struct fault){ 0 }))
		base64_put(out, buf_span(&frame));
	else
		out->full = true;
	secret_wipe_bytes(room, frame.n);
}

void bearer_put(struct buf *out, enum bearer_form form, const struct bearer *b)
{
	switch (form) {
	case BEARER_HEADER:
		buf_z(out, "Authorization: Bearer ");
		buf_put(out, secret_reveal(b->token));
		break;
	case BEARER_RAW:
		buf_put(out, secret_reveal(b->token));
		break;
	case BEARER_JSON:
		put_json(out, b);
		break;
	case BEARER_SASL:
		put_sasl(out, b);
		break;
	case BEARER__COUNT:
		break;
	}
	buf_byte(out, '\n');
}
