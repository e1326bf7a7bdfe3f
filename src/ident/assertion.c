#include "ident/assertion.h"

#include "net/tls_sha256.h"
#include "text/base64.h"
#include "text/dn.h"
#include "text/json.h"
#include "text/pem.h"
#include "text/spki.h"

enum {
	DER_MAX = SECRET_MAX / 4 * 3, /* what a whole file can hold */
	JWT_MAX = 8 * 1024,           /* header, claims of ASSERTION_JSON_MAX, signature */
	HEADER_MAX = 512,
	ID_BYTES = 16
};

_Static_assert(BASE64URL_SIZE(HEADER_MAX) + BASE64URL_SIZE(ASSERTION_JSON_MAX) + BASE64URL_SIZE(ASSERTION_RSA_BYTES) +
                               2 <=
                       JWT_MAX,
               "JWT_MAX is too small");

/* ---- the private key ----------------------------------------------------------------------------- */

static const enum fault_code faults[] = {
	[RSAKEY_NOTHING] = FAULT_KEY_MISSING,
	[RSAKEY_BROKEN] = FAULT_KEY_BROKEN,
	[RSAKEY_PUBLIC] = FAULT_KEY_MISSING,
	[RSAKEY_REQUEST] = FAULT_KEY_MISSING,
	[RSAKEY_CERTIFICATE] = FAULT_KEY_MISSING,
	[RSAKEY_PKCS12] = FAULT_KEY_FORMAT,
	[RSAKEY_BINARY] = FAULT_KEY_FORMAT,
	[RSAKEY_OTHER] = FAULT_KEY_KIND,
	[RSAKEY_OPENSSH] = FAULT_KEY_KIND,
	[RSAKEY_ED25519] = FAULT_KEY_KIND,
	[RSAKEY_EC] = FAULT_KEY_KIND,
	[RSAKEY_PSS] = FAULT_KEY_KIND,
	[RSAKEY_ENCRYPTED] = FAULT_KEY_ENCRYPTED,
};

static bool refuse_kind(enum rsakey_kind kind, enum assertion_file file, struct fault *f)
{
	return fault_say(f, faults[kind], file, "it holds %s", rsakey_name(kind));
}

static bool keep(struct assertion_key *k, const struct rsakey *numbers, enum assertion_file file, struct fault *f)
{
	unsigned char signature[ASSERTION_RSA_BYTES];
	struct fault why = { .code = FAULT_NONE };
	size_t n;

	if (numbers->bits < ASSERTION_RSA_BITS_MIN || numbers->bits > ASSERTION_RSA_BITS_MAX)
		return fault_say(f, FAULT_KEY_SIZE, file, "%u bits; 2048 to 4096 can be used", numbers->bits);
	if (!assertion_rsa_set(&k->rsa, numbers))
		return fault_set(f, FAULT_KEY_BROKEN, file, SPAN("its public exponent is out of reason"));
	/* A key whose numbers do not fit together would make signatures that nobody can open. */
	return assertion_rsa_sign(&k->rsa, ASSERTION_RSA_PKCS1, SPAN("o2pop"), signature, &n, &why) ||
	       fault_set(f, FAULT_KEY_BROKEN, file, SPAN("its numbers do not fit together"));
}

static bool load_key(struct assertion_key *k, struct span text, enum assertion_file file, struct fault *f)
{
	unsigned char scratch[DER_MAX];
	struct buf der = BUF(scratch);
	struct rsakey numbers;
	enum rsakey_kind kind = rsakey_find(text, &der, &numbers);
	bool good = kind == RSAKEY_RSA ? keep(k, &numbers, file, f) : refuse_kind(kind, file, f);

	secret_wipe_bytes(scratch, sizeof scratch);
	return good;
}

bool assertion_load_key(struct assertion_key *k, struct span pem, struct fault *f)
{
	assertion_wipe(k);
	if (load_key(k, pem, ASSERTION_FILE_KEY, f))
		return true;
	assertion_wipe(k);
	return false;
}

/* ---- the certificate ----------------------------------------------------------------------------- */

