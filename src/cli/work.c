#include "cli/work.h"

#include <unistd.h>

#include "cli/files.h"
#include "cli/obtain.h"
#include "show/nagios.h"

static bool for_nagios(const struct work *w)
{
	return w->command == COMMAND_CHECK && w->options.given[OPTION_FORMAT] != 0 &&
	       span_eq(w->options.value[OPTION_FORMAT], SPAN("nagios"));
}

int work_refuse(struct work *w, const struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX + 80], line[NAGIOS_SIZE];
	struct buf b = BUF(text), nagios = BUF(line);

	/* These carry whole sentences; of the others the evidence alone would not say what
	 * happened. */
	if (f->code != FAULT_USAGE && f->code != FAULT_SETTING_BAD &&
	    f->code != FAULT_FILE_UNREADABLE && f->code != FAULT_FILE_EXPOSED) {
		buf_z(&b, fault_text(f->code));
		buf_z(&b, ": ");
	}
	buf_put(&b, fault_evidence(f));
	out_error(buf_span(&b));
	if (for_nagios(w)) {
		int status = (int)nagios_fault(f, &nagios);

		return work_print(&nagios, status);
	}
	if (f->code == FAULT_USAGE)
		(void)out_put(OUT_DIAGNOSTIC, SPAN("Try: o2pop --help\n"));
	return fault_kind(f->code) == FAULT_KIND_INTERNAL && f->code != FAULT_LIMIT ?
	       LADDER_EXIT_INTERNAL :
	                                                                             LADDER_EXIT_SETTINGS;
}

int work_usage(struct work *w, const char *words, struct span what, const char *more)
{
	struct fault f = { 0 };
	char text[600];
	struct buf b = BUF(text);

	buf_z(&b, words);
	buf_printable(&b, span_first(what, 200));
	buf_z(&b, more);
	fault_set(&f, FAULT_USAGE, 0, buf_span(&b));
	return work_refuse(w, &f);
}

bool work_load(struct work *w, enum work_needs needs, int *status)
{
	struct fault f = { 0 };

	if (!load_settings(&w->load, &w->options, &w->settings, &w->credential, &f) ||
	    (needs == WORK_TRUST && !obtain_trust(&w->settings, &w->trust, BUF(w->load.file), &f))) {
		*status = work_refuse(w, &f);
		return false;
	}
	if (w->options.given[OPTION_SHARE] != 0) {
		share_init(&w->share);
		share_settings(&w->share, &w->settings);
	}
	return true;
}

bool work_load_credential(struct work *w, int *status)
{
	struct fault f = { 0 };

	if (obtain_credential(&w->settings, &w->credential, BUF(w->load.file), &f))
		return true;
	*status = work_refuse(w, &f);
	return false;
}

bool work_format(struct work *w, const char *const *names, int n, int *which, int *status)
{
	struct span given = w->options.value[OPTION_FORMAT];
	char text[120];
	struct buf b = { (unsigned char *)text, sizeof text - 1, 0, false };

	if (w->options.given[OPTION_FORMAT] == 0)
		return true;
	for (int i = 0; i < n; i++) {
		if (span_eq(given, span_z(names[i]))) {
			*which = i;
			return true;
		}
	}
	buf_z(&b, "' is not one that this command has: ");
	for (int i = 0; i < n; i++) {
		buf_z(&b, i == 0 ? "" : i == n - 1 ? " or " : ", ");
		buf_z(&b, names[i]);
	}
	text[b.n] = '\0';
	*status = work_usage(w, "the format '", given, text);
	return false;
}

bool work_arguments(struct work *w, size_t max, int *status)
{
	if (w->options.arguments <= max)
		return true;
	*status = work_usage(w, "'", w->options.argument[max], "' is one argument too many");
	return false;
}

int work_print(const struct buf *out, int status)
{
	if (buf_ok(out) && out_put(OUT_RESULT, buf_span(out)))
		return status;
	out_error(buf_ok(out) ? SPAN("the result could not be written to the standard output") :
	                        SPAN("the result is larger than o2pop's memory for it"));
	return status == LADDER_EXIT_OK ? LADDER_EXIT_INTERNAL : status;
}

static struct share *shared(struct work *w)
{
	return w->options.given[OPTION_SHARE] != 0 ? &w->share : NULL;
}

struct page work_page(struct work *w, struct buf *out, enum out_to to)
{
	struct out_terminal t = out_terminal(to);

	return (struct page){
		.out = out,
		.width = t.terminal ? t.width : 0,
		.colour = t.colour,
		.utf8 = t.utf8,
		.share = shared(w),
	};
}

bool work_tape_open(struct work_tape *t, struct work *w, int *status)
{
	struct fault f = { 0 };

	*t = (struct work_tape){ .work = w, .fd = -1 };
	t->stderr_too = w->options.given[OPTION_VERBOSE] != 0;
	w->transcript = (struct transcript){ .share = shared(w) };
	if (w->options.given[OPTION_TRANSCRIPT] == 0)
		return true;
	if (files_create(w->options.value[OPTION_TRANSCRIPT], &t->fd, &f))
		return true;
	*status = work_refuse(w, &f);
	return false;
}

/* A transcript that cannot be written is no reason to stop a check. */
static void put(const struct work_tape *t, struct span text)
{
	if (t->stderr_too)
		(void)out_put(OUT_DIAGNOSTIC, text);
	while (t->fd >= 0 && text.n != 0) {
		ssize_t n = write(t->fd, text.p, text.n);

		if (n <= 0)
			return;
		text = span_from(text, (size_t)n);
	}
}

void work_tape_line(struct work_tape *t, const struct transcript_line *line)
{
	unsigned char room[32 * 1024]; /* a piece of 2,000 bytes, each at worst \xNN */
	struct buf b = BUF(room);

	transcript_put(&t->work->transcript, line, &b);
	put(t, buf_span(&b));
}

void work_tape_close(struct work_tape *t)
{
	unsigned char room[8 * 1024];
	struct buf b = BUF(room);

	transcript_end(&t->work->transcript, &b);
	put(t, buf_span(&b));
	secret_wipe_used(&t->work->transcript, sizeof t->work->transcript); /* see --show-secrets */
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}
