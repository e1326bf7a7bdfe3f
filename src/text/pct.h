/* pct: percent-encoding (RFC 3986) and application/x-www-form-urlencoded bodies. */
#ifndef TEXT_PCT_H
#define TEXT_PCT_H

#include "base/buf.h"

/* Everything outside A-Z a-z 0-9 - . _ ~ becomes %XX (upper-case digits). */
#define PCT_SIZE(n) ((n)*3)
void pct_put(struct buf *out, struct span in);

/* The reverse; false on a % without two hexadecimal digits, with nothing appended. A plus stays a plus. */
bool pct_get(struct buf *out, struct span in) MUST;

/* "key=value", with an & before it unless out is empty; both sides percent-encoded. */
void pct_form(struct buf *out, struct span key, struct span value);

/* True when `s` looks as if it had been percent-encoded already: at least one %XX of a character that
 * encoding would have touched, or of a ~, which RFC 1738 had encoded; and no % without two digits. */
bool pct_looks_encoded(struct span s);

#endif
