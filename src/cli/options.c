#include "cli/options.h"

#include <string.h>

#include "base/buf.h"
#include "conf/word.h"

enum { LIST_MAX = 1024 }; /* bytes of a flag that was given several times: a dozen entries */

const struct option_row options_table[OPTION__COUNT] = {
	[OPTION_HELP] = { "help", 'h', NULL, COMMAND_ALL, "this text" },
	[OPTION_VERSION] = { "version", 'V', NULL, COMMAND_ALL, "version, TLS engine and built-in roots" },
	[OPTION_CONFIG] = { "config", 'c', "FILE", COMMAND_ALL, "settings file" },
	[OPTION_PROFILE] = { "profile", 0, "NAME", COMMAND_ALL, "also use the section [NAME] of the settings file" },
	[OPTION_VERBOSE] = { "verbose", 'v', NULL, COMMAND_CHECK | COMMAND_TOKEN | COMMAND_PROBE | COMMAND_LOGIN,
	                     "show the conversation on the standard error, without secrets" },
	[OPTION_QUIET] = { "quiet", 'q', NULL, COMMAND_CHECK, "no report, only the exit status" },
	[OPTION_FORMAT] = { "format", 0, "FORMAT",
	                    COMMAND_CHECK | COMMAND_PROBE | COMMAND_TOKEN | COMMAND_DECODE | COMMAND_CONFIG |
	                            COMMAND_SETUP | COMMAND_EXPLAIN,
	                    "how the result looks" },
	[OPTION_JOBS] = { "jobs", 'j', "N", COMMAND_CHECK, "mailboxes at the same time (default 1)" },
	[OPTION_MAILBOXES] = { "mailboxes", 0, "FILE", COMMAND_CHECK,
	                       "file with a mail address a line; - is the standard input" },
	[OPTION_STOP_AFTER] = { "stop-after", 0, "STEP", COMMAND_CHECK,
	                        "go no further than this step, such as claims" },
	[OPTION_TRANSCRIPT] = { "transcript", 0, "FILE", COMMAND_CHECK | COMMAND_TOKEN | COMMAND_PROBE | COMMAND_LOGIN,
	                        "write the conversation to FILE, without secrets" },
	[OPTION_SHARE] = { "share", 0, NULL, COMMAND_CHECK | COMMAND_PROBE,
	                   "replace names, ids and addresses by stand-ins, to show it to others" },
	[OPTION_SHOW_SECRETS] = { "show-secrets", 0, NULL, COMMAND_CHECK | COMMAND_TOKEN | COMMAND_LOGIN,
	                          "put secrets and tokens into the transcript; never share that" },
	[OPTION_TRIAGE] = { "triage", 0, NULL, COMMAND_CHECK,
	                    "when the login is refused, try the same token at the IMAP and SMTP services" },
	[OPTION_NO_DISCOVERY] = { "no-discovery", 0, NULL, COMMAND_CHECK,
	                          "do not look up which tenant the mailbox's domain belongs to" },
	[OPTION_WAIT] = { "wait", 0, "TIME", COMMAND_CHECK, "repeat slowly until it works, at most this long (90m)" },
	[OPTION_MIN_LIFE] = { "min-life", 0, "TIME", COMMAND_TOKEN,
	                      "a token in token_cache that lives so long is good enough (default 5m)" },
	[OPTION_PEM] = { "pem", 0, NULL, COMMAND_PROBE, "print the mail server's certificates" },
	[OPTION_COMPAT] = { "compat", 0, NULL, COMMAND_PROBE,
	                    "measure what the mail server takes, and name the clients that will fail" },
	[OPTION_SHARD] = { "shard", 0, "SHARD", COMMAND_CHECK,
	                   "K/N: every N-th mailbox only, from the K-th on; auto/N as Kubernetes or Slurm numbers it" },
	[OPTION_FAIL_FAST] = { "fail-fast", 0, NULL, COMMAND_CHECK, "begin no further mailbox once one has failed" },
	[OPTION_RESUME] = { "resume", 0, "FILE", COMMAND_CHECK,
	                    "leave out mailboxes of which FILE, the JSON lines of an earlier run, has a report" },
	[OPTION_CLOCK_FROM_SERVER] = { "clock-from-server", 0, NULL, COMMAND_CHECK | COMMAND_PROBE,
	                               "where only this machine's date speaks against a server, go on without "
	                               "secrets" },
	[OPTION_OUTPUT] = { "output", 'o', "FILE", COMMAND_CHECK,
	                    "write the report to FILE, which is replaced when the run is over" },
	[OPTION_WARNING] = { "warning", 'w', "LIST", COMMAND_CHECK,
	                     "thresholds of nagios, such as cert_days=30:,time=5" },
	[OPTION_CRITICAL] = { "critical", 0, "LIST", COMMAND_CHECK, "the same for CRITICAL" },
	[OPTION_SCHEMA] = { "schema", 0, NULL, COMMAND_CHECK, "print the JSON Schema of --format json" },
	[OPTION_CLIENT] = { "client", 0, "NAME", COMMAND_SETUP,
	                    "configuration for mpop, getmail, fetchmail, msmtp, isync, curl or openssl" },
};

