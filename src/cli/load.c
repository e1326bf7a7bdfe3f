#include "cli/load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/secrets.h"
#include "text/conf.h"
#include "text/url.h"

/* Variables of the Azure SDK and of OpenSSL that mean the same as a setting of ours. */
static const struct {
	const char *variable;
	enum setting key;
} foreign[] = {
	{ "AZURE_TENANT_ID", SETTING_TENANT_ID },
	{ "AZURE_CLIENT_ID", SETTING_CLIENT_ID },
	{ "AZURE_CLIENT_SECRET", SETTING_CLIENT_SECRET },
	{ "AZURE_FEDERATED_TOKEN_FILE", SETTING_FEDERATED_TOKEN_FILE },
	{ "AZURE_AUTHORITY_HOST", SETTING_AUTHORITY_HOST },
};

/* Variables of ours that are no setting. */
static const char *const other_variables[] = { "O2POP_CONFIG", "O2POP_PROFILE" };

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

/* A secret in the environment is taken and overwritten there, so that no child and no /proc
 * shows it. */
static bool take_secret(struct settings *s, struct credential *c, const struct variable *v,
                        struct fault *f)
{
	size_t n = v->value.n;
	bool known = secret_is_set(&c->client_secret), good = known ||
		secret_set(&c->client_secret, v->value);

	secret_wipe_bytes(v->bytes, n);
	if (!good)
		return fault_limit(f, FAULT_LIMIT, n, SECRET_MAX);
	return known ||
	       settings_set(s, SETTING_CLIENT_SECRET, SPAN("<set>"), SETTING_FROM_ENVIRONMENT,
	                    v->name, f);
}

/* AZURE_AUTHORITY_HOST may be a URL; the setting is a host. */
static struct span authority(struct span value)
{
	struct url u;

	return url_parse(value, &u) ? u.host : value;
}

/* The first one counts, as with getenv; an empty one is as good as none. */
static bool take_variable(struct settings *s, struct credential *c, enum setting key,
                          const struct variable *v, struct fault *f)
{
	if (v->value.n == 0)
		return true;
	if (settings_kind(key) == SETTING_KIND_SECRET)
		return take_secret(s, c, v, f);
	if (s->source[key] >= SETTING_FROM_ENVIRONMENT)
		return true;
	return settings_set(s, key, key == SETTING_AUTHORITY_HOST ? authority(v->value) : v->value,
	                    SETTING_FROM_ENVIRONMENT, v->name, f);
}

/* "unknown variable O2POP_TENAT_ID; did you mean O2POP_TENANT_ID?" */
static bool unknown_variable(struct span name, enum setting nearest, struct fault *f)
{
	char text[300];
	struct buf b = BUF(text);

	buf_z(&b, "unknown variable ");
	buf_printable(&b, span_first(name, 80));
	buf_z(&b, " in the environment; did you mean O2POP_");
	for (const char *k = settings_key(nearest); *k != '\0'; k++)
		buf_byte(&b, *k >= 'a' && *k <= 'z' ? (unsigned char)(*k - 'a' + 'A') :
		         (unsigned char)*k);
	buf_z(&b, "?");
	return fault_set(f, FAULT_SETTING_BAD, 0, buf_span(&b));
}

static bool is_other(struct span name)
{
	for (size_t i = 0; i < sizeof other_variables / sizeof other_variables[0]; i++)
		if (span_eq(name, span_z(other_variables[i])))
			return true;
	return false;
}

static bool load_own_variables(struct settings *s, struct credential *c, struct fault *f)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		struct variable v = variable_at(*entry);
		enum setting key, nearest = SETTING_PROVIDER;

		if (!span_starts(v.name, SPAN("O2POP_")) || is_other(v.name))
			continue;
		if (!settings_find(span_from(v.name, sizeof "O2POP_" - 1), &key, &nearest))
			return unknown_variable(v.name, nearest, f);
		if (!take_variable(s, c, key, &v, f))
			return false;
	}
	return true;
}

static bool load_foreign_variables(struct settings *s, struct credential *c, struct fault *f)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		struct variable v = variable_at(*entry);

		for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
			if (span_eq(v.name, span_z(foreign[i].variable)) &&
			    !take_variable(s, c, foreign[i].key, &v, f))
				return false;
	}
	return true;
}

/* A place in a settings file; line 0 is the whole of it. */
struct place {
	struct span path;
	unsigned line;
};

