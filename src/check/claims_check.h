/* claims_check: can this token open this service? The claims against the settings and the server's clock. */
#ifndef CHECK_CLAIMS_CHECK_H
#define CHECK_CLAIMS_CHECK_H

#include "report/row.h"
#include "conf/settings.h"
#include "ident/claims.h"

enum {
	CLAIMS_CHECK_LENGTH_WARN = 3000, /* other programs' line buffers end at 4096 bytes of base64 */
	CLAIMS_CHECK_LENGTH_MAX = 4096,  /* Exchange's front end refuses more, seen since July 2025 */
	CLAIMS_CHECK_LIFE_WARN_S = 600   /* some services refuse a token that is about to expire */
};

/* The claims step. server_now: the provider's clock when it is known, else ours. Every claim that matters becomes
 * a fact. False with the first claim that shuts the service; a warning with a note when only something is odd. The
 * signature is never judged: Microsoft's tokens for Exchange cannot be verified by anybody else. */
bool claims_check(const struct settings *s, const struct claims *c, int64_t server_now, struct row *row,
                  struct fault *f) MUST;

/* A person's token may open a mailbox that is not theirs: when the claims row (that passed) has another name than the
 * mailbox, a note says on what condition. */
void claims_check_mailbox(struct row *claims, struct span mailbox);

#endif
