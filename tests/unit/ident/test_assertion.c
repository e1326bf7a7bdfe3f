/* ident/assertion and assertion_rsa: keys and certificates of files, and what is signed with
 * them. */
#include "t.h"

#include <bearssl.h>

#include "ident/assertion.h"
#include "text/base64.h"
#include "text/json.h"
#include "text/jwt.h"
#include "text/pem.h"

#include "rsa_keys.h"

#define CLIENT "11111111-2222-3333-4444-555555555555"
#define URL    "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token"
#define NOW    INT64_C(1790000000)

static struct assertion_key key;
static struct secret certificate_text, key_text, jwt_text;

static struct fault none(void)
{
	return (struct fault){ .code = FAULT_NONE };
}

static void texts(const char *certificate, const char *key_file)
{
	OK(secret_set(&certificate_text, span_z(certificate)));
	OK(secret_set(&key_text, span_z(key_file)));
}

static bool load(const char *certificate, const char *key_file, struct fault *f)
{
	*f = none();
	texts(certificate, key_file);
	return assertion_load(&key, &certificate_text, &key_text, f);
}

/* Two or three texts, one behind the other; lives until the next call. */
static const char *join(const char *a, const char *b, const char *c)
{
	static char text[16 * 1024];

	snprintf(text, sizeof text, "%s%s%s", a, b, c);
	return text;
}

