/* refusal: what a token endpoint says when it says no (RFC 6749 section 5.2), and what Entra adds to it. */
#ifndef IDENT_REFUSAL_H
#define IDENT_REFUSAL_H

#include "base/buf.h"

enum {
	REFUSAL_TEXT_MAX = 80,      /* ids, error words, a thumbprint of 64 digits */
	REFUSAL_NAME_MAX = 240,     /* issuer, subject and audience of an assertion */
	REFUSAL_SENTENCE_MAX = 4096 /* Entra's longest have 900 bytes */
};

/* Printable; absent texts are empty. Start with { 0 }. */
struct refusal {
	uint64_t aadsts; /* the inner code when several are nested, 0 when there is none */
	char error[REFUSAL_TEXT_MAX], suberror[REFUSAL_TEXT_MAX];
	char trace_id[REFUSAL_TEXT_MAX], correlation_id[REFUSAL_TEXT_MAX], timestamp[REFUSAL_TEXT_MAX];
	char duplicate[REFUSAL_TEXT_MAX]; /* a JSON key that came twice: the first one counted */
	/* What the description says about the assertion that was sent. */
	char server_time[REFUSAL_TEXT_MAX]; /* AADSTS700024: when it was judged */
	char thumbprint[REFUSAL_TEXT_MAX];  /* AADSTS700027: of the key */
	char issuer[REFUSAL_NAME_MAX], subject[REFUSAL_NAME_MAX],
		audience[REFUSAL_NAME_MAX]; /* AADSTS70021, 700211 ... */
};

/* Read a JSON object. *text, at least REFUSAL_SENTENCE_MAX of the caller's bytes, receives the description; what is
 * returned is its sentence, without the ids that stand in fields of their own, borrowed from there. */
struct span refusal_read(struct span json, struct refusal *r, struct buf *text);

#endif
