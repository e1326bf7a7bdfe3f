#include "cli/credential_load.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/secrets.h"

/* The files that a grant needs, and where what they hold belongs. */
static const struct source {
	enum grant grant;
	enum setting file;
	size_t secret; /* in struct credential */
} sources[] = {
	{ GRANT_CLIENT_SECRET, SETTING_CLIENT_SECRET_FILE, offsetof(struct credential, client_secret) },
	{ GRANT_DEVICE_CODE, SETTING_CLIENT_SECRET_FILE, offsetof(struct credential, client_secret) },
	{ GRANT_REFRESH_TOKEN, SETTING_CLIENT_SECRET_FILE, offsetof(struct credential, client_secret) },
	{ GRANT_CERTIFICATE, SETTING_CERTIFICATE_FILE, offsetof(struct credential, certificate) },
	{ GRANT_CERTIFICATE, SETTING_PRIVATE_KEY_FILE, offsetof(struct credential, private_key) },
	{ GRANT_FEDERATED, SETTING_FEDERATED_TOKEN_FILE, offsetof(struct credential, assertion) },
	{ GRANT_REFRESH_TOKEN, SETTING_REFRESH_TOKEN_FILE, offsetof(struct credential, refresh_token) },
	{ GRANT_SERVICE_ACCOUNT, SETTING_SERVICE_ACCOUNT_FILE, offsetof(struct credential, service_account) },
	{ GRANT_ACCESS_TOKEN, SETTING_ACCESS_TOKEN_FILE, offsetof(struct credential, access_token) },
};

/* The other way to some of them: a command. */
static const struct source commands[] = {
	{ GRANT_CLIENT_SECRET, SETTING_CLIENT_SECRET_COMMAND, offsetof(struct credential, client_secret) },
	{ GRANT_DEVICE_CODE, SETTING_CLIENT_SECRET_COMMAND, offsetof(struct credential, client_secret) },
	{ GRANT_REFRESH_TOKEN, SETTING_CLIENT_SECRET_COMMAND, offsetof(struct credential, client_secret) },
	{ GRANT_ACCESS_TOKEN, SETTING_ACCESS_TOKEN_COMMAND, offsetof(struct credential, access_token) },
};
enum { SOURCES = sizeof sources / sizeof sources[0], COMMANDS = sizeof commands / sizeof commands[0] };

static struct secret *secret_of(struct credential *c, const struct source *from)
{
	return (struct secret *)((unsigned char *)c + from->secret);
}

/* Is it of this grant, set, and not known yet? */
static bool wanted(const struct settings *s, struct credential *c, const struct source *from)
{
	return from->grant == s->grant && settings_has(s, from->file) && !secret_is_set(secret_of(c, from));
}

/* The command from a stronger source than the file's that would give the same. */
static bool command_wins(const struct settings *s, const struct source *file)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].grant == file->grant && commands[i].secret == file->secret &&
		    settings_has(s, commands[i].file) && s->source[commands[i].file] > s->source[file->file])
			return true;
	return false;
}

static bool read_files(const struct settings *s, struct credential *c, bool descriptors, struct buf scratch,
                       struct fault *f)
{
	for (size_t i = 0; i < SOURCES; i++) {
		struct span path = settings_get(s, sources[i].file);

		if (!wanted(s, c, &sources[i]) || files_is_descriptor(path) != descriptors ||
		    command_wins(s, &sources[i]))
			continue;
		if (!(sources[i].grant == GRANT_CERTIFICATE
		              ? secrets_from_pem(path, scratch, secret_of(c, &sources[i]), f)
		              : secrets_from_file(path, scratch, secret_of(c, &sources[i]), f)))
			return false;
	}
	return true;
}

static bool run_commands(const struct settings *s, struct credential *c, struct buf scratch, struct fault *f)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		struct secrets_command command = { settings_key(commands[i].file), settings_get(s, commands[i].file),
			                           SECRETS_COMMAND_MS };

		if (wanted(s, c, &commands[i]) &&
		    !secrets_from_command(&command, scratch, secret_of(c, &commands[i]), f))
			return false;
	}
	return true;
}

/* systemd's LoadCredential=client_secret:... puts a file into a folder that only the service can
 * read. */
static bool systemd_credential(struct buf *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (folder == NULL || folder[0] == '\0')
		return false;
	buf_z(path, folder);
	buf_z(path, "/client_secret");
	buf_byte(path, '\0');
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

bool credential_load_rest(const struct settings *s, struct credential *c, struct buf scratch, struct fault *f)
{
	char z[FILES_PATH_MAX];
	struct buf path = BUF(z);

	if (!read_files(s, c, false, scratch, f) || !run_commands(s, c, scratch, f))
		return false;
	return !unsaid(s, c) || !systemd_credential(&path) ||
	       secrets_from_file(span_z(z), scratch, &c->client_secret, f);
}

/* The certificates of a file, a piece at a time, cut behind the last complete one. A piece
 * without a usable one is no failure; a file without is. */
static bool add_file(int fd, struct span path, struct trust *t, struct buf scratch, struct fault *f)
{
	static const struct span last = SPAN_INIT("-----END CERTIFICATE-----");
	size_t keep = 0, n;
	bool usable = false;

	do {
		struct fault piece = { 0 };
		struct span all;
		size_t end = 0, at;

		if (!files_piece(fd, path, scratch.p + keep, scratch.cap - keep, &n, f))
			return false;
		all = (struct span){ scratch.p, keep + n };
		while (span_find(span_from(all, end), last, &at))
			end += at + last.n;
		if (end != 0 && trust_add(t, span_first(all, end), &piece))
			usable = true;
		else if (span_starts(fault_evidence(&piece), SPAN("too many")))
			return fault_set(f, FAULT_CA_FILE, piece.num, fault_evidence(&piece));
		keep = all.n - end;
		memmove(scratch.p, scratch.p + end, keep);
	} while (n != 0 && keep < scratch.cap);
	return usable || fault_set(f, FAULT_CA_FILE, 0, path);
}

bool credential_load_trust(const struct settings *s, struct trust *t, struct buf scratch, struct fault *f)
{
	struct span path = settings_get(s, SETTING_CA_FILE);
	bool add = span_starts(path, SPAN("+")), good;
	int fd;

	trust_init(t, path.n == 0 || add);
	if (path.n == 0)
		return true;
	path = span_from(path, add ? 1 : 0);
	if (!files_open(path, FILES_PUBLIC, &fd, f))
		return false;
	good = files_guarded(fd, path, false, f) && add_file(fd, path, t, scratch, f);
	close(fd);
	return good;
}
