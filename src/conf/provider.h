/* provider: what is known of each mail service: who issues its tokens, where its mail is, what it wants to be asked. */
#ifndef CONF_PROVIDER_H
#define CONF_PROVIDER_H

#include "conf/cloud.h"
#include "conf/grant.h"
#include "proto/sasl.h"

/* Texts are static; NULL where the settings must say it. */
struct provider {
	const char *id;        /* "microsoft" */
	const char *title;     /* "Microsoft 365 worldwide and GCC" */
	const char *authority; /* login.microsoftonline.com: its URLs are made with the tenant */
	const char *tenant;    /* the only one that makes sense */
	const char *token_url; /* where there is no authority */
	const char *pop_host;
	const char *imap_host;
	const char *smtp_host;
	const char *scope_app;  /* what an application asks for itself */
	const char *scope_user; /* what it asks for in the name of a person */
	enum sasl_mechanism mechanism;
	unsigned grants; /* 1u << GRANT_...: which of them can lead to mail */
	bool entra;      /* Entra issues the tokens: AADSTS codes, and where people have tenants, those */
	bool personal;   /* accounts of nobody's tenant: none to be found, and tokens that cannot be read */
	bool google;
	/* Microsoft's clouds for work accounts only. */
	enum cloud cloud;
	const char *region;      /* what discovery calls its tenants' tenant_region_sub_scope; NULL: any other */
	const char *portal;      /* the Entra admin centre: "entra.microsoft.com" */
	const char *admin;       /* the Microsoft 365 admin centre */
	const char *status;      /* where the provider shows its incidents */
	const char *environment; /* Connect-ExchangeOnline's -ExchangeEnvironmentName; NULL where it needs none */
	const char *audience;    /* that a federated token has to be for */
};

/* NULL when there is none with this id. */
const struct provider *provider_find(struct span id);

/* The n-th of the table; NULL behind its end. */
const struct provider *provider_at(size_t n);

/* The profile of this cloud; `region` is what discovery calls tenant_region_sub_scope, empty when not known. NULL when
 * there is none: an unknown cloud, or a closed one. */
const struct provider *provider_of_cloud(enum cloud c, struct span region);

/* The one whose personal accounts have addresses in this domain (hotmail.co.uk, gmail.com): mailboxes of nobody's
 * tenant. NULL for all others. */
const struct provider *provider_of_people(struct span domain);

bool provider_allows(const struct provider *p, enum grant g);

/* A resource (audience) without the final slash, with which it is the same one. */
struct span provider_resource(struct span resource);

/* Is this audience Exchange Online's, in any of its forms? */
bool provider_is_exchange(struct span aud);

#endif
