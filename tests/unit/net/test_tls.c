/* net/tls: sessions with a BearSSL server and with peers that mean harm. */
#include "t.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "net/tls.h"
#include "text/der.h"

#include "tls_certs.h"
#include "tls_peer.h"

enum {
	SOON_MS = 20000, /* a deadline that no test is meant to reach, under qemu neither */
	NOW = 1767225600 /* 2026-01-01, when all good certificates are valid */
};

static struct tls tls;
static struct trust trust;

/* ---- the kernel's randomness, as bad as wanted ------------------------------------------------- */

static enum { RANDOM_GOOD, RANDOM_GRUDGING, RANDOM_NONE } kernel;
static unsigned kernel_asked;

ssize_t getrandom(void *p, size_t n, unsigned flags)
{
	kernel_asked++;
	OK(flags == 0);
	if (kernel == RANDOM_NONE || (kernel == RANDOM_GRUDGING && kernel_asked % 2 == 1)) {
		errno = kernel == RANDOM_NONE ? ENOSYS : EINTR;
		return -1;
	}
	if (kernel == RANDOM_GRUDGING && n > 5)
		n = 5;
	return syscall(SYS_getrandom, p, n, flags);
}

/* ---- helpers ----------------------------------------------------------------------------------- */

static void trust_only(const char *pem)
{
	struct fault f = { .code = FAULT_NONE };

	trust_init(&trust, false);
	if (pem != NULL)
		OK(trust_add(&trust, span_z(pem), &f));
}

static bool start(struct stream under, const char *host, int64_t now, struct fault *f)
{
	struct tls_question q = { .host = edge_span(span_z(host)), .trust = &trust, .now = now };

	*f = (struct fault){ .code = FAULT_NONE };
	memset(&tls, 0xee, sizeof tls); /* nothing may be taken for granted */
	return tls_start(&tls, under, &q, f);
}

/* Read until the end or `want` bytes; false on a fault. */
static bool read_up_to(struct stream *s, size_t want, struct buf *to, struct fault *f)
{
	while (to->n < want) {
		size_t n;

		if (!stream_read(s, to->p + to->n, to->cap - to->n, &n, f))
			return false;
		if (n == 0)
			break;
		to->n += n;
	}
	return true;
}

static bool has(const struct fault *f, const char *words)
{
	size_t at;

	if (span_find(fault_evidence(f), span_z(words), &at))
		return true;
	printf("# evidence: %.*s\n", (int)f->n, f->evidence);
	return false;
}

/* ---- what the server does after the handshake --------------------------------------------------- */

static int then_greet(struct peer_session *s)
{
	return peer_put(s, "+OK ready\r\n", 11) && peer_closed_cleanly(s) ? 0 : 1;
}

static int then_close(struct peer_session *s)
{
	if (!peer_put(s, "+OK ready\r\n", 11))
		return 1;
	br_ssl_engine_close(&s->server.eng);
	br_sslio_flush(&s->io);
	return 0;
}

static int then_vanish(struct peer_session *s)
{
	return peer_put(s, "+OK ready\r\n", 11) ? 0 : 1;
}

static int then_echo(struct peer_session *s)
{
	static unsigned char p[20000];
	int n;

	if (!peer_put(s, "ready", 5))
		return 1;
	while ((n = br_sslio_read(&s->io, p, sizeof p)) > 0)
		if (!peer_put(s, p, (size_t)n))
			return 2;
	return br_ssl_engine_last_error(&s->server.eng) == 0 ? 0 : 3;
}

enum { LARGE = 100000 };

static unsigned char large(size_t i)
{
	return (unsigned char)(i * 31 + i / 1021);
}

static int then_send_large(struct peer_session *s)
{
	static unsigned char p[LARGE];

	for (size_t i = 0; i < LARGE; i++)
		p[i] = large(i);
	if (!peer_put(s, p, LARGE))
		return 1;
	br_ssl_engine_close(&s->server.eng);
	br_sslio_flush(&s->io);
	return 0;
}

/* Records that hold nothing, for ever. */
static int then_say_nothing(struct peer_session *s)
{
	if (!peer_put(s, "+OK", 3))
		return 1;
	do
		br_ssl_engine_flush(&s->server.eng, 1);
	while (br_sslio_flush(&s->io) == 0);
	return 0;
}

static int then_renegotiate(struct peer_session *s)
{
	if (!peer_put(s, "one", 3))
		return 1;
	br_ssl_engine_renegotiate(&s->server.eng);
	br_sslio_flush(&s->io);
	return br_ssl_engine_last_error(&s->server.eng) == BR_ERR_RECV_FATAL_ALERT + 100 ? 0 : 2;
}

static const struct peer ec_peer = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_greet };

/* ---- chains ------------------------------------------------------------------------------------ */

struct chain_row {
	const char *name;
	const char *chain[PEER_CHAIN_MAX];
	const char *key, *anchor, *host;
	int64_t now;
	enum fault_code code;
	int num;
	const char *evidence;
	unsigned kept;
};

#define EC   ec_leaf_key, ec_root
#define RSA  rsa_leaf_key, rsa_root
#define MAIL "mail.example.test"

