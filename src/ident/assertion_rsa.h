/* assertion_rsa: RSA signatures with SHA-256 (RFC 8017) under a key that stays in one place. */
#ifndef IDENT_ASSERTION_RSA_H
#define IDENT_ASSERTION_RSA_H

#include "base/fault.h"
#include "text/rsakey.h"

enum {
	ASSERTION_RSA_BITS_MIN = 2048,                    /* RFC 7518 section 3.3 */
	ASSERTION_RSA_BITS_MAX = 4096,                    /* the engine's limit */
	ASSERTION_RSA_BYTES = ASSERTION_RSA_BITS_MAX / 8, /* of the longest signature */
	ASSERTION_RSA_PARTS = 7,
	/* n, e, dp + dq, p + q and iq, which is no longer than p */
	ASSERTION_RSA_SCRATCH = 5 * ASSERTION_RSA_BYTES + 8
};

/* A private key, copied. Start with { 0 }, end with assertion_rsa_wipe. */
struct assertion_rsa {
	unsigned bits;
	struct {
		uint16_t at, n;
	} part[ASSERTION_RSA_PARTS];
	unsigned char bytes[ASSERTION_RSA_SCRATCH];
};

enum assertion_rsa_padding { ASSERTION_RSA_PKCS1, ASSERTION_RSA_PSS };

/* Copy the numbers. False, with r wiped, when the key has not 2048 to 4096 bits. */
bool assertion_rsa_set(struct assertion_rsa *r, const struct rsakey *k) MUST;

void assertion_rsa_wipe(struct assertion_rsa *r);

/* Is this the key's public half? Both numbers big-endian, without leading zeros. */
bool assertion_rsa_matches(const struct assertion_rsa *r, struct span n, struct span e);

/* RSASSA-PKCS1-v1_5, or RSASSA-PSS with MGF1 and a salt of 32 bytes from the kernel, both over the
 * SHA-256 of text. *n bytes of signature are as many as the modulus has. It is opened with the
 * public key before it is handed out: a damaged key gives FAULT_SIGN_FAILED, no nonsense.
 * Constant time, but for the lengths. About 5 ms for 2048 bits, 40 ms for 4096. */
bool assertion_rsa_sign(const struct assertion_rsa *r, enum assertion_rsa_padding padding, struct span text,
                        unsigned char signature[static ASSERTION_RSA_BYTES], size_t *n, struct fault *f) MUST;

/* SHA-1 of a certificate, for its thumbprint. */
void assertion_rsa_sha1(struct span in, unsigned char out[static 20]);

/* Bytes from the kernel, which waits until its pool is ready. False is FAULT_NO_RANDOM. */
bool assertion_rsa_random(unsigned char *p, size_t n, struct fault *f) MUST;

#endif
