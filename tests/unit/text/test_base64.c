/* base64: RFC 4648's own vectors, every length, every capacity, and what is refused. */
#include "t.h"

#include "text/base64.h"

static const struct {
	struct span plain, std, url;
} vector[] = {
	{ SPAN_INIT(""), SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("f"), SPAN_INIT("Zg=="), SPAN_INIT("Zg") },
	{ SPAN_INIT("fo"), SPAN_INIT("Zm8="), SPAN_INIT("Zm8") },
	{ SPAN_INIT("foo"), SPAN_INIT("Zm9v"), SPAN_INIT("Zm9v") },
	{ SPAN_INIT("foob"), SPAN_INIT("Zm9vYg=="), SPAN_INIT("Zm9vYg") },
	{ SPAN_INIT("fooba"), SPAN_INIT("Zm9vYmE="), SPAN_INIT("Zm9vYmE") },
	{ SPAN_INIT("foobar"), SPAN_INIT("Zm9vYmFy"), SPAN_INIT("Zm9vYmFy") },
	{ SPAN_INIT("\0"), SPAN_INIT("AA=="), SPAN_INIT("AA") },
	{ SPAN_INIT("\xff\xff\xff"), SPAN_INIT("////"), SPAN_INIT("____") },
	{ SPAN_INIT("\xfb\xef\xbe"), SPAN_INIT("++++"), SPAN_INIT("----") },
	{ SPAN_INIT("\xfb\xff"), SPAN_INIT("+/8="), SPAN_INIT("-_8") },
};

TEST(base64_vectors)
{
	for (size_t i = 0; i < COUNT(vector); i++) {
		struct span plain = edge_span(vector[i].plain);
		struct span std = edge_span(vector[i].std), url = edge_span(vector[i].url);

		t_at("row %zu", i);
		EQ(BASE64_SIZE(plain.n), std.n);
		EQ(BASE64URL_SIZE(plain.n), url.n);
		EVERY_CAP(b, std, base64_put(&b, plain))
		EVERY_CAP(b, url, base64_url_put(&b, plain))
		EVERY_CAP(b, plain, OK(base64_get(&b, std)))
		EVERY_CAP(b, plain, OK(base64_url_get(&b, url)))
	}
}

TEST(base64_every_length_and_byte)
{
	unsigned char bytes[256];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	UPTO(n, sizeof bytes)
	{
		struct span in = { edge(bytes, n), n };
		struct buf std = edge_buf(BASE64_SIZE(n)), url = edge_buf(BASE64URL_SIZE(n));
		struct buf back = edge_buf(n), again = edge_buf(n);

		base64_put(&std, in);
		base64_url_put(&url, in);
		EQ(std.n, BASE64_SIZE(n));
		EQ(url.n, BASE64URL_SIZE(n));
		OK(base64_get(&back, buf_span(&std)));
		OK(base64_url_get(&again, buf_span(&url)));
		EQ(buf_span(&back), in);
		EQ(buf_span(&again), in);
	}
}

TEST(base64_appends_behind)
{
	struct buf b = edge_buf(12);

	buf_z(&b, "x:");
	base64_put(&b, SPAN("foobar"));
	EQ(buf_span(&b), SPAN("x:Zm9vYmFy"));
	base64_put(&b, SPAN("f"));
	OK(!buf_ok(&b));
	EQ(buf_span(&b), SPAN("x:Zm9vYmFy"));
	OK(base64_get(&b, SPAN("Zg==")));
	EQ(buf_span(&b), SPAN("x:Zm9vYmFy"));
}

TEST(base64_refused)
{
	static const struct span bad[] = {
		SPAN_INIT("Z"),       SPAN_INIT("Zg"),       SPAN_INIT("Zg="),      SPAN_INIT("Zg==="),
		SPAN_INIT("Zg===="),  SPAN_INIT("="),        SPAN_INIT("=="),       SPAN_INIT("==="),
		SPAN_INIT("===="),    SPAN_INIT("Z==="),     SPAN_INIT("Zg=v"),     SPAN_INIT("Z=g="),
		SPAN_INIT("=Zg="),    SPAN_INIT("Zg==Zg=="), SPAN_INIT("Zm8=Zm9v"), SPAN_INIT("Zh=="),
		SPAN_INIT("Zm9="),    SPAN_INIT("Zm9v\n"),   SPAN_INIT("Zm9v    "), SPAN_INIT("Zm\n9"),
		SPAN_INIT(" m9v"),    SPAN_INIT("-m9v"),     SPAN_INIT("_m9v"),     SPAN_INIT("Zm9\0"),
		SPAN_INIT("Zm9\x80"), SPAN_INIT("Zm9\xff"),  SPAN_INIT("Zm9@"),     SPAN_INIT("Zm9["),
		SPAN_INIT("Zm9`"),    SPAN_INIT("Zm9{"),     SPAN_INIT("Zm9:"),     SPAN_INIT("Zm9."),
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct buf b = edge_buf(8);

		t_at("row %zu", i);
		buf_byte(&b, 'x');
		OK(!base64_get(&b, edge_span(bad[i])));
		EQ(buf_span(&b), SPAN("x"));
		OK(buf_ok(&b));
	}
}

TEST(base64_url_refused)
{
	static const struct span bad[] = {
		SPAN_INIT("Z"),    SPAN_INIT("Zg="),    SPAN_INIT("Zg=="), SPAN_INIT("Zm9vY"),
		SPAN_INIT("Zh"),   SPAN_INIT("Zm9"),    SPAN_INIT("+m9v"), SPAN_INIT("/m9v"),
		SPAN_INIT("Zm 9"), SPAN_INIT("Zm9v\n"), SPAN_INIT("Zm.9"), SPAN_INIT("Zm9\xc3"),
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct buf b = edge_buf(8);

		t_at("row %zu", i);
		OK(!base64_url_get(&b, edge_span(bad[i])));
		EQ(b.n, 0);
		OK(buf_ok(&b));
	}
}

/* Of all bytes exactly 64 are digits, in both alphabets. */
TEST(base64_alphabets)
{
	for (int url = 0; url <= 1; url++) {
		unsigned digits = 0;

		for (unsigned c = 0; c < 256; c++) {
			unsigned char quad[4] = { 'A', 'A', 'A', (unsigned char)c }, out[3];
			struct span in = { quad, sizeof quad };
			struct buf b = BUF(out);

			if (url ? base64_url_get(&b, in) : c != '=' && base64_get(&b, in))
				digits++;
		}
		EQ(digits, 64);
	}
}
