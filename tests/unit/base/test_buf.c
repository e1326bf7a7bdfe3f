/* buf: appends that fit whole or not at all, and text made printable. */
#include "t.h"

#include <sys/resource.h>
#include <sys/wait.h>

TEST(buf_put_kinds)
{
	static const unsigned char bytes[] = { 0x00, 0x0f, 0xa5, 0xff };

	EVERY_CAP(b, SPAN(""), buf_put(&b, (struct span){ NULL, 0 }))
	EVERY_CAP(b, SPAN("abc"), buf_put(&b, edge_span(SPAN("abc"))))
	EVERY_CAP(b, SPAN("abc"), buf_z(&b, "abc"))
	EVERY_CAP(b, SPAN("x"), buf_byte(&b, 'x'))
	EVERY_CAP(b, SPAN("---"), buf_fill(&b, '-', 3))
	EVERY_CAP(b, SPAN(""), buf_fill(&b, '-', 0))
	EVERY_CAP(b, SPAN("000fa5ff"), buf_hex(&b, (struct span){ bytes, sizeof bytes }))
}

TEST(buf_numbers)
{
	EVERY_CAP(b, SPAN("0"), buf_u64(&b, 0));
	EVERY_CAP(b, SPAN("10"), buf_u64(&b, 10));
	EVERY_CAP(b, SPAN("18446744073709551615"), buf_u64(&b, UINT64_MAX));
	EVERY_CAP(b, SPAN("0"), buf_i64(&b, 0));
	EVERY_CAP(b, SPAN("-1"), buf_i64(&b, -1));
	EVERY_CAP(b, SPAN("9223372036854775807"), buf_i64(&b, INT64_MAX));
	EVERY_CAP(b, SPAN("-9223372036854775808"), buf_i64(&b, INT64_MIN));
	EVERY_CAP(b, SPAN("07"), buf_digits(&b, 7, 2));
	EVERY_CAP(b, SPAN("123"), buf_digits(&b, 123, 2));
	EVERY_CAP(b, SPAN("0"), buf_digits(&b, 0, 0));
	EVERY_CAP(b, SPAN("00000000000000000005"), buf_digits(&b, 5, 20));
	EVERY_CAP(b, SPAN("00000000000000000005"), buf_digits(&b, 5, 99));
}

TEST(buf_say_conversions)
{
	struct span part = edge_span(SPAN("part")), none = edge_span(SPAN_NONE);

	EVERY_CAP(b, SPAN(""), buf_say(&b, "%s", ""));
	EVERY_CAP(b, SPAN("plain"), buf_say(&b, "plain"));
	EVERY_CAP(b, SPAN("a word."), buf_say(&b, "a %s.", "word"));
	EVERY_CAP(b, SPAN("[part]"), buf_say(&b, "[%.*s]", SPAN_ARG(part)));
	EVERY_CAP(b, SPAN("[]"), buf_say(&b, "[%.*s]", SPAN_ARG(none)));
	EVERY_CAP(b, SPAN("x\xe9"), buf_say(&b, "%c%c", 'x', 0xe9));
	EVERY_CAP(b, SPAN("-2147483648 7"), buf_say(&b, "%d %d", INT32_MIN, 7));
	EVERY_CAP(b, SPAN("4294967295"), buf_say(&b, "%u", UINT32_MAX));
	EVERY_CAP(b, SPAN("07 123"), buf_say(&b, "%02u %02u", 7U, 123U));
	EVERY_CAP(b, SPAN("0000 0987 12345"), buf_say(&b, "%04u %04u %04u", 0U, 987U, 12345U));
	EVERY_CAP(b, SPAN("12"), buf_say(&b, "%zu", (size_t)12));
	EVERY_CAP(b, SPAN("-9223372036854775808"), buf_say(&b, "%lld", (long long)INT64_MIN));
	EVERY_CAP(b, SPAN("18446744073709551615"), buf_say(&b, "%llu", (unsigned long long)UINT64_MAX));
	EVERY_CAP(b, SPAN("100%"), buf_say(&b, "%u%%", 100U));
	EVERY_CAP(b, SPAN("%s"), buf_say(&b, "%%s"));
}

