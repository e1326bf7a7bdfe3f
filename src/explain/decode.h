/* decode: what a pasted token, XOAUTH2 string, challenge or assertion is, and what is wrong with
 * it. Nothing is verified. */
#ifndef EXPLAIN_DECODE_H
#define EXPLAIN_DECODE_H

#include "base/buf.h"
#include "ident/shape.h"

enum decode_kind {
	DECODE_NOTHING,   /* none of these */
	DECODE_TOKEN,     /* a JWT that opens something */
	DECODE_ASSERTION, /* a JWT that proves who asks for a token */
	DECODE_OPAQUE,    /* a token that only its provider can read */
	DECODE_SASL,      /* user=...^Aauth=Bearer ...^A^A, in base64 or not */
	DECODE_BEARER,    /* n,a=...^A...^Aauth=Bearer ...^A^A, the same by OAUTHBEARER */
	DECODE_CHALLENGE, /* the JSON of a refused login */
	DECODE_PART,      /* one part of a JWT, or its JSON */
	DECODE_OTHER      /* what only its form tells: a secret, an ID, a refresh token, a key (ident/shape.h) */
};

enum {
	DECODE_INPUT_MAX = 128 * 1024,
	DECODE_SCRATCH = 6 * DECODE_INPUT_MAX, /* every step makes at most one copy */
	DECODE_FINDINGS_MAX = 12,
	DECODE_TTY_LINE = 4095,  /* characters that a terminal keeps of a line */
	DECODE_TOKEN_WARN = 4096 /* above, Exchange Online refuses the login */
};

/* Something to know about it. */
enum decode_finding {
#define FINDING(name, id, problem, text, fix) DECODE_FOUND_##name,
#include "explain/decode.def"
	DECODE_FOUND__COUNT
};

/* A stable id in kebab-case; a problem makes decode fail, a note does not. */
const char *decode_finding_id(enum decode_finding f);
bool decode_finding_problem(enum decode_finding f);

/* The spans borrow from the input and from `scratch`; what is not there is empty. */
struct decoded {
	enum decode_kind kind;
	size_t length;    /* of what was given, without what stands around it; of an answer in JSON the token's */
	enum shape shape; /* of a DECODE_OTHER, and of an opaque token */
	struct span user, token;
	struct span host, port;     /* that an OAUTHBEARER string names */
	struct span header, claims; /* JSON texts */
	struct span challenge;      /* JSON text */
	int64_t now;
	size_t n; /* findings */
	struct decode_found {
		enum decode_finding what;
		struct span text; /* a sentence, printable */
	} found[DECODE_FINDINGS_MAX];
	struct buf scratch;
};

/* scratch: DECODE_SCRATCH bytes, lent for as long as d is used; it holds parts of the token afterwards: wipe it. */
void decode_text(struct decoded *d, struct span text, int64_t now, struct buf scratch);

enum { DECODE_FIX_MAX = 1024 };

/* Append what mends finding i, as a rule; lines that start with a tab are to be typed. Nothing if there is nothing to
 * do. */
void decode_fix(const struct decoded *d, size_t i, struct buf *out);

/* "access token", and the stable id "access-token". */
const char *decode_kind_name(enum decode_kind kind);
const char *decode_kind_id(enum decode_kind kind);

/* Add a finding, once; the detail is put behind its sentence. */
void decode_note(struct decoded *d, enum decode_finding what);
void decode_note_of(struct decoded *d, enum decode_finding what, struct span detail);

/* What is wrong with d->token; fills header and claims where it is a JWT. */
void decode_token(struct decoded *d);

#endif
