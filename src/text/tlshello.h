/* tlshello: the two messages that open a TLS handshake (RFC 5246, 8446): a ClientHello is written and the answer to it
 * is read, to learn what a server takes. Nothing is encrypted and nothing believed: no session comes of it. */
#ifndef TEXT_TLSHELLO_H
#define TEXT_TLSHELLO_H

#include "base/buf.h"

enum tls_version { TLS_10, TLS_11, TLS_12, TLS_13, TLS_VERSION__COUNT };

/* "TLS 1.2" */
extern const char *const tlshello_version[TLS_VERSION__COUNT];

enum tls_suite {
#define SUITE(number, name, kind) TLS_SUITE_##number,
#include "text/tlssuite.def"
	TLS_SUITE__COUNT
};

/* What clients differ in: key exchange, the server's key, cipher; CBC and RC4 with SHA-1 are those of TLS 1.0, too. */
enum tls_kind {
	TLS_KIND_TLS13,
	TLS_KIND_ECDHE_ECDSA_AEAD,
	TLS_KIND_ECDHE_RSA_AEAD,
	TLS_KIND_DHE_AEAD,
	TLS_KIND_ECDHE_CBC_SHA2,
	TLS_KIND_DHE_CBC_SHA2,
	TLS_KIND_RSA_SHA2,
	TLS_KIND_ECDHE_CBC,
	TLS_KIND_DHE_CBC,
	TLS_KIND_RSA_AES,
	TLS_KIND_ECDHE_3DES,
	TLS_KIND_RSA_3DES,
	TLS_KIND_RSA_RC4,
	TLS_KIND__COUNT
};

struct tlshello_suite {
	uint16_t number;
	const char *name;
	enum tls_kind kind;
};
extern const struct tlshello_suite tlshello_suites[TLS_SUITE__COUNT];

/* A set of suites is a uint64_t: bit n is enum tls_suite n. */

/* All suites that a client may offer in this version. */
uint64_t tlshello_all(enum tls_version v);

enum { TLSHELLO_MAX = 768, TLSHELLO_RANDOM = 32, TLSHELLO_ANSWER_MAX = 2048 };

/* A ClientHello for this version alone, with these suites. `random` has TLSHELLO_RANDOM bytes that need not be secret:
 * no key is made of them. A name of digits and dots, or with a colon, is an address and not sent (RFC 6066). In
 * TLS 1.3 no share of a key is offered, so that a server that takes the version asks for one (RFC 8446 4.2.8). */
void tlshello_put(struct buf *out, enum tls_version v, uint64_t suites, struct span host, const unsigned char *random);

enum tlshello_kind {
	TLSHELLO_MORE,  /* nothing can be said yet */
	TLSHELLO_TAKEN, /* a ServerHello or a request for another ClientHello */
	TLSHELLO_ALERT, /* refused */
	TLSHELLO_OTHER  /* not an answer of TLS */
};

/* What has come so far. On TAKEN version and suite are the server's, whatever was offered; a suite that we do not know
 * is TLS_SUITE__COUNT, a version TLS_VERSION__COUNT. */
enum tlshello_kind tlshello_read(struct span in, enum tls_version *v, enum tls_suite *suite, unsigned *alert);

#endif
