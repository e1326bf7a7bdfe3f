#include "cli/settings_file.h"

#include <stdlib.h>
#include <unistd.h>

#include "conf/resolve.h"
#include "conf/word.h"
#include "cli/variables.h"
#include "text/ini.h"

/* A place in a settings file; line 0 is the whole of it. */
struct place {
	struct span path;
	unsigned line;
};

/* "o2pop.conf:12" */
struct place_text {
	char z[240];
};

static struct place_text place_text(const struct place *at)
{
	struct place_text text;
	struct buf b = buf_field(text.z, sizeof text.z);

	buf_printable(&b, span_first(at->path, 200));
	if (at->line != 0)
		buf_say(&b, ":%u", at->line);
	return text;
}

/* "o2pop.conf:12: unknown setting 'tenat_id'; did you mean tenant_id?" */
static bool unknown_setting(const struct place *at, struct span name, struct fault *f)
{
	struct near near = { .given = name };
	char text[WORD_MAX];
	struct buf b = buf_field(text, sizeof text);

	settings_near(&near);
	word_suggest(&b, WORD_SETTING, &near);
	return fault_say(f, FAULT_SETTING_BAD, at->line, "%s: unknown setting '%.*s'%s", place_text(at).z,
	                 SPAN_ARG(span_first(name, 80)), text);
}

/* A file that a settings file names is looked for beside it: "client_secret_file = secret" works from every folder. */
static struct span beside(struct span path, struct span value, struct buf *scratch)
{
	size_t folder = path.n;
	bool add = span_starts(value, SPAN("+"));
	struct span name = span_from(value, add ? 1 : 0);

	while (folder != 0 && path.p[folder - 1] != '/')
		folder--;
	if (folder == 0 || name.n == 0 || name.p[0] == '/' || files_is_descriptor(name) || files_is_descriptor(path))
		return value;
	buf_say(scratch, "%s%.*s%.*s", add ? "+" : "", SPAN_ARG(span_first(path, folder)), SPAN_ARG(name));
	return buf_ok(scratch) ? buf_span(scratch) : value;
}

/* ca_file may say "system", which is no file's name; one that has it is ./system. */
static bool means_system(enum setting key, struct span value)
{
	return key == SETTING_CA_FILE && (span_eq(value, SPAN("system")) || span_eq(value, SPAN("+system")));
}

static bool take_file_setting(struct settings_file *l, const struct place *at, struct span name, struct span value,
                              struct fault *f)
{
	struct place_text origin = place_text(at);
	enum setting key;
	char path[FILES_PATH_MAX];
	struct buf scratch = BUF(path);

	if (!settings_find(name, &key))
		return unknown_setting(at, name, f);
	l->steers = l->steers || settings_steers(key);
	if (settings_kind(key) == SETTING_KIND_PATH && !means_system(key, value))
		value = beside(at->path, value, &scratch);
	if (settings_kind(key) != SETTING_KIND_SECRET)
		return settings_set(l->settings, key, value, SETTING_FROM_FILE, span_z(origin.z), f);
	l->secret_seen = true;
	if (l->settings->source[key] > SETTING_FROM_FILE)
		return true;
	if (!secret_set(&l->credential->client_secret, value))
		return fault_limit(f, FAULT_LIMIT, value.n, SECRET_MAX);
	return settings_set(l->settings, key, SPAN("<set>"), SETTING_FROM_FILE, span_z(origin.z), f);
}

/* The lines before the first section are for all; of the sections only the chosen one counts. */
static bool parse_file(struct settings_file *l, struct span text, struct span path, struct fault *f)
{
	bool counts = true, profile_seen = l->profile.n == 0;
	char names[200];
	struct buf sections = buf_field(names, sizeof names);
	struct place at = { path, 0 };

	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_from(text, 3);
	while (text.n != 0) {
		struct span line = span_cut(text, '\n', &text), key, value;

		at.line++;
		switch (ini_line(line, &key, &value)) {
		case INI_EMPTY:
			break;
		case INI_SECTION:
			counts = span_eq(key, l->profile);
			profile_seen = profile_seen || counts;
			buf_say(&sections, "%s%.*s", sections.n == 0 ? "" : ", ", SPAN_ARG(span_first(key, 40)));
			break;
		case INI_SETTING:
			if (counts && !take_file_setting(l, &at, key, value, f))
				return false;
			break;
		case INI_BAD:
			return fault_say(f, FAULT_SETTING_BAD, at.line,
			                 "%s: this is neither 'key = value' nor [section] nor # comment",
			                 place_text(&at).z);
		}
	}
	at.line = 0;
	if (!profile_seen)
		return fault_say(f, FAULT_SETTING_BAD, 0, "%s: there is no section '%.*s'%s%s", place_text(&at).z,
		                 SPAN_ARG(span_first(l->profile, 80)), sections.n != 0 ? "; there are " : "", names);
	return true;
}

