/* date: the forms that are read, the ones that are refused, and what people get to see. */
#include "t.h"

#include <time.h>

#include "text/date.h"

static const struct {
	struct span http, iso, utc, general;
	int64_t at;
} moment[] = {
	{ SPAN_INIT("Thu, 01 Jan 1970 00:00:00 GMT"), SPAN_INIT("1970-01-01 00:00:00Z"), SPAN_INIT("700101000000Z"),
	  SPAN_INIT("19700101000000Z"), 0 },
	{ SPAN_INIT("Wed, 31 Dec 1969 23:59:59 GMT"), SPAN_INIT("1969-12-31 23:59:59Z"), SPAN_INIT("691231235959Z"),
	  SPAN_INIT("19691231235959Z"), -1 },
	{ SPAN_INIT("Mon, 23 Nov 2026 20:43:46 GMT"), SPAN_INIT("2026-11-23 20:43:46Z"), SPAN_INIT("261123204346Z"),
	  SPAN_INIT("20261123204346Z"), 1795466626 },
	{ SPAN_INIT("Tue, 29 Feb 2000 12:00:00 GMT"), SPAN_INIT("2000-02-29 12:00:00Z"), SPAN_INIT("000229120000Z"),
	  SPAN_INIT("20000229120000Z"), 951825600 },
	{ SPAN_INIT("Wed, 01 Mar 2000 00:00:00 GMT"), SPAN_INIT("2000-03-01 00:00:00Z"), SPAN_INIT("000301000000Z"),
	  SPAN_INIT("20000301000000Z"), 951868800 },
	{ SPAN_INIT("Tue, 19 Jan 2038 03:14:08 GMT"), SPAN_INIT("2038-01-19 03:14:08Z"), SPAN_INIT("380119031408Z"),
	  SPAN_INIT("20380119031408Z"), INT64_C(2147483648) },
	{ SPAN_INIT("Fri, 31 Dec 2049 23:59:59 GMT"), SPAN_INIT("2049-12-31 23:59:59Z"), SPAN_INIT("491231235959Z"),
	  SPAN_INIT("20491231235959Z"), INT64_C(2524607999) },
	{ SPAN_INIT("Sun, 01 Jan 1950 00:00:00 GMT"), SPAN_INIT("1950-01-01 00:00:00Z"), SPAN_INIT("500101000000Z"),
	  SPAN_INIT("19500101000000Z"), INT64_C(-631152000) },
};

TEST(date_moments)
{
	for (size_t i = 0; i < COUNT(moment); i++) {
		int64_t http = 77, iso = 77, utc = 77, general = 77;

		t_at("row %zu", i);
		OK(date_http(edge_span(moment[i].http), &http));
		OK(date_iso(edge_span(moment[i].iso), &iso));
		OK(date_asn1(edge_span(moment[i].utc), false, &utc));
		OK(date_asn1(edge_span(moment[i].general), true, &general));
		EQ(http, moment[i].at);
		EQ(iso, moment[i].at);
		EQ(utc, moment[i].at);
		EQ(general, moment[i].at);
		EVERY_CAP(b, moment[i].iso, date_put(&b, moment[i].at))
		EVERY_CAP(b, span_first(moment[i].iso, 10), date_put_day(&b, moment[i].at))
	}
}

/* Only the whole is a date: no proper beginning, nothing behind it, no other length. */
TEST(date_every_prefix)
{
	for (size_t i = 0; i < COUNT(moment); i++) {
		unsigned char more[40];
		int64_t v = 77;

		t_at("row %zu", i);
		UPTO(n, moment[i].http.n)
		EQ(date_http(edge_span(span_first(moment[i].http, n)), &v), n == moment[i].http.n);
		v = 77;
		UPTO(n, moment[i].utc.n)
		EQ(date_asn1(edge_span(span_first(moment[i].utc, n)), false, &v), n == 13);
		UPTO(n, moment[i].general.n)
		EQ(date_asn1(edge_span(span_first(moment[i].general, n)), true, &v), n == 15);
		UPTO(n, moment[i].iso.n)
		{
			bool good = n == 10 || n == 19 || n == 20;

			EQ(date_iso(edge_span(span_first(moment[i].iso, n)), &v), good);
		}
		memcpy(more, moment[i].http.p, moment[i].http.n);
		more[moment[i].http.n] = ' ';
		OK(!date_http((struct span){ edge(more, moment[i].http.n + 1), moment[i].http.n + 1 }, &v));
		OK(!date_asn1(edge_span(moment[i].utc), true, &v));
		OK(!date_asn1(edge_span(moment[i].general), false, &v));
	}
}

