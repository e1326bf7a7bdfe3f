/* secret_shape: the client secret, or the assertion in its place: what is odd about it, in words that show nothing of
 * it. */
#ifndef PREFLIGHT_SECRET_SHAPE_H
#define PREFLIGHT_SECRET_SHAPE_H

#include "preflight/findings.h"

/* The setting that the credential came by; what is blamed. */
enum setting secret_shape_setting(const struct settings *s, const struct credential *c);

/* The client secret's form, and its end date. What may work all the same is a warning: secret-shape, or secret-expired
 * for a date that has passed, which is only what somebody has noted. */
bool secret_shape_check(struct findings *l, int64_t now) MUST;

/* The assertion of federated_token_file: readable, in time, for Entra. Issuer, subject and audience become facts. */
bool secret_shape_assertion(struct findings *l, int64_t now) MUST;

#endif
