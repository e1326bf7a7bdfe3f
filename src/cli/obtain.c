#include "cli/obtain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/secrets.h"

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

/* Ask, unless nobody sits there or nothing is known that the secret could belong to. */
static bool ask(const struct settings *s, struct credential *c, struct buf room, struct fault *f)
{
	if (settings_has(s, SETTING_CLIENT_ID))
		(void)secrets_from_terminal(SPAN("Client secret (the Value; it is not shown): "),
		                            room, &c->client_secret, f);
	return f->code == FAULT_NONE;
}

static bool client_secret(const struct settings *s, struct credential *c, struct buf room,
                          struct fault *f)
{
	struct span file = settings_get(s, SETTING_CLIENT_SECRET_FILE);
	struct span command = settings_get(s, SETTING_CLIENT_SECRET_COMMAND);
	char z[FILES_PATH_MAX];
	struct buf path = BUF(z);

	if (secret_is_set(&c->client_secret))
		return true;
	if (command.n != 0 &&
	    s->source[SETTING_CLIENT_SECRET_COMMAND] > s->source[SETTING_CLIENT_SECRET_FILE])
		file.n = 0;
	if (file.n != 0)
		return secrets_from_file(file, room, &c->client_secret, f);
	if (command.n != 0)
		return secrets_from_command(command, SECRETS_COMMAND_MS, room, &c->client_secret,
		                            f);
	if (systemd_credential(&path))
		return secrets_from_file(span_z(z), room, &c->client_secret, f);
	return ask(s, c, room, f);
}

/* From a file, unless it was read before. */
static bool from_file(struct span path, struct buf room, struct secret *s, struct fault *f)
{
	return secret_is_set(s) || secrets_from_file(path, room, s, f);
}

bool obtain_credential(const struct settings *s, struct credential *c, struct buf room,
                       struct fault *f)
{
	struct span token = settings_get(s, SETTING_ACCESS_TOKEN_FILE);
	struct span assertion = settings_get(s, SETTING_FEDERATED_TOKEN_FILE);

	if (token.n != 0)
		return from_file(token, room, &c->access_token, f);
	if (assertion.n != 0)
		return from_file(assertion, room, &c->assertion, f);
	return client_secret(s, c, room, f);
}

static bool rereadable(const struct settings *s, enum setting key)
{
	struct span path = settings_get(s, key);

	return path.n != 0 && !files_is_descriptor(path);
}

void obtain_forget(const struct settings *s, struct credential *c)
{
	if (rereadable(s, SETTING_ACCESS_TOKEN_FILE))
		secret_wipe(&c->access_token);
	if (rereadable(s, SETTING_FEDERATED_TOKEN_FILE))
		secret_wipe(&c->assertion);
	/* A secret from environment, settings file or terminal stays. */
	if (!settings_has(s, SETTING_CLIENT_SECRET) &&
	    !files_is_descriptor(settings_get(s, SETTING_CLIENT_SECRET_FILE)) &&
	    (settings_has(s, SETTING_CLIENT_SECRET_FILE) ||
	     settings_has(s, SETTING_CLIENT_SECRET_COMMAND)))
		secret_wipe(&c->client_secret);
}

/* The certificates of a file, a piece at a time, cut behind the last complete one. A piece
 * without a usable one is no failure; a file without is. */
static bool add_file(int fd, struct span path, struct trust *t, struct buf room, struct fault *f)
{
	static const struct span last = SPAN_INIT("-----END CERTIFICATE-----");
	size_t keep = 0, n;
	bool usable = false;

	do {
		struct fault piece = { 0 };
		struct span all;
		size_t end = 0, at;

		if (!files_piece(fd, path, room.p + keep, room.cap - keep, &n, f))
			return false;
		all = (struct span){ room.p, keep + n };
		while (span_find(span_from(all, end), last, &at))
			end += at + last.n;
		if (end != 0 && trust_add(t, span_first(all, end), &piece))
			usable = true;
		else if (span_starts(fault_evidence(&piece), SPAN("too many")))
			return fault_set(f, FAULT_CA_FILE, piece.num, fault_evidence(&piece));
		keep = all.n - end;
		memmove(room.p, room.p + end, keep);
	} while (n != 0 && keep < room.cap);
	return usable || fault_set(f, FAULT_CA_FILE, 0, path);
}

bool obtain_trust(const struct settings *s, struct trust *t, struct buf room, struct fault *f)
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
	good = files_guarded(fd, path, false, f) && add_file(fd, path, t, room, f);
	close(fd);
	return good;
}