static const struct chain_row chain_rows[] = {
	{ "EC", { ec_leaf, ec_ica }, EC, MAIL, NOW, FAULT_NONE, 0, "", 2 },
	{ "RSA", { rsa_leaf, rsa_ica }, RSA, MAIL, NOW, FAULT_NONE, 0, "", 2 },
	{ "with the root", { ec_leaf, ec_ica, ec_root }, EC, MAIL, NOW, FAULT_NONE, 0, "", 3 },
	{ "intermediate as anchor", { ec_leaf }, ec_leaf_key, ec_ica, MAIL, NOW, FAULT_NONE, 0, "", 1 },
	{ "capitals", { rsa_leaf, rsa_ica }, RSA, "MAIL.Example.TEST", NOW, FAULT_NONE, 0, "", 2 },
	{ "final dot", { rsa_leaf, rsa_ica }, RSA, MAIL ".", NOW, FAULT_NONE, 0, "", 2 },
	{ "wildcard", { rsa_leaf, rsa_ica }, RSA, "a.wild.example.test", NOW, FAULT_NONE, 0, "", 2 },
	{ "wildcard, two labels",
	  { rsa_leaf, rsa_ica },
	  RSA,
	  "a.b.wild.example.test",
	  NOW,
	  FAULT_CERT_NAME,
	  56,
	  "the certificate is for mail.example.test, *.wild.example.test, 127.0.0.1, ::1",
	  2 },
	{ "IPv4", { rsa_leaf, rsa_ica }, RSA, "127.0.0.1", NOW, FAULT_NONE, 0, "", 2 },
	{ "IPv6", { rsa_leaf, rsa_ica }, RSA, "::1", NOW, FAULT_NONE, 0, "", 2 },
	{ "IPv6 with scope", { rsa_leaf, rsa_ica }, RSA, "0:0::1%lo", NOW, FAULT_NONE, 0, "", 2 },
	{ "IPv4 with final dot", { rsa_leaf, rsa_ica }, RSA, "127.0.0.1.", NOW, FAULT_NONE, 0, "", 2 },
	{ "a name with a scope", { rsa_leaf, rsa_ica }, RSA, MAIL "%lo", NOW, FAULT_CERT_NAME, 56, "", 2 },
	{ "other IPv4",
	  { rsa_leaf, rsa_ica },
	  RSA,
	  "127.0.0.2",
	  NOW,
	  FAULT_CERT_NAME,
	  56,
	  "is for mail.example.test",
	  2 },
	{ "an address as text",
	  { leaf_text_ip, ec_ica },
	  EC,
	  "127.0.0.1",
	  NOW,
	  FAULT_CERT_NAME,
	  56,
	  "the certificate is for 127.0.0.1",
	  2 },
	{ "many names",
	  { leaf_names, ec_ica },
	  EC,
	  "x.test",
	  NOW,
	  FAULT_CERT_NAME,
	  56,
	  "the certificate is for a.test, b.test, 192.0.2.1, e.test, f.test and 2 more",
	  2 },
	{ "common name only", { leaf_plain, ec_ica }, EC, MAIL, NOW, FAULT_NONE, 0, "", 2 },
	{ "other common name",
	  { leaf_plain, ec_ica },
	  EC,
	  "x.test",
	  NOW,
	  FAULT_CERT_NAME,
	  56,
	  "the certificate is for CN=mail.example.test, O=Example",
	  2 },
	{ "expired",
	  { ec_leaf, ec_ica },
	  EC,
	  MAIL,
	  1830297600,
	  FAULT_CERT_EXPIRED,
	  54,
	  "certificate 1, CN=EC Leaf, O=Example: valid from 2025-01-01 00:00:00Z to 2027-01-01 00:00:00Z, "
	  "the clock here says 2028-01-01 00:00:00Z",
	  2 },
	{ "not yet",
	  { ec_leaf, ec_ica },
	  EC,
	  MAIL,
	  1704067200,
	  FAULT_CERT_NOT_YET,
	  54,
	  "the clock here says 2024-01-01 00:00:00Z",
	  2 },
	{ "clock before 1970", { ec_leaf, ec_ica }, EC, MAIL, -1, FAULT_CERT_NOT_YET, 54, "the clock here says", 2 },
	{ "first second", { ec_leaf, ec_ica }, EC, MAIL, 1735689600, FAULT_NONE, 0, "", 2 },
	{ "a second before", { ec_leaf, ec_ica }, EC, MAIL, 1735689599, FAULT_CERT_NOT_YET, 54, "", 2 },
	{ "last second", { ec_leaf, ec_ica }, EC, MAIL, 1798761600, FAULT_NONE, 0, "", 2 },
	{ "a second after", { ec_leaf, ec_ica }, EC, MAIL, 1798761601, FAULT_CERT_EXPIRED, 54, "", 2 },
	{ "intermediate expired",
	  { ec_leaf, ica_expired },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_EXPIRED,
	  54,
	  "certificate 2, CN=EC Intermediate, O=Example: valid from 2020",
	  2 },
	{ "other root",
	  { ec_leaf, ec_ica },
	  ec_leaf_key,
	  rsa_root,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNTRUSTED,
	  62,
	  "issuer CN=EC Intermediate, O=Example; the chain ends with issuer CN=EC Root, O=Example",
	  2 },
	{ "no root", { ec_leaf, ec_ica }, ec_leaf_key, NULL, MAIL, NOW, FAULT_CERT_UNTRUSTED, 62, "issuer CN=", 2 },
	{ "no intermediate",
	  { ec_leaf },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNTRUSTED,
	  62,
	  "issuer CN=EC Intermediate, O=Example",
	  1 },
	{ "self-signed",
	  { self_signed },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNTRUSTED,
	  62,
	  "issuer CN=Self, O=Example (self-signed)",
	  1 },
	{ "self-signed and known", { self_signed }, ec_leaf_key, self_signed, MAIL, NOW, FAULT_NONE, 0, "", 1 },
	{ "leaf as anchor", { ec_leaf, ec_ica }, ec_leaf_key, ec_leaf, MAIL, NOW, FAULT_NONE, 0, "", 2 },
	{ "leaf as anchor, other name", { ec_leaf }, ec_leaf_key, ec_leaf, "x.test", NOW, FAULT_CERT_NAME, 56, "", 1 },
	{ "an anchor that is no CA", { ec_leaf }, ec_leaf_key, ica_no_ca, MAIL, NOW, FAULT_CERT_UNTRUSTED, 62, "", 1 },
	{ "wrong order",
	  { ec_leaf, ec_root, ec_ica },
	  ec_leaf_key,
	  rsa_root,
	  MAIL,
	  NOW,
	  FAULT_CERT_CHAIN,
	  55,
	  "certificate 2, CN=EC Root, O=Example: DN_MISMATCH, the certificate before it was issued by "
	  "CN=EC Intermediate, O=Example",
	  3 },
	{ "foreign behind the path", { ec_leaf, ec_ica, rsa_ica }, EC, MAIL, NOW, FAULT_NONE, 0, "", 3 },
	{ "unfit behind the path", { ec_leaf, ec_ica, ica_code, leaf_client }, EC, MAIL, NOW, FAULT_NONE, 0, "", 4 },
	{ "too long behind the path", { ec_leaf, ec_ica, leaf_long, ec_root }, EC, MAIL, NOW, FAULT_NONE, 0, "", 2 },
	{ "intermediate's other key",
	  { ec_leaf, ica_other_key },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_CHAIN,
	  52,
	  "certificate 2, CN=EC Intermediate, O=Example: BAD_SIGNATURE",
	  2 },
	{ "intermediate is no CA", { ec_leaf, ica_no_ca }, EC, MAIL, NOW, FAULT_CERT_CHAIN, 58, "NOT_CA", 2 },
	{ "for clients",
	  { leaf_client, ec_ica },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_USAGE,
	  59,
	  "certificate 1, CN=Client, O=Example: extended key usage without serverAuth",
	  2 },
	{ "for anything", { leaf_any, ec_ica }, EC, MAIL, NOW, FAULT_NONE, 0, "", 2 },
	{ "intermediate for code",
	  { ec_leaf, ica_code },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_USAGE,
	  59,
	  "certificate 2, CN=EC Intermediate, O=Example: extended key usage without serverAuth",
	  2 },
	{ "name excluded",
	  { ec_leaf, ica_excluding },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_CONSTRAINT,
	  57,
	  "certificate 2, CN=EC Intermediate, O=Example: its name constraints do not allow mail.example.test",
	  2 },
	{ "name permitted", { ec_leaf, ica_permitting }, EC, MAIL, NOW, FAULT_NONE, 0, "", 2 },
	{ "name excluded by the root",
	  { ec_leaf, ec_ica },
	  ec_leaf_key,
	  root_excluding,
	  MAIL,
	  NOW,
	  FAULT_CERT_CONSTRAINT,
	  57,
	  "the anchor, CN=EC Root, O=Example: its name constraints do not allow mail.example.test",
	  2 },
	{ "critical constraint",
	  { ec_leaf, ica_critical },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNSUPPORTED,
	  57,
	  "certificate 2, CN=EC Intermediate, O=Example: CRITICAL_EXTENSION",
	  2 },
	{ "RSA 1024",
	  { leaf_weak, ec_ica },
	  rsa_weak_key,
	  ec_root,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNSUPPORTED,
	  60,
	  "certificate 1, CN=Weak, O=Example: WEAK_PUBLIC_KEY, signed with ecdsa-with-SHA256, RSA key of 1024 bits",
	  2 },
	{ "too long to keep",
	  { leaf_long, ec_ica },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNSUPPORTED,
	  50,
	  "certificate 1: too long, or too far down the chain",
	  0 },
	{ "intermediate too long to keep",
	  { ec_leaf, ica_long },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNSUPPORTED,
	  50,
	  "certificate 2: too long, or too far down the chain",
	  1 },
	{ "RSA 2047",
	  { leaf_odd, ec_ica },
	  rsa_odd_key,
	  ec_root,
	  MAIL,
	  NOW,
	  FAULT_CERT_UNSUPPORTED,
	  60,
	  "certificate 1, CN=Odd, O=Example: an RSA key of less than 2048 bits",
	  2 },
	{ "usage that makes no sense",
	  { leaf_bad_usage, ec_ica },
	  EC,
	  MAIL,
	  NOW,
	  FAULT_CERT_MALFORMED,
	  41,
	  "certificate 1: not a well-formed certificate",
	  2 },
	{ "somebody else's key",
	  { rsa_leaf, rsa_ica },
	  rsa_weak_key,
	  rsa_root,
	  MAIL,
	  NOW,
	  FAULT_TLS_TAMPERED,
	  27,
	  "BAD_SIGNATURE",
	  2 },
};

