#include "text/rsakey.h"

#include "text/asn1.h"
#include "text/der.h"
#include "text/pem.h"

#define OID_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_PSS "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
#define OID_EC  "\x2a\x86\x48\xce\x3d\x02\x01"

enum { PKCS12_VERSION = 3 };

/* ---- RSAPrivateKey ------------------------------------------------------------------------------- */

/* An INTEGER of one byte. */
static bool read_small(struct span *in, unsigned char *value)
{
	struct span v;

	if (!asn1_take(in, ASN1_INTEGER, &v) || v.n != 1)
		return false;
	*value = v.p[0];
	return true;
}

static bool is_odd(struct span number)
{
	return (number.p[number.n - 1] & 1) != 0;
}

/* What holds for every key: a product has the bits of its factors together, or one less, and a
 * remainder is no longer than what it was divided by. */
static bool plausible(const struct rsakey *k)
{
	size_t factors = (size_t)asn1_bits(k->p) + asn1_bits(k->q);

	return is_odd(k->n) && is_odd(k->e) && is_odd(k->p) && is_odd(k->q) &&
	       (factors == k->bits || factors == (size_t)k->bits + 1) && k->e.n <= k->n.n && k->dp.n <= k->p.n &&
	       k->dq.n <= k->q.n && k->iq.n <= k->p.n;
}

/* SEQUENCE { 0, n, e, d, p, q, d mod p-1, d mod q-1, 1/q mod p }, given the inside behind the version. */
static enum rsakey_kind read_rsa(struct span in, struct rsakey *k)
{
	struct rsakey r = { .bits = 0 };
	struct span d;

	if (!asn1_positive(&in, &r.n) || !asn1_positive(&in, &r.e) || !asn1_positive(&in, &d) ||
	    !asn1_positive(&in, &r.p) || !asn1_positive(&in, &r.q) || !asn1_positive(&in, &r.dp) ||
	    !asn1_positive(&in, &r.dq) || !asn1_positive(&in, &r.iq) || in.n != 0)
		return RSAKEY_BROKEN;
	r.bits = asn1_bits(r.n);
	if (!plausible(&r))
		return RSAKEY_BROKEN;
	*k = r;
	return RSAKEY_RSA;
}

/* How many INTEGERs `in` consists of; 0 when there is something else among them. */
static unsigned count_numbers(struct span in)
{
	struct span v;
	unsigned n = 0;

	for (; asn1_take(&in, ASN1_INTEGER, &v); n++)
		continue;
	return in.n == 0 ? n : 0;
}

/* PKCS#1, given the inside behind the version; 1 is that of more than two primes. */
static enum rsakey_kind read_form(unsigned char version, struct span in, struct rsakey *k)
{
	return version == 0 ? read_rsa(in, k) : version == 1 ? RSAKEY_OTHER : RSAKEY_BROKEN;
}

/* ---- PKCS#8 -------------------------------------------------------------------------------------- */

/* Behind the key stand attributes [0] and a public key [1], each at most once; nobody needs them. */
static bool tail_ok(struct span in)
{
	struct asn1 e;

	if (in.n != 0 && in.p[0] == (ASN1_CONTEXT | ASN1_CONSTRUCTED) && !asn1_next(&in, &e))
		return false;
	if (in.n != 0 && in.p[0] == (ASN1_CONTEXT | 1) && !asn1_next(&in, &e))
		return false;
	return in.n == 0;
}

/* SEQUENCE { version, SEQUENCE { OID, parameters }, OCTET STRING, ... }, given the algorithm and what is behind it. */
static enum rsakey_kind read_pkcs8(struct span algorithm, struct span in, struct rsakey *k)
{
	struct span oid, octets, inside;
	unsigned char version;

	if (!asn1_take(&algorithm, ASN1_OID, &oid) || !asn1_take(&in, ASN1_OCTET_STRING, &octets) || !tail_ok(in))
		return RSAKEY_BROKEN;
	if (span_eq(oid, SPAN(OID_RSA)))
		return asn1_only(octets, ASN1_SEQUENCE, &inside) && read_small(&inside, &version)
		               ? read_form(version, inside, k)
		               : RSAKEY_BROKEN;
	if (span_eq(oid, SPAN(OID_PSS)))
		return RSAKEY_PSS;
	if (span_eq(oid, SPAN(OID_EC)))
		return RSAKEY_EC;
	/* 1.3.101.110 to .113 (RFC 8410) */
	if (oid.n == 3 && span_starts(oid, SPAN("\x2b\x65")) && oid.p[2] >= 110 && oid.p[2] <= 113)
		return RSAKEY_ED25519;
	return RSAKEY_OTHER;
}

/* ---- all forms ----------------------------------------------------------------------------------- */

/* A SEQUENCE that begins with a version. */
static enum rsakey_kind read_versioned(unsigned char version, struct span in, struct rsakey *k)
{
	struct span behind = in, content;

	if (asn1_take(&behind, ASN1_SEQUENCE, &content)) {
		if (version == PKCS12_VERSION)
			return RSAKEY_PKCS12;
		return version <= 1 ? read_pkcs8(content, behind, k) : RSAKEY_BROKEN;
	}
	if (version == 1 && asn1_take(&behind, ASN1_OCTET_STRING, &content))
		return RSAKEY_EC;
	if (version == 0 && count_numbers(in) == 5)
		return RSAKEY_OTHER; /* DSA's form has six numbers, the version among them */
	return read_form(version, in, k);
}

