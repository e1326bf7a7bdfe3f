/* grant: the ways to an access token (RFC 6749 section 1.3 and its extensions), and what each needs. */
#ifndef CONF_GRANT_H
#define CONF_GRANT_H

#include "base/span.h"
#include "conf/setting.h"

enum grant {
	GRANT_CLIENT_SECRET,    /* client credentials, RFC 6749 section 4.4 */
	GRANT_CERTIFICATE,      /* the same with a client assertion that we sign, RFC 7523 section 2.2 */
	GRANT_FEDERATED,        /* the same with an assertion that somebody else signed */
	GRANT_MANAGED_IDENTITY, /* the machine's own identity in Azure: IMDS, App Service */
	GRANT_DEVICE_CODE,      /* a person signs in elsewhere, RFC 8628; from then on a refresh token */
	GRANT_REFRESH_TOKEN,    /* a refresh token that is there already, RFC 6749 section 6 */
	GRANT_SERVICE_ACCOUNT,  /* Google: a JWT as the grant itself, RFC 7523 section 2.1 */
	GRANT_ACCESS_TOKEN,     /* a token that is there already: nothing is requested */
	GRANT__COUNT
};

enum { GRANT_NEEDS_MAX = 4, GRANT_SOURCES_MAX = 3 };

/* Ends a list of enum setting. */
enum { GRANT_END = -1 };

struct grant_row {
	const char *id;                         /* "client-secret", the value of the setting grant */
	const char *title;                      /* "client credentials with a secret" */
	const char *noun;                       /* "client secret": what its credential is called */
	const char *proof;                      /* "The client secret": what an issued token proves; NULL: nothing */
	bool person;                            /* the token speaks for somebody who signed in */
	bool provider;                          /* the provider's token endpoint is asked: needs tenant or token_url */
	signed char needs[GRANT_NEEDS_MAX + 1]; /* settings without which it cannot work */
	signed char sources[GRANT_SOURCES_MAX + 1]; /* settings that hold its credential and so choose the grant */
	signed char reads[GRANT_SOURCES_MAX + 1];   /* settings whose file or command is read for it, files first */
};

const struct grant_row *grant_row(enum grant g);

/* By its id. */
bool grant_find(struct span id, enum grant *g);

#endif
