#include "cli/shard.h"

#include <stdlib.h>

static bool variable(const char *name, uint64_t *v)
{
	const char *value = getenv(name);

	return value != NULL && span_u64(span_z(value), UINT32_MAX, v);
}

/* The number that a scheduler has given, from 1. */
static bool scheduled(uint64_t *number)
{
	uint64_t least = 0;

	if (variable("JOB_COMPLETION_INDEX", number)) {
		++*number;
		return true;
	}
	(void)!variable("SLURM_ARRAY_TASK_MIN", &least);
	if (!variable("SLURM_ARRAY_TASK_ID", number) || *number < least)
		return false;
	*number += 1 - least;
	return true;
}

bool shard_read(struct shard *s, struct span text, struct fault *f)
{
	struct span count, number = span_cut(text, '/', &count);
	bool automatic = span_eq(number, SPAN("auto"));
	uint64_t k = 1, n = 1;

	*s = (struct shard){ 1, 1 };
	if (text.n == 0)
		return true;
	if (automatic && !scheduled(&k))
		return fault_say(f, FAULT_USAGE, 0,
		                 "--shard auto: neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID is set");
	if (automatic && count.n == 0 && !variable("SLURM_ARRAY_TASK_COUNT", &n))
		return fault_say(f, FAULT_USAGE, 0, "--shard auto needs the number of shards, such as auto/8");
	if ((!automatic && !span_u64(number, SHARD_MAX, &k)) || (count.n != 0 && !span_u64(count, SHARD_MAX, &n)) ||
	    (!automatic && count.n == 0))
		return fault_say(f, FAULT_USAGE, 0, "--shard %.*s is not K/N, such as 2/8, or auto/8",
		                 SPAN_ARG(span_first(text, 40)));
	if (k == 0 || n > SHARD_MAX || k > n)
		return fault_say(f, FAULT_USAGE, 0, "--shard: there is no shard %llu of %llu", (unsigned long long)k,
		                 (unsigned long long)n);
	*s = (struct shard){ (uint32_t)k, (uint32_t)n };
	return true;
}
