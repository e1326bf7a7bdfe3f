/* lock: keeps the memory that holds secrets out of the swap, as far as the system allows it. */
#ifndef CHECK_LOCK_H
#define CHECK_LOCK_H

#include <stddef.h>

/* Linux since 5.16 lets every process lock that much; a whole process of ours has 4 MiB and room to grow then. */
enum { LOCK_ALL_LIMIT = 8 * 1024 * 1024 };

enum lock { LOCK_NOTHING, LOCK_PART, LOCK_ALL };

/* Lock this process, stack included, or, where the limit (RLIMIT_MEMLOCK) is too low for all of it, the n bytes at p.
 * Pages that were never touched stay untouched. Each process has to do it for itself. That nothing could be locked is
 * no reason to stop. */
enum lock lock_memory(const void *p, size_t n);

#endif