/* A chain that names the anchor, whose key has not signed it. */
TEST(a_forged_chain_is_called_so)
{
	static const struct peer p = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_greet };
	unsigned char other[256];
	struct stream s;
	struct fault f;
	struct tcp t;

	trust_only(ec_root);
	memcpy(other, trust.anchor[0].a.p, trust.anchor[0].a.n);
	other[trust.anchor[0].a.n - 1] ^= 1;
	trust.anchor[0].a.p = other;
	t = peer_start(peer_serve, &p, SOON_MS);
	OK(!start(tcp_stream(&t), MAIL, NOW, &f));
	EQ(f.code, FAULT_CERT_FORGED);
	OK(has(&f, "the chain leads to CN=EC Root, O=Example, which has not signed it"));
	s = tls_stream(&tls);
	stream_close(&s);
	peer_end(&t);
}

TEST(chains)
{
	for (size_t i = 0; i < COUNT(chain_rows); i++) {
		const struct chain_row *row = &chain_rows[i];
		struct peer p = { .key = row->key, .then = then_greet };
		struct fault f;
		struct stream s;
		struct tcp t;

		t_at("%s", row->name);
		memcpy(p.chain, row->chain, sizeof p.chain);
		trust_only(row->anchor);
		t = peer_start(peer_serve, &p, SOON_MS);
		OK(start(tcp_stream(&t), row->host, row->now, &f) == (row->code == FAULT_NONE));
		EQ(f.code, row->code);
		EQ(f.num, row->num);
		EQ(tls.engine_error, row->num);
		OK(has(&f, row->evidence));
		EQ(tls.chain.n, row->kept);
		EQ(tls.handshake_done, row->code == FAULT_NONE);
		EQ(tls_version(&tls), row->code == FAULT_NONE ? "TLS 1.2" : "");
		OK(tls_anchor(&tls) == (row->code == FAULT_NONE ? &trust.anchor[0] : NULL));
		s = tls_stream(&tls);
		stream_close(&s);
		EQ(t.fd, -1);
		peer_end(&t);
	}
}

