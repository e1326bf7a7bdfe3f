/* tls_cert: the certificates that a server sent, and what is said and judged about them. */
#ifndef NET_TLS_CERT_H
#define NET_TLS_CERT_H

#include "base/buf.h"
#include "net/trust.h"

enum {
	TLS_CHAIN_MAX = 6,      /* certificates kept as evidence; Microsoft sends 2 to 4 */
	TLS_CERT_MAX = 4 * 1024 /* bytes of one kept certificate; a leaf with 100 names has 2.5 kB */
};

/* The certificates as presented, leaf first, also when the validation failed. */
struct tls_chain {
	unsigned n;
	unsigned left_out; /* the first that is longer than TLS_CERT_MAX or beyond TLS_CHAIN_MAX, and all after it */
	size_t used;       /* of der */
	struct span cert[TLS_CHAIN_MAX]; /* there, one behind another */
	unsigned char der[TLS_CHAIN_MAX * TLS_CERT_MAX];
};

/* What the engine and the user know about a chain. */
struct tls_case {
	const struct tls_chain *chain;
	const struct trust *trust;
	struct span host; /* a name without a final dot, or an address without a scope */
	int64_t now;      /* seconds since 1970 */
	struct span pin;  /* 32 bytes, or empty */
	unsigned at;      /* where the engine decided: the last certificate of an accepted path, or the bad one */
	int code;         /* the engine's, for fault.num */
};

/* The engine refused: set the fault that belongs to c->code, with what the certificates say as evidence.
 * Always false. */
bool tls_cert_refused(const struct tls_case *c, struct fault *f);

/* The engine accepted the path from the leaf to certificate c->at. It does not know addresses, extended key usage,
 * name constraints and pins; this does. */
bool tls_cert_judge(const struct tls_case *c, struct fault *f) MUST;

/* The anchor of an accepted path; NULL when several have the same name. */
const struct trust_anchor *tls_cert_anchor(const struct tls_case *c);

#endif
