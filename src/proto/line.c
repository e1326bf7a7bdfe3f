#include "proto/line.h"

#include <string.h>

#include "base/secret.h"

void line_start(struct line *l, struct stream *s, unsigned char *p, size_t cap)
{
	*l = (struct line){ s, p, cap, 0, 0 };
}

bool line_pending(const struct line *l)
{
	return l->at != l->n;
}

/* Make room for more bytes and read some; the connection's end is a fault. */
static bool more(struct line *l, struct fault *f)
{
	size_t n;

	memmove(l->p, l->p + l->at, l->n - l->at);
	l->n -= l->at;
	l->at = 0;
	if (!stream_read(l->stream, l->p + l->n, l->cap - l->n, &n, f))
		return false;
	if (n == 0)
		return fault_set(f, FAULT_POP_CLOSED, 0, (struct span){ l->p, l->n });
	l->n += n;
	return true;
}

/* The next line; one that is too long is cut, or refused when there is no `cut`. */
static bool take(struct line *l, struct span *text, bool *cut, struct fault *f)
{
	size_t end, seen = 0;

	while (!span_find_byte((struct span){ l->p + l->at + seen, l->n - l->at - seen }, '\n', &end)) {
		seen = l->n - l->at;
		if (seen == l->cap) {
			if (cut == NULL)
				return fault_limit(f, FAULT_POP_LINE_TOO_LONG, (uint64_t)l->cap + 1, l->cap);
			*cut = true;
			l->p[0] = l->p[l->n - 1]; /* keep one byte, so that a CR before the LF is not lost */
			l->n = seen = 1;
		}
		if (!more(l, f))
			return false;
	}
	end += seen;
	*text = (struct span){ l->p + l->at, end };
	l->at += end + 1;
	if (text->n != 0 && text->p[text->n - 1] == '\r')
		text->n--;
	return true;
}

bool line_next(struct line *l, struct span *text, bool *cut, struct fault *f)
{
	*cut = false;
	return take(l, text, cut, f);
}

bool line_reply(struct line *l, struct span *text, struct fault *f)
{
	return take(l, text, NULL, f);
}

bool line_hear(struct line *l, const struct trace *t, struct span *text, struct fault *f)
{
	if (!line_reply(l, text, f))
		return false;
	trace_put(t, TRACE_GOT, *text);
	return true;
}

bool line_say(struct line *l, const struct trace *t, struct span lines, struct fault *f)
{
	for (struct span rest = lines; rest.n != 0;) {
		struct span line = span_cut(rest, '\n', &rest);

		trace_put(t, TRACE_SENT, span_first(line, line.n - 1));
	}
	return stream_write(l->stream, lines, f);
}

void line_wipe(struct line *l)
{
	secret_wipe_used(l->p, l->cap);
	l->n = l->at = 0;
}
