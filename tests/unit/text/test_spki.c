/* text/spki: keys of every kind that is understood, and of kinds that are not. */
#include "t.h"

#include "text/pem.h"
#include "text/spki.h"

#include "tls_certs.h"

#define RSA_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define EC_OID  "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define P256    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define P384    "\x06\x05\x2b\x81\x04\x00\x22"
#define P521    "\x06\x05\x2b\x81\x04\x00\x23"

/* One DER element around another text; good for lengths below 65,536. */
static struct buf wrap(struct buf out, unsigned char tag, struct span content)
{
	buf_byte(&out, tag);
	if (content.n > 255) {
		buf_byte(&out, 0x82);
		buf_byte(&out, (unsigned char)(content.n >> 8));
	} else if (content.n > 127) {
		buf_byte(&out, 0x81);
	}
	buf_byte(&out, (unsigned char)content.n);
	buf_put(&out, content);
	return out;
}

/* SubjectPublicKeyInfo of an algorithm (OID and parameters) and the bits of a key. The result lives until the
 * next call. */
static struct span info(struct span algorithm, struct span key)
{
	static unsigned char a[4000], b[4000], c[4000];
	struct buf inner = wrap(BUF(a), 0x30, algorithm), bits = BUF(b);

	buf_byte(&bits, 0);
	buf_put(&bits, key);
	inner = wrap(inner, 0x03, buf_span(&bits));
	inner = wrap(BUF(c), 0x30, buf_span(&inner));
	OK(buf_ok(&inner));
	return buf_span(&inner);
}

/* RSAPublicKey with a modulus of `bits` bits and exponent 65537. */
static struct span rsa(unsigned bits)
{
	static unsigned char a[2000], b[2000];
	unsigned char n[1100] = { 0 };
	size_t bytes = (bits + 7) / 8, zero = bits % 8 == 0;
	struct buf pair;

	n[zero] = (unsigned char)(1u << (bits - 1) % 8);
	n[zero + bytes - 1] |= 1;
	pair = wrap(BUF(a), 0x02, (struct span){ n, zero + bytes });
	pair = wrap(pair, 0x02, SPAN("\1\0\1"));
	pair = wrap(BUF(b), 0x30, buf_span(&pair));
	return buf_span(&pair);
}

/* An uncompressed point of n bytes a coordinate. */
static struct span point(size_t n)
{
	static unsigned char p[200];

	memset(p, 0x5a, sizeof p);
	p[0] = 4;
	return (struct span){ p, 1 + 2 * n };
}

TEST(rsa_keys_of_every_length)
{
	for (unsigned bits = 9; bits <= 4104; bits += bits < 40 ? 1 : 97) {
		struct spki k = { .bits = 0 };

		t_at("%u bits", bits);
		OK(spki_read(edge_span(info(SPAN(RSA_OID "\x05\x00"), rsa(bits))), &k));
		EQ(k.key, DER_KEY_RSA);
		EQ(k.bits, bits);
		EQ(k.a.n, (size_t)(bits + 7) / 8);
		OK(k.a.p[0] != 0);
		EQ(k.b, SPAN("\1\0\1"));
	}
}

