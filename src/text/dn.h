/* dn: the distinguished names inside a certificate (RFC 5280 section 4.1.2.4), made readable. */
#ifndef TEXT_DN_H
#define TEXT_DN_H

#include "text/asn1.h"

#define DN_COMMON_NAME "\x55\x04\x03"

/* All take a Name as its whole TLV. */
bool dn_ok(struct span name) MUST;

/* The last, that is the most specific, attribute of this type (an OID's content); borrows from name. */
bool dn_last(struct span name, struct span type, struct asn1 *value) MUST;

/* "CN=outlook.com, O=Microsoft Corporation, C=US", printable. A value with , = or " stands between quotes. */
void dn_put(struct buf *out, struct span name);

/* Its common name alone, or all of it when it has none. */
void dn_put_short(struct buf *out, struct span name);

#endif