TEST(buf_say_mixed)
{
	EVERY_CAP(b, SPAN("1/2: one of a, 3 (99999999999) -4 5% of 6 on 2026-01-02"),
	          buf_say(&b, "%d/%u: %s of %.*s, %zu (%llu) %lld %c%% of 6 on %04u-%02u-%02u", 1, 2U, "one",
	                  SPAN_ARG(SPAN("a")), (size_t)3, 99999999999ULL, -4LL, '5', 2026U, 1U, 2U));
}

/* Against span_utf8, which reads it. */
TEST(buf_utf8_every_character)
{
	EVERY_CAP(b, SPAN("\xe2\x82\xac"), buf_utf8(&b, 0x20ac));
	for (uint32_t c = 0; c < 0x110100; c++) {
		bool is = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		unsigned char bytes[4];
		struct buf b = BUF(bytes);
		uint32_t back = 0;

		buf_utf8(&b, c);
		if (span_utf8(buf_span(&b), &back) != b.n || back != (is ? c : 0xfffd)) {
			t_at("character %x", (unsigned)c);
			OK(false);
		}
	}
}

/* What was there stays, and nothing follows an append that did not fit. */
TEST(buf_say_appends)
{
	struct buf b = edge_buf(6);

	buf_say(&b, "%s", "ab");
	buf_say(&b, "%s%s", "cd", "ef");
	EQ(buf_span(&b), SPAN("abcdef"));
	OK(buf_ok(&b));
	buf_say(&b, "%s%s", "", "g");
	OK(!buf_ok(&b));
	buf_say(&b, "%s", "");
	EQ(buf_span(&b), SPAN("abcdef"));
}

/* Who wipes a secret wipes as many bytes as the buf says that it has. */
TEST(buf_say_leaves_nothing_behind)
{
	unsigned char bytes[10] = { 0 };
	struct buf b = BUF(bytes);

	buf_say(&b, "%s", "ab");
	buf_say(&b, "%s%s", "secret", "secret");
	EQ(((struct span){ bytes, sizeof bytes }), SPAN("ab\0\0\0\0\0\0\0\0"));
}

/* A conversion that it does not know, or half of one, ends the process. */
TEST(buf_say_traps)
{
	static const char *const format[] = { "%x", "%", "%l", "%5u", "%.3s", "%ld", "%n", "%-s" };

	for (size_t i = 0; i < COUNT(format); i++) {
		pid_t child = fork();
		int status = 0;

		if (child == 0) {
			char text[80];
			struct buf b = BUF(text);
			const struct rlimit none = { 0, 0 };

			setrlimit(RLIMIT_CORE, &none);
			signal(SIGILL, SIG_DFL);
			signal(SIGTRAP, SIG_DFL);
			buf_say(&b, format[i], 1, 1, 1);
			_exit(0);
		}
		t_at("%s", format[i]);
		OK(child > 0 && waitpid(child, &status, 0) == child);
		OK(WIFSIGNALED(status));
	}
}

TEST(buf_full_is_sticky)
{
	struct buf b = edge_buf(3);

	buf_z(&b, "ab");
	buf_z(&b, "cd");
	OK(!buf_ok(&b));
	buf_z(&b, "c");
	buf_byte(&b, 'c');
	buf_fill(&b, 'c', 1);
	buf_u64(&b, 1);
	buf_printable(&b, SPAN("c"));
	EQ(buf_span(&b), SPAN("ab"));
	OK(!buf_ok(&b));
}

TEST(buf_huge_lengths)
{
	struct buf b = edge_buf(3);

	buf_byte(&b, 'a');
	buf_fill(&b, 'x', SIZE_MAX);
	EQ(buf_span(&b), SPAN("a"));
	OK(!buf_ok(&b));
}

TEST(buf_without_memory)
{
	struct buf b = { NULL, 0, 0, false };

	buf_put(&b, SPAN(""));
	buf_printable(&b, SPAN(""));
	OK(buf_ok(&b));
	buf_printable(&b, SPAN("abc"));
	OK(buf_ok(&b));
	buf_byte(&b, 'x');
	OK(!buf_ok(&b));
	EQ(buf_span(&b).n, 0);
}

