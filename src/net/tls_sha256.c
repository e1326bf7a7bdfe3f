#include "net/tls_sha256.h"

#include <bearssl.h>

void tls_sha256(struct span in, unsigned char out[static 32])
{
	br_sha256_context c;

	br_sha256_init(&c);
	br_sha256_update(&c, in.p, in.n);
	br_sha256_out(&c, out);
}
