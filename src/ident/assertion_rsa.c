#include "ident/assertion_rsa.h"

#include <bearssl.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/secret.h"
#include "net/tls_sha256.h"

enum { HASH = 32, SALT = 32, BURN = 8 * 1024 };

enum part { PART_N, PART_E, PART_P, PART_Q, PART_DP, PART_DQ, PART_IQ };

/* ---- the key ------------------------------------------------------------------------------------- */

bool assertion_rsa_set(struct assertion_rsa *r, const struct rsakey *k)
{
	const struct span number[ASSERTION_RSA_PARTS] = {
		[PART_N] = k->n,   [PART_E] = k->e,   [PART_P] = k->p,  [PART_Q] = k->q,
		[PART_DP] = k->dp, [PART_DQ] = k->dq, [PART_IQ] = k->iq
	};
	struct buf b = BUF(r->bytes);

	assertion_rsa_wipe(r);
	if (k->bits < ASSERTION_RSA_BITS_MIN || k->bits > ASSERTION_RSA_BITS_MAX)
		return false;
	for (unsigned i = 0; i < ASSERTION_RSA_PARTS; i++) {
		r->part[i].at = (uint16_t)b.n;
		r->part[i].n = (uint16_t)number[i].n;
		buf_put(&b, number[i]);
	}
	r->bits = k->bits;
	if (!buf_ok(&b))
		assertion_rsa_wipe(r);
	return buf_ok(&b);
}

void assertion_rsa_wipe(struct assertion_rsa *r)
{
	secret_wipe_bytes(r, sizeof *r);
}

static struct span get(const struct assertion_rsa *r, enum part i)
{
	return (struct span){ r->bytes + r->part[i].at, r->part[i].n };
}

bool assertion_rsa_matches(const struct assertion_rsa *r, struct span n, struct span e)
{
	return span_eq(get(r, PART_N), n) && span_eq(get(r, PART_E), e);
}

/* BearSSL's structures point to bytes that are not const, and changes none of them. */
static unsigned char *lend(struct span s)
{
	return (unsigned char *)(uintptr_t)s.p;
}

static bool private_power(const struct assertion_rsa *r, unsigned char *x)
{
	br_rsa_private_key key = { .n_bitlen = r->bits,
		                   .p = lend(get(r, PART_P)),
		                   .plen = r->part[PART_P].n,
		                   .q = lend(get(r, PART_Q)),
		                   .qlen = r->part[PART_Q].n,
		                   .dp = lend(get(r, PART_DP)),
		                   .dplen = r->part[PART_DP].n,
		                   .dq = lend(get(r, PART_DQ)),
		                   .dqlen = r->part[PART_DQ].n,
		                   .iq = lend(get(r, PART_IQ)),
		                   .iqlen = r->part[PART_IQ].n };

	return br_rsa_i31_private(x, &key) == 1;
}

static bool well_known_power(const struct assertion_rsa *r, unsigned char *x, size_t n)
{
	br_rsa_public_key key = { .n = lend(get(r, PART_N)),
		                  .nlen = r->part[PART_N].n,
		                  .e = lend(get(r, PART_E)),
		                  .elen = r->part[PART_E].n };

	return br_rsa_i31_public(x, n, &key) == 1;
}

/* What the engine left on the stack below us. */
__attribute__((noinline)) static void burn(void)
{
	unsigned char below[BURN];

	secret_wipe_bytes(below, sizeof below);
}

/* ---- padding ------------------------------------------------------------------------------------- */

/* RFC 8017 section 9.2: 00 01 FF ... FF 00 DigestInfo, for SHA-256. */
static void pad_pkcs1(unsigned char *em, size_t n, const unsigned char hash[static HASH])
{
	static const unsigned char info[] = { 0x00, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
		                              0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, HASH };

	memset(em, 0xff, n);
	em[0] = 0;
	em[1] = 1;
	memcpy(em + n - HASH - sizeof info, info, sizeof info);
	memcpy(em + n - HASH, hash, HASH);
}

