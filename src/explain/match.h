/* match: finds known things (codes, names, pieces of lines) in any text. */
#ifndef EXPLAIN_MATCH_H
#define EXPLAIN_MATCH_H

#include "explain/knowledge.h"

enum {
	MATCH_ROWS_MAX = 2048,       /* rows of known.def; a test holds it against the table */
	MATCH_TEXTS_MAX = 40 * 1024, /* their texts, likewise */
	MATCH_HEADS = 1024           /* a power of two */
};

/* The rows that have a text, by its first three letters. */
struct match_index {
	uint16_t first[MATCH_HEADS]; /* row + 1; 0 is the end */
	uint16_t next[MATCH_ROWS_MAX];
	uint16_t text[MATCH_ROWS_MAX]; /* where it begins in texts */
	char texts[MATCH_TEXTS_MAX];
};

/* The rows of this kind; of all that a person may paste for KNOWN__COUNT. */
void match_prepare(struct match_index *index, enum known_kind kind);

/* Part of a word: a neighbour of this kind means that a match is only a piece of something else. Here, because it is
 * asked for every byte of a log. */
static inline bool match_wordly(unsigned char c)
{
	return (unsigned)((c | 0x20) - 'a') < 26 || (unsigned)(c - '0') < 10 || c == '_';
}

struct match_hit {
	size_t n;        /* how long it is */
	unsigned row;    /* of known.def; KNOWLEDGE_NOTHING for an AADSTS code that is not listed */
	uint64_t aadsts; /* the number of an AADSTS code, else 0 */
};

/* The longest known thing that begins at text[at]. Of rows
 * with the same key it is the first: knowledge_choose finds the others. */
bool match_at(const struct match_index *index, struct span text, size_t at, struct match_hit *hit);

/* A text that is nothing but a number: as people type it after "explain". */
bool match_number(struct span text, struct match_hit *hit);

/* What says most in this text, of one kind: the longest that is not general, else the longest. Of rows with the same
 * key the one that holds best. KNOWLEDGE_NOTHING when there is none. */
unsigned match_best(struct span text, enum known_kind kind, unsigned holds);

#endif