static void put_place(struct buf *b, const struct place *at)
{
	buf_printable(b, span_first(at->path, 200));
	if (at->line == 0)
		return;
	buf_byte(b, ':');
	buf_u64(b, at->line);
}

/* "o2pop.conf:12: unknown setting 'tenat_id'; did you mean tenant_id?" */
static bool bad_line(const struct place *at, const char *what, struct span word,
                     const char *nearest, struct fault *f)
{
	char text[500];
	struct buf b = BUF(text);

	put_place(&b, at);
	buf_z(&b, ": ");
	buf_z(&b, what);
	if (word.n != 0) {
		buf_z(&b, " '");
		buf_printable(&b, span_first(word, 80));
		buf_z(&b, "'");
	}
	if (nearest != NULL) {
		buf_z(&b, "; did you mean ");
		buf_z(&b, nearest);
		buf_z(&b, "?");
	}
	return fault_set(f, FAULT_SETTING_BAD, at->line, buf_span(&b));
}

/* A file that a settings file names is looked for beside it: "client_secret_file = secret" works
 * from every folder. */
static struct span beside(struct span path, struct span value, struct buf *room)
{
	size_t folder = path.n;
	bool add = span_starts(value, SPAN("+"));
	struct span name = span_from(value, add ? 1 : 0);

	while (folder != 0 && path.p[folder - 1] != '/')
		folder--;
	if (folder == 0 || name.n == 0 || name.p[0] == '/' || files_is_descriptor(name) ||
	    files_is_descriptor(path))
		return value;
	buf_z(room, add ? "+" : "");
	buf_put(room, span_first(path, folder));
	buf_put(room, name);
	return buf_ok(room) ? buf_span(room) : value;
}

static bool take_file_setting(struct load *l, struct settings *s, struct credential *c,
                              const struct place *at,
                              struct span name, struct span value, struct fault *f)
{
	enum setting key, nearest = SETTING_PROVIDER;
	char text[256], path[FILES_PATH_MAX];
	struct buf origin = BUF(text), room = BUF(path);

	if (!settings_find(name, &key, &nearest))
		return bad_line(at, "unknown setting", name, settings_key(nearest), f);
	put_place(&origin, at);
	l->command_seen = l->command_seen || key == SETTING_CLIENT_SECRET_COMMAND;
	if (settings_kind(key) == SETTING_KIND_PATH)
		value = beside(at->path, value, &room);
	if (settings_kind(key) != SETTING_KIND_SECRET)
		return settings_set(s, key, value, SETTING_FROM_FILE, buf_span(&origin), f);
	l->secret_seen = true;
	if (s->source[key] > SETTING_FROM_FILE)
		return true;
	if (!secret_set(&c->client_secret, value))
		return fault_limit(f, FAULT_LIMIT, value.n, SECRET_MAX);
	return settings_set(s, key, SPAN("<set>"), SETTING_FROM_FILE, buf_span(&origin), f);
}

/* The lines before the first section are for all; of the sections only the chosen one counts. */
static bool parse_file(struct load *l, struct span text, struct span path, struct span profile,
                       struct settings *s, struct credential *c, struct fault *f)
{
	bool counts = true, profile_seen = profile.n == 0;
	struct place at = { path, 0 };

	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_from(text, 3);
	while (text.n != 0) {
		struct span line = span_cut(text, '\n', &text), key, value;

		at.line++;
		switch (conf_line(line, &key, &value)) {
		case CONF_EMPTY:
			break;
		case CONF_SECTION:
			counts = span_eq(key, profile);
			profile_seen = profile_seen || counts;
			break;
		case CONF_SETTING:
			if (counts && !take_file_setting(l, s, c, &at, key, value, f))
				return false;
			break;
		case CONF_BAD:
			return bad_line(&at, "this is neither 'key = value' nor [section] nor # "
			                "comment", (struct span){ NULL, 0 },
			                NULL, f);
		}
	}
	at.line = 0;
	if (!profile_seen)
		return bad_line(&at, "there is no section", profile, NULL, f);
	return true;
}

/* HEAD TAIL, if there is such a file. */
static bool exists(struct buf *path, const char *head, const char *tail)
{
	char z[FILES_PATH_MAX];
	struct buf b = { (unsigned char *)z, sizeof z - 1, 0, false };

	if (head == NULL || head[0] == '\0')
		return false;
	buf_z(&b, head);
	buf_z(&b, tail);
	z[b.n] = '\0';
	if (!buf_ok(&b) || access(z, F_OK) != 0)
		return false;
	buf_put(path, buf_span(&b));
	return true;
}

