/* token_worker: the worker that holds the secret: from the settings to an access token that can open the service. */
#ifndef CHECK_TOKEN_WORKER_H
#define CHECK_TOKEN_WORKER_H

#include "check/token_fetch.h"
#include "ident/claims.h"

/* What the token worker works in. It lives in a process of its own, which ends with token_worker_run. */
struct token_worker {
	struct worker worker;
	const struct settings *settings;
	struct credential *credential;
	struct fault unread; /* why a secret could not be read */
	struct span mailbox; /* the only one of the run, judged before anything is sent, or empty */
	struct token_fetch fetch;
	struct claims claims;
	struct worker_token result;
};

/* Take the steps from credential to claims, then tell the supervisor the token (or the root cause). Fill worker,
 * settings, credential, mailbox, unread and the first part of fetch before. The credential is wiped. */
void token_worker_run(struct token_worker *k);

#endif
