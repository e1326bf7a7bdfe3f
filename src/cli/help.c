#include "cli/help.h"

#include "base/buf.h"
#include "conf/word.h"
#include "net/trust.h"
#include "text/date.h"

/* Where what an option means begins; a longer option stands on a line of its own. */
enum { HELP_TEXT = 28 };

static const struct command commands[] = {
	{ "check", COMMAND_CHECK, cmd_check, "[MAILBOX...]",
	  "Prove that an application can read a mailbox over POP3, or say why not.",
	  "\to2pop check user@example.com\n"
	  "\to2pop check -c job.conf --profile prod user@example.com -v\n"
	  "\to2pop check --mailboxes list.txt -j 4 --format json\n"
	  "\to2pop check --wait 90m user@example.com\n",
	  "Each step of the way is one step: credential, tenant, the identity provider's name, connection, TLS and "
	  "token, the token's claims, the mail server's name, connection, TLS, greeting and capabilities, the login, "
	  "the mailbox. The first step that fails is explained: the cause, who must act, what to type, and what it is "
	  "not. A check leaves no trace: no message is fetched or deleted.\n"
	  "--format is human, json, nagios or openmetrics (for Prometheus). Called as check_o2pop, nagios is the "
	  "default; --warning and --critical take thresholds for what stands in its performance data.",
	  NULL, true, "human json nagios openmetrics", false },
	{ "token", COMMAND_TOKEN, cmd_token, "[MAILBOX]", "Print an access token for another program.",
	  "\to2pop token\n"
	  "\to2pop token --format sasl user@example.com\n"
	  "\to2pop token -c job.conf --min-life 10m\n"
	  "\tcurl --header \"$(o2pop token --format header)\" https://...\n",
	  "--format is raw (the token alone), json (with type and lifetime, as the token endpoint writes it), header "
	  "(Authorization: Bearer ...) or sasl (the login string for the mailbox). A token opens the mailbox for about "
	  "an hour to whoever holds it.\n"
	  "With token_cache a token is served from there until --min-life (5m) is left of it.",
	  NULL, true, "raw json header sasl", false },
	{ "login", COMMAND_LOGIN, cmd_login, "",
	  "Sign a person in with a device code, and keep what is needed for further tokens.",
	  "\to2pop setup --grant device-code\n"
	  "\to2pop login -c job.conf\n"
	  "\to2pop login --client-id ID --tenant-id TENANT --token-cache tokens\n",
	  "An address and a code are shown; the person opens the address on any machine or phone, types the code and "
	  "signs in. The refresh token is kept in token_cache; from then on check and token work without the person "
	  "(grant = device-code).",
	  NULL, true, NULL, false },
	{ "probe", COMMAND_PROBE, cmd_probe, "[HOST[:PORT]]",
	  "Look at a mail server from outside: no account is needed.",
	  "\to2pop probe\n"
	  "\to2pop probe pop.example.com:995 -v\n"
	  "\to2pop probe --compat outlook.office365.com\n"
	  "\to2pop probe --pem >chain.pem\n",
	  "Name, addresses, connection, TLS with the whole chain, greeting and capabilities. Without HOST it is the "
	  "setting pop_host. --format is human or json.",
	  NULL, true, "human json", false },
	{ "setup", COMMAND_SETUP, cmd_setup, "[MAILBOX...]",
	  "Every step of the set-up, in order, filled in with what is known.",
	  "\to2pop setup\n"
	  "\to2pop setup -c job.conf user@example.com\n"
	  "\to2pop setup --grant device-code\n"
	  "\to2pop setup --provider google --grant service-account\n"
	  "\to2pop setup -c job.conf --format powershell >setup.ps1\n"
	  "\to2pop setup -c job.conf --client mpop\n",
	  "Portal, consent, Exchange PowerShell, settings file, token, check. What the settings do not know is named "
	  "in words. --grant prints the way with another grant than the client secret, --provider that of another "
	  "service or cloud; both are listed below. --format is text or powershell. --client prints a working "
	  "configuration for mpop, getmail, fetchmail, msmtp, isync, curl or openssl instead.",
	  NULL, true, "text powershell", false },
	{ "explain", COMMAND_EXPLAIN, cmd_explain, "CODE | TEXT... | -",
	  "What an error code, a server's line or a whole log means; works offline.",
	  "\to2pop explain AADSTS7000215\n"
	  "\to2pop explain '-ERR Protocol error. Connection is closed. 10'\n"
	  "\to2pop explain - <mail.log\n",
	  "Reads a code, a line, an answer in JSON, a transcript, a stack trace or a log of any length, of o2pop or of "
	  "another program: says where it comes from, the likely causes, and which lines it did not understand; and of "
	  "o2pop's own reports fault ids, cause ids, steps (auth) and exit statuses (8). Needs neither settings nor "
	  "network.",
	  "0  a cause was found\n1  nothing was found that explains a failure\n2  the command line, or a file that "
	  "cannot be read",
	  false, "human json", false },
	{ "encode", COMMAND_ENCODE, cmd_encode, "[MAILBOX]",
	  "The login string for a mailbox and a token that is there already.",
	  "\to2pop encode user@example.com --access-token-file token.txt\n"
	  "\to2pop token | o2pop encode user@example.com\n",
	  "Without MAILBOX it is the setting mailbox. The token comes from access_token_file, else from the standard "
	  "input; never from the command line.",
	  "0  printed\n2  the command line, the settings, the mailbox or the token cannot be used", true, NULL, false },
	{ "decode", COMMAND_DECODE, cmd_decode, "[FILE]",
	  "Read a token, an XOAUTH2 string, a challenge or an assertion, and find what is wrong with it.",
	  "\to2pop decode token.txt\n"
	  "\to2pop token | o2pop decode\n"
	  "\techo eyJzdGF0dXMiOiI0MDAifQ== | o2pop decode --format json\n",
	  "Header and claims are shown as readable lines. They are decoded, the signature is not verified. Typical "
	  "mistakes are named together with what to type instead. --format is human or json.",
	  "0  decoded, nothing is wrong with it\n1  something is wrong with it, or it is none of these\n"
	  "2  the command line, or a file that cannot be read",
	  false, "human json", false },
	{ "config", COMMAND_CONFIG, cmd_config, "", "The settings in force and where each came from.",
	  "\to2pop config\n"
	  "\to2pop config -c job.conf --profile prod --format json\n",
	  "A secret is shown as <set, 40 characters>. --format is human or json.",
	  "0  shown\n2  the command line or the settings cannot be used", true, "human json", false },
	{ "selftest", COMMAND_SELFTEST, cmd_selftest, "", "Check that this binary works on this machine.",
	  "\to2pop selftest\n",
	  "Known answers, random numbers, the clock, built-in roots and limits. Needs neither settings nor network.",
	  "0  everything is as it should be\n1  something is not", false, NULL, false },
	{ "completion", COMMAND_COMPLETION, cmd_completion, "bash | zsh | fish",
	  "Print what a shell needs to complete o2pop's command line.",
	  "\tsource <(o2pop completion bash)\n"
	  "\to2pop completion fish >~/.config/fish/completions/o2pop.fish\n",
	  "Commands, options, their choices, files, and the profiles of the settings file. make install puts the three "
	  "scripts where the shells look for them.",
	  "0  printed\n2  the command line", false, NULL, true },
};
enum { COMMANDS = COUNT(commands) };

