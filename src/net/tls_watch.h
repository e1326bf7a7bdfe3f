/* tls_watch: a certificate validator for the engine that keeps what the server sends, whatever the verdict is. */
#ifndef NET_TLS_WATCH_H
#define NET_TLS_WATCH_H

#include <bearssl.h>

#include "net/tls_cert.h"

/* BearSSL's own validator inside of a class of ours. Give the engine &w->vtable. */
struct tls_watch {
	const br_x509_class *vtable; /* first, because BearSSL finds the rest by it */
	br_x509_minimal_context minimal;
	struct tls_chain *chain;
	bool keeping; /* the certificate that is coming in fits */
	bool decided;
	bool named;    /* minimal is to compare the host name */
	unsigned seen; /* certificates that have come to their end */
	unsigned at;   /* the one at which minimal decided, for or against; `seen` when it did so only at the end */
};

/* Without `named` the name is not compared at all: an address, which BearSSL would compare as text.
 * w->minimal is to be initialised by the caller, before or after. */
void tls_watch_init(struct tls_watch *w, struct tls_chain *chain, bool named);

#endif
