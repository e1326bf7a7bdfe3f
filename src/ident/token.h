/* token: what a token endpoint answers (RFC 6749 section 5). */
#ifndef IDENT_TOKEN_H
#define IDENT_TOKEN_H

#include "base/fault.h"
#include "base/secret.h"
#include "ident/refusal.h"
#include "proto/http.h"

enum { TOKEN_MARK_MAX = 48 };

/* An access token. mark is "token 2184 characters sha256:9f3a1c0b", the same for the same token, so that two
 * people can see that they used the same one. */
struct token {
	int64_t expires_in; /* seconds, 0 when not said */
	uint32_t mark_n;
	char mark[TOKEN_MARK_MAX];
	struct secret access; /* last: behind its end there is nothing */
};

void token_mark(struct token *t);
struct span token_mark_span(const struct token *t);

/* Read the endpoint's answer. refresh receives the refresh token if there is one in it, else it is empty; one that is
 * too long or not printable is as good as none. On false: t and refresh are wiped; the fault says
 * redirect, busy (num = seconds to wait), not JSON, refused (num = AADSTS code or HTTP status, evidence = the
 * provider's description without its ids), a status without OAuth's words for it, malformed, too long (num = the
 * limit), or the alphabet of RFC 6750 violated. *r is filled as far as known. No evidence holds a token. */
bool token_read(const struct http_answer *a, struct token *t, struct secret *refresh, struct refusal *r,
                struct fault *f) MUST;

/* What any endpoint of the provider says when it says no: token_read's faults without the token. Always false. */
bool token_refused(const struct http_answer *a, struct refusal *r, struct fault *f);

/* The provider's clock, as far as the answer tells it: by its Date, else by the refusal's timestamp or time. */
bool token_clock(const struct http_answer *a, const struct refusal *r, int64_t *unix_s) MUST;

/* A token that was there already (a file): the same checks of length and alphabet, and its mark. */
bool token_take(const struct secret *given, struct token *t, struct fault *f) MUST;

/* The answer's body as it may be shown: without the values, at any depth, of members whose names end in token, secret,
 * assertion, password or device_code, whatever their spelling, and without all else that is as long as a credential. */
void token_show(const struct http_answer *a, const struct token *t, struct buf *shown);

#endif
