#include "t.h"

#include "show/transcript.h"

static void put(struct transcript *t, int64_t ms, enum worker_side side, enum trace_mark mark, const char *text,
                bool more, struct buf *out)
{
	struct run_line line = { ms, side, 0, mark, span_z(text), more };

	transcript_put(t, &line, out);
}

static const struct {
	int64_t ms;
	enum worker_side side;
	enum trace_mark mark;
	const char *text, *want;
} rows[] = {
	{ 123, WORKER_SIDE_POP, TRACE_GOT, "+OK ready", "   0.123 pop <- +OK ready\n" },
	{ 0, WORKER_SIDE_SUPERVISOR, TRACE_NOTE, "began", "   0.000 main == began\n" },
	{ 61005, WORKER_SIDE_IDP, TRACE_SENT, "POST /x", "  61.005 idp -> POST /x\n" },
	{ 3600000, WORKER_SIDE_IMAP, TRACE_GOT, "", "3600.000 imap <- \n" },
	{ 100000000, WORKER_SIDE_SMTP, TRACE_GOT, "250", "100000.000 smtp <- 250\n" },
	{ -5, WORKER_SIDE_TENANT, TRACE_NOTE, "x", "   0.000 disc == x\n" },
	{ 1, WORKER_SIDE_POP, TRACE_GOT, "a\r\nb\tc\033[1m\xff \xc3\xa9",
	  "   0.001 pop <- a b c\\x1b[1m\\xff \xc3\xa9\n" },
};

TEST(transcript_rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		UPTO(cap, strlen(rows[i].want) + 1)
		{
			struct transcript t = { 0 };
			struct buf out = edge_buf(cap);

			put(&t, rows[i].ms, rows[i].side, rows[i].mark, rows[i].text, false, &out);
			OK(buf_ok(&out) == (cap >= strlen(rows[i].want)));
			if (cap >= strlen(rows[i].want))
				EQ(buf_span(&out), span_z(rows[i].want));
		}
	}
}

/* However a line is cut into pieces, it comes out as one. */
TEST(transcript_pieces_join)
{
	static const char text[] = "-ERR caf\xc3\xa9 \xe2\x82\xac\r\n\xf0\x9f\x98\x80 \xff end";
	static const char want[] = "   0.007 pop <- -ERR caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \\xff end\n";

	UPTO(first, sizeof text - 1)
	{
		for (size_t second = first; second < sizeof text; second++) {
			struct transcript t = { 0 };
			char bytes[200];
			struct buf out = BUF(bytes);
			struct span all = SPAN(text);
			struct run_line a = { 7, WORKER_SIDE_POP, 0, TRACE_GOT, span_first(all, first), true };
			struct run_line b = a, c = a;

			b.text = span_from(span_first(all, second), first);
			c.text = span_from(all, second);
			c.more = false;
			transcript_put(&t, &a, &out);
			transcript_put(&t, &b, &out);
			transcript_put(&t, &c, &out);
			t_at("cut at %zu and %zu", first, second);
			EQ(buf_span(&out), SPAN(want));
		}
	}
}

/* Probes at the same time have names of their own, and one does not end the other's line for good. */
TEST(transcript_several_jobs)
{
	static const struct run_line lines[] = {
		{ 1, WORKER_SIDE_POP, 1, TRACE_NOTE, SPAN_INIT("mailbox a@b"), false },
		{ 2, WORKER_SIDE_POP, 2, TRACE_GOT, SPAN_INIT("one"), true },
		{ 3, WORKER_SIDE_POP, 16, TRACE_GOT, SPAN_INIT("+OK"), false },
		{ 4, WORKER_SIDE_POP, 2, TRACE_GOT, SPAN_INIT("two"), false },
		{ 5, WORKER_SIDE_IDP, 0, TRACE_SENT, SPAN_INIT("POST"), false },
	};
	struct transcript t = { 0 };
	char bytes[400];
	struct buf out = BUF(bytes);

	for (size_t i = 0; i < COUNT(lines); i++)
		transcript_put(&t, &lines[i], &out);
	EQ(buf_span(&out), SPAN("   0.001 pop1 == mailbox a@b\n"
	                        "   0.002 pop2 <- one\n"
	                        "   0.003 pop16 <- +OK\n"
	                        "   0.004 pop2 <+ two\n"
	                        "   0.005 idp -> POST\n"));
}

