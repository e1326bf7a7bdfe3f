#include "cli/work.h"

#include <unistd.h>

#include "cli/files.h"
#include "cli/obtain.h"
#include "show/nagios.h"

enum { WORK_HELP = 22 }; /* column of what a setting is */

static bool for_nagios(const struct work *w)
{
	return w->command == COMMAND_CHECK && w->options.given[OPTION_FORMAT] != 0 &&
	       span_eq(w->options.value[OPTION_FORMAT], SPAN("nagios"));
}

/* The help that lists what may be typed. */
static void say_try(const struct work *w)
{
	char text[80];
	struct buf b = BUF(text);

	buf_z(&b, "Try: o2pop ");
	buf_z(&b, w->name != NULL ? w->name : "");
	buf_z(&b, w->name != NULL ? " --help\n" : "--help\n");
	(void)out_put(OUT_DIAGNOSTIC, buf_span(&b));
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
		say_try(w);
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

	if (obtain_once(&w->settings, &w->credential, BUF(w->load.file), &f))
		return true;
	*status = work_refuse(w, &f);
	return false;
}

bool work_obtain(void *from, struct credential *c, struct fault *f)
{
	struct work *w = from;

	return obtain_rest(&w->settings, c, BUF(w->load.file), f);
}

/* Has anything been set that a token could be asked with, or anything about it? What only says whom
 * to trust, how long to wait or which mailbox to open does not count. */
static bool anything_set(const struct work *w)
{
	for (int i = 0; i < SETTING__COUNT; i++)
		if (w->settings.source[i] > SETTING_FROM_PROVIDER && i != SETTING_MAILBOX &&
		    i != SETTING_CA_FILE && i != SETTING_TIMEOUT)
			return true;
	return load_path(&w->load).n != 0;
}

static void put_places(struct page *p)
{
	char text[2 * FILES_PATH_MAX];
	struct buf b = BUF(text);
	struct span rest;

	load_places(&b);
	page_lines(p, 0, SPAN("Looked for: flags such as --client-id, variables such as "
	                      "O2POP_CLIENT_ID or AZURE_CLIENT_ID, and these files:"));
	for (rest = buf_span(&b); rest.n != 0;) {
		page_to(p, 2);
		page_put(p, span_cut(rest, '\n', &rest));
		page_end(p);
	}
}

static void put_needed(struct page *p)
{
	static const enum setting needed[] = {
		SETTING_TENANT_ID, SETTING_CLIENT_ID, SETTING_CLIENT_SECRET_FILE, SETTING_MAILBOX,
	};

	page_z(p, "Needed:");
	page_end(p);
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		page_to(p, 2);
		page_z(p, settings_key(needed[i]));
		page_to(p, WORK_HELP);
		page_words(p, WORK_HELP, span_z(settings_help(needed[i])));
		page_end(p);
	}
}

bool work_settled(struct work *w, int *status)
{
	struct buf b = BUF(w->text);
	struct page page = work_page(w, &b, OUT_DIAGNOSTIC);

	if (anything_set(w))
		return true;
	*status = LADDER_EXIT_SETTINGS;
	if (for_nagios(w)) {
		*status = work_usage(w, "", SPAN("there are no settings yet"),
		                     "; o2pop setup shows where each comes from");
		return false;
	}
	page_lines(&page, 0, SPAN("o2pop: there are no settings yet, so nothing was tried"));
	page_end(&page);
	put_places(&page);
	page_end(&page);
	put_needed(&page);
	page_end(&page);
	page_lines(&page, 0, SPAN("Where each of them comes from, step by step, and the file to "
	                          "write:\n\to2pop setup\n"
	                          "The same without a client secret: with a certificate, in Azure or "
	                          "Kubernetes, for a person's mailbox, for Gmail:\n"
	                          "\to2pop setup --grant certificate\n"
	                          "\to2pop setup --grant managed-identity\n"
	                          "\to2pop setup --grant federated\n"
	                          "\to2pop setup --grant device-code\n"
	                          "\to2pop setup --provider google"));
	(void)out_put(OUT_DIAGNOSTIC, buf_span(&b));
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