static const char check_exits[] = "0   everything passed (warnings allowed)\n"
				  "1   o2pop itself: an internal limit, a process that died\n"
				  "2   command line, settings, or the credential step\n"
				  "3   name resolution, connection; deadline\n"
				  "4   TLS\n"
				  "5   the token endpoint refused, or the tenant step\n"
				  "6   the token lacks a permission (claims)\n"
				  "7   not POP3, or the mechanism is not offered\n"
				  "8   the mail server refused the login\n"
				  "9   the mailbox could not be read\n"
				  "10  refused for now: throttled or busy; try again later";

struct span help_exit(uint64_t status)
{
	struct span rest = span_z(check_exits);

	while (rest.n != 0) {
		struct span meaning, number = span_cut(span_cut(rest, '\n', &rest), ' ', &meaning);
		uint64_t n;

		if (span_u64(number, UINT32_MAX, &n) && n == status)
			return span_trim(meaning);
	}
	return (struct span){ NULL, 0 };
}

const struct command *help_commands(size_t *n)
{
	*n = COMMANDS;
	return commands;
}

const struct command *help_find(struct span name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (span_eq(name, span_z(commands[i].name)))
			return &commands[i];
	return NULL;
}

/* What stands left is on the page; its meaning goes to the right of it or below. */
static void meaning(struct page *p, struct span text)
{
	if (p->column > HELP_TEXT - 2)
		page_end(p);
	page_to(p, HELP_TEXT);
	page_row(p, HELP_TEXT, text, SPAN_NONE);
}

