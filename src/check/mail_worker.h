/* mail_worker: the worker that goes to one mailbox: connection, greeting and CAPA while the token is on its way, then
 * in. */
#ifndef CHECK_MAIL_WORKER_H
#define CHECK_MAIL_WORKER_H

#include "check/connect.h"
#include "proto/pop3.h"

/* What the mail worker works in. It lives in a process of its own, which never held the client's secret and ends with
 * mail_worker_run. */
struct mail_worker {
	struct worker worker;
	const struct settings *settings;
	struct span mailbox; /* empty: stop after CAPA, nobody logs in */
	bool judged;         /* the credential step judges the mailbox's form, because it is the only one */
	bool certificates;   /* tell the chain to the supervisor */
	bool compat;         /* measure what the server takes, behind the last step */
	bool begun;          /* AUTH has been said and answered by "+" */
	bool sent_all;       /* QUIT is on its way with the mailbox commands */
	uint64_t messages;
	struct mailmsg_capa capa;
	struct connection reach;
	struct pop3 pop;
	struct worker_token token;
};

/* Take the steps from pop-dns to quit. Fill worker, settings, mailbox and reach.trust before. */
void mail_worker_run(struct mail_worker *p);

#endif
