/* reading: what a pasted text says: a code, a line, an answer in JSON, a log, a transcript, a stack trace of any
 * length. It is read once, in pieces; nothing of it has to stay. */
#ifndef EXPLAIN_READING_H
#define EXPLAIN_READING_H

#include "explain/match.h"

enum {
	READING_NEAR = 600,    /* bytes before and behind that belong to the same answer: Entra's are about so long */
	READING_HITS_MAX = 64, /* different things */
	READING_ROWS_MAX = 12, /* rows of one key whose words were there */
	READING_WHAT_MAX = 160,
	READING_LOST_MAX = 4, /* lines not understood of which the text is kept */
	READING_VALUE_MAX = 120
};

/* What a text may name. */
enum reading_value {
	READING_CLIENT,
	READING_TENANT,
	READING_SCOPE,
	READING_CHALLENGE, /* of XOAUTH2 or OAUTHBEARER, decoded */
	READING_VALUES
};

struct reading_hit {
	unsigned row; /* of known.def, as chosen at the end; KNOWLEDGE_NOTHING: a code that is not listed */
	uint64_t aadsts;
	uint64_t at;   /* bytes before it in the whole text */
	uint64_t line; /* from 1 */
	bool shown;    /* it says more than what stands beside it */
	uint16_t maybe[READING_ROWS_MAX];
	unsigned n;
	unsigned char what[READING_WHAT_MAX]; /* as it stood there, with a NUL */
};

struct reading {
	struct match_index index;
	uint8_t times[MATCH_ROWS_MAX];            /* that a row was met, up to a limit */
	unsigned proved;                          /* FOR_... bits that the text proves */
	unsigned holds;                           /* what can hold, when all is read */
	bool own_host;                            /* a provider's host is named */
	const struct provider *provider;          /* NULL where none is proved */
	struct reading_hit hit[READING_HITS_MAX]; /* when all is read: the most telling first */
	unsigned hits;
	unsigned char value[READING_VALUES][READING_VALUE_MAX]; /* printable, with a NUL; the first of each counts */
	uint64_t lines;                                         /* that are not empty */
	uint64_t understood;                                    /* of these */
	struct {
		uint64_t line;
		unsigned char text[READING_VALUE_MAX]; /* printable, with a NUL */
	} lost[READING_LOST_MAX];                      /* the first that look like an error and were not understood */
	unsigned losts;
	uint64_t line, offset; /* where the reading is */
	bool met;              /* something of the present line was understood */
};

void reading_start(struct reading *r);

/* Read on: text[from ... to) is new, what stands before and behind is there for its context. The last call ends at
 * text.n. A text that is nothing but a number is taken for a code: as people type it. */
void reading_take(struct reading *r, struct span text, size_t from, size_t to);

/* All is read: choose the rows, order the hits. */
void reading_end(struct reading *r);

/* Append in words where the text comes from, as far as it proves it: "Gmail, IMAP, a login with a token". */
void reading_context(const struct reading *r, struct buf *out);

/* The id of a value: "client_id". */
const char *reading_value_id(enum reading_value v);

#endif
