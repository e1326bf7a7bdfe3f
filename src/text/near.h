/* near: which known name a misspelt one was meant to be, for "did you mean". */
#ifndef TEXT_NEAR_H
#define TEXT_NEAR_H

#include "base/span.h"

/* "client-id", "CLIENT_ID" and "client_id" are the same name. */
bool near_same(struct span a, struct span b);

/* How far apart two names are: edits of one character, swaps of neighbours count one. */
unsigned near_distance(struct span a, struct span b);

/* A search: start with { .given = name }, offer every known name, then ask for the best. The first of several that are
 * equally near wins. */
struct near {
	struct span given;
	const char *best;
	unsigned away;
};

void near_offer(struct near *n, const char *known);

/* The nearest known name, of which whole words were given or most letters; NULL when more than a third of the given
 * letters would be wrong. */
const char *near_best(const struct near *n);

#endif