/* A usage sentence: WORDS "ARGUMENT" MORE. */
static bool usage(struct fault *f, const char *words, struct span argument, const char *more)
{
	return fault_say(f, FAULT_USAGE, 0, "%s%.*s%s", words, SPAN_ARG(span_first(argument, 120)), more);
}

static bool find_option(struct span name, unsigned command, enum option *which)
{
	for (int i = 0; i < OPTION__COUNT; i++) {
		if (span_eq(name, span_z(options_table[i].name)) && (options_table[i].commands & command) != 0) {
			*which = (enum option)i;
			return true;
		}
	}
	return false;
}

/* "unknown option --clinet-id; did you mean --client-id?" */
static bool unknown(const char *dashes, struct span name, unsigned command, struct fault *f)
{
	struct near near = { .given = name };
	char text[WORD_MAX];
	struct buf b = buf_field(text, sizeof text);

	settings_near(&near);
	for (int i = 0; i < OPTION__COUNT; i++)
		if ((options_table[i].commands & command) != 0)
			near_offer(&near, options_table[i].name);
	word_suggest(&b, WORD_OPTION, &near);
	return fault_say(f, FAULT_USAGE, 0, "unknown option %s%.*s%s", dashes, SPAN_ARG(span_first(name, 120)), text);
}

/* One argument under way. */
struct cursor {
	int argc;
	char **argv;
	int at;
	struct span name;    /* of a long option */
	struct span inlined; /* what follows its "=" */
	bool has_inlined;
};

static bool take_value(struct cursor *c, struct span *value, struct fault *f)
{
	if (c->has_inlined) {
		*value = c->inlined;
		return true;
	}
	if (c->at + 1 >= c->argc)
		return usage(f, "", span_z(c->argv[c->at]), " needs a value");
	*value = span_z(c->argv[++c->at]);
	return true;
}

/* What people call a secret's value, who expect that a flag takes it; and what is said to them. */
#define A_SECRET                                                                                                       \
	"a secret's value is never taken from the command line, where everybody on this machine can read it: use "     \
	"--client-secret-file FILE, --client-secret-file - for the standard input, --client-secret-file fd:N for an "  \
	"open descriptor, or the variable O2POP_CLIENT_SECRET; on a terminal o2pop asks for it"
#define A_TOKEN                                                                                                        \
	"a token is never taken from the command line, where everybody on this machine can read it: use "              \
	"--access-token-file FILE, or - for the standard input, or fd:N for an open descriptor"
#define A_PASSWORD                                                                                                     \
	"o2pop never uses a password: servers no longer accept one. An application shows its client secret "           \
	"(--client-secret-file FILE), a person signs in by o2pop login"

