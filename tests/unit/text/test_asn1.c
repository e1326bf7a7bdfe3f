/* text/asn1: single elements and object identifiers. */
#include "t.h"

#include "text/asn1.h"

TEST(next_rows)
{
	static const struct {
		struct span in;
		bool good;
		size_t content, rest;
	} row[] = {
		{ SPAN_INIT(""), false, 0, 0 },
		{ SPAN_INIT("\x30"), false, 0, 0 },
		{ SPAN_INIT("\x30\x00"), true, 0, 0 },
		{ SPAN_INIT("\x30\x00\x30"), true, 0, 1 },
		{ SPAN_INIT("\x04\x02"
		            "ab"
		            "c"),
		  true, 2, 1 },
		{ SPAN_INIT("\x04\x02"
		            "a"),
		  false, 0, 0 },
		{ SPAN_INIT("\x30\x80\x00\x00"), false, 0, 0 }, /* indefinite */
		{ SPAN_INIT("\x30\x81\x02"
		            "ab"),
		  false, 0, 0 }, /* longer than needed */
		{ SPAN_INIT("\x30\x82\x00\x81"
		            "ab"),
		  false, 0, 0 },
		{ SPAN_INIT("\x30\x81"), false, 0, 0 },
		{ SPAN_INIT("\x30\x84\xff\xff\xff\xff"), false, 0, 0 },
		{ SPAN_INIT("\x30\x85\x01\x00\x00\x00\x00"), false, 0, 0 },
		{ SPAN_INIT("\x30\xff"), false, 0, 0 },
		{ SPAN_INIT("\x1f\x00"), false, 0, 0 }, /* long tags */
		{ SPAN_INIT("\xbf\x20\x00"), false, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span in = edge_span(row[i].in), before = in;
		struct asn1 e;

		t_at("row %lu", (unsigned long)i);
		EQ(asn1_next(&in, &e), row[i].good);
		if (row[i].good) {
			EQ(e.tag, row[i].in.p[0]);
			EQ(e.content.n, row[i].content);
			EQ(e.whole.n, before.n - row[i].rest);
			EQ(in.n, row[i].rest);
		} else {
			OK(in.p == before.p && in.n == before.n);
		}
	}
}

/* Lengths of one, two and three bytes, each at its first and last value, and cut at every place near the end. */
TEST(next_long)
{
	static const size_t lengths[] = { 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000 };
	static unsigned char bytes[0x10000 + 8];

	for (size_t i = 0; i < COUNT(lengths); i++) {
		size_t n = lengths[i], head = n < 0x80 ? 2 : n < 0x100 ? 3 : n < 0x10000 ? 4 : 5;

		bytes[0] = ASN1_OCTET_STRING;
		bytes[1] = (unsigned char)(head == 2 ? n : 0x80 + head - 2);
		for (size_t k = 2; k < head; k++)
			bytes[k] = (unsigned char)(n >> 8 * (head - 1 - k));
		t_at("length %lu", (unsigned long)n);
		for (size_t cut = 0; cut < 4; cut++) {
			struct span in = edge_span((struct span){ bytes, head + n - cut });
			struct asn1 e;

			EQ(asn1_next(&in, &e), cut == 0);
			if (cut == 0)
				EQ(e.content.n, n);
		}
	}
}

TEST(take_and_only)
{
	struct span in = SPAN("\x02\x01\x05\x04\x00"), content = SPAN("untouched");

	OK(!asn1_take(&in, ASN1_OCTET_STRING, &content));
	EQ(in.n, 5u);
	OK(!asn1_only(in, ASN1_INTEGER, &content));
	EQ(content, SPAN("untouched"));
	OK(asn1_take(&in, ASN1_INTEGER, &content));
	EQ(content, SPAN("\x05"));
	OK(asn1_only(in, ASN1_OCTET_STRING, &content));
	EQ(content.n, 0u);
	OK(!asn1_only(SPAN(""), ASN1_OCTET_STRING, &content));
}

TEST(oid_rows)
{
	static const struct asn1_name names[] = { { SPAN_INIT("\x55\x04\x03"), "CN" } };
	static const struct {
		struct span oid;
		const char *text;
	} row[] = {
		{ SPAN_INIT("\x55\x04\x03"), "CN" },
		{ SPAN_INIT("\x55\x04\x04"), "2.5.4.4" },
		{ SPAN_INIT("\x00"), "0.0" },
		{ SPAN_INIT("\x27"), "0.39" },
		{ SPAN_INIT("\x28"), "1.0" },
		{ SPAN_INIT("\x4f"), "1.39" },
		{ SPAN_INIT("\x50"), "2.0" },
		{ SPAN_INIT("\x88\x37"), "2.999" },
		{ SPAN_INIT("\x2a\x81\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), "1.2.18446744073709551615" },
		{ SPAN_INIT("\x2a\x82\x80\x80\x80\x80\x80\x80\x80\x80\x00"), "#2a828080808080808080"
		                                                             "00" },
		{ SPAN_INIT("\x2a\x80\x01"), "#2a8001" },
		{ SPAN_INIT("\x2a\x86"), "#2a86" },
		{ SPAN_INIT(""), "#" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		size_t whole = strlen(row[i].text);

		UPTO(cap, whole + 1)
		{
			struct buf b = edge_buf(cap);

			t_at("row %lu cap %lu", (unsigned long)i, (unsigned long)cap);
			asn1_put_oid(&b, edge_span(row[i].oid), names, COUNT(names));
			EQ(buf_ok(&b), cap >= whole);
			if (cap >= whole)
				EQ(buf_span(&b), span_z(row[i].text));
		}
	}
}