TEST(transcript_interrupted_line_goes_on_later)
{
	struct transcript t = { 0 };
	char bytes[400];
	struct buf out = BUF(bytes);

	put(&t, 1, WORKER_SIDE_IDP, TRACE_GOT, "{\"a\":", true, &out);
	put(&t, 2, WORKER_SIDE_POP, TRACE_SENT, "CAPA", false, &out);
	put(&t, 3, WORKER_SIDE_IDP, TRACE_GOT, "1", true, &out);
	put(&t, 4, WORKER_SIDE_IDP, TRACE_GOT, "}", false, &out);
	put(&t, 5, WORKER_SIDE_IDP, TRACE_GOT, "next", false, &out);
	put(&t, 6, WORKER_SIDE_POP, TRACE_GOT, "open", true, &out);
	transcript_end(&t, &out);
	put(&t, 7, WORKER_SIDE_POP, TRACE_GOT, "new", false, &out);
	EQ(buf_span(&out), SPAN("   0.001 idp <- {\"a\":\n"
	                        "   0.002 pop -> CAPA\n"
	                        "   0.003 idp <+ 1}\n"
	                        "   0.005 idp <- next\n"
	                        "   0.006 pop <- open\n"
	                        "   0.007 pop <- new\n"));
}

/* What is to be hidden is hidden wherever the pieces meet. */
TEST(transcript_shares_across_pieces)
{
	static const char text[] = "user anna.muster@contoso.ch, app "
				   "407a1111-2222-4b4a-8b0b-dc9c6b633333 from 10.1.2.3.";
	static const char want[] = "   0.000 pop -> user mailbox-1@domain-1.example, app "
				   "00000000-0000-0000-0000-000000000001 from 192.0.2.1.\n";

	UPTO(cut, sizeof text - 1)
	{
		static struct pseudonym pseudonym;
		struct transcript t = { .pseudonym = &pseudonym };
		struct run_line line = { 0, WORKER_SIDE_POP, 0, TRACE_SENT, span_first(SPAN(text), cut), true };
		char bytes[400];
		struct buf out = BUF(bytes);

		pseudonym_init(&pseudonym);
		transcript_put(&t, &line, &out);
		line.text = span_from(SPAN(text), cut);
		line.more = false;
		transcript_put(&t, &line, &out);
		t_at("cut at %zu", cut);
		EQ(buf_span(&out), SPAN(want));
	}
}

TEST(transcript_long_lines)
{
	static unsigned char text[70000], bytes[400000];
	static struct pseudonym pseudonym;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (unsigned char)("a@b.ch \xc3\xa9"[i % 9]);
	for (int shared = 0; shared < 2; shared++) {
		struct transcript t = { .pseudonym = shared ? &pseudonym : NULL };
		struct run_line line = { 0, WORKER_SIDE_IDP, 0, TRACE_GOT, { text, sizeof text }, false };
		struct buf out = BUF(bytes);
		size_t at;

		pseudonym_init(&pseudonym);
		transcript_put(&t, &line, &out);
		OK(buf_ok(&out));
		EQ(bytes[out.n - 1], '\n');
		OK(span_find(buf_span(&out), SPAN("a@b.ch"), &at) == !shared);
		OK(!span_find(buf_span(&out), SPAN("\\x"), &at));
		if (!shared)
			EQ(out.n, 16 + sizeof text + 1);
	}
}

TEST(transcript_sides)
{
	for (int i = 0; i < WORKER_SIDE__COUNT; i++) {
		struct transcript t = { 0 };
		char bytes[40];
		struct buf out = BUF(bytes);

		put(&t, 0, (enum worker_side)i, TRACE_NOTE, "x", false, &out);
		OK(span_starts(buf_span(&out), SPAN("   0.000 ")) && out.p[9] != ' ');
	}
}
