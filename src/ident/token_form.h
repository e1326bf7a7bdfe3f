/* token_form: what is sent to a token endpoint, grant by grant (RFC 6749 and its extensions). */
#ifndef IDENT_TOKEN_FORM_H
#define IDENT_TOKEN_FORM_H

#include "base/secret.h"

/* The forms, by what they prove the right to a token with. */
enum token_form {
	TOKEN_FORM_SECRET,        /* client_credentials: the client secret, RFC 6749 section 4.4 */
	TOKEN_FORM_ASSERTION,     /* client_credentials: a client assertion, RFC 7523 section 2.2 */
	TOKEN_FORM_JWT_BEARER,    /* a JWT that is the grant itself, RFC 7523 section 2.1 */
	TOKEN_FORM_DEVICE_START,  /* the request for a device code, RFC 8628 section 3.1: not to the token endpoint */
	TOKEN_FORM_DEVICE_CODE,   /* a device code, RFC 8628 section 3.4 */
	TOKEN_FORM_REFRESH_TOKEN, /* a refresh token, RFC 6749 section 6 */
	TOKEN_FORM__COUNT
};

/* What is sent. proof is what the form is named after; client_secret goes beside device code and refresh token when the
 * application has one. */
struct token_request {
	enum token_form form;
	struct span client_id, scope;
	const struct secret *client_secret;
	const struct secret *proof;
};

/* The form: body is what goes over the wire, shown is the same with stand-ins for what is secret. */
void token_form(const struct token_request *q, struct buf *body, struct buf *shown);

#endif
