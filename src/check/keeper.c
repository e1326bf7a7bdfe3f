#include "check/keeper.h"

#include "preflight/credential.h"
#include "check/judge.h"

static bool rung_credential(void *self, struct row *row, struct fault *f)
{
	struct keeper *k = self;

	if (k->unread.code != FAULT_NONE) {
		*f = k->unread;
		return false;
	}
	return (k->mailbox.n == 0 || credential_mailbox(k->mailbox, f)) &&
	       credential_check(k->settings, k->credential, row, f) && fetch_prepare(&k->fetch, row, f);
}

static bool rung_token(void *self, struct row *row, struct fault *f)
{
	struct keeper *k = self;

	return fetch_token(&k->fetch, &k->result.token, row, f);
}

static bool rung_claims(void *self, struct row *row, struct fault *f)
{
	struct keeper *k = self;

	if (!claims_read(&k->result.token.access, &k->claims, f))
		return false;
	return judge_claims(k->settings, &k->claims, idp_now(&k->fetch.idp), row, f);
}

/* The way to the token endpoint; there is none when the token is there already. */
static void climb_to_idp(struct keeper *k)
{
	static const enum rung way[] = { RUNG_IDP_DNS, RUNG_IDP_TCP, RUNG_IDP_TLS };
	struct reach *reach = &k->fetch.idp.reach;
	struct role *r = &k->role;

	if (k->fetch.served || k->settings->grant == GRANT_ACCESS_TOKEN) {
		for (size_t i = 0; i < sizeof way / sizeof way[0]; i++)
			role_assume(r, way[i]);
		return;
	}
	role_climb(r, RUNG_IDP_DNS, reach_dns, reach);
	role_climb(r, RUNG_IDP_TCP, reach_tcp, reach);
	if (role_climb(r, RUNG_IDP_TLS, reach_tls, reach))
		idp_reached(&k->fetch.idp);
}

/* Nothing that is secret outlives its last use. */
static void wipe(struct keeper *k)
{
	fetch_end(&k->fetch);
	credential_wipe(k->credential);
	secret_wipe(&k->result.token.access);
}

void keeper_run(struct keeper *k)
{
	struct role *r = &k->role;

	k->fetch.role = k->fetch.idp.role = r;
	k->fetch.settings = k->fetch.idp.settings = k->settings;
	k->fetch.credential = k->credential;
	k->fetch.mailbox = k->mailbox;
	hide_secret(&r->hide, &k->credential->client_secret, "client_secret");
	hide_secret(&r->hide, &k->credential->assertion, "assertion");
	hide_secret(&r->hide, &k->credential->access_token, "access_token");
	hide_secret(&r->hide, &k->credential->refresh_token, "refresh_token");
	hide_secret(&r->hide, &k->credential->identity_header, "identity_header");
	role_climb(r, RUNG_CREDENTIAL, rung_credential, k);
	climb_to_idp(k);
	role_climb(r, RUNG_TOKEN, rung_token, k);
	fetch_end(&k->fetch);
	role_climb(r, RUNG_CLAIMS, rung_claims, k);
	k->result.good = role_passed(r, r->stop_after < RUNG_CLAIMS ? RUNG_TOKEN : RUNG_CLAIMS);
	k->result.because = r->root[RUNG_CLAIMS];
	if (!k->result.good)
		secret_wipe(&k->result.token.access);
	(void)role_tell(r, ROLE_TOKEN, &k->result, sizeof k->result);
	role_done(r);
	wipe(k);
}
