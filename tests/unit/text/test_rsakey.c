/* text/rsakey: keys of every form, and what else people put into such a file. */
#include "t.h"

#include "text/pem.h"
#include "text/rsakey.h"

#include "rsa_keys.h"

static unsigned char scratch[12 * 1024];

static enum rsakey_kind find(struct span file, struct rsakey *k)
{
	struct buf der = BUF(scratch);

	return rsakey_find(file, &der, k);
}

static struct span decode(const char *pem)
{
	struct buf der = BUF(scratch);
	struct span label;
	size_t at = 0;
	bool bad;

	OK(pem_next(span_z(pem), &at, &label, &der, &bad) && buf_ok(&der));
	return buf_span(&der);
}

/* Two texts, one behind the other; lives until the next call. */
static struct span both(const char *a, const char *b)
{
	static char text[16 * 1024];
	struct buf out = BUF(text);

	buf_z(&out, a);
	buf_z(&out, b);
	OK(buf_ok(&out));
	return buf_span(&out);
}

static const struct {
	const char *pem;
	enum rsakey_kind kind;
	unsigned bits;
	size_t e;
} rows[] = {
	{ rsa2048_key, RSAKEY_RSA, 2048, 3 },
	{ rsa2048_pkcs1, RSAKEY_RSA, 2048, 3 },
	{ rsa1024_key, RSAKEY_RSA, 1024, 3 },
	{ rsa2047_key, RSAKEY_RSA, 2047, 3 },
	{ rsa2049_key, RSAKEY_RSA, 2049, 3 },
	{ rsa3072_key, RSAKEY_RSA, 3072, 3 },
	{ rsa4096_key, RSAKEY_RSA, 4096, 3 },
	{ rsa4104_key, RSAKEY_RSA, 4104, 3 },
	{ rsa_e3_key, RSAKEY_RSA, 2048, 1 },
	{ rsa_primes3_key, RSAKEY_OTHER, 0, 0 },
	{ pss_key, RSAKEY_PSS, 0, 0 },
	{ ec_key, RSAKEY_EC, 0, 0 },
	{ ec_sec1, RSAKEY_EC, 0, 0 },
	{ ed25519_key, RSAKEY_ED25519, 0, 0 },
	{ dsa_key, RSAKEY_OTHER, 0, 0 },
	{ dsa_old, RSAKEY_OTHER, 0, 0 },
	{ ssh_key, RSAKEY_OPENSSH, 0, 0 },
	{ rsa2048_locked, RSAKEY_ENCRYPTED, 0, 0 },
	{ rsa2048_locked_old, RSAKEY_ENCRYPTED, 0, 0 },
	{ rsa2048_public, RSAKEY_PUBLIC, 0, 0 },
	{ rsa2048_public_pkcs1, RSAKEY_PUBLIC, 0, 0 },
	{ rsa2048_request, RSAKEY_REQUEST, 0, 0 },
	{ rsa2048_cert, RSAKEY_CERTIFICATE, 0, 0 },
	{ ec_cert, RSAKEY_CERTIFICATE, 0, 0 },
	{ "", RSAKEY_NOTHING, 0, 0 },
	{ "the key is in the safe\n", RSAKEY_NOTHING, 0, 0 },
	{ "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", RSAKEY_NOTHING, 0, 0 },
	{ "-----BEGIN PRIVATE KEY-----\nBggqhkjOPQMBBw==\n-----END PRIVATE KEY-----\n", RSAKEY_BROKEN, 0, 0 },
	{ "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n", RSAKEY_BROKEN, 0, 0 },
	{ "-----BEGIN PRIVATE KEY-----\nMIIE\n", RSAKEY_BROKEN, 0, 0 },
};

TEST(every_kind_of_file)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rsakey k = { .bits = 0 };

		t_at("row %d", (int)i);
		EQ(find(edge_span(span_z(rows[i].pem)), &k), rows[i].kind);
		EQ(k.bits, rows[i].bits);
		EQ(k.e.n, rows[i].e);
	}
}

/* The same key in both forms is the same numbers, and they are those of the public key. */
TEST(both_forms_have_the_same_numbers)
{
	static unsigned char first[4096];
	struct rsakey a, b;
	struct buf der = BUF(first);
	size_t at;

	EQ(rsakey_find(span_z(rsa2048_key), &der, &a), RSAKEY_RSA);
	EQ(find(span_z(rsa2048_pkcs1), &b), RSAKEY_RSA);
	EQ(a.n, b.n);
	EQ(a.e, SPAN("\1\0\1"));
	EQ(a.p, b.p);
	EQ(a.q, b.q);
	EQ(a.dp, b.dp);
	EQ(a.dq, b.dq);
	EQ(a.iq, b.iq);
	EQ(a.n.n, 256);
	EQ(a.p.n, 128);
	OK(span_find(decode(rsa2048_public), a.n, &at));
}

