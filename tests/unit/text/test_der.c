/* text/der, with text/dn behind it: certificates of OpenSSL, hand-made ones, and what is left of them after
 * every mutation. */
#include "t.h"

#include "text/asn1.h"
#include "text/der.h"
#include "text/dn.h"

#include "certs.h"

enum { CERT_MAX = 2048 };

struct cert_row {
	const char *name, *hex;
	enum der_key key;
	unsigned bits;
	bool is_ca, has_eku, server_auth, any;
	const char *signature, *subject;
	unsigned sans;
};

static const struct cert_row certs[] = {
	{ "rsa2048", cert_rsa2048, DER_KEY_RSA, 2048, false, true, true, false, "sha256WithRSAEncryption",
	  "CN=outlook.example, O=\"Contoso, Inc.\", L=Redmond, ST=Washington, C=US", 7 },
	{ "rsa4096", cert_rsa4096, DER_KEY_RSA, 4096, false, false, false, false, "sha512WithRSAEncryption",
	  "CN=big.example", 1 },
	{ "p256", cert_p256, DER_KEY_P256, 0, true, false, false, false, "ecdsa-with-SHA256", "CN=p256 root", 0 },
	{ "p384", cert_p384, DER_KEY_P384, 0, false, true, false, true, "ecdsa-with-SHA384", "CN=p384.example", 1 },
	{ "p521", cert_p521, DER_KEY_P521, 0, false, false, false, false, "ecdsa-with-SHA512", "CN=p521.example", 1 },
	{ "ed25519", cert_ed25519, DER_KEY_ED25519, 0, false, false, false, false, "Ed25519", "CN=ed25519.example", 1 },
	{ "k256", cert_k256, DER_KEY_OTHER, 0, false, false, false, false, "ecdsa-with-SHA256", "CN=k256.example", 1 },
	{ "pss", cert_pss, DER_KEY_OTHER, 0, false, false, false, false, "RSASSA-PSS", "CN=pss.example", 1 },
	{ "ip", cert_ip, DER_KEY_P256, 0, false, true, true, false, "ecdsa-with-SHA256", "CN=192.0.2.7", 7 },
	{ "nosan", cert_nosan, DER_KEY_P256, 0, false, true, false, false, "ecdsa-with-SHA256",
	  "CN=legacy.example, CN=first.example", 0 },
	{ "constraints", cert_constraints, DER_KEY_P256, 0, true, false, false, false, "ecdsa-with-SHA256",
	  "CN=constrained CA", 0 },
	{ "excluded", cert_excluded, DER_KEY_P256, 0, true, false, false, false, "ecdsa-with-SHA256", "CN=excluding CA",
	  0 },
	{ "utf8", cert_utf8, DER_KEY_P256, 0, false, false, false, false, "ecdsa-with-SHA256",
	  "CN=utf8.example, emailAddress=info@mueller.example, "
	  "O=M\xc3\xbcller & S\xc3\xb6hne \\\\ \xe4\xb8\xad\xe6\x96\x87, C=DE",
	  1 },
	{ "bmp", cert_bmp, DER_KEY_P256, 0, false, false, false, false, "ecdsa-with-SHA256",
	  "CN=bmp.example, O=\xce\x95\xce\xbb\xce\xbb\xce\xac\xce\xb4\xce\xb1 \xe4\xb8\xad\xe6\x96\x87", 1 },
	{ "t61", cert_t61, DER_KEY_P256, 0, false, false, false, false, "ecdsa-with-SHA256",
	  "CN=t61.example, OU=one, DC=example, O=M\xc3\xbcller", 1 },
	{ "dates", cert_dates, DER_KEY_P256, 0, false, false, false, false, "ecdsa-with-SHA256", "CN=dates.example",
	  1 },
	{ "v1", cert_v1, DER_KEY_P256, 0, false, false, false, false, "ecdsa-with-SHA256", "CN=v1.example", 0 },
};

