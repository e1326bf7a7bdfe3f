/* mail_refusal: what a refusal of a mail server means, whichever protocol it speaks. */
#ifndef PROTO_MAIL_REFUSAL_H
#define PROTO_MAIL_REFUSAL_H

#include "base/fault.h"

enum { MAIL_REFUSAL_WAIT_MAX_S = 7 * 24 * 3600 /* a longer back-off than this is no answer */ };

/* The fault of a refused command, always false: `code`, unless the words mean "not now" or tell more. `word` is the
 * response code, as in "[IN-USE]", if there is one. */
bool mail_refusal(struct span line, struct span word, enum fault_code code, struct fault *f);

#endif