/* 0: those that every command knows. */
static void put_options(struct page *p, unsigned command)
{
	page_heading(p, "Options");
	for (int i = 0; i < OPTION__COUNT; i++) {
		const struct option_row *o = &options_table[i];

		if (command != 0 ? (o->commands & command) == 0 : o->commands != COMMAND_ALL)
			continue;
		if (o->letter != 0)
			page_say(p, "  -%c, ", o->letter);
		page_to(p, 6);
		page_say(p, "--%s%s%s", o->name, o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
		meaning(p, span_z(o->help));
	}
}

static void put_settings(struct page *p)
{
	static const char *const value[] = {
		[SETTING_KIND_TEXT] = " TEXT",       [SETTING_KIND_GUID] = " GUID", [SETTING_KIND_PATH] = " FILE",
		[SETTING_KIND_URL] = " URL",         [SETTING_KIND_HOST] = " HOST", [SETTING_KIND_PORT] = " PORT",
		[SETTING_KIND_DURATION] = " TIME",   [SETTING_KIND_DATE] = " DATE", [SETTING_KIND_CHOICE] = " WORD",
		[SETTING_KIND_COMMAND] = " COMMAND",
	};

	page_heading(p, "Settings");
	page_lines(p, 2,
	           SPAN("Each is a flag, a line \"tenant_id = ...\" of the settings file, and a variable "
	                "O2POP_TENANT_ID."));
	for (int i = 0; i < SETTING__COUNT; i++) {
		unsigned char text[300];
		struct buf help = BUF(text);

		if (settings_kind((enum setting)i) == SETTING_KIND_SECRET)
			continue;
		page_to(p, 6);
		page_z(p, "--");
		for (const char *c = settings_key((enum setting)i); *c != '\0'; c++)
			page_say(p, "%c", *c == '_' ? '-' : *c);
		page_z(p, value[settings_kind((enum setting)i)]);
		settings_put_help(&help, (enum setting)i);
		meaning(p, buf_span(&help));
	}
	page_lines(p, 2,
	           SPAN("client_secret itself is read from the file or from O2POP_CLIENT_SECRET, never from the "
	                "command line. On a terminal o2pop asks for it."));
}

static int put_out(enum output_to to, struct buf *out, int status)
{
	return output_put(to, buf_span(out)) ? status : EXIT_STATUS_INTERNAL;
}

int help_command(const struct command *c)
{
	unsigned char scratch[16 * 1024];
	struct buf out = BUF(scratch);
	struct page p = output_page(&out, OUTPUT_RESULT);

	page_say(&p, "Usage: o2pop %s%s%s [OPTION...]", c->name, c->arguments[0] != '\0' ? " " : "", c->arguments);
	page_end(&p);
	page_lines(&p, 0, span_z(c->summary));
	page_heading(&p, "Examples");
	page_typed(&p, 0, span_z(c->examples));
	page_end(&p);
	page_lines(&p, 0, span_z(c->more));
	put_options(&p, c->bit);
	if (c->settings)
		put_settings(&p);
	page_heading(&p, "Exit status");
	page_lines(&p, 2, span_z(c->exits != NULL ? c->exits : check_exits));
	return put_out(OUTPUT_RESULT, &out, EXIT_STATUS_OK);
}

static int help_all(void)
{
	unsigned char scratch[16 * 1024];
	struct buf out = BUF(scratch);
	struct page p = output_page(&out, OUTPUT_RESULT);

	page_lines(&p, 0,
	           SPAN("Usage: o2pop COMMAND [ARGUMENT...] [OPTION...]\n"
	                "Tests OAuth2 access to POP3 mailboxes, step by step, and says what is wrong."));
	page_heading(&p, "Examples");
	page_typed(&p, 0,
	           SPAN("o2pop setup\n"
	                "o2pop check -c job.conf user@example.com\n"
	                "o2pop explain AADSTS7000215\n"));
	page_heading(&p, "Commands");
	for (size_t i = 0; i < COMMANDS; i++) {
		if (commands[i].hidden)
			continue;
		page_to(&p, 2);
		page_toned(&p, PAGE_STRONG, span_z(commands[i].name));
		page_to(&p, 12);
		page_row(&p, 12, span_z(commands[i].summary), SPAN_NONE);
	}
	page_heading(&p, "Settings");
	page_lines(
		&p, 2,
		SPAN("The first that gives a value counts: flags, environment, settings file, the provider's "
	             "profile, the default. The settings file is the one named by -c, else $O2POP_CONFIG, else "
	             "$XDG_CONFIG_HOME/o2pop/o2pop.conf (or ~/.config/o2pop/o2pop.conf), else /etc/o2pop.conf: "
	             "lines \"key = value\", # comments, and sections [NAME] chosen with --profile NAME; a relative "
	             "file name in it means a file beside it. The names of the Azure SDK (AZURE_TENANT_ID, "
	             "AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_AUTHORITY_HOST, AZURE_CLIENT_CERTIFICATE_PATH, "
	             "AZURE_FEDERATED_TOKEN_FILE), of App Service (IDENTITY_ENDPOINT, IDENTITY_HEADER), "
	             "SSL_CERT_FILE, and https_proxy, pop3s_proxy, all_proxy and no_proxy with curl's meaning are also "
	             "read."));
	put_options(&p, 0);
	page_end(&p);
	page_lines(&p, 0, SPAN("o2pop COMMAND --help says more about one command."));
	return put_out(OUTPUT_RESULT, &out, EXIT_STATUS_OK);
}

/* What a beginner needs. */
static int help_short(void)
{
	unsigned char scratch[2048];
	struct buf out = BUF(scratch);
	struct page p = output_page(&out, OUTPUT_DIAGNOSTIC);

	page_lines(&p, 0,
	           SPAN("o2pop tests OAuth2 access to a POP3 mailbox and says what is wrong. Begin with one of:\n\n"
	                "\to2pop setup                     every step of the set-up, in order\n"
	                "\to2pop check user@example.com    try it, step by step\n"
	                "\to2pop explain TEXT              what an error code or message means\n\n"
	                "o2pop --help lists all commands, o2pop COMMAND --help explains one."));
	return put_out(OUTPUT_DIAGNOSTIC, &out, EXIT_STATUS_SETTINGS);
}

int help_version(void)
{
	char scratch[512];
	struct buf out = BUF(scratch);
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < trust_roots_count; i++)
		if (trust_roots[i].not_after < first)
			first = trust_roots[i].not_after;
	buf_say(&out, "o2pop %s\nTLS 1.2 by BearSSL 0.6\n%zu built-in roots; the first of them expires on ",
	        O2POP_VERSION, trust_roots_count);
	date_put_day(&out, first);
	buf_z(&out, "\n");
	return put_out(OUTPUT_RESULT, &out, EXIT_STATUS_OK);
}

