#include "cli/help.h"
#include "conf/resolve.h"
#include "show/setup.h"

enum shell { SHELL_BASH, SHELL_ZSH, SHELL_FISH, SHELL__COUNT };
static const char *const shell_name[SHELL__COUNT] = { "bash", "zsh", "fish" };

/* What can stand behind an option. */
enum value { VALUE_NONE, VALUE_FREE, VALUE_FILE, VALUE_PROFILE, VALUE_WORDS };

/* ---- what the tables say ------------------------------------------------------------------------- */

static void put_flag(struct buf *out, enum setting key)
{
	for (const char *c = settings_key(key); *c != '\0'; c++)
		buf_byte(out, *c == '_' ? '-' : (unsigned char)*c);
}

static enum value setting_value(enum setting key)
{
	if (resolve_choice(key, 0) != NULL)
		return VALUE_WORDS;
	return settings_kind(key) == SETTING_KIND_PATH ? VALUE_FILE : VALUE_FREE;
}

static void put_setting_words(struct buf *out, enum setting key)
{
	const char *word;

	for (size_t i = 0; (word = resolve_choice(key, i)) != NULL; i++)
		buf_say(out, " %s", word);
}

static enum value option_value(enum option which)
{
	const char *value = options_table[which].value;

	if (which == OPTION_PROFILE)
		return VALUE_PROFILE;
	if (which == OPTION_FORMAT || which == OPTION_STOP_AFTER || which == OPTION_CLIENT)
		return VALUE_WORDS;
	if (value == NULL)
		return VALUE_NONE;
	return span_eq(span_z(value), SPAN("FILE")) ? VALUE_FILE : VALUE_FREE;
}

/* Those of --format differ from command to command. */
static void put_option_words(struct buf *out, enum option which, const struct command *c)
{
	if (which == OPTION_FORMAT)
		buf_say(out, " %s", c->formats);
	for (int i = 0; which == OPTION_STOP_AFTER && i < STEP__COUNT; i++)
		buf_say(out, " %s", step_table[i].id);
	for (int i = 0; which == OPTION_CLIENT && i < SETUP_CLIENT__COUNT; i++)
		buf_say(out, " %s", setup_client_name((enum setup_client)i));
}

static void put_shells(struct buf *out)
{
	for (int i = 0; i < SHELL__COUNT; i++)
		buf_say(out, " %s", shell_name[i]);
}

static void put_commands(struct buf *out, const struct command *commands, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_say(out, " %s", commands[i].name);
}

/* ---- bash and zsh: the same functions, which print the words that fit, a line each ---------------- */

static void put_value(struct buf *out, enum value value)
{
	buf_z(out, value == VALUE_FILE      ? ") echo FILES"
	           : value == VALUE_PROFILE ? ") echo PROFILES"
	           : value == VALUE_WORDS   ? ") printf '%s\\n'"
	                                    : ") ");
}

/* _o2pop_value OPTION COMMAND: what can stand behind the option; 1 when it takes no value. */
static void put_values(struct buf *out, const struct command *commands, size_t n)
{
	buf_z(out, "_o2pop_value() {\n\tcase $1 in\n\t--format) case $2 in\n");
	for (size_t i = 0; i < n; i++)
		if (commands[i].formats != NULL)
			buf_say(out, "\t\t%s) printf '%%s\\n' %s ;;\n", commands[i].name, commands[i].formats);
	buf_z(out, "\t\tesac ;;\n");
	for (int i = 0; i < OPTION__COUNT; i++) {
		enum value value = option_value((enum option)i);

		if (value == VALUE_NONE || i == OPTION_FORMAT)
			continue;
		buf_z(out, "\t");
		if (options_table[i].letter != 0)
			buf_say(out, "-%c|", options_table[i].letter);
		buf_say(out, "--%s", options_table[i].name);
		put_value(out, value);
		put_option_words(out, (enum option)i, NULL);
		buf_z(out, " ;;\n");
	}
	for (int i = 0; i < SETTING__COUNT; i++) {
		if (settings_kind((enum setting)i) == SETTING_KIND_SECRET)
			continue;
		buf_z(out, "\t--");
		put_flag(out, (enum setting)i);
		put_value(out, setting_value((enum setting)i));
		put_setting_words(out, (enum setting)i);
		buf_z(out, " ;;\n");
	}
	buf_z(out, "\t*) return 1 ;;\n\tesac\n}\n");
}

