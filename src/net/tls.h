/* tls: a TLS 1.2 client session over a stream. The files net/tls*.c alone know BearSSL: the engine can be changed. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "net/stream.h"
#include "net/tls_cert.h"
#include "net/tls_error.h"
#include "net/tls_sha256.h"

enum {
	TLS_SPACE = 64 * 1024, /* engine, validator, two record buffers, anchors as the engine wants them: 57 kB */
	TLS_PIN = 32,          /* bytes of a pin */
	TLS_FIRST_MAX = 64     /* the first bytes that came, to tell who answers when it is not TLS */
};

/* What the user asked for. `host` is mandatory: there is no session without a name to check. */
struct tls_question {
	struct span host;          /* SNI and expected name; an address literal is matched against iPAddress entries */
	const struct trust *trust; /* outlives the session */
	int64_t now;               /* seconds since 1970, for the validity */
	struct span pin;           /* in addition to the chain: SHA-256 of the leaf's SubjectPublicKeyInfo, 64
	                            * hexadecimal digits; or empty */
};

/* A session. Everything is inside. Keys and data are wiped when it is closed or tls_start fails. It points into
 * itself: do not copy or move it. */
struct tls {
	struct stream under;
	unsigned char first[TLS_FIRST_MAX];
	size_t first_n;
	bool handshake_done;
	bool closed_cleanly;
	int64_t suits;    /* refused for the time alone: the nearest moment at which all would be in order; else 0 */
	int engine_error; /* BearSSL's code: 1..63 own, 256+n alert received, 512+n alert sent; 0 none */
	_Alignas(16) unsigned char space[TLS_SPACE];
	struct tls_chain chain;
};

/* Read a pin: 64 hexadecimal digits. */
bool tls_pin(struct span pin, unsigned char sha256[static TLS_PIN]) MUST;

/* The handshake, with all checks: chain to an anchor, name, validity, serverAuth EKU, name constraints, pin.
 * TLS 1.2 only; ECDHE with AES-GCM or ChaCha20-Poly1305 only; no renegotiation. `under` is copied.
 * On failure fault.num is the engine's code, the evidence says what was seen (issuer, names, dates, alert name,
 * the first bytes in clear text); t->chain and t->first are filled as far as it came, and closing `under` is
 * left to the caller, by way of tls_stream or directly. */
bool tls_start(struct tls *t, struct stream under, const struct tls_question *q, struct fault *f) MUST;

/* The session as a stream; an end without close_notify is FAULT_TLS_TRUNCATED, never a clean end. Close sends
 * close_notify and does not wait for the peer's; of the session the chain and the first bytes are left then. */
struct stream tls_stream(struct tls *t);

/* "TLS 1.2", "ECDHE-RSA-AES256-GCM-SHA384"; static, "" before the handshake. */
const char *tls_version(const struct tls *t);
const char *tls_suite(const struct tls *t);

/* The anchor of the trust set that the chain ended in; NULL when it is not known. Only after success. */
const struct trust_anchor *tls_anchor(const struct tls *t);

#endif
