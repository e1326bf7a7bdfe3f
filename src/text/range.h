/* range: a threshold of monitoring plugins (Monitoring Plugins Development Guidelines, "Threshold and Ranges"). */
#ifndef TEXT_RANGE_H
#define TEXT_RANGE_H

#include "base/span.h"

/* In thousandths of what the numbers count. */
struct range {
	int64_t low, high; /* INT64_MIN, INT64_MAX: no end on this side */
	bool inside;       /* a value in it is one to alert about, instead of one outside */
};

/* "10" (0 to 10), "10:", "~:10", "10:20", "@10:20"; numbers have up to 12 digits, a sign, and up to three decimals.
 * False: it is none, or its start is above its end. */
bool range_read(struct span s, struct range *r) MUST;

/* Is this value, in thousandths, one to alert about? Both ends belong to the range. */
bool range_alerts(const struct range *r, int64_t value);

#endif
