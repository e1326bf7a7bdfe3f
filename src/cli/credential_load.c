#include "cli/credential_load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/secrets.h"

/* Is it set, and what it gives not known yet? */
static bool wanted(const struct settings *s, struct credential *c, enum setting key)
{
	return settings_has(s, key) && !secret_is_set(settings_secret(c, key));
}

/* The command from a stronger source than the file's that would give the same. */
static bool command_wins(const struct settings *s, struct credential *c, enum setting file)
{
	for (const signed char *key = grant_row(s->grant)->reads; *key != GRANT_END; key++)
		if (!settings_secret_file((enum setting) * key) &&
		    settings_secret(c, (enum setting) * key) == settings_secret(c, file) &&
		    settings_has(s, (enum setting) * key) && s->source[*key] > s->source[file])
			return true;
	return false;
}

static bool read_files(const struct settings *s, struct credential *c, bool descriptors, struct buf scratch,
                       struct fault *f)
{
	for (const signed char *key = grant_row(s->grant)->reads; *key != GRANT_END; key++) {
		enum setting file = (enum setting) * key;
		struct span path = settings_get(s, file);

		if (!settings_secret_file(file) || !wanted(s, c, file) || files_is_descriptor(path) != descriptors ||
		    command_wins(s, c, file))
			continue;
		if (!(s->grant == GRANT_CERTIFICATE ? secrets_from_pem(path, scratch, settings_secret(c, file), f)
		                                    : secrets_from_file(path, scratch, settings_secret(c, file), f)))
			return false;
	}
	return true;
}

static bool run_commands(const struct settings *s, struct credential *c, struct buf scratch, child_leader *leader,
                         struct fault *f)
{
	for (const signed char *key = grant_row(s->grant)->reads; *key != GRANT_END; key++) {
		enum setting setting = (enum setting) * key;
		struct secrets_command command = { s, setting, SECRETS_COMMAND_MS, leader };

		if (!settings_secret_file(setting) && wanted(s, c, setting) &&
		    !secrets_from_command(&command, scratch, settings_secret(c, setting), f))
			return false;
	}
	return true;
}

/* systemd's LoadCredential=client_secret:... puts a file into a folder that only the service can read. */
static bool systemd_credential(struct buf *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (folder == NULL || folder[0] == '\0')
		return false;
	buf_say(path, "%s/client_secret%c", folder, '\0');
	return buf_ok(path) && access((const char *)path->p, R_OK) == 0;
}

/* Nothing says where the client secret is. */
static bool unsaid(const struct settings *s, const struct credential *c)
{
	return s->grant == GRANT_CLIENT_SECRET && !secret_is_set(&c->client_secret) &&
	       !settings_has(s, SETTING_CLIENT_SECRET_FILE) && !settings_has(s, SETTING_CLIENT_SECRET_COMMAND);
}

bool credential_load_once(const struct settings *s, struct credential *c, struct buf scratch, struct fault *f)
{
	char z[FILES_PATH_MAX];
	struct buf path = BUF(z);

	if (!read_files(s, c, true, scratch, f))
		return false;
	/* Ask, unless nobody sits there or nothing is known that the secret could belong to. */
	if (unsaid(s, c) && !systemd_credential(&path) && settings_has(s, SETTING_CLIENT_ID))
		(void)secrets_from_terminal(SPAN("Client secret (the Value; it is not shown): "), scratch,
		                            &c->client_secret, f);
	return f->code == FAULT_NONE;
}

bool credential_load_rest(const struct settings *s, struct credential *c, struct buf scratch, child_leader *leader,
                          struct fault *f)
{
	char z[FILES_PATH_MAX];
	struct buf path = BUF(z);

	if (!read_files(s, c, false, scratch, f) || !run_commands(s, c, scratch, leader, f))
		return false;
	return !unsaid(s, c) || !systemd_credential(&path) ||
	       secrets_from_file(span_z(z), scratch, &c->client_secret, f);
}
