/* run: what the supervisor is asked, and what it keeps in mind while the roles work. */
#ifndef CHECK_RUN_H
#define CHECK_RUN_H

#include "check/token_worker.h"
#include "check/mail_worker.h"
#include "report/report.h"
#include "check/tenant_worker.h"
#include "check/triage_worker.h"

enum { RUN_JOBS_MAX = 16 }; /* probes at the same time; Exchange throttles before that */

/* Where what happens is told, while it happens. A NULL member is not told. Spans live during the call. */
struct run_events {
	void *to;
	/* One line of the conversation (or a piece: `more` says that the line goes on). at_ms since the
	 * start; job: which of several at the same time speaks, from 1; 0 where there is only one. */
	void (*line)(void *to, int64_t at_ms, enum worker_side side, unsigned job, enum trace_mark mark,
	             struct span text, bool more);
	/* A mailbox is finished. r lives during the call. */
	void (*report)(void *to, const struct report *r);
	/* Which step each side is on now (STEP__COUNT: none), about ten times a second while nothing else happens. */
	void (*progress)(void *to, int64_t at_ms, enum step idp, enum step pop, size_t finished, size_t all);
	/* A person is to sign in. */
	void (*prompt)(void *to, const struct worker_prompt *prompt);
	/* A certificate of the mail server's chain, leaf first (only with `certificates`). */
	void (*certificate)(void *to, struct span der);
};

/* Gives the next mailbox; false when there is no further one. *mailbox lives until the next call. */
struct run_list {
	void *from;
	bool (*next)(void *from, struct span *mailbox);
	size_t all; /* how many there will be; 0 when not known */
};

struct run_request {
	const struct settings *settings;
	struct credential *credential; /* wiped as soon as the token worker has its copy */
	/* Not NULL: reads the secrets that credential does not have yet. The token worker calls it, nobody else. */
	bool (*obtain)(void *from, struct credential *c, struct fault *f);
	void *obtain_from;
	const struct trust *trust;
	struct run_list mailboxes;
	struct span only; /* the mailbox when there is just one: judged before anything is sent */
	struct run_events events;
	unsigned jobs;        /* 1..RUN_JOBS_MAX probes at the same time */
	enum step stop_after; /* STEP__COUNT: climb all; steps behind it stay VERDICT_NONE */
	bool token_worker;    /* ask for a token (check, token); probe alone needs none */
	bool probe;           /* go to the mail server (check, probe) */
	bool login;           /* a person signs in (login) */
	bool patient;         /* a busy provider is asked again */
	int64_t min_life_s;   /* a stored token that lives so long is served; 0: none */
	bool discovery;       /* the tenant step */
	bool triage;          /* the IMAP and SMTP services when the login is refused */
	bool show_secrets;
	bool certificates;
	struct secret *token; /* not NULL: receives the access token */
};

/* One probe under way, and the report that it fills. */
struct run_job {
	bool busy;
	pid_t pid;
	int in, out;              /* our ends: rows come from `in`, the token goes to `out` */
	struct deadline deadline; /* its own */
	struct deadline kill_at;  /* ours, a little later: who keeps a deadline tells more than who is killed */
	enum step_by role;        /* which worker works on it now */
	enum step now;            /* being taken; STEP__COUNT: none */
	bool sent;                /* it has the token's fate */
	bool triaged;
	bool parked;      /* its report waits for what other mailboxes prove: see hold */
	int64_t ready_ms; /* when only the tenant worker was waited for; 0: not yet */
	bool done;        /* it has said that it told everything */
	size_t noted;     /* bytes of transcript that came from it */
	uint32_t mailbox_n;
	char mailbox[REPORT_MAILBOX_MAX];
	struct report report;
};

/* The supervisor's memory. Only the jobs that are used are touched. */
struct run {
	const struct run_request *ask;
	int64_t start_ms, started_unix;
	struct run_job token_worker;  /* the same book-keeping; its report is that of the run */
	struct run_job tenant_worker; /* for the domain of the first mailbox */
	bool tenant_asked;
	struct run_job job[RUN_JOBS_MAX];
	unsigned slots; /* of job, that are or were in use */
	size_t started; /* mailboxes */
	uint32_t proved_n;
	char proved[REPORT_MAILBOX_MAX]; /* the first mailbox whose login passed */
	bool token_known;
	struct worker_token token;
	size_t finished, noticed;
	bool list_ended;
	enum exit_status gravest;
	union { /* what a worker works in, after the fork */
		struct token_worker token_worker;
		struct mail_worker probe;
		struct tenant_worker tenant_worker;
		struct triage_worker triage;
	} worker;
	union { /* the last message of a worker */
		struct worker_done done;
		struct worker_begin begin;
		struct row row;
		struct worker_note note;
		struct worker_certificate certificate;
		struct worker_token token;
		struct worker_prompt prompt;
	} message;
};

#endif