/* RFC 8017 appendix B.2.1: xor MGF1 of the seed, with SHA-256, into the data. */
static void mask(unsigned char *data, size_t n, const unsigned char seed[static HASH])
{
	for (size_t at = 0; at < n; at += HASH) {
		unsigned char counter[4] = { 0, 0, 0, (unsigned char)(at / HASH) }, block[HASH];
		br_sha256_context c;

		br_sha256_init(&c);
		br_sha256_update(&c, seed, HASH);
		br_sha256_update(&c, counter, sizeof counter);
		br_sha256_out(&c, block);
		for (size_t i = 0; i < HASH && at + i < n; i++)
			data[at + i] ^= block[i];
	}
}

/* RFC 8017 section 9.1.1. The encoded message has one bit less than the modulus, so with a modulus
 * of 8 k + 1 bits a zero byte stands before it. */
static void pad_pss(unsigned char *em, size_t n, unsigned bits, const unsigned char hash[static HASH],
                    const unsigned char salt[static SALT])
{
	static const unsigned char zeros[8] = { 0 };
	size_t db_n = n - HASH - 1;
	unsigned char *db = em, *h = em + db_n;
	br_sha256_context c;

	br_sha256_init(&c);
	br_sha256_update(&c, zeros, sizeof zeros);
	br_sha256_update(&c, hash, HASH);
	br_sha256_update(&c, salt, SALT);
	br_sha256_out(&c, h);
	em[n - 1] = 0xbc;
	if (bits % 8 == 1) {
		*db++ = 0;
		db_n--;
	}
	memset(db, 0, db_n);
	db[db_n - SALT - 1] = 1;
	memcpy(db + db_n - SALT, salt, SALT);
	mask(db, db_n, h);
	if (bits % 8 != 1)
		db[0] &= (unsigned char)(0xff >> ((8 - (bits - 1) % 8) % 8));
}

/* ---- signing ------------------------------------------------------------------------------------- */

bool assertion_rsa_sign(const struct assertion_rsa *r, enum assertion_rsa_padding padding, struct span text,
                        unsigned char signature[static ASSERTION_RSA_BYTES], size_t *n, struct fault *f)
{
	unsigned char em[ASSERTION_RSA_BYTES], opened[ASSERTION_RSA_BYTES], hash[HASH], salt[SALT];
	size_t size = (r->bits + 7) / 8;
	bool good;

	if (r->bits < ASSERTION_RSA_BITS_MIN || r->bits > ASSERTION_RSA_BITS_MAX)
		return fault_set(f, FAULT_SIGN_FAILED, r->bits, SPAN("there is no key"));
	tls_sha256(text, hash);
	if (padding == ASSERTION_RSA_PSS && !assertion_rsa_random(salt, sizeof salt, f))
		return false;
	if (padding == ASSERTION_RSA_PSS)
		pad_pss(em, size, r->bits, hash, salt);
	else
		pad_pkcs1(em, size, hash);
	memcpy(signature, em, size);
	good = private_power(r, signature);
	burn();
	memcpy(opened, signature, size);
	good = good && well_known_power(r, opened, size) && memcmp(opened, em, size) == 0;
	if (!good) {
		/* A signature that went wrong can give the key away. */
		secret_wipe_bytes(signature, size);
		secret_wipe_bytes(opened, size);
		return fault_set(f, FAULT_SIGN_FAILED, r->bits, SPAN("the public key does not open the signature"));
	}
	*n = size;
	return true;
}

void assertion_rsa_sha1(struct span in, unsigned char out[static 20])
{
	br_sha1_context c;

	br_sha1_init(&c);
	br_sha1_update(&c, in.p, in.n);
	br_sha1_out(&c, out);
}

bool assertion_rsa_random(unsigned char *p, size_t n, struct fault *f)
{
	while (n != 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got > 0) {
			p += got;
			n -= (size_t)got;
		} else if (got == 0 || errno != EINTR) {
			return fault_set(f, FAULT_NO_RANDOM, got == 0 ? 0 : errno, SPAN("getrandom"));
		}
	}
	return true;
}
