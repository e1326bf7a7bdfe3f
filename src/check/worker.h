/* worker: what all worker processes share: how a step is taken and reported, and the messages on the pipes. */
#ifndef CHECK_WORKER_H
#define CHECK_WORKER_H

#include <sys/types.h>

#include "base/clock.h"
#include "base/trace.h"
#include "check/redact.h"
#include "report/compat.h"
#include "report/row.h"
#include "ident/device.h"

/* Whose conversation a transcript line belongs to. */
enum worker_side {
	WORKER_SIDE_SUPERVISOR,
	WORKER_SIDE_IDP,
	WORKER_SIDE_POP,
	WORKER_SIDE_IMAP,
	WORKER_SIDE_SMTP,
	WORKER_SIDE_TENANT,
	WORKER_SIDE__COUNT
};

enum {
	WORKER_NOTE_MAX = 2000,                   /* bytes of a transcript line; a longer one comes in pieces */
	WORKER_LINE_MAX = HTTPMSG_BODY_MAX + 1024 /* the longest line: an HTTP body */
};

enum worker_message {
	WORKER_BEGIN,       /* a step is being tried now: struct worker_begin */
	WORKER_ROW,         /* its result: struct row */
	WORKER_NOTE,        /* a line for the transcript: struct worker_note */
	WORKER_CERTIFICATE, /* struct worker_certificate */
	WORKER_TOKEN,       /* token worker to supervisor to mail worker: struct worker_token */
	WORKER_PROMPT,      /* token worker: a person is to sign in: struct worker_prompt */
	WORKER_COMPAT,      /* of the mail worker: struct compat */
	WORKER_DONE,        /* nothing more will come: struct worker_done */
	WORKER_MESSAGE__COUNT
};

/* Every message is this head and the first n bytes of the fixed-size struct of its kind: all, but for a token's. */
struct worker_head {
	uint32_t magic, kind, n;
};
enum { WORKER_MAGIC = 0x6f327031 };

struct worker_begin {
	enum step step;
};

struct worker_note {
	int64_t at_ms;
	enum worker_side side;
	enum trace_mark mark;
	uint32_t n;
	uint32_t more; /* 1: the line goes on in the next note */
	char text[WORKER_NOTE_MAX];
};

/* A worker that ends without it has not sent everything. */
struct worker_done {
	uint32_t nothing;
};

enum { WORKER_CERTIFICATE_MAX = 4 * 1024 };
struct worker_certificate {
	uint32_t n;
	unsigned char der[WORKER_CERTIFICATE_MAX];
};

/* What the token worker has come to: a token, or the step that is the root cause of there being none. */
struct worker_token {
	uint32_t good; /* 1 or 0 */
	enum step because;
	struct token token;
};

/* Where to sign in, and what to type there; texts end with a NUL, complete may be empty. */
struct worker_prompt {
	int64_t expires_in; /* seconds */
	char user_code[DEVICE_CODE_MAX];
	char uri[DEVICE_URI_MAX], complete[DEVICE_URI_MAX];
};

/* One worker. in is -1 where nothing is ever sent to it. */
struct worker {
	unsigned char sent[WORKER_LINE_MAX]; /* first, so that all else lies beside what a worker has behind it */
	int out, in;
	int64_t start_ms; /* of the run, on the monotonic clock */
	struct deadline deadline;
	enum step stop_after;
	enum worker_side side;
	bool files; /* it may write files: the token store */
	bool notes; /* somebody reads the transcript */
	bool show_secrets;
	uint32_t passed;             /* steps that passed or warned, as a set of 1u << STEP */
	uint32_t failed;             /* steps that failed or were skipped */
	enum step root[STEP__COUNT]; /* of a failed or skipped step: the root cause */
	enum fault_code last;        /* the newest failure of this worker, and its step */
	enum step last_step;
	struct trace trace;
	struct redact redact; /* what must not be shown, whoever said it */
};

/* In a new process, before anything else: it ends when `parent` does, which has made it, by the signal that lets it
 * wipe its secrets first. */
void worker_end_with(pid_t parent);

/* Begin as a worker: let go of everything that was inherited but the two pipes (descriptors, the terminal, the
 * environment, new privileges, writing files unless r->files), send the conversation. */
void worker_start(struct worker *r, int out, int in);

/* Overwrite all variables; there are none afterwards. */
void worker_forget_environment(void);

/* Say that everything has been sent: the last message. */
void worker_done(struct worker *r);

/* Take one step: send that it begins, run `take` (true: passed, or warned when it said so in row->verdict),
 * send the row. When a step that it needs did not pass, the row is a skip with its root cause. Nothing is done
 * behind stop_after. Returns whether it passed. */
typedef bool worker_step_fn(void *self, struct row *row, struct fault *f);
bool worker_step(struct worker *r, enum step step, worker_step_fn *take, void *self);

/* A step that is not tried, although nothing that it needs has failed. */
void worker_skip(struct worker *r, enum step step, enum step because);

/* Take a step as passed without a row (there is nothing to take in this run). */
void worker_assume(struct worker *r, enum step step);

/* Take over another worker's failure: steps that need `step` are skipped because of `because`. */
void worker_blame(struct worker *r, enum step step, enum step because);

bool worker_passed(const struct worker *r, enum step step);

/* To the supervisor. False when it is gone: the worker then ends. */
bool worker_send(struct worker *r, enum worker_message kind, const void *message, size_t n);

/* The size of a kind's struct; how much of it there is when it holds this token. */
size_t worker_size(enum worker_message kind);
size_t worker_token_size(const struct worker_token *t);

/* Read exactly n bytes before the deadline; false at the end of the pipe, too. */
bool worker_read(int fd, void *p, size_t n, struct deadline deadline);

#endif
