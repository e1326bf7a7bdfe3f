#include "text/asn1.h"

enum { LENGTH_BYTES_MAX = 4 };

/* The length behind the tag; *head receives the size of tag and length. */
static bool read_length(struct span in, size_t *head, size_t *length)
{
	uint32_t n = 0;
	size_t bytes;

	if (in.n < 2)
		return false;
	if (in.p[1] < 0x80) {
		*head = 2;
		*length = in.p[1];
		return true;
	}
	bytes = in.p[1] & 0x7f;
	if (bytes == 0 || bytes > LENGTH_BYTES_MAX || in.n < 2 + bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | in.p[2 + i];
	if (n < 0x80 || in.p[2] == 0)
		return false;
	*head = 2 + bytes;
	*length = n;
	return true;
}

bool asn1_next(struct span *in, struct asn1 *e)
{
	size_t head, length;

	if (!read_length(*in, &head, &length) || (in->p[0] & 0x1f) == 0x1f || length > in->n - head)
		return false;
	e->tag = in->p[0];
	e->whole = span_first(*in, head + length);
	e->content = span_from(e->whole, head);
	*in = span_from(*in, head + length);
	return true;
}

bool asn1_take(struct span *in, unsigned char tag, struct span *content)
{
	struct span rest = *in;
	struct asn1 e;

	if (!asn1_next(&rest, &e) || e.tag != tag)
		return false;
	*in = rest;
	*content = e.content;
	return true;
}

bool asn1_only(struct span in, unsigned char tag, struct span *content)
{
	struct asn1 e;

	if (!asn1_next(&in, &e) || e.tag != tag || in.n != 0)
		return false;
	*content = e.content;
	return true;
}

bool asn1_positive(struct span *in, struct span *number)
{
	struct span v;

	if (!asn1_take(in, ASN1_INTEGER, &v) || v.n == 0 || v.p[0] >= 0x80)
		return false;
	if (v.p[0] == 0) {
		v = span_from(v, 1);
		if (v.n == 0 || v.p[0] < 0x80)
			return false;
	}
	*number = v;
	return true;
}

bool asn1_rsa(struct span in, struct span *modulus, struct span *exponent)
{
	struct span pair, n, e;

	if (!asn1_only(in, ASN1_SEQUENCE, &pair) || !asn1_positive(&pair, &n) || !asn1_positive(&pair, &e) ||
	    pair.n != 0)
		return false;
	if (e.p[e.n - 1] % 2 == 0 || (e.n == 1 && e.p[0] == 1))
		return false;
	*modulus = n;
	*exponent = e;
	return true;
}

unsigned asn1_bits(struct span number)
{
	unsigned bits = (unsigned)number.n * 8;

	for (unsigned top = number.p[0]; top < 0x80; top = top << 1 | 1)
		bits--;
	return bits;
}

/* The next arc, seven bits a byte. */
static bool read_arc(struct span *oid, uint64_t *arc)
{
	uint64_t v = 0;

	if (oid->n == 0 || oid->p[0] == 0x80)
		return false;
	for (size_t i = 0; i < oid->n && v <= UINT64_MAX >> 7; i++) {
		v = v << 7 | (oid->p[i] & 0x7f);
		if (oid->p[i] < 0x80) {
			*oid = span_from(*oid, i + 1);
			*arc = v;
			return true;
		}
	}
	return false;
}

static void put_dotted(struct buf *out, struct span oid)
{
	struct span rest = oid;
	uint64_t arc = 0, root;
	bool good = oid.n != 0;

	while (good && rest.n != 0)
		good = read_arc(&rest, &arc);
	if (!good || !read_arc(&oid, &arc)) {
		buf_byte(out, '#');
		buf_hex(out, oid);
		return;
	}
	/* The first two arcs share a number: 40 * root + second, and only root 2 has a second above 39. */
	root = arc < 80 ? arc / 40 : 2;
	buf_say(out, "%llu.%llu", (unsigned long long)root, (unsigned long long)(arc - root * 40));
	while (read_arc(&oid, &arc))
		buf_say(out, ".%llu", (unsigned long long)arc);
}

void asn1_put_oid(struct buf *out, struct span oid, const struct asn1_name *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (span_eq(oid, names[i].oid)) {
			buf_z(out, names[i].name);
			return;
		}
	}
	put_dotted(out, oid);
}
