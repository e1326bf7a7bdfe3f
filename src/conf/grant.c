#include "conf/grant.h"

#include "conf/setting.h"

static const struct grant_row table[GRANT__COUNT] = {
	[GRANT_CLIENT_SECRET] = {
		"client-secret", "client credentials with a secret", "client secret", "The client secret",
		false, true,
		{ SETTING_CLIENT_ID, SETTING_SCOPE, GRANT_END },
		{ SETTING_CLIENT_SECRET_FILE, SETTING_CLIENT_SECRET_COMMAND, SETTING_CLIENT_SECRET, GRANT_END },
		{ SETTING_CLIENT_SECRET_FILE, SETTING_CLIENT_SECRET_COMMAND, GRANT_END },
	},
	[GRANT_CERTIFICATE] = {
		"certificate", "client credentials with a certificate", "certificate", "The client certificate",
		false, true,
		{ SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_CERTIFICATE_FILE, GRANT_END },
		{ SETTING_CERTIFICATE_FILE, GRANT_END },
		{ SETTING_CERTIFICATE_FILE, SETTING_PRIVATE_KEY_FILE, GRANT_END },
	},
	[GRANT_FEDERATED] = {
		"federated", "client credentials with a federated token", "federated token", "The federated token",
		false, true,
		{ SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_FEDERATED_TOKEN_FILE, GRANT_END },
		{ SETTING_FEDERATED_TOKEN_FILE, GRANT_END },
		{ SETTING_FEDERATED_TOKEN_FILE, GRANT_END },
	},
	[GRANT_MANAGED_IDENTITY] = {
		"managed-identity", "the managed identity of this Azure machine", "managed identity", "The managed identity",
		false, false,
		{ SETTING_SCOPE, SETTING_MANAGED_IDENTITY_URL, GRANT_END },
		{ GRANT_END },
		{ GRANT_END },
	},
	[GRANT_DEVICE_CODE] = {
		"device-code", "a person's sign-in with a device code", "sign-in", "The sign-in",
		true, true,
		{ SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_TOKEN_CACHE, GRANT_END },
		{ GRANT_END },
		{ SETTING_CLIENT_SECRET_FILE, SETTING_CLIENT_SECRET_COMMAND, GRANT_END },
	},
	[GRANT_REFRESH_TOKEN] = {
		"refresh-token", "a refresh token", "refresh token", "The refresh token",
		true, true,
		{ SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_REFRESH_TOKEN_FILE, GRANT_END },
		{ SETTING_REFRESH_TOKEN_FILE, GRANT_END },
		{ SETTING_CLIENT_SECRET_FILE, SETTING_REFRESH_TOKEN_FILE, SETTING_CLIENT_SECRET_COMMAND, GRANT_END },
	},
	[GRANT_SERVICE_ACCOUNT] = {
		"service-account", "a service account with domain-wide delegation", "service account", "The service account's key",
		true, true,
		{ SETTING_SERVICE_ACCOUNT_FILE, SETTING_SCOPE, GRANT_END },
		{ SETTING_SERVICE_ACCOUNT_FILE, GRANT_END },
		{ SETTING_SERVICE_ACCOUNT_FILE, GRANT_END },
	},
	[GRANT_ACCESS_TOKEN] = {
		"access-token", "an access token that is there already", "access token", NULL,
		false, false,
		{ GRANT_END },
		{ SETTING_ACCESS_TOKEN_FILE, SETTING_ACCESS_TOKEN_COMMAND, GRANT_END },
		{ SETTING_ACCESS_TOKEN_FILE, SETTING_ACCESS_TOKEN_COMMAND, GRANT_END },
	},
};

const struct grant_row *grant_row(enum grant g)
{
	return &table[g];
}

bool grant_find(struct span id, enum grant *g)
{
	for (int i = 0; i < GRANT__COUNT; i++) {
		if (span_eq(id, span_z(table[i].id))) {
			*g = (enum grant)i;
			return true;
		}
	}
	return false;
}
