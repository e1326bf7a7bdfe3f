/* guid: the 8-4-4-4-12 hexadecimal ids of Entra. */
#ifndef TEXT_GUID_H
#define TEXT_GUID_H

#include "base/span.h"

enum { GUID_LENGTH = 36 };

/* Exactly the 36 characters, either case; no braces, no blanks. */
bool guid_ok(struct span s);

/* The first GUID inside s that is not part of a longer run of hexadecimal digits and dashes. */
bool guid_find(struct span s, struct span *guid);

#endif
