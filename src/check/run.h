/* run: what the supervisor is asked, what it reports meanwhile, and what it keeps in mind while the workers work. */
#ifndef CHECK_RUN_H
#define CHECK_RUN_H

#include "check/token_worker.h"
#include "check/mail_worker.h"
#include "report/report.h"
#include "check/tenant_worker.h"
#include "check/triage_worker.h"

enum { RUN_JOBS_MAX = 16 }; /* mail workers at the same time; Exchange throttles before that */

/* One line of a conversation, or a piece of one. */
struct run_line {
	int64_t at_ms; /* since the start */
	enum worker_side side;
	unsigned job; /* which of several at the same time speaks, from 1 to RUN_JOBS_MAX; 0: there is only one */
	enum trace_mark mark;
	struct span text;
	bool more; /* the line goes on in the next piece of this side */
};

/* Which step each side is on (STEP__COUNT: none, or no longer any). */
struct run_progress {
	int64_t at_ms; /* since the start */
	enum step idp, pop;
	size_t finished, all; /* mailboxes; all is 0 when not known */
};

/* What happens during a run. What it points to lives during the call. */
struct run_event {
	enum {
		RUN_LINE,        /* only with `lines` */
		RUN_REPORT,      /* a mailbox is finished */
		RUN_PROGRESS,    /* about ten times a second while nothing else happens */
		RUN_PROMPT,      /* a person is to sign in */
		RUN_CERTIFICATE, /* of the mail server's chain, leaf first; only with `certificates` */
		RUN_COMPAT       /* only with `compat` */
	} kind;
	union {
		struct run_line line;
		const struct report *report;
		struct run_progress progress;
		const struct worker_prompt *prompt;
		struct span certificate; /* DER */
		const struct compat *compat;
	};
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
	struct route_logins *logins; /* for proxies; may be NULL */
	struct run_list mailboxes;
	struct span only; /* the mailbox when there is just one: judged before anything is sent */
	void (*on_event)(void *to, const struct run_event *event);
	void *to;
	unsigned workers;     /* a set of RUN_TOKEN ...: who may be started */
	unsigned jobs;        /* 1..RUN_JOBS_MAX mail workers at the same time */
	enum step stop_after; /* STEP__COUNT: take all; steps behind it stay VERDICT_NONE */
	bool fail_fast;       /* begin no further mailbox once one has failed */
	bool login;           /* a person signs in */
	bool patient;         /* a busy provider is asked again */
	int64_t min_life_s;   /* a stored token that lives so long is served; 0: none */
	bool lines;           /* somebody reads the conversations */
	bool show_secrets;    /* in them */
	bool certificates;
	bool compat;            /* measure what the mail server takes */
	bool clock_from_server; /* as in struct connection */
	struct secret *token;   /* not NULL: receives the access token */
};

enum {
	RUN_TOKEN = 1u << STEP_BY_TOKEN_WORKER,
	RUN_MAIL = 1u << STEP_BY_MAIL_WORKER,
	RUN_TENANT = 1u << STEP_BY_TENANT_WORKER, /* when there is a token worker, too */
	RUN_TRIAGE = 1u << STEP_BY_TRIAGE_WORKER  /* when the login is refused */
};

/* Where a job stands. Forward only, but for a triage worker after the mail worker, and a parked report. */
enum run_state {
	RUN_FREE,    /* nobody works, nothing is wanted */
	RUN_WORKING, /* a worker is at work */
	RUN_DONE,    /* it has sent everything and is about to exit */
	RUN_ENDED,  /* it has exited, or there was none: triage or the report is next, when the token worker has, too */
	RUN_PARKED, /* the report waits for what other mailboxes prove: see hold */
	RUN_READY   /* the report waits for the tenant worker only, since ready_ms */
};

/* One worker under way, and the report that it fills. */
struct run_job {
	enum run_state state;
	enum step_by worker; /* which one works on it, or did last */
	pid_t pid;
	int in, out;              /* our ends, or -1: rows come from `in`, the token's fate goes to `out`, once */
	struct deadline deadline; /* its own */
	struct deadline kill_at;  /* ours, a little later: who keeps a deadline tells more than who is killed */
	enum step now;            /* being taken; STEP__COUNT: none */
	int64_t ready_ms;
	size_t noted; /* bytes of transcript that came from it */
	uint32_t mailbox_n;
	char mailbox[REPORT_MAILBOX_MAX];
	struct report report;
};

/* The supervisor's memory. Only the jobs that are used are touched. */
struct run {
	const struct run_request *ask;
	int64_t start_ms, started_unix;
	unsigned slots; /* of job, that are or were in use */
	size_t started; /* mailboxes */
	size_t finished, noticed;
	bool list_ended, tenant_asked, token_known;
	enum exit_status gravest;
	uint32_t proved_n;
	char proved[REPORT_MAILBOX_MAX]; /* the first mailbox whose login passed */
	union {                          /* the last message of a worker */
		struct worker_done done;
		struct worker_begin begin;
		struct row row;
		struct worker_note note;
		struct worker_certificate certificate;
		struct compat compat;
		struct worker_token token;
		struct worker_prompt prompt;
	} message;
	struct worker_token token;    /* once it is known */
	struct run_job token_worker;  /* the same book-keeping; its report is that of the run */
	struct run_job tenant_worker; /* for the domain of the first mailbox */
	struct run_job job[RUN_JOBS_MAX];
	union { /* what a worker works in, after the fork */
		struct token_worker token_worker;
		struct mail_worker mail_worker;
		struct tenant_worker tenant_worker;
		struct triage_worker triage_worker;
	} worker;
};

/* Tell who asked. */
void run_emit(const struct run *run, const struct run_event *event);

/* Which of several jobs at the same time this is, from 1; 0: the only one, or none of them. */
unsigned run_job_number(const struct run *run, const struct run_job *j);

/* A line of the transcript that is the supervisor's own, about this job, in a format of buf_say. */
void run_note(const struct run *run, const struct run_job *j, enum worker_side side, const char *format, ...)
	BUF_FORMAT(4);

#endif
