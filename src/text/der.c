#include "text/der.h"

#include "text/asn1.h"
#include "text/date.h"
#include "text/dn.h"
#include "text/ip.h"

/* Every walk below takes at least two bytes of the certificate a step, so its length bounds them all. */

enum {
	TAG_VERSION = ASN1_CONTEXT | ASN1_CONSTRUCTED | 0,
	TAG_ISSUER_ID = ASN1_CONTEXT | 1,
	TAG_SUBJECT_ID = ASN1_CONTEXT | 2,
	TAG_EXTENSIONS = ASN1_CONTEXT | ASN1_CONSTRUCTED | 3,
	TAG_EMAIL = ASN1_CONTEXT | 1, /* GeneralName */
	TAG_DNS = ASN1_CONTEXT | 2,
	TAG_IP = ASN1_CONTEXT | 7,
	TAG_PERMITTED = ASN1_CONTEXT | ASN1_CONSTRUCTED | 0, /* NameConstraints */
	TAG_EXCLUDED = ASN1_CONTEXT | ASN1_CONSTRUCTED | 1,
	TAG_MINIMUM = ASN1_CONTEXT | 0
};

#define OID_RSA     "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_EC      "\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_ED25519 "\x2b\x65\x70"

static const struct asn1_name algorithms[] = {
	{ SPAN_INIT(OID_RSA), "rsaEncryption" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"), "md5WithRSAEncryption" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"), "sha1WithRSAEncryption" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), "RSASSA-PSS" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "sha256WithRSAEncryption" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"), "sha384WithRSAEncryption" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"), "sha512WithRSAEncryption" },
	{ SPAN_INIT(OID_EC), "ecPublicKey" },
	{ SPAN_INIT("\x2a\x86\x48\xce\x3d\x04\x01"), "ecdsa-with-SHA1" },
	{ SPAN_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x02"), "ecdsa-with-SHA256" },
	{ SPAN_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x03"), "ecdsa-with-SHA384" },
	{ SPAN_INIT("\x2a\x86\x48\xce\x3d\x04\x03\x04"), "ecdsa-with-SHA512" },
	{ SPAN_INIT(OID_ED25519), "Ed25519" },
	{ SPAN_INIT("\x2b\x65\x71"), "Ed448" },
};

void der_oid(struct buf *out, struct span oid)
{
	asn1_put_oid(out, oid, algorithms, COUNT(algorithms));
}

static bool read_time(struct span *in, int64_t *t)
{
	struct asn1 e;

	return asn1_next(in, &e) && (e.tag == ASN1_UTC_TIME || e.tag == ASN1_GENERALIZED_TIME) &&
	       date_asn1(e.content, e.tag == ASN1_GENERALIZED_TIME, t);
}

static bool read_name(struct span *tbs, struct span *name)
{
	struct asn1 e;

	if (!asn1_next(tbs, &e) || !dn_ok(e.whole))
		return false;
	*name = e.whole;
	return true;
}

/* AlgorithmIdentifier: an OID and at most one element of parameters. */
static bool read_algorithm(struct span *in, struct span *oid, struct span *parameters)
{
	struct span s;
	struct asn1 e;

	if (!asn1_take(in, ASN1_SEQUENCE, &s) || !asn1_take(&s, ASN1_OID, oid))
		return false;
	*parameters = s;
	return s.n == 0 || (asn1_next(&s, &e) && s.n == 0);
}

static bool read_rsa(struct span key, unsigned *bits)
{
	struct span n, e;

	if (!asn1_rsa(key, &n, &e))
		return false;
	*bits = asn1_bits(n);
	return true;
}

/* The kind of key is the algorithm's OID and, for elliptic curves, the OID of the curve. */
static const struct {
	struct span algorithm, curve;
	enum der_key key;
} keys[] = {
	{ SPAN_INIT(OID_RSA), SPAN_INIT(""), DER_KEY_RSA },
	{ SPAN_INIT(OID_ED25519), SPAN_INIT(""), DER_KEY_ED25519 },
	{ SPAN_INIT(OID_EC), SPAN_INIT("\x2a\x86\x48\xce\x3d\x03\x01\x07"), DER_KEY_P256 },
	{ SPAN_INIT(OID_EC), SPAN_INIT("\x2b\x81\x04\x00\x22"), DER_KEY_P384 },
	{ SPAN_INIT(OID_EC), SPAN_INIT("\x2b\x81\x04\x00\x23"), DER_KEY_P521 },
};

static bool read_key(struct span *tbs, struct der_cert *c)
{
	struct span info, oid, parameters, curve, bits;
	struct asn1 e;

	if (!asn1_next(tbs, &e) || e.tag != ASN1_SEQUENCE)
		return false;
	c->spki = e.whole;
	info = e.content;
	if (!read_algorithm(&info, &oid, &parameters) || !asn1_only(info, ASN1_BIT_STRING, &bits) || bits.n == 0 ||
	    bits.p[0] != 0)
		return false;
	if (!asn1_only(parameters, ASN1_OID, &curve))
		curve = span_first(parameters, 0);
	for (size_t i = 0; i < COUNT(keys); i++)
		if (span_eq(oid, keys[i].algorithm) && span_eq(curve, keys[i].curve))
			c->key = keys[i].key;
	return c->key != DER_KEY_RSA || read_rsa(span_from(bits, 1), &c->key_bits);
}

/* True the first time. */
static bool once(bool *seen)
{
	bool first = !*seen;

	*seen = true;
	return first;
}

static bool read_san(struct span value, struct der_cert *c)
{
	struct span rest;
	struct asn1 e;

	if (!once(&c->has_san) || !asn1_only(value, ASN1_SEQUENCE, &c->san))
		return false;
	for (rest = c->san; rest.n != 0; c->san_count++)
		if (!asn1_next(&rest, &e) || (e.tag & 0xc0) != ASN1_CONTEXT)
			return false;
	return true;
}

static bool read_eku(struct span value, struct der_cert *c)
{
	struct span list, oid;

	if (!once(&c->has_eku) || !asn1_only(value, ASN1_SEQUENCE, &list) || list.n == 0)
		return false;
	while (list.n != 0) {
		if (!asn1_take(&list, ASN1_OID, &oid))
			return false;
		c->eku_server_auth |= span_eq(oid, SPAN("\x2b\x06\x01\x05\x05\x07\x03\x01"));
		c->eku_any |= span_eq(oid, SPAN("\x55\x1d\x25\x00"));
	}
	return true;
}

/* An optional BOOLEAN in front of *in. FALSE should not be written out, but is. */
static bool read_boolean(struct span *in, bool *v)
{
	struct span content;

	*v = false;
	if (!asn1_take(in, ASN1_BOOLEAN, &content))
		return true;
	*v = content.n == 1 && content.p[0] == 0xff;
	return content.n == 1 && (*v || content.p[0] == 0);
}

static bool read_basic(struct span value, struct der_cert *c)
{
	struct span s, path;

	return once(&c->has_basic) && asn1_only(value, ASN1_SEQUENCE, &s) && read_boolean(&s, &c->is_ca) &&
	       (s.n == 0 || (asn1_take(&s, ASN1_INTEGER, &path) && s.n == 0));
}

static bool read_extension(struct span extension, struct der_cert *c)
{
	struct span oid, value, list;
	bool critical;

	if (!asn1_take(&extension, ASN1_OID, &oid) || !read_boolean(&extension, &critical) ||
	    !asn1_only(extension, ASN1_OCTET_STRING, &value))
		return false;
	if (span_eq(oid, SPAN("\x55\x1d\x11")))
		return read_san(value, c);
	if (span_eq(oid, SPAN("\x55\x1d\x13")))
		return read_basic(value, c);
	if (span_eq(oid, SPAN("\x55\x1d\x1e")))
		return once(&c->has_name_constraints) && asn1_only(c->name_constraints = value, ASN1_SEQUENCE, &list);
	if (span_eq(oid, SPAN("\x55\x1d\x25")))
		return read_eku(value, c);
	return true;
}

/* The optional end of a TBSCertificate: two unique ids that nobody uses, and the extensions. */
static bool read_tail(struct span tbs, struct der_cert *c)
{
	struct span ignored, wrapped, list, extension;

	(void)!asn1_take(&tbs, TAG_ISSUER_ID, &ignored);
	(void)!asn1_take(&tbs, TAG_SUBJECT_ID, &ignored);
	if (tbs.n == 0)
		return true;
	if (!asn1_only(tbs, TAG_EXTENSIONS, &wrapped) || !asn1_only(wrapped, ASN1_SEQUENCE, &list))
		return false;
	while (list.n != 0)
		if (!asn1_take(&list, ASN1_SEQUENCE, &extension) || !read_extension(extension, c))
			return false;
	return true;
}

static bool read_tbs(struct span tbs, struct der_cert *c)
{
	struct span wrapped, version, oid, parameters, validity;

	if (tbs.n != 0 && tbs.p[0] == TAG_VERSION &&
	    (!asn1_take(&tbs, TAG_VERSION, &wrapped) || !asn1_only(wrapped, ASN1_INTEGER, &version) || version.n != 1 ||
	     version.p[0] > 2))
		return false;
	return asn1_take(&tbs, ASN1_INTEGER, &c->serial) && c->serial.n != 0 &&
	       read_algorithm(&tbs, &oid, &parameters) && read_name(&tbs, &c->issuer) &&
	       asn1_take(&tbs, ASN1_SEQUENCE, &validity) && read_time(&validity, &c->not_before) &&
	       read_time(&validity, &c->not_after) && validity.n == 0 && read_name(&tbs, &c->subject) &&
	       read_key(&tbs, c) && read_tail(tbs, c);
}

bool der_cert(struct span der, struct der_cert *c)
{
	struct der_cert r = { .key = DER_KEY_OTHER };
	struct span cert, tbs, parameters, signature;

	if (!asn1_only(der, ASN1_SEQUENCE, &cert) || !asn1_take(&cert, ASN1_SEQUENCE, &tbs) ||
	    !read_algorithm(&cert, &r.signature_oid, &parameters) || !asn1_only(cert, ASN1_BIT_STRING, &signature) ||
	    signature.n == 0 || signature.p[0] > 7 || !read_tbs(tbs, &r))
		return false;
	*c = r;
	return true;
}

bool der_san(const struct der_cert *c, size_t *at, enum der_san_kind *kind, struct span *value)
{
	struct span rest = span_from(c->san, *at);
	struct asn1 e;

	if (!asn1_next(&rest, &e))
		return false;
	*at = c->san.n - rest.n;
	*value = e.content;
	*kind = e.tag == TAG_DNS     ? DER_SAN_DNS
	        : e.tag == TAG_IP    ? DER_SAN_IP
	        : e.tag == TAG_EMAIL ? DER_SAN_EMAIL
	                             : DER_SAN_OTHER;
	return true;
}

/* A host that names are compared with: an address or a DNS name. */
struct host {
	struct span name;
	struct ip ip;
	bool is_ip;
};

/* False for an empty name. A dot at the end of a host means only that it is complete. */
static bool read_host(struct span text, struct host *h)
{
	if (span_ends(text, SPAN(".")))
		text.n--;
	h->name = text;
	h->ip.n = 0;
	h->is_ip = ip_get(text, &h->ip);
	return text.n != 0;
}

/* RFC 6125 section 6.4.3, the wildcard only as a whole label and never directly below a top-level domain. */
static bool name_matches(struct span pattern, struct span host)
{
	struct span tail = span_from(pattern, 1);
	size_t dot;

	if (span_eq_nocase(pattern, host))
		return true;
	if (!span_starts(pattern, SPAN("*.")) || !span_find_byte(span_from(tail, 1), '.', &dot))
		return false;
	return span_find_byte(host, '.', &dot) && dot != 0 && span_eq_nocase(span_from(host, dot), tail);
}

bool der_matches_host(const struct der_cert *c, struct span host)
{
	enum der_san_kind kind;
	struct span value;
	struct host h;
	struct asn1 cn;
	size_t at = 0;

	if (!read_host(host, &h))
		return false;
	while (der_san(c, &at, &kind, &value))
		if (h.is_ip ? kind == DER_SAN_IP && span_eq(value, (struct span){ h.ip.p, h.ip.n })
		            : kind == DER_SAN_DNS && name_matches(value, h.name))
			return true;
	return !c->has_san && !h.is_ip && dn_last(c->subject, SPAN(DN_COMMON_NAME), &cn) &&
	       (cn.tag == ASN1_UTF8 || cn.tag == ASN1_PRINTABLE || cn.tag == ASN1_IA5) &&
	       name_matches(cn.content, h.name);
}

/* Address and mask of an iPAddress constraint: of another family it does not hold the host. */
static bool ip_within(struct span range, const struct ip *ip)
{
	if (range.n != 2 * ip->n)
		return false;
	for (size_t i = 0; i < ip->n; i++)
		if (((ip->p[i] ^ range.p[i]) & range.p[ip->n + i]) != 0)
			return false;
	return true;
}

/* RFC 5280 section 4.2.1.10: "example.com" holds itself and all below it; ".example.com", which
 * is not from there but in use, only what is below. The empty name holds everything. */
static bool name_within(struct span domain, struct span host)
{
	size_t above;

	if (domain.n == 0)
		return true;
	if (!span_ends_nocase(host, domain))
		return false;
	above = host.n - domain.n;
	return domain.p[0] == '.' ? above != 0 : above == 0 || host.p[above - 1] == '.';
}

/* Can a constraint be judged? A name that no host can be compared with must not let an excluded host pass. */
static bool is_domain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '*')
			return false;
	return !span_ends(s, SPAN("."));
}

