#include "cli/options.h"
#include "t.h"

/* A command line in memory of its own, because a refused secret is overwritten there. */
struct line {
	char text[16][80];
	char *argv[17];
	int argc;
	struct options options;
	struct settings settings;
	struct fault fault;
};
static struct line line;

static void split(const char *words)
{
	struct span rest = span_z(words);

	memset(&line, 0, sizeof line);
	settings_init(&line.settings);
	while (rest.n != 0 && line.argc < 16) {
		struct span word = span_cut(rest, ' ', &rest);

		memcpy(line.text[line.argc], word.p, word.n);
		line.argv[line.argc] = line.text[line.argc];
		line.argc++;
	}
}

static bool read_line(unsigned command, const char *words)
{
	split(words);
	return options_read(&line.options, &line.settings, command, line.argc, line.argv, &line.fault);
}

static struct span said(void)
{
	return fault_evidence(&line.fault);
}

TEST(options_long_and_short)
{
	OK(read_line(COMMAND_CHECK, "a@b --jobs 3 -vq --format=json c@d -cfile --profile p"));
	EQ(line.options.arguments, 2);
	EQ(line.options.argument[1], SPAN("c@d"));
	EQ(line.options.value[OPTION_JOBS], SPAN("3"));
	EQ(line.options.given[OPTION_VERBOSE], 1);
	EQ(line.options.given[OPTION_QUIET], 1);
	EQ(line.options.value[OPTION_FORMAT], SPAN("json"));
	EQ(line.options.value[OPTION_CONFIG], SPAN("file"));
	EQ(line.options.value[OPTION_PROFILE], SPAN("p"));
	OK(read_line(COMMAND_CHECK, "-vj4 -vv"));
	EQ(line.options.value[OPTION_JOBS], SPAN("4"));
	EQ(line.options.given[OPTION_VERBOSE], 3);
}

TEST(options_end_and_dash)
{
	OK(read_line(COMMAND_CHECK, "- -- --jobs -v"));
	EQ(line.options.arguments, 3);
	EQ(line.options.argument[0], SPAN("-"));
	EQ(line.options.argument[1], SPAN("--jobs"));
	EQ(line.options.given[OPTION_JOBS], 0);
}

TEST(options_settings_have_flags)
{
	for (int i = 0; i < SETTING__COUNT; i++) {
		char words[80] = "--";
		struct buf b = { (unsigned char *)words, sizeof words - 1, 2, false };

		if (settings_kind((enum setting)i) == SETTING_KIND_SECRET)
			continue;
		t_at("%s", settings_key((enum setting)i));
		for (const char *c = settings_key((enum setting)i); *c != '\0'; c++)
			buf_byte(&b, *c == '_' ? '-' : (unsigned char)*c);
		buf_z(&b, "=x=y");
		words[b.n] = '\0';
		OK(read_line(COMMAND_CHECK, words));
		EQ(settings_get(&line.settings, (enum setting)i), SPAN("x=y"));
		EQ(line.settings.source[i], SETTING_FROM_FLAG);
		EQ(line.settings.origin[i], span_first(span_z(words), b.n - 4));
	}
}

TEST(options_mistakes)
{
	static const struct {
		unsigned command;
		const char *words, *said;
	} rows[] = {
		{ COMMAND_CHECK, "--clinet-id x", "unknown option --clinet-id; did you mean --client-id?" },
		{ COMMAND_CHECK, "--fromat=json", "unknown option --fromat; did you mean --format?" },
		{ COMMAND_CHECK, "--bogus", "unknown option --bogus" },
		{ COMMAND_CHECK, "--xy", "unknown option --xy" },
		{ COMMAND_DECODE, "--jbos 3", "unknown option --jbos" },
		{ COMMAND_CHECK, "--jbos 3", "unknown option --jbos; did you mean --jobs?" },
		{ COMMAND_CHECK, "--jobs", "--jobs needs a value" },
		{ COMMAND_CHECK, "--tenant-id", "--tenant-id needs a value" },
		{ COMMAND_CHECK, "-j", "-j needs a value" },
		{ COMMAND_CHECK, "-x", "unknown option -x" },
		{ COMMAND_CHECK, "-vx", "unknown option -x" },
		{ COMMAND_CHECK, "--quiet=1", "--quiet takes no value" },
		{ COMMAND_CONFIG, "--quiet", "--quiet is not an option of this command" },
		{ COMMAND_CONFIG, "-j3", "unknown option -j" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i].words);
		OK(!read_line(rows[i].command, rows[i].words));
		EQ(line.fault.code, FAULT_USAGE);
		EQ(said(), span_z(rows[i].said));
	}
}

