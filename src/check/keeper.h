/* keeper: the role that holds the secret: from the settings to an access token that can open the door. */
#ifndef CHECK_KEEPER_H
#define CHECK_KEEPER_H

#include "check/reach.h"
#include "ident/claims.h"
#include "proto/http.h"

/* What the keeper works in. It lives in a process of its own, which ends with keeper_run. */
struct keeper {
	struct role role;
	const struct settings *settings;
	const struct credential *credential;
	struct span mailbox;  /* the only one of the run, judged before anything is sent, or empty */
	struct reach reach;
	struct url url;
	struct http http;
	struct claims claims;
	struct role_token result;
	int64_t server_now;   /* the provider's clock at server_seen_ms; 0: not known */
	int64_t server_seen_ms;
	unsigned char form[HTTP_REQUEST_MAX], form_shown[4096];
	unsigned char shown[HTTPMSG_BODY_MAX];
};

/* Climb from credential to claims, then tell the desk the token (or the root cause). Fill role, settings and
 * credential and reach.trust before. */
void keeper_run(struct keeper *k);

#endif
