/* dn: the distinguished names inside a certificate (RFC 5280 section 4.1.2.4), made readable. */
#ifndef TEXT_DN_H
#define TEXT_DN_H

#include "text/asn1.h"

/* All take a Name as its whole TLV. */
bool dn_ok(struct span name) MUST;

/* The last, that is the most specific, attribute of this type (an OID's content); borrows from name. */
bool dn_last(struct span name, struct span type, struct asn1 *value) MUST;

/* "CN=outlook.com, O=Microsoft Corporation, C=US", printable. A value with , = or " stands between quotes. */
void dn_put(struct buf *out, struct span name);

/* The last attribute of a type known by its short name ("CN", "O"), printable; false when absent. */
bool dn_put_part(struct buf *out, struct span name, const char *type) MUST;

#endif
