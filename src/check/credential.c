#include "check/credential.h"

#include "text/guid.h"
#include "text/url.h"

/* A needed setting that is not there; num is the setting. */
static bool need(const struct settings *s, enum setting key, struct fault *f)
{
	if (settings_has(s, key))
		return true;
	return fault_set(f, FAULT_SETTING_MISSING, key, span_z(settings_key(key)));
}

bool credential_mailbox(struct span mailbox, struct fault *f)
{
	struct span domain, local = span_cut(mailbox, '@', &domain);
	size_t at;

	for (size_t i = 0; i < mailbox.n; i++)
		if (mailbox.p[i] <= ' ' || mailbox.p[i] == 0x7f)
			return fault_set(f, FAULT_MAILBOX_SHAPE, 0, mailbox);
	if (local.n == 0 || domain.n == 0 || span_find_byte(domain, '@', &at) || !url_is_name(domain))
		return fault_set(f, FAULT_MAILBOX_SHAPE, 0, mailbox);
	return true;
}

static bool check_ids(const struct settings *s, struct fault *f)
{
	struct span tenant = settings_get(s, SETTING_TENANT_ID);

	if (!need(s, SETTING_CLIENT_ID, f))
		return false;
	if (s->provider->entra && !guid_ok(settings_get(s, SETTING_CLIENT_ID)))
		return fault_set(f, FAULT_CLIENT_ID_SHAPE, 0, settings_get(s, SETTING_CLIENT_ID));
	if (!settings_has(s, SETTING_TOKEN_URL) && !need(s, SETTING_TENANT_ID, f))
		return false;
	if (tenant.n != 0 && !guid_ok(tenant) && !url_is_name(tenant))
		return fault_set(f, FAULT_TENANT_SHAPE, 0, tenant);
	return true;
}

bool credential_check(const struct settings *s, const struct credential *c, struct row *row, struct fault *f)
{
	(void)row;
	if (secret_is_set(&c->access_token))
		return true;
	if (!check_ids(s, f) || !need(s, SETTING_SCOPE, f))
		return false;
	if (s->token_url.n == 0)
		return need(s, SETTING_TOKEN_URL, f);
	if (!secret_is_set(&c->client_secret) && !secret_is_set(&c->assertion))
		return fault_set(f, FAULT_SETTING_MISSING, SETTING_CLIENT_SECRET, SPAN("client_secret_file"));
	return true;
}