void settings_file_places(struct buf *out)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (xdg != NULL && xdg[0] != '\0')
		buf_say(out, "%s/o2pop/o2pop.conf\n", xdg);
	else if (home != NULL && home[0] != '\0')
		buf_say(out, "%s/.config/o2pop/o2pop.conf\n", home);
	buf_z(out, "/etc/o2pop.conf\n");
}

/* The settings file to read: named by the user (must exist), or the first of the usual places that exists. */
static bool find_file(const struct options *o, struct buf *path)
{
	const char *variable = getenv("O2POP_CONFIG");
	char text[2 * FILES_PATH_MAX];
	struct buf places = BUF(text);
	struct span rest;

	if (o->given[OPTION_CONFIG] != 0) {
		buf_put(path, o->value[OPTION_CONFIG]);
		return true;
	}
	if (variable != NULL && variable[0] != '\0') {
		buf_z(path, variable);
		return true;
	}
	settings_file_places(&places);
	for (rest = buf_span(&places); rest.n != 0;) {
		char z[FILES_PATH_MAX];
		struct buf one = buf_field(z, sizeof z);

		buf_put(&one, span_cut(rest, '\n', &rest));
		if (buf_ok(&one) && access(z, F_OK) == 0) {
			buf_put(path, buf_span(&one));
			return true;
		}
	}
	return false;
}

static bool load_file(struct settings_file *l, const struct options *o, struct fault *f)
{
	struct buf text = BUF(l->file), path = BUF(l->path);
	bool good;
	int fd;

	if (!find_file(o, &path)) {
		if (l->profile.n == 0)
			return true;
		return fault_set(f, FAULT_USAGE, 0, SPAN("--profile needs a settings file: name one with --config"));
	}
	if (!buf_ok(&path))
		return fault_limit(f, FAULT_LIMIT, o->value[OPTION_CONFIG].n, sizeof l->path);
	if (!files_open(buf_span(&path), FILES_PUBLIC, &fd, f))
		return false;
	l->path_n = path.n;
	good = files_drain(fd, buf_span(&path), &text, f) && parse_file(l, buf_span(&text), buf_span(&path), f);
	secret_wipe_bytes(l->file, text.n);
	/* Who may read and change it matters as far as it holds a secret or names a command. */
	good = good && (!l->secret_seen || files_private(fd, buf_span(&path), f)) &&
	       files_guarded(fd, buf_span(&path), l->steers, f);
	close(fd);
	return good;
}

/* The standard input can be read once. */
static bool one_stdin(const struct options *o, const struct settings *s, struct fault *f)
{
	unsigned n = files_is_stdin(o->value[OPTION_CONFIG]);

	n += files_is_stdin(o->value[OPTION_MAILBOXES]);
	for (int i = 0; i < SETTING__COUNT; i++)
		n += settings_secret_file((enum setting)i) && files_is_stdin(settings_get(s, (enum setting)i));
	return n < 2 || fault_set(f, FAULT_USAGE, 0, SPAN("two options read the standard input (-)"));
}

struct span settings_file_path(const struct settings_file *l)
{
	return (struct span){ (const unsigned char *)l->path, l->path_n };
}

/* OpenSSL's variable is often set for the whole machine: it ranks below everything that was said to us. */
static bool load_ca_variable(struct settings *s, struct fault *f)
{
	const char *path = getenv("SSL_CERT_FILE");

	if (path == NULL || path[0] == '\0' || settings_has(s, SETTING_CA_FILE))
		return true;
	return settings_set(s, SETTING_CA_FILE, span_z(path), SETTING_FROM_ENVIRONMENT, SPAN("SSL_CERT_FILE"), f);
}