/* A file with several things: a usable key wins, wherever it stands; else the one that tells
 * most. */
TEST(files_with_more_than_one_thing)
{
	struct rsakey k = { .bits = 0 };

	EQ(find(both(rsa2048_cert, rsa2048_key), &k), RSAKEY_RSA);
	EQ(find(both(rsa2048_key, rsa2048_cert), &k), RSAKEY_RSA);
	EQ(find(both(rsa2048_locked, rsa4096_key), &k), RSAKEY_RSA);
	EQ(find(both(rsa2048_locked_old, rsa4096_key), &k), RSAKEY_RSA);
	EQ(k.bits, 4096);
	EQ(find(both(rsa2048_key, rsa4096_key), &k), RSAKEY_RSA);
	EQ(k.bits, 2048);
	EQ(find(both(ec_key, rsa2048_locked), &k), RSAKEY_ENCRYPTED);
	EQ(find(both(rsa2048_locked_old, rsa2048_cert), &k), RSAKEY_ENCRYPTED);
	EQ(find(both(rsa2048_cert, rsa2048_request), &k), RSAKEY_CERTIFICATE);
	EQ(find(both("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", ec_sec1), &k),
	   RSAKEY_EC);
	EQ(find(both("Bag Attributes\n    friendlyName: o2pop\nKey Attributes: <No Attributes>\n", rsa2048_key), &k),
	   RSAKEY_RSA);
}

TEST(line_ends_of_another_system)
{
	static unsigned char text[8192];
	struct buf crlf = BUF(text);
	struct rsakey k;

	buf_z(&crlf, "\xef\xbb\xbf");
	for (const char *p = rsa4096_key; *p != '\0'; p++) {
		if (*p == '\n')
			buf_byte(&crlf, '\r');
		buf_byte(&crlf, (unsigned char)*p);
	}
	EQ(find(buf_span(&crlf), &k), RSAKEY_RSA);
	EQ(k.bits, 4096);
	crlf.n -= 2; /* no line end behind the last line */
	EQ(find(buf_span(&crlf), &k), RSAKEY_RSA);
}

TEST(binary_files)
{
	static unsigned char text[4096];
	struct rsakey k = { .bits = 0 };
	struct buf pem = BUF(text), der = BUF(scratch);
	size_t at = 0;
	struct span label;
	bool bad;

	buf_z(&pem, "-----BEGIN X-----\n");
	buf_z(&pem, box);
	buf_z(&pem, "\n-----END X-----\n");
	OK(pem_next(buf_span(&pem), &at, &label, &der, &bad) && buf_ok(&der) && buf_ok(&pem));
	EQ(rsakey_read(edge_span(buf_span(&der)), &k), RSAKEY_PKCS12);
	EQ(find(edge_span(buf_span(&der)), &k), RSAKEY_PKCS12);
	EQ(find(SPAN("\x30\x80\x02\x01\x03\x30\x80"), &k), RSAKEY_PKCS12);
	EQ(find(edge_span(decode(rsa2048_key)), &k), RSAKEY_BINARY);
	EQ(find(edge_span(decode(rsa2048_cert)), &k), RSAKEY_BINARY);
	EQ(find(SPAN("\x30\x02\x05"), &k), RSAKEY_NOTHING);
	EQ(find(SPAN("0 is no key\n"), &k), RSAKEY_NOTHING);
	EQ(k.bits, 0);
}

/* No prefix of a key's DER is a key, nor is a key with something behind it, nor is anything read
 * beyond the end. */
TEST(every_prefix)
{
	static const char *const pem[] = { rsa2048_key, rsa2048_pkcs1,  rsa_e3_key,      ec_key,      ec_sec1,
		                           dsa_old,     rsa2048_locked, rsa2048_request, rsa2048_cert };

	for (size_t i = 0; i < COUNT(pem); i++) {
		struct span der = decode(pem[i]);
		struct rsakey k = { .bits = 0 };

		t_at("file %d", (int)i);
		UPTO(n, der.n - 1)
		{
			EQ(rsakey_read(edge_span(span_first(der, n)), &k), RSAKEY_NOTHING);
		}
		scratch[der.n] = 0;
		EQ(rsakey_read((struct span){ der.p, der.n + 1 }, &k), RSAKEY_NOTHING);
		EQ(k.bits, 0);
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span file = span_z(rows[i].pem);
		struct rsakey k = { .bits = 0 };

		if (file.n > 1200)
			file = span_from(file, file.n - 1200);
		UPTO(n, file.n)
		{
			find(edge_span(span_first(file, n)), &k);
		}
		OK(k.bits == 0 || file.n < 1200);
	}
}