/* _o2pop_options COMMAND */
static void put_options(struct buf *out, const struct command *commands, size_t n)
{
	buf_z(out, "_o2pop_options() {\n\tcase $1 in\n");
	for (size_t i = 0; i < n; i++) {
		buf_say(out, "\t%s) printf '%%s\\n'", commands[i].name);
		for (int o = 0; o < OPTION__COUNT; o++)
			if ((options_table[o].commands & commands[i].bit) != 0)
				buf_say(out, " --%s", options_table[o].name);
		buf_say(out, "%s ;;\n", commands[i].settings ? "; _o2pop_settings" : "");
	}
	buf_z(out, "\t*) printf '%s\\n' --help --version ;;\n\tesac\n}\n_o2pop_settings() {\n\tprintf '%s\\n'");
	for (int i = 0; i < SETTING__COUNT; i++) {
		if (settings_kind((enum setting)i) == SETTING_KIND_SECRET)
			continue;
		buf_z(out, " --");
		put_flag(out, (enum setting)i);
	}
	buf_z(out, "\n}\n");
}

/* _o2pop_words WORD BEFORE WORDS...: what fits at the cursor, which is in WORD and behind WORDS. */
static const char words_function[] =
	"_o2pop_words() {\n"
	"\tlocal word=$1 before=$2 command= file= last= given kind\n"
	"\tshift 2\n"
	"\tfor given; do\n"
	"\t\tcase $given in\n"
	"\t\t=) continue ;;\n"
	"\t\t--config=*) file=${given#*=} ;;\n"
	"\t\tesac\n"
	"\t\tcase $last in\n"
	"\t\t-c|--config) file=$given ;;\n"
	"\t\t*) [ -n \"$command\" ] || _o2pop_value \"$last\" >/dev/null || case \" $_o2pop_commands help \" in\n"
	"\t\t\t*\" $given \"*) command=$given ;;\n"
	"\t\t\tesac ;;\n"
	"\t\tesac\n"
	"\t\tlast=$given\n"
	"\tdone\n"
	"\tif kind=$(_o2pop_value \"$before\" \"$command\"); then\n"
	"\t\t[ \"$kind\" = PROFILES ] || { echo \"$kind\"; return; }\n"
	"\t\t[ -n \"$file\" ] || file=${O2POP_CONFIG:-${XDG_CONFIG_HOME:-$HOME/.config}/o2pop/o2pop.conf}\n"
	"\t\tcase $file in \"~/\"*) file=$HOME/${file#\"~/\"} ;; esac\n"
	"\t\tsed -n 's/^[[:space:]]*\\[\\([^]]*\\)\\].*/\\1/p' \"$file\" 2>/dev/null\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tcase $word in -*) _o2pop_options \"$command\"; return ;; esac\n"
	"\tcase $command in\n"
	"\t''|help) printf '%s\\n' $(echo $_o2pop_commands) ;;\n"
	"\tcompletion) printf '%s\\n' $(echo $_o2pop_shells) ;;\n"
	"\tdecode) echo FILES ;;\n"
	"\tesac\n"
	"}\n";

static const char bash_function[] =
	"_o2pop() {\n"
	"\tlocal IFS=$' \\t\\n' word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} found\n"
	"\t[ \"$word\" != = ] || word=\n"
	"\t[ \"$before\" != = ] || before=${COMP_WORDS[COMP_CWORD-2]}\n"
	"\tfound=$(_o2pop_words \"$word\" \"$before\" \"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n"
	"\tIFS=$'\\n'\n"
	"\tif [ \"$found\" = FILES ]; then\n"
	"\t\tcompopt -o filenames\n"
	"\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n"
	"\telse\n"
	"\t\tCOMPREPLY=($(compgen -W \"$found\" -- \"$word\"))\n"
	"\tfi\n"
	"}\n"
	"complete -F _o2pop o2pop\n";

static const char zsh_function[] =
	"_o2pop() {\n"
	"\tlocal before=${words[CURRENT-1]}\n"
	"\tlocal -a found\n"
	"\tif compset -P '--*='; then before=${IPREFIX%=}; fi\n"
	"\tfound=(\"${(@f)$(_o2pop_words \"$PREFIX\" \"$before\" \"${(@)words[2,CURRENT-1]}\")}\")\n"
	"\tif [[ $found[1] == FILES ]]; then _files; else compadd -- ${found:#}; fi\n"
	"}\n"
	"if [[ $funcstack[1] == _o2pop ]]; then _o2pop \"$@\"; else compdef _o2pop o2pop; fi\n";

static void put_posix(struct buf *out, enum shell shell, const struct command *commands, size_t n)
{
	put_values(out, commands, n);
	put_options(out, commands, n);
	buf_z(out, "_o2pop_commands='");
	put_commands(out, commands, n);
	buf_z(out, "'\n_o2pop_shells='");
	put_shells(out);
	buf_z(out, "'\n");
	buf_z(out, words_function);
	buf_z(out, shell == SHELL_BASH ? bash_function : zsh_function);
}

/* ---- fish: a line an option ---------------------------------------------------------------------- */

