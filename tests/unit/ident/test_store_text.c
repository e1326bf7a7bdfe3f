#include "ident/store_text.h"

#include "base/secret.h"
#include "net/tls_sha256.h"
#include "t.h"

#define FIRST "o2pop.tokens/1\n"
#define KEY_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KEY_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ROW_A "[" KEY_A "]\naccess_token = abc.def-_~+/=\nexpires = 1700000000\nrefresh_token = r t\n"
#define ROW_B "[" KEY_B "]\naccess_token = \nexpires = 0\nrefresh_token = \n"

static unsigned char scratch[700 * 1024];

/* The text with a right last line. */
static struct span seal(const char *body)
{
	struct buf b = BUF(scratch);

	buf_z(&b, body);
	store_text_seal(&b);
	return buf_span(&b);
}

TEST(store_text_is_what_the_header_says)
{
	static const char want[] = FIRST ROW_A ROW_B "end ";
	struct store_text_row a = {
		.key = SPAN(KEY_A), .access = SPAN("abc.def-_~+/="), .refresh = SPAN("r t"), .expires = 1700000000
	};
	struct store_text_row b = { .key = SPAN(KEY_B) };
	unsigned char digest[32];
	char hex[65];
	struct buf whole = BUF(scratch), h = BUF(hex);
	struct span text;

	store_text_begin(&whole);
	store_text_put(&whole, &a);
	store_text_put(&whole, &b);
	store_text_seal(&whole);
	text = buf_span(&whole);
	OK(span_starts(text, SPAN(want)));
	tls_sha256(span_first(text, sizeof want - 1 - 4), digest);
	buf_hex(&h, (struct span){ digest, sizeof digest });
	buf_z(&h, "\n");
	EQ(span_from(text, sizeof want - 1), buf_span(&h));
}

TEST(store_text_put_fits_or_not)
{
	struct store_text_row a = {
		.key = SPAN(KEY_A), .access = SPAN("abc.def-_~+/="), .refresh = SPAN("r t"), .expires = 1700000000
	};

	UPTO(cap, sizeof ROW_A)
	{
		struct buf b = edge_buf(cap);

		store_text_put(&b, &a);
		EQ(buf_ok(&b), cap >= sizeof ROW_A - 1);
		OK(!buf_ok(&b) || span_eq(buf_span(&b), SPAN(ROW_A)));
	}
}

TEST(store_text_read_rows)
{
	struct span text = edge_span(seal(FIRST ROW_A ROW_B));
	struct store_text t;

	EQ(store_text_read(text, &t), STORE_TEXT_GOOD);
	EQ(t.n, 2);
	EQ(t.row[0].whole, SPAN(ROW_A));
	EQ(t.row[0].key, SPAN(KEY_A));
	EQ(t.row[0].access, SPAN("abc.def-_~+/="));
	EQ(t.row[0].refresh, SPAN("r t"));
	EQ(t.row[0].expires, 1700000000);
	EQ(t.row[1].whole, SPAN(ROW_B));
	EQ(t.row[1].access, SPAN(""));
	EQ(t.row[1].expires, 0);
}

/* Whatever a file is cut to, it is the empty store, the whole one, or none. */
TEST(store_text_every_prefix)
{
	struct span text = seal(FIRST ROW_A ROW_B);

	UPTO(n, text.n)
	{
		struct store_text t;
		enum store_text_form form = store_text_read(edge_span(span_first(text, n)), &t);

		t_at("%zu bytes", n);
		EQ(form, n == 0 || n == text.n ? STORE_TEXT_GOOD : STORE_TEXT_TORN);
		EQ(t.n, n == text.n ? 2 : 0);
	}
}

TEST(store_text_every_changed_byte)
{
	struct span text = edge_span(seal(FIRST ROW_A ROW_B));
	unsigned char *p = edge(text.p, text.n);

	for (size_t i = 0; i < text.n; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct store_text t;

			t_at("byte %zu bit %u", i, bit);
			p[i] ^= (unsigned char)(1u << bit);
			EQ(store_text_read((struct span){ p, text.n }, &t),
			   i < sizeof FIRST - 1 ? STORE_TEXT_FOREIGN : STORE_TEXT_TORN);
			EQ(t.n, 0);
			p[i] ^= (unsigned char)(1u << bit);
		}
	}
}

TEST(store_text_more_behind_the_end)
{
	struct span text = seal(FIRST ROW_A);
	struct store_text t;

	for (unsigned c = 0; c < 256; c++) {
		scratch[text.n] = (unsigned char)c;
		EQ(store_text_read((struct span){ scratch, text.n + 1 }, &t), STORE_TEXT_TORN);
	}
}