static const struct secret_flag {
	const char *name, *say;
} secret_flags[] = {
	{ "client-secret", A_SECRET }, { "client-secret-value", A_SECRET },
	{ "secret", A_SECRET },        { "token", A_TOKEN },
	{ "access-token", A_TOKEN },   { "refresh-token", A_TOKEN },
	{ "bearer", A_TOKEN },         { "oauth2-bearer", A_TOKEN },
	{ "assertion", A_TOKEN },      { "password", A_PASSWORD },
	{ "passwd", A_PASSWORD },      { "pass", A_PASSWORD },
};

static const struct secret_flag *secret_flag(struct span name)
{
	for (size_t i = 0; i < COUNT(secret_flags); i++)
		if (near_same(name, span_z(secret_flags[i].name)))
			return &secret_flags[i];
	return NULL;
}

/* Its value goes at once, out of the list of processes. */
static bool refuse_secret(struct cursor *c, const struct secret_flag *flag, struct fault *f)
{
	char *value = c->argv[c->at];

	if (!c->has_inlined && c->at + 1 < c->argc)
		value = c->argv[c->at + 1];
	secret_wipe_bytes(value, span_z(value).n);
	return fault_set(f, FAULT_USAGE, 0, span_z(flag->say));
}

static bool take_setting(struct cursor *c, struct settings *s, enum setting key, struct fault *f)
{
	char text[80], list[LIST_MAX];
	struct buf origin = BUF(text), all = BUF(list);
	struct span value;

	if (!take_value(c, &value, f))
		return false;
	if (settings_is_list(key) && s->source[key] == SETTING_FROM_FLAG) {
		buf_say(&all, "%.*s %.*s", SPAN_ARG(settings_get(s, key)), SPAN_ARG(value));
		if (!buf_ok(&all))
			return fault_limit(f, FAULT_LIMIT, settings_get(s, key).n + 1 + value.n, sizeof list);
		value = buf_span(&all);
	}
	buf_say(&origin, "--%.*s", SPAN_ARG(c->name));
	return settings_set(s, key, value, SETTING_FROM_FLAG, buf_span(&origin), f);
}

static bool take_option(struct options *o, struct cursor *c, enum option which, struct fault *f)
{
	o->given[which]++;
	if (options_table[which].value != NULL)
		return take_value(c, &o->value[which], f);
	if (c->has_inlined)
		return usage(f, "--", c->name, " takes no value");
	return true;
}

static bool take_long(struct options *o, struct settings *s, unsigned command, struct cursor *c, struct fault *f)
{
	struct span text = span_from(span_z(c->argv[c->at]), 2);
	enum setting key;
	enum option which;
	const struct secret_flag *secret;
	size_t equals;

	c->has_inlined = span_find_byte(text, '=', &equals);
	c->name = c->has_inlined ? span_first(text, equals) : text;
	c->inlined = span_from(text, c->has_inlined ? equals + 1 : text.n);
	secret = secret_flag(c->name);
	if (secret != NULL)
		return refuse_secret(c, secret, f);
	if (find_option(c->name, command, &which))
		return take_option(o, c, which, f);
	if (find_option(c->name, COMMAND_ALL, &which))
		return usage(f, "--", c->name, " is not an option of this command");
	if (settings_find(c->name, &key))
		return take_setting(c, s, key, f);
	return unknown("--", c->name, command, f);
}

/* The letters of settings: as curl, ssh and monitoring plugins have them. */
static const struct setting_letter {
	char letter;
	enum setting key;
	const char *value; /* NULL: the argument's */
	const char *origin;
} setting_letters[] = {
	{ '4', SETTING_ADDRESS_FAMILY, "ipv4", "--address-family" },
	{ '6', SETTING_ADDRESS_FAMILY, "ipv6", "--address-family" },
	{ 't', SETTING_TIMEOUT, NULL, "--timeout" },
};

static const struct setting_letter *setting_letter(char letter)
{
	for (size_t i = 0; i < COUNT(setting_letters); i++)
		if (setting_letters[i].letter == letter)
			return &setting_letters[i];
	return NULL;
}

static bool take_setting_letter(struct cursor *c, struct settings *s, const struct setting_letter *l, struct fault *f)
{
	struct span value = l->value != NULL ? span_z(l->value) : SPAN_NONE;

	if (l->value == NULL && !take_value(c, &value, f))
		return false;
	return settings_set(s, l->key, value, SETTING_FROM_FLAG, span_z(l->origin), f);
}

