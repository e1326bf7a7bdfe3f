/* pem: the base64 blocks of RFC 7468, one after another. */
#ifndef TEXT_PEM_H
#define TEXT_PEM_H

#include "base/buf.h"

/* Find the next block from *at on, append its decoded bytes to out and move *at behind it. *label borrows from text
 * ("CERTIFICATE"). False when there is no further block. Text between blocks, CRLF, a BOM, blanks at line ends and a
 * missing last newline are fine; broken blocks are skipped with nothing appended, and *bad tells whether this call
 * skipped any. A block that does not fit sets out->full and appends nothing. */
bool pem_next(struct span text, size_t *at, struct span *label, struct buf *out, bool *bad) MUST;

#endif
