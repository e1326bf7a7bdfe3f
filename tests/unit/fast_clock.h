/* fast_clock: time that passes FAST_CLOCK times as fast, for a test whose waits are real. It stands instead of the
 * whole of base/clock.c, for the code under test and for every process that it forks; include it in one file of a
 * test, with FAST_CLOCK defined. Deadlines keep their order; only what the kernel waits for is shorter. */
#ifndef TESTS_UNIT_FAST_CLOCK_H
#define TESTS_UNIT_FAST_CLOCK_H

#include <time.h>

#include "base/clock.h"

int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000) * FAST_CLOCK;
}

int64_t clock_unix(void)
{
	return (int64_t)time(NULL);
}

struct deadline clock_deadline(int64_t ms)
{
	return (struct deadline){ clock_ms() + ms };
}

/* Real milliseconds, as it is for poll(2). */
int clock_left(struct deadline d)
{
	int64_t left = d.at_ms - clock_ms();

	return left <= 0 ? 0 : (int)((left + FAST_CLOCK - 1) / FAST_CLOCK);
}

#endif