/* Refused for the time: is there a moment that would do, and nothing else wrong? */
TEST(the_moment_that_a_chain_suits)
{
	enum { BEGIN = 1735689600, END = 1798761600, LATE = 1830297600, EARLY = 1704067200 };
	static const char pin[] = "0000000000000000000000000000000000000000000000000000000000000000";
	static const struct {
		const char *name, *chain[2], *anchor, *host, *pin;
		int64_t now, suits;
	} rows[] = {
		{ "in time", { ec_leaf, ec_ica }, ec_root, MAIL, "", NOW, 0 },
		{ "expired", { ec_leaf, ec_ica }, ec_root, MAIL, "", LATE, END },
		{ "a second after", { ec_leaf, ec_ica }, ec_root, MAIL, "", END + 1, END },
		{ "not yet", { ec_leaf, ec_ica }, ec_root, MAIL, "", EARLY, BEGIN },
		{ "1970", { ec_leaf, ec_ica }, ec_root, MAIL, "", 0, BEGIN },
		{ "before 1970", { ec_leaf, ec_ica }, ec_root, MAIL, "", -1, BEGIN },
		{ "the issuer ended before", { ec_leaf, ica_expired }, ec_root, MAIL, "", NOW, 0 },
		{ "nor trusted", { ec_leaf, ec_ica }, rsa_root, MAIL, "", LATE, 0 },
		{ "nor complete", { ec_leaf }, ec_root, MAIL, "", LATE, 0 },
		{ "nor for this name", { ec_leaf, ec_ica }, ec_root, "x.test", "", LATE, 0 },
		{ "nor this key", { ec_leaf, ec_ica }, ec_root, MAIL, pin, LATE, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct peer p = { .chain = { rows[i].chain[0], rows[i].chain[1] },
			          .key = ec_leaf_key,
			          .then = then_greet };
		struct tls_question q = {
			.host = span_z(rows[i].host), .trust = &trust, .now = rows[i].now, .pin = span_z(rows[i].pin)
		};
		struct fault f = { .code = FAULT_NONE };
		struct stream s;
		struct tcp t;

		t_at("%s", rows[i].name);
		trust_only(rows[i].anchor);
		t = peer_start(peer_serve, &p, SOON_MS);
		memset(&tls, 0xee, sizeof tls);
		EQ(tls_start(&tls, tcp_stream(&t), &q, &f), i == 0);
		EQ(tls.suits, rows[i].suits);
		s = tls_stream(&tls);
		stream_close(&s);
		peer_end(&t);
	}
}

TEST(suites_are_named)
{
	static const struct {
		const struct peer peer;
		const char *root, *suite;
	} row[] = {
		{ { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_greet }, ec_root, "ECDHE-ECDSA-AES256-GCM-SHA384" },
		{ { { rsa_leaf, rsa_ica }, rsa_leaf_key, 0, then_greet }, rsa_root, "ECDHE-RSA-AES256-GCM-SHA384" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct tcp t = peer_start(peer_serve, &row[i].peer, SOON_MS);
		struct fault f;

		trust_only(row[i].root);
		OK(start(tcp_stream(&t), MAIL, NOW, &f));
		EQ(tls_suite(&tls), row[i].suite);
		peer_end(&t);
	}
}

TEST(the_chain_is_kept_as_it_came)
{
	unsigned char scratch[5000];
	struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
	struct fault f;

	trust_only(NULL);
	OK(!start(tcp_stream(&t), MAIL, NOW, &f));
	EQ(tls.chain.n, 2u);
	EQ(tls.chain.left_out, 0u);
	EQ(tls.chain.cert[0], peer_der(ec_leaf, scratch, sizeof scratch));
	EQ(tls.chain.cert[1], peer_der(ec_ica, scratch, sizeof scratch));
	peer_end(&t);
}

TEST(certificates_that_end_early)
{
	for (int cut = 1; cut < 400; cut += 13) {
		struct peer p = ec_peer;
		struct tcp t;
		struct fault f;

		t_at("cut %d", cut);
		p.cut = cut;
		t = peer_start(peer_serve, &p, SOON_MS);
		trust_only(ec_root);
		OK(!start(tcp_stream(&t), MAIL, NOW, &f));
		EQ(f.code, FAULT_CERT_MALFORMED);
		OK(has(&f, "certificate 1: "));
		peer_end(&t);
	}
}

TEST(two_anchors_of_one_name_are_none)
{
	struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
	struct fault f = { .code = FAULT_NONE };

	trust_only(ec_root);
	trust.anchor[trust.n] = trust.anchor[0];
	trust.n++;
	OK(start(tcp_stream(&t), MAIL, NOW, &f));
	OK(tls_anchor(&tls) == NULL);
	peer_end(&t);
}

TEST(pins)
{
	unsigned char scratch[2000], sha256[32];
	struct span der = peer_der(ec_leaf, scratch, sizeof scratch);
	struct der_cert c = { .is_ca = false };
	char good[65], other[65];
	struct buf b = { (unsigned char *)good, 64, 0, false };
	struct {
		const char *pin;
		enum fault_code code;
	} row[] = {
		{ good, FAULT_NONE },
		{ other, FAULT_CERT_PIN },
		{ "00", FAULT_SETTING_BAD },
		{ "g0000000000000000000000000000000000000000000000000000000000000000", FAULT_SETTING_BAD },
		{ "g000000000000000000000000000000000000000000000000000000000000000", FAULT_SETTING_BAD },
		{ "/000000000000000000000000000000000000000000000000000000000000000", FAULT_SETTING_BAD },
	};

	OK(der_cert(der, &c));
	tls_sha256(c.spki, sha256);
	buf_hex(&b, (struct span){ sha256, sizeof sha256 });
	good[64] = other[64] = '\0';
	memcpy(other, good, 64);
	other[63] = other[63] == 'A' ? '1' : 'A';
	good[0] = good[0] >= 'a' ? (char)(good[0] - 'a' + 'A') : good[0];
	trust_only(ec_root);
	for (size_t i = 0; i < COUNT(row); i++) {
		struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
		struct tls_question q = { .host = SPAN(MAIL), .trust = &trust, .now = NOW, .pin = span_z(row[i].pin) };
		struct fault f = { .code = FAULT_NONE };

		t_at("%s", row[i].pin);
		OK(tls_start(&tls, tcp_stream(&t), &q, &f) == (row[i].code == FAULT_NONE));
		EQ(f.code, row[i].code);
		if (f.code == FAULT_CERT_PIN) {
			good[0] = (char)(good[0] | 0x20);
			OK(has(&f, "the key's SHA-256 is "));
			OK(has(&f, good));
		}
		peer_end(&t);
	}
}

TEST(hosts_that_are_none)
{
	static const struct span row[] = {
		SPAN_INIT(""),
		SPAN_INIT("."),
		SPAN_INIT("a\0b"),
		SPAN_INIT("mail.example.test\0"),
	};
	char longest[DNS_HOST_MAX + 2];

	memset(longest, 'a', sizeof longest);
	trust_only(ec_root);
	for (size_t i = 0; i <= COUNT(row); i++) {
		struct peer_wire w = { .cap = 0 };
		struct fault f = { .code = FAULT_NONE };
		struct tls_question q = { .trust = &trust, .now = NOW };

		q.host = i < COUNT(row) ? edge_span(row[i]) : (struct span){ (unsigned char *)longest, sizeof longest };
		OK(!tls_start(&tls, peer_wire_stream(&w), &q, &f));
		EQ(f.code, FAULT_SETTING_BAD);
		EQ(w.reads + w.writes, 0u);
	}
}

/* ---- randomness -------------------------------------------------------------------------------- */

TEST(no_randomness_no_session)
{
	struct peer_wire w = { .cap = 0 };
	struct fault f;

	trust_only(ec_root);
	kernel = RANDOM_NONE;
	kernel_asked = 0;
	OK(!start(peer_wire_stream(&w), MAIL, NOW, &f));
	kernel = RANDOM_GOOD;
	EQ(f.code, FAULT_NO_RANDOM);
	EQ(f.num, ENOSYS);
	EQ(kernel_asked, 1u);
	EQ(w.writes, 0u);
}

TEST(randomness_in_drops)
{
	struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
	struct fault f;

	trust_only(ec_root);
	kernel = RANDOM_GRUDGING;
	kernel_asked = 0;
	OK(start(tcp_stream(&t), MAIL, NOW, &f));
	kernel = RANDOM_GOOD;
	EQ(kernel_asked, 14u); /* 32 bytes by five, every other call interrupted */
	peer_end(&t);
}

/* ---- the session ------------------------------------------------------------------------------- */

TEST(a_handshake_is_two_writes_and_a_line_is_one)
{
	struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
	struct peer_wire w = { .real = tcp_stream(&t) };
	struct fault f;
	struct stream s;
	unsigned char p[100];
	struct buf b = BUF(p);

	trust_only(ec_root);
	OK(start(peer_wire_stream(&w), MAIL, NOW, &f));
	EQ(w.writes, 2u);
	s = tls_stream(&tls);
	OK(stream_write(&s, SPAN("CAPA\r\n"), &f));
	EQ(w.writes, 3u);
	OK(read_up_to(&s, 11, &b, &f));
	EQ(buf_span(&b), SPAN("+OK ready\r\n"));
	stream_close(&s);
	EQ(w.writes, 4u);
	EQ(w.closes, 1u);
	EQ(peer_end(&t), 0); /* it saw our close_notify */
}

TEST(reads_of_any_size)
{
	static const size_t caps[] = { 1, 2, 3, 5, 7, 64, 1000, 0 };

	trust_only(ec_root);
	for (size_t i = 0; i < COUNT(caps); i++) {
		struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
		struct peer_wire w = { .real = tcp_stream(&t), .cap = caps[i] };
		struct fault f;
		struct stream s;
		unsigned char p[100];
		struct buf b = BUF(p);

		t_at("%lu", (unsigned long)caps[i]);
		OK(start(peer_wire_stream(&w), MAIL, NOW, &f));
		s = tls_stream(&tls);
		OK(read_up_to(&s, 11, &b, &f));
		EQ(buf_span(&b), SPAN("+OK ready\r\n"));
		stream_close(&s);
		EQ(peer_end(&t), 0);
	}
}

TEST(a_large_answer)
{
	static const size_t caps[] = { 1, 7, 1000, 16384, 65536 };
	static const struct peer p = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_send_large };
	static unsigned char got[LARGE + 1];

	trust_only(ec_root);
	for (size_t i = 0; i < COUNT(caps); i++) {
		struct tcp t = peer_start(peer_serve, &p, SOON_MS);
		struct fault f;
		struct stream s;
		size_t have = 0, n = 1, wrong = 0;

		t_at("%lu", (unsigned long)caps[i]);
		OK(start(tcp_stream(&t), MAIL, NOW, &f));
		s = tls_stream(&tls);
		while (n != 0 && have <= LARGE) {
			size_t scratch = sizeof got - have;

			if (!OK(stream_read(&s, got + have, caps[i] < scratch ? caps[i] : scratch, &n, &f)))
				break;
			OK(n <= caps[i]);
			have += n;
		}
		EQ(have, (size_t)LARGE);
		for (size_t k = 0; k < have; k++)
			wrong += got[k] != large(k);
		EQ(wrong, 0u);
		OK(tls.closed_cleanly);
		for (int k = 0; k < 3; k++) {
			OK(stream_read(&s, got, 1, &n, &f));
			EQ(n, 0u);
		}
		OK(!stream_write(&s, SPAN("QUIT\r\n"), &f));
		EQ(f.code, FAULT_TCP_CLOSED);
		stream_close(&s);
		EQ(peer_end(&t), 0);
	}
}

TEST(writes_of_any_size_while_something_is_unread)
{
	static const size_t sizes[] = { 1, 2, 100, 2000, 16383, 16384, 16385, 40000 };
	static const struct peer p = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_echo };
	static unsigned char sent[40000], got[40010];

	for (size_t i = 0; i < sizeof sent; i++)
		sent[i] = large(i);
	trust_only(ec_root);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct tcp t = peer_start(peer_serve, &p, SOON_MS);
		struct fault f;
		struct stream s;
		struct buf b = BUF(got);

		t_at("%lu", (unsigned long)sizes[i]);
		OK(start(tcp_stream(&t), MAIL, NOW, &f));
		s = tls_stream(&tls);
		b.cap = 2; /* "re" of "ready": "ady" stays behind */
		OK(read_up_to(&s, 2, &b, &f));
		OK(stream_write(&s, SPAN("+"), &f));
		OK(stream_write(&s, span_first((struct span){ sent, sizeof sent }, sizes[i]), &f));
		b.cap = sizeof got;
		OK(read_up_to(&s, 6 + sizes[i], &b, &f));
		EQ(span_first(buf_span(&b), 6), SPAN("ready+"));
		EQ(b.n, 6 + sizes[i]);
		OK(memcmp(got + 6, sent, sizes[i]) == 0);
		stream_close(&s);
		EQ(peer_end(&t), 0);
	}
}

