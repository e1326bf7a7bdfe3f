/* tls_sha256: SHA-256, for fingerprints of certificates, keys and tokens. */
#ifndef NET_TLS_SHA256_H
#define NET_TLS_SHA256_H

#include "base/span.h"

void tls_sha256(struct span in, unsigned char out[static 32]);

#endif