static const char fish_functions[] =
	"function __o2pop_profiles\n"
	"\tset -l file $O2POP_CONFIG ~/.config/o2pop/o2pop.conf\n"
	"\tset -l last\n"
	"\tfor word in (commandline -opc)\n"
	"\t\tif contains -- \"$last\" -c --config\n\t\t\tset file $word\n\t\tend\n"
	"\t\tif string match -q -- '--config=*' $word\n\t\t\tset file (string sub -s 10 -- $word)\n\t\tend\n"
	"\t\tset last $word\n"
	"\tend\n"
	"\tsed -n 's/^[[:space:]]*\\[\\([^]]*\\)\\].*/\\1/p' "
	"(string replace -r '^~/' \"$HOME/\" -- $file[1]) "
	"2>/dev/null\n"
	"end\n"
	"complete -c o2pop -f\n";

static void put_quoted(struct buf *out, struct span text)
{
	buf_byte(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'' || text.p[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, text.p[i]);
	}
	buf_byte(out, '\'');
}

static void put_fish_value(struct buf *out, enum value value)
{
	static const char *const takes[] = {
		[VALUE_NONE] = "",          [VALUE_FREE] = " -x",
		[VALUE_FILE] = " -r -F",    [VALUE_PROFILE] = " -x -a '(__o2pop_profiles)",
		[VALUE_WORDS] = " -x -a '",
	};

	buf_z(out, takes[value]);
}

static void put_fish_option(struct buf *out, enum option which, const struct command *c)
{
	const struct option_row *o = &options_table[which];
	enum value value = option_value(which);

	buf_say(out, "complete -c o2pop -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name);
	if (o->letter != 0)
		buf_say(out, " -s %c", o->letter);
	put_fish_value(out, value);
	put_option_words(out, which, c);
	buf_z(out, value == VALUE_WORDS || value == VALUE_PROFILE ? "' -d " : " -d ");
	put_quoted(out, span_z(o->help));
	buf_z(out, "\n");
}

static void put_fish_setting(struct buf *out, enum setting key)
{
	buf_z(out, "complete -c o2pop -n \"__fish_seen_subcommand_from $with\" -l ");
	put_flag(out, key);
	put_fish_value(out, setting_value(key));
	put_setting_words(out, key);
	buf_z(out, setting_value(key) == VALUE_WORDS ? "' -d " : " -d ");
	put_quoted(out, span_z(settings_help(key)));
	buf_z(out, "\n");
}

static void put_fish(struct buf *out, const struct command *commands, size_t n)
{
	buf_z(out, fish_functions);
	buf_z(out, "complete -c o2pop -n '__fish_seen_subcommand_from completion' -a '");
	put_shells(out);
	buf_z(out, "'\ncomplete -c o2pop -n '__fish_seen_subcommand_from help' -a '");
	put_commands(out, commands, n);
	buf_z(out, "'\ncomplete -c o2pop -n '__fish_seen_subcommand_from decode' -F\n");
	for (size_t i = 0; i < n; i++) {
		buf_say(out, "complete -c o2pop -n __fish_use_subcommand -a %s -d ", commands[i].name);
		put_quoted(out, span_z(commands[i].summary));
		buf_z(out, "\n");
		for (int o = 0; o < OPTION__COUNT; o++)
			if ((options_table[o].commands & commands[i].bit) != 0)
				put_fish_option(out, (enum option)o, &commands[i]);
	}
	buf_z(out, "set -l with");
	for (size_t i = 0; i < n; i++)
		if (commands[i].settings)
			buf_say(out, " %s", commands[i].name);
	buf_z(out, "\n");
	for (int i = 0; i < SETTING__COUNT; i++)
		if (settings_kind((enum setting)i) != SETTING_KIND_SECRET)
			put_fish_setting(out, (enum setting)i);
}

static void put_script(struct buf *out, enum shell shell)
{
	size_t n;
	const struct command *commands = help_commands(&n);

	buf_say(out, "%s# Completion of o2pop's command line, written by: o2pop completion %s\n",
	        shell == SHELL_ZSH ? "#compdef o2pop\n" : "", shell_name[shell]);
	if (shell == SHELL_FISH)
		put_fish(out, commands, n);
	else
		put_posix(out, shell, commands, n);
}

int cmd_completion(struct app *app)
{
	int status = EXIT_STATUS_SETTINGS;
	struct span shell = app->options.arguments != 0 ? app->options.argument[0] : SPAN("");
	struct buf out = BUF(app->text);

	if (!app_arguments(app, 1, &status))
		return status;
	for (int i = 0; i < SHELL__COUNT; i++) {
		if (!span_eq(shell, span_z(shell_name[i])))
			continue;
		put_script(&out, (enum shell)i);
		return app_print(&out, EXIT_STATUS_OK);
	}
	return app_usage(app, "there is no completion for '", shell, "': bash, zsh or fish");
}
