#include "check/lock.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* From linux/mman.h, for a libc that does not have them: since Linux 4.4. */
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

/* A stack that grows beyond the limit would end a process that is locked as a whole. */
static bool room_for_all(void)
{
	struct rlimit l;

	return getrlimit(RLIMIT_MEMLOCK, &l) == 0 && l.rlim_cur >= LOCK_ALL_LIMIT;
}

enum lock lock_memory(const void *p, size_t n)
{
	if (room_for_all() && mlockall(MCL_CURRENT | MCL_ONFAULT) == 0)
		return LOCK_ALL;
	if (mlock2(p, n, MLOCK_ONFAULT) == 0 || mlock(p, n) == 0)
		return LOCK_PART;
	return LOCK_NOTHING;
}