/* The settings file to read: named by the user (must exist), or the first of the usual places
 * that exists. */
static bool find_file(const struct options *o, struct buf *path)
{
	const char *variable = getenv("O2POP_CONFIG"), *xdg = getenv("XDG_CONFIG_HOME");

	if (o->given[OPTION_CONFIG] != 0) {
		buf_put(path, o->value[OPTION_CONFIG]);
		return true;
	}
	if (variable != NULL && variable[0] != '\0') {
		buf_z(path, variable);
		return true;
	}
	if (xdg != NULL && xdg[0] != '\0') {
		if (exists(path, xdg, "/o2pop/o2pop.conf"))
			return true;
	} else if (exists(path, getenv("HOME"), "/.config/o2pop/o2pop.conf")) {
		return true;
	}
	return exists(path, "/etc/o2pop.conf", "");
}

/* Who may read and change the file matters as far as it holds a secret or names a command. */
static bool judge_file(const struct load *l, int fd, struct span path, struct fault *f)
{
	return (!l->secret_seen || files_private(fd, path, f)) &&
	       files_guarded(fd, path, l->command_seen, f);
}

static bool load_file(struct load *l, const struct options *o, struct settings *s,
                      struct credential *c, struct fault *f)
{
	struct buf text = BUF(l->file), path = BUF(l->path);
	bool good;
	int fd;

	if (!find_file(o, &path)) {
		if (l->profile.n == 0)
			return true;
		return fault_set(f, FAULT_USAGE, 0, SPAN("--profile needs a settings file: name "
		                                         "one with --config"));
	}
	if (!buf_ok(&path))
		return fault_limit(f, FAULT_LIMIT, o->value[OPTION_CONFIG].n, sizeof l->path);
	if (!files_open(buf_span(&path), FILES_PUBLIC, &fd, f))
		return false;
	l->path_n = path.n;
	good = files_drain(fd, buf_span(&path), &text, f) &&
	       parse_file(l, buf_span(&text), buf_span(&path), l->profile, s, c, f);
	secret_wipe_bytes(l->file, text.n);
	/* Only now it is known whether it matters. */
	good = good && judge_file(l, fd, buf_span(&path), f);
	close(fd);
	return good;
}

/* The standard input can be read once. */
static bool one_stdin(const struct options *o, const struct settings *s, struct fault *f)
{
	static const enum setting files[] = { SETTING_CLIENT_SECRET_FILE,
		SETTING_FEDERATED_TOKEN_FILE,
		                              SETTING_ACCESS_TOKEN_FILE };
	unsigned n = files_is_stdin(o->value[OPTION_CONFIG]) + files_is_stdin(o->value[OPTION_MAILBOXES]);

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		n += files_is_stdin(settings_get(s, files[i]));
	return n < 2 || fault_set(f, FAULT_USAGE, 0, SPAN("the standard input (-) is asked for "
	                                                  "twice"));
}

struct span load_path(const struct load *l)
{
	return (struct span){ (const unsigned char *)l->path, l->path_n };
}

/* OpenSSL's variable is often set for the whole machine: it ranks below everything that was said
 * to us. */
static bool load_ca_variable(struct settings *s, struct fault *f)
{
	const char *path = getenv("SSL_CERT_FILE");

	if (path == NULL || path[0] == '\0' || settings_has(s, SETTING_CA_FILE))
		return true;
	return settings_set(s, SETTING_CA_FILE, span_z(path), SETTING_FROM_ENVIRONMENT,
	                    SPAN("SSL_CERT_FILE"), f);
}

bool load_settings(struct load *l, const struct options *o, struct settings *s,
                   struct credential *c, struct fault *f)
{
	const char *profile = getenv("O2POP_PROFILE");

	l->secret_seen = l->command_seen = false;
	l->path_n = 0;
	l->profile = o->value[OPTION_PROFILE];
	if (o->given[OPTION_PROFILE] == 0 && profile != NULL)
		l->profile = span_z(profile);
	return load_own_variables(s, c, f) && load_foreign_variables(s, c, f) &&
	       load_file(l, o, s, c, f) &&
	       load_ca_variable(s, f) && settings_finish(s, f) && one_stdin(o, s, f);
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

/* Ask, unless nobody sits there or nothing is known that the secret could belong to. */
static bool ask(struct load *l, const struct settings *s, struct credential *c, struct fault *f)
{
	if (settings_has(s, SETTING_CLIENT_ID))
		(void)secrets_from_terminal(SPAN("Client secret (the Value; it is not shown): "),
		                            BUF(l->file), &c->client_secret, f);
	return f->code == FAULT_NONE;
}

static bool load_client_secret(struct load *l, const struct settings *s, struct credential *c,
                               struct fault *f)
{
	char room[FILES_PATH_MAX];
	struct buf path = BUF(room);

