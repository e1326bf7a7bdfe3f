/* net/trust: anchors from PEM texts, with any scratch that is left for them. */
#include "t.h"

#include "net/tls_sha256.h"
#include "net/trust.h"
#include "text/der.h"
#include "text/dn.h"
#include "text/pem.h"

#include "tls_certs.h"

static struct trust trust;

static bool add(const char *pem, struct fault *f)
{
	*f = (struct fault){ .code = FAULT_NONE };
	return trust_add(&trust, edge_span(span_z(pem)), f);
}

static struct span der_of(const char *pem)
{
	static unsigned char der[8000];
	struct buf out = BUF(der);
	struct span label;
	size_t at = 0;
	bool bad;

	OK(pem_next(span_z(pem), &at, &label, &out, &bad));
	return buf_span(&out);
}

TEST(the_embedded_roots)
{
	trust_init(&trust, true);
	EQ(trust.n, trust_roots_count);
	EQ(trust.embedded, trust_roots_count);
	OK(trust.n >= 5);
	for (size_t i = 0; i < trust.n; i++) {
		const struct trust_anchor *a = &trust.anchor[i];

		OK(a->subject.n > 20 && a->subject.p[0] == 0x30);
		OK(a->not_after > 1767225600);
		OK(!a->direct);
		if (a->key == TRUST_RSA)
			OK(a->a.n >= 256 && a->a.p[0] != 0 && a->b.n != 0);
		else
			OK(a->a.n >= 65 && a->a.p[0] == 4 && a->b.n == 0);
	}
	trust_init(&trust, false);
	EQ(trust.n, 0u);
	EQ(trust.embedded, 0u);
}

TEST(what_an_anchor_keeps)
{
	struct fault f;
	unsigned char sha256[32];
	char text[200];
	struct buf name = BUF(text);

	trust_init(&trust, false);
	OK(add(rsa_root, &f));
	OK(add(ec_root, &f));
	EQ(trust.n, 2u);
	EQ(trust.skipped, 0u);

	EQ(trust.anchor[0].key, TRUST_RSA);
	EQ(trust.anchor[0].a.n, 256u);
	EQ(trust.anchor[0].b, SPAN("\1\0\1"));
	EQ(trust.anchor[0].not_after, 2208988800);
	OK(!trust.anchor[0].direct);
	tls_sha256(der_of(rsa_root), sha256);
	OK(memcmp(sha256, trust.anchor[0].sha256, 32) == 0);
	dn_put(&name, trust.anchor[0].subject);
	EQ(buf_span(&name), SPAN("CN=RSA Root, O=Example"));

	EQ(trust.anchor[1].key, TRUST_P384);
	EQ(trust.anchor[1].a.n, 97u);
	EQ(trust.anchor[1].b.n, 0u);
	name.n = 0;
	dn_put(&name, trust.anchor[1].subject);
	EQ(buf_span(&name), SPAN("CN=EC Root, O=Example"));
	EQ(trust.anchor[1].constraints.n, 0u);
}

TEST(direct_anchors_and_constrained_ones)
{
	struct fault f;

	trust_init(&trust, false);
	OK(add(self_signed, &f));
	OK(trust.anchor[0].direct);
	OK(add(root_excluding, &f));
	OK(!trust.anchor[1].direct);
	OK(trust.anchor[1].constraints.n > 10);
	OK(!der_constraints_allow(trust.anchor[1].constraints, SPAN("mail.example.test")));
	OK(der_constraints_allow(trust.anchor[1].constraints, SPAN("mail.other.test")));
}

TEST(a_bundle_with_other_things_in_it)
{
	static char text[30000];
	struct fault f;

	snprintf(text, sizeof text,
	         "\xef\xbb\xbf# comment\r\n%s\n%s junk\n%s%s"
	         "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
	         "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n%s%s",
	         rsa_root, ec_leaf_key, leaf_weak, ec_root, ec_root, "-----BEGIN CERTIFICATE-----\nMIIB");
	trust_init(&trust, false);
	OK(add(text, &f));
	EQ(trust.n, 2u);
	EQ(trust.skipped, 4u); /* the weak key, the short one, the broken one, the one without an end */
}

TEST(piece_by_piece)
{
	struct fault f;

	trust_init(&trust, true);
	OK(add(rsa_root, &f));
	OK(add(rsa_root, &f));
	EQ(trust.n, trust.embedded + 1);
	EQ(trust.skipped, 0u);
}

TEST(texts_without_a_usable_certificate)
{
	static const struct {
		const char *pem, *evidence;
		size_t skipped;
	} row[] = {
		{ "", "no certificate", 0 },
		{ "hello", "no certificate", 0 },
		{ ec_leaf_key, "no certificate", 0 },
		{ leaf_weak, "no usable certificate", 1 },
		{ "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "no usable certificate", 1 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f;

		trust_init(&trust, false);
		OK(!add(row[i].pem, &f));
		EQ(f.code, FAULT_CA_FILE);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
		EQ(trust.n, 0u);
		EQ(trust.skipped, row[i].skipped);
	}
}

TEST(too_many_anchors)
{
	struct fault f;

	trust_init(&trust, false);
	memset(trust.anchor, 0, sizeof trust.anchor);
	trust.n = TRUST_ANCHORS_MAX - 1;
	OK(add(rsa_root, &f));
	EQ(trust.n, TRUST_ANCHORS_MAX);
	OK(add(rsa_root, &f)); /* known already */
	OK(!add(ec_root, &f));
	EQ(f.code, FAULT_CA_FILE);
	EQ(fault_evidence(&f), SPAN("too many certificates: no room after 256"));
	EQ(trust.n, TRUST_ANCHORS_MAX);
}

/* The arena ends where the page ends: one byte too far is a crash. */
TEST(every_room_in_the_arena)
{
	size_t der = der_of(rsa_root).n;

	UPTO(scratch, der + 1)
	{
		struct trust *t = (struct trust *)(void *)edge_out(sizeof *t);
		struct fault f = { .code = FAULT_NONE };
		bool good;

		trust_init(t, false);
		t->used = sizeof t->arena - scratch;
		good = trust_add(t, span_z(rsa_root), &f);
		OK(good == (scratch >= der));
		EQ(t->n, good ? 1u : 0u);
		OK(good || f.code == FAULT_CA_FILE);
		OK(t->used <= sizeof t->arena);
	}
}

TEST(every_prefix_and_every_changed_byte)
{
	static char text[3000];
	size_t n = strlen(ec_root);

	for (size_t i = 0; i < n; i++) {
		struct fault f = { .code = FAULT_NONE };

		trust_init(&trust, false);
		OK(!trust_add(&trust, edge_span(span_first(span_z(ec_root), i > n - 8 ? n - 8 : i)), &f));
		t_areas = 0;
		memcpy(text, ec_root, n);
		text[i] ^= 1;
		f.code = FAULT_NONE;
		trust_init(&trust, false);
		OK(trust_add(&trust, (struct span){ (unsigned char *)text, n }, &f) == (trust.n == 1));
	}
}
