/* clock: never backwards, deadlines that end, no overflow into poll's int. */
#include "t.h"

#include <limits.h>
#include <time.h>

#include "base/clock.h"

TEST(clock_runs_forward)
{
	int64_t last = clock_ms();

	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_ms();

		OK(now >= last);
		last = now;
	}
}

TEST(clock_counts_milliseconds)
{
	struct timespec pause = { 0, 20 * 1000 * 1000 };
	int64_t from = clock_ms();

	nanosleep(&pause, NULL);
	OK(clock_ms() - from >= 19);
	OK(clock_ms() - from < 60 * 1000);
}

TEST(clock_wall)
{
	int64_t now = clock_unix(), libc = (int64_t)time(NULL);

	OK(now - libc <= 2 && libc - now <= 2);
}

TEST(clock_deadlines)
{
	static const struct {
		int64_t ms;
		int least, most;
	} row[] = {
		{ INT64_C(-5000), 0, 0 },
		{ 0, 0, 0 },
		{ 60 * 1000, 1, 60 * 1000 },
		{ (int64_t)INT_MAX * 2, INT_MAX, INT_MAX },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		int left = clock_left(clock_deadline(row[i].ms));

		t_at("row %zu: %d left", i, left);
		OK(left >= row[i].least && left <= row[i].most);
	}
}

TEST(clock_deadline_passes)
{
	struct timespec pause = { 0, 5 * 1000 * 1000 };
	struct deadline d = clock_deadline(3);

	nanosleep(&pause, NULL);
	EQ(clock_left(d), 0);
	EQ(clock_left((struct deadline){ 0 }), 0);
}
