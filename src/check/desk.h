/* desk: runs a check: forks the roles, holds the one deadline, gathers the rows, hands out reports. */
#ifndef CHECK_DESK_H
#define CHECK_DESK_H

#include "check/keeper.h"
#include "check/probe.h"
#include "check/report.h"

enum {
	DESK_JOBS_MAX = 16,   /* probes at the same time; Exchange throttles before that */
	DESK_SKEW_MAX_S = 300 /* clocks that differ more are worth a warning */
};

/* Where what happens is told, while it happens. A NULL member is not told. Spans live during the call. */
struct desk_ear {
	void *to;
	/* One line of the conversation (or a piece: `more` says that the line goes on). at_ms since the start. */
	void (*line)(void *to, int64_t at_ms, enum role_arm arm, enum tape_mark mark, struct span text, bool more);
	/* A mailbox is finished. r lives during the call. */
	void (*report)(void *to, const struct report *r);
	/* Which rung each arm is on now (RUNG__COUNT: none), about ten times a second while nothing else happens. */
	void (*progress)(void *to, int64_t at_ms, enum rung idp, enum rung pop, size_t finished, size_t all);
	/* A certificate of the mail server's chain, leaf first (only with `certificates`). */
	void (*certificate)(void *to, struct span der);
};

/* Gives the next mailbox; false when there is no further one. *mailbox lives until the next call. */
struct desk_list {
	void *from;
	bool (*next)(void *from, struct span *mailbox);
	size_t all; /* how many there will be; 0 when not known */
};

struct desk_ask {
	const struct settings *settings;
	struct credential *credential; /* wiped as soon as the keeper has its copy */
	const struct trust *trust;
	struct desk_list mailboxes;
	struct desk_ear ear;
	unsigned jobs;                 /* 1..DESK_JOBS_MAX probes at the same time */
	enum rung stop_after;          /* RUNG__COUNT: climb all; rungs behind it stay VERDICT_NONE */
	bool keeper;                   /* ask for a token (check, token); probe alone needs none */
	bool probe;                    /* go to the mail server (check, probe) */
	bool discovery;                /* the tenant rung */
	bool triage;                   /* the IMAP and SMTP doors when the login is refused */
	bool show_secrets;
	bool certificates;
	struct secret *token;          /* not NULL: receives the access token */
};

/* One probe under way, and the report that it fills. */
struct desk_job {
	bool busy;
	pid_t pid;
	int in, out;               /* our ends: rows come from `in`, the token goes to `out` */
	struct deadline deadline;  /* its own */
	struct deadline kill_at;   /* ours, a little later: who keeps a deadline tells more than who is killed */
	enum rung now;             /* being climbed; RUNG__COUNT: none */
	bool told;                 /* it has the token's fate */
	uint32_t mailbox_n;
	char mailbox[REPORT_MAILBOX_MAX];
	struct report report;
};

/* The desk's memory. Only the jobs that are used are touched. */
struct desk {
	const struct desk_ask *ask;
	int64_t start_ms, started_unix;
	struct desk_job keeper;          /* the same book-keeping; its report is that of the run */
	struct desk_job job[DESK_JOBS_MAX];
	bool token_known;
	struct role_token token;
	size_t finished;
	bool list_ended;
	enum ladder_exit gravest;
	union {                          /* what a role works in, after the fork */
		struct keeper keeper;
		struct probe probe;
	} worker;
	union {                          /* the last message of a role */
		struct role_begin begin;
		struct row row;
		struct role_note note;
		struct role_certificate certificate;
		struct role_token token;
	} message;
};

/* Run it all. Returns when every mailbox has been reported. *gravest is the exit status over all mailboxes. False:
 * the machine refused something (pipe, fork): nothing more can be said than the fault. */
bool desk_run(struct desk *d, const struct desk_ask *ask, enum ladder_exit *gravest, struct fault *f) MUST;

#endif
