/* claims: what an access token says about itself; decoded and never verified. */
#ifndef IDENT_CLAIMS_H
#define IDENT_CLAIMS_H

#include "base/fault.h"
#include "base/secret.h"

enum {
	CLAIMS_TEXT_MAX = 240,
	CLAIMS_LIST_MAX = 2048, /* roles: all that Office 365 Exchange Online knows fit */
	CLAIMS_JSON_MAX = SECRET_MAX,
	CLAIMS_SKEW_MAX_S = 300 /* clocks may differ this much before it matters: Entra forgives it */
};

/* Printable texts, "" when the claim is absent; lists are separated by spaces. */
struct claims {
	bool jwt;      /* false: an opaque token, nothing below is set but length and personal */
	size_t length; /* of the token */
	bool personal; /* the opaque kind of Microsoft's personal accounts ("EwB...") */
	char aud[CLAIMS_TEXT_MAX], iss[CLAIMS_TEXT_MAX], tid[CLAIMS_TEXT_MAX];
	char appid[CLAIMS_TEXT_MAX]; /* appid, else azp */
	char oid[CLAIMS_TEXT_MAX], sub[CLAIMS_TEXT_MAX], idtyp[CLAIMS_TEXT_MAX], ver[CLAIMS_TEXT_MAX];
	char upn[CLAIMS_TEXT_MAX]; /* upn, else preferred_username, else unique_name */
	char app_name[CLAIMS_TEXT_MAX], appidacr[CLAIMS_TEXT_MAX];
	char roles[CLAIMS_LIST_MAX], scp[CLAIMS_LIST_MAX];
	int64_t iat, nbf, exp; /* 0 when absent */
	bool has_roles;
	bool has_groups; /* the list itself, or the hint that it was too long to be put in */
};

/* False (FAULT_CLAIM_MALFORMED) when it has a JWT's three parts but its payload cannot be read. */
bool claims_read(const struct secret *token, struct claims *c, struct fault *f) MUST;

/* Is `word` in a list such as roles or scp? Exact. */
bool claims_has(const char *list, struct span word);

/* app-only (client credentials) or delegated (a person): by idtyp, else roles/scp, else oid == sub. */
bool claims_is_app(const struct claims *c);

#endif