/* The forms of RFC 5322 and what it calls obsolete; all are the same moment. */
TEST(date_mail_forms)
{
	static const struct span good[] = {
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46 GMT"),         SPAN_INIT("23 Nov 2026 20:43:46 +0000"),
		SPAN_INIT("  Mon,23 Nov  26 21:43:46 +0100 (CET)"), SPAN_INIT("Mon, 23 Nov 2026 15:13:46 -0530"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46 Z"),           SPAN_INIT("Mon, 23 Nov 2026 20:43:46"),
		SPAN_INIT("Mon, 23\tNov 2026 20:43:46 UT \t"),
	};
	static const struct span bad[] = {
		SPAN_INIT(""),
		SPAN_INIT("Mon"),
		SPAN_INIT("Mon 23 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 31 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 23 nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46 +01"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46 +2400"),
		SPAN_INIT("Mon, 23 Nov 20260 20:43:46 GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43: GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46 GMT; x"),
		SPAN_INIT("Mon, 123 Nov 2026 20:43:46 GMT"),
	};
	int64_t v = 77;

	for (size_t i = 0; i < COUNT(good); i++) {
		t_at("good row %zu", i);
		OK(date_mail(edge_span(good[i]), &v));
		EQ(v, 1795466626);
	}
	OK(date_mail(SPAN("1 Feb 99 00:00 GMT"), &v));
	EQ(v, 917827200);
	v = 77;
	for (size_t i = 0; i < COUNT(bad); i++) {
		t_at("bad row %zu", i);
		OK(!date_mail(edge_span(bad[i]), &v));
		EQ(v, 77);
	}
}

TEST(date_http_refused)
{
	static const struct span bad[] = {
		SPAN_INIT("mon, 23 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 23 nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon 23 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon,23 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 3 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon,  3 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 23 Nov 26 20:43:46 GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43 GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46 UTC"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46 +0000"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:46GMT"),
		SPAN_INIT("Monday, 23-Nov-26 20:43:46 GMT"),
		SPAN_INIT("Mon Nov 23 20:43:46 2026"),
		SPAN_INIT("Mon, 31 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 00 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 29 Feb 2026 20:43:46 GMT"),
		SPAN_INIT("Mon, 29 Feb 2100 20:43:46 GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 24:00:00 GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 20:60:46 GMT"),
		SPAN_INIT("Mon, 23 Nov 2026 20:43:61 GMT"),
		SPAN_INIT("Mon, -3 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("onT, 23 Nov 2026 20:43:46 GMT"),
		SPAN_INIT("0"),
		SPAN_INIT("-1"),
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		int64_t v = 77;

		t_at("row %zu", i);
		OK(!date_http(edge_span(bad[i]), &v));
		EQ(v, 77);
	}
}

TEST(date_iso_rows)
{
	static const struct {
		struct span s;
		bool good;
		int64_t at;
	} row[] = {
		{ SPAN_INIT("2026-11-23"), true, 1795392000 },
		{ SPAN_INIT("2026-11-23T20:43:46"), true, 1795466626 },
		{ SPAN_INIT("2026-11-23T20:43:46Z"), true, 1795466626 },
		{ SPAN_INIT("2026-11-23T20:43:46.1234567Z"), true, 1795466626 },
		{ SPAN_INIT("2026-11-23 20:43:46.9"), true, 1795466626 },
		{ SPAN_INIT("2016-12-31T23:59:60Z"), true, 1483228800 },
		{ SPAN_INIT("0000-01-01"), true, INT64_C(-62167219200) },
		{ SPAN_INIT("9999-12-31T23:59:59Z"), true, INT64_C(253402300799) },
		{ SPAN_INIT("2000-02-29"), true, 951782400 },
		{ SPAN_INIT("1900-02-29"), false, 0 },
		{ SPAN_INIT("2026-11-23Z"), false, 0 },
		{ SPAN_INIT("2026-11-23T"), false, 0 },
		{ SPAN_INIT("2026-11-23t20:43:46z"), false, 0 },
		{ SPAN_INIT("2026-11-23  20:43:46"), false, 0 },
		{ SPAN_INIT("2026-11-23T20:43"), false, 0 },
		{ SPAN_INIT("2026-11-23T20:43:46."), false, 0 },
		{ SPAN_INIT("2026-11-23T20:43:46.Z"), false, 0 },
		{ SPAN_INIT("2026-11-23T20:43:46,5Z"), false, 0 },
		{ SPAN_INIT("2026-11-23T20:43:46ZZ"), false, 0 },
		{ SPAN_INIT("2026-11-23T20:43:46+00:00"), false, 0 },
		{ SPAN_INIT("2026-11-23T20:43:46 Z"), false, 0 },
		{ SPAN_INIT("20261123"), false, 0 },
		{ SPAN_INIT("2026-1-23"), false, 0 },
		{ SPAN_INIT("2026-13-01"), false, 0 },
		{ SPAN_INIT("2026-00-01"), false, 0 },
		{ SPAN_INIT("2026-01-00"), false, 0 },
		{ SPAN_INIT("2026-04-31"), false, 0 },
		{ SPAN_INIT("+026-04-30"), false, 0 },
		{ SPAN_INIT(" 2026-04-30"), false, 0 },
		{ SPAN_INIT("2026-04-30\n"), false, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		int64_t v = 77;

		t_at("row %zu", i);
		EQ(date_iso(edge_span(row[i].s), &v), row[i].good);
		EQ(v, row[i].good ? row[i].at : 77);
	}
}

TEST(date_asn1_refused)
{
	static const struct {
		struct span s;
		bool generalized;
	} bad[] = {
		{ SPAN_INIT(""), false },
		{ SPAN_INIT(""), true },
		{ SPAN_INIT("261123204346"), false },
		{ SPAN_INIT("2611232043Z"), false },
		{ SPAN_INIT("261123204346+0000"), false },
		{ SPAN_INIT("261123204346z"), false },
		{ SPAN_INIT("261323204346Z"), false },
		{ SPAN_INIT("260230204346Z"), false },
		{ SPAN_INIT("26112320434aZ"), false },
		{ SPAN_INIT("20261123204346.5Z"), true },
		{ SPAN_INIT("20261123204346"), true },
		{ SPAN_INIT("20261123244346Z"), true },
		{ SPAN_INIT("2026112320434 Z"), true },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		int64_t v = 77;

		t_at("row %zu", i);
		OK(!date_asn1(edge_span(bad[i].s), bad[i].generalized, &v));
		EQ(v, 77);
	}
}

/* The C library agrees on every day of a whole cycle of 400 years, and so does the way back. */
TEST(date_against_libc)
{
	for (int64_t day = -75000; day <= 75000; day++) {
		time_t at = (time_t)(day * 86400 + (day * 7919 % 86400 + 86400) % 86400);
		char want[80];
		unsigned char got[32];
		struct buf b = BUF(got);
		struct tm tm;
		int64_t back;

		if ((int64_t)at != day * 86400 + (day * 7919 % 86400 + 86400) % 86400)
			continue; /* a 32-bit time_t */
		t_at("day %lld", (long long)day);
		gmtime_r(&at, &tm);
		snprintf(want, sizeof want, "%04d-%02d-%02d %02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		date_put(&b, at);
		EQ(buf_span(&b), span_z(want));
		OK(date_iso(buf_span(&b), &back));
		EQ(back, (int64_t)at);
	}
}

/* A hostile token's times must not break anything. */
TEST(date_extremes){ EVERY_CAP(b, SPAN("10000-01-01 00:00:00Z"), date_put(&b, INT64_C(253402300800)))
	                     EVERY_CAP(b, SPAN("-0001-12-31 23:59:59Z"), date_put(&b, INT64_C(-62167219201)))
	                             EVERY_CAP(b, SPAN("292277026596-12-04 15:30:07Z"), date_put(&b, INT64_MAX))
	                                     EVERY_CAP(b, SPAN("-292277022657-01-27 08:29:52Z"),
	                                               date_put(&b, INT64_MIN)) }

TEST(date_put_span_rows)
{
	static const struct {
		int64_t s;
		struct span text;
	} row[] = {
		{ 0, SPAN_INIT("0 s") },
		{ 1, SPAN_INIT("1 s") },
		{ 45, SPAN_INIT("45 s") },
		{ 59, SPAN_INIT("59 s") },
		{ 60, SPAN_INIT("1 min") },
		{ 749, SPAN_INIT("12 min") },
		{ 3599, SPAN_INIT("59 min") },
		{ 3600, SPAN_INIT("1 h") },
		{ 3660, SPAN_INIT("1 h 1 min") },
		{ 12000, SPAN_INIT("3 h 20 min") },
		{ 86399, SPAN_INIT("23 h 59 min") },
		{ 86400, SPAN_INIT("1 day") },
		{ 172799, SPAN_INIT("1 day") },
		{ 172800, SPAN_INIT("2 days") },
		{ 41 * 86400 + 5, SPAN_INIT("41 days") },
		{ -45, SPAN_INIT("45 s") },
		{ -12000, SPAN_INIT("3 h 20 min") },
		{ INT64_MAX, SPAN_INIT("106751991167300 days") },
		{ INT64_MIN, SPAN_INIT("106751991167300 days") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		t_at("row %zu", i);
		EVERY_CAP(b, row[i].text, date_put_span(&b, row[i].s))
	}
}
