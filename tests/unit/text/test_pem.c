/* text/pem: blocks of RFC 7468, whole, broken and cut. */
#include "t.h"

#include "text/pem.h"

#define BOM   "\xef\xbb\xbf"
#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END   "-----END CERTIFICATE-----\n"

/* What a walk through a text gives, one line: "CERTIFICATE=hello;" a block, "!" a call that skipped broken ones. */
struct row {
	const char *name;
	struct span text;
	const char *walk;
};

static const struct row rows[] = {
	{ "empty", SPAN_INIT(""), "" },
	{ "no block", SPAN_INIT("some text\nmore\n"), "" },
	{ "one", SPAN_INIT(BEGIN "aGVsbG8=\n" END), "CERTIFICATE=hello;" },
	{ "CRLF", SPAN_INIT("-----BEGIN X-----\r\naGVsbG8=\r\n-----END X-----\r\n"), "X=hello;" },
	{ "no last newline", SPAN_INIT("-----BEGIN X-----\naGVsbG8=\n-----END X-----"), "X=hello;" },
	{ "BOM", SPAN_INIT(BOM BEGIN "aGVsbG8=\n" END), "CERTIFICATE=hello;" },
	{ "BOM only at the start", SPAN_INIT("\n" BOM BEGIN "aGVsbG8=\n" END), "" },
	{ "blanks", SPAN_INIT(" -----BEGIN X----- \t\n  aGVs \nbG8=\t\n\n-----END X-----  \n"), "X=hello;" },
	{ "text between",
	  SPAN_INIT("subject=/CN=x\n" BEGIN "YQ==\n" END "Bag Attributes\n  k: v\n" BEGIN "Yg==\n" END "z"),
	  "CERTIFICATE=a;CERTIFICATE=b;" },
	{ "lines of odd length", SPAN_INIT(BEGIN "a\nGV\nsbG\n8\n=\n" END), "CERTIFICATE=hello;" },
	{ "one line",
	  SPAN_INIT(BEGIN "aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8g"
	                  "aGVsbG8gaGVsbG8gaGVsbG8h\n" END),
	  "CERTIFICATE=hello hello hello hello hello hello hello hello hello hello!;" },
	{ "labels with blanks", SPAN_INIT("-----BEGIN RSA PRIVATE KEY-----\nYQ==\n-----END RSA PRIVATE KEY-----\n"),
	  "RSA PRIVATE KEY=a;" },
	{ "empty label", SPAN_INIT("-----BEGIN -----\nYQ==\n-----END -----\n"), "" },
	{ "dashes in the label", SPAN_INIT("-----BEGIN A-----B-----\nYQ==\n-----END A-----B-----\n"), "" },
	{ "one line for everything", SPAN_INIT("-----BEGIN X-----YQ==-----END X-----\n"), "" },
	{ "wrong character", SPAN_INIT(BEGIN "aGV*bG8=\n" END BEGIN "Yg==\n" END), "!CERTIFICATE=b;" },
	{ "NUL", SPAN_INIT(BEGIN "aGV\0bG8=\n" END), "!" },
	{ "blank inside", SPAN_INIT(BEGIN "aGV sbG8=\n" END), "!" },
	{ "padding in the middle", SPAN_INIT(BEGIN "YQ==\nYg==\n" END), "!" },
	{ "padding missing", SPAN_INIT(BEGIN "aGVsbG8\n" END), "!" },
	{ "too much padding", SPAN_INIT(BEGIN "aGVsbG8==\n" END), "!" },
	{ "unused bits", SPAN_INIT(BEGIN "YR==\n" END), "!" },
	{ "nothing inside", SPAN_INIT(BEGIN END BEGIN "Yg==\n" END), "!CERTIFICATE=b;" },
	{ "other label at the end", SPAN_INIT(BEGIN "YQ==\n-----END KEY-----\n" BEGIN "Yg==\n" END),
	  "!CERTIFICATE=b;" },
	{ "no end", SPAN_INIT(BEGIN "YQ==\n"), "!" },
	{ "no end, another begins", SPAN_INIT(BEGIN "YQ==\n" BEGIN "Yg==\n" END), "!CERTIFICATE=b;" },
	{ "two begin", SPAN_INIT(BEGIN BEGIN BEGIN "Yg==\n" END), "!CERTIFICATE=b;" },
	{ "good, broken, good, broken", SPAN_INIT(BEGIN "YQ==\n" END BEGIN "?\n" END BEGIN "Yg==\n" END BEGIN),
	  "CERTIFICATE=a;!CERTIFICATE=b;!" },
	{ "encrypted, old form",
	  SPAN_INIT("-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: A,00\n\nYQ==\n"
	            "-----END X-----\n"),
	  "!" },
	{ "end alone", SPAN_INIT(END BEGIN "Yg==\n" END), "CERTIFICATE=b;" },
};

static void walk(struct span text, struct buf *shown)
{
	bool more = true;
	size_t at = 0;

	while (more) {
		unsigned char bytes[100];
		struct buf out = BUF(bytes);
		struct span label;
		size_t before = at;
		bool bad = false;

		more = pem_next(text, &at, &label, &out, &bad);
		if (bad)
			buf_z(shown, "!");
		if (more) {
			buf_put(shown, label);
			buf_z(shown, "=");
			buf_put(shown, buf_span(&out));
			buf_z(shown, ";");
			OK(at > before);
		} else {
			EQ(out.n, 0u);
			EQ(at, text.n);
		}
		OK(at <= text.n);
	}
}

TEST(walk_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned char bytes[300];
		struct buf shown = BUF(bytes);

		t_at("%s", rows[i].name);
		walk(edge_span(rows[i].text), &shown);
		EQ(buf_span(&shown), span_z(rows[i].walk));
	}
}

/* Cut anywhere, nothing is read beyond the end and no block appears that was not complete. */
TEST(walk_every_prefix)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		UPTO(n, rows[i].text.n)
		{
			unsigned char bytes[300];
			struct buf shown = BUF(bytes);

			t_at("%s first %lu", rows[i].name, (unsigned long)n);
			walk(edge_span(span_first(rows[i].text, n)), &shown);
			OK(buf_ok(&shown));
		}
	}
}

TEST(every_capacity)
{
	struct span text = SPAN(BEGIN "aGVsbG8gd29ybGQ=\n" END);

	UPTO(cap, 14)
	{
		struct buf out = edge_buf(cap);
		struct span label;
		size_t at = 0;
		bool bad;

		t_at("cap %lu", (unsigned long)cap);
		buf_put(&out, SPAN("x"));
		OK(pem_next(edge_span(text), &at, &label, &out, &bad));
		OK(!bad);
		EQ(buf_ok(&out), cap >= 12);
		EQ(out.n, cap >= 12 ? 12u : cap != 0);
	}
}

/* A broken block that would not have fitted does not spoil the good one behind it. */
TEST(broken_block_leaves_no_trace)
{
	struct span text = SPAN(BEGIN "aGVsbG8gd29ybGQ=\n?\n" END BEGIN "Yg==\n" END), label;
	struct buf out = edge_buf(1);
	size_t at = 0;
	bool bad;

	OK(pem_next(text, &at, &label, &out, &bad));
	OK(bad);
	OK(buf_ok(&out));
	EQ(buf_span(&out), SPAN("b"));
	OK(!pem_next(text, &at, &label, &out, &bad));
	OK(!bad);
	at = text.n + 100;
	OK(!pem_next(text, &at, &label, &out, &bad));
}
