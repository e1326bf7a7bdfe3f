/* client: which known mail programs and TLS libraries a server will take, judged by what was measured of it. */
#ifndef EXPLAIN_CLIENT_H
#define EXPLAIN_CLIENT_H

#include "report/compat.h"

enum client_auth { CLIENT_NONE, CLIENT_ONE_LINE, CLIENT_TWO_LINES, CLIENT_BOTH };

struct client {
	const char *name, *versions;
	enum tls_version tls; /* the highest */
	uint32_t kinds;       /* of suites: bit n is enum tls_kind n */
	enum client_auth auth;
};

extern const struct client client_table[];
extern const unsigned client_count;

/* Why it fails, the first reason there is. What was not measured fails nobody. */
enum client_verdict {
	CLIENT_FITS,
	CLIENT_TLS_VERSION, /* the server takes none of its versions */
	CLIENT_TLS_SUITE,   /* and in these none of its suites */
	CLIENT_NO_XOAUTH2,  /* it can show a password only */
	CLIENT_AUTH_FORM,   /* the server does not take AUTH in its form */
	CLIENT_VERDICT__COUNT
};
enum client_verdict client_judge(const struct client *c, const struct compat *server);

/* "tls-version" for programs, a sentence for people; both static, empty for CLIENT_FITS. */
extern const char *const client_ids[CLIENT_VERDICT__COUNT], *const client_sentences[CLIENT_VERDICT__COUNT];

#endif
