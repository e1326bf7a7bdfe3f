/* compat_measure: what a mail server takes, measured from outside. Nobody logs in: where a login is begun it is taken
 * back, or made with a user of .invalid (RFC 2606) and a token of one letter, which is no secret and opens nothing. One
 * connection after the other, at most COMPAT_CONNECTIONS_MAX of them, none of which is waited for longer than
 * COMPAT_ANSWER_MS. */
#ifndef CHECK_COMPAT_MEASURE_H
#define CHECK_COMPAT_MEASURE_H

#include "check/connect.h"
#include "proto/pop3.h"
#include "report/compat.h"

enum {
	COMPAT_CONNECTIONS_MAX = 80, /* all suites in all versions are 68 */
	COMPAT_ANSWER_MS = 5000,
	COMPAT_PLAIN = 110
};

/* The server of `to`, as the steps left it; pop is room for a session. Leaves no connection open. */
void compat_measure(struct connection *to, struct pop3 *pop, struct compat *c);

#endif
