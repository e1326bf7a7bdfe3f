/* quote: every byte value, what a shell reads back, and what ends PowerShell's strings. */
#include "t.h"

#include "text/quote.h"

/* What a POSIX shell makes of one word. False when the word ends early or holds what a shell would act on. */
static bool unquote(struct span word, struct buf *out)
{
	bool quoted = false;

	for (size_t i = 0; i < word.n; i++) {
		unsigned char c = word.p[i];
		size_t at;

		if (c == '\'')
			quoted = !quoted;
		else if (quoted)
			buf_byte(out, c);
		else if (c == '\\' && i + 1 < word.n)
			buf_byte(out, word.p[++i]);
		else if (span_find_byte(SPAN(" \t\n\"\\$`;&|<>()*?[]{}#~!^%"), c, &at) || c < ' ' || c >= 0x7f)
			return false;
		else
			buf_byte(out, c);
	}
	return !quoted && word.n != 0;
}

TEST(quote_shell_every_byte)
{
	for (unsigned c = 0; c < 256; c++) {
		unsigned char in[] = { 'a', (unsigned char)c, 'b' }, word[16], back[16];
		struct buf w = BUF(word), b = BUF(back);
		bool control = c < ' ' || c == 0x7f;

		t_at("byte %u", c);
		quote_shell(&w, (struct span){ in, 3 });
		OK(unquote(buf_span(&w), &b));
		if (control)
			EQ(buf_span(&b), SPAN("ab"));
		else
			EQ(buf_span(&b), ((struct span){ in, 3 }));
		/* alone, as the first byte */
		w.n = b.n = 0;
		quote_shell(&w, (struct span){ in + 1, 1 });
		OK(unquote(buf_span(&w), &b));
		EQ(b.n, control ? 0 : 1);
		OK(c == '-' ? w.p[0] == '\'' : w.n == 1 || w.p[0] == '\'');
	}
}

TEST(quote_powershell_every_byte)
{
	for (unsigned c = 0; c < 256; c++) {
		unsigned char in[] = { 'a', (unsigned char)c, 'b' }, string[16], bare[16];
		struct buf s = BUF(string), b = BUF(bare);
		bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
		            c == '.' || c == '_' || c == '@';

		t_at("byte %u", c);
		quote_powershell(&s, (struct span){ in, 3 });
		if (c == '\'')
			EQ(buf_span(&s), SPAN("'a''b'"));
		else if (c < ' ' || c >= 0x7f)
			EQ(buf_span(&s), SPAN("'ab'"));
		else
			OK(s.n == 5 && s.p[0] == '\'' && s.p[4] == '\'' && s.p[2] == c);
		quote_powershell_bare(&b, (struct span){ in, 3 });
		if (word)
			EQ(buf_span(&b), ((struct span){ in, 3 }));
		else
			EQ(buf_span(&b), buf_span(&s));
	}
}

static void check(struct span in, struct span want, void (*put)(struct buf *, struct span))
{
	for (size_t cap = 0; cap <= want.n + 1; cap++) {
		struct buf b = edge_buf(cap);

		put(&b, in);
		EQ(buf_ok(&b), cap >= want.n);
		if (cap >= want.n)
			EQ(buf_span(&b), want);
		else
			OK(span_starts(want, buf_span(&b)));
	}
}

TEST(quote_rows)
{
	static const struct {
		struct span value, powershell, bare, shell;
	} rows[] = {
		{ SPAN_INIT("plain"), SPAN_INIT("'plain'"), SPAN_INIT("plain"), SPAN_INIT("plain") },
		{ SPAN_INIT(""), SPAN_INIT("''"), SPAN_INIT("''"), SPAN_INIT("''") },
		{ SPAN_INIT("a b"), SPAN_INIT("'a b'"), SPAN_INIT("'a b'"), SPAN_INIT("'a b'") },
		{ SPAN_INIT("-x"), SPAN_INIT("'-x'"), SPAN_INIT("'-x'"), SPAN_INIT("'-x'") },
		{ SPAN_INIT("@x"), SPAN_INIT("'@x'"), SPAN_INIT("'@x'"), SPAN_INIT("@x") },
		{ SPAN_INIT("/a,b"), SPAN_INIT("'/a,b'"), SPAN_INIT("'/a,b'"), SPAN_INIT("/a,b") },
		{ SPAN_INIT("~/a"), SPAN_INIT("'~/a'"), SPAN_INIT("'~/a'"), SPAN_INIT("'~/a'") },
		{ SPAN_INIT("a'; Remove"), SPAN_INIT("'a''; Remove'"), SPAN_INIT("'a''; Remove'"),
		  SPAN_INIT("'a'\\''; Remove'") },
		{ SPAN_INIT("$(x)"), SPAN_INIT("'$(x)'"), SPAN_INIT("'$(x)'"), SPAN_INIT("'$(x)'") },
		{ SPAN_INIT("a\xe2\x80\x99z"), SPAN_INIT("'a\xe2\x80\x99\xe2\x80\x99z'"),
		  SPAN_INIT("'a\xe2\x80\x99\xe2\x80\x99z'"), SPAN_INIT("'a\xe2\x80\x99z'") },
		{ SPAN_INIT("\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9b"),
		  SPAN_INIT("'\xe2\x80\x98\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9a\xe2\x80\x9b\xe2\x80\x9b'"),
		  SPAN_INIT("'\xe2\x80\x98\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9a\xe2\x80\x9b\xe2\x80\x9b'"),
		  SPAN_INIT("'\xe2\x80\x98\xe2\x80\x9a\xe2\x80\x9b'") },
		{ SPAN_INIT("a\nb\x07z"), SPAN_INIT("'abz'"), SPAN_INIT("'abz'"), SPAN_INIT("'abz'") },
		{ SPAN_INIT("a\xffz"), SPAN_INIT("'az'"), SPAN_INIT("'az'"), SPAN_INIT("'a\xffz'") },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span in = edge_span(rows[i].value);

		t_at("row %zu", i);
		check(in, rows[i].powershell, quote_powershell);
		check(in, rows[i].bare, quote_powershell_bare);
		check(in, rows[i].shell, quote_shell);
	}
}

TEST(quote_only_rows)
{
	OK(quote_only(SPAN("az09AZ"), ""));
	OK(quote_only(SPAN("a b@c.de"), " @."));
	OK(quote_only(SPAN("a-"), "-"));
	OK(!quote_only(SPAN("a-"), ""));
	OK(!quote_only(SPAN("-a"), "-"));
	OK(!quote_only(SPAN(""), "-"));
	OK(!quote_only(SPAN("\xc3\xbc"), "-."));
	OK(!quote_only(SPAN("a\0b"), "-."));
}
