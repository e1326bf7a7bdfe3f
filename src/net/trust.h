/* trust: the anchors that a certificate chain may end in. */
#ifndef NET_TRUST_H
#define NET_TRUST_H

#include "base/fault.h"

enum {
	TRUST_ANCHORS_MAX = 256,     /* a distribution's bundle has about 150 */
	TRUST_ARENA_MAX = 160 * 1024 /* names and keys of such a bundle take 75 kB */
};

enum trust_key { TRUST_RSA, TRUST_P256, TRUST_P384, TRUST_P521 };

/* One anchor; a and b are modulus and exponent (RSA) or the point and nothing (EC), big-endian. */
struct trust_anchor {
	struct span subject; /* DER Name, whole TLV */
	enum trust_key key;
	struct span a, b;
	struct span constraints;  /* the NameConstraints of the certificate, which bind what it issues; or empty */
	bool direct;              /* not a CA: a server may show this very name and key, but nothing that it signed */
	int64_t not_after;        /* seconds since 1970: BearSSL does not look at it, we warn */
	unsigned char sha256[32]; /* of the whole certificate */
};

/* The roots of third_party/roots, generated at build time (build/gen/roots.c). */
extern const struct trust_anchor trust_roots[];
extern const size_t trust_roots_count;

/* The set in force. Anchors from a file keep their bytes in the arena. Start with trust_init. */
struct trust {
	size_t n;
	size_t embedded; /* how many of them came with the binary */
	size_t skipped;  /* certificates of a file that could not be used */
	size_t used;
	struct trust_anchor anchor[TRUST_ANCHORS_MAX];
	unsigned char arena[TRUST_ARENA_MAX];
};

/* Empty, or filled with the embedded roots. */
void trust_init(struct trust *t, bool embedded);

/* Add the certificates of a PEM text (which may be gone afterwards). May be called for one piece of a file after
 * another as long as no certificate is cut. Certificates with keys that cannot be used are counted in
 * t->skipped. False (FAULT_CA_FILE) when the text holds no usable certificate at all, or there is no scratch. */
bool trust_add(struct trust *t, struct span pem, struct fault *f) MUST;

#endif
