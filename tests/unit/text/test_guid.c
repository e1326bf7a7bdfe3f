/* guid: the one form that is accepted, and finding it in a sentence. */
#include "t.h"

#include "text/guid.h"

#define ID "7c9e6679-7425-40de-944b-e07fc1f90ae7"

TEST(guid_ok_rows)
{
	static const struct {
		struct span s;
		bool good;
	} row[] = {
		{ SPAN_INIT(""), false },
		{ SPAN_INIT(ID), true },
		{ SPAN_INIT("7C9E6679-7425-40DE-944B-E07FC1F90AE7"), true },
		{ SPAN_INIT("00000000-0000-0000-0000-000000000000"), true },
		{ SPAN_INIT("{" ID "}"), false },
		{ SPAN_INIT(" " ID), false },
		{ SPAN_INIT(ID " "), false },
		{ SPAN_INIT(ID "0"), false },
		{ SPAN_INIT("7c9e66797425-40de-944b-e07fc1f90ae77"), false },
		{ SPAN_INIT("7c9e6679-7425-40de-944b-e07fc1f90ae-"), false },
		{ SPAN_INIT("7c9e6679-7425-40de-944b-e07fc1f90aeg"), false },
		{ SPAN_INIT("7c9e6679_7425_40de_944b_e07fc1f90ae7"), false },
		{ SPAN_INIT("7c9e667974257-40de-944b-e07fc1f90ae7"), false },
		{ SPAN_INIT("------------------------------------"), false },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EQ(guid_ok(edge_span(row[i].s)), row[i].good);
	}
	UPTO(n, GUID_LENGTH)
	EQ(guid_ok(edge_span(span_first(SPAN(ID), n))), n == GUID_LENGTH);
}

/* One byte at every place exchanged for every other byte. */
TEST(guid_ok_every_byte)
{
	for (size_t i = 0; i < GUID_LENGTH; i++) {
		for (unsigned c = 0; c < 256; c++) {
			unsigned char *p = memcpy((unsigned char[GUID_LENGTH]){ 0 }, ID, GUID_LENGTH);
			unsigned v;
			bool digit = span_hex_digit((unsigned char)c, &v);

			t_at("place %zu, byte %u", i, c);
			p[i] = (unsigned char)c;
			EQ(guid_ok((struct span){ p, GUID_LENGTH }), ID[i] == '-' ? c == '-' : digit);
		}
	}
}

TEST(guid_find_rows)
{
	static const struct {
		struct span s;
		int at;
	} row[] = {
		{ SPAN_INIT(""), -1 },
		{ SPAN_INIT("no id in here"), -1 },
		{ SPAN_INIT(ID), 0 },
		{ SPAN_INIT("Trace ID: " ID " Correlation ID: 00000000-0000-0000-0000-000000000000"), 10 },
		{ SPAN_INIT("'" ID "'"), 1 },
		{ SPAN_INIT("{" ID "}"), 1 },
		{ SPAN_INIT("https://sts.windows.net/" ID "/"), 24 },
		{ SPAN_INIT("appid=" ID), 6 },
		{ SPAN_INIT("a" ID), -1 },
		{ SPAN_INIT("-" ID), -1 },
		{ SPAN_INIT(ID "-"), -1 },
		{ SPAN_INIT(ID "0"), -1 },
		{ SPAN_INIT(ID "-" ID), -1 },
		{ SPAN_INIT(ID "0 " ID), 38 },
		{ SPAN_INIT("abc-def 12345678 " ID "."), 17 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span s = edge_span(row[i].s), got = SPAN("untouched");

		t_at("row %zu", i);
		EQ(guid_find(s, &got), row[i].at >= 0);
		EQ(got, row[i].at >= 0 ? span_first(span_from(s, (size_t)row[i].at), GUID_LENGTH) : SPAN("untouched"));
		UPTO(n, s.n)
		{
			struct span part = edge_span(span_first(s, n));

			if (guid_find(part, &got))
				OK(got.n == GUID_LENGTH && got.p >= part.p && got.p + got.n <= part.p + n);
		}
	}
}
