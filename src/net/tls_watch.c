#include "net/tls_watch.h"

#include <string.h>

static struct tls_watch *watch(const br_x509_class *const *c)
{
	return (struct tls_watch *)(void *)c;
}

static const br_x509_class **inner(struct tls_watch *w)
{
	return &w->minimal.vtable;
}

static void start_chain(const br_x509_class **c, const char *name)
{
	struct tls_watch *w = watch(c);

	w->chain->n = w->chain->left_out = 0;
	w->chain->used = 0;
	w->seen = w->at = 0;
	w->decided = w->keeping = false;
	(*inner(w))->start_chain(inner(w), w->named ? name : NULL);
}

static void start_cert(const br_x509_class **c, uint32_t length)
{
	struct tls_watch *w = watch(c);
	struct tls_chain *chain = w->chain;

	w->keeping = chain->left_out == 0 && chain->n < TLS_CHAIN_MAX && length <= TLS_CERT_MAX;
	if (w->keeping)
		chain->cert[chain->n] = (struct span){ chain->der + chain->used, 0 };
	else
		chain->left_out++;
	(*inner(w))->start_cert(inner(w), length);
}

static void append(const br_x509_class **c, const unsigned char *p, size_t n)
{
	struct tls_watch *w = watch(c);
	struct tls_chain *chain = w->chain;

	if (w->keeping && n <= TLS_CERT_MAX - chain->cert[chain->n].n) {
		memcpy(chain->der + chain->used, p, n);
		chain->used += n;
		chain->cert[chain->n].n += n;
	}
	(*inner(w))->append(inner(w), p, n);
}

/* minimal decides inside of a certificate, says so only at the end of the chain, and ignores what comes after. */
static void end_cert(const br_x509_class **c)
{
	struct tls_watch *w = watch(c);

	(*inner(w))->end_cert(inner(w));
	if (!w->decided) {
		w->at = w->seen;
		w->decided = w->minimal.err != 0;
	}
	if (w->keeping)
		w->chain->n++;
	w->seen++;
}

static unsigned end_chain(const br_x509_class **c)
{
	struct tls_watch *w = watch(c);

	if (!w->decided)
		w->at = w->seen;
	return (*inner(w))->end_chain(inner(w));
}

static const br_x509_pkey *get_pkey(const br_x509_class *const *c, unsigned *usages)
{
	struct tls_watch *w = watch(c);

	return (*inner(w))->get_pkey(&w->minimal.vtable, usages);
}

void tls_watch_init(struct tls_watch *w, struct tls_chain *chain, bool named)
{
	static const br_x509_class class = {
		sizeof(struct tls_watch), start_chain, start_cert, append, end_cert, end_chain, get_pkey
	};

	w->vtable = &class;
	w->chain = chain;
	w->named = named;
	w->seen = w->at = 0;
	w->decided = w->keeping = false;
}