static const struct {
	struct span in, out;
} printable[] = {
	{ SPAN_INIT(""), SPAN_INIT("") },
	{ SPAN_INIT("-ERR Logon failure: unknown user"), SPAN_INIT("-ERR Logon failure: unknown user") },
	{ SPAN_INIT(" ~!\"\\"), SPAN_INIT(" ~!\"\\") },
	{ SPAN_INIT("a\r\nb"), SPAN_INIT("a b") },
	{ SPAN_INIT("a\nb\rc\td"), SPAN_INIT("a b c d") },
	{ SPAN_INIT("a\r\n\r\nb"), SPAN_INIT("a  b") },
	{ SPAN_INIT("a\r"), SPAN_INIT("a ") },
	/* what a terminal would obey */
	{ SPAN_INIT("\x1b[31mred\x1b[0m"), SPAN_INIT("\\x1b[31mred\\x1b[0m") },
	{ SPAN_INIT("\x1b]0;title\x07"), SPAN_INIT("\\x1b]0;title\\x07") },
	{ SPAN_INIT("a\0b"), SPAN_INIT("a\\x00b") },
	{ SPAN_INIT("a\x08\x7f\x0b\x0c"), SPAN_INIT("a\\x08\\x7f\\x0b\\x0c") },
	{ SPAN_INIT("\x9b"
	            "31m"),
	  SPAN_INIT("\\x9b31m") },
	{ SPAN_INIT("\xc2\x9b"
	            "31m"),
	  SPAN_INIT("\\xc2\\x9b31m") },
	{ SPAN_INIT("\xc2\x80\xc2\x9f\xc2\x85"), SPAN_INIT("\\xc2\\x80\\xc2\\x9f\\xc2\\x85") },
	/* what would change the look of the text around it, or hide */
	{ SPAN_INIT("a\xe2\x80\xae"
	            "b"),
	  SPAN_INIT("a\\xe2\\x80\\xaeb") },
	{ SPAN_INIT("\xe2\x81\xa6x\xe2\x81\xa9"), SPAN_INIT("\\xe2\\x81\\xa6x\\xe2\\x81\\xa9") },
	{ SPAN_INIT("\xe2\x80\x8b"), SPAN_INIT("\\xe2\\x80\\x8b") },
	{ SPAN_INIT("\xe2\x80\xa8"), SPAN_INIT("\\xe2\\x80\\xa8") },
	{ SPAN_INIT("\xef\xbb\xbf{"), SPAN_INIT("\\xef\\xbb\\xbf{") },
	{ SPAN_INIT("\xc2\xad"), SPAN_INIT("\\xc2\\xad") },
	{ SPAN_INIT("\xcd\x8f"), SPAN_INIT("\\xcd\\x8f") },
	{ SPAN_INIT("\xe3\x85\xa4"), SPAN_INIT("\\xe3\\x85\\xa4") },
	{ SPAN_INIT("\xf3\xa0\x81\x81"), SPAN_INIT("\\xf3\\xa0\\x81\\x81") },
	/* readable text in other scripts stays */
	{ SPAN_INIT("\xc2\xa0Gr\xc3\xbc\xc3\x9f"
	            "e"),
	  SPAN_INIT("\xc2\xa0Gr\xc3\xbc\xc3\x9f"
	            "e") },
	{ SPAN_INIT("\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"),
	  SPAN_INIT("\xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80") },
	{ SPAN_INIT("\xd7\xa9\xd7\x9c"), SPAN_INIT("\xd7\xa9\xd7\x9c") },
	/* broken UTF-8 */
	{ SPAN_INIT("\xff"), SPAN_INIT("\\xff") },
	{ SPAN_INIT("\xc3"), SPAN_INIT("\\xc3") },
	{ SPAN_INIT("\xc3("), SPAN_INIT("\\xc3(") },
	{ SPAN_INIT("\xe2\x82"), SPAN_INIT("\\xe2\\x82") },
	{ SPAN_INIT("\xc0\xaf"), SPAN_INIT("\\xc0\\xaf") },
	{ SPAN_INIT("\xed\xa0\x80"), SPAN_INIT("\\xed\\xa0\\x80") },
	{ SPAN_INIT("\xf4\x90\x80\x80"), SPAN_INIT("\\xf4\\x90\\x80\\x80") },
	{ SPAN_INIT("\xe4\xc3\xa4"), SPAN_INIT("\\xe4\xc3\xa4") },
};

