#include "conf/grant.h"

static const struct grant_row table[GRANT__COUNT] = {
	[GRANT_CLIENT_SECRET] = {
		.id = "client-secret",
		.title = "client credentials with a secret",
		.noun = "client secret",
		.proof = "The client secret",
		.provider = true,
		.needs = { SETTING_CLIENT_ID, SETTING_SCOPE, GRANT_END },
		.sources = { SETTING_CLIENT_SECRET_FILE,
		             SETTING_CLIENT_SECRET_COMMAND, SETTING_CLIENT_SECRET, GRANT_END },
		.reads = { SETTING_CLIENT_SECRET_FILE, SETTING_CLIENT_SECRET_COMMAND, GRANT_END },
	},
	[GRANT_CERTIFICATE] = {
		.id = "certificate",
		.title = "client credentials with a certificate",
		.noun = "certificate",
		.proof = "The client certificate",
		.provider = true,
		.needs = { SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_CERTIFICATE_FILE, GRANT_END },
		.sources = { SETTING_CERTIFICATE_FILE, GRANT_END },
		.reads = { SETTING_CERTIFICATE_FILE, SETTING_PRIVATE_KEY_FILE, GRANT_END },
	},
	[GRANT_FEDERATED] = {
		.id = "federated",
		.title = "client credentials with a federated token",
		.noun = "federated token",
		.proof = "The federated token",
		.provider = true,
		.needs = { SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_FEDERATED_TOKEN_FILE, GRANT_END },
		.sources = { SETTING_FEDERATED_TOKEN_FILE, GRANT_END },
		.reads = { SETTING_FEDERATED_TOKEN_FILE, GRANT_END },
	},
	[GRANT_MANAGED_IDENTITY] = {
		.id = "managed-identity",
		.title = "the managed identity of this Azure machine",
		.noun = "managed identity",
		.proof = "The managed identity",
		.needs = { SETTING_SCOPE, SETTING_MANAGED_IDENTITY_URL, GRANT_END },
		.sources = { GRANT_END },
		.reads = { GRANT_END },
	},
	[GRANT_DEVICE_CODE] = {
		.id = "device-code",
		.title = "a person's sign-in with a device code",
		.noun = "sign-in",
		.proof = "The sign-in",
		.person = true,
		.provider = true,
		.needs = { SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_TOKEN_CACHE, GRANT_END },
		.sources = { GRANT_END },
		.reads = { SETTING_CLIENT_SECRET_FILE, SETTING_CLIENT_SECRET_COMMAND, GRANT_END },
	},
	[GRANT_REFRESH_TOKEN] = {
		.id = "refresh-token",
		.title = "a refresh token",
		.noun = "refresh token",
		.proof = "The refresh token",
		.person = true,
		.provider = true,
		.needs = { SETTING_CLIENT_ID, SETTING_SCOPE, SETTING_REFRESH_TOKEN_FILE, GRANT_END },
		.sources = { SETTING_REFRESH_TOKEN_FILE, GRANT_END },
		.reads = { SETTING_CLIENT_SECRET_FILE, SETTING_REFRESH_TOKEN_FILE,
		           SETTING_CLIENT_SECRET_COMMAND, GRANT_END },
	},
	[GRANT_SERVICE_ACCOUNT] = {
		.id = "service-account",
		.title = "a service account with domain-wide delegation",
		.noun = "service account",
		.proof = "The service account's key",
		.person = true,
		.provider = true,
		.needs = { SETTING_SERVICE_ACCOUNT_FILE, SETTING_SCOPE, GRANT_END },
		.sources = { SETTING_SERVICE_ACCOUNT_FILE, GRANT_END },
		.reads = { SETTING_SERVICE_ACCOUNT_FILE, GRANT_END },
	},
	[GRANT_ACCESS_TOKEN] = {
		.id = "access-token",
		.title = "an access token that is there already",
		.noun = "access token",
		.needs = { GRANT_END },
		.sources = { SETTING_ACCESS_TOKEN_FILE, SETTING_ACCESS_TOKEN_COMMAND, GRANT_END },
		.reads = { SETTING_ACCESS_TOKEN_FILE, SETTING_ACCESS_TOKEN_COMMAND, GRANT_END },
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
