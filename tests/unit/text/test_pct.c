/* pct: percent-encoding both ways, form bodies, and text that was encoded already. */
#include "t.h"

#include "text/pct.h"

TEST(pct_put_rows)
{
	static const struct {
		struct span in, out;
	} row[] = {
		{ SPAN_INIT(""), SPAN_INIT("") },
		{ SPAN_INIT("AZaz09-._~"), SPAN_INIT("AZaz09-._~") },
		{ SPAN_INIT("a b"), SPAN_INIT("a%20b") },
		{ SPAN_INIT("+&=%"), SPAN_INIT("%2B%26%3D%25") },
		{ SPAN_INIT("https://outlook.office365.com/.default"),
		  SPAN_INIT("https%3A%2F%2Foutlook.office365.com%2F.default") },
		{ SPAN_INIT("\0\x7f\x80\xff\n"), SPAN_INIT("%00%7F%80%FF%0A") },
		{ SPAN_INIT("@[`{/:"), SPAN_INIT("%40%5B%60%7B%2F%3A") },
		{ SPAN_INIT("*!'()"), SPAN_INIT("%2A%21%27%28%29") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span in = edge_span(row[i].in), out = edge_span(row[i].out);

		t_at("row %zu", i);
		OK(out.n <= PCT_SIZE(in.n));
		EVERY_CAP(b, out, pct_put(&b, in))
		EVERY_CAP(b, in, OK(pct_get(&b, out)))
	}
}

TEST(pct_every_byte)
{
	for (unsigned c = 0; c < 256; c++) {
		unsigned char byte = (unsigned char)c, there[3], back[1];
		struct buf out = BUF(there), in = BUF(back);

		t_at("byte %u", c);
		pct_put(&out, (struct span){ &byte, 1 });
		OK(pct_get(&in, buf_span(&out)));
		EQ(buf_span(&in), ((struct span){ &byte, 1 }));
	}
}

TEST(pct_get_rows)
{
	static const struct {
		struct span in, out;
		bool good;
	} row[] = {
		{ SPAN_INIT("a+b"), SPAN_INIT("a+b"), true },
		{ SPAN_INIT("%2b%2B"), SPAN_INIT("++"), true },
		{ SPAN_INIT("%41%zz"), SPAN_INIT(""), false },
		{ SPAN_INIT("%2541"), SPAN_INIT("%41"), true },
		{ SPAN_INIT("\xc3 \n"), SPAN_INIT("\xc3 \n"), true },
		{ SPAN_INIT("%"), SPAN_INIT(""), false },
		{ SPAN_INIT("%4"), SPAN_INIT(""), false },
		{ SPAN_INIT("abc%4"), SPAN_INIT(""), false },
		{ SPAN_INIT("%%41"), SPAN_INIT(""), false },
		{ SPAN_INIT("%4%41"), SPAN_INIT(""), false },
		{ SPAN_INIT("%g0"), SPAN_INIT(""), false },
		{ SPAN_INIT("%0g"), SPAN_INIT(""), false },
		{ SPAN_INIT("% 1"), SPAN_INIT(""), false },
		{ SPAN_INIT("%-1"), SPAN_INIT(""), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span in = edge_span(row[i].in);

		t_at("row %zu", i);
		if (row[i].good) {
			EVERY_CAP(b, row[i].out, OK(pct_get(&b, in)))
		} else {
			struct buf b = edge_buf(16);

			OK(!pct_get(&b, in));
			EQ(b.n, 0);
			OK(buf_ok(&b));
		}
	}
}

TEST(pct_form_body)
{
	static const char want[] = "client_id=a%20b&scope=x%2Fy&client_secret=%26%3D&empty=";

	EVERY_CAP(b, SPAN("k%3D=v%26"), pct_form(&b, SPAN("k="), SPAN("v&")))
	UPTO(cap, sizeof want)
	{
		struct buf b = edge_buf(cap);

		pct_form(&b, SPAN("client_id"), SPAN("a b"));
		pct_form(&b, SPAN("scope"), SPAN("x/y"));
		pct_form(&b, SPAN("client_secret"), SPAN("&="));
		pct_form(&b, SPAN("empty"), SPAN(""));
		EQ(buf_ok(&b), cap >= sizeof want - 1);
		OK(span_starts(SPAN(want), buf_span(&b)));
		if (buf_ok(&b))
			EQ(buf_span(&b), SPAN(want));
	}
}

TEST(pct_looks_encoded_rows)
{
	static const struct {
		struct span s;
		bool yes;
	} row[] = {
		{ SPAN_INIT(""), false },       { SPAN_INIT("abc~Q8"), false }, { SPAN_INIT("a%2Fb"), true },
		{ SPAN_INIT("a%2fb"), true },   { SPAN_INIT("%7E"), true }, /* encoders of RFC 1738 take the ~ along */
		{ SPAN_INIT("a%7eb"), true },   { SPAN_INIT("%7E%2B"), true },  { SPAN_INIT("%41%42"), false },
		{ SPAN_INIT("100%"), false },   { SPAN_INIT("%2B%"), false },   { SPAN_INIT("%2B%4"), false },
		{ SPAN_INIT("%2B%zz"), false }, { SPAN_INIT("%25"), true },     { SPAN_INIT("%c3%a4"), true },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(pct_looks_encoded(edge_span(row[i].s)), row[i].yes);
	}
}