TEST(buf_printable_rows)
{
	for (size_t i = 0; i < COUNT(printable); i++) {
		struct buf b = edge_buf(printable[i].out.n);

		t_at("row %zu", i);
		buf_printable(&b, edge_span(printable[i].in));
		EQ(buf_span(&b), printable[i].out);
		OK(buf_ok(&b));
	}
}

/* Printable text comes out as it went in: fault_valid relies on it. */
TEST(buf_printable_again)
{
	for (size_t i = 0; i < COUNT(printable); i++) {
		struct buf b = edge_buf(printable[i].out.n);

		t_at("row %zu", i);
		buf_printable(&b, edge_span(printable[i].out));
		EQ(buf_span(&b), printable[i].out);
	}
}

/* Is this the whole text, or whole characters of it and then "..."? */
static bool cut_well(struct span got, struct span all)
{
	struct span head;
	size_t at = 0;
	uint32_t c;

	if (span_eq(got, all))
		return true;
	if (got.n == 0)
		return all.n != 0;
	if (!span_ends(got, SPAN("...")))
		return false;
	head = span_first(got, got.n - 3);
	if (!span_starts(all, head))
		return false;
	while (at < head.n) {
		struct span rest = span_from(all, at);

		at += span_starts(rest, SPAN("\\x")) ? 4 : span_utf8(rest, &c);
	}
	return at == head.n;
}

TEST(buf_printable_cuts)
{
	for (size_t i = 0; i < COUNT(printable); i++) {
		struct span in = edge_span(printable[i].in), out = printable[i].out;

		t_at("row %zu", i);
		UPTO(cap, out.n + 1)
		{
			struct buf b = edge_buf(cap + 2);

			buf_z(&b, "> ");
			buf_printable(&b, in);
			OK(buf_ok(&b));
			OK(span_starts(buf_span(&b), SPAN("> ")));
			OK(cut_well(span_from(buf_span(&b), 2), out));
			if (cap >= out.n)
				EQ(b.n, out.n + 2);
			else if (cap >= 3)
				OK(b.n > cap + 2 - 4 && b.n >= 2 + 3); /* cut at the last character */
			else
				EQ(b.n, 2);
		}
	}
}

TEST(buf_printable_cut_examples)
{
	static const struct {
		struct span in;
		size_t cap;
		struct span out;
	} row[] = {
		{ SPAN_INIT("abcdef"), 6, SPAN_INIT("abcdef") },
		{ SPAN_INIT("abcdef"), 5, SPAN_INIT("ab...") },
		{ SPAN_INIT("abcdef"), 3, SPAN_INIT("...") },
		{ SPAN_INIT("abcdef"), 2, SPAN_INIT("") },
		{ SPAN_INIT("ab"), 2, SPAN_INIT("ab") },
		{ SPAN_INIT("a\xc3\xa4\xc3\xa4"), 5, SPAN_INIT("a\xc3\xa4\xc3\xa4") },
		{ SPAN_INIT("a\xc3\xa4\xc3\xa4z"), 5, SPAN_INIT("a...") },
		{ SPAN_INIT("abc\x1b"), 6, SPAN_INIT("abc...") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct buf b = edge_buf(row[i].cap);

		t_at("row %zu", i);
		buf_printable(&b, edge_span(row[i].in));
		EQ(buf_span(&b), row[i].out);
		OK(buf_ok(&b));
	}
}

/* Whatever comes in, nothing goes out that a terminal obeys. */
TEST(buf_printable_every_pair)
{
	for (unsigned x = 0; x < 65536; x++) {
		unsigned char pair[2] = { (unsigned char)(x >> 8), (unsigned char)x }, out[8];
		struct buf b = BUF(out);
		uint32_t c;

		t_at("pair %04x", x);
		buf_printable(&b, (struct span){ pair, 2 });
		for (struct span s = buf_span(&b); s.n != 0;) {
			size_t n = span_utf8(s, &c);

			if (n == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0)) {
				OK(!"printable");
				break;
			}
			s = span_from(s, n);
		}
	}
	OK(true);
}
