/* probe: the role that goes to one mailbox: connection, greeting and CAPA while the token is on its way, then in. */
#ifndef CHECK_PROBE_H
#define CHECK_PROBE_H

#include "check/reach.h"
#include "proto/pop3.h"

/* What a probe works in. It lives in a process of its own, which never held the client's secret and ends with
 * probe_run. */
struct probe {
	struct role role;
	const struct settings *settings;
	struct span mailbox;   /* empty: stop after CAPA, nobody logs in */
	bool judged;           /* the credential rung judges the mailbox's form, because it is the only one */
	bool certificates;     /* tell the chain to the desk */
	struct reach reach;
	struct pop3 pop;
	struct popmsg_capa capa;
	bool begun;            /* AUTH has been said and answered by "+" */
	bool sent_all;         /* QUIT is on its way with the mailbox commands */
	struct role_token token;
	uint64_t messages;
};

/* Climb from pop-dns to quit. Fill role, settings, mailbox and reach.trust before. */
void probe_run(struct probe *p);

#endif