static bool is_zero(const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* ---- signatures
 * -------------------------------------------------------------------------------- */

static struct rsakey numbers_of(const char *pem)
{
	static unsigned char scratch[4096];
	struct buf der = BUF(scratch);
	struct rsakey k = { .bits = 0 };

	EQ(rsakey_find(span_z(pem), &der, &k), RSAKEY_RSA);
	return k;
}

/* Open a signature with the public key. */
static bool open_signature(const struct rsakey *k, struct span signature, unsigned char em[512])
{
	br_rsa_public_key public = { (unsigned char *)(uintptr_t)k->n.p, k->n.n, (unsigned char *)(uintptr_t)k->e.p,
		                     k->e.n };

	if (signature.n != k->n.n)
		return false;
	memcpy(em, signature.p, signature.n);
	return br_rsa_i31_public(em, signature.n, &public) == 1;
}

static void sha256(struct span a, struct span b, struct span c, unsigned char out[32])
{
	br_sha256_context h;

	br_sha256_init(&h);
	br_sha256_update(&h, a.p, a.n);
	br_sha256_update(&h, b.p, b.n);
	br_sha256_update(&h, c.p, c.n);
	br_sha256_out(&h, out);
}

/* EMSA-PSS-VERIFY of RFC 8017 section 9.1.2, step by step, with a salt of 32 bytes. */
static bool pss_ok(const struct rsakey *k, struct span signature, struct span text, unsigned char salt[32])
{
	unsigned char em[512], hash[32], again[32], mask[32], *db = em;
	size_t n = (k->bits - 1 + 7) / 8, zero = 8 * n - (k->bits - 1), db_n = n - 33;

	if (!open_signature(k, signature, em))
		return false;
	if (signature.n != n && *db++ != 0)
		return false;
	if (db[n - 1] != 0xbc || db[0] >> (8 - zero) != 0)
		return false;
	for (size_t at = 0; at < db_n; at++) {
		unsigned char counter[4] = { 0, 0, 0, (unsigned char)(at / 32) };

		sha256((struct span){ db + db_n, 32 }, (struct span){ counter, 4 }, SPAN(""), mask);
		db[at] ^= mask[at % 32];
	}
	db[0] &= (unsigned char)(0xff >> zero);
	if (!is_zero(db, db_n - 33) || db[db_n - 33] != 1)
		return false;
	memcpy(salt, db + db_n - 32, 32);
	sha256(text, SPAN(""), SPAN(""), hash);
	sha256(SPAN("\0\0\0\0\0\0\0\0"), (struct span){ hash, 32 }, (struct span){ salt, 32 }, again);
	return memcmp(again, db + db_n, 32) == 0;
}

static const struct {
	const char *key, *rs256, *ps256;
} signers[] = {
	{ rsa2048_key, rsa2048_rs256, rsa2048_ps256 }, { rsa2048_pkcs1, rsa2048_rs256, rsa2048_ps256 },
	{ rsa2049_key, rsa2049_rs256, rsa2049_ps256 }, { rsa3072_key, rsa3072_rs256, rsa3072_ps256 },
	{ rsa4096_key, rsa4096_rs256, rsa4096_ps256 }, { rsa_e3_key, rsa_e3_rs256, rsa_e3_ps256 },
};

static struct span from_base64(const char *text)
{
	static unsigned char scratch[600];
	struct buf b = BUF(scratch);

	OK(base64_get(&b, span_z(text)) && buf_ok(&b));
	return buf_span(&b);
}

TEST(rs256_is_what_openssl_makes)
{
	for (size_t i = 0; i < COUNT(signers); i++) {
		struct rsakey k = numbers_of(signers[i].key);
		struct assertion_rsa rsa;
		struct fault f = none();
		unsigned char *signature = edge_out(ASSERTION_RSA_BYTES);
		size_t n = 0;

		t_at("key %d", (int)i);
		OK(assertion_rsa_set(&rsa, &k));
		OK(assertion_rsa_sign(&rsa, ASSERTION_RSA_PKCS1, SPAN("header.payload"), signature, &n, &f));
		EQ(((struct span){ signature, n }), from_base64(signers[i].rs256));
	}
}

/* The check is first held against openssl's signatures, then used on ours. */
TEST(ps256_opens)
{
	for (size_t i = 0; i < COUNT(signers); i++) {
		struct rsakey k = numbers_of(signers[i].key);
		struct assertion_rsa rsa;
		unsigned char salt[3][32], signature[ASSERTION_RSA_BYTES];
		size_t n = 0;

		t_at("key %d", (int)i);
		OK(pss_ok(&k, from_base64(signers[i].ps256), SPAN("header.payload"), salt[0]));
		OK(!pss_ok(&k, from_base64(signers[i].ps256), SPAN("header.payloae"), salt[0]));
		OK(!pss_ok(&k, from_base64(signers[i].rs256), SPAN("header.payload"), salt[0]));
		OK(assertion_rsa_set(&rsa, &k));
		for (int round = 1; round < 3; round++) {
			struct fault f = none();

			OK(assertion_rsa_sign(&rsa, ASSERTION_RSA_PSS, SPAN("text"), signature, &n, &f));
			OK(pss_ok(&k, (struct span){ signature, n }, SPAN("text"), salt[round]));
		}
		OK(memcmp(salt[1], salt[2], 32) != 0);
	}
}

/* A key of which one number is wrong signs nothing. */
TEST(a_damaged_key_signs_nothing)
{
	struct rsakey k = numbers_of(rsa2048_key);
	struct assertion_rsa good, bad;

	OK(assertion_rsa_set(&good, &k));
	for (unsigned part = 0; part < ASSERTION_RSA_PARTS; part++) {
		unsigned char signature[ASSERTION_RSA_BYTES];
		struct fault f = none();
		size_t n = 0;

		t_at("part %u", part);
		bad = good;
		bad.bytes[bad.part[part].at + bad.part[part].n / 2] ^= 0x10;
		memset(signature, 0x5a, sizeof signature);
		OK(!assertion_rsa_sign(&bad, ASSERTION_RSA_PSS, SPAN("text"), signature, &n, &f));
		EQ(f.code, FAULT_SIGN_FAILED);
		EQ(n, 0);
		OK(is_zero(signature, 256));
	}
	{
		unsigned char signature[ASSERTION_RSA_BYTES];
		struct fault f = none();
		size_t n = 0;

		assertion_rsa_wipe(&good);
		OK(is_zero(&good, sizeof good));
		OK(!assertion_rsa_sign(&good, ASSERTION_RSA_PSS, SPAN("text"), signature, &n, &f));
		EQ(f.code, FAULT_SIGN_FAILED);
	}
}

TEST(keys_of_other_lengths)
{
	static const struct {
		const char *pem;
		bool good;
	} row[] = {
		{ rsa1024_key, false }, { rsa2047_key, false }, { rsa2048_key, true },
		{ rsa4096_key, true },  { rsa4104_key, false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct rsakey k = numbers_of(row[i].pem);
		struct assertion_rsa rsa;

		t_at("row %d", (int)i);
		EQ(assertion_rsa_set(&rsa, &k), row[i].good);
		EQ(is_zero(&rsa, sizeof rsa), !row[i].good);
	}
}

TEST(matches)
{
	struct rsakey k = numbers_of(rsa2048_key);
	struct assertion_rsa rsa;

	OK(assertion_rsa_set(&rsa, &k));
	OK(assertion_rsa_matches(&rsa, k.n, SPAN("\1\0\1")));
	OK(!assertion_rsa_matches(&rsa, k.n, SPAN("\3")));
	OK(!assertion_rsa_matches(&rsa, span_first(k.n, k.n.n - 1), SPAN("\1\0\1")));
	OK(!assertion_rsa_matches(&rsa, numbers_of(rsa_e3_key).n, SPAN("\1\0\1")));
}

/* ---- files
 * ------------------------------------------------------------------------------------- */

static void check_loaded(const char *what)
{
	char text[80];
	struct buf b = BUF(text), upper = BUF(text);

	t_at("%s", what);
	OK(key.has_certificate);
	buf_hex(&b, (struct span){ key.sha1, 20 });
	EQ(buf_span(&b), span_z(rsa2048_cert_sha1));
	b = BUF(text);
	buf_hex(&b, (struct span){ key.sha256, 32 });
	EQ(buf_span(&b), span_z(rsa2048_cert_sha256));
	EQ((const char *)key.subject, "CN=o2pop at Contoso, O=\"Contoso, Inc.\"");
	EQ(key.not_before, INT64_C(1767225600));
	EQ(key.not_after, INT64_C(1830297600));
	EQ(key.rsa.bits, 2048);
	EQ((const char *)key.key_id, "");
	assertion_thumbprint(&key, false, &upper);
	EQ(upper.n, 40);
	OK(span_eq_nocase(buf_span(&upper), span_z(rsa2048_cert_sha1)));
	for (size_t i = 0; i < upper.n; i++)
		OK(upper.p[i] < 'a');
}

TEST(files_that_can_be_used)
{
	struct fault f;

	OK(load(rsa2048_cert, rsa2048_key, &f));
	check_loaded("two files");
	OK(load(rsa2048_cert, rsa2048_pkcs1, &f));
	check_loaded("PKCS#1");
	OK(load(join(rsa2048_cert, rsa2048_key, ""), "", &f));
	check_loaded("one file");
	OK(load(join("Bag Attributes\r\n", rsa2048_key, rsa2048_cert), "", &f));
	check_loaded("one file, the key first");
	OK(load(join(rsa2048_cert, rsa4096_cert, ec_cert), rsa2048_key, &f));
	check_loaded("a chain");
	OK(load(join(ec_cert, rsa4096_cert, rsa2048_cert), rsa2048_key, &f));
	check_loaded("a chain, the root first");
	OK(load(join(rsa4096_key, rsa2048_cert, ""), rsa2048_key, &f));
	check_loaded("another key in the certificate's file");
	OK(load(rsa4096_cert, rsa4096_key, &f));
	EQ(key.rsa.bits, 4096);
	assertion_wipe(&key);
	OK(is_zero(&key, sizeof key));
}

TEST(files_that_cannot_be_used)
{
	static const struct {
		const char *certificate, *key;
		enum fault_code code;
		enum assertion_file file;
		const char *words;
	} row[] = {
		{ rsa2048_cert, "", FAULT_KEY_MISSING, ASSERTION_FILE_CERTIFICATE, "it holds a certificate" },
		{ rsa2048_cert, rsa2048_public, FAULT_KEY_MISSING, ASSERTION_FILE_KEY, "it holds a public key" },
		{ rsa2048_cert, rsa2048_request, FAULT_KEY_MISSING, ASSERTION_FILE_KEY, "certificate signing request" },
		{ rsa2048_cert, "no key\n", FAULT_KEY_MISSING, ASSERTION_FILE_KEY, "nothing that is known" },
		{ rsa2048_cert, rsa2048_locked, FAULT_KEY_ENCRYPTED, ASSERTION_FILE_KEY, "encrypted" },
		{ rsa2048_cert, rsa2048_locked_old, FAULT_KEY_ENCRYPTED, ASSERTION_FILE_KEY, "encrypted" },
		{ rsa2048_locked, "", FAULT_KEY_ENCRYPTED, ASSERTION_FILE_CERTIFICATE, "encrypted" },
		{ ec_cert, ec_key, FAULT_KEY_KIND, ASSERTION_FILE_KEY, "it holds an EC key" },
		{ ec_cert, ec_sec1, FAULT_KEY_KIND, ASSERTION_FILE_KEY, "it holds an EC key" },
		{ ec_cert, ed25519_key, FAULT_KEY_KIND, ASSERTION_FILE_KEY, "Ed25519" },
		{ ec_cert, dsa_key, FAULT_KEY_KIND, ASSERTION_FILE_KEY, "a kind that is not used here" },
		{ ec_cert, pss_key, FAULT_KEY_KIND, ASSERTION_FILE_KEY, "PSS alone" },
		{ ec_cert, ssh_key, FAULT_KEY_KIND, ASSERTION_FILE_KEY, "OpenSSH" },
		{ rsa2048_cert, rsa1024_key, FAULT_KEY_SIZE, ASSERTION_FILE_KEY, "1024 bits; 2048 to 4096" },
		{ rsa2048_cert, rsa2047_key, FAULT_KEY_SIZE, ASSERTION_FILE_KEY, "2047 bits" },
		{ rsa2048_cert, rsa4104_key, FAULT_KEY_SIZE, ASSERTION_FILE_KEY, "4104 bits" },
		{ rsa2048_cert, "-----BEGIN RSA PRIVATE KEY-----\nMIIE", FAULT_KEY_BROKEN, ASSERTION_FILE_KEY,
		  "damaged" },
		{ "\x30\3\2\1\3", "", FAULT_KEY_FORMAT, ASSERTION_FILE_CERTIFICATE, "it holds binary DER, not PEM" },
		{ "\x30\x80\2\1\3\x30", "", FAULT_KEY_FORMAT, ASSERTION_FILE_CERTIFICATE, "PKCS#12" },
		{ "\x30\x80\2\1\3\x30", rsa2048_key, FAULT_KEY_FORMAT, ASSERTION_FILE_CERTIFICATE, "PKCS#12" },
		{ rsa2048_key, rsa2048_key, FAULT_APP_CERT_MISSING, ASSERTION_FILE_CERTIFICATE,
		  "it holds an RSA private key" },
		{ rsa2048_request, rsa2048_key, FAULT_APP_CERT_MISSING, ASSERTION_FILE_CERTIFICATE, "signing request" },
		{ rsa2048_public, rsa2048_key, FAULT_APP_CERT_MISSING, ASSERTION_FILE_CERTIFICATE, "a public key" },
		{ rsa4096_cert, rsa2048_key, FAULT_KEY_MISMATCH, ASSERTION_FILE_CERTIFICATE,
		  "the certificate of CN=big is for another key" },
		{ ec_cert, rsa2048_key, FAULT_KEY_MISMATCH, ASSERTION_FILE_CERTIFICATE, "CN=curve is for another key" },
		{ rsa2048_cert, rsa_e3_key, FAULT_KEY_MISMATCH, ASSERTION_FILE_CERTIFICATE, "is for another key" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct fault f;
		size_t at;

		t_at("row %d", (int)i);
		OK(!load(row[i].certificate, row[i].key, &f));
		EQ(f.code, row[i].code);
		EQ(f.num, row[i].file);
		OK(span_find(fault_evidence(&f), span_z(row[i].words), &at));
		OK(is_zero(&key, sizeof key));
	}
}

TEST(files_that_are_exchanged_or_hold_a_foreign_chain)
{
	struct fault f;
	size_t at;

	OK(!load(rsa2048_key, join(rsa2048_key, rsa2048_cert, ""), &f));
	EQ(f.code, FAULT_APP_CERT_MISSING);
	OK(span_find(fault_evidence(&f), SPAN("are the two exchanged?"), &at));
	OK(!load(join(ec_cert, rsa4096_cert, ""), rsa2048_key, &f));
	EQ(f.code, FAULT_KEY_MISMATCH);
	EQ(fault_evidence(&f), SPAN("none of the 2 certificates in it is for this key"));
}

/* One digit of the key's base64 changed: whatever the file then is, no such key is accepted. */
TEST(a_damaged_key_is_refused)
{
	size_t n = strlen(rsa2048_pkcs1);

	for (size_t i = 40; i < n - 40; i += 97) {
		char copy[4096];
		struct fault f;

		t_at("byte %lu", (unsigned long)i);
		strcpy(copy, rsa2048_pkcs1);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		OK(!load(rsa2048_cert, copy, &f) || (i > 400 && i < 800)); /* d is not used */
	}
}

TEST(every_prefix_of_a_file)
{
	const char *file = join(rsa2048_cert, rsa2048_key, "");
	size_t n = strlen(file);

	for (size_t i = 0; i < n - 1; i += 1 + i % 7) {
		struct fault f = none();

		t_at("%lu bytes", (unsigned long)i);
		OK(secret_set(&certificate_text, span_first(span_z(file), i)) && secret_set(&key_text, SPAN("")));
		OK(!assertion_load(&key, &certificate_text, &key_text, &f));
		OK(f.code == FAULT_KEY_MISSING || f.code == FAULT_KEY_BROKEN);
		f = none();
		OK(secret_set(&certificate_text,
		              span_first(span_z(rsa2048_cert), i < strlen(rsa2048_cert) - 1 ? i : 0)));
		OK(secret_set(&key_text, span_z(rsa2048_key)));
		if (i % 5 == 0)
			OK(!assertion_load(&key, &certificate_text, &key_text, &f) && f.code == FAULT_APP_CERT_MISSING);
	}
}

TEST(a_key_alone)
{
	struct fault f = none();

	OK(assertion_load_key(&key, span_z(rsa2048_key), &f));
	OK(!key.has_certificate);
	EQ(key.rsa.bits, 2048);
	OK(!assertion_load_key(&key, span_z(ec_key), &f));
	EQ(f.code, FAULT_KEY_KIND);
	EQ(f.num, ASSERTION_FILE_KEY);
	OK(is_zero(&key, sizeof key));
}

/* ---- assertions
 * -------------------------------------------------------------------------------- */

static char header_json[1024], claims_json[8192];

/* Split the JWT; both JSON texts into the buffers above, NUL-terminated. */
static struct span open_jwt(struct span *signed_part)
{
	struct buf header = { (unsigned char *)header_json, sizeof header_json - 1, 0, false };
	struct buf claims = { (unsigned char *)claims_json, sizeof claims_json - 1, 0, false };
	static unsigned char scratch[600];
	struct buf signature = BUF(scratch);
	struct span jwt = secret_reveal(&jwt_text);
	struct jwt parts;

	header_json[0] = claims_json[0] = '\0';
	if (!OK(jwt_split(jwt, &parts)))
		return SPAN("");
	OK(jwt_json(parts.header, &header) && jwt_json(parts.payload, &claims) && buf_ok(&header) && buf_ok(&claims));
	OK(base64_url_get(&signature, parts.signature) && buf_ok(&signature));
	header_json[header.n] = claims_json[claims.n] = '\0';
	*signed_part = span_first(jwt, (size_t)(parts.signature.p - 1 - jwt.p));
	return buf_span(&signature);
}

static bool rs256_ok(const struct rsakey *k, struct span signature, struct span text)
{
	unsigned char em[512], hash[32];

	sha256(text, SPAN(""), SPAN(""), hash);
	return open_signature(k, signature, em) && memcmp(em + k->n.n - 32, hash, 32) == 0 && em[0] == 0 && em[1] == 1;
}

static const struct assertion_request request = { ASSERTION_FORM_PS256, SPAN_INIT(CLIENT), SPAN_INIT(URL), NOW };

static void x5t(char text[64], const unsigned char *hash, size_t n)
{
	struct buf b = { (unsigned char *)text, 63, 0, false };

	base64_url_put(&b, (struct span){ hash, n });
	text[b.n] = '\0';
}

TEST(client_assertions_of_every_form)
{
	struct rsakey k = numbers_of(rsa2048_key);
	struct fault f;
	char print[64], want[300];

	OK(load(rsa2048_cert, rsa2048_key, &f));
	for (int form = ASSERTION_FORM_PS256; form <= ASSERTION_FORM_RS256_SHA1; form++) {
		struct assertion_request r = request;
		struct span text, signature;
		unsigned char salt[32];
		char *id;

		t_at("form %d", form);
		r.form = (enum assertion_form)form;
		f = none();
		OK(assertion_sign(&key, &r, &jwt_text, &f));
		signature = open_jwt(&text);
		if (form == ASSERTION_FORM_PS256)
			OK(pss_ok(&k, signature, text, salt));
		else
			OK(rs256_ok(&k, signature, text));
		if (form == ASSERTION_FORM_RS256_SHA1)
			x5t(print, key.sha1, 20);
		else
			x5t(print, key.sha256, 32);
		snprintf(want, sizeof want, "{\"alg\":\"%s\",\"typ\":\"JWT\",\"%s\":\"%s\"}",
		         form == ASSERTION_FORM_PS256 ? "PS256" : "RS256",
		         form == ASSERTION_FORM_RS256_SHA1 ? "x5t" : "x5t#S256", print);
		EQ((const char *)header_json, (const char *)want);
		id = strstr(claims_json, "\"jti\":\"");
		if (!OK(id != NULL))
			continue;
		EQ(id[7 + 14], '4'); /* the version */
		OK(strchr("89ab", id[7 + 19]) != NULL);
		memset(id + 7, 'x', 36);
		EQ((const char *)claims_json, "{\"aud\":\"" URL "\",\"iss\":\"" CLIENT "\",\"sub\":\"" CLIENT "\","
		                              "\"jti\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\","
		                              "\"nbf\":1789999940,\"iat\":1790000000,\"exp\":1790000540}");
	}
}

/* The thumbprints in the form that RFC 7515 wants, computed by openssl: base64url of the bytes,
 * not of hexadecimal. */
TEST(thumbprint_in_the_header)
{
	struct fault f;
	unsigned char bytes[32];
	struct assertion_request r = request;
	struct span text;
	char print[64];

	OK(load(rsa2048_cert, rsa2048_key, &f));
	for (size_t i = 0; i < 20; i++) {
		unsigned high, low;

		OK(span_hex_digit((unsigned char)rsa2048_cert_sha1[2 * i], &high) &&
		   span_hex_digit((unsigned char)rsa2048_cert_sha1[2 * i + 1], &low));
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	x5t(print, bytes, 20);
	r.form = ASSERTION_FORM_RS256_SHA1;
	OK(assertion_sign(&key, &r, &jwt_text, &f));
	open_jwt(&text);
	OK(strstr(header_json, print) != NULL);
	EQ(strlen(print), 27);
}

TEST(each_assertion_has_an_id_of_its_own)
{
	static char first[8192];
	struct fault f;
	struct span text;

	OK(load(rsa2048_cert, rsa2048_key, &f));
	OK(assertion_sign(&key, &request, &jwt_text, &f));
	open_jwt(&text);
	strcpy(first, claims_json);
	OK(assertion_sign(&key, &request, &jwt_text, &f));
	open_jwt(&text);
	OK(strcmp(first, claims_json) != 0);
	EQ(strlen(first), strlen(claims_json));
}

/* Whatever stands in a setting is one JSON string. */
TEST(texts_are_escaped)
{
	struct assertion_request r = request;
	char text[300];
	struct buf b = BUF(text);
	struct span part;
	struct fault f;

	r.client_id = SPAN("a\",\"sub\":\"b\\\n");
	OK(load(rsa2048_cert, rsa2048_key, &f));
	OK(assertion_sign(&key, &r, &jwt_text, &f));
	open_jwt(&part);
	EQ(json_string(span_z(claims_json), "sub", &b), JSON_FOUND);
	EQ(buf_span(&b), r.client_id);
}

/* Up to the limit it works, beyond it there is a fault and no assertion. */
TEST(claims_that_are_too_long)
{
	static char url[ASSERTION_JSON_MAX];
	struct assertion_request r = request;
	struct span part;
	struct fault f;
	size_t longest;

	OK(load(rsa2048_cert, rsa2048_key, &f));
	OK(assertion_sign(&key, &request, &jwt_text, &f));
	open_jwt(&part);
	longest = ASSERTION_JSON_MAX - (strlen(claims_json) - strlen(URL));
	memset(url, 'x', sizeof url);
	for (size_t n = longest - 2; n <= longest + 2; n++) {
		bool good;

		t_at("%lu", (unsigned long)n);
		r.audience = (struct span){ (unsigned char *)url, n };
		f = none();
		good = assertion_sign(&key, &r, &jwt_text, &f);
		EQ(good, n <= longest);
		EQ(f.code, good ? FAULT_NONE : FAULT_LIMIT);
		EQ(secret_is_set(&jwt_text), good);
	}
}

TEST(without_a_key_nothing_is_signed)
{
	struct fault f = none();

	assertion_wipe(&key);
	OK(secret_set(&jwt_text, SPAN("old")));
	OK(!assertion_sign(&key, &request, &jwt_text, &f));
	EQ(f.code, FAULT_SIGN_FAILED);
	OK(!secret_is_set(&jwt_text));
}

TEST(a_service_account_s_grant)
{
	static const struct assertion_grant g = { SPAN_INIT("reader@project.iam.gserviceaccount.com"),
		                                  SPAN_INIT("alice@contoso.example"),
		                                  SPAN_INIT("https://mail.google.com/"),
		                                  SPAN_INIT("https://oauth2.googleapis.com/token"), NOW };
	struct assertion_grant own = g;
	struct rsakey k = numbers_of(rsa2048_key);
	struct fault f = none();
	struct span text, signature;

	OK(assertion_load_key(&key, span_z(rsa2048_key), &f));
	strcpy(key.key_id, "0af1");
	OK(assertion_sign_grant(&key, &g, &jwt_text, &f));
	signature = open_jwt(&text);
	OK(rs256_ok(&k, signature, text));
	EQ((const char *)header_json, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"0af1\"}");
	EQ((const char *)claims_json, "{\"iss\":\"reader@project.iam.gserviceaccount.com\","
	                              "\"sub\":\"alice@contoso.example\",\"scope\":\"https://mail.google.com/"
	                              "\",\"aud\":\"https://oauth2.googleapis.com/token\","
	                              "\"iat\":1790000000,\"exp\":1790003600}");
	own.subject = SPAN("");
	key.key_id[0] = '\0';
	OK(assertion_sign_grant(&key, &own, &jwt_text, &f));
	open_jwt(&text);
	EQ((const char *)header_json, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
	OK(strstr(claims_json, "\"sub\"") == NULL);
}