/* Every prefix of the text of a file: only the whole last line makes a key of it. */
TEST(every_prefix_of_a_text)
{
	struct span file = span_z(rsa2048_pkcs1);
	struct rsakey k;

	UPTO(n, file.n)
	{
		enum rsakey_kind kind = find(edge_span(span_first(file, n)), &k);

		t_at("%lu bytes", (unsigned long)n);
		EQ(kind == RSAKEY_RSA, n >= file.n - 1);
		OK(kind == RSAKEY_RSA || kind == RSAKEY_BROKEN || (kind == RSAKEY_NOTHING && n < 31));
	}
}

/* Each byte of a key changed in every bit: never a crash, and what passes has numbers of the
 * right shape. */
TEST(every_bit_turned)
{
	struct span der = decode(rsa_e3_key);
	unsigned char *copy = edge(der.p, der.n);

	for (size_t i = 0; i < der.n; i++) {
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			struct rsakey k = { .bits = 0 };

			copy[i] ^= (unsigned char)bit;
			if (rsakey_read((struct span){ copy, der.n }, &k) == RSAKEY_RSA)
				OK(k.bits != 0 && k.p.n != 0 && k.q.n != 0 && k.n.n <= k.p.n + k.q.n &&
				   k.dp.n <= k.p.n && (k.n.p[k.n.n - 1] & 1) != 0 && k.n.p[0] != 0);
			copy[i] ^= (unsigned char)bit;
		}
	}
}

/* RSAPrivateKey of nine numbers of one byte each, the last ones as given. */
TEST(keys_of_the_wrong_shape)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum rsakey_kind kind;
	} row[] = {
#define KEY(bytes) "\x30\x1b" bytes, 29
		{ KEY("\2\1\0\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_RSA },   /* 35 = 7 * 5 */
		{ KEY("\2\1\1\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_OTHER }, /* of 3 primes */
		{ KEY("\2\1\2\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_BROKEN },
		{ KEY("\2\1\0\2\1\x22\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_BROKEN }, /* even */
		{ KEY("\2\1\0\2\1\x23\2\1\4\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_BROKEN },
		{ KEY("\2\1\0\2\1\x23\2\1\5\2\1\5\2\1\6\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_BROKEN },
		{ KEY("\2\1\0\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\4\2\1\5\2\1\1\2\1\3"), RSAKEY_BROKEN },
		{ KEY("\2\1\0\2\1\x7f\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"),
		  RSAKEY_BROKEN }, /* too long for them */
		{ KEY("\2\1\0\2\1\7\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_BROKEN },   /* too short */
		{ KEY("\2\1\0\2\1\xa3\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3"), RSAKEY_BROKEN }, /* negative */
		{ KEY("\2\1\0\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\0"), RSAKEY_BROKEN }, /* zero */
		{ KEY("\2\1\0\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\5\1\0"), RSAKEY_BROKEN },
		{ "\x30\x1c\2\1\0\2\2\0\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3", 30,
		  RSAKEY_BROKEN }, /* not DER */
		{ "\x30\x1c\2\1\0\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\2\1\1", 30,
		  RSAKEY_BROKEN }, /* 1/q > p */
		{ "\x30\x1e\2\1\0\2\1\x23\2\1\5\2\1\5\2\1\7\2\1\5\2\1\5\2\1\1\2\1\3\2\1\1", 32, RSAKEY_BROKEN },
		{ "\x30\0", 2, RSAKEY_NOTHING },
		{ "\x30\3\2\1\0", 5, RSAKEY_BROKEN },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct rsakey k = { .bits = 0 };

		t_at("row %d", (int)i);
		EQ(rsakey_read((struct span){ edge(row[i].bytes, row[i].n), row[i].n }, &k), row[i].kind);
		EQ(k.bits, row[i].kind == RSAKEY_RSA ? 6 : 0);
	}
}

/* Into less scratch than the key needs nothing is put. */
TEST(every_capacity)
{
	struct span der = decode(rsa_e3_key);
	size_t n = der.n;

	UPTO(cap, n + 1)
	{
		struct buf out = edge_buf(cap);
		struct rsakey k = { .bits = 0 };

		EQ(rsakey_find(span_z(rsa_e3_key), &out, &k), cap >= n ? RSAKEY_RSA : RSAKEY_NOTHING);
		EQ(k.bits, cap >= n ? 2048 : 0);
	}
}

TEST(names)
{
	for (int kind = RSAKEY_NOTHING; kind <= RSAKEY_RSA; kind++)
		OK(rsakey_name((enum rsakey_kind)kind)[0] != '\0');
	EQ(rsakey_name(RSAKEY_PKCS12), "a PKCS#12 container (.pfx, .p12)");
}
