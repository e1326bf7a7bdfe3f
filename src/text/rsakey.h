/* rsakey: the RSA private key in a file, as numbers, or what the file holds in its place. */
#ifndef TEXT_RSAKEY_H
#define TEXT_RSAKEY_H

#include "base/buf.h"

/* What a DER element or a file is. Of several things in a file the last of this list is told. */
enum rsakey_kind {
	RSAKEY_NOTHING, /* no PEM block, or nothing that is known */
	RSAKEY_BROKEN,  /* a PEM block that is cut off, or one of a key whose DER is broken */
	RSAKEY_PUBLIC,  /* a public key */
	RSAKEY_REQUEST, /* a certificate signing request, PKCS#10 */
	RSAKEY_CERTIFICATE,
	RSAKEY_PKCS12,  /* a PKCS#12 container: binary, .pfx or .p12 */
	RSAKEY_BINARY,  /* DER without PEM around it, of any other kind */
	RSAKEY_OTHER,   /* a private key of another kind: DSA, DH, RSA of three primes */
	RSAKEY_OPENSSH, /* OpenSSH's own form, of whatever algorithm */
	RSAKEY_ED25519, /* also X25519, Ed448 and X448 */
	RSAKEY_EC,
	RSAKEY_PSS,       /* an RSA key that is marked for PSS alone (id-RSASSA-PSS, RFC 4055) */
	RSAKEY_ENCRYPTED, /* PKCS#8 with a password, or "Proc-Type: 4,ENCRYPTED" (RFC 1421) */
	RSAKEY_RSA
};

/* RFC 8017 appendix A.1.2: positive numbers, big-endian, without leading zeros, borrowed from the DER. */
struct rsakey {
	unsigned bits; /* of n */
	struct span n, e, p, q;
	struct span dp, dq, iq; /* d mod p-1, d mod q-1, 1/q mod p */
};

/* Judge one DER element: PKCS#1 (RFC 8017), PKCS#8 (RFC 5208, RFC 5958), SEC 1 (RFC 5915), and
 * what is no private key. *k is set for RSAKEY_RSA alone. Strict: nothing may be left over, n, p
 * and q are odd, the lengths fit together. Whether the numbers do, too, is not computed here. */
enum rsakey_kind rsakey_read(struct span der, struct rsakey *k);

/* The first RSA private key among the PEM blocks of a file; it stands in der, which must be wiped by the caller, and *k
 * borrows from there. A block that does not fit into der is passed over: 3/4 of the file's length is always enough. */
enum rsakey_kind rsakey_find(struct span file, struct buf *der, struct rsakey *k);

/* "an EC key", "a certificate", "nothing that is known": static. */
const char *rsakey_name(enum rsakey_kind kind);

#endif
