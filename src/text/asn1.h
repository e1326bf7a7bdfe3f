/* asn1: one DER element (X.690) after another: tag, length, content. */
#ifndef TEXT_ASN1_H
#define TEXT_ASN1_H

#include "base/buf.h"

/* The tags of RFC 5280. A context tag [n] is 0x80 + n, with ASN1_CONSTRUCTED when elements are inside. */
enum asn1_tag {
	ASN1_BOOLEAN = 0x01,
	ASN1_INTEGER = 0x02,
	ASN1_BIT_STRING = 0x03,
	ASN1_OCTET_STRING = 0x04,
	ASN1_OID = 0x06,
	ASN1_UTF8 = 0x0c,
	ASN1_PRINTABLE = 0x13,
	ASN1_T61 = 0x14,
	ASN1_IA5 = 0x16,
	ASN1_UTC_TIME = 0x17,
	ASN1_GENERALIZED_TIME = 0x18,
	ASN1_UNIVERSAL = 0x1c,
	ASN1_BMP = 0x1e,
	ASN1_CONSTRUCTED = 0x20,
	ASN1_SEQUENCE = 0x30,
	ASN1_SET = 0x31,
	ASN1_CONTEXT = 0x80
};

/* Borrows from the input. */
struct asn1 {
	unsigned char tag;
	struct span content;
	struct span whole; /* with tag and length */
};

/* Take the next element off *in. False, with *in untouched, when there is none or it is not DER:
 * a tag number above 30, an indefinite length, a length in more bytes than it needs or in more
 * than four, an element that reaches beyond *in. */
bool asn1_next(struct span *in, struct asn1 *e) MUST;

/* The same, and the element must have this tag. */
bool asn1_take(struct span *in, unsigned char tag, struct span *content) MUST;

/* `in` is one element with this tag and nothing else. */
bool asn1_only(struct span in, unsigned char tag, struct span *content) MUST;

/* The same for a positive INTEGER, without the zero byte in front that DER needs when its top bit is set. */
bool asn1_positive(struct span *in, struct span *number) MUST;

/* An RSAPublicKey and nothing else. Its exponent is odd and at least 3 (RFC 8017 section 3.1): with 1 every text is its
 * own signature. */
bool asn1_rsa(struct span in, struct span *modulus, struct span *exponent) MUST;

/* The bits of such a number. */
unsigned asn1_bits(struct span number);

/* A row of a table of names. */
struct asn1_name {
	struct span oid; /* content */
	const char *name;
};

/* The content of an OBJECT IDENTIFIER: its name if the table has one, else dotted decimal, or
 * "#" and hexadecimal when it is broken or an arc needs more than 64 bits. */
void asn1_put_oid(struct buf *out, struct span oid, const struct asn1_name *names, size_t count);

#endif
