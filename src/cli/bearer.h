/* bearer: an access token in the forms that other programs take. */
#ifndef CLI_BEARER_H
#define CLI_BEARER_H

#include "conf/settings.h"

enum bearer_form {
	BEARER_RAW,    /* the token */
	BEARER_JSON,   /* {"token_type":"Bearer","expires_in":3599,"access_token":"..."} */
	BEARER_HEADER, /* Authorization: Bearer ... */
	BEARER_SASL,   /* base64 of the login text */
	BEARER__COUNT
};

struct bearer {
	const struct secret *token;
	struct span mailbox; /* for SASL */
	const struct settings *settings; /* for SASL: mechanism and mail server */
	int64_t expires_in;  /* 0: not known */
};

/* Append it, with a line feed. */
void bearer_put(struct buf *out, enum bearer_form form, const struct bearer *b);

#endif
