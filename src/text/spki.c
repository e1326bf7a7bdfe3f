#include "text/spki.h"

#include "text/asn1.h"

static const struct {
	struct span oid;
	enum der_key key;
	unsigned bits;
} curves[] = {
	{ SPAN_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07"), DER_KEY_P256, 256 },
	{ SPAN_INIT("\x2b\x81\x04\x00\x22"), DER_KEY_P384, 384 },
	{ SPAN_INIT("\x2b\x81\x04\x00\x23"), DER_KEY_P521, 521 },
};

static bool read_rsa(struct span key, struct spki *k)
{
	if (!asn1_rsa(key, &k->a, &k->b))
		return false;
	k->key = DER_KEY_RSA;
	k->bits = asn1_bits(k->a);
	return true;
}

static bool read_point(struct span curve, struct span key, struct spki *k)
{
	for (size_t i = 0; i < COUNT(curves); i++) {
		if (!span_eq(curve, curves[i].oid))
			continue;
		if (key.n != 1 + (curves[i].bits + 7) / 8 * 2 || key.p[0] != 4)
			return false;
		*k = (struct spki){ curves[i].key, curves[i].bits, key, { NULL, 0 } };
		return true;
	}
	return false;
}

bool spki_read(struct span der, struct spki *k)
{
	struct span info, algorithm, oid, curve, bits;
	struct spki found = { .bits = 0 };

	if (!asn1_only(der, ASN1_SEQUENCE, &info) || !asn1_take(&info, ASN1_SEQUENCE, &algorithm) ||
	    !asn1_take(&algorithm, ASN1_OID, &oid) || !asn1_only(info, ASN1_BIT_STRING, &bits) || bits.n == 0 ||
	    bits.p[0] != 0)
		return false;
	bits = span_from(bits, 1);
	if (span_eq(oid, SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"))
	            ? !read_rsa(bits, &found)
	            : !span_eq(oid, SPAN("\x2a\x86\x48\xce\x3d\x02\x01")) || !asn1_only(algorithm, ASN1_OID, &curve) ||
	                      !read_point(curve, bits, &found))
		return false;
	*k = found;
	return true;
}
