#include "text/range.h"

enum { WHOLE_MAX = 12, DECIMALS_MAX = 3, SCALE = 1000 };

static bool read_number(struct span s, int64_t *v)
{
	bool minus = span_starts(s, SPAN("-"));
	struct span fraction = SPAN_NONE, whole;
	uint64_t units, part = 0;
	size_t dot;

	s = span_from(s, minus);
	whole = s;
	if (span_find_byte(s, '.', &dot)) {
		whole = span_first(s, dot);
		fraction = span_from(s, dot + 1);
		if (fraction.n == 0 || fraction.n > DECIMALS_MAX || !span_u64(fraction, SCALE, &part))
			return false;
	}
	for (size_t i = fraction.n; fraction.n != 0 && i < DECIMALS_MAX; i++)
		part *= 10;
	if (whole.n > WHOLE_MAX || !span_u64(whole, INT64_MAX / SCALE - 1, &units))
		return false;
	*v = (int64_t)(units * SCALE + part) * (minus ? -1 : 1);
	return true;
}

bool range_read(struct span s, struct range *r)
{
	struct span low, high;
	size_t colon;

	*r = (struct range){ .low = 0, .high = INT64_MAX, .inside = span_starts(s, SPAN("@")) };
	s = span_from(s, r->inside);
	if (!span_find_byte(s, ':', &colon))
		return read_number(s, &r->high) && r->low <= r->high;
	low = span_first(s, colon);
	high = span_from(s, colon + 1);
	if (span_eq(low, SPAN("~")))
		r->low = INT64_MIN;
	else if (low.n != 0 && !read_number(low, &r->low))
		return false;
	return (high.n == 0 ? low.n != 0 : read_number(high, &r->high)) && r->low <= r->high;
}

bool range_alerts(const struct range *r, int64_t value)
{
	return (value >= r->low && value <= r->high) == r->inside;
}
