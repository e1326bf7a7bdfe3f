/* role: what all worker processes share: how a rung is climbed and told, and the messages on the pipes. */
#ifndef CHECK_ROLE_H
#define CHECK_ROLE_H

#include <sys/types.h>

#include "base/clock.h"
#include "base/tape.h"
#include "check/hide.h"
#include "report/row.h"
#include "ident/device.h"

/* Whose conversation a transcript line belongs to. */
enum role_arm {
	ROLE_ARM_DESK,
	ROLE_ARM_IDP,
	ROLE_ARM_POP,
	ROLE_ARM_IMAP,
	ROLE_ARM_SMTP,
	ROLE_ARM_DISC,
	ROLE_ARM__COUNT
};

enum {
	ROLE_NOTE_MAX = 2000,                   /* bytes of a transcript line; a longer one comes in pieces */
	ROLE_LINE_MAX = HTTPMSG_BODY_MAX + 1024 /* the longest line: an HTTP body */
};

enum role_kind {
	ROLE_BEGIN,       /* a rung is being tried now: struct role_begin */
	ROLE_ROW,         /* its result: struct row */
	ROLE_NOTE,        /* a line for the transcript: struct role_note */
	ROLE_CERTIFICATE, /* struct role_certificate */
	ROLE_TOKEN,       /* keeper to desk to probe: struct role_token */
	ROLE_PROMPT,      /* keeper: a person is to sign in: struct role_prompt */
	ROLE_DONE,        /* nothing more will come: struct role_done */
	ROLE__COUNT
};

/* Every message is this head and the fixed-size struct of its kind. */
struct role_head {
	uint32_t magic, kind;
};
enum { ROLE_MAGIC = 0x6f327031 };

struct role_begin {
	enum rung rung;
};

struct role_note {
	int64_t at_ms;
	enum role_arm arm;
	enum tape_mark mark;
	uint32_t n;
	uint32_t more; /* 1: the line goes on in the next note */
	char text[ROLE_NOTE_MAX];
};

/* A role that ends without it has not told everything. */
struct role_done {
	uint32_t nothing;
};

enum { ROLE_CERTIFICATE_MAX = 4 * 1024 };
struct role_certificate {
	uint32_t n;
	unsigned char der[ROLE_CERTIFICATE_MAX];
};

/* What the keeper has come to: a token, or the rung that is the root cause of there being none. */
struct role_token {
	uint32_t good; /* 1 or 0 */
	enum rung because;
	struct token token;
};

/* Where to sign in, and what to type there; texts end with a NUL, complete may be empty. */
struct role_prompt {
	int64_t expires_in; /* seconds */
	char user_code[DEVICE_CODE_MAX];
	char uri[DEVICE_URI_MAX], complete[DEVICE_URI_MAX];
};

/* One worker. in is -1 where nothing is ever told to it. */
struct role {
	int out, in;
	int64_t start_ms;         /* of the run, on the monotonic clock */
	struct deadline deadline;
	enum rung stop_after;
	enum role_arm arm;
	bool files;               /* it may write files: the token store */
	bool notes;               /* somebody listens to the transcript */
	bool show_secrets;
	uint32_t passed;          /* rungs that passed or warned, as a set of 1u << RUNG */
	uint32_t failed;          /* rungs that failed or were skipped */
	enum rung root[RUNG__COUNT]; /* of a failed or skipped rung: the root cause */
	enum fault_code last;     /* the newest failure of this role, and its rung */
	enum rung last_rung;
	struct tape tape;
	struct hide hide;         /* what must not be told, whoever said it */
	unsigned char told[ROLE_LINE_MAX];
};

/* Begin as a role: get SIGTERM when the desk dies, let go of everything that was inherited but the two pipes
 * (descriptors, the terminal, the environment, new privileges, writing files unless
 * r->files), tell what is heard. */
void role_start(struct role *r, int out, int in);

/* Overwrite all variables; there are none afterwards. */
void role_forget_environment(void);

/* Say that all has been told: the last that the role says. */
void role_done(struct role *r);

/* Climb one rung: tell that it begins, run `climb` (true: passed, or warned when it said so in row->verdict),
 * tell the row. When a rung that it needs did not pass, the row is a skip with its root cause. Nothing is done
 * behind stop_after. Returns whether it passed. */
typedef bool role_climb_fn(void *self, struct row *row, struct fault *f);
bool role_climb(struct role *r, enum rung rung, role_climb_fn *climb, void *self);

/* A rung that is not tried, although nothing that it needs has failed. */
void role_skip(struct role *r, enum rung rung, enum rung because);

/* Take a rung as passed without a row (there is nothing to climb in this run). */
void role_assume(struct role *r, enum rung rung);

/* Take over another role's failure: rungs that need `rung` are skipped because of `because`. */
void role_blame(struct role *r, enum rung rung, enum rung because);

bool role_passed(const struct role *r, enum rung rung);

/* Tell the desk. False when it is gone: the role then ends. */
bool role_tell(struct role *r, enum role_kind kind, const void *message, size_t n);

/* The size of a kind's struct. */
size_t role_size(enum role_kind kind);

/* Read exactly n bytes before the deadline; false at the end of the pipe, too. */
bool role_read(int fd, void *p, size_t n, struct deadline deadline);

#endif
