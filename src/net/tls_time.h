/* tls_time: is the time the only thing that is wrong with a chain? Then it may be the clock that is. */
#ifndef NET_TLS_TIME_H
#define NET_TLS_TIME_H

#include "net/tls_engine.h"

/* The session of e was refused because a certificate of c is outside its validity at c->now. The validator stops at the
 * first objection, so that is not yet to say that the rest is in order: judge the chain again, with everything that
 * counts in a session (anchor, signatures, name, usage, constraints, pin), at the nearest moment that suits the
 * certificate which was objected to, then the next one. *then is the moment at which all of them are valid. False when
 * there is none, or something else is wrong. */
bool tls_time_alone(struct tls_engine *e, const struct tls_case *c, const char *name, int64_t *then) MUST;

#endif
