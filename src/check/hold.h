/* hold: what one mailbox of a run proves for the others: a login that passed shows that the server knows the
 * application, so a refused one has another cause. */
#ifndef CHECK_HOLD_H
#define CHECK_HOLD_H

#include "check/run.h"

/* A mailbox is done with: remember the first login that passed, and say in the report which one it was. */
void hold_take(struct run *run, struct run_job *j);

/* Should the report of a refused login wait, because another mailbox may still prove something? j is RUN_PARKED then,
 * in a slot that no mail worker needs (RUN_JOBS_MAX less those in use); where there is none, it does not wait. */
bool hold_waits(const struct run *run, struct run_job *j);

/* How many jobs have a worker at work, or a report that is about to be handed out. */
unsigned hold_working(const struct run *run);

#endif