/* The digest is right, and the text is not. */
TEST(store_text_sealed_nonsense)
{
	static const char *const rows[] = {
		"o2pop.tokens/1", /* the line is not ended */
		FIRST "\n",
		FIRST "x\n",
		FIRST "\n" ROW_A,
		FIRST ROW_A "\n",
		FIRST ROW_A ROW_A,
		FIRST "[" KEY_A "]\n",
		FIRST "[" KEY_A "]\naccess_token = a\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = 1\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = 1\nrefresh_token = b",
		FIRST "[" KEY_A "]\naccess_token = a\nrefresh_token = b\nexpires = 1\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = -1\nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = \nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = 1 \nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = 253402300800\nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = 18446744073709551617\nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = a b\nexpires = 1\nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = \x7f\nexpires = 1\nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = a\r\nexpires = 1\nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = 1\nrefresh_token = \t\n",
		FIRST "[" KEY_A "]\naccess_token = a\nexpires = 1\nrefresh_token = \xc3\xa4\n",
		FIRST "[" KEY_A "]\naccess_token=a\nexpires = 1\nrefresh_token = b\n",
		FIRST "[" KEY_A "]\naccess_token =\nexpires = 1\nrefresh_token = b\n",
		FIRST "[" KEY_A "0]\naccess_token = a\nexpires = 1\nrefresh_token = b\n",
		FIRST "[" KEY_A "\naccess_token = a\nexpires = 1\nrefresh_token = b\n",
		FIRST "[]\naccess_token = a\nexpires = 1\nrefresh_token = b\n",
		FIRST "]\naccess_token = a\nexpires = 1\nrefresh_token = b\n",
		FIRST "[00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff]\n"
		      "access_token = a\nexpires = 1\nrefresh_token = b\n",
		FIRST "[0011223344556677889 aabbccddeeff00112233445566778899aabbccddeeff]\n"
		      "access_token = a\nexpires = 1\nrefresh_token = b\n",
	};
	struct store_text t;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		EQ(store_text_read(edge_span(seal(rows[i])), &t), i == 0 ? STORE_TEXT_FOREIGN : STORE_TEXT_TORN);
		EQ(t.n, 0);
	}
	t_at("no entry");
	EQ(store_text_read(edge_span(seal(FIRST)), &t), STORE_TEXT_GOOD);
	t_at("the last moment");
	EQ(store_text_read(edge_span(seal(FIRST "[" KEY_A "]\naccess_token = a\nexpires = 253402300799\n"
	                                        "refresh_token = b\n")),
	                   &t),
	   STORE_TEXT_GOOD);
	EQ(t.row[0].expires, STORE_TEXT_EXPIRES_MAX);
}

TEST(store_text_foreign)
{
	static const char *const rows[] = {
		"x",
		"\n",
		"[mail]\nmailbox = a@b\n",
		"o2pop.tokens/2\n",
		"O2pop.tokens/1\n",
		" o2pop.tokens/1\n",
		"o2pop.tokens/1\r\n",
		"-----BEGIN PRIVATE KEY-----\n",
	};
	struct store_text t;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		EQ(store_text_read(edge_span(span_z(rows[i])), &t), STORE_TEXT_FOREIGN);
	}
}

TEST(store_text_as_many_as_allowed)
{
	for (unsigned n = STORE_TEXT_ROWS - 1; n <= STORE_TEXT_ROWS + 1; n++) {
		struct buf b = BUF(scratch);
		struct store_text t;

		t_at("%u entries", n);
		store_text_begin(&b);
		for (unsigned i = 0; i < n; i++) {
			char key[] = KEY_A;
			struct store_text_row row = { .key = span_z(key), .expires = i };

			key[0] = (char)('0' + i % 10);
			key[1] = (char)('0' + i / 10);
			store_text_put(&b, &row);
		}
		store_text_seal(&b);
		EQ(store_text_read(buf_span(&b), &t), n <= STORE_TEXT_ROWS ? STORE_TEXT_GOOD : STORE_TEXT_TORN);
		EQ(t.n, n <= STORE_TEXT_ROWS ? n : 0);
	}
}

TEST(store_text_fits_limits)
{
	static unsigned char token[SECRET_MAX + 1];
	struct store_text_row row = { .key = SPAN(KEY_A) };

	memset(token, 'x', sizeof token);
	row.access = row.refresh = (struct span){ token, SECRET_MAX };
	OK(store_text_fits(&row));
	row.access.n++;
	OK(!store_text_fits(&row));
	row.access.n--;
	row.refresh.n++;
	OK(!store_text_fits(&row));
	row.refresh.n = row.access.n = 1;
	for (unsigned c = 0; c < 256; c++) {
		t_at("byte %u", c);
		token[0] = (unsigned char)c;
		EQ(store_text_fits(&row), c > ' ' && c < 127);
		row.access.n = 0;
		EQ(store_text_fits(&row), c >= ' ' && c < 127);
		row.access.n = 1;
	}
	row.access.n = row.refresh.n = 0;
	row.expires = -1;
	OK(!store_text_fits(&row));
	row.expires = STORE_TEXT_EXPIRES_MAX;
	OK(store_text_fits(&row));
	row.expires++;
	OK(!store_text_fits(&row));
	row.expires = 0;
	row.key.n--;
	OK(!store_text_fits(&row));
}
