/* base64: RFC 4648, the standard alphabet with padding and the URL alphabet without. */
#ifndef TEXT_BASE64_H
#define TEXT_BASE64_H

#include "base/buf.h"

/* Bytes of output for n bytes of input: padded, and URL form. */
#define BASE64_SIZE(n)    (((n) + 2) / 3 * 4)
#define BASE64URL_SIZE(n) (((n)*4 + 2) / 3)

void base64_put(struct buf *out, struct span in);
void base64_url_put(struct buf *out, struct span in);

/* Strict: the right alphabet and length, padding only at the end and complete (none in the URL form),
 * unused bits zero, nothing else. On false `in` is not base64 and nothing was appended; an output that
 * is too small shows in out->full, as always. */
bool base64_get(struct buf *out, struct span in) MUST;
bool base64_url_get(struct buf *out, struct span in) MUST;

#endif
