/* desk_book: what the desk is asked, and what it keeps in mind while the roles work. */
#ifndef CHECK_DESK_BOOK_H
#define CHECK_DESK_BOOK_H

#include "check/keeper.h"
#include "check/probe.h"
#include "report/report.h"
#include "check/scout.h"
#include "check/triage.h"

enum { DESK_JOBS_MAX = 16 }; /* probes at the same time; Exchange throttles before that */

/* Where what happens is told, while it happens. A NULL member is not told. Spans live during the call. */
struct desk_ear {
	void *to;
	/* One line of the conversation (or a piece: `more` says that the line goes on). at_ms since the
	 * start; job: which of several at the same time speaks, from 1; 0 where there is only one. */
	void (*line)(void *to, int64_t at_ms, enum role_arm arm, unsigned job, enum tape_mark mark,
	             struct span text, bool more);
	/* A mailbox is finished. r lives during the call. */
	void (*report)(void *to, const struct report *r);
	/* Which rung each arm is on now (RUNG__COUNT: none), about ten times a second while nothing else happens. */
	void (*progress)(void *to, int64_t at_ms, enum rung idp, enum rung pop, size_t finished, size_t all);
	/* A person is to sign in. */
	void (*prompt)(void *to, const struct role_prompt *prompt);
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
	/* Not NULL: reads the secrets that credential does not have yet. The keeper calls it, nobody else. */
	bool (*obtain)(void *from, struct credential *c, struct fault *f);
	void *obtain_from;
	const struct trust *trust;
	struct desk_list mailboxes;
	struct span only;              /* the mailbox when there is just one: judged before anything is sent */
	struct desk_ear ear;
	unsigned jobs;                 /* 1..DESK_JOBS_MAX probes at the same time */
	enum rung stop_after;          /* RUNG__COUNT: climb all; rungs behind it stay VERDICT_NONE */
	bool keeper;                   /* ask for a token (check, token); probe alone needs none */
	bool probe;                    /* go to the mail server (check, probe) */
	bool login;                    /* a person signs in (login) */
	bool patient;                  /* a busy provider is asked again */
	int64_t min_life_s;            /* a stored token that lives so long is served; 0: none */
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
	enum ladder_role role;     /* which role works on it now */
	enum rung now;             /* being climbed; RUNG__COUNT: none */
	bool told;                 /* it has the token's fate */
	bool triaged;
	bool parked;               /* its report waits for what other mailboxes prove: see desk_proof */
	int64_t ready_ms;          /* when only the scout was waited for; 0: not yet */
	bool done;                 /* it has said that it told everything */
	size_t noted;              /* bytes of transcript that came from it */
	uint32_t mailbox_n;
	char mailbox[REPORT_MAILBOX_MAX];
	struct report report;
};

/* The desk's memory. Only the jobs that are used are touched. */
struct desk {
	const struct desk_ask *ask;
	int64_t start_ms, started_unix;
	struct desk_job keeper;          /* the same book-keeping; its report is that of the run */
	struct desk_job scout;           /* for the domain of the first mailbox */
	bool scouted;
	struct desk_job job[DESK_JOBS_MAX];
	unsigned slots;                  /* of job, that are or were in use */
	size_t started;                  /* mailboxes */
	uint32_t proved_n;
	char proved[REPORT_MAILBOX_MAX]; /* the first mailbox whose login passed */
	bool token_known;
	struct role_token token;
	size_t finished, noticed;
	bool list_ended;
	enum ladder_exit gravest;
	union {                          /* what a role works in, after the fork */
		struct keeper keeper;
		struct probe probe;
		struct scout scout;
		struct triage triage;
	} worker;
	union {                          /* the last message of a role */
		struct role_done done;
		struct role_begin begin;
		struct row row;
		struct role_note note;
		struct role_certificate certificate;
		struct role_token token;
		struct role_prompt prompt;
	} message;
};

#endif