TEST(close_with_unread_data_still_says_goodbye)
{
	static const struct peer p = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_echo };
	struct tcp t = peer_start(peer_serve, &p, SOON_MS);
	struct fault f;
	struct stream s;
	unsigned char one[1];
	size_t n;

	trust_only(ec_root);
	OK(start(tcp_stream(&t), MAIL, NOW, &f));
	s = tls_stream(&tls);
	OK(stream_read(&s, one, 1, &n, &f));
	stream_close(&s);
	EQ(peer_end(&t), 0);
}

TEST(the_end_with_and_without_close_notify)
{
	static const struct peer clean = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_close };
	static const struct peer cut = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_vanish };

	trust_only(ec_root);
	for (int i = 0; i < 2; i++) {
		struct tcp t = peer_start(peer_serve, i == 0 ? &clean : &cut, SOON_MS);
		struct fault f;
		struct stream s;
		unsigned char p[100];
		struct buf b = BUF(p);

		OK(start(tcp_stream(&t), MAIL, NOW, &f));
		s = tls_stream(&tls);
		OK(read_up_to(&s, sizeof p, &b, &f) == (i == 0));
		EQ(buf_span(&b), SPAN("+OK ready\r\n"));
		EQ(f.code, i == 0 ? FAULT_NONE : FAULT_TLS_TRUNCATED);
		EQ(tls.closed_cleanly, i == 0);
		stream_close(&s);
		EQ(peer_end(&t), 0);
	}
}

