#include "net/tls_cert.h"

#include <bearssl.h>
#include <string.h>

#include "net/dns.h"
#include "net/tls_error.h"
#include "net/tls_sha256.h"
#include "text/date.h"
#include "text/der.h"
#include "text/dn.h"

enum {
	NAMES_SHOWN = 5,      /* of a certificate that is for another name */
	NAME_SHOWN_MAX = 120, /* bytes of each: five and the rest of the sentence fit into the evidence */
	RSA_BITS_MIN = 2048
};

/* ---- evidence ---------------------------------------------------------------------------------- */

static bool parse(const struct tls_case *c, unsigned i, struct der_cert *cert)
{
	return i < c->chain->n && der_cert(c->chain->cert[i], cert);
}

/* A Name as text, shortened so that the rest of the sentence fits. */
struct name {
	char z[241];
};

static struct name name_of(struct span der)
{
	struct name name;
	struct buf b = buf_field(name.z, sizeof name.z);

	dn_put(&b, der);
	return name;
}

/* "certificate 2, CN=..., O=...: " */
static void put_which(struct buf *out, const struct tls_case *c, unsigned i)
{
	struct der_cert cert;

	if (parse(c, i, &cert))
		buf_say(out, "certificate %u, %s: ", i + 1, name_of(cert.subject).z);
	else
		buf_say(out, "certificate %u: ", i + 1);
}

static void put_issuer(struct buf *out, const struct tls_case *c)
{
	struct der_cert leaf, last;

	if (!parse(c, 0, &leaf))
		return;
	buf_say(out, "issuer %s%s", name_of(leaf.issuer).z, span_eq(leaf.issuer, leaf.subject) ? " (self-signed)" : "");
	if (parse(c, c->chain->n - 1, &last) && !span_eq(last.issuer, leaf.issuer))
		buf_say(out, "; the chain ends with issuer %s", name_of(last.issuer).z);
}

static void put_names(struct buf *out, const struct tls_case *c)
{
	struct der_cert leaf;
	enum der_san_kind kind;
	struct span value;
	size_t at = 0;
	unsigned shown = 0;

	if (!parse(c, 0, &leaf))
		return;
	buf_z(out, "the certificate is for ");
	while (shown < NAMES_SHOWN && der_san(&leaf, &at, &kind, &value)) {
		struct dns_address a = { .family = value.n == 4 ? DNS_IPV4 : DNS_IPV6 };

		if (kind != DER_SAN_DNS && (kind != DER_SAN_IP || (value.n != 4 && value.n != 16)))
			continue;
		if (shown++ != 0)
			buf_z(out, ", ");
		if (kind == DER_SAN_DNS) {
			buf_put(out, span_first(value, NAME_SHOWN_MAX));
		} else {
			memcpy(a.bytes, value.p, value.n);
			dns_put(out, &a);
		}
	}
	if (shown == 0)
		buf_z(out, name_of(leaf.subject).z);
	if (leaf.san_count > shown)
		buf_say(out, shown == 0 ? " with %u names of other kinds" : " and %u more", leaf.san_count - shown);
}

/* Both dates and our clock. Returns true when the certificate is not valid yet. */
static bool put_dates(struct buf *out, const struct tls_case *c)
{
	struct der_cert cert;

	put_which(out, c, c->at);
	if (!parse(c, c->at, &cert))
		return false;
	buf_say(out, "valid from %s to %s, the clock here says %s", date_text(cert.not_before).z,
	        date_text(cert.not_after).z, date_text(c->now).z);
	return c->now < cert.not_before;
}

/* The engine's word for it, and whose name does not fit to whose. */
static void put_chain(struct buf *out, const struct tls_case *c)
{
	struct der_cert above, below;

	put_which(out, c, c->at);
	buf_z(out, tls_error_name(c->code));
	if (c->at == 0 || !parse(c, c->at, &above) || !parse(c, c->at - 1, &below) ||
	    span_eq(above.subject, below.issuer))
		return;
	buf_say(out, ", the certificate before it was issued by %s", name_of(below.issuer).z);
}

static void put_algorithms(struct buf *out, const struct tls_case *c)
{
	struct der_cert cert;
	unsigned i = c->code < BR_ERR_X509_OK ? 0 : c->at; /* the handshake, unlike the chain, is about the leaf */

	put_which(out, c, i);
	buf_z(out, tls_error_name(c->code));
	if (!parse(c, i, &cert))
		return;
	buf_z(out, ", signed with ");
	der_oid(out, cert.signature_oid);
	if (cert.key == DER_KEY_RSA)
		buf_say(out, ", RSA key of %u bits", cert.key_bits);
}

/* The anchor that the chain leads to by name, although it has signed nothing of it: the mark of a forgery. */
static const struct trust_anchor *forged(const struct tls_case *c)
{
	struct der_cert cert;

	for (unsigned i = 0; parse(c, i, &cert); i++)
		for (size_t k = 0; k < c->trust->n; k++)
			if (!c->trust->anchor[k].direct && span_eq(c->trust->anchor[k].subject, cert.issuer))
				return &c->trust->anchor[k];
	return NULL;
}

