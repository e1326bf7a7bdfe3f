#include "t.h"

#include "show/page.h"

static struct page page_on(struct buf *out)
{
	return (struct page){ .out = out, .utf8 = true };
}

/* Columns of the widest line, colours not counted. */
static unsigned widest(struct span s)
{
	unsigned most = 0, columns = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n') {
			columns = 0;
		} else if (s.p[i] == '\033') {
			while (s.p[i] != 'm')
				i++;
		} else if ((s.p[i] & 0xc0) != 0x80) {
			columns++;
		}
		most = columns > most ? columns : most;
	}
	return most;
}

static bool blank_before_end(struct span s)
{
	size_t at;

	return span_find(s, SPAN(" \n"), &at);
}

static const struct {
	const char *text;
	unsigned from, hang;
	const char *want; /* at 40 columns */
} words[] = {
	{ "", 0, 0, "" },
	{ "   ", 0, 2, "" },
	{ "one", 0, 0, "one" },
	{ "  one  two  ", 0, 0, "one  two" },
	{ "exactly forty columns of text is 40 long", 0, 0, "exactly forty columns of text is 40 long" },
	{ "exactly forty columns of text is 41 long.", 0, 0, "exactly forty columns of text is 41\nlong." },
	{ "exactly forty columns of text is 41 long.", 0, 4, "exactly forty columns of text is 41\n    long." },
	{ "aaaa bbbb", 34, 10, "                                  aaaa\n          bbbb" },
	{ "a-word-that-is-too-long-for-the-line next", 30, 2, "\n  a-word-that-is-too-long-for-the-line\n  next" },
	{ "0123456789012345678901234567890123456789012345 x", 0, 0,
	  "0123456789012345678901234567890123456789\n012345 x" },
	{ "see https://login.microsoftonline.com/error?code=7000215 for more", 0, 2,
	  "see\n  https://login.microsoftonline.com/error?code=7000215\n  for more" },
	{ "tab\tand\r\nline end", 0, 0, "tab and  line end" },
	{ "bell \a escape \033[31m red", 0, 0, "bell \\x07 escape \\x1b[31m red" },
	{ "\xff\xfe broken", 0, 0, "\\xff\\xfe broken" },
	{ "\xe2\x80\xae reversed", 0, 0, "\\xe2\\x80\\xae reversed" },
	{ "m\xc3\xbcller m\xc3\xbcller m\xc3\xbcller m\xc3\xbcller m\xc3\xbcller xxxxxx", 0, 0,
	  "m\xc3\xbcller m\xc3\xbcller m\xc3\xbcller m\xc3\xbcller m\xc3\xbcller\nxxxxxx" },
};

TEST(page_words_rows)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		char bytes[400];
		struct buf out = BUF(bytes);
		struct page p = page_on(&out);

		t_at("row %zu", i);
		p.width = 40;
		page_to(&p, words[i].from);
		page_words(&p, words[i].hang, span_z(words[i].text));
		EQ(buf_span(&out), span_z(words[i].want));
	}
}

TEST(page_words_every_capacity)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		size_t need = strlen(words[i].want);

		UPTO(cap, need + 1)
		{
			struct buf out = edge_buf(cap);
			struct page p = page_on(&out);

			t_at("row %zu, capacity %zu", i, cap);
			p.width = 40;
			page_to(&p, words[i].from);
			page_words(&p, words[i].hang, edge_span(span_z(words[i].text)));
			OK(buf_ok(&out) == (cap >= need));
		}
	}
}

TEST(page_words_every_prefix_and_width)
{
	static const char text[] = "Plain words, then \xe2\x82\xac 5, "
				   "https://example.com/a/very/long/path/that/does/not/"
				   "fit/into/a/line/of/eighty/columns/at/all \033[1m \xf0\x9f\x98\x80 "
				   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				   " end";

	UPTO(n, sizeof text - 1)
	{
		for (unsigned width = PAGE_WIDTH_MIN; width <= PAGE_WIDTH_MAX; width += 7) {
			char bytes[4000];
			struct buf out = BUF(bytes);
			struct page p = page_on(&out);
			size_t at;

			t_at("%zu bytes, width %u", n, width);
			p.width = width;
			p.utf8 = width % 2 == 0;
			page_words(&p, 6, (struct span){ edge(text, n), n });
			page_end(&p);
			OK(buf_ok(&out));
			OK(!blank_before_end(buf_span(&out)));
			if (!span_find(buf_span(&out), SPAN("://"), &at))
				OK(widest(buf_span(&out)) <= width);
			if (!p.utf8)
				for (size_t i = 0; i < out.n; i++)
					OK((unsigned char)bytes[i] < 0x80);
		}
	}
}

