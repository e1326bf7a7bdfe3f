#include <unistd.h>

#include "cli/files.h"
#include "cli/help.h"
#include "cli/app.h"
#include "show/causes.h"

/* The same line comes a hundred times in a log. */
enum { EXPLAIN_FOUND_MAX = 64, EXPLAIN_EXIT_NOTHING = 1 };

/* What was explained already, by what it means. */
struct seen {
	const char *meaning[EXPLAIN_FOUND_MAX];
	uint64_t aadsts[EXPLAIN_FOUND_MAX];
	size_t n;
};

static bool is_new(struct seen *seen, const struct explain_found *found)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->meaning[i] == found->meaning && seen->aadsts[i] == found->aadsts)
			return false;
	if (seen->n == EXPLAIN_FOUND_MAX)
		return false;
	seen->meaning[seen->n] = found->meaning;
	seen->aadsts[seen->n++] = found->aadsts;
	return true;
}

/* The text: the arguments with blanks between, or the standard input. */
static bool read_text(struct app *app, struct buf *text, struct fault *f)
{
	const struct options *o = &app->options;

	if (o->arguments == 0 && isatty(STDIN_FILENO) == 1)
		return fault_set(f, FAULT_USAGE, 0,
		                 SPAN("nothing to explain: give a code or a text (o2pop explain "
		                      "AADSTS7000215), or - to read a log from the standard input"));
	if (o->arguments == 0 || (o->arguments == 1 && span_eq(o->argument[0], SPAN("-"))))
		return files_read(SPAN("-"), FILES_PUBLIC, text, f);
	for (size_t i = 0; i < o->arguments; i++) {
		buf_put(text, i == 0 ? SPAN("") : SPAN(" "));
		buf_put(text, o->argument[i]);
	}
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

	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
		if (span_starts_nocase(text, before[i]))
			text = span_trim(span_from(text, before[i].n));
	return span_u64(text, UINT32_MAX, status) && help_exit(*status).n != 0;
}

/* A text that is nothing but one of our own words. */
static bool own_word(struct app *app, struct page *page, struct span text)
{
	uint64_t status;
	enum step step;

	if (is_exit(text, &status))
		causes_exit(page, (unsigned)status, help_exit(status));
	else if (step_find(text, &step))
		causes_step(page, step);
	else if (explain_cause(text, &app->explanation))
		causes_cause(page, &app->explanation);
	else
		return false;
	return true;
}

/* The ids of causes in a report in JSON, behind what else is known of it. */
static bool own_ids(struct app *app, struct page *page, struct span text, bool first)
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
		if (!first || n > 1)
			page_end(page);
		causes_cause(page, &app->explanation);
	}
	return n != 0;
}

int cmd_explain(struct app *app)
{
	struct buf text = BUF(app->input), out = BUF(app->text);
	struct page page = app_page(app, &out, OUTPUT_RESULT);
	struct seen seen = { .n = 0 };
	struct explain_found found;
	struct fault f = { 0 };
	bool known = false;
	struct span all;
	size_t at = 0;

	if (!read_text(app, &text, &f))
		return app_refuse(app, &f);
	all = span_trim(buf_span(&text));
	while (explain_text(buf_span(&text), &at, &found, &app->explanation)) {
		if (!is_new(&seen, &found))
			continue;
		if (seen.n > 1)
			page_end(&page);
		causes_found(&page, &found, &app->explanation);
		known = known || found.meaning[0] != '\0';
	}
	known = own_ids(app, &page, all, seen.n == 0) || known;
	if (seen.n == 0 && !known) {
		known = own_word(app, &page, all);
		if (!known)
			causes_nothing(&page, span_first(all, 200));
	}
	return app_print(&out, known ? EXIT_STATUS_OK : EXPLAIN_EXIT_NOTHING);
}