/* BearSSL's server takes our warning for fatal and hangs up. */
TEST(renegotiation_is_refused)
{
	static const struct peer p = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_renegotiate };
	struct tcp t = peer_start(peer_serve, &p, SOON_MS);
	struct peer_wire w = { .real = tcp_stream(&t) };
	struct fault f;
	struct stream s;
	unsigned char got[100];
	struct buf b = BUF(got);

	trust_only(ec_root);
	OK(start(peer_wire_stream(&w), MAIL, NOW, &f));
	s = tls_stream(&tls);
	OK(!read_up_to(&s, sizeof got, &b, &f));
	EQ(buf_span(&b), SPAN("one"));
	EQ(f.code, FAULT_TLS_TRUNCATED);
	EQ(w.writes, 3u);
	EQ(peer_end(&t), 0); /* it saw no_renegotiation */
}

/* ---- trouble on the wire ----------------------------------------------------------------------- */

/* One session: handshake, a line out, a line in. */
static bool session(struct peer_wire *w, struct fault *f)
{
	unsigned char p[100];
	struct buf b = BUF(p);
	struct stream s;

	if (!start(peer_wire_stream(w), MAIL, NOW, f))
		return false;
	s = tls_stream(&tls);
	return stream_write(&s, SPAN("CAPA\r\n"), f) && read_up_to(&s, 11, &b, f);
}

