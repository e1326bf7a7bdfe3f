/* der: the few facts of an X.509 certificate (RFC 5280) that people and our own checks need. */
#ifndef TEXT_DER_H
#define TEXT_DER_H

#include "base/buf.h"

/* subjectAltName entries worth showing. Microsoft's leaf has 20 to 100; matching looks at all. */
enum { DER_NAMES_MAX = 32 };

enum der_key { DER_KEY_OTHER, DER_KEY_RSA, DER_KEY_P256, DER_KEY_P384, DER_KEY_P521, DER_KEY_ED25519 };

/* All spans borrow from the certificate's bytes. */
struct der_cert {
	struct span serial;            /* INTEGER content */
	struct span issuer, subject;   /* Name, whole TLV: see text/dn.h */
	int64_t not_before, not_after; /* seconds since 1970 */
	enum der_key key;
	unsigned key_bits;         /* RSA modulus */
	struct span spki;          /* SubjectPublicKeyInfo, whole TLV (for pins) */
	struct span signature_oid; /* content of the outer signatureAlgorithm's OID */
	bool has_basic, is_ca;     /* basicConstraints */
	bool has_eku, eku_server_auth, eku_any;
	bool has_name_constraints;
	struct span name_constraints; /* content of the extension value (the SEQUENCE TLV) */
	bool has_san;
	unsigned san_count; /* all of them */
	struct span san;    /* content of GeneralNames, walk with der_san */
};

enum der_san_kind { DER_SAN_DNS, DER_SAN_IP, DER_SAN_EMAIL, DER_SAN_OTHER };

/* False when it is not a well-formed certificate: every length is checked, nesting is bounded by the grammar. */
bool der_cert(struct span der, struct der_cert *c) MUST;

/* The next entry of c->san; start with *at = 0. */
bool der_san(const struct der_cert *c, size_t *at, enum der_san_kind *kind, struct span *value);

/* Does the certificate's subjectAltName (or CN without any SAN) match this host: exact or one whole left-most wildcard
 * label, not directly below a top-level domain; an IPv4 or IPv6 literal matches only an iPAddress entry.
 * Case-insensitive; one dot at the end of the host does not count. */
bool der_matches_host(const struct der_cert *c, struct span host);

/* Does this constraint extension allow the name? False also when it cannot be judged. dNSName
 * and iPAddress subtrees are understood, others are ignored when they cannot apply to the host. */
bool der_constraints_allow(struct span constraints, struct span host);

/* "sha256WithRSAEncryption" and the like; dotted decimal for others. */
void der_oid(struct buf *out, struct span oid);

#endif
