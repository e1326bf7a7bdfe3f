#include "show/chain.h"

#include "conf/trusted.h"
#include "net/tls_sha256.h"
#include "text/date.h"
#include "text/der.h"
#include "text/dn.h"

enum {
	VALUE = 14, /* column of the values: 64 digits fit behind it */
	NAMES_SHOWN = 8,
	TEXT_MAX = 1024
};

static void put_row(struct page *p, const char *key, const struct buf *value)
{
	page_to(p, 2);
	page_z(p, key);
	page_to(p, VALUE);
	page_row(p, VALUE, buf_span(value), SPAN_NONE);
}

static void put_name(struct page *p, const char *key, struct span name)
{
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	dn_put(&b, name);
	put_row(p, key, &b);
}

static void put_names(struct page *p, const struct der_cert *c)
{
	char text[TEXT_MAX];
	struct buf b = BUF(text);
	enum der_san_kind kind;
	struct span value;
	unsigned n = 0;
	size_t at = 0;

	while (der_san(c, &at, &kind, &value)) {
		if (kind == DER_SAN_DNS && n++ < NAMES_SHOWN)
			buf_say(&b, "%s%.*s", b.n != 0 ? ", " : "", SPAN_ARG(value));
	}
	if (n > NAMES_SHOWN)
		buf_say(&b, " and %u more", n - NAMES_SHOWN);
	if (n != 0)
		put_row(p, "names", &b);
}

static void put_validity(struct page *p, const struct der_cert *c, int64_t now)
{
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	date_put_day(&b, c->not_before);
	buf_z(&b, " to ");
	date_put_day(&b, c->not_after);
	if (c->not_after < now)
		buf_say(&b, ", expired %s ago", date_span_text(now - c->not_after).z);
	else if (c->not_before > now)
		buf_say(&b, ", not valid before %s from now", date_span_text(c->not_before - now).z);
	else
		buf_say(&b, ", %s left", date_span_text(c->not_after - now).z);
	put_row(p, "valid", &b);
}

static void put_key(struct page *p, const struct der_cert *c)
{
	static const char *const kinds[] = {
		[DER_KEY_OTHER] = "of a kind that o2pop does not know",
		[DER_KEY_RSA] = "RSA",
		[DER_KEY_P256] = "EC P-256",
		[DER_KEY_P384] = "EC P-384",
		[DER_KEY_P521] = "EC P-521",
		[DER_KEY_ED25519] = "Ed25519",
	};
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	buf_z(&b, kinds[c->key]);
	if (c->key == DER_KEY_RSA)
		buf_say(&b, " %u bits", c->key_bits);
	buf_z(&b, ", signed with ");
	der_oid(&b, c->signature_oid);
	put_row(p, "key", &b);
}

static void put_digest(struct page *p, const char *key, struct span of)
{
	unsigned char digest[32];
	char text[TEXT_MAX];
	struct buf b = BUF(text);

	tls_sha256(of, digest);
	buf_hex(&b, (struct span){ digest, sizeof digest });
	put_row(p, key, &b);
}

void chain_put(struct page *p, struct span der, unsigned number, int64_t now)
{
	struct der_cert c;

	page_tone(p, PAGE_STRONG);
	page_say(p, number == 1 ? "Certificate %u, the server's own" : "Certificate %u", number);
	page_tone(p, PAGE_PLAIN);
	page_end(p);
	if (!der_cert(der, &c)) {
		page_lines(p, 2, SPAN("not a well-formed certificate"));
		return;
	}
	put_name(p, "subject", c.subject);
	put_name(p, "issuer", c.issuer);
	put_names(p, &c);
	put_validity(p, &c, now);
	put_key(p, &c);
	put_digest(p, "sha256", der);
	put_digest(p, "pin", c.spki); /* as the setting pin wants it */
	page_end(p);
}

void chain_put_end(struct page *p, struct span last, const struct trust *trust, const struct settings *s)
{
	const struct trust_anchor *anchor = NULL;
	char text[TEXT_MAX];
	struct buf b = BUF(text);
	struct der_cert c;
	size_t at = 0;

	if (!der_cert(last, &c))
		return;
	while (at < trust->n && anchor == NULL)
		if (span_eq(trust->anchor[at++].subject, c.issuer))
			anchor = &trust->anchor[at - 1];
	dn_put_short(&b, c.issuer);
	if (anchor != NULL) {
		buf_z(&b, at <= trust->embedded ? ", built in" : ", from ");
		if (at > trust->embedded)
			trusted_put(&b, s, false);
		buf_z(&b, ", valid until ");
		date_put_day(&b, anchor->not_after);
	} else {
		buf_z(&b, span_eq(c.issuer, c.subject)
		                  ? " signs itself and is not trusted"
		                  : " is neither sent nor trusted: the chain ends here, or a certificate is missing");
	}
	page_toned(p, PAGE_STRONG, SPAN("Anchor"));
	page_to(p, VALUE);
	page_row(p, VALUE, buf_span(&b), SPAN_NONE);
	page_end(p);
}
