#include <unistd.h>

#include "cli/files.h"
#include "cli/work.h"
#include "show/explained.h"

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
static bool read_text(struct work *w, struct buf *text, struct fault *f)
{
	const struct options *o = &w->options;

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

int cmd_explain(struct work *w)
{
	struct buf text = BUF(w->input), out = BUF(w->text);
	struct page page = work_page(w, &out, OUT_RESULT);
	struct seen seen = { .n = 0 };
	struct explain_found found;
	struct fault f = { 0 };
	size_t at = 0;

	if (!read_text(w, &text, &f))
		return work_refuse(w, &f);
	while (explain_text(buf_span(&text), &at, &found, &w->explanation)) {
		if (!is_new(&seen, &found))
			continue;
		if (seen.n > 1)
			page_end(&page);
		explained_found(&page, &found, &w->explanation);
	}
	if (seen.n == 0)
		explained_nothing(&page, span_first(span_trim(buf_span(&text)), 200));
	return work_print(&out, seen.n != 0 ? LADDER_EXIT_OK : EXPLAIN_EXIT_NOTHING);
}