/* Remember the certificate, and say whether it is the key's. */
static bool take(struct assertion_key *k, struct span der, const struct der_cert *c)
{
	struct buf subject = buf_field(k->subject, sizeof k->subject); /* what does not fit is cut */
	unsigned char scratch[1024];
	struct buf name = BUF(scratch);
	struct spki public;

	k->has_certificate = true;
	assertion_rsa_sha1(der, k->sha1);
	tls_sha256(der, k->sha256);
	k->not_before = c->not_before;
	k->not_after = c->not_after;
	dn_put(&name, c->subject);
	buf_printable(&subject, buf_span(&name));
	return spki_read(c->spki, &public) && public.key == DER_KEY_RSA &&
	       assertion_rsa_matches(&k->rsa, public.a, public.b);
}

static bool refuse_no_certificate(struct span text, struct span key, struct fault *f)
{
	unsigned char scratch[DER_MAX];
	struct buf der = BUF(scratch);
	struct rsakey ignored;
	enum rsakey_kind kind = rsakey_find(text, &der, &ignored);
	size_t at;

	secret_wipe_bytes(scratch, sizeof scratch);
	if (kind == RSAKEY_PKCS12 || kind == RSAKEY_BINARY)
		return refuse_kind(kind, ASSERTION_FILE_CERTIFICATE, f);
	return fault_say(f, FAULT_APP_CERT_MISSING, ASSERTION_FILE_CERTIFICATE, "it holds %s%s",
	                 kind == RSAKEY_CERTIFICATE ? "a damaged certificate" : rsakey_name(kind),
	                 span_find(key, SPAN("-----BEGIN CERTIFICATE-----"), &at)
	                         ? "; the certificate stands in the file with the key: are the two exchanged?"
	                         : "");
}

/* `key` is the text of the key's file when that is another one. */
static bool load_certificate(struct assertion_key *k, struct span text, struct span key, struct fault *f)
{
	unsigned char scratch[DER_MAX]; /* may hold the key for a moment */
	struct buf der = BUF(scratch);
	struct der_cert c;
	unsigned count = 0;
	size_t at = 0;
	struct span label;
	bool bad, found = false;

	while (!found && pem_next(text, &at, &label, &der, &bad)) {
		if ((span_eq(label, SPAN("CERTIFICATE")) || span_eq(label, SPAN("X509 CERTIFICATE"))) && buf_ok(&der) &&
		    der_cert(buf_span(&der), &c)) {
			count++;
			found = take(k, buf_span(&der), &c);
		}
		der = BUF(scratch);
	}
	secret_wipe_bytes(scratch, sizeof scratch);
	if (found)
		return true;
	if (count == 0)
		return refuse_no_certificate(text, key, f);
	if (count == 1)
		return fault_say(f, FAULT_KEY_MISMATCH, ASSERTION_FILE_CERTIFICATE,
		                 "the certificate of %s is for another key", k->subject);
	return fault_say(f, FAULT_KEY_MISMATCH, ASSERTION_FILE_CERTIFICATE,
	                 "none of the %u certificates in it is for this key", count);
}

bool assertion_load(struct assertion_key *k, const struct secret *certificate, const struct secret *key,
                    struct fault *f)
{
	bool apart = secret_is_set(key);
	struct span text = secret_reveal(certificate), key_text = secret_reveal(key);

	assertion_wipe(k);
	if (load_key(k, apart ? key_text : text, apart ? ASSERTION_FILE_KEY : ASSERTION_FILE_CERTIFICATE, f) &&
	    load_certificate(k, text, key_text, f))
		return true;
	assertion_wipe(k);
	return false;
}

void assertion_wipe(struct assertion_key *k)
{
	secret_wipe_bytes(k, sizeof *k);
}

void assertion_thumbprint(const struct assertion_key *k, bool sha256, struct buf *out)
{
	static const char digits[] = "0123456789ABCDEF";
	struct span bytes =
		sha256 ? (struct span){ k->sha256, sizeof k->sha256 } : (struct span){ k->sha1, sizeof k->sha1 };

	for (size_t i = 0; i < bytes.n; i++) {
		buf_byte(out, (unsigned char)digits[bytes.p[i] >> 4]);
		buf_byte(out, (unsigned char)digits[bytes.p[i] & 15]);
	}
}

/* ---- JWS, RFC 7515 ------------------------------------------------------------------------------- */

/* "name":"value", with a comma before it unless it is the first. */
static void put_text(struct buf *json, const char *name, struct span value)
{
	buf_say(json, "%s\"%s\":", json->n == 0 ? "{" : ",", name);
	json_put_string(json, value);
}

static void put_time(struct buf *json, const char *name, int64_t unix_s)
{
	buf_say(json, ",\"%s\":%lld", name, (long long)unix_s);
}

