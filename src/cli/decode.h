/* decode: what a pasted token, XOAUTH2 string, challenge or assertion is, and what is wrong with it. Nothing is verified. */
#ifndef CLI_DECODE_H
#define CLI_DECODE_H

#include "base/buf.h"

enum decode_kind {
	DECODE_NOTHING,   /* none of these */
	DECODE_TOKEN,     /* a JWT that opens something */
	DECODE_ASSERTION, /* a JWT that proves who asks for a token */
	DECODE_OPAQUE,    /* a token that only its provider can read */
	DECODE_SASL,      /* user=...^Aauth=Bearer ...^A^A, in base64 or not */
	DECODE_CHALLENGE, /* the JSON of a refused login */
	DECODE_PART       /* one part of a JWT, or its JSON */
};

enum {
	DECODE_INPUT_MAX = 128 * 1024,
	DECODE_ROOM = 6 * DECODE_INPUT_MAX, /* every step makes at most one copy */
	DECODE_FINDINGS_MAX = 12,
	DECODE_TTY_LINE = 4095,    /* characters that a terminal keeps of a line */
	DECODE_TOKEN_WARN = 4096   /* above, Exchange Online refuses the login */
};

/* Something to know about it. A problem makes it fail, a note does not. */
struct decode_finding {
	const char *id; /* kebab-case, stable */
	bool problem;
	struct span text;
	const char *fix; /* lines; one that starts with a tab is to be typed. "" if there is nothing to do */
};

/* The spans borrow from the input and from `room`; what is not there is empty. */
struct decoded {
	enum decode_kind kind;
	size_t length;                  /* of what was given, without what stands around it */
	struct span user, token;
	struct span header, claims;     /* JSON texts */
	struct span challenge;          /* JSON text */
	int64_t now;
	size_t findings;
	struct decode_finding finding[DECODE_FINDINGS_MAX];
	struct buf room;
};

/* room: DECODE_ROOM bytes, lent for as long as d is used; it holds parts of the token afterwards: wipe it. */
void decode_text(struct decoded *d, struct span text, int64_t now, struct buf room);

/* "access token", and the stable id "access-token". */
const char *decode_kind_name(enum decode_kind kind);
const char *decode_kind_id(enum decode_kind kind);

/* Add a finding: TEXT, or TEXT detail MORE. */
void decode_note(struct decoded *d, const char *id, bool problem, const char *text, const char *fix);
void decode_note_about(struct decoded *d, const char *id, bool problem, const char *text, struct span detail,
                       const char *more, const char *fix);

/* What is wrong with d->token; fills header and claims where it is a JWT. */
void decode_token(struct decoded *d);

#endif
