/* keeper: the role that holds the secret: from the settings to an access token that can open the door. */
#ifndef CHECK_KEEPER_H
#define CHECK_KEEPER_H

#include "check/fetch.h"
#include "ident/claims.h"

/* What the keeper works in. It lives in a process of its own, which ends with keeper_run. */
struct keeper {
	struct role role;
	const struct settings *settings;
	struct credential *credential;
	struct fault unread;  /* why a secret could not be read */
	struct span mailbox;  /* the only one of the run, judged before anything is sent, or empty */
	struct fetch fetch;
	struct claims claims;
	struct role_token result;
};

/* Climb from credential to claims, then tell the desk the token (or the root cause). Fill role, settings,
 * credential, mailbox, unread and the first part of fetch before. The credential is wiped. */
void keeper_run(struct keeper *k);

#endif
