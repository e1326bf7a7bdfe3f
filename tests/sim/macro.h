/* macro: {placeholders} and <stand-ins> of a case, turned into bytes. */
#ifndef SIM_MACRO_H
#define SIM_MACRO_H

#include "scene.h"

/* What {length} leaves behind until the body is known. */
#define MACRO_LENGTH "\001length\001"

/* Append `text` with every {...}, <... characters> and \xNN replaced. Ends the program, naming `where`, at an unknown
 * placeholder. A { that no small letter follows, and every other backslash, stands for itself. */
void macro_expand(struct scene *s, struct text *to, const char *text, const char *where);

/* One placeholder at p, which begins with { or <: appends its bytes and returns what follows it, or NULL
 * when it is none and stands for itself. */
const char *macro_one(struct scene *s, struct text *to, const char *p, const char *where);

/* One byte at p, or the \xNN that stands for one; returns what follows it. */
const char *macro_byte(struct text *to, const char *p);

#endif
