/* lock: a low limit is kept to, and is no failure. That pages are locked is looked at in tests/memory. */
#include "t.h"

#include <sys/resource.h>

#include "check/lock.h"

static unsigned char bytes[64 * 1024];

TEST(lock_keeps_to_the_limit)
{
	struct rlimit before, low;

	OK(getrlimit(RLIMIT_MEMLOCK, &before) == 0);
	low = before;
	low.rlim_cur = LOCK_ALL_LIMIT - 1 < before.rlim_max ? LOCK_ALL_LIMIT - 1 : before.rlim_max;
	OK(setrlimit(RLIMIT_MEMLOCK, &low) == 0);
	OK(lock_memory(bytes, sizeof bytes) != LOCK_ALL);
	low.rlim_cur = 0;
	OK(setrlimit(RLIMIT_MEMLOCK, &low) == 0);
	OK(lock_memory(bytes, sizeof bytes) != LOCK_ALL);
	OK(setrlimit(RLIMIT_MEMLOCK, &before) == 0);
}
