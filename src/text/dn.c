#include "text/dn.h"

enum {
	PARTS_MAX = 32, /* attributes of a name that are shown; real ones have up to 12 */
	TEXT_MAX = 1024 /* bytes of a name that are shown; most attributes end at 64 characters */
};

static const struct asn1_name attributes[] = {
	{ SPAN_INIT(DN_COMMON_NAME), "CN" },
	{ SPAN_INIT("\x55\x04\x04"), "SN" },
	{ SPAN_INIT("\x55\x04\x05"), "serialNumber" },
	{ SPAN_INIT("\x55\x04\x06"), "C" },
	{ SPAN_INIT("\x55\x04\x07"), "L" },
	{ SPAN_INIT("\x55\x04\x08"), "ST" },
	{ SPAN_INIT("\x55\x04\x09"), "STREET" },
	{ SPAN_INIT("\x55\x04\x0a"), "O" },
	{ SPAN_INIT("\x55\x04\x0b"), "OU" },
	{ SPAN_INIT("\x55\x04\x0c"), "title" },
	{ SPAN_INIT("\x55\x04\x2a"), "GN" },
	{ SPAN_INIT("\x55\x04\x61"), "organizationIdentifier" },
	{ SPAN_INIT("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID" },
	{ SPAN_INIT("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC" },
	{ SPAN_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress" },
};

/* A Name while it is walked: SEQUENCE OF SET OF SEQUENCE { type, value }. */
struct name {
	struct span sets, set;
	bool broken;
};

/* One attribute. */
struct part {
	struct span type;
	struct asn1 value;
};

static struct name name_start(struct span der)
{
	struct name n = { .broken = false };

	n.broken = !asn1_only(der, ASN1_SEQUENCE, &n.sets);
	return n;
}

/* The next attribute; false at the end, and for good once something is broken. */
static bool name_next(struct name *n, struct part *p)
{
	struct span pair;

	if (n->broken || (n->set.n == 0 && n->sets.n == 0))
		return false;
	n->broken = (n->set.n == 0 && !asn1_take(&n->sets, ASN1_SET, &n->set)) ||
	            !asn1_take(&n->set, ASN1_SEQUENCE, &pair) || !asn1_take(&pair, ASN1_OID, &p->type) ||
	            !asn1_next(&pair, &p->value) || pair.n != 0;
	return !n->broken;
}

bool dn_ok(struct span der)
{
	struct name n = name_start(der);
	struct part p;

	while (name_next(&n, &p))
		;
	return !n.broken;
}

/* What does not fit is left out. */
static void put_cut(struct buf *out, struct span s)
{
	buf_put(out, span_first(s, out->cap - out->n));
}

static void put_character(struct buf *out, uint32_t c)
{
	unsigned char bytes[4];
	struct buf one = BUF(bytes);

	buf_utf8(&one, c);
	put_cut(out, buf_span(&one));
}

/* Characters of `width` bytes, the most significant first; what is left over at the end is no character. */
static void put_wide(struct buf *out, struct span s, size_t width)
{
	for (size_t i = 0; i < s.n; i += width) {
		uint32_t c = 0;

		if (s.n - i < width)
			c = 0xfffd;
		else
			for (size_t k = 0; k < width; k++)
				c = c << 8 | s.p[i + k];
		put_character(out, c);
	}
}

/* A value of an attribute, in UTF-8 but not yet printable; what is no text as "#" and hexadecimal (RFC 4514). */
static void put_value(struct buf *out, const struct asn1 *value)
{
	switch (value->tag) {
	case ASN1_UTF8:
	case ASN1_PRINTABLE:
	case ASN1_IA5:
		put_cut(out, value->content);
		return;
	case ASN1_T61: /* written by everybody as if it were Latin-1 */
		put_wide(out, value->content, 1);
		return;
	case ASN1_BMP:
		put_wide(out, value->content, 2);
		return;
	case ASN1_UNIVERSAL:
		put_wide(out, value->content, 4);
		return;
	default: /* a byte, not an enum: the peer may send any tag */
		put_cut(out, SPAN("#"));
		buf_hex(out, span_first(value->whole, (out->cap - out->n) / 2));
		return;
	}
}

/* Between quotes when it could be taken for more than one attribute: O="Entrust, Inc.". */
static void put_quoted(struct buf *out, struct span value)
{
	bool quote = false;
	size_t at;

	for (size_t i = 0; i < value.n && !quote; i++)
		quote = span_find_byte(SPAN(",=\""), value.p[i], &at);
	if (quote)
		put_cut(out, SPAN("\""));
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"')
			put_cut(out, SPAN("\\"));
		put_cut(out, (struct span){ value.p + i, 1 });
	}
	if (quote)
		put_cut(out, SPAN("\""));
}

static void put_part(struct buf *out, const struct part *p)
{
	unsigned char bytes[TEXT_MAX];
	struct buf value = BUF(bytes);

	put_value(&value, &p->value);
	asn1_put_oid(out, p->type, attributes, COUNT(attributes));
	put_cut(out, SPAN("="));
	put_quoted(out, buf_span(&value));
}

void dn_put(struct buf *out, struct span name)
{
	unsigned char bytes[TEXT_MAX];
	struct buf text = BUF(bytes);
	struct part part[PARTS_MAX];
	struct name walk = name_start(name);
	size_t n = 0;

	while (n < PARTS_MAX && name_next(&walk, &part[n]))
		n++;
	/* Certificates go from the country down to the name; people read the other way. */
	while (n != 0) {
		put_part(&text, &part[--n]);
		if (n != 0)
			put_cut(&text, SPAN(", "));
	}
	buf_printable(out, buf_span(&text));
}

bool dn_last(struct span name, struct span type, struct asn1 *value)
{
	struct name walk = name_start(name);
	struct part p;
	bool any = false;

	while (name_next(&walk, &p)) {
		if (span_eq(p.type, type)) {
			*value = p.value;
			any = true;
		}
	}
	return any;
}

void dn_put_short(struct buf *out, struct span name)
{
	unsigned char bytes[TEXT_MAX];
	struct buf text = BUF(bytes);
	struct asn1 value;

	if (!dn_last(name, SPAN(DN_COMMON_NAME), &value)) {
		dn_put(out, name);
		return;
	}
	put_value(&text, &value);
	buf_printable(out, buf_span(&text));
}