/* "-vj4", "-j 4" */
static bool take_letters(struct options *o, struct settings *s, unsigned command, struct cursor *c, struct fault *f)
{
	struct span letters = span_from(span_z(c->argv[c->at]), 1);

	while (letters.n != 0) {
		const struct setting_letter *setting = setting_letter((char)letters.p[0]);
		enum option which = OPTION__COUNT;
		bool valued;

		for (int i = 0; i < OPTION__COUNT; i++)
			if (options_table[i].letter == (char)letters.p[0] && (options_table[i].commands & command) != 0)
				which = (enum option)i;
		if (which == OPTION__COUNT && setting == NULL)
			return unknown("-", span_first(letters, 1), command, f);
		valued = which != OPTION__COUNT ? options_table[which].value != NULL : setting->value == NULL;
		letters = span_from(letters, 1);
		c->has_inlined = letters.n != 0 && valued;
		c->inlined = letters;
		if (which != OPTION__COUNT ? !take_option(o, c, which, f) : !take_setting_letter(c, s, setting, f))
			return false;
		if (c->has_inlined)
			return true;
	}
	return true;
}

/* Does this option take the next argument as its value? */
static bool takes_next(struct span text)
{
	enum setting key;
	enum option which;
	size_t equals;

	if (!span_starts(text, SPAN("--"))) {
		const struct setting_letter *setting = setting_letter((char)text.p[text.n - 1]);

		for (int i = 0; i < OPTION__COUNT; i++)
			if (options_table[i].letter == (char)text.p[text.n - 1])
				return options_table[i].value != NULL;
		return setting != NULL && setting->value == NULL;
	}
	text = span_from(text, 2);
	if (span_find_byte(text, '=', &equals))
		return false;
	if (find_option(text, COMMAND_ALL, &which))
		return options_table[which].value != NULL;
	return secret_flag(text) != NULL || settings_find(text, &key);
}

int options_command(int argc, char **argv)
{
	for (int at = 1; at < argc; at++) {
		struct span text = span_z(argv[at]);

		if (text.n < 2 || text.p[0] != '-' || span_eq(text, SPAN("--")))
			return at;
		if (takes_next(text))
			at++;
	}
	return 0;
}

struct span options_format(int argc, char **argv)
{
	struct span found = { NULL, 0 };

	for (int at = 1; at < argc && !span_eq(span_z(argv[at]), SPAN("--")); at++) {
		if (span_starts(span_z(argv[at]), SPAN("--format=")))
			found = span_from(span_z(argv[at]), sizeof "--format=" - 1);
		else if (span_eq(span_z(argv[at]), SPAN("--format")) && at + 1 < argc)
			found = span_z(argv[++at]);
	}
	return found;
}

bool options_read(struct options *o, struct settings *s, unsigned command, int argc, char **argv, struct fault *f)
{
	struct cursor c = { .argc = argc, .argv = argv };
	bool ended = false;

	memset(o, 0, offsetof(struct options, argument)); /* a page that is not touched costs nothing */
	o->arguments = 0;
	for (; c.at < argc; c.at++) {
		struct span text = span_z(argv[c.at]);
		bool line = command == COMMAND_EXPLAIN && text.n > 2; /* "-ERR Authentication failure" */
		bool good = true;

		if (!ended && span_eq(text, SPAN("--"))) {
			ended = true;
		} else if (!ended && span_starts(text, SPAN("--"))) {
			good = take_long(o, s, command, &c, f);
		} else if (!ended && text.n > 1 && text.p[0] == '-' && !line) {
			good = take_letters(o, s, command, &c, f);
		} else if (o->arguments == OPTIONS_ARGUMENTS_MAX) {
			good = usage(f, "too many arguments at ", text, ": put mailboxes into a file for --mailboxes");
		} else {
			o->argument[o->arguments++] = text;
		}
		if (!good)
			return false;
	}
	return true;
}
