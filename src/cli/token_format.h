/* token_format: an access token in the forms that other programs take. */
#ifndef CLI_TOKEN_FORMAT_H
#define CLI_TOKEN_FORMAT_H

#include "conf/settings.h"

enum token_format {
	TOKEN_FORMAT_RAW,    /* the token */
	TOKEN_FORMAT_JSON,   /* {"token_type":"Bearer","expires_in":3599,"access_token":"..."} */
	TOKEN_FORMAT_HEADER, /* Authorization: Bearer ... */
	TOKEN_FORMAT_SASL,   /* base64 of the login text */
	TOKEN_FORMAT__COUNT
};

struct token_format_input {
	const struct secret *token;
	struct span mailbox;             /* for SASL */
	const struct settings *settings; /* for SASL: mechanism and mail server */
	int64_t expires_in;              /* 0: not known */
};

/* Append it, with a line feed. */
void token_format_put(struct buf *out, enum token_format form, const struct token_format_input *b);

#endif
