#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/help.h"
#include "cli/app.h"
#include "show/causes.h"

enum {
	EXPLAIN_SHOWN_MAX = 6, /* of many things those that say most */
	EXPLAIN_IDS_MAX = 64,
	EXPLAIN_EXIT_NOTHING = 1,
	WINDOW_KEPT = 16 * 1024, /* of a long text: before and behind what is looked at */
};

/* The arguments with spaces between; false when the standard input is to be read. */
static bool read_arguments(struct app *app, struct buf *text)
{
	const struct options *o = &app->options;

	if (o->arguments == 0 || (o->arguments == 1 && span_eq(o->argument[0], SPAN("-"))))
		return false;
	for (size_t i = 0; i < o->arguments; i++)
		buf_say(text, "%s%.*s", i == 0 ? "" : " ", SPAN_ARG(o->argument[i]));
	return true;
}

/* Read the standard input until the window is full or all is read; *last then. */
static bool fill(struct buf *text, bool *last, struct fault *f)
{
	*last = false;
	while (!*last && text->n < text->cap) {
		ssize_t n = read(STDIN_FILENO, text->p + text->n, text->cap - text->n);

		if (n < 0 && errno != EINTR)
			return fault_set(f, FAULT_FILE_UNREADABLE, errno, SPAN("the standard input cannot be read"));
		*last = n == 0;
		text->n += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* A log of any length passes through one window. *text is left with all of a text that fits into it. */
static bool read_on(struct reading *r, struct buf *text, struct fault *f)
{
	size_t from = 0;
	bool last;

	do {
		size_t to, kept;

		if (!fill(text, &last, f))
			return false;
		to = last ? text->n : text->n - WINDOW_KEPT;
		reading_take(r, buf_span(text), from, to);
		if (last)
			break;
		kept = to - WINDOW_KEPT;
		memmove(text->p, text->p + kept, text->n - kept);
		text->n -= kept;
		from = WINDOW_KEPT;
	} while (!last);
	return true;
}

static bool read_text(struct app *app, struct buf *text, struct fault *f)
{
	struct reading *r = &app->reading;

	reading_start(r);
	if (read_arguments(app, text)) {
		if (!buf_ok(text))
			return fault_limit(f, FAULT_LIMIT, text->n, text->cap);
		reading_take(r, buf_span(text), 0, text->n);
	} else if (app->options.arguments == 0 && isatty(STDIN_FILENO) == 1) {
		return fault_set(f, FAULT_USAGE, 0,
		                 SPAN("nothing to explain: give a code or a text (o2pop explain AADSTS7000215), or - "
		                      "to read a log from the standard input"));
	} else if (!read_on(r, text, f)) {
		return false;
	}
	reading_end(r);
	return true;
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
	size_t said_n; /* ids of the causes that people have read */
	const char *said[EXPLAIN_SHOWN_MAX * EXPLAIN_CAUSES_MAX];
};

/* One thing that was found; `causes` is NULL for what has none. False: it is for people, who get more words. */
static bool put_json(struct result *o, struct span what, struct span meaning, const struct explain_found *found,
                     const struct explanation *causes)
{
	o->n++;
	if (!o->as_json)
		return false;
	json_write_open(&o->json, NULL, '{');
	json_write_text(&o->json, "what", what);
	json_write_some(&o->json, "meaning", meaning);
	if (found != NULL)
		json_write_i64(&o->json, "line", (int64_t)found->line);
	if (found != NULL && found->aadsts != 0)
		json_write_i64(&o->json, "aadsts", (int64_t)found->aadsts);
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
	if (!put_json(o, span_z(e->cause[0].id), SPAN("a cause that o2pop's reports name"), NULL, e))
		causes_cause(&o->page, e);
}

/* A text that is nothing but one of our own words. */
static bool own_word(struct app *app, struct result *o, struct span text)
{
	uint64_t status;
	enum step step;

	if (is_exit(text, &status)) {
		if (!put_json(o, text, help_exit(status), NULL, NULL))
			causes_exit(&o->page, (unsigned)status, help_exit(status));
	} else if (step_find(text, &step)) {
		if (!put_json(o, text, span_z(step_table[step].proves), NULL, NULL))
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
	const char *seen[EXPLAIN_IDS_MAX];
	struct span key = SPAN("\"id\":\"");
	size_t at, n = 0;

	while (span_find(text, key, &at) && n < EXPLAIN_IDS_MAX) {
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

static bool was_said(const struct result *o, const char *id)
{
	for (size_t i = 0; i < o->said_n; i++)
		if (o->said[i] == id)
			return true;
	return false;
}

/* Were all its causes said before? From now on they are. */
static bool said_again(struct result *o, const struct explanation *e)
{
	bool again = e->n != 0;

	for (unsigned i = 0; i < e->n && i < EXPLAIN_CAUSES_MAX; i++) {
		if (was_said(o, e->cause[i].id))
			continue;
		again = false;
		if (o->said_n < COUNT(o->said))
			o->said[o->said_n++] = e->cause[i].id;
	}
	return again;
}

/* True when at least one thing is known. */
static bool explain_all(struct app *app, struct result *o, struct span text)
{
	struct explain_found found;
	bool known = false;

	for (unsigned i = 0; explain_reading(&app->reading, i, &found, &app->explanation); i++) {
		if (!o->as_json && (i == EXPLAIN_SHOWN_MAX || (known && app->explanation.n == 0 && found.aadsts == 0)))
			break;
		if (o->n != 0)
			page_end(&o->page);
		if (!put_json(o, found.what, span_z(found.meaning), &found, &app->explanation))
			causes_found(&o->page, &found, &app->explanation, said_again(o, &app->explanation));
		known = known || (found.meaning[0] != '\0' && app->explanation.n != 0);
	}
	text = span_trim(text);
	known = own_ids(app, o, text) || known;
	return o->n != 0 ? known : own_word(app, o, text);
}

/* What may have scrolled away: the first cause that was found. */
static void put_again(struct app *app, struct result *o)
{
	struct explain_found found;

	for (unsigned i = 0; explain_reading(&app->reading, i, &found, &app->explanation); i++) {
		if (app->explanation.n == 0)
			continue;
		causes_again(&o->page, &app->explanation, 0);
		return;
	}
}

static void put_reading(struct app *app, struct result *o)
{
	if (!o->as_json)
		causes_reading(&o->page, &app->reading);
	else
		json_report_reading(&o->json, &app->reading);
}

/* For one word that is none of ours: which it may be meant for. NULL for none, and for anything else. */
static const char *nearest(struct span text)
{
	text = span_trim(text);
	for (size_t i = 0; i < text.n; i++)
		if (!span_alnum_or(text.p[i], "-_"))
			return NULL;
	return text.n != 0 ? explain_near(text) : NULL;
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
	}
	put_reading(app, &o);
	if (o.as_json)
		json_write_open(&o.json, "found", '[');
	known = explain_all(app, &o, buf_span(&text));
	if (o.as_json) {
		json_write_close(&o.json, ']');
		json_report_lost(&o.json, &app->reading);
		json_write_close(&o.json, '}');
		buf_byte(&out, '\n');
	} else {
		causes_lost(&o.page, &app->reading);
		if (known)
			put_again(app, &o);
		else
			causes_nothing(&o.page, nearest(buf_span(&text)));
	}
	return app_print(&out, known ? EXIT_STATUS_OK : EXPLAIN_EXIT_NOTHING);
}
