/* shard: which part of the mailboxes this process takes, of several that share a list. */
#ifndef CLI_SHARD_H
#define CLI_SHARD_H

#include "base/fault.h"

enum { SHARD_MAX = 100000 };

/* Takes every count-th mailbox, from the number-th on; both count from 1. */
struct shard {
	uint32_t number, count;
};

/* "2/8". "auto/8" takes the number that an Indexed Job of Kubernetes (JOB_COMPLETION_INDEX, from 0) or an array job of
 * Slurm (SLURM_ARRAY_TASK_ID, from SLURM_ARRAY_TASK_MIN) has given to this process; "auto" also Slurm's count. An empty
 * text is all of it. The evidence of a fault is a sentence. */
bool shard_read(struct shard *s, struct span text, struct fault *f) MUST;

#endif
