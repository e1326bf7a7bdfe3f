/* phrases: the one telling fact of a step, in words. */
#ifndef SHOW_PHRASES_H
#define SHOW_PHRASES_H

#include "report/report.h"

enum { PHRASES_MAX = 2560 }; /* five facts, or a fault's text with its evidence */

/* What a step that passed found out: "issued, 1873 characters, valid 65 min". */
void phrases_found(struct buf *out, const struct report *r, const struct row *row);

/* What happened to one that failed: "the token endpoint refused the request: invalid_client,
 * AADSTS7000215". With `evidence` also the peer's words. */
void phrases_failed(struct buf *out, const struct row *row, bool evidence);

/* What skipped ones wait for: "skipped with auth, mailbox and quit: token must pass first". Steps
 * that wait for the same one share the line of the first of them: false for the others. */
bool phrases_skipped(struct buf *out, const struct report *r, const struct row *row) MUST;

/* "7 messages", "1 message". */
void phrases_count(struct buf *out, int64_t number, const char *one);

/* "0.4 s"; "23 ms" below ten seconds. At most 8 bytes for less than a day. */
void phrases_seconds(struct buf *out, int64_t ms);
void phrases_exact(struct buf *out, int64_t ms); /* "12.345" */
void phrases_time(struct buf *out, int64_t ms);

/* Is the evidence what somebody else said (and not what we saw or were given)? */
bool phrases_quoted(const struct fault *f);

#endif