TEST(every_read_and_every_write_can_fail)
{
	unsigned reads = 0;

	trust_only(ec_root);
	for (unsigned n = 0; n <= reads; n++) {
		struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
		struct peer_wire w = { .real = tcp_stream(&t), .fail_read = n, .cap = 100 };
		struct fault f;

		t_at("read %u", n);
		OK(session(&w, &f) == (n == 0));
		if (n == 0)
			reads = w.reads;
		EQ(f.code, n == 0 ? FAULT_NONE : FAULT_TCP_RESET);
		peer_end(&t);
	}
	for (unsigned n = 1; n <= 3; n++) {
		struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
		struct peer_wire w = { .real = tcp_stream(&t), .fail_write = n };
		struct fault f;

		t_at("write %u", n);
		OK(!session(&w, &f));
		EQ(f.code, FAULT_TCP_CLOSED);
		peer_end(&t);
	}
	OK(reads > 10);
	for (unsigned n = 1; n <= reads; n++) {
		struct tcp t = peer_start(peer_serve, &ec_peer, SOON_MS);
		struct peer_wire w = { .real = tcp_stream(&t), .end_read = n, .cap = 100 };
		struct fault f;

		t_at("end at read %u", n);
		OK(!session(&w, &f));
		EQ(f.code, tls.handshake_done ? FAULT_TLS_TRUNCATED : FAULT_TLS_CLOSED);
		EQ(fault_evidence(&f), n == 1 ? SPAN("nothing was received") : SPAN(""));
		peer_end(&t);
	}
}

/* What the engine makes of a changed byte depends on the byte; the session must never be accepted. */
TEST(no_byte_can_be_changed)
{
	uint64_t bytes = 0;

	trust_only(ec_root);
	for (uint64_t n = 0; n <= bytes; n += n == 0 ? 1 : 23) {
		struct tcp t = peer_start(peer_serve, &ec_peer, 1000);
		struct peer_wire w = { .real = tcp_stream(&t), .flip = n };
		struct fault f;

		t_at("byte %lu", (unsigned long)n);
		OK(session(&w, &f) == (n == 0));
		if (n == 0)
			bytes = w.received;
		OK((f.code == FAULT_NONE) == (n == 0));
		OK(f.code == FAULT_NONE || fault_kind(f.code) == FAULT_KIND_TLS || f.code == FAULT_DEADLINE);
		peer_end(&t);
	}
	OK(bytes > 900);
}

TEST(empty_records_for_ever_end_at_the_deadline)
{
	static const struct peer p = { { ec_leaf, ec_ica }, ec_leaf_key, 0, then_say_nothing };
	struct tcp t = peer_start(peer_serve, &p, SOON_MS);
	struct fault f;
	struct stream s;
	unsigned char got[100];
	struct buf b = BUF(got);
	int64_t began;

	trust_only(ec_root);
	OK(start(tcp_stream(&t), MAIL, NOW, &f));
	s = tls_stream(&tls);
	began = clock_ms();
	t.deadline = clock_deadline(150);
	OK(!read_up_to(&s, 100, &b, &f));
	EQ(f.code, FAULT_DEADLINE);
	OK(clock_ms() - began < 1000);
	peer_end(&t);
}

/* ---- peers that play a script ------------------------------------------------------------------ */

struct script {
	const char *name;
	struct span bytes;
	bool at_once; /* without waiting for the ClientHello */
	bool stay;    /* and then say nothing */
	bool again;   /* and then say it for ever */
	enum fault_code code;
	int num;
	const char *evidence;
};

static int play_script(int fd, const void *arg)
{
	const struct script *s = arg;
	unsigned char hello[1000];

	if (!s->at_once && read(fd, hello, sizeof hello) < 100)
		return 1;
	do {
		if (s->bytes.n != 0 && write(fd, s->bytes.p, s->bytes.n) != (ssize_t)s->bytes.n)
			return 0;
	} while (s->again);
	/* What stays unread would turn the end into a reset. */
	while (s->stay && read(fd, hello, sizeof hello) > 0)
		;
	return 0;
}

#define ZERO8  "\0\0\0\0\0\0\0\0"
#define ZERO32 ZERO8 ZERO8 ZERO8 ZERO8
/* A ServerHello of 42 bytes: version, random, no session id, suite, no compression, no extensions. */
#define SERVER_HELLO(record, version, suite) "\x16" record "\0\x2a\2\0\0\x26" version ZERO32 "\0" suite "\0"

