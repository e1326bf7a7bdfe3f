/* match: what a client says against what a case expects. */
#ifndef SIM_MATCH_H
#define SIM_MATCH_H

#include "scene.h"

/* Turn a line of a case into a pattern: a * is any run of bytes, \* a star; placeholders and stand-ins become
 * the bytes that they stand for. */
void match_pattern(struct scene *s, struct text *pattern, const char *text, const char *where);

bool match(const struct text *pattern, const char *p, size_t n);

/* The pattern for people, with * where any run may stand. */
void match_shown(struct text *to, const struct text *pattern);

#endif