/* ---- tools ---- */

static unsigned char arena[64 * 1024];
static size_t arena_n;

static struct span keep(struct span s)
{
	unsigned char *p = arena + arena_n;

	if (s.n > sizeof arena - arena_n)
		t_stop("the arena is full");
	if (s.n != 0)
		memcpy(p, s.p, s.n);
	arena_n += s.n;
	return (struct span){ p, s.n };
}

static unsigned nibble(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

static struct span unhex(const char *hex)
{
	unsigned char bytes[CERT_MAX];
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
	return keep((struct span){ bytes, n });
}

static struct span join(struct span a, struct span b)
{
	struct span r = keep(a);

	r.n += keep(b).n;
	return r;
}

/* One element, as DER. */
static struct span tlv(unsigned char tag, struct span content)
{
	unsigned char head[4];
	struct buf b = BUF(head);

	buf_byte(&b, tag);
	if (content.n > 0xff) {
		buf_byte(&b, 0x82);
		buf_byte(&b, (unsigned char)(content.n >> 8));
	} else if (content.n > 0x7f) {
		buf_byte(&b, 0x81);
	}
	buf_byte(&b, (unsigned char)content.n);
	return join(buf_span(&b), content);
}

static struct der_cert load(const char *hex)
{
	struct der_cert c = { .key = DER_KEY_OTHER };

	OK(der_cert(unhex(hex), &c));
	return c;
}

/* Walk everything that can be walked. Returns a sum so that nothing is optimised away. */
static size_t use_all(const struct der_cert *c)
{
	static const char *const hosts[] = { "outlook.example", "192.0.2.7", "2001:db8::25", "a.b.c" };
	unsigned char text[200];
	struct buf out = BUF(text);
	enum der_san_kind kind;
	struct span value;
	size_t at = 0, sum = 0;

	while (der_san(c, &at, &kind, &value))
		for (size_t i = 0; i < value.n; i++)
			sum += value.p[i];
	dn_put(&out, c->subject);
	dn_put(&out, c->issuer);
	der_oid(&out, c->signature_oid);
	dn_put_short(&out, c->subject);
	for (size_t i = 0; i < COUNT(hosts); i++) {
		sum += der_matches_host(c, span_z(hosts[i]));
		sum += c->has_name_constraints && der_constraints_allow(c->name_constraints, span_z(hosts[i]));
	}
	for (size_t i = 0; i < out.n; i++)
		sum += out.p[i];
	return sum;
}

/* ---- tests ---- */

TEST(cert_rows)
{
	for (size_t i = 0; i < COUNT(certs); i++) {
		const struct cert_row *r = &certs[i];
		unsigned char text[300];
		struct buf out = BUF(text);
		struct der_cert c;

		arena_n = 0;
		t_at("%s", r->name);
		if (!OK(der_cert(edge_span(unhex(r->hex)), &c)))
			continue;
		EQ(c.key, r->key);
		EQ(c.key_bits, r->bits);
		EQ(c.is_ca, r->is_ca);
		EQ(c.has_eku, r->has_eku);
		EQ(c.eku_server_auth, r->server_auth);
		EQ(c.eku_any, r->any);
		EQ(c.has_san, r->sans != 0);
		EQ(c.san_count, r->sans);
		EQ(c.spki.p[0], ASN1_SEQUENCE);
		dn_put(&out, c.subject);
		EQ(buf_span(&out), span_z(r->subject));
		out.n = 0;
		der_oid(&out, c.signature_oid);
		EQ(buf_span(&out), span_z(r->signature));
	}
}

TEST(cert_dates_and_serial)
{
	struct der_cert c = load(cert_rsa2048);

	arena_n = 0;
	EQ(c.not_before, 1795468416);
	EQ(c.not_after, 1827004416);
	c = load(cert_rsa2048);
	EQ(c.serial, SPAN("\x12\x34"));
	c = load(cert_dates);
	EQ(c.not_before, 2524607999);
	EQ(c.not_after, 4760860455);
	EQ(c.serial, SPAN("\x00\x80"));
	OK(!span_eq(c.issuer, c.subject));
}

TEST(cert_leaves_result_alone_on_failure)
{
	struct der_cert c = { .key_bits = 77 };

	arena_n = 0;
	OK(!der_cert(SPAN(""), &c));
	OK(!der_cert(SPAN("\x30\x00"), &c));
	OK(!der_cert(SPAN("-----BEGIN CERTIFICATE-----\n"), &c));
	OK(!der_cert(join(unhex(cert_p256), SPAN("\0")), &c));
	EQ(c.key_bits, 77u);
}

TEST(cert_every_truncation)
{
	for (size_t i = 0; i < COUNT(certs); i++) {
		struct span all;
		struct der_cert c;

		arena_n = 0;
		all = unhex(certs[i].hex);
		UPTO(n, all.n - 1)
		{
			t_at("%s first %lu", certs[i].name, (unsigned long)n);
			OK(!der_cert(edge_span(span_first(all, n)), &c));
		}
	}
}

TEST(cert_every_mutation)
{
	static const unsigned char with[] = { 1, 2, 4, 8, 16, 32, 64, 128, 0xff };
	size_t sum = 0, good = 0;

	for (size_t i = 0; i < COUNT(certs); i++) {
		struct span all;

		arena_n = 0;
		all = unhex(certs[i].hex);
		UPTO(n, all.n - 1)
		{
			unsigned char *p = edge_span(all).n != 0 ? edge(all.p, all.n) : NULL;

			for (size_t k = 0; k <= COUNT(with) + 1; k++) {
				struct der_cert c;

				t_at("%s byte %lu change %lu", certs[i].name, (unsigned long)n, (unsigned long)k);
				p[n] = k < COUNT(with) ? all.p[n] ^ with[k] : k == COUNT(with) ? 0 : 0x80;
				if (der_cert((struct span){ p, all.n }, &c)) {
					sum += use_all(&c);
					good++;
				}
			}
		}
	}
	OK(sum != 0);
	OK(good != 0);
}

/* A certificate put together by hand around one extension list and one subject. */
static struct span build(struct span subject, struct span extensions)
{
	struct span algorithm = tlv(ASN1_SEQUENCE, tlv(ASN1_OID, SPAN("\x2b\x65\x70")));
	struct span date = tlv(ASN1_UTC_TIME, SPAN("260102030405Z"));
	struct span tbs = join(tlv(0xa0, SPAN("\x02\x01\x02")), tlv(ASN1_INTEGER, SPAN("\x05")));

	tbs = join(join(tbs, algorithm), SPAN("\x30\x00"));
	tbs = join(join(tbs, tlv(ASN1_SEQUENCE, join(date, date))), subject);
	tbs = join(tbs, tlv(ASN1_SEQUENCE, join(algorithm, tlv(ASN1_BIT_STRING, SPAN("\0key")))));
	if (extensions.n != 0)
		tbs = join(tbs, tlv(0xa3, tlv(ASN1_SEQUENCE, extensions)));
	return tlv(ASN1_SEQUENCE,
	           join(join(tlv(ASN1_SEQUENCE, tbs), algorithm), tlv(ASN1_BIT_STRING, SPAN("\0signature"))));
}

static struct span attribute(struct span type, unsigned char tag, struct span value)
{
	return tlv(ASN1_SET, tlv(ASN1_SEQUENCE, join(tlv(ASN1_OID, type), tlv(tag, value))));
}

static struct span extension(struct span oid, struct span value)
{
	return tlv(ASN1_SEQUENCE, join(tlv(ASN1_OID, oid), tlv(ASN1_OCTET_STRING, value)));
}

#define OID_SAN SPAN("\x55\x1d\x11")
#define OID_CN  SPAN("\x55\x04\x03")
#define OID_O   SPAN("\x55\x04\x0a")

TEST(cert_extension_rows)
{
	static const struct {
		const char *name;
		struct span oid, value;
		bool twice, good;
	} row[] = {
		{ "san empty", SPAN_INIT("\x55\x1d\x11"), SPAN_INIT("\x30\x00"), false, true },
		{ "san one", SPAN_INIT("\x55\x1d\x11"), SPAN_INIT("\x30\x03\x82\x01x"), false, true },
		{ "san twice", SPAN_INIT("\x55\x1d\x11"), SPAN_INIT("\x30\x03\x82\x01x"), true, false },
		{ "san no sequence", SPAN_INIT("\x55\x1d\x11"), SPAN_INIT("\x82\x01x"), false, false },
		{ "san left over", SPAN_INIT("\x55\x1d\x11"), SPAN_INIT("\x30\x03\x82\x01x\x00"), false, false },
		{ "san entry too long", SPAN_INIT("\x55\x1d\x11"), SPAN_INIT("\x30\x03\x82\x02x"), false, false },
		{ "san not a GeneralName", SPAN_INIT("\x55\x1d\x11"), SPAN_INIT("\x30\x03\x0c\x01x"), false, false },
		{ "basic empty", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x00"), false, true },
		{ "basic true", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x03\x01\x01\xff"), false, true },
		{ "basic false", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x03\x01\x01\x00"), false, true },
		{ "basic maybe", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x03\x01\x01\x01"), false, false },
		{ "basic wide", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x04\x01\x02\xff\xff"), false, false },
		{ "basic path", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x06\x01\x01\xff\x02\x01\x00"), false, true },
		{ "basic left over", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x05\x01\x01\xff\x05\x00"), false,
		  false },
		{ "basic twice", SPAN_INIT("\x55\x1d\x13"), SPAN_INIT("\x30\x00"), true, false },
		{ "eku empty", SPAN_INIT("\x55\x1d\x25"), SPAN_INIT("\x30\x00"), false, false },
		{ "eku one", SPAN_INIT("\x55\x1d\x25"), SPAN_INIT("\x30\x03\x06\x01\x2a"), false, true },
		{ "eku twice", SPAN_INIT("\x55\x1d\x25"), SPAN_INIT("\x30\x03\x06\x01\x2a"), true, false },
		{ "eku not an oid", SPAN_INIT("\x55\x1d\x25"), SPAN_INIT("\x30\x03\x02\x01\x2a"), false, false },
		{ "constraints twice", SPAN_INIT("\x55\x1d\x1e"), SPAN_INIT("\x30\x00"), true, false },
		{ "constraints no sequence", SPAN_INIT("\x55\x1d\x1e"), SPAN_INIT("\x31\x00"), false, false },
		{ "unknown", SPAN_INIT("\x2a\x03"), SPAN_INIT("anything"), true, true },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct der_cert c;
		struct span e;

		arena_n = 0;
		t_at("%s", row[i].name);
		e = extension(row[i].oid, row[i].value);
		e = row[i].twice ? join(e, e) : e;
		EQ(der_cert(edge_span(build(SPAN("\x30\x00"), e)), &c), row[i].good);
	}
}

TEST(names_by_hand)
{
	static const struct {
		unsigned char tag;
		struct span value;
		const char *text;
	} row[] = {
		{ ASN1_UTF8, SPAN_INIT("outlook.com\0.evil.example"), "CN=outlook.com\\x00.evil.example" },
		{ ASN1_UTF8, SPAN_INIT(""), "CN=" },
		{ ASN1_UTF8, SPAN_INIT("x, O=Microsoft"), "CN=\"x, O=Microsoft\"" },
		{ ASN1_UTF8, SPAN_INIT("say \"hi\""), "CN=\"say \\\"hi\\\"\"" },
		{ ASN1_UTF8, SPAN_INIT("a\r\nb\x1b[2J\xff"), "CN=a b\\x1b[2J\\xff" },
		{ ASN1_UTF8,
		  SPAN_INIT("\xe2\x80\xae"
		            "txt"),
		  "CN=\\xe2\\x80\\xaetxt" },
		{ ASN1_BMP, SPAN_INIT("\0A\x20\xac\xd8\x3d\xde\x00"), "CN=A\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd" },
		{ ASN1_BMP, SPAN_INIT("\0A\0"), "CN=A\xef\xbf\xbd" },
		{ ASN1_UNIVERSAL, SPAN_INIT("\0\1\xf6\0\0\x11\0\0"), "CN=\xf0\x9f\x98\x80\xef\xbf\xbd" },
		{ ASN1_T61, SPAN_INIT("\xe9t\xe9"), "CN=\xc3\xa9t\xc3\xa9" },
		{ ASN1_INTEGER, SPAN_INIT("\x7f"), "CN=#02017f" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		unsigned char text[100];
		struct buf out = BUF(text), part = BUF(text);
		struct span name;

		arena_n = 0;
		t_at("row %lu", (unsigned long)i);
		name = tlv(ASN1_SEQUENCE, attribute(OID_CN, row[i].tag, row[i].value));
		dn_put(&out, edge_span(name));
		EQ(buf_span(&out), span_z(row[i].text));
		dn_put_short(&part, edge_span(name));
		if (row[i].text[3] != '"') /* quotes are for a list */
			EQ(buf_span(&part), span_z(row[i].text + 3));
		UPTO(n, name.n - 1)
		{
			struct buf cut = BUF(text);

			dn_put(&cut, edge_span(span_first(name, n)));
			EQ(cut.n, 0u);
			dn_put_short(&cut, edge_span(span_first(name, n)));
			EQ(cut.n, 0u);
		}
	}
}

TEST(short_name_without_a_common_name)
{
	unsigned char text[40];
	struct buf out = BUF(text);

	arena_n = 0;
	dn_put_short(&out, tlv(ASN1_SEQUENCE, attribute(OID_O, ASN1_UTF8, SPAN("x"))));
	EQ(buf_span(&out), SPAN("O=x"));
}

TEST(names_at_every_capacity)
{
	struct der_cert c;
	size_t whole;
	unsigned char text[200];
	struct buf out = BUF(text);

	arena_n = 0;
	c = load(cert_rsa2048);
	dn_put(&out, c.subject);
	whole = out.n;
	UPTO(cap, whole + 1)
	{
		struct buf b = edge_buf(cap);

		t_at("cap %lu", (unsigned long)cap);
		dn_put(&b, c.subject);
		OK(buf_ok(&b));
		OK(cap < whole ? b.n <= cap : b.n == whole);
	}
}

/* Longer than what is shown: still bounded, still printable. */
TEST(names_too_long)
{
	unsigned char value[2000], text[4000], sets[2000];
	struct buf out = BUF(text), many = BUF(sets);
	struct span set, name;
	struct der_cert c;

	arena_n = 0;
	memset(value, '"', sizeof value);
	dn_put(&out, tlv(ASN1_SEQUENCE, attribute(OID_CN, ASN1_UTF8, (struct span){ value, sizeof value })));
	EQ(out.n, 1024u);
	out.n = 0;
	dn_put(&out, tlv(ASN1_SEQUENCE, attribute(OID_CN, ASN1_BIT_STRING, (struct span){ value, sizeof value })));
	EQ(out.n, 1024u);
	set = attribute(SPAN("\x2a"), ASN1_UTF8, SPAN("v"));
	for (size_t i = 0; i < 100; i++)
		buf_put(&many, set);
	out.n = 0;
	name = tlv(ASN1_SEQUENCE, buf_span(&many));
	dn_put(&out, name);
	EQ(out.n, 32 * strlen("1.2=v") + 31 * strlen(", "));
	OK(der_cert(build(name, SPAN("")), &c));
}

TEST(san_walk)
{
	static const struct {
		enum der_san_kind kind;
		struct span value;
	} row[] = {
		{ DER_SAN_IP, SPAN_INIT("\xc0\x00\x02\x07") },
		{ DER_SAN_IP, SPAN_INIT("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x25") },
		{ DER_SAN_EMAIL, SPAN_INIT("postmaster@ip.example") },
		{ DER_SAN_OTHER, SPAN_INIT("https://ip.example/") },
		{ DER_SAN_OTHER, SPAN_INIT("") },
		{ DER_SAN_OTHER, SPAN_INIT("") },
		{ DER_SAN_DNS, SPAN_INIT("last.ip.example") },
	};
	struct der_cert c;
	enum der_san_kind kind;
	struct span value;
	size_t at = 0;

	arena_n = 0;
	c = load(cert_ip);
	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("entry %lu", (unsigned long)i);
		OK(der_san(&c, &at, &kind, &value));
		EQ(kind, row[i].kind);
		if (row[i].value.n != 0)
			EQ(value, row[i].value);
	}
	OK(!der_san(&c, &at, &kind, &value));
	OK(!der_san(&c, &at, &kind, &value));
	at = 1u << 20;
	OK(!der_san(&c, &at, &kind, &value));
}

TEST(host_rows)
{
	static const struct {
		const char *cert, *host;
		bool match;
	} row[] = {
		{ cert_rsa2048, "outlook.example", true },
		{ cert_rsa2048, "OUTLOOK.Example", true },
		{ cert_rsa2048, "outlook.example.", true },
		{ cert_rsa2048, "outlook.example..", false },
		{ cert_rsa2048, "", false },
		{ cert_rsa2048, ".", false },
		{ cert_rsa2048, "www.outlook.example", true },
		{ cert_rsa2048, "a.b.outlook.example", false },
		{ cert_rsa2048, ".outlook.example", false },
		{ cert_rsa2048, "xoutlook.example", false },
		{ cert_rsa2048, "outlook.exampl", false },
		{ cert_rsa2048, "pop.MAIL.test", true },
		{ cert_rsa2048, "mail.test", false },
		{ cert_rsa2048, "host.tld", false },
		{ cert_rsa2048, "foo.partial.test", false },
		{ cert_rsa2048, "a.b.deep.test", false },
		{ cert_rsa2048, "127.0.0.1", false },
		{ cert_ip, "192.0.2.7", true },
		{ cert_ip, "192.0.2.8", false },
		{ cert_ip, "2001:DB8:0:0::25", true },
		{ cert_ip, "2001:db8::26", false },
		{ cert_ip, "last.ip.example", true },
		{ cert_ip, "ip.example", false },
		{ cert_ip, "inner", false },
		{ cert_nosan, "legacy.example", true },
		{ cert_nosan, "LEGACY.example", true },
		{ cert_nosan, "first.example", false },
		{ cert_v1, "v1.example", true },
		{ cert_bmp, "bmp.example", true },
		{ cert_p256, "p256 root", true },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct der_cert c;

		arena_n = 0;
		t_at("row %lu %s", (unsigned long)i, row[i].host);
		c = load(row[i].cert);
		EQ(der_matches_host(&c, edge_span(span_z(row[i].host))), row[i].match);
	}
}

TEST(host_by_hand)
{
	struct span name, san;
	struct der_cert c;

	arena_n = 0;
	/* An embedded NUL does not end a name. */
	san = tlv(ASN1_SEQUENCE, tlv(0x82, SPAN("bank.example\0.evil.example")));
	OK(der_cert(build(SPAN("\x30\x00"), extension(OID_SAN, san)), &c));
	OK(!der_matches_host(&c, SPAN("bank.example")));
	/* A SAN without any dNSName still switches the CN off. */
	name = tlv(ASN1_SEQUENCE, attribute(OID_CN, ASN1_UTF8, SPAN("bank.example")));
	OK(der_cert(build(name, SPAN("")), &c));
	OK(der_matches_host(&c, SPAN("bank.example")));
	OK(der_cert(build(name, extension(OID_SAN, SPAN("\x30\x03\x81\x01x"))), &c));
	OK(!der_matches_host(&c, SPAN("bank.example")));
	/* An address is never looked for in the CN, a name never in an iPAddress, a family never in the other. */
	name = tlv(ASN1_SEQUENCE, attribute(OID_CN, ASN1_UTF8, SPAN("192.0.2.7")));
	OK(der_cert(build(name, SPAN("")), &c));
	OK(!der_matches_host(&c, SPAN("192.0.2.7")));
	OK(der_cert(build(name, extension(OID_SAN, tlv(ASN1_SEQUENCE, tlv(0x87, SPAN("name.test"))))), &c));
	OK(!der_matches_host(&c, SPAN("name.test")));
	OK(der_cert(build(name, extension(OID_SAN, tlv(ASN1_SEQUENCE, tlv(0x87, SPAN("\xc0\0\2\7"))))), &c));
	OK(der_matches_host(&c, SPAN("192.0.2.7")));
	OK(!der_matches_host(&c, SPAN("::ffff:192.0.2.7")));
	/* The 100th entry counts like the first. */
	san = SPAN("");
	for (size_t i = 0; i < 99; i++)
		san = join(san, tlv(0x82, SPAN("a.test")));
	san = tlv(ASN1_SEQUENCE, join(san, tlv(0x82, SPAN("last.test"))));
	OK(der_cert(build(name, extension(OID_SAN, san)), &c));
	EQ(c.san_count, 100u);
	OK(der_matches_host(&c, SPAN("last.test")));
}

TEST(constraint_rows)
{
	static const struct {
		const char *cert, *host;
		bool allow;
	} row[] = {
		{ cert_constraints, "corp.example", true },
		{ cert_constraints, "mail.CORP.example", true },
		{ cert_constraints, "mail.corp.example.", true },
		{ cert_constraints, "xcorp.example", false },
		{ cert_constraints, "example", false },
		{ cert_constraints, "outlook.office365.com", false },
		{ cert_constraints, "secret.corp.example", false },
		{ cert_constraints, "more.secret.corp.example", false },
		{ cert_constraints, "xsecret.corp.example", true },
		{ cert_constraints, "below.example", false },
		{ cert_constraints, "x.below.example", true },
		{ cert_constraints, "10.1.2.3", true },
		{ cert_constraints, "10.9.2.3", false },
		{ cert_constraints, "11.1.2.3", false },
		{ cert_constraints, "2001:db8::1", false },
		{ cert_constraints, "", false },
		{ cert_excluded, "outlook.office365.com", true },
		{ cert_excluded, "evil.example", false },
		{ cert_excluded, "mail.evil.example", false },
		{ cert_excluded, "10.1.2.3", true },
		{ cert_excluded, "2001:db8:bad::1", false },
		{ cert_excluded, "2001:db8:bae::1", true },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct der_cert c;

		arena_n = 0;
		t_at("row %lu %s", (unsigned long)i, row[i].host);
		c = load(row[i].cert);
		OK(c.has_name_constraints);
		EQ(der_constraints_allow(edge_span(c.name_constraints), edge_span(span_z(row[i].host))), row[i].allow);
	}
}

TEST(constraints_by_hand)
{
	static const struct {
		const char *name;
		struct span trees;
		bool permitted, allow;
	} row[] = {
		{ "of another kind",
		  SPAN_INIT("\x30\x05\x81\x03"
		            "x.y"),
		  true, true },
		{ "another kind excluded",
		  SPAN_INIT("\x30\x05\x81\x03"
		            "x.y"),
		  false, true },
		{ "directoryName", SPAN_INIT("\x30\x04\xa4\x02\x30\x00"), true, true },
		{ "all names", SPAN_INIT("\x30\x02\x82\x00"), true, true },
		{ "all names excluded", SPAN_INIT("\x30\x02\x82\x00"), false, false },
		{ "minimum 0 written out",
		  SPAN_INIT("\x30\x08\x82\x03"
		            "x.y\x80\x01\x00"),
		  true, true },
		{ "minimum 1",
		  SPAN_INIT("\x30\x08\x82\x03"
		            "x.y\x80\x01\x01"),
		  true, false },
		{ "maximum",
		  SPAN_INIT("\x30\x08\x82\x03"
		            "x.y\x81\x01\x01"),
		  true, false },
		{ "maximum excluded",
		  SPAN_INIT("\x30\x08\x82\x03"
		            "q.y\x81\x01\x01"),
		  false, false },
		{ "a wildcard", SPAN_INIT("\x30\x05\x82\x03*.y"), false, false },
		{ "a NUL", SPAN_INIT("\x30\x05\x82\x03q\0y"), false, false },
		{ "a dot at the end",
		  SPAN_INIT("\x30\x06\x82\x04"
		            "x.y."),
		  false, false },
		{ "excluded from above", SPAN_INIT("\x30\x03\x82\x01y"), false, false },
		{ "excluded, ends alike",
		  SPAN_INIT("\x30\x05\x82\x03"
		            "w.y"),
		  false, true },
		{ "no base", SPAN_INIT("\x30\x00"), true, false },
		{ "no list", SPAN_INIT(""), true, false },
		{ "broken",
		  SPAN_INIT("\x30\x05\x82\x04"
		            "x.y"),
		  true, false },
		{ "the second one",
		  SPAN_INIT("\x30\x03\x82\x01q\x30\x05\x82\x03"
		            "x.y"),
		  true, true },
	};
	struct span s;

	for (size_t i = 0; i < COUNT(row); i++) {
		arena_n = 0;
		t_at("%s", row[i].name);
		s = tlv(ASN1_SEQUENCE, tlv(row[i].permitted ? 0xa0 : 0xa1, row[i].trees));
		EQ(der_constraints_allow(edge_span(s), SPAN("x.y")), row[i].allow);
		UPTO(n, s.n - 1)
		OK(!der_constraints_allow(edge_span(span_first(s, n)), SPAN("x.y")));
	}
	t_at("addresses");
	s = tlv(ASN1_SEQUENCE, tlv(0xa1, SPAN("\x30\x07\x87\x05\x0a\0\0\0\xff")));
	OK(!der_constraints_allow(s, SPAN("11.0.0.1")));
	OK(der_constraints_allow(s, SPAN("x.y")));
	OK(!der_constraints_allow(SPAN("\x30\x00"), SPAN("x.y")));
	OK(!der_constraints_allow(
		tlv(ASN1_SEQUENCE, join(tlv(0xa1, SPAN("\x30\x02\x82\x00")), tlv(0xa0, SPAN("\x30\x02\x82\x00")))),
		SPAN("x.y")));
}

TEST(oid_rows)
{
	static const struct {
		struct span oid;
		const char *text;
	} row[] = {
		{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), "sha256WithRSAEncryption" },
		{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x7f"), "1.2.840.113549.1.1.127" },
		{ SPAN_INIT(""), "#" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		size_t whole = strlen(row[i].text);

		UPTO(cap, whole + 1)
		{
			struct buf b = edge_buf(cap);

			t_at("row %lu cap %lu", (unsigned long)i, (unsigned long)cap);
			der_oid(&b, edge_span(row[i].oid));
			EQ(buf_ok(&b), cap >= whole);
			if (cap >= whole)
				EQ(buf_span(&b), span_z(row[i].text));
		}
	}
}
