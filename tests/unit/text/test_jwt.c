/* jwt: three parts or none, decoded parts that are JSON objects, and the alphabet of tokens. */
#include "t.h"

#include "text/jwt.h"

TEST(jwt_split_good)
{
	struct span token = edge_span(SPAN("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln-_"));
	struct jwt j;

	OK(jwt_split(token, &j));
	EQ(j.header, SPAN("eyJhbGciOiJub25lIn0"));
	EQ(j.payload, SPAN("eyJhIjoxfQ"));
	EQ(j.signature, SPAN("c2ln-_"));
	OK(j.header.p == token.p); /* borrowed */
}

TEST(jwt_split_bad)
{
	static const struct span bad[] = {
		SPAN_INIT(""),
		SPAN_INIT("."),
		SPAN_INIT(".."),
		SPAN_INIT("aaaa"),
		SPAN_INIT("aaaa.bbbb"),
		SPAN_INIT("aaaa.bbbb."),
		SPAN_INIT("aaaa..cccc"),
		SPAN_INIT(".bbbb.cccc"),
		SPAN_INIT("aaaa.bbbb.cccc.dddd"),
		SPAN_INIT("aaaa.bbbb.cccc."),
		SPAN_INIT(".aaaa.bbbb.cccc"),
		SPAN_INIT("aaaa.bbbb.cccc.dddd.eeee"),
		SPAN_INIT("aaaa.bb b.cccc"),
		SPAN_INIT("aaaa.bbb=.cccc"),
		SPAN_INIT("aaaa.bbbb.cccc\n"),
		SPAN_INIT("aaaa.bbbb.c+cc"),
		SPAN_INIT("aaaa.bbbb.c/cc"),
		SPAN_INIT("aaaaa.bbbb.cccc"),
		SPAN_INIT("aaaa.bbbb.c"),
		SPAN_INIT("EwBgA8l6BAAU..."),
		SPAN_INIT("aaaa.bbbb.ccc\xff"),
		SPAN_INIT("aaaa.bbbb.cc\0c"),
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct jwt j = { SPAN_INIT("1"), SPAN_INIT("2"), SPAN_INIT("3") };

		t_at("row %zu", i);
		OK(!jwt_split(edge_span(bad[i]), &j));
		EQ(j.header, SPAN("1"));
		EQ(j.payload, SPAN("2"));
		EQ(j.signature, SPAN("3"));
	}
}

TEST(jwt_split_every_prefix)
{
	struct span token = SPAN("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln");

	UPTO(n, token.n)
	{
		struct jwt j;
		bool good = n > 32 && n != 31 + 5; /* one digit is no byte */

		t_at("prefix %zu", n);
		EQ(jwt_split(edge_span(span_first(token, n)), &j), good);
	}
}

TEST(jwt_json_rows)
{
	static const struct {
		struct span part, json;
		bool good;
	} row[] = {
		{ SPAN_INIT("e30"), SPAN_INIT("{}"), true },
		{ SPAN_INIT("eyJhbGciOiJub25lIn0"), SPAN_INIT("{\"alg\":\"none\"}"), true },
		{ SPAN_INIT("eyJhIjoxfQ"), SPAN_INIT("{\"a\":1}"), true },
		{ SPAN_INIT(""), SPAN_INIT(""), false },
		{ SPAN_INIT("eyJhIjoxfQ=="), SPAN_INIT(""), false }, /* padding */
		{ SPAN_INIT("eyJhIjoxfR"), SPAN_INIT(""), false },   /* a bit too many */
		{ SPAN_INIT("eyJhIjox"), SPAN_INIT(""), false },     /* {"a":1 */
		{ SPAN_INIT("W10"), SPAN_INIT(""), false },          /* [] */
		{ SPAN_INIT("MQ"), SPAN_INIT(""), false },           /* 1 */
		{ SPAN_INIT("InsifSI"), SPAN_INIT(""), false },      /* "{}" */
		{ SPAN_INIT("77u_e30"), SPAN_INIT(""), false },      /* a BOM */
		{ SPAN_INIT("e30 "), SPAN_INIT(""), false },
		{ SPAN_INIT("e3.0"), SPAN_INIT(""), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span part = edge_span(row[i].part);

		t_at("row %zu", i);
		if (row[i].good) {
			EVERY_CAP(b, row[i].json, OK(jwt_json(part, &b)))
		} else {
			struct buf b = edge_buf(64);

			buf_byte(&b, 'x');
			OK(!jwt_json(part, &b));
			EQ(buf_span(&b), SPAN("x"));
			OK(buf_ok(&b));
		}
	}
}

TEST(jwt_json_appends_behind)
{
	struct buf b = edge_buf(64);

	buf_byte(&b, '[');
	OK(jwt_json(SPAN("e30"), &b));
	EQ(buf_span(&b), SPAN("[{}"));
}

TEST(jwt_b64token_rows)
{
	static const struct {
		struct span s;
		int bad;
	} row[] = {
		{ SPAN_INIT(""), 0 },
		{ SPAN_INIT("a"), -1 },
		{ SPAN_INIT("AZaz09-._~+/"), -1 },
		{ SPAN_INIT("ya29.a0Af_x-y=="), -1 },
		{ SPAN_INIT("a==="), -1 },
		{ SPAN_INIT("="), 0 },
		{ SPAN_INIT("=a"), 0 },
		{ SPAN_INIT("a=b"), 2 },
		{ SPAN_INIT("a==b="), 3 },
		{ SPAN_INIT("a b"), 1 },
		{ SPAN_INIT(" a"), 0 },
		{ SPAN_INIT("abc\n"), 3 },
		{ SPAN_INIT("abc=\r"), 4 },
		{ SPAN_INIT("abc\x01"
		            "auth"),
		  3 },
		{ SPAN_INIT("ab\0c"), 2 },
		{ SPAN_INIT("ab\xc3\xa4"), 2 },
		{ SPAN_INIT("\"abc\""), 0 },
		{ SPAN_INIT("a,b"), 1 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		size_t bad = 77;

		t_at("row %zu", i);
		EQ(jwt_is_b64token(edge_span(row[i].s), &bad), row[i].bad < 0);
		EQ(bad, row[i].bad < 0 ? 77 : row[i].bad);
	}
}