TEST(curves)
{
	static const struct {
		struct span algorithm;
		enum der_key key;
		unsigned bits;
		size_t n;
	} row[] = {
		{ SPAN_INIT(EC_OID P256), DER_KEY_P256, 256, 32 },
		{ SPAN_INIT(EC_OID P384), DER_KEY_P384, 384, 48 },
		{ SPAN_INIT(EC_OID P521), DER_KEY_P521, 521, 66 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct spki k = { .bits = 0 };

		OK(spki_read(edge_span(info(row[i].algorithm, point(row[i].n))), &k));
		EQ(k.key, row[i].key);
		EQ(k.bits, row[i].bits);
		EQ(k.a, point(row[i].n));
		EQ(k.b.n, 0u);
		OK(!spki_read(edge_span(info(row[i].algorithm, point(row[i].n - 1))), &k));
		OK(!spki_read(edge_span(info(row[i].algorithm, point(row[i].n + 1))), &k));
		OK(!spki_read(edge_span(info(row[i].algorithm, SPAN(""))), &k));
	}
}

TEST(keys_that_are_refused)
{
	static const struct {
		const char *why;
		struct span algorithm, key;
	} row[] = {
		{ "negative modulus", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x07\x02\x02\x80\x01\x02\x01\x03") },
		{ "zero modulus", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x06\x02\x01\x00\x02\x01\x03") },
		{ "two zeros in front", SPAN_INIT(RSA_OID "\5\0"),
		  SPAN_INIT("\x30\x08\x02\x03\x00\x00\x81\x02\x01\x03") },
		{ "empty modulus", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x05\x02\x00\x02\x01\x03") },
		{ "negative exponent", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x06\x02\x01\x03\x02\x01\x80") },
		{ "zero exponent", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x06\x02\x01\x03\x02\x01\x00") },
		{ "exponent 1", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x06\x02\x01\x03\x02\x01\x01") },
		{ "exponent 2", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x06\x02\x01\x03\x02\x01\x02") },
		{ "even exponent", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x07\x02\x01\x03\x02\x02\x01\x00") },
		{ "no exponent", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x03\x02\x01\x03") },
		{ "a third number", SPAN_INIT(RSA_OID "\5\0"),
		  SPAN_INIT("\x30\x09\x02\x01\x03\x02\x01\x03\x02\x01\x03") },
		{ "bytes behind", SPAN_INIT(RSA_OID "\5\0"), SPAN_INIT("\x30\x06\x02\x01\x03\x02\x01\x03\x00") },
		{ "PSS", SPAN_INIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), SPAN_INIT("\x30\x06\2\1\3\2\1\3") },
		{ "Ed25519", SPAN_INIT("\x06\x03\x2b\x65\x70"), SPAN_INIT("0123456789012345678901234567890") },
		{ "no curve", SPAN_INIT(EC_OID), SPAN_INIT("\4abcd") },
		{ "secp256k1", SPAN_INIT(EC_OID "\x06\x05\x2b\x81\x04\x00\x0a"), SPAN_INIT("\4abcd") },
		{ "a curve and more", SPAN_INIT(EC_OID P256 "\5\0"), SPAN_INIT("\4abcd") },
		{ "compressed", SPAN_INIT(EC_OID P256),
		  SPAN_INIT("\2"
		            "01234567890123456789012345678901") },
		{ "infinity", SPAN_INIT(EC_OID P256), SPAN_INIT("\0") },
		{ "no algorithm", SPAN_INIT(""), SPAN_INIT("\4abcd") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct spki k = { .bits = 4711 };

		t_at("%s", row[i].why);
		OK(!spki_read(edge_span(info(row[i].algorithm, row[i].key)), &k));
		EQ(k.bits, 4711u);
	}
}

static struct span leaf_spki(const char *pem)
{
	static unsigned char der[3000];
	struct buf out = BUF(der);
	struct der_cert c = { .is_ca = false };
	struct span label;
	size_t at = 0;
	bool bad;

	OK(pem_next(span_z(pem), &at, &label, &out, &bad));
	OK(der_cert(buf_span(&out), &c));
	return c.spki;
}

TEST(keys_of_real_certificates)
{
	struct spki k = { .bits = 0 };

	OK(spki_read(edge_span(leaf_spki(rsa_leaf)), &k));
	EQ(k.key, DER_KEY_RSA);
	EQ(k.bits, 2048u);
	OK(spki_read(edge_span(leaf_spki(leaf_weak)), &k));
	EQ(k.bits, 1024u);
	OK(spki_read(edge_span(leaf_spki(ec_leaf)), &k));
	EQ(k.key, DER_KEY_P256);
	OK(spki_read(edge_span(leaf_spki(ec_root)), &k));
	EQ(k.key, DER_KEY_P384);
}

TEST(every_prefix_and_every_changed_byte)
{
	const char *const pem[] = { rsa_leaf, ec_leaf };

	for (size_t c = 0; c < COUNT(pem); c++) {
		struct span good = leaf_spki(pem[c]);
		struct spki k;

		UPTO(n, good.n - 1)
		OK(!spki_read(edge_span(span_first(good, n)), &k));
		UPTO(n, good.n - 1)
		{
			unsigned char *p = edge(good.p, good.n);

			/* Whatever it says: what it gives lies inside. */
			p[n] ^= 1;
			if (spki_read((struct span){ p, good.n }, &k))
				OK(k.a.p >= p && k.a.p + k.a.n <= p + good.n && k.a.n != 0);
			p[n] ^= 0x81;
			if (spki_read((struct span){ p, good.n }, &k))
				OK(k.a.p >= p && k.a.p + k.a.n <= p + good.n && k.a.n != 0);
		}
	}
}