/* A random UUID (RFC 9562 section 5.4). */
static bool put_id(struct buf *json, struct fault *f)
{
	unsigned char id[ID_BYTES];
	char text[40];
	struct buf b = BUF(text);

	if (!assertion_rsa_random(id, sizeof id, f))
		return false;
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x40);
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof id; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			buf_byte(&b, '-');
		buf_hex(&b, (struct span){ &id[i], 1 });
	}
	put_text(json, "jti", buf_span(&b));
	return true;
}

static void put_hash(struct buf *json, const char *name, const unsigned char *hash, size_t n)
{
	char text[BASE64URL_SIZE(32)];
	struct buf b = BUF(text);

	base64_url_put(&b, (struct span){ hash, n });
	put_text(json, name, buf_span(&b));
}

/* header "." claims "." signature, each base64url (RFC 7515 section 7.1). */
static bool seal(const struct assertion_key *k, enum assertion_rsa_padding padding, const struct buf *header,
                 const struct buf *claims, struct secret *out, struct fault *f)
{
	unsigned char scratch[JWT_MAX], signature[ASSERTION_RSA_BYTES];
	struct buf jwt = BUF(scratch);
	size_t n;
	bool good;

	secret_wipe(out);
	if (!buf_ok(header) || !buf_ok(claims))
		return fault_limit(f, FAULT_LIMIT, claims->n, claims->cap);
	base64_url_put(&jwt, buf_span(header));
	buf_byte(&jwt, '.');
	base64_url_put(&jwt, buf_span(claims));
	if (!assertion_rsa_sign(&k->rsa, padding, buf_span(&jwt), signature, &n, f))
		return false;
	buf_byte(&jwt, '.');
	base64_url_put(&jwt, (struct span){ signature, n });
	good = (buf_ok(&jwt) && secret_set(out, buf_span(&jwt))) || fault_limit(f, FAULT_LIMIT, jwt.n, JWT_MAX);
	secret_wipe_bytes(scratch, sizeof scratch);
	secret_wipe_bytes(signature, sizeof signature);
	return good;
}

bool assertion_sign(const struct assertion_key *k, const struct assertion_request *r, struct secret *out,
                    struct fault *f)
{
	char head[HEADER_MAX], body[ASSERTION_JSON_MAX];
	struct buf header = BUF(head), claims = BUF(body);
	bool pss = r->form == ASSERTION_FORM_PS256;

	secret_wipe(out);
	put_text(&header, "alg", pss ? SPAN("PS256") : SPAN("RS256"));
	put_text(&header, "typ", SPAN("JWT"));
	if (r->form == ASSERTION_FORM_RS256_SHA1)
		put_hash(&header, "x5t", k->sha1, sizeof k->sha1);
	else
		put_hash(&header, "x5t#S256", k->sha256, sizeof k->sha256);
	buf_byte(&header, '}');
	put_text(&claims, "aud", r->audience);
	put_text(&claims, "iss", r->client_id);
	put_text(&claims, "sub", r->client_id);
	if (!put_id(&claims, f))
		return false;
	put_time(&claims, "nbf", r->now - ASSERTION_EARLY_S);
	put_time(&claims, "iat", r->now);
	put_time(&claims, "exp", r->now - ASSERTION_EARLY_S + ASSERTION_LIFE_S);
	buf_byte(&claims, '}');
	return seal(k, pss ? ASSERTION_RSA_PSS : ASSERTION_RSA_PKCS1, &header, &claims, out, f);
}

bool assertion_sign_grant(const struct assertion_key *k, const struct assertion_grant *g, struct secret *out,
                          struct fault *f)
{
	char head[HEADER_MAX], body[ASSERTION_JSON_MAX];
	struct buf header = BUF(head), claims = BUF(body);

	put_text(&header, "alg", SPAN("RS256"));
	put_text(&header, "typ", SPAN("JWT"));
	if (k->key_id[0] != '\0')
		put_text(&header, "kid", span_z(k->key_id));
	buf_byte(&header, '}');
	put_text(&claims, "iss", g->issuer);
	if (g->subject.n != 0)
		put_text(&claims, "sub", g->subject);
	put_text(&claims, "scope", g->scope);
	put_text(&claims, "aud", g->audience);
	put_time(&claims, "iat", g->now);
	put_time(&claims, "exp", g->now + ASSERTION_GRANT_S);
	buf_byte(&claims, '}');
	return seal(k, ASSERTION_RSA_PKCS1, &header, &claims, out, f);
}