bool tls_cert_refused(const struct tls_case *c, struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);
	enum fault_code code = tls_error_fault(c->code);
	const struct trust_anchor *named = code == FAULT_CERT_UNTRUSTED ? forged(c) : NULL;

	if (named != NULL) {
		code = FAULT_CERT_FORGED;
		buf_say(&b, "the chain leads to %s, which has not signed it", name_of(named->subject).z);
	} else if (code == FAULT_CERT_UNTRUSTED)
		put_issuer(&b, c);
	else if (code == FAULT_CERT_NAME)
		put_names(&b, c);
	else if (code == FAULT_CERT_EXPIRED)
		code = put_dates(&b, c) ? FAULT_CERT_NOT_YET : FAULT_CERT_EXPIRED;
	else if (code == FAULT_CERT_CHAIN)
		put_chain(&b, c);
	else if (code == FAULT_CERT_UNSUPPORTED || code == FAULT_CERT_USAGE || code == FAULT_CERT_MALFORMED)
		put_algorithms(&b, c);
	else
		buf_z(&b, tls_error_name(c->code));
	return fault_set(f, code, c->code, buf_span(&b));
}

/* ---- judging ----------------------------------------------------------------------------------- */

/* What we refuse although the engine does not; num is the engine's nearest code. */
struct objection {
	enum fault_code code;
	int num;
	const char *why;
};

static const struct objection
	not_kept = { FAULT_CERT_UNSUPPORTED, BR_ERR_X509_LIMIT_EXCEEDED, "too long, or too far down the chain" },
	malformed = { FAULT_CERT_MALFORMED, BR_ERR_X509_UNEXPECTED, "not a well-formed certificate" },
	weak = { FAULT_CERT_UNSUPPORTED, BR_ERR_X509_WEAK_PUBLIC_KEY, "an RSA key of less than 2048 bits" },
	not_server = { FAULT_CERT_USAGE, BR_ERR_X509_FORBIDDEN_KEY_USAGE, "extended key usage without serverAuth" },
	forbidden = { FAULT_CERT_CONSTRAINT, BR_ERR_X509_CRITICAL_EXTENSION, "its name constraints do not allow " };

static bool object(const struct tls_case *c, unsigned i, const struct objection *o, struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);

	put_which(&b, c, i);
	buf_say(&b, "%s%.*s", o->why, SPAN_ARG(o == &forbidden ? c->host : SPAN_NONE));
	return fault_set(f, o->code, o->num, buf_span(&b));
}

/* The certificate itself, wherever it stands. */
static bool judge_one(const struct tls_case *c, unsigned i, const struct der_cert *cert, struct fault *f)
{
	if (cert->key == DER_KEY_RSA && cert->key_bits < RSA_BITS_MIN)
		return object(c, i, &weak, f);
	if (cert->has_eku && !cert->eku_server_auth && !cert->eku_any)
		return object(c, i, &not_server, f);
	/* The leaf's own constraints, should it have any, bind what it issues: nothing. */
	if (i != 0 && cert->has_name_constraints && !der_constraints_allow(cert->name_constraints, c->host))
		return object(c, i, &forbidden, f);
	return true;
}

/* Could the accepted path end in this anchor? By name: the engine has checked the signature. */
static bool ends_in(const struct trust_anchor *a, const struct der_cert *top, unsigned at)
{
	return a->direct ? at == 0 && span_eq(a->subject, top->subject) : span_eq(a->subject, top->issuer);
}

/* The anchors' own constraints; all of those that share the name, as the engine does not say which one it was. */
static bool judge_anchors(const struct tls_case *c, const struct der_cert *top, struct fault *f)
{
	for (size_t i = 0; i < c->trust->n; i++) {
		const struct trust_anchor *a = &c->trust->anchor[i];

		if (a->constraints.n == 0 || !ends_in(a, top, c->at) || der_constraints_allow(a->constraints, c->host))
			continue;
		return fault_say(f, forbidden.code, forbidden.num, "the anchor, %s: %s%.*s", name_of(a->subject).z,
		                 forbidden.why, SPAN_ARG(c->host));
	}
	return true;
}

static bool judge_name(const struct tls_case *c, const struct der_cert *leaf, struct fault *f)
{
	struct tls_case named = *c;

	named.code = BR_ERR_X509_BAD_SERVER_NAME;
	return der_matches_host(leaf, c->host) || tls_cert_refused(&named, f);
}

static bool judge_pin(const struct tls_case *c, const struct der_cert *leaf, struct fault *f)
{
	unsigned char sha256[32];
	char text[100];
	struct buf b = BUF(text);

	if (c->pin.n == 0)
		return true;
	tls_sha256(leaf->spki, sha256);
	if (span_eq(c->pin, (struct span){ sha256, sizeof sha256 }))
		return true;
	buf_z(&b, "the key's SHA-256 is ");
	buf_hex(&b, (struct span){ sha256, sizeof sha256 });
	return fault_set(f, FAULT_CERT_PIN, BR_ERR_X509_NOT_TRUSTED, buf_span(&b));
}

bool tls_cert_judge(const struct tls_case *c, struct fault *f)
{
	struct der_cert leaf, cert;

	for (unsigned i = 0; i <= c->at; i++) {
		if (i >= c->chain->n)
			return object(c, i, &not_kept, f);
		if (!parse(c, i, &cert))
			return object(c, i, &malformed, f);
		if (i == 0)
			leaf = cert;
		if ((i == 0 && !judge_name(c, &cert, f)) || !judge_one(c, i, &cert, f))
			return false;
	}
	return judge_anchors(c, &cert, f) && judge_pin(c, &leaf, f);
}

const struct trust_anchor *tls_cert_anchor(const struct tls_case *c)
{
	const struct trust_anchor *found = NULL;
	struct der_cert top;

	if (!parse(c, c->at, &top))
		return NULL;
	for (size_t i = 0; i < c->trust->n; i++) {
		if (!ends_in(&c->trust->anchor[i], &top, c->at))
			continue;
		if (found != NULL)
			return NULL;
		found = &c->trust->anchor[i];
	}
	return found;
}
