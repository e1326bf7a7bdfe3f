#include <unistd.h>

#include "cli/files.h"
#include "cli/help.h"
#include "cli/app.h"
#include "show/causes.h"

/* The same line comes a hundred times in a log. */
enum { EXPLAIN_FOUND_MAX = 64, EXPLAIN_EXIT_NOTHING = 1 };

/* What was explained already, by what it means. */
struct seen {
	unsigned known[EXPLAIN_FOUND_MAX];
	uint64_t aadsts[EXPLAIN_FOUND_MAX];
	size_t n;
};

static bool is_new(struct seen *seen, const struct explain_found *found)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->known[i] == found->known && seen->aadsts[i] == found->aadsts)
			return false;
	if (seen->n == EXPLAIN_FOUND_MAX)
		return false;
	seen->known[seen->n] = found->known;
	seen->aadsts[seen->n++] = found->aadsts;
	return true;
}

/* The text: the arguments with blanks between, or the standard input. */
static bool read_text(struct app *app, struct buf *text, struct fault *f)
{
	const struct options *o = &app->options;

	if (o->arguments == 0 && isatty(STDIN_FILENO) == 1)
		return fault_set(f, FAULT_USAGE, 0,
		                 SPAN("nothing to explain: give a code or a text (o2pop explain AADSTS7000215), or - "
		                      "to read a log from the standard input"));
	if (o->arguments == 0 || (o->arguments == 1 && span_eq(o->argument[0], SPAN("-"))))
		return files_read(SPAN("-"), FILES_PUBLIC, text, f);
	for (size_t i = 0; i < o->arguments; i++)
		buf_say(text, "%s%.*s", i == 0 ? "" : " ", SPAN_ARG(o->argument[i]));
	return buf_ok(text) || fault_limit(f, FAULT_LIMIT, text->n, text->cap);
}

/* "8", "exit 8", "exit status 8" */
static bool is_exit(struct span text, uint64_t *status)
{
	static const struct span before[] = {
		SPAN_INIT("exit"),
		SPAN_INIT("status"),
		SPAN_INIT("code"),
	};

	for (size_t i = 0; i < COUNT(before); i++)
		if (span_starts_nocase(text, before[i]))
			text = span_trim(span_from(text, before[i].n));
	return span_u64(text, UINT32_MAX, status) && help_exit(*status).n != 0;
}

/* What is found goes to a page for people, or into the array of an object. */
struct result {
	struct page page;
	struct json_write json;
	bool as_json;
	size_t n;
};

/* One thing that was found; `causes` is NULL for what has none. False: it is for people, who get more words. */
static bool put_json(struct result *o, struct span what, struct span meaning, uint64_t aadsts,
                     const struct explanation *causes)
{
	o->n++;
	if (!o->as_json)
		return false;
	json_write_open(&o->json, NULL, '{');
	json_write_text(&o->json, "what", what);
	json_write_some(&o->json, "meaning", meaning);
	if (aadsts != 0)
		json_write_i64(&o->json, "aadsts", (int64_t)aadsts);
	else
		json_write_null(&o->json, "aadsts");
	if (causes != NULL) {
		json_report_causes(&o->json, causes);
	} else {
		json_write_open(&o->json, "causes", '[');
		json_write_close(&o->json, ']');
	}
	json_write_close(&o->json, '}');
	return true;
}

static void put_cause(struct result *o, const struct explanation *e)
{
	if (!put_json(o, span_z(e->cause[0].id), SPAN("a cause that o2pop's reports name"), 0, e))
		causes_cause(&o->page, e);
}

/* A text that is nothing but one of our own words. */
static bool own_word(struct app *app, struct result *o, struct span text)
{
	uint64_t status;
	enum step step;

	if (is_exit(text, &status)) {
		if (!put_json(o, text, help_exit(status), 0, NULL))
			causes_exit(&o->page, (unsigned)status, help_exit(status));
	} else if (step_find(text, &step)) {
		if (!put_json(o, text, span_z(step_table[step].proves), 0, NULL))
			causes_step(&o->page, step);
	} else if (explain_cause(text, &app->explanation)) {
		put_cause(o, &app->explanation);
	} else {
		return false;
	}
	return true;
}

/* The ids of causes in a report in JSON, behind what else is known of it. */
static bool own_ids(struct app *app, struct result *o, struct span text)
{
	const char *seen[EXPLAIN_FOUND_MAX];
	struct span key = SPAN("\"id\":\"");
	size_t at, n = 0;

	while (span_find(text, key, &at) && n < EXPLAIN_FOUND_MAX) {
		struct span id = span_cut(span_from(text, at + key.n), '"', &text);
		size_t i = 0;

		if (!explain_cause(id, &app->explanation))
			continue;
		while (i < n && seen[i] != app->explanation.cause[0].id)
			i++;
		if (i < n)
			continue;
		seen[n++] = app->explanation.cause[0].id;
		if (o->n != 0)
			page_end(&o->page);
		put_cause(o, &app->explanation);
	}
	return n != 0;
}

/* True when at least one thing is known. */
static bool explain_all(struct app *app, struct result *o, struct span text)
{
	struct seen seen = { .n = 0 };
	struct explain_found found;
	bool known = false;
	size_t at = 0;

	while (explain_text(text, &at, &found, &app->explanation)) {
		if (!is_new(&seen, &found))
			continue;
		if (seen.n > 1)
			page_end(&o->page);
		if (!put_json(o, found.what, span_z(found.meaning), found.aadsts, &app->explanation))
			causes_found(&o->page, &found, &app->explanation);
		known = known || found.meaning[0] != '\0';
	}
	text = span_trim(text);
	known = own_ids(app, o, text) || known;
	return o->n != 0 ? known : own_word(app, o, text);
}

int cmd_explain(struct app *app)
{
	struct buf text = BUF(app->input), out = BUF(app->text);
	struct result o = { .page = app_page(app, &out, OUTPUT_RESULT), .json = { .out = &out } };
	int status = EXIT_STATUS_SETTINGS;
	struct fault f = { 0 };
	bool known;

	if (!app_format_json(app, &o.as_json, &status))
		return status;
	if (!read_text(app, &text, &f))
		return app_refuse(app, &f);
	if (o.as_json) {
		json_write_open(&o.json, NULL, '{');
		json_write_z(&o.json, "schema", "o2pop.explain/1");
		json_write_open(&o.json, "found", '[');
	}
	known = explain_all(app, &o, buf_span(&text));
	if (o.as_json) {
		json_write_close(&o.json, ']');
		json_write_close(&o.json, '}');
		buf_byte(&out, '\n');
	} else if (o.n == 0) {
		causes_nothing(&o.page, span_first(span_trim(buf_span(&text)), 200));
	}
	return app_print(&out, known ? EXIT_STATUS_OK : EXPLAIN_EXIT_NOTHING);
}