static const struct script scripts[] = {
	{ "POP3 in clear text", SPAN_INIT("+OK Dovecot ready.\r\n"), true, true, false, FAULT_TLS_NOT_TLS, 3,
	  "+OK Dovecot ready." },
	{ "one byte", SPAN_INIT("+"), true, true, false, FAULT_TLS_NOT_TLS, 3, "+" },
	{ "HTTP", SPAN_INIT("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"), false,
	  true, false, FAULT_TLS_NOT_TLS, 3, "HTTP/1.1 400 Bad Request Content-Type" },
	{ "SSH", SPAN_INIT("SSH-2.0-OpenSSH_9.2\r\n"), true, true, false, FAULT_TLS_NOT_TLS, 3, "SSH-2.0" },
	{ "an alert's type and nonsense", SPAN_INIT("\x15\x04"), true, true, false, FAULT_TLS_NOT_TLS, 3,
	  "\\x15\\x04" },
	{ "TLS 1.3 only", SPAN_INIT("\x15\3\3\0\2\2\x46"), false, false, false, FAULT_TLS_VERSION, 326,
	  "protocol_version (alert 70)" },
	{ "an alert of SSL 3.0", SPAN_INIT("\x15\3\0\0\2\2\x28"), false, false, false, FAULT_TLS_ALERT, 296,
	  "handshake_failure (alert 40)" },
	{ "no such name", SPAN_INIT("\x15\3\1\0\2\2\x70"), false, false, false, FAULT_TLS_ALERT, 368,
	  "unrecognized_name (alert 112)" },
	{ "an alert without a name", SPAN_INIT("\x15\3\3\0\2\2\xff"), false, false, false, FAULT_TLS_ALERT, 511,
	  "an alert without a name" },
	{ "a warning and the end", SPAN_INIT("\x15\3\3\0\2\1\x70"), false, false, false, FAULT_TLS_CLOSED, 0, "" },
	{ "close_notify", SPAN_INIT("\x15\3\3\0\2\1\0"), false, true, false, FAULT_TLS_CLOSED, 0, "close_notify" },
	{ "nothing and the end", SPAN_INIT(""), false, false, false, FAULT_TLS_CLOSED, 0, "nothing was received" },
	{ "half a header", SPAN_INIT("\x16\3\3"), false, false, false, FAULT_TLS_CLOSED, 0, "" },
	{ "silence", SPAN_INIT(""), false, true, false, FAULT_DEADLINE, 110, "nothing was received" },
	{ "half an alert", SPAN_INIT("\x15\3\3\0\2\2"), false, true, false, FAULT_DEADLINE, 110,
	  "6 bytes were received" },
	{ "warnings for ever", SPAN_INIT("\x15\3\3\0\2\1\x5a\x15\3\3\0\2\1\x5a"), false, false, true, FAULT_DEADLINE,
	  110, "bytes were received" },
	{ "empty handshake records for ever", SPAN_INIT("\x16\3\3\0\0"), false, false, true, FAULT_DEADLINE, 110, "" },
	{ "TLS 1.0", SPAN_INIT(SERVER_HELLO("\3\1", "\3\1", "\xc0\x14")), false, true, false, FAULT_TLS_VERSION, 3,
	  "the server chose TLS 1.0" },
	{ "TLS 1.1", SPAN_INIT(SERVER_HELLO("\3\2", "\3\2", "\xc0\x14")), false, true, false, FAULT_TLS_VERSION, 3,
	  "the server chose TLS 1.1" },
	{ "3DES and a record of 65 bytes",
	  SPAN_INIT(SERVER_HELLO("\3\3", "\3\3", "\xc0\x12") "\x14\3\3\0\1\1"
	                                                     "\x17\3\3\0\x41" ZERO32 ZERO32 "\0"),
	  false, true, false, FAULT_TLS_PROTOCOL, 16, "BAD_CIPHER_SUITE" },
	{ "AES-CBC", SPAN_INIT(SERVER_HELLO("\3\3", "\3\3", "\xc0\x28")), false, true, false, FAULT_TLS_PROTOCOL, 16,
	  "BAD_CIPHER_SUITE" },
	{ "RSA key exchange", SPAN_INIT(SERVER_HELLO("\3\3", "\3\3", "\0\x9d")), false, true, false, FAULT_TLS_PROTOCOL,
	  16, "BAD_CIPHER_SUITE" },
	{ "application data first", SPAN_INIT("\x17\3\3\0\1x"), false, true, false, FAULT_TLS_PROTOCOL, 10,
	  "UNEXPECTED" },
	{ "a change of ciphers first", SPAN_INIT("\x14\3\3\0\1\1"), false, true, false, FAULT_TLS_PROTOCOL, 10, "" },
	{ "a certificate first", SPAN_INIT("\x16\3\3\0\4\x0b\0\0\0"), false, true, false, FAULT_TLS_PROTOCOL, 10, "" },
	{ "no certificate", SPAN_INIT(SERVER_HELLO("\3\3", "\3\3", "\xc0\x2c") "\x16\3\3\0\7\x0b\0\0\3\0\0\0"), false,
	  true, false, FAULT_TLS_PROTOCOL, 10, "UNEXPECTED" },
	{ "an empty certificate",
	  SPAN_INIT(SERVER_HELLO("\3\3", "\3\3", "\xc0\x2c") "\x16\3\3\0\x0a\x0b\0\0\6\0\0\3\0\0\0"), false, true,
	  false, FAULT_CERT_MALFORMED, 34, "certificate 1: TRUNCATED" },
};

TEST(scripts_of_peers)
{
	trust_only(ec_root);
	for (size_t i = 0; i < COUNT(scripts); i++) {
		const struct script *row = &scripts[i];
		bool waits = row->code == FAULT_DEADLINE;
		struct tcp t = peer_start(play_script, row, waits ? 200 : SOON_MS);
		int64_t began = clock_ms();
		struct fault f;

		t_at("%s", row->name);
		OK(!start(tcp_stream(&t), MAIL, NOW, &f));
		EQ(f.code, row->code);
		EQ(f.num, row->num);
		OK(has(&f, row->evidence));
		OK(!waits || clock_ms() - began < 2000);
		OK(!tls.handshake_done);
		EQ(span_first((struct span){ tls.first, tls.first_n }, row->again ? 0 : row->bytes.n),
		   span_first(row->bytes, row->again ? 0 : tls.first_n));
		peer_kill(&t);
	}
}

/* ---- names of errors --------------------------------------------------------------------------- */

TEST(every_code_has_a_name_and_a_fault)
{
	for (int code = -300; code <= 1100; code++) {
		OK(strlen(tls_error_name(code)) > 1);
		OK(fault_kind(tls_error_fault(code)) == FAULT_KIND_TLS || tls_error_fault(code) == FAULT_NO_RANDOM);
	}
	EQ(tls_error_name(54), "EXPIRED");
	EQ(tls_error_name(7), "BAD_MAC");
	EQ(tls_error_name(256 + 40), "handshake_failure (alert 40)");
	EQ(tls_error_name(512 + 80), "internal_error (alert 80)");
	EQ(tls_error_name(256 + 1), "an alert without a name");
	EQ(tls_error_name(11), "unknown error");
	EQ(tls_error_name(768), "unknown error");
	EQ(tls_error_fault(256 + 86), FAULT_TLS_VERSION);
	EQ(tls_error_fault(768 + 70), FAULT_TLS_PROTOCOL);
}

TEST(sha256)
{
	unsigned char out[32];
	char text[65];
	struct buf b = BUF(text);

	tls_sha256(SPAN("abc"), out);
	buf_hex(&b, (struct span){ out, sizeof out });
	EQ(buf_span(&b), SPAN("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}
