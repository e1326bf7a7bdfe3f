/* words: the one telling fact of a rung, in words. */
#ifndef SHOW_WORDS_H
#define SHOW_WORDS_H

#include "report/report.h"

enum { WORDS_MAX = 2560 }; /* five facts, or a fault's text with its evidence */

/* What a rung that passed found out: "issued, 1873 characters, valid 65 min". */
void words_found(struct buf *out, const struct report *r, const struct row *row);

/* What happened to one that failed: "the token endpoint refused the request: invalid_client,
 * AADSTS7000215". With `evidence` also the peer's words. */
void words_failed(struct buf *out, const struct row *row, bool evidence);

/* What skipped ones wait for: "skipped with auth, mailbox and quit: token must pass first". Rungs
 * that wait for the same one share the line of the first of them: false for the others. */
bool words_skipped(struct buf *out, const struct report *r, const struct row *row) MUST;

/* "7 messages", "1 message"; nothing when the number is not there. */
void words_count(struct buf *out, struct span number, const char *one);

/* "0.4 s"; "23 ms" below ten seconds. At most 8 bytes for less than a day. */
void words_seconds(struct buf *out, int64_t ms);
void words_time(struct buf *out, int64_t ms);

/* Is the evidence what somebody else said (and not what we saw or were given)? */
bool words_quoted(const struct fault *f);

#endif