/* CertificationRequestInfo begins with version 0; in a certificate that would be the serial
 * number, and the certificate has been looked for before. */
static bool is_request(struct span in)
{
	struct span info, version;
	struct asn1 name;

	return asn1_take(&in, ASN1_SEQUENCE, &info) && asn1_take(&info, ASN1_INTEGER, &version) &&
	       span_eq(version, SPAN("\0")) && asn1_next(&info, &name) && name.tag == ASN1_SEQUENCE &&
	       asn1_next(&info, &name) && name.tag == ASN1_SEQUENCE;
}

/* A SEQUENCE that begins with another one. */
static enum rsakey_kind read_unversioned(struct span der, struct span in)
{
	struct span first, rest = in, content;
	struct der_cert cert;

	if (der_cert(der, &cert))
		return RSAKEY_CERTIFICATE;
	if (is_request(in))
		return RSAKEY_REQUEST;
	if (!asn1_take(&rest, ASN1_SEQUENCE, &first) || !asn1_take(&first, ASN1_OID, &content))
		return RSAKEY_NOTHING;
	if (asn1_only(rest, ASN1_OCTET_STRING, &content))
		return RSAKEY_ENCRYPTED;
	return asn1_only(rest, ASN1_BIT_STRING, &content) ? RSAKEY_PUBLIC : RSAKEY_NOTHING;
}

enum rsakey_kind rsakey_read(struct span der, struct rsakey *k)
{
	struct span in, rest;
	unsigned char version;

	if (!asn1_only(der, ASN1_SEQUENCE, &in))
		return RSAKEY_NOTHING;
	if (count_numbers(in) == 2)
		return RSAKEY_PUBLIC; /* RSAPublicKey */
	rest = in;
	if (read_small(&rest, &version))
		return read_versioned(version, rest, k);
	return read_unversioned(der, in);
}

/* ---- files --------------------------------------------------------------------------------------- */

/* A block whose label promises a private key, and whose bytes are none. */
static enum rsakey_kind judge(struct span label, struct span der, struct rsakey *k)
{
	enum rsakey_kind kind;

	if (span_starts(der, SPAN("openssh-key-v1\0")))
		return RSAKEY_OPENSSH;
	kind = rsakey_read(der, k);
	if (kind == RSAKEY_NOTHING && (span_ends(label, SPAN("PRIVATE KEY")) || span_ends(label, SPAN("CERTIFICATE"))))
		return RSAKEY_BROKEN;
	return kind;
}

/* A file without PEM. Containers also come with indefinite lengths (X.690 section 8.1.3.6). */
static enum rsakey_kind judge_binary(struct span file)
{
	struct rsakey ignored;
	struct span in;

	if (span_starts(file, SPAN("\x30\x80\x02\x01\x03\x30")))
		return RSAKEY_PKCS12;
	if (!asn1_only(file, ASN1_SEQUENCE, &in))
		return RSAKEY_NOTHING;
	return rsakey_read(file, &ignored) == RSAKEY_PKCS12 ? RSAKEY_PKCS12 : RSAKEY_BINARY;
}

/* A block that was skipped because it is no base64: the old way to encrypt puts a header into it. */
static enum rsakey_kind judge_bad(struct span skipped)
{
	size_t at;

	return span_find(skipped, SPAN("Proc-Type: 4,ENCRYPTED"), &at) ? RSAKEY_ENCRYPTED : RSAKEY_BROKEN;
}

enum rsakey_kind rsakey_find(struct span file, struct buf *der, struct rsakey *k)
{
	enum rsakey_kind found = judge_binary(file), kind;
	size_t at = 0, before = 0, start = der->n;
	struct span label;
	bool bad, more;

	do {
		der->n = start;
		der->full = false;
		more = pem_next(file, &at, &label, der, &bad);
		kind = bad ? judge_bad(span_first(span_from(file, before), at - before)) : RSAKEY_NOTHING;
		found = kind > found ? kind : found;
		before = at;
		kind = more && !der->full ? judge(label, span_from(buf_span(der), start), k) : RSAKEY_NOTHING;
		found = kind > found ? kind : found;
	} while (more && found != RSAKEY_RSA);
	return found;
}

const char *rsakey_name(enum rsakey_kind kind)
{
	static const char *const names[] = {
		[RSAKEY_NOTHING] = "nothing that is known",
		[RSAKEY_BROKEN] = "a damaged PEM block",
		[RSAKEY_PUBLIC] = "a public key",
		[RSAKEY_REQUEST] = "a certificate signing request",
		[RSAKEY_CERTIFICATE] = "a certificate",
		[RSAKEY_PKCS12] = "a PKCS#12 container (.pfx, .p12)",
		[RSAKEY_BINARY] = "binary DER, not PEM",
		[RSAKEY_OTHER] = "a private key of a kind that is not used here",
		[RSAKEY_OPENSSH] = "a key in OpenSSH's own form",
		[RSAKEY_ED25519] = "an Ed25519 key or one of its family",
		[RSAKEY_EC] = "an EC key",
		[RSAKEY_PSS] = "an RSA key marked for PSS alone",
		[RSAKEY_ENCRYPTED] = "an encrypted private key",
		[RSAKEY_RSA] = "an RSA private key",
	};

	return names[kind];
}
