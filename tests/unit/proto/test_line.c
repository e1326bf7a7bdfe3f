/* proto/line: lines however they are cut, too long ones, and every way to end. */
#include "script.h"

#include "proto/line.h"

static struct script script;

TEST(lines_in_every_slice_and_buffer)
{
	static const struct script_line row[] = { PEER_RAW("one\r\ntwo\n\r\n\n\r\rthree\r\r\nlast\r") };
	static const struct span want[] = { SPAN_INIT("one"), SPAN_INIT("two"), SPAN_INIT(""), SPAN_INIT(""),
		                            SPAN_INIT("\r\rthree\r") };

	UPTO(slice, 33)
	{
		UPTO(cap, 60)
		{
			struct fault f = { .code = FAULT_NONE };
			struct line l;
			struct span text;
			bool cut;

			if (cap < 10 || slice == 0)
				continue; /* shorter than the longest line with its end */
			t_at("slice %lu, cap %lu", (unsigned long)slice, (unsigned long)cap);
			script_start(&script, row, COUNT(row));
			script.slice = slice;
			line_start(&l, &script.stream, edge_out(cap), cap);
			for (size_t i = 0; i < COUNT(want); i++) {
				OK(line_next(&l, &text, &cut, &f));
				EQ(text, want[i]);
				OK(!cut);
			}
			OK(!line_next(&l, &text, &cut, &f));
			EQ(f.code, FAULT_POP_CLOSED);
			EQ(fault_evidence(&f), SPAN("last "));
		}
	}
}

TEST(what_was_said_can_be_wiped)
{
	static const struct script_line row[] = { PEER_RAW("one\r\ntwo\r\n") };
	struct fault f = { .code = FAULT_NONE };
	unsigned char bytes[16] = { 0 };
	struct line l;
	struct span text;

	script_start(&script, row, COUNT(row));
	line_start(&l, &script.stream, bytes, sizeof bytes);
	OK(line_reply(&l, &text, &f));
	OK(line_pending(&l));
	line_wipe(&l);
	OK(!line_pending(&l));
	for (size_t i = 0; i < sizeof bytes; i++)
		OK(bytes[i] == 0);
}

TEST(what_is_longer_than_the_buffer_is_cut_and_its_end_is_found)
{
	static const struct script_line row[] = { PEER_RAW("0123456789abcdef\r\nshort\r\n0123456\r\nok\n") };

	UPTO(slice, 40)
	{
		UPTO(cap, 9)
		{
			struct fault f = { .code = FAULT_NONE };
			struct line l;
			struct span text = { NULL, 0 };
			bool cut;

			if (cap < 8 || slice == 0)
				continue;
			t_at("slice %lu, cap %lu", (unsigned long)slice, (unsigned long)cap);
			script_start(&script, row, COUNT(row));
			script.slice = slice;
			line_start(&l, &script.stream, edge_out(cap), cap);
			OK(line_next(&l, &text, &cut, &f));
			OK(cut && text.n < cap && span_ends(SPAN("0123456789abcdef"), text));
			OK(line_next(&l, &text, &cut, &f));
			OK(!cut);
			EQ(text, SPAN("short"));
			OK(line_next(&l, &text, &cut, &f));
			EQ(cut, cap == 8); /* seven characters, CR and LF are nine */
			OK(span_ends(SPAN("0123456"), text));
			OK(line_next(&l, &text, &cut, &f));
			EQ(text, SPAN("ok"));
			OK(!cut && !line_pending(&l));
		}
	}
}

TEST(pending_tells_what_was_not_taken)
{
	static const struct script_line row[] = { PEER_RAW("a\r\nb\r\n") };
	struct fault f = { .code = FAULT_NONE };
	unsigned char scratch[32];
	struct line l;
	struct span text;
	bool cut;

	script_start(&script, row, COUNT(row));
	line_start(&l, &script.stream, scratch, sizeof scratch);
	OK(!line_pending(&l));
	OK(line_next(&l, &text, &cut, &f));
	OK(line_pending(&l));
	OK(line_next(&l, &text, &cut, &f));
	OK(!line_pending(&l));
}

TEST(a_read_that_fails_is_the_fault)
{
	static const struct script_line row[] = { PEER_RAW("a\r\nb\r\n") };

	for (unsigned fail = 1; fail <= 6; fail++) {
		struct fault f = { .code = FAULT_NONE };
		unsigned char scratch[32];
		struct line l;
		struct span text;
		bool cut, first, second;

		script_start(&script, row, COUNT(row));
		script.slice = 1;
		script.fail_read = fail;
		line_start(&l, &script.stream, scratch, sizeof scratch);
		first = line_next(&l, &text, &cut, &f);
		EQ(first, fail > 3);
		second = line_next(&l, &text, &cut, &f);
		OK(!second);
		EQ(f.code, FAULT_TCP_RESET);
	}
	script_start(&script, row, COUNT(row));
	script.truncated = true;
	for (int i = 0; i < 3; i++) {
		struct fault f = { .code = FAULT_NONE };
		unsigned char scratch[32];
		static struct line l;
		struct span text;
		bool cut;

		if (i == 0)
			line_start(&l, &script.stream, scratch, sizeof scratch);
		EQ(line_next(&l, &text, &cut, &f), i < 2);
		EQ(f.code, i < 2 ? FAULT_NONE : FAULT_TLS_TRUNCATED);
	}
}
