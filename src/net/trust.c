#include "net/trust.h"

#include <string.h>

#include "net/tls_sha256.h"
#include "text/pem.h"
#include "text/spki.h"

enum {
	RSA_BITS_MIN = 2048, /* what is accepted of a server, too */
	RSA_BITS_MAX = 4096  /* the engine's limit */
};

/* What became of one certificate. */
enum added { ADDED, ADDED_BEFORE, ADDED_NOT_USABLE, ADDED_NO_ROOM };

void trust_init(struct trust *t, bool embedded)
{
	t->n = t->embedded = t->skipped = t->used = 0;
	if (!embedded)
		return;
	for (size_t i = 0; i < trust_roots_count && i < TRUST_ANCHORS_MAX; i++)
		t->anchor[t->n++] = trust_roots[i];
	t->embedded = t->n;
}

static bool known(const struct trust *t, const unsigned char *sha256)
{
	for (size_t i = 0; i < t->n; i++)
		if (memcmp(t->anchor[i].sha256, sha256, sizeof t->anchor[i].sha256) == 0)
			return true;
	return false;
}

static bool usable_key(const struct spki *k, enum trust_key *key)
{
	switch (k->key) {
	case DER_KEY_RSA:
		*key = TRUST_RSA;
		return k->bits >= RSA_BITS_MIN && k->bits <= RSA_BITS_MAX;
	case DER_KEY_P256:
		*key = TRUST_P256;
		return true;
	case DER_KEY_P384:
		*key = TRUST_P384;
		return true;
	case DER_KEY_P521:
		*key = TRUST_P521;
		return true;
	case DER_KEY_OTHER:
	case DER_KEY_ED25519:
		break;
	}
	return false;
}

/* Move a part of the certificate to the end of what is kept. The parts come in the order in which they stand in
 * the certificate, which itself lies behind what is kept: no part is overwritten before its turn. */
static struct span keep(struct trust *t, struct span part)
{
	unsigned char *to = t->arena + t->used;

	if (part.n != 0)
		memmove(to, part.p, part.n);
	t->used += part.n;
	return (struct span){ to, part.n };
}

/* `der` lies in the arena, at its first unused byte. */
static enum added add(struct trust *t, struct span der)
{
	struct trust_anchor a = { .not_after = 0 };
	struct der_cert c;
	struct spki k;

	if (!der_cert(der, &c) || !spki_read(c.spki, &k) || !usable_key(&k, &a.key))
		return ADDED_NOT_USABLE;
	tls_sha256(der, a.sha256);
	if (known(t, a.sha256))
		return ADDED_BEFORE;
	if (t->n == TRUST_ANCHORS_MAX)
		return ADDED_NO_ROOM;
	a.direct = !c.is_ca;
	a.not_after = c.not_after;
	a.subject = keep(t, c.subject);
	a.a = keep(t, k.a);
	a.b = keep(t, k.b);
	if (c.has_name_constraints)
		a.constraints = keep(t, c.name_constraints);
	t->anchor[t->n++] = a;
	return ADDED;
}

static bool no_room(const struct trust *t, struct fault *f)
{
	return fault_say(f, FAULT_CA_FILE, (int64_t)t->n, "too many certificates: no room after %zu", t->n);
}

bool trust_add(struct trust *t, struct span pem, struct fault *f)
{
	struct span label;
	size_t at = 0, usable = 0, before = t->skipped;
	bool bad = false;

	for (;;) {
		struct buf der = { t->arena + t->used, sizeof t->arena - t->used, 0, false };

		bool found = pem_next(pem, &at, &label, &der, &bad);

		t->skipped += bad;
		if (!found)
			break;
		if (!span_eq(label, SPAN("CERTIFICATE")))
			continue;
		if (!buf_ok(&der))
			return no_room(t, f);
		switch (add(t, buf_span(&der))) {
		case ADDED:
		case ADDED_BEFORE:
			usable++;
			break;
		case ADDED_NOT_USABLE:
			t->skipped++;
			break;
		case ADDED_NO_ROOM:
			return no_room(t, f);
		}
	}
	if (usable != 0)
		return true;
	return fault_set(f, FAULT_CA_FILE, (int64_t)(t->skipped - before),
	                 t->skipped == before ? SPAN("no certificate") : SPAN("no usable certificate"));
}