static int unknown_command(struct app *app, struct span name)
{
	struct near near = { .given = name };
	char text[WORD_MAX];
	struct buf b = buf_field(text, sizeof text);
	size_t at;

	for (size_t i = 0; i < COMMANDS; i++)
		near_offer(&near, commands[i].name);
	if (span_find_byte(name, '@', &at))
		return app_usage(app, "unknown command '", name, "'; to check a mailbox: o2pop check ADDRESS");
	buf_z(&b, "'");
	word_suggest(&b, WORD_COMMAND, &near);
	return app_usage(app, "unknown command '", name, text);
}

/* "o2pop --verison", "o2pop -k": options and no command. */
static int without_command(struct app *app, struct span given)
{
	struct near near = { .given = span_from(given, span_starts(given, SPAN("--")) ? 2 : 1) };
	char text[WORD_MAX];
	struct buf b = buf_field(text, sizeof text);

	near_offer(&near, "version");
	near_offer(&near, "help");
	word_suggest(&b, WORD_OPTION, &near);
	if (b.n == 0)
		return app_usage(app, "", SPAN("no command given"), "; try check, probe or setup");
	return app_usage(app, "unknown option ", given, text);
}

int help_without_command(struct app *app, int argc, char **argv, int name)
{
	if (argc < 2)
		return help_short();
	if (name != 0 && span_eq(span_z(argv[name]), SPAN("help"))) {
		const struct command *c = name + 1 < argc ? help_find(span_z(argv[name + 1])) : NULL;

		if (c != NULL)
			return help_command(c);
		return name + 1 < argc ? unknown_command(app, span_z(argv[name + 1])) : help_all();
	}
	if (name != 0)
		return unknown_command(app, span_z(argv[name]));
	for (int i = 1; i < argc; i++) {
		struct span word = span_z(argv[i]);

		if (span_eq(word, SPAN("--help")) || span_eq(word, SPAN("-h")))
			return help_all();
		if (span_eq(word, SPAN("--version")) || span_eq(word, SPAN("-V")))
			return help_version();
	}
	return without_command(app, span_z(argv[1]));
}
