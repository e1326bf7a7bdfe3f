/* match: finds known things (codes, names, pieces of lines) in any text. */
#ifndef EXPLAIN_MATCH_H
#define EXPLAIN_MATCH_H

#include "explain/knowledge.h"

struct match_hit {
	size_t at, n;    /* where in the text */
	unsigned row;    /* of known.def; KNOWLEDGE_NOTHING for an AADSTS code that is not listed */
	uint64_t aadsts; /* the number of an AADSTS code, else 0 */
};

/* The first known thing at or behind `from` that the text does not already hold before `from`. An AADSTS code
 * silences the less telling names and statuses around it, and the wrapper codes before it. */
bool match_text(struct span text, size_t from, struct match_hit *hit);

/* The first row of this kind in the text; KNOWLEDGE_NOTHING if there is none. */
unsigned match_kind(struct span text, enum known_kind kind);

#endif
