/* assertion: the JWT that an application signs to prove who it is, instead of a secret (RFC
 * 7523). */
#ifndef IDENT_ASSERTION_H
#define IDENT_ASSERTION_H

#include "base/secret.h"
#include "ident/assertion_rsa.h"

/* The signature, and how the header names the certificate (RFC 7515 sections 4.1.7, 4.1.8; RFC
 * 7518 sections 3.3, 3.5): PS256 or RS256 with x5t#S256, or RS256 with x5t (SHA-1). The first is
 * what Entra documents. */
enum assertion_form { ASSERTION_FORM_PS256, ASSERTION_FORM_RS256, ASSERTION_FORM_RS256_SHA1 };

enum {
	ASSERTION_LIFE_S = 600,   /* from nbf to exp; Entra wants 5 to 10 minutes */
	ASSERTION_EARLY_S = 60,   /* nbf lies so long before now, for a clock that is ahead */
	ASSERTION_GRANT_S = 3600, /* from iat to exp of a service account's: an hour at most */
	ASSERTION_TEXT_MAX = 160,
	ASSERTION_JSON_MAX = 4096 /* of the claims: a URL, an id, a scope */
};

/* In which of the two files a fault lies: its num. */
enum assertion_file { ASSERTION_FILE_CERTIFICATE, ASSERTION_FILE_KEY };

/* A private key and what is known of it. Plain data. Start with { 0 }, end with assertion_wipe. */
struct assertion_key {
	struct assertion_rsa rsa;
	bool has_certificate;               /* else the next four are empty */
	unsigned char sha1[20], sha256[32]; /* of the certificate's DER */
	int64_t not_before, not_after;      /* seconds since 1970 */
	char subject[ASSERTION_TEXT_MAX];   /* printable, "CN=o2pop" */
	char key_id[ASSERTION_TEXT_MAX];    /* kid of the header; "" when there is none */
};

/* Read certificate and private key out of the PEM texts of their files. The key may stand in the certificate's file:
 * `key` is then not set. Of several certificates, as in a chain, it is the one with the key's public half. A signature
 * is made for trial. On false *k is wiped and f->num is an enum assertion_file: KEY_MISSING, KEY_ENCRYPTED, KEY_FORMAT,
 * KEY_KIND, KEY_SIZE, KEY_BROKEN, APP_CERT_MISSING or KEY_MISMATCH, with what was found instead as evidence. Whether
 * the certificate is in time is not looked at. */
bool assertion_load(struct assertion_key *k, const struct secret *certificate, const struct secret *key,
                    struct fault *f) MUST;

/* The same for a key that comes without certificate; num is ASSERTION_FILE_KEY. */
bool assertion_load_key(struct assertion_key *k, struct span pem, struct fault *f) MUST;

void assertion_wipe(struct assertion_key *k);

/* The thumbprint as the portal shows it: hexadecimal, upper case. By SHA-1 (40 digits) or SHA-256 (64). */
void assertion_thumbprint(const struct assertion_key *k, bool sha256, struct buf *out);

/* What a client assertion says (RFC 7523 section 2.2): iss and sub are the client id, aud is
 * exactly the URL that it will be sent to. */
struct assertion_request {
	enum assertion_form form;
	struct span client_id, audience;
	int64_t now; /* seconds since 1970 */
};

/* The client assertion, good for one request: with a jti of its own, and x5t or x5t#S256. On
 * false (SIGN_FAILED, NO_RANDOM, LIMIT) *out is empty. */
bool assertion_sign(const struct assertion_key *k, const struct assertion_request *r, struct secret *out,
                    struct fault *f) MUST;

/* What a service account asks for (RFC 7523 section 2.1, as Google has it): a token for the mailbox `subject`. */
struct assertion_grant {
	struct span issuer, subject, scope, audience; /* without subject, the account itself */
	int64_t now;
};

/* The assertion that is a grant by itself, RS256 with kid. */
bool assertion_sign_grant(const struct assertion_key *k, const struct assertion_grant *g, struct secret *out,
                          struct fault *f) MUST;

#endif
