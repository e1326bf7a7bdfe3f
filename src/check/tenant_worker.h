/* tenant_worker: asks which tenant and cloud the mailbox's domain belongs to; it needs no credential. */
#ifndef CHECK_TENANT_WORKER_H
#define CHECK_TENANT_WORKER_H

#include "check/connect.h"
#include "ident/token.h"
#include "proto/http.h"
#include "text/guid.h"

/* What an OpenID configuration of Entra tells; absent texts are empty. Printable. */
struct tenant_worker_found {
	char id[GUID_LENGTH + 1];
	char region[16];     /* tenant_region_scope: NA, EU, AS, USGov, ... */
	char sub_region[16]; /* tenant_region_sub_scope: GCC, DODCON (GCC High), DOD; absent elsewhere */
	char instance[64];   /* cloud_instance_name: microsoftonline.com, microsoftonline.us, ... */
};

/* What the tenant worker works in. It lives in a process of its own, which ends with tenant_worker_run. */
struct tenant_worker {
	struct worker worker;
	const struct settings *settings;
	struct span mailbox;
	struct connection reach;
	struct url url;
	struct http http;
	struct token none; /* to show an answer as it may be shown, whatever is in it */
	char text[1024];   /* of the URL */
	unsigned char shown[HTTPMSG_BODY_MAX];
};

/* Take the tenant step, the only one. Fill worker, settings, mailbox and reach.trust before. A finding about the tenant
 * fails the step; trouble on the way is only a skip that names itself as its cause, because a check does not need
 * this step. */
void tenant_worker_run(struct tenant_worker *s);

/* The part of a mailbox behind the @, if it is a domain that a tenant may have; else empty. */
struct span tenant_worker_domain(struct span mailbox);

/* Read the body. False when it names no tenant. */
bool tenant_worker_read(struct span json, struct tenant_worker_found *t) MUST;

/* "worldwide (GCC)", "US government (DoD)": the cloud for people. */
void tenant_worker_put_cloud(struct buf *out, const struct tenant_worker_found *t);

#endif