/* How many of the subtrees are about names of the host's kind, and how many hold the host. False
 * when one of them cannot be judged. */
static bool count_subtrees(struct span list, const struct host *h, size_t *about, size_t *holding)
{
	*about = *holding = 0;
	while (list.n != 0) {
		struct span tree, minimum;
		struct asn1 base;

		if (!asn1_take(&list, ASN1_SEQUENCE, &tree) || !asn1_next(&tree, &base))
			return false;
		if (tree.n != 0 && (!asn1_only(tree, TAG_MINIMUM, &minimum) || !span_eq(minimum, SPAN("\0"))))
			return false;
		if (base.tag != (h->is_ip ? TAG_IP : TAG_DNS))
			continue;
		if (h->is_ip ? base.content.n != 2 * IP_V4 && base.content.n != 2 * IP_V6 : !is_domain(base.content))
			return false;
		++*about;
		*holding += h->is_ip ? ip_within(base.content, &h->ip) : name_within(base.content, h->name);
	}
	return true;
}

bool der_constraints_allow(struct span constraints, struct span host)
{
	struct span s, permitted = { NULL, 0 }, excluded = { NULL, 0 };
	size_t about, holding;
	struct host h;

	if (!read_host(host, &h) || !asn1_only(constraints, ASN1_SEQUENCE, &s) || s.n == 0)
		return false;
	if (s.p[0] == TAG_PERMITTED && (!asn1_take(&s, TAG_PERMITTED, &permitted) || permitted.n == 0))
		return false;
	if (s.n != 0 && (!asn1_only(s, TAG_EXCLUDED, &excluded) || excluded.n == 0))
		return false;
	if (!count_subtrees(permitted, &h, &about, &holding) || (about != 0 && holding == 0))
		return false;
	return count_subtrees(excluded, &h, &about, &holding) && holding == 0;
}