TEST(page_lines_rows)
{
	static const struct {
		const char *text;
		const char *want; /* indent 4, 40 columns */
	} row[] = {
		{ "", "" },
		{ "one", "    one\n" },
		{ "one\n", "    one\n" },
		{ "one\n\ntwo", "    one\n\n    two\n" },
		{ "- a list item that needs more than one line\n- next",
		  "    - a list item that needs more than\n      one line\n    - next\n" },
		{ "12. a list item that needs more than a line",
		  "    12. a list item that needs more than\n        a line\n" },
		{ "to type:\n\tGet-CASMailbox -Identity somebody@contoso.example | Format-List *",
		  "    to type:\n    Get-CASMailbox -Identity somebody@contoso.example | "
		  "Format-List *\n" },
		{ "to type:\n\tGet-CASMailbox | Format-List", "    to type:\n        Get-CASMailbox | Format-List\n" },
		{ "\tfirst  with  blanks\nthen prose", "        first  with  blanks\n    then prose\n" },
		{ "trailing blanks  \r\nnext", "    trailing blanks\n    next\n" },
		{ "                                              far out", "                    far out\n" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char bytes[400];
		struct buf out = BUF(bytes);
		struct page p = page_on(&out);

		t_at("row %zu", i);
		p.width = 40;
		page_lines(&p, 4, span_z(row[i].text));
		EQ(buf_span(&out), span_z(row[i].want));
		UPTO(cap, strlen(row[i].want) + 1)
		{
			struct buf small = edge_buf(cap);

			p = page_on(&small);
			p.width = 40;
			page_lines(&p, 4, span_z(row[i].text));
			OK(buf_ok(&small) == (cap >= strlen(row[i].want)));
		}
	}
}

TEST(page_lines_stands_behind_a_label)
{
	char bytes[200];
	struct buf out = BUF(bytes);
	struct page p = page_on(&out);

	page_z(&p, "Fix");
	page_lines(&p, 5, SPAN("words"));
	page_z(&p, "Fix");
	page_lines(&p, 5, SPAN("\ttyped alone"));
	EQ(buf_span(&out), SPAN("Fix  words\nFix\n         typed alone\n"));
}

TEST(page_typed_never_wraps)
{
	char bytes[400], line[200];
	struct buf out = BUF(bytes);
	struct page p = page_on(&out);

	memset(line, 'x', sizeof line);
	page_typed(&p, 0, (struct span){ (unsigned char *)line, sizeof line });
	EQ(out.n, PAGE_TYPED + sizeof line + 1);
	out = BUF(bytes);
	p = page_on(&out);
	page_typed(&p, 0, SPAN("a\n\n\tb"));
	EQ(buf_span(&out), SPAN("    a\n\n    b\n"));
}

/* Comments are for reading: they wrap, and stay comments. */
TEST(page_typed_wraps_comments)
{
	char bytes[400];
	struct buf out = BUF(bytes);
	struct page p = page_on(&out);

	p.width = 40;
	page_typed(&p, 0,
	           SPAN("# The application needs FullAccess to the mailbox.\n#not a comment to "
	                "wrap, it has no blank\n# "));
	EQ(buf_span(&out), SPAN("    # The application needs FullAccess\n"
	                        "    # to the mailbox.\n"
	                        "    #not a comment to wrap, it has no blank\n"
	                        "    #\n"));
}

TEST(page_row_puts_the_aside_right)
{
	char bytes[400];
	struct buf out = BUF(bytes);
	struct page p = page_on(&out);

	p.width = 40;
	page_row(&p, 2, SPAN("some words that take two lines here"), SPAN("7 ms"));
	page_row(&p, 2, SPAN(""), SPAN("12345 ms"));
	page_row(&p, 2, SPAN("no aside: the words use the whole line."), SPAN(""));
	EQ(buf_span(&out), SPAN("some words that take two lines      7 ms\n"
	                        "  here\n"
	                        "                                12345 ms\n"
	                        "no aside: the words use the whole line.\n"));
}

TEST(page_colours)
{
	char bytes[400];
	struct buf out = BUF(bytes);
	struct page p = page_on(&out);

	p.colour = true;
	page_toned(&p, PAGE_STRONG, SPAN("Fix"));
	page_to(&p, 5);
	page_toned(&p, PAGE_BAD, SPAN("x"));
	page_end(&p);
	EQ(buf_span(&out), SPAN("\033[1mFix\033[0m  \033[31mx\033[0m\n"));
	out = BUF(bytes);
	p.colour = false;
	page_toned(&p, PAGE_STRONG, SPAN("Fix"));
	EQ(buf_span(&out), SPAN("Fix"));
}

TEST(page_marks)
{
	static const struct {
		enum verdict v;
		const char *utf8, *ascii;
	} row[] = {
		{ VERDICT_PASS, "\xe2\x9c\x93 |", "ok |" },
		{ VERDICT_WARN, "! |", "!! |" },
		{ VERDICT_FAIL, "\xe2\x9c\x97 |", "XX |" },
		{ VERDICT_SKIP, "- |", "-- |" },
		{ VERDICT_NONE, "  |", "   |" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char bytes[40];
		struct buf out = BUF(bytes);
		struct page p = page_on(&out);

		page_mark(&p, row[i].v);
		EQ(p.column, 2);
		page_z(&p, "|");
		EQ(buf_span(&out), span_z(row[i].utf8));
		out = BUF(bytes);
		p = (struct page){ .out = &out };
		page_mark(&p, row[i].v);
		EQ(p.column, 3);
		page_z(&p, "|");
		EQ(buf_span(&out), span_z(row[i].ascii));
	}
}

TEST(page_without_utf8_is_ascii)
{
	char bytes[100];
	struct buf out = BUF(bytes);
	struct page p = { .out = &out };

	page_put(&p, SPAN("M\xc3\xbcller"));
	EQ(buf_span(&out), SPAN("M\\xc3\\xbcller"));
	EQ(p.column, 13);
}

TEST(page_shares_before_it_wraps)
{
	static struct pseudonym pseudonym;
	char bytes[400];
	struct buf out = BUF(bytes);
	struct page p = page_on(&out);

	pseudonym_init(&pseudonym);
	p.width = 40;
	p.pseudonym = &pseudonym;
	page_words(&p, 0, SPAN("the mailbox of anna@contoso.ch was not found anywhere"));
	EQ(buf_span(&out), SPAN("the mailbox of\nmailbox-1@domain-1.example was not found\nanywhere"));
}
