/* spki: the public key inside a SubjectPublicKeyInfo (RFC 3279, RFC 5480), as numbers. */
#ifndef TEXT_SPKI_H
#define TEXT_SPKI_H

#include "text/der.h"

/* Borrows from the input; big-endian. RSA: a is the modulus, b the exponent, both without leading zeros.
 * A curve: a is the point, uncompressed (04 X Y), b is empty. */
struct spki {
	enum der_key key; /* DER_KEY_RSA, DER_KEY_P256, DER_KEY_P384 or DER_KEY_P521 */
	unsigned bits;    /* of the modulus or of the curve */
	struct span a, b;
};

/* `der` is the whole element, as der_cert.spki. False for any other algorithm or curve, for a compressed point, for
 * numbers that are negative or zero, and for anything left over; *k is then untouched. */
bool spki_read(struct span der, struct spki *k) MUST;

#endif
