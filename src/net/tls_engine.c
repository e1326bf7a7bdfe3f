#include "net/tls_engine.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/secret.h"

enum {
	SEED = 32, /* bytes from the kernel for the engine's generator, which has 256 bits */
	RSA_BYTES_MIN = 2048 / 8,
	SECONDS_A_DAY = 86400,
	DAYS_TO_1970 = 719528 /* the engine counts from the year 0 */
};

struct suite {
	uint16_t id;
	const char *name;
};

/* Authenticated encryption and ephemeral keys only: the engine's CBC code can be crashed by a man in the middle. */
static const struct suite suites[] = {
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "ECDHE-RSA-AES256-GCM-SHA384" },
	{ BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "ECDHE-RSA-AES128-GCM-SHA256" },
	{ BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305" },
	{ BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-RSA-CHACHA20-POLY1305" },
};

enum { SUITES = COUNT(suites) };

/* BearSSL takes non-const pointers and does not write. */
static br_x509_trust_anchor as_engine_wants(const struct trust_anchor *a)
{
	static const int curve[] = {
		[TRUST_P256] = BR_EC_secp256r1, [TRUST_P384] = BR_EC_secp384r1, [TRUST_P521] = BR_EC_secp521r1
	};
	br_x509_trust_anchor to = { .flags = a->direct ? 0 : BR_X509_TA_CA };

	to.dn.data = (unsigned char *)a->subject.p;
	to.dn.len = a->subject.n;
	if (a->key == TRUST_RSA) {
		to.pkey.key_type = BR_KEYTYPE_RSA;
		to.pkey.key.rsa =
			(br_rsa_public_key){ (unsigned char *)a->a.p, a->a.n, (unsigned char *)a->b.p, a->b.n };
	} else {
		to.pkey.key_type = BR_KEYTYPE_EC;
		to.pkey.key.ec = (br_ec_public_key){ curve[a->key], (unsigned char *)a->a.p, a->a.n };
	}
	return to;
}

/* Algorithms one by one: br_ssl_client_init_full would bring CBC, SHA-1 and MD5. */
static void set_algorithms(struct tls_engine *e)
{
	static const struct {
		int id;
		const br_hash_class *hash;
	} hashes[] = { { br_sha256_ID, &br_sha256_vtable },
		       { br_sha384_ID, &br_sha384_vtable },
		       { br_sha512_ID, &br_sha512_vtable } };
	br_ssl_engine_context *s = &e->client.eng;
	br_x509_minimal_context *x = &e->watch.minimal;
	uint16_t ids[SUITES];

	for (size_t i = 0; i < SUITES; i++)
		ids[i] = suites[i].id;
	br_ssl_engine_set_versions(s, BR_TLS12, BR_TLS12);
	br_ssl_engine_set_suites(s, ids, SUITES);
	br_ssl_engine_set_default_rsavrfy(s);
	br_ssl_engine_set_default_ecdsa(s);
	br_ssl_engine_set_default_aes_gcm(s);
	br_ssl_engine_set_default_chapol(s);
	br_ssl_engine_set_prf_sha256(s, br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(s, br_tls12_sha384_prf);
	br_x509_minimal_set_rsa(x, br_ssl_engine_get_rsavrfy(s));
	br_x509_minimal_set_ecdsa(x, br_ssl_engine_get_ec(s), br_ssl_engine_get_ecdsa(s));
	for (size_t i = 0; i < COUNT(hashes); i++) {
		br_ssl_engine_set_hash(s, hashes[i].id, hashes[i].hash);
		br_x509_minimal_set_hash(x, hashes[i].id, hashes[i].hash);
	}
}

static void set_clock(struct tls_engine *e, int64_t now)
{
	if (now < 0)
		now = 0;
	br_x509_minimal_set_time(&e->watch.minimal, (uint32_t)(now / SECONDS_A_DAY + DAYS_TO_1970),
	                         (uint32_t)(now % SECONDS_A_DAY));
}

/* From the kernel, which waits until its pool is ready; no file is needed. */
static bool set_seed(struct tls_engine *e, struct fault *f)
{
	unsigned char seed[SEED];
	size_t n = 0;

	while (n < sizeof seed) {
		ssize_t got = getrandom(seed + n, sizeof seed - n, 0);

		if (got > 0)
			n += (size_t)got;
		else if (got == 0 || errno != EINTR)
			return fault_set(f, FAULT_NO_RANDOM, got == 0 ? 0 : errno, SPAN("getrandom"));
	}
	br_ssl_engine_inject_entropy(&e->client.eng, seed, sizeof seed);
	secret_wipe_bytes(seed, sizeof seed);
	return true;
}

/* The validator begins anew. */
static void set_rules(struct tls_engine *e, const struct tls_case *c)
{
	br_x509_minimal_init(&e->watch.minimal, &br_sha256_vtable, e->anchor, c->trust->n);
	set_algorithms(e);
	set_clock(e, c->now);
	br_x509_minimal_set_minrsa(&e->watch.minimal, RSA_BYTES_MIN);
}

bool tls_engine_start(struct tls_engine *e, struct tls_chain *chain, const struct tls_case *c, const char *name,
                      struct fault *f)
{
	for (size_t i = 0; i < c->trust->n; i++)
		e->anchor[i] = as_engine_wants(&c->trust->anchor[i]);
	br_ssl_client_zero(&e->client);
	set_rules(e, c);
	tls_watch_init(&e->watch, chain, name != NULL);
	br_ssl_engine_set_x509(&e->client.eng, &e->watch.vtable);
	br_ssl_engine_add_flags(&e->client.eng, BR_OPT_NO_RENEGOTIATION);
	/* One buffer for both directions. A smaller one would ask the server for short records. */
	br_ssl_engine_set_buffer(&e->client.eng, e->record, sizeof e->record, 0);
	if (!set_seed(e, f))
		return false;
	/* Should it refuse, the engine's state says so. */
	(void)br_ssl_client_reset(&e->client, name, 0);
	return true;
}

int tls_engine_judge(struct tls_engine *e, const struct tls_case *c, const char *name, unsigned *at)
{
	const br_x509_class **minimal = &e->watch.minimal.vtable;
	unsigned code;

	set_rules(e, c);
	(*minimal)->start_chain(minimal, name);
	*at = c->chain->n;
	for (unsigned i = 0; i < c->chain->n; i++) {
		(*minimal)->start_cert(minimal, (uint32_t)c->chain->cert[i].n);
		(*minimal)->append(minimal, c->chain->cert[i].p, c->chain->cert[i].n);
		(*minimal)->end_cert(minimal);
		if (*at == c->chain->n && e->watch.minimal.err != 0)
			*at = i;
	}
	code = (*minimal)->end_chain(minimal);
	return code == 0 ? BR_ERR_X509_OK : (int)code;
}

const char *tls_engine_suite(const struct tls_engine *e)
{
	for (size_t i = 0; i < SUITES; i++)
		if (suites[i].id == e->client.eng.session.cipher_suite)
			return suites[i].name;
	return "";
}
