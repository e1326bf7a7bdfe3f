/* mkroots: turns certificates (PEM, one a file) into build/gen/roots.c, the trust_roots of net/trust.h.
 *
 *   mkroots FILE.pem... >roots.c
 *
 * Runs on the machine that builds. It reads what it must know and stops at anything that it does not
 * expect: these are files of our own, and a surprise in one of them is a mistake to be looked at. */

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bearssl.h"

/* The longest root in use is 1.5 kB. */
enum { FILE_MAX = 16 * 1024 };

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_UTCTIME = 0x17,
	DER_GENERALTIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_VERSION = 0xa0,
	DER_EXTENSIONS = 0xa3
};

struct bytes {
	const unsigned char *p;
	size_t n;
};

struct certificate {
	struct bytes subject;
	struct bytes name; /* its common name */
	int64_t not_after;
	const char *key;
	struct bytes modulus, exponent, point;
	unsigned char sha256[32];
};

static const char *file; /* the one being read, for messages */

static void stop(const char *why)
{
	fprintf(stderr, "mkroots: %s: %s\n", file, why);
	exit(1);
}

/* ---- PEM ------------------------------------------------------------------------------------ */

static int sextet(int c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != 0 ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* The bytes between the two lines; text is overwritten by them. */
static struct bytes unarmour(char *text)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	static const char end[] = "-----END CERTIFICATE-----";
	char *from = strstr(text, begin);
	char *to = from != NULL ? strstr(from, end) : NULL;
	unsigned char *out = (unsigned char *)text;
	uint32_t word = 0;
	size_t n = 0;
	int bits = 0;

	if (to == NULL)
		stop("holds no certificate");
	if (strstr(to, begin) != NULL)
		stop("holds more than one certificate");
	for (from += sizeof begin - 1; from < to; from++) {
		int six = sextet((unsigned char)*from);

		if (six < 0) {
			if (strchr("\r\n=", *from) == NULL)
				stop("is not base64");
			continue;
		}
		word = word << 6 | (uint32_t)six;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (unsigned char)(word >> bits);
		}
	}
	return (struct bytes){ out, n };
}

/* ---- DER ------------------------------------------------------------------------------------ */

/* Take one element with this tag off the front of *from. If `whole` is not NULL it gets the element
 * with its header. */
static struct bytes take(struct bytes *from, int tag, struct bytes *whole)
{
	size_t head = 2, n;
	struct bytes value;

	if (from->n < 2 || from->p[0] != tag)
		stop("has an element that was not expected");
	n = from->p[1];
	if (n >= 0x80) {
		size_t more = n & 0x7f;

		if (more < 1 || more > 2 || from->n < 2 + more)
			stop("has a bad length");
		for (n = 0; more > 0; more--)
			n = n << 8 | from->p[head++];
	}
	if (from->n - head < n)
		stop("ends early");
	value = (struct bytes){ from->p + head, n };
	if (whole != NULL)
		*whole = (struct bytes){ from->p, head + n };
	from->p += head + n;
	from->n -= head + n;
	return value;
}

static bool next_is(struct bytes from, int tag)
{
	return from.n != 0 && from.p[0] == tag;
}

static bool same(struct bytes a, const char *b, size_t n)
{
	return a.n == n && memcmp(a.p, b, n) == 0;
}

#define IS(bytes, literal) same((bytes), (literal), sizeof(literal) - 1)

/* An unsigned number without the zero that DER puts before a set top bit. */
static struct bytes number(struct bytes *from)
{
	struct bytes v = take(from, DER_INTEGER, NULL);

	while (v.n > 1 && v.p[0] == 0) {
		v.p++;
		v.n--;
	}
	return v;
}

static int two(struct bytes *t)
{
	int v;

	if (t->n < 2)
		stop("has a bad date");
	v = (t->p[0] - '0') * 10 + (t->p[1] - '0');
	t->p += 2;
	t->n -= 2;
	return v;
}

