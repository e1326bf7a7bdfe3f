#include "text/date.h"

enum { DAY_S = 24 * 60 * 60 };

/* A moment as its parts; the month counts from 1. */
struct parts {
	int64_t year;
	unsigned month, day, hour, minute, second;
};

/* Days from 1970-01-01 to the first of March of a year, by the Gregorian rule. Counting years from
 * March puts the leap day at the end, so that months have one fixed table. */
static int64_t days_to_march(int64_t year)
{
	int64_t quotient = year / 400, left = year % 400;

	if (left < 0) {
		left += 400;
		quotient--;
	}
	/* 719,468 days lie between 0000-03-01 and 1970-01-01. */
	return quotient * 146097 + left * 365 + left / 4 - left / 100 - 719468;
}

/* Days from 1 March to the first of each month. */
static const unsigned march_to[13] = {
	[3] = 0,   [4] = 31,   [5] = 61,   [6] = 92,   [7] = 122, [8] = 153,
	[9] = 184, [10] = 214, [11] = 245, [12] = 275, [1] = 306, [2] = 337,
};

static unsigned month_length(int64_t year, unsigned month)
{
	static const unsigned char length[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return length[month] + (leap && month == 2);
}

/* False when there is no such moment. A leap second is the first second of the next minute. */
static bool to_unix(const struct parts *t, int64_t *unix_s)
{
	int64_t days;

	if (t->month < 1 || t->month > 12 || t->day < 1 || t->day > month_length(t->year, t->month) || t->hour > 23 ||
	    t->minute > 59 || t->second > 60)
		return false;
	days = days_to_march(t->year - (t->month < 3)) + march_to[t->month] + t->day - 1;
	*unix_s = days * DAY_S + t->hour * 3600 + t->minute * 60 + t->second;
	return true;
}

static struct parts from_unix(int64_t unix_s)
{
	int64_t days = unix_s / DAY_S, second = unix_s % DAY_S, year;
	struct parts t;

	if (second < 0) {
		second += DAY_S;
		days--;
	}
	t.hour = (unsigned)(second / 3600);
	t.minute = (unsigned)(second / 60 % 60);
	t.second = (unsigned)(second % 60);

	/* 146,097 days are 400 years: the guess is never too early and two years late at most. */
	year = days / 146097 * 400 + days % 146097 * 400 / 146097 + 1970;
	while (days_to_march(year) > days)
		year--;
	days -= days_to_march(year);
	for (t.month = 3; t.month != 2; t.month = t.month % 12 + 1)
		if (days < march_to[t.month % 12 + 1])
			break;
	t.day = (unsigned)days - march_to[t.month] + 1;
	t.year = year + (t.month < 3);
	return t;
}

/* Take `n` digits off the front of s. */
static bool take_number(struct span *s, size_t n, unsigned *v)
{
	uint64_t number;

	if (s->n < n || !span_u64(span_first(*s, n), UINT32_MAX, &number))
		return false;
	*v = (unsigned)number;
	*s = span_from(*s, n);
	return true;
}

static bool take(struct span *s, struct span text)
{
	if (!span_starts(*s, text))
		return false;
	*s = span_from(*s, text.n);
	return true;
}

/* HH MM SS, with or without colons. */
static bool take_time(struct span *s, struct span colon, struct parts *t)
{
	return take_number(s, 2, &t->hour) && take(s, colon) && take_number(s, 2, &t->minute) && take(s, colon) &&
	       take_number(s, 2, &t->second);
}

/* One of the three-letter names in `all`; *index counts from 0. */
static bool take_name(struct span *s, struct span all, unsigned *index)
{
	for (unsigned i = 0; i < all.n / 3; i++) {
		if (take(s, span_first(span_from(all, i * 3), 3))) {
			*index = i;
			return true;
		}
	}
	return false;
}

bool date_http(struct span s, int64_t *unix_s)
{
	struct parts t;
	unsigned weekday, year;

	if (!take_name(&s, SPAN("MonTueWedThuFriSatSun"), &weekday) || !take(&s, SPAN(", ")) ||
	    !take_number(&s, 2, &t.day) || !take(&s, SPAN(" ")) ||
	    !take_name(&s, SPAN("JanFebMarAprMayJunJulAugSepOctNovDec"), &t.month) || !take(&s, SPAN(" ")) ||
	    !take_number(&s, 4, &year) || !take(&s, SPAN(" ")) || !take_time(&s, SPAN(":"), &t) ||
	    !span_eq(s, SPAN(" GMT")))
		return false;
	t.year = year;
	t.month++;
	return to_unix(&t, unix_s);
}

/* A blank or more off the front of s. */
static bool take_blanks(struct span *s)
{
	size_t before = s->n;

	while (s->n != 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = span_from(*s, 1);
	return s->n != before;
}

/* As many digits as there are, of `least` to `most`. */
static bool take_digits(struct span *s, size_t least, size_t most, unsigned *v)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	return n >= least && n <= most && take_number(s, n, v);
}

/* What a zone adds to UTC, in seconds. Names other than those of UTC are obsolete and taken for it (RFC 5322 4.3). */
static bool take_zone(struct span *s, int64_t *east_s)
{
	bool west = take(s, SPAN("-"));
	unsigned hours, minutes;

	*east_s = 0;
	if (!west && !take(s, SPAN("+"))) {
		while (s->n != 0 && ((s->p[0] | 0x20) >= 'a' && (s->p[0] | 0x20) <= 'z'))
			*s = span_from(*s, 1);
		return true;
	}
	if (!take_number(s, 2, &hours) || !take_number(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*east_s = ((int64_t)hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool date_mail(struct span s, int64_t *unix_s)
{
	struct parts t = { 0 };
	unsigned weekday, year;
	int64_t east_s, moment;

	(void)take_blanks(&s);
	if (take_name(&s, SPAN("MonTueWedThuFriSatSun"), &weekday) && !take(&s, SPAN(",")))
		return false;
	(void)take_blanks(&s);
	if (!take_digits(&s, 1, 2, &t.day) || !take_blanks(&s) ||
	    !take_name(&s, SPAN("JanFebMarAprMayJunJulAugSepOctNovDec"), &t.month) || !take_blanks(&s) ||
	    !take_digits(&s, 2, 4, &year) || !take_blanks(&s) || !take_number(&s, 2, &t.hour) || !take(&s, SPAN(":")) ||
	    !take_number(&s, 2, &t.minute) || (take(&s, SPAN(":")) && !take_number(&s, 2, &t.second)))
		return false;
	(void)take_blanks(&s);
	if (!take_zone(&s, &east_s))
		return false;
	(void)take_blanks(&s);
	if (s.n != 0 && s.p[0] != '(')
		return false;
	t.year = year < 50 ? 2000 + (int64_t)year : year < 1000 ? 1900 + (int64_t)year : year;
	t.month++;
	if (!to_unix(&t, &moment))
		return false;
	*unix_s = moment - east_s;
	return true;
}

bool date_iso(struct span s, int64_t *unix_s)
{
	struct parts t = { 0 };
	unsigned year;

	if (!take_number(&s, 4, &year) || !take(&s, SPAN("-")) || !take_number(&s, 2, &t.month) ||
	    !take(&s, SPAN("-")) || !take_number(&s, 2, &t.day))
		return false;
	t.year = year;
	if (s.n == 0)
		return to_unix(&t, unix_s);
	if ((!take(&s, SPAN("T")) && !take(&s, SPAN(" "))) || !take_time(&s, SPAN(":"), &t))
		return false;
	if (take(&s, SPAN("."))) {
		unsigned ignored;

		if (!take_number(&s, 1, &ignored))
			return false;
		while (take_number(&s, 1, &ignored))
			;
	}
	take(&s, SPAN("Z"));
	return s.n == 0 && to_unix(&t, unix_s);
}

bool date_asn1(struct span s, bool generalized, int64_t *unix_s)
{
	struct parts t;
	unsigned year;

	if (!take_number(&s, generalized ? 4 : 2, &year) || !take_number(&s, 2, &t.month) ||
	    !take_number(&s, 2, &t.day) || !take_time(&s, SPAN(""), &t) || !span_eq(s, SPAN("Z")))
		return false;
	if (!generalized)
		year += year < 50 ? 2000 : 1900; /* RFC 5280 section 4.1.2.5.1 */
	t.year = year;
	return to_unix(&t, unix_s);
}

static void put(struct buf *out, int64_t unix_s, bool time)
{
	struct parts t = from_unix(unix_s);
	size_t mark = out->n;

	if (t.year < 0)
		buf_byte(out, '-');
	buf_digits(out, (uint64_t)(t.year < 0 ? -t.year : t.year), 4);
	buf_say(out, "-%02u-%02u", t.month, t.day);
	if (time)
		buf_say(out, " %02u:%02u:%02uZ", t.hour, t.minute, t.second);
	buf_settle(out, mark);
}

void date_put(struct buf *out, int64_t unix_s)
{
	put(out, unix_s, true);
}

void date_put_day(struct buf *out, int64_t unix_s)
{
	put(out, unix_s, false);
}

struct date_text date_text(int64_t unix_s)
{
	struct date_text text;
	struct buf b = buf_field(text.z, sizeof text.z);

	date_put(&b, unix_s);
	return text;
}

struct date_text date_span_text(int64_t seconds)
{
	struct date_text text;
	struct buf b = buf_field(text.z, sizeof text.z);

	date_put_span(&b, seconds);
	return text;
}

void date_put_span(struct buf *out, int64_t seconds)
{
	uint64_t s = seconds < 0 ? (uint64_t)0 - (uint64_t)seconds : (uint64_t)seconds;
	unsigned minutes = (unsigned)(s % DAY_S / 60);

	if (s < 60)
		buf_say(out, "%u s", (unsigned)s);
	else if (s < 3600)
		buf_say(out, "%u min", minutes);
	else if (s < DAY_S && minutes % 60 == 0)
		buf_say(out, "%u h", minutes / 60);
	else if (s < DAY_S)
		buf_say(out, "%u h %u min", minutes / 60, minutes % 60);
	else
		buf_say(out, "%llu day%s", (unsigned long long)s / DAY_S, s / DAY_S == 1 ? "" : "s");
}
