#include "cli/mailbox_list.h"

#include <errno.h>
#include <sys/mman.h>

#include "cli/files.h"
#include "cli/resume.h"

enum { FILE_MAX = 1024 * 1024 }; /* bytes of a mailbox file: 40,000 addresses */

/* Bits to tell names apart by: ten thousand mailboxes leave most of them unset. */
enum { MARKS = 65536 };

static bool next_name(const struct app *app, struct mailbox_place *at, struct span *mailbox)
{
	const struct options *o = &app->options;

	if (at->next < o->arguments) {
		*mailbox = o->argument[at->next++];
		return true;
	}
	while (at->lines.n != 0) {
		*mailbox = span_trim(span_cut(at->lines, '\n', &at->lines));
		if (mailbox->n != 0 && mailbox->p[0] != '#')
			return true;
	}
	if (at->next != 0 || o->given[OPTION_MAILBOXES] != 0 || !settings_has(&app->settings, SETTING_MAILBOX))
		return false;
	at->next = 1;
	*mailbox = settings_get(&app->settings, SETTING_MAILBOX);
	return true;
}

bool mailbox_list_next(void *from, struct span *mailbox)
{
	struct mailbox_list *l = from;

	return next_name(l->app, &l->at, mailbox);
}

void mailbox_list_rewind(struct mailbox_list *l)
{
	l->at = (struct mailbox_place){ 0, l->text };
}

/* Has a name like this one been seen? A guess, to spare the search: no is certain. */
static bool seen(unsigned char *marks, struct span mailbox)
{
	uint32_t h = 2166136261; /* FNV-1a, over small letters */
	bool was;

	for (size_t i = 0; i < mailbox.n; i++)
		h = (h ^ (mailbox.p[i] | 0x20)) * 16777619;
	h = (h ^ h >> 16) % MARKS;
	was = (marks[h / 8] >> h % 8 & 1) != 0;
	marks[h / 8] |= (unsigned char)(1u << h % 8);
	return was;
}

/* Is the same mailbox named before? Large and small letters are one in every mail service that is known. */
static bool named_before(const struct mailbox_list *l, struct span mailbox, struct span *first)
{
	struct mailbox_place at = { 0, l->text };

	while (next_name(l->app, &at, first) && first->p != mailbox.p)
		if (span_eq_nocase(*first, mailbox))
			return true;
	return false;
}

/* Take the name that was just read out of the arguments, or make its line a comment. */
static void strike(struct mailbox_list *l, struct span mailbox)
{
	struct options *o = &l->app->options;

	if (l->text.n != 0 && mailbox.p >= l->text.p && mailbox.p < l->text.p + l->text.n) {
		l->lines[mailbox.p - l->lines] = '#';
		return;
	}
	l->at.next--;
	o->arguments--;
	for (size_t i = l->at.next; i < o->arguments; i++)
		o->argument[i] = o->argument[i + 1];
}

/* " (line 12)" of a name that is from the file. */
static void put_line(struct buf *b, const struct mailbox_list *l, struct span mailbox)
{
	size_t line = 1;

	if (l->text.n == 0 || mailbox.p < l->text.p || mailbox.p >= l->text.p + l->text.n)
		return;
	for (const unsigned char *p = l->text.p; p < mailbox.p; p++)
		line += *p == '\n';
	buf_say(b, " (line %zu)", line);
}

/* Two sessions at a time in one mailbox would lock each other out. */
static void strike_repeated(struct mailbox_list *l)
{
	unsigned char marks[MARKS / 8] = { 0 };
	struct span mailbox, first;

	while (mailbox_list_next(l, &mailbox)) {
		char scratch[2 * REPORT_MAILBOX_MAX + 80];
		struct buf b = BUF(scratch);

		if (!seen(marks, mailbox) || !named_before(l, mailbox, &first))
			continue;
		buf_printable(&b, span_first(first, REPORT_MAILBOX_MAX));
		buf_z(&b, " and ");
		buf_printable(&b, span_first(mailbox, REPORT_MAILBOX_MAX));
		buf_z(&b, " are the same mailbox");
		put_line(&b, l, mailbox);
		buf_z(&b, ": it is checked once");
		output_error(buf_span(&b));
		strike(l, mailbox);
		l->all--;
	}
	mailbox_list_rewind(l);
}

/* What other processes take. */
static void strike_other_shards(struct mailbox_list *l, struct shard shard)
{
	struct span mailbox;
	size_t n = 0;

	while (mailbox_list_next(l, &mailbox)) {
		if (n++ % shard.count == shard.number - 1)
			continue;
		strike(l, mailbox);
		l->all--;
	}
	mailbox_list_rewind(l);
}

/* For resume_read: it has been reported. */
static void strike_reported(void *of, struct span reported)
{
	struct mailbox_list *l = of;
	struct span mailbox;

	while (mailbox_list_next(l, &mailbox)) {
		if (!span_eq_nocase(mailbox, reported))
			continue;
		strike(l, mailbox);
		l->all--;
		break;
	}
	mailbox_list_rewind(l);
}

/* The one place that is not in the workspace: a check of one mailbox has no use for a megabyte. */
static bool read_file(struct span path, struct buf *text, struct fault *f)
{
	text->p = mmap(NULL, FILE_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (text->p == MAP_FAILED)
		return fault_set(f, FAULT_SYSTEM, errno, SPAN("mmap"));
	text->cap = FILE_MAX;
	return files_read(path, FILES_PUBLIC, text, f);
}

bool mailbox_list_read(struct mailbox_list *l, struct app *app, int *status)
{
	struct buf text = { NULL, 0, 0, false };
	struct fault f = { 0 };
	struct span mailbox;
	struct shard shard;

	if (!shard_read(&shard, app->options.value[OPTION_SHARD], &f))
		return app_stop(status, app_refuse(app, &f));
	if (app->options.given[OPTION_MAILBOXES] != 0 && !read_file(app->options.value[OPTION_MAILBOXES], &text, &f))
		return app_stop(status, app_refuse(app, &f));
	*l = (struct mailbox_list){ .app = app, .lines = text.p, .text = buf_span(&text) };
	if (span_starts(l->text, SPAN("\xef\xbb\xbf")))
		l->text = span_from(l->text, 3);
	mailbox_list_rewind(l);
	for (; mailbox_list_next(l, &mailbox); l->all++) {
		char more[80];
		struct buf b = buf_field(more, sizeof more);

		if (mailbox.n <= REPORT_MAILBOX_MAX)
			continue;
		buf_z(&b, "'");
		put_line(&b, l, mailbox);
		buf_z(&b, " is longer than any address can be");
		return app_stop(status, app_usage(app, "the mailbox '", mailbox, more));
	}
	mailbox_list_rewind(l);
	if (l->all > 1)
		strike_repeated(l);
	l->named = l->all;
	if (l->all > 1 && shard.count > 1)
		strike_other_shards(l, shard);
	if (app->options.given[OPTION_RESUME] != 0 &&
	    !resume_read(app->options.value[OPTION_RESUME], BUF(app->text), strike_reported, l, &l->torn, &f))
		return app_stop(status, app_refuse(app, &f));
	if (l->named != 0)
		return true;
	return app_stop(status, app_usage(app, "no mailbox to check: ", SPAN("give its address"),
	                                  " (o2pop check user@example.com), or the setting mailbox, or with --profile "
	                                  "the section that has it"));
}
