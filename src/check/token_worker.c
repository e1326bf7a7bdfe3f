#include "check/token_worker.h"

#include "preflight/preflight.h"
#include "check/claims_check.h"

static bool step_credential(void *self, struct row *row, struct fault *f)
{
	struct token_worker *k = self;

	if (k->unread.code != FAULT_NONE) {
		*f = k->unread;
		return false;
	}
	return (k->mailbox.n == 0 || preflight_mailbox(k->mailbox, f)) &&
	       preflight_check(k->settings, k->credential, k->mailbox, row, f) &&
	       token_fetch_prepare(&k->fetch, row, f);
}

static bool step_token(void *self, struct row *row, struct fault *f)
{
	struct token_worker *k = self;

	return token_fetch_run(&k->fetch, &k->result.token, row, f);
}

static bool step_claims(void *self, struct row *row, struct fault *f)
{
	struct token_worker *k = self;

	if (!claims_read(&k->result.token.access, &k->claims, f))
		return false;
	return claims_check(k->settings, &k->claims, idp_now(&k->fetch.idp), row, f);
}

/* The way to the token endpoint; there is none when the token is there already. */
static void reach_idp(struct token_worker *k)
{
	const struct connect_way *way = &connect_ways[ROUTE_TOKEN];

	k->fetch.idp.reach.worker = &k->worker; /* also where no request was aimed at anybody */
	k->fetch.idp.reach.settings = k->settings;

	if (k->fetch.served || k->settings->grant == GRANT_ACCESS_TOKEN) {
		worker_assume(&k->worker, way->dns);
		worker_assume(&k->worker, way->proxy);
		worker_assume(&k->worker, way->tcp);
		worker_assume(&k->worker, way->tls);
		return;
	}
	k->fetch.idp.reach.of = &k->fetch.idp;
	k->fetch.idp.reach.ask_clock = idp_ask_clock;
	if (connect_steps(&k->fetch.idp.reach, way))
		idp_reached(&k->fetch.idp);
}

void token_worker_run(struct token_worker *k)
{
	struct worker *r = &k->worker;

	k->fetch.worker = k->fetch.idp.worker = r;
	k->fetch.settings = k->fetch.idp.settings = k->settings;
	k->fetch.credential = k->credential;
	k->fetch.mailbox = k->mailbox;
	redact_secret(&r->redact, &k->credential->client_secret, "client_secret");
	redact_secret(&r->redact, &k->credential->assertion, "assertion");
	redact_secret(&r->redact, &k->credential->access_token, "access_token");
	redact_secret(&r->redact, &k->credential->refresh_token, "refresh_token");
	redact_secret(&r->redact, &k->credential->identity_header, "identity_header");
	worker_step(r, STEP_CREDENTIAL, step_credential, k);
	reach_idp(k);
	worker_step(r, STEP_TOKEN, step_token, k);
	token_fetch_end(&k->fetch);
	worker_step(r, STEP_CLAIMS, step_claims, k);
	k->result.good = worker_passed(r, r->stop_after < STEP_CLAIMS ? STEP_TOKEN : STEP_CLAIMS);
	k->result.because = r->root[STEP_CLAIMS];
	if (!k->result.good)
		secret_wipe(&k->result.token.access);
	(void)worker_send(r, WORKER_TOKEN, &k->result, worker_token_size(&k->result));
	worker_done(r);
	token_fetch_end(&k->fetch); /* nothing that is secret outlives its last use */
	preflight_wipe(k->credential);
	secret_wipe(&k->result.token.access);
}