/* The value is gone from argv, and nothing that is said holds it. */
TEST(options_refuse_secrets)
{
	static const char *const rows[] = { "--client-secret S3cret", "--client-secret=S3cret",
		                            "--CLIENT_SECRET S3cret", "--password S3cret",
		                            "--token=S3cret",         "--access-token S3cret",
		                            "a@b -v --secret S3cret" };
	size_t at;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i]);
		OK(!read_line(COMMAND_CHECK, rows[i]));
		EQ(line.fault.code, FAULT_USAGE);
		OK(!span_find(said(), SPAN("S3cret"), &at));
		OK(span_find(said(), SPAN("-file"), &at));
		OK(!span_find((struct span){ (unsigned char *)line.text, sizeof line.text }, SPAN("S3cret"), &at));
	}
	OK(!read_line(COMMAND_CHECK, "--client-secret"));
}

TEST(options_lines_for_explain)
{
	OK(read_line(COMMAND_EXPLAIN, "-ERR no -NO"));
	EQ(line.options.arguments, 3);
	OK(read_line(COMMAND_EXPLAIN, "-h"));
	EQ(line.options.given[OPTION_HELP], 1);
	OK(!read_line(COMMAND_EXPLAIN, "--ERR"));
}

TEST(options_too_many_arguments)
{
	static char *argv[OPTIONS_ARGUMENTS_MAX + 1];
	struct fault f = { 0 };

	for (size_t i = 0; i < COUNT(argv); i++)
		argv[i] = line.text[0];
	strcpy(line.text[0], "a@b");
	OK(options_read(&line.options, &line.settings, COMMAND_CHECK, OPTIONS_ARGUMENTS_MAX, argv, &f));
	EQ(line.options.arguments, OPTIONS_ARGUMENTS_MAX);
	OK(!options_read(&line.options, &line.settings, COMMAND_CHECK, OPTIONS_ARGUMENTS_MAX + 1, argv, &f));
}

TEST(options_find_the_command)
{
	static const struct {
		const char *words;
		int at;
	} rows[] = {
		{ "o2pop", 0 },
		{ "o2pop check", 1 },
		{ "o2pop -v check", 2 },
		{ "o2pop -c f check", 3 },
		{ "o2pop -cf check", 2 },
		{ "o2pop --config f check", 3 },
		{ "o2pop --config=f check", 2 },
		{ "o2pop --tenant-id t check", 3 },
		{ "o2pop --pem check", 2 },
		{ "o2pop -vj 3 check", 3 },
		{ "o2pop --client-secret s check", 3 },
		{ "o2pop --token=s check", 2 },
		{ "o2pop --help", 0 },
		{ "o2pop --nonsense check", 2 },
		{ "o2pop -c", 0 },
		{ "o2pop - check", 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("%s", rows[i].words);
		split(rows[i].words);
		EQ(options_command(line.argc, line.argv), rows[i].at);
	}
}

TEST(options_table_is_complete)
{
	for (int i = 0; i < OPTION__COUNT; i++) {
		const struct option_row *o = &options_table[i];
		enum setting key;

		t_at("option %d", i);
		OK(o->name != NULL && o->name[0] != '\0');
		OK(o->help != NULL && o->help[0] != '\0');
		OK(o->commands != 0);
		/* A name means one thing; a letter, too. */
		OK(!settings_find(span_z(o->name), &key));
		for (int k = 0; k < i; k++) {
			OK(strcmp(o->name, options_table[k].name) != 0);
			OK(o->letter == 0 || o->letter != options_table[k].letter);
		}
	}
}