	/* A way to the secret that comes from a stronger source than the secret itself wins. */
	if (secret_is_set(&c->client_secret) &&
	    s->source[SETTING_CLIENT_SECRET_FILE] <= s->source[SETTING_CLIENT_SECRET] &&
	    s->source[SETTING_CLIENT_SECRET_COMMAND] <= s->source[SETTING_CLIENT_SECRET])
		return true;
	secret_wipe(&c->client_secret);
	if (settings_has(s, SETTING_CLIENT_SECRET_FILE))
		return secrets_from_file(settings_get(s, SETTING_CLIENT_SECRET_FILE), BUF(l->file),
		                         &c->client_secret, f);
	if (settings_has(s, SETTING_CLIENT_SECRET_COMMAND))
		return secrets_from_command(settings_get(s, SETTING_CLIENT_SECRET_COMMAND),
		                            SECRETS_COMMAND_MS, BUF(l->file), &c->client_secret, f);
	if (systemd_credential(&path))
		return secrets_from_file(span_z(room), BUF(l->file), &c->client_secret, f);
	return ask(l, s, c, f);
}

/* From a file, unless it is there already and cannot be read again. */
static bool load_from(struct load *l, struct span path, struct secret *s, struct fault *f)
{
	return secret_is_set(s) || secrets_from_file(path, BUF(l->file), s, f);
}

bool load_credential(struct load *l, const struct settings *s, struct credential *c,
                     struct fault *f)
{
	if (settings_has(s, SETTING_ACCESS_TOKEN_FILE))
		return load_from(l, settings_get(s, SETTING_ACCESS_TOKEN_FILE), &c->access_token,
		                 f);
	if (settings_has(s, SETTING_FEDERATED_TOKEN_FILE))
		return load_from(l, settings_get(s, SETTING_FEDERATED_TOKEN_FILE), &c->assertion,
		                 f);
	return load_client_secret(l, s, c, f);
}

static bool rereadable(const struct settings *s, enum setting key)
{
	struct span path = settings_get(s, key);

	return path.n != 0 && !files_is_descriptor(path);
}

void load_forget(const struct settings *s, struct credential *c)
{
	if (rereadable(s, SETTING_ACCESS_TOKEN_FILE))
		secret_wipe(&c->access_token);
	if (rereadable(s, SETTING_FEDERATED_TOKEN_FILE))
		secret_wipe(&c->assertion);
	/* A secret from environment, settings file or terminal stays. */
	if (!settings_has(s, SETTING_CLIENT_SECRET) &&
	    (rereadable(s, SETTING_CLIENT_SECRET_FILE) ||
	     settings_has(s, SETTING_CLIENT_SECRET_COMMAND)))
		secret_wipe(&c->client_secret);
}

/* The certificates of a file, a piece at a time, cut behind the last complete one. A piece
 * without a usable one is no failure; a file without is. */
static bool add_file(struct load *l, int fd, struct span path, struct trust *t, struct fault *f)
{
	static const struct span last = SPAN_INIT("-----END CERTIFICATE-----");
	size_t keep = 0, n;
	bool usable = false;

	do {
		struct fault piece = { 0 };
		struct span all;
		size_t end = 0, at;

		if (!files_piece(fd, path, l->file + keep, sizeof l->file - keep, &n, f))
			return false;
		all = (struct span){ l->file, keep + n };
		while (span_find(span_from(all, end), last, &at))
			end += at + last.n;
		if (end != 0 && trust_add(t, span_first(all, end), &piece))
			usable = true;
		else if (span_starts(fault_evidence(&piece), SPAN("too many")))
			return fault_set(f, FAULT_CA_FILE, piece.num, fault_evidence(&piece));
		keep = all.n - end;
		memmove(l->file, l->file + end, keep);
	} while (n != 0 && keep < sizeof l->file);
	return usable || fault_set(f, FAULT_CA_FILE, 0, path);
}

bool load_trust(struct load *l, const struct settings *s, struct trust *t, struct fault *f)
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
	good = add_file(l, fd, path, t, f);
	close(fd);
	return good;
}
