/* mailhead: which date of a header counts, however its lines are folded and cut. */
#include "t.h"

#include "text/mailhead.h"

static const int64_t at = 1795466626; /* 2026-11-23 20:43:46Z */

static const struct {
	const char *text; /* lines end in LF */
	int64_t received;
} row[] = {
	{ "", 0 },
	{ "Subject: x\nFrom: a@b\n", 0 },
	{ "Date: Mon, 23 Nov 2026 20:43:46 +0000\n", 1795466626 },
	{ "dATE:Mon, 23 Nov 2026 21:43:46 +0100 (CET)\n", 1795466626 },
	{ "Date: Thu, 01 Jan 1970 00:00:05 GMT\nReceived: from a by b;\n\tMon, 23 Nov 2026 20:43:46 GMT\n",
	  1795466626 },
	{ "Received: from a\n (x; y)\n by b with c; Mon,\n 23 Nov 2026 20:43:46 -0000\n"
	  "Received: by d; Thu, 01 Jan 1970 00:00:05 GMT\nDate: Thu, 01 Jan 1970 00:00:05 GMT\n",
	  1795466626 },
	{ "Received: from a by b\nDate: Mon, 23 Nov 2026 20:43:46 GMT\n", 1795466626 },
	{ "X-Received: by d; Mon, 23 Nov 2026 20:43:46 GMT\nResent-Date: Mon, 23 Nov 2026 20:43:46 GMT\n", 0 },
	{ "Subject: x\n Date: Mon, 23 Nov 2026 20:43:46 GMT\n", 0 },
	{ "Date: Mon, 23 Nov 2026 20:43:46 GMT (a comment that goes on and on and on and on and on and on and on)\n",
	  0 },
	{ "Date: Fri, 31 Dec 1965 00:00:00 GMT\n", 0 },
};

/* In pieces of at most `n` bytes a line. */
static int64_t read_text(const char *text, size_t n)
{
	struct mailhead h = { .received = 0 };
	struct span rest = span_z(text);

	while (rest.n != 0) {
		struct span line = span_cut(rest, '\n', &rest);

		do {
			bool cut = line.n > n;

			mailhead_piece(&h, edge_span(span_first(line, n)), cut);
			line = span_from(line, cut ? n : line.n);
		} while (line.n != 0);
	}
	mailhead_end(&h);
	return h.received;
}

TEST(mailhead_received)
{
	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		OK(row[i].received == 0 || row[i].received == at);
		EQ(read_text(row[i].text, 1000), row[i].received);
		for (size_t n = 16; n < 40; n++) /* not in the middle of the field's name: line_next cuts at 1 kB */
			EQ(read_text(row[i].text, n), row[i].received);
	}
}
