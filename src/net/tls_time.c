#include "net/tls_time.h"

#include "text/der.h"

bool tls_time_alone(struct tls_engine *e, const struct tls_case *c, const char *name, int64_t *then)
{
	struct tls_case again = *c;
	struct fault unseen = { .code = FAULT_NONE };
	struct der_cert cert;

	again.code = BR_ERR_X509_EXPIRED;
	for (unsigned i = 0; i <= TLS_CHAIN_MAX && again.code == BR_ERR_X509_EXPIRED; i++) {
		if (again.at >= c->chain->n || !der_cert(c->chain->cert[again.at], &cert))
			return false;
		/* Always in the same direction: what would be valid before and after suits no moment. */
		if (again.now < cert.not_before && again.now >= c->now)
			again.now = cert.not_before;
		else if (again.now > cert.not_after && again.now <= c->now)
			again.now = cert.not_after;
		else
			return false;
		again.code = tls_engine_judge(e, &again, name, &again.at);
	}
	*then = again.now;
	return again.code == BR_ERR_X509_OK && tls_cert_judge(&again, &unseen);
}
