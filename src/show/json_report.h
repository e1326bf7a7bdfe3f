/* json_report: the report for programs: schema "o2pop.check/1", in o2pop.check.schema.json beside this
 * file. */
#ifndef SHOW_JSON_REPORT_H
#define SHOW_JSON_REPORT_H

#include "explain/explain.h"
#include "show/pseudonym.h"

/* 17 steps with up to 16 facts of 240 bytes, of which every byte may need an escape of 6 and none
 * does in practice; an explanation of 16 kB. */
enum { JSON_REPORT_SIZE = 256 * 1024 };

/* One object for one mailbox, on one line with its LF: many mailboxes are many lines. e holds what
 * explain_report said. share may be NULL. */
void json_report_one(struct buf *out, const struct report *r, const struct explanation *e, struct pseudonym *pseudonym);

/* The ids of causes[].who. */
const char *json_report_who(enum explain_who who);
const char *json_report_certainty(enum explain_certainty certainty);

/* Is this fact a number in JSON, not a string? */
bool json_report_is_number(enum fact key);

#endif
