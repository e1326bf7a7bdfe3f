#include "cli/variables.h"

#include <unistd.h>

#include "conf/word.h"
#include "text/url.h"

/* Variables of the Azure SDK and of OpenSSL that mean the same as a setting of ours. */
static const struct {
	const char *variable;
	enum setting key;
} foreign[] = {
	{ "AZURE_TENANT_ID", SETTING_TENANT_ID },
	{ "AZURE_CLIENT_ID", SETTING_CLIENT_ID },
	{ "AZURE_CLIENT_SECRET", SETTING_CLIENT_SECRET },
	{ "AZURE_CLIENT_CERTIFICATE_PATH", SETTING_CERTIFICATE_FILE },
	{ "AZURE_FEDERATED_TOKEN_FILE", SETTING_FEDERATED_TOKEN_FILE },
	{ "AZURE_AUTHORITY_HOST", SETTING_AUTHORITY_HOST },
	{ "IDENTITY_ENDPOINT", SETTING_MANAGED_IDENTITY_URL },
};

/* "NAME=VALUE" of the environment, to be wiped where it holds a secret. */
struct variable {
	struct span name, value;
	char *bytes; /* of the value */
};

static struct variable variable_at(char *entry)
{
	struct variable v;

	v.name = span_cut(span_z(entry), '=', &v.value);
	v.bytes = entry + v.name.n + (entry[v.name.n] == '=');
	return v;
}

/* A secret in the environment is taken and overwritten there, so that no child and no /proc shows it. */
static bool take_secret(struct settings *s, struct credential *c, const struct variable *v, struct fault *f)
{
	size_t n = v->value.n;
	bool known = secret_is_set(&c->client_secret), good = known || secret_set(&c->client_secret, v->value);

	secret_wipe_bytes(v->bytes, n);
	if (!good)
		return fault_limit(f, FAULT_LIMIT, n, SECRET_MAX);
	return known || settings_set(s, SETTING_CLIENT_SECRET, SPAN("<set>"), SETTING_FROM_ENVIRONMENT, v->name, f);
}

/* The first one counts, as with getenv; an empty one is as good as none. */
static bool take_variable(struct settings *s, struct credential *c, enum setting key, const struct variable *v,
                          struct fault *f)
{
	struct span value = v->value;
	struct url u;

	if (value.n == 0)
		return true;
	if (settings_kind(key) == SETTING_KIND_SECRET)
		return take_secret(s, c, v, f);
	if (s->source[key] >= SETTING_FROM_ENVIRONMENT)
		return true;
	if (key == SETTING_AUTHORITY_HOST && url_parse(value, &u)) /* that of Azure may be a URL */
		value = u.host;
	return settings_set(s, key, value, SETTING_FROM_ENVIRONMENT, v->name, f);
}

/* "unknown variable O2POP_TENAT_ID; did you mean O2POP_TENANT_ID?" */
static bool unknown_variable(struct span name, struct fault *f)
{
	struct near near = { .given = span_from(name, sizeof "O2POP_" - 1) };
	char text[WORD_MAX];
	struct buf b = buf_field(text, sizeof text);

	settings_near(&near);
	word_suggest(&b, WORD_VARIABLE, &near);
	return fault_say(f, FAULT_SETTING_BAD, 0, "unknown variable %.*s in the environment%s",
	                 SPAN_ARG(span_first(name, 80)), text);
}

/* What Kubernetes gives every pod beside a Service that is named o2pop: O2POP_SERVICE_HOST, O2POP_PORT_995_TCP_ADDR. */
static bool of_a_service(struct span name)
{
	return span_eq(name, SPAN("O2POP_SERVICE_HOST")) || span_eq(name, SPAN("O2POP_SERVICE_PORT")) ||
	       span_starts(name, SPAN("O2POP_SERVICE_PORT_")) || span_eq(name, SPAN("O2POP_PORT")) ||
	       (span_starts(name, SPAN("O2POP_PORT_")) && name.n > sizeof "O2POP_PORT_" - 1 &&
	        span_is_digit(name.p[sizeof "O2POP_PORT_" - 1]));
}

static bool own_variables(struct settings *s, struct credential *c, struct fault *f)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		struct variable v = variable_at(*entry);
		enum setting key;

		if (!span_starts(v.name, SPAN("O2POP_")) || span_eq(v.name, SPAN("O2POP_CONFIG")) ||
		    span_eq(v.name, SPAN("O2POP_PROFILE")) || of_a_service(v.name))
			continue;
		if (!settings_find(span_from(v.name, sizeof "O2POP_" - 1), &key))
			return unknown_variable(v.name, f);
		if (!take_variable(s, c, key, &v, f))
			return false;
	}
	return true;
}

static bool foreign_variables(struct settings *s, struct credential *c, struct fault *f)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		struct variable v = variable_at(*entry);

		for (size_t i = 0; i < COUNT(foreign); i++)
			if (span_eq(v.name, span_z(foreign[i].variable)) && !take_variable(s, c, foreign[i].key, &v, f))
				return false;
	}
	return true;
}

/* What App Service wants to see in a request for its identity's tokens. It belongs to the address that stands beside
 * it: another one, of a flag or by default, must not see it. */
static bool identity_header(const struct settings *s, struct credential *c, struct fault *f)
{
	bool wanted = s->source[SETTING_MANAGED_IDENTITY_URL] == SETTING_FROM_ENVIRONMENT &&
	              span_eq(s->origin[SETTING_MANAGED_IDENTITY_URL], SPAN("IDENTITY_ENDPOINT"));

	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		struct variable v = variable_at(*entry);
		size_t n = v.value.n;
		bool good;

		if (!span_eq(v.name, SPAN("IDENTITY_HEADER")) || n == 0)
			continue;
		good = !wanted || secret_set(&c->identity_header, v.value);
		secret_wipe_bytes(v.bytes, n);
		return good || fault_limit(f, FAULT_LIMIT, n, SECRET_MAX);
	}
	return true;
}

bool variables_load(struct settings *s, struct credential *c, struct fault *f)
{
	return own_variables(s, c, f) && foreign_variables(s, c, f) && identity_header(s, c, f);
}