/* Days from 1970-01-01: years begin in March, so that the leap day is the last of its year. */
static int64_t days(int year, int month, int day)
{
	int y = month > 2 ? year : year - 1;
	int m = month > 2 ? month - 3 : month + 9;

	return 365 * (int64_t)y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static int64_t moment(struct bytes *from)
{
	bool general = next_is(*from, DER_GENERALTIME);
	struct bytes t = take(from, general ? DER_GENERALTIME : DER_UTCTIME, NULL);
	int year = general ? two(&t) * 100 : 0;
	int month, day, hour, minute, second;

	year += two(&t);
	if (!general)
		year += year < 50 ? 2000 : 1900;
	month = two(&t);
	day = two(&t);
	hour = two(&t);
	minute = two(&t);
	second = two(&t);
	if (!IS(t, "Z"))
		stop("has a date that is not in UTC");
	return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

/* The last common name of a distinguished name. */
static struct bytes common_name(struct bytes name)
{
	struct bytes found = { NULL, 0 };

	while (name.n != 0) {
		struct bytes set = take(&name, DER_SET, NULL);
		struct bytes pair = take(&set, DER_SEQUENCE, NULL);

		if (IS(take(&pair, DER_OID, NULL), "\x55\x04\x03"))
			found = take(&pair, next_is(pair, DER_UTF8) ? DER_UTF8 : DER_PRINTABLE, NULL);
	}
	for (size_t i = 0; i < found.n; i++)
		if (found.p[i] < 0x20 || found.p[i] > 0x7e || strchr("\"\\*", found.p[i]) != NULL)
			stop("has a common name that is not plain ASCII");
	if (found.n == 0)
		stop("has no common name");
	return found;
}

static void public_key(struct bytes info, struct certificate *c)
{
	struct bytes kind = take(&info, DER_SEQUENCE, NULL);
	struct bytes algorithm = take(&kind, DER_OID, NULL);
	struct bytes key = take(&info, DER_BITS, NULL);

	if (key.n < 1 || key.p[0] != 0)
		stop("has a key of broken bytes");
	key.p++;
	key.n--;
	if (IS(algorithm, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")) {
		struct bytes pair = take(&key, DER_SEQUENCE, NULL);

		c->key = "TRUST_RSA";
		c->modulus = number(&pair);
		c->exponent = number(&pair);
	} else if (IS(algorithm, "\x2a\x86\x48\xce\x3d\x02\x01")) {
		struct bytes curve = take(&kind, DER_OID, NULL);

		c->key = IS(curve, "\x2a\x86\x48\xce\x3d\x03\x01\x07") ? "TRUST_P256"
		         : IS(curve, "\x2b\x81\x04\x00\x22")           ? "TRUST_P384"
		         : IS(curve, "\x2b\x81\x04\x00\x23")           ? "TRUST_P521"
		                                                       : NULL;
		if (c->key == NULL || key.n == 0 || key.p[0] != 4)
			stop("has a key on a curve that is not supported");
		c->point = key;
	} else {
		stop("has a key that is neither RSA nor on a curve");
	}
}

/* A root has to be a CA without conditions. */
static void extensions(struct bytes all)
{
	struct bytes list = take(&all, DER_SEQUENCE, NULL);
	bool ca = false;

	while (list.n != 0) {
		struct bytes one = take(&list, DER_SEQUENCE, NULL);
		struct bytes id = take(&one, DER_OID, NULL);

		if (next_is(one, DER_BOOLEAN))
			take(&one, DER_BOOLEAN, NULL); /* critical */
		one = take(&one, DER_OCTETS, NULL);
		if (IS(id, "\x55\x1d\x13")) {
			one = take(&one, DER_SEQUENCE, NULL);
			ca = next_is(one, DER_BOOLEAN) && IS(take(&one, DER_BOOLEAN, NULL), "\xff");
		} else if (IS(id, "\x55\x1d\x1e")) {
			stop("may only sign some names, which a built-in root cannot say");
		}
	}
	if (!ca)
		stop("is not a CA");
}

static struct certificate read_certificate(struct bytes der)
{
	struct certificate c = { 0 };
	struct bytes all = der;
	struct bytes outer = take(&all, DER_SEQUENCE, NULL);
	struct bytes tbs = take(&outer, DER_SEQUENCE, NULL);
	struct bytes issuer, validity, subject;
	br_sha256_context hash;

	if (all.n != 0)
		stop("has bytes behind the certificate");
	take(&tbs, DER_VERSION, NULL);
	take(&tbs, DER_INTEGER, NULL);  /* serial number */
	take(&tbs, DER_SEQUENCE, NULL); /* signature algorithm */
	take(&tbs, DER_SEQUENCE, &issuer);
	validity = take(&tbs, DER_SEQUENCE, NULL);
	moment(&validity);
	c.not_after = moment(&validity);
	subject = take(&tbs, DER_SEQUENCE, &c.subject);
	if (issuer.n != c.subject.n || memcmp(issuer.p, c.subject.p, issuer.n) != 0)
		stop("is not a root: somebody else issued it");
	c.name = common_name(subject);
	public_key(take(&tbs, DER_SEQUENCE, NULL), &c);
	extensions(take(&tbs, DER_EXTENSIONS, NULL));
	br_sha256_init(&hash);
	br_sha256_update(&hash, der.p, der.n);
	br_sha256_out(&hash, c.sha256);
	return c;
}

/* ---- C -------------------------------------------------------------------------------------- */

static void put_array(const char *what, size_t index, struct bytes b)
{
	if (b.n == 0)
		return;
	printf("static const unsigned char %s_%zu[] = {", what, index);
	for (size_t i = 0; i < b.n; i++)
		printf("%s0x%02x,", i % 16 == 0 ? "\n\t" : " ", b.p[i]);
	printf("\n};\n\n");
}

static void put_span(const char *field, const char *what, size_t index, struct bytes b)
{
	if (b.n != 0)
		printf("\t\t.%s = { %s_%zu, sizeof %s_%zu },\n", field, what, index, what, index);
}

static void put_root(size_t index, const struct certificate *c)
{
	printf("\t/* %.*s */\n\t{\n", (int)c->name.n, (const char *)c->name.p);
	put_span("subject", "subject", index, c->subject);
	printf("\t\t.key = %s,\n", c->key);
	put_span("a", "modulus", index, c->modulus);
	put_span("b", "exponent", index, c->exponent);
	put_span("a", "point", index, c->point);
	printf("\t\t.not_after = %" PRId64 ",\n\t\t.sha256 = {", c->not_after);
	for (size_t i = 0; i < sizeof c->sha256; i++)
		printf("%s0x%02x,", i % 16 == 0 ? "\n\t\t\t" : " ", c->sha256[i]);
	printf("\n\t\t},\n\t},\n");
}

/* The file's text is kept until the end: the certificate points into it. */
static struct certificate load(const char *path)
{
	char *text = calloc(1, FILE_MAX + 1);
	FILE *in = fopen(path, "rb");

	file = path;
	if (text == NULL || in == NULL)
		stop("cannot be read");
	if (fread(text, 1, FILE_MAX, in) == FILE_MAX)
		stop("is too long");
	fclose(in);
	return read_certificate(unarmour(text));
}

int main(int argc, char **argv)
{
	size_t count = (size_t)(argc > 1 ? argc - 1 : 0);
	struct certificate *all = calloc(count + 1, sizeof *all);

	file = "arguments";
	if (all == NULL || count == 0)
		stop("name at least one file");
	printf("/* Written by mkroots from third_party/roots; every edit is lost. */\n");
	printf("#include \"net/trust.h\"\n\n");
	for (size_t i = 0; i < count; i++) {
		all[i] = load(argv[i + 1]);
		put_array("subject", i, all[i].subject);
		put_array("modulus", i, all[i].modulus);
		put_array("exponent", i, all[i].exponent);
		put_array("point", i, all[i].point);
	}
	printf("const struct trust_anchor trust_roots[] = {\n");
	for (size_t i = 0; i < count; i++)
		put_root(i, &all[i]);
	printf("};\n\nconst size_t trust_roots_count = sizeof trust_roots / sizeof trust_roots[0];\n");
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		stop("the output could not be written");
	return 0;
}
