/* managed: what a managed identity's endpoint is asked: IMDS of a virtual machine, or that of App Service. */
#ifndef IDENT_MANAGED_H
#define IDENT_MANAGED_H

#include "base/secret.h"
#include "text/url.h"

struct managed_request {
	struct url url;              /* http://169.254.169.254/metadata/identity/oauth2/token */
	struct span scope;           /* its /.default is taken off: the endpoint wants the resource */
	struct span client_id;       /* of a user-assigned identity; empty: the system-assigned one */
	const struct secret *header; /* IDENTITY_HEADER of App Service; not set: IMDS */
};

/* The target of a GET, with the query: api-version 2018-02-01 for IMDS, 2019-08-01 for App Service. */
void managed_target(const struct managed_request *q, struct buf *target);

/* The field that shows that the request was meant, as whole header lines: what is sent, and what may be shown. */
void managed_fields(const struct managed_request *q, struct buf *fields, struct buf *shown);

#endif
