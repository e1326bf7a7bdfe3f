/* desk_proof: what one mailbox of a run proves for the others: a login that passed shows that the server knows the
 * application, so a refused one has another cause. */
#ifndef CHECK_DESK_PROOF_H
#define CHECK_DESK_PROOF_H

#include "check/desk_book.h"

/* A mailbox is done with: remember the first login that passed, and tell the report which one it was. */
void desk_proof_take(struct desk *d, struct desk_job *j);

/* Should the report of a refused login wait, because another mailbox may still prove something? It waits in a slot that
 * no probe needs (DESK_JOBS_MAX less those in use); where there is none, it does not wait. */
bool desk_proof_waits(const struct desk *d, struct desk_job *j);

/* How many jobs have a role at work, or a report that is about to be told. */
unsigned desk_proof_working(const struct desk *d);

#endif
