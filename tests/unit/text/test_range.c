/* range: the table of the guidelines, and what is none. */
#include "t.h"

#include "text/range.h"

TEST(range_table)
{
	static const struct {
		struct span text;
		int64_t value; /* in thousandths */
		bool alerts;
	} row[] = {
		{ SPAN_INIT("10"), 10000, false },
		{ SPAN_INIT("10"), 10001, true },
		{ SPAN_INIT("10"), -1, true },
		{ SPAN_INIT("10"), 0, false },
		{ SPAN_INIT("10:"), 9999, true },
		{ SPAN_INIT("10:"), INT64_MAX, false },
		{ SPAN_INIT("~:10"), INT64_MIN, false },
		{ SPAN_INIT("~:10"), 10001, true },
		{ SPAN_INIT("10:20"), 9999, true },
		{ SPAN_INIT("10:20"), 20000, false },
		{ SPAN_INIT("@10:20"), 10000, true },
		{ SPAN_INIT("@10:20"), 20001, false },
		{ SPAN_INIT("-5:2.5"), -5000, false },
		{ SPAN_INIT("-5:2.5"), 2501, true },
		{ SPAN_INIT("0.05"), 50, false },
		{ SPAN_INIT("0.05"), 51, true },
		{ SPAN_INIT(":7"), 7001, true },
		{ SPAN_INIT("@7:"), 7000, true },
		{ SPAN_INIT("999999999999"), INT64_C(999999999999000), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct range r;

		t_at("row %zu", i);
		OK(range_read(edge_span(row[i].text), &r));
		OK(range_alerts(&r, row[i].value) == row[i].alerts);
	}
}

TEST(range_refused)
{
	static const struct span bad[] = {
		SPAN_INIT(""),      SPAN_INIT("@"),      SPAN_INIT(":"),   SPAN_INIT("~"),
		SPAN_INIT("20:10"), SPAN_INIT("1.2345"), SPAN_INIT("1."),  SPAN_INIT(".5"),
		SPAN_INIT("--1"),   SPAN_INIT("1:2:3"),  SPAN_INIT("10d"), SPAN_INIT(" 1"),
		SPAN_INIT("-1"),    SPAN_INIT("@@1"),    SPAN_INIT("1e3"), SPAN_INIT("1000000000000"),
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct range r;

		t_at("row %zu", i);
		OK(!range_read(edge_span(bad[i]), &r));
	}
}
