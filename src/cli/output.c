#include "cli/output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct span environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? span_z(value) : SPAN_NONE;
}

/* LC_ALL before LC_CTYPE before LANG, as setlocale has it, without linking the locales. */
static bool utf8_locale(void)
{
	static const char *const name[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	size_t at;

	for (size_t i = 0; i < COUNT(name); i++) {
		struct span value = environment(name[i]);

		if (value.n != 0)
			return span_find_nocase(value, SPAN("UTF-8"), &at) ||
			       span_find_nocase(value, SPAN("utf8"), &at);
	}
	return false;
}

struct output_terminal output_terminal(enum output_to to)
{
	struct output_terminal t = { .terminal = isatty(to) == 1, .width = 80 };
	struct winsize size;

	t.utf8 = utf8_locale();
	t.dumb = span_eq(environment("TERM"), SPAN("dumb"));
	t.colour = t.terminal && environment("NO_COLOR").n == 0 && !t.dumb;
	if (t.terminal && ioctl(to, TIOCGWINSZ, &size) == 0 && size.ws_col != 0)
		t.width = size.ws_col < 40 ? 40 : size.ws_col;
	return t;
}

struct page output_page(struct buf *out, enum output_to to)
{
	struct output_terminal t = output_terminal(to);

	return (struct page){ .out = out, .width = t.terminal ? t.width : 0, .colour = t.colour, .utf8 = t.utf8 };
}

bool output_put(enum output_to to, struct span text)
{
	while (text.n != 0) {
		ssize_t n = write(to, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) { /* somebody else made the descriptor so */
			struct pollfd wait = { to, POLLOUT, 0 };

			(void)poll(&wait, 1, -1);
			continue;
		}
		if (n <= 0)
			return false;
		text = span_from(text, (size_t)n);
	}
	return true;
}

void output_error(struct span text)
{
	char scratch[2048];
	struct buf b = buf_field(scratch, sizeof scratch);

	buf_z(&b, "o2pop: ");
	buf_printable(&b, text);
	scratch[b.n++] = '\n'; /* where the NUL was */
	(void)output_put(OUTPUT_DIAGNOSTIC, buf_span(&b));
}
