/* jsonout: the report for programs: schema "o2pop.check/1", in o2pop.check.schema.json beside this
 * file. */
#ifndef SHOW_JSONOUT_H
#define SHOW_JSONOUT_H

#include "explain/explain.h"
#include "show/share.h"

/* 17 rungs with up to 16 facts of 240 bytes, of which every byte may need an escape of 6 and none
 * does in practice; an explanation of 16 kB. */
enum { JSONOUT_SIZE = 256 * 1024 };

/* One object for one mailbox, on one line with its LF: many mailboxes are many lines. e holds what
 * explain_report said, and something else afterwards. share may be NULL. */
void jsonout_report(struct buf *out, const struct report *r, struct explanation *e,
                    struct share *share);

/* The ids of causes[].who. */
const char *jsonout_who(enum explain_who who);
const char *jsonout_certainty(enum explain_certainty certainty);

/* Is this fact a number in JSON, not a string? */
bool jsonout_is_number(enum fact key);

#endif