/* The bundle of the operating system takes the place of the word, so that everybody sees which one it is. */
static bool find_system_roots(struct settings *s, struct fault *f)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Arch, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt",   /* Red Hat, Fedora */
		"/etc/ssl/ca-bundle.pem",             /* SUSE */
		"/etc/ssl/cert.pem",                  /* Alpine, BSD */
	};
	struct span said = settings_get(s, SETTING_CA_FILE);
	char text[256];
	struct buf b = BUF(text);

	s->ca_system = means_system(SETTING_CA_FILE, said);
	if (!s->ca_system)
		return true;
	for (size_t i = 0; i < COUNT(places); i++)
		if (access(places[i], R_OK) == 0) {
			buf_say(&b, "%s%s", said.p[0] == '+' ? "+" : "", places[i]);
			return settings_set(s, SETTING_CA_FILE, buf_span(&b), s->source[SETTING_CA_FILE],
			                    s->origin[SETTING_CA_FILE], f);
		}
	for (size_t i = 0; i < COUNT(places); i++)
		buf_say(&b, "%s%s", i == 0 ? "" : ", ", places[i]);
	return fault_say(f, FAULT_SETTING_BAD, 0, "ca_file = system, but none of these is there: %.*s",
	                 SPAN_ARG(buf_span(&b)));
}

/* The same with the proxies of the shell; a name in small letters comes first, as curl has it, and http_proxy is for
 * clear text, which goes nowhere. */
static bool load_proxy_variables(struct settings *s, struct route_logins *l, struct fault *f)
{
	static const struct {
		const char *name;
		enum setting key;
	} variables[] = {
		{ "https_proxy", SETTING_TOKEN_PROXY }, { "HTTPS_PROXY", SETTING_TOKEN_PROXY },
		{ "pop3s_proxy", SETTING_MAIL_PROXY },  { "POP3S_PROXY", SETTING_MAIL_PROXY },
		{ "all_proxy", SETTING_PROXY },         { "ALL_PROXY", SETTING_PROXY },
		{ "no_proxy", SETTING_NO_PROXY },       { "NO_PROXY", SETTING_NO_PROXY },
	};
	bool said = settings_has(s, SETTING_PROXY);

	for (size_t i = 0; i < COUNT(variables); i++) {
		const char *value = getenv(variables[i].name);

		/* What was said to us for both sides is not undone by the shell for one. */
		if (value == NULL || (said && variables[i].key != SETTING_NO_PROXY))
			continue;
		if (!route_take_variable(s, l, variables[i].key, span_z(variables[i].name), span_z(value), f))
			return false;
	}
	return true;
}

static void forget_secret(struct settings *s, struct credential *c)
{
	secret_wipe(&c->client_secret);
	s->value[SETTING_CLIENT_SECRET] = s->origin[SETTING_CLIENT_SECRET] = SPAN("");
	s->source[SETTING_CLIENT_SECRET] = SETTING_UNSET;
}

bool settings_file_settings(struct settings_file *l, const struct options *o, struct settings *s, struct credential *c,
                            struct fault *f)
{
	static const enum setting ways[] = { SETTING_CLIENT_SECRET_FILE, SETTING_CLIENT_SECRET_COMMAND };
	const char *profile = getenv("O2POP_PROFILE");

	l->settings = s;
	l->credential = c;
	l->secret_seen = l->steers = false;
	l->path_n = 0;
	l->profile = o->value[OPTION_PROFILE];
	if (o->given[OPTION_PROFILE] == 0 && profile != NULL)
		l->profile = span_z(profile);
	if (!variables_load(s, c, f) || !load_file(l, o, f))
		return false;
	/* A secret gives way to a way to it that comes from a stronger source. */
	for (size_t i = 0; i < COUNT(ways); i++)
		if (settings_has(s, ways[i]) && s->source[ways[i]] > s->source[SETTING_CLIENT_SECRET])
			forget_secret(s, c);
	if (!load_ca_variable(s, f) || !find_system_roots(s, f) || !load_proxy_variables(s, l->logins, f) ||
	    !resolve_settings(s, f) || !one_stdin(o, s, f))
		return false;
	/* The Azure SDK's secret may be another program's; beside a person's grant nobody has asked for it. */
	if (s->grant != GRANT_CLIENT_SECRET && span_eq(s->origin[SETTING_CLIENT_SECRET], SPAN("AZURE_CLIENT_SECRET")))
		forget_secret(s, c);
	return true;
}
