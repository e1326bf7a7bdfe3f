#include "text/template.h"

#include <string.h>

#include "text/quote.h"

/* What is still to be read: the text, in it a phrase, in that another. */
struct source {
	struct span rest[TEMPLATE_DEPTH];
	unsigned n;
};

/* Does s begin with a {name}? The name keeps its mark. */
static bool name_at(struct span s, struct span *name)
{
	size_t first, n, at;

	if (s.n < 3 || s.p[0] != '{')
		return false;
	first = n = span_find_byte(SPAN("'\"-="), s.p[1], &at) ? 2 : 1;
	while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '_'))
		n++;
	if (n == first || n == s.n || s.p[n] != '}')
		return false;
	*name = (struct span){ s.p + 1, n - 1 };
	return true;
}

/* The next line, with the texts of its phrases; false at the end. */
static bool next_line(const struct template *t, struct source *s, struct buf *line)
{
	line->n = 0;
	while (s->n != 0) {
		struct span *rest = &s->rest[s->n - 1], name;
		const char *phrase = NULL;
		unsigned char c;

		if (rest->n == 0) {
			s->n--;
			continue;
		}
		if (t->phrase != NULL && s->n < TEMPLATE_DEPTH && name_at(*rest, &name))
			phrase = t->phrase(t->of, name);
		if (phrase != NULL) {
			*rest = span_from(*rest, name.n + 2);
			s->rest[s->n++] = span_z(phrase);
			continue;
		}
		c = rest->p[0];
		*rest = span_from(*rest, 1);
		if (c == '\n')
			return true;
		buf_byte(line, c);
	}
	return line->n != 0;
}

static bool put_value(const struct template *t, struct span name, bool command, struct buf *out)
{
	unsigned char raw[2 * TEMPLATE_VALUE_MAX], shown[TEMPLATE_VALUE_MAX];
	struct buf value = BUF(raw), text = BUF(shown);
	unsigned char mark = name.p[0];
	bool marked = mark == '\'' || mark == '"' || mark == '-';

	if (mark == '=')
		return t->value(t->of, span_from(name, 1), out);
	if (!t->value(t->of, span_from(name, marked), &value) || !buf_ok(&value) || value.n == 0)
		return false;
	buf_printable(&text, buf_span(&value));
	for (size_t i = 0; !command && mark == '"' && i < text.n; i++) /* nothing of it gets out of the quotes */
		text.p[i] = text.p[i] == '"' ? '\'' : text.p[i];
	if (!command) {
		buf_say(out, mark == '"' ? "\"%.*s\"" : "%.*s", SPAN_ARG(buf_span(&text)));
		return true;
	}
	if (!span_eq(buf_span(&text), buf_span(&value)))
		return false;
	if (mark == '\'')
		quote_powershell(out, buf_span(&value));
	else if (mark == '-')
		quote_powershell_bare(out, buf_span(&value));
	else if (mark == '"')
		quote_shell(out, buf_span(&value));
	else
		buf_put(out, buf_span(&value));
	return marked || (quote_only(buf_span(&value), "._:/@+-=?%~") && raw[0] != '@' && raw[0] != '~');
}

/* False, with nothing appended, when a place cannot be filled. */
static bool put_line(const struct template *t, struct span line, bool command, struct buf *out)
{
	size_t begin = out->n;

	while (line.n != 0) {
		struct span name;

		if (!name_at(line, &name)) {
			buf_byte(out, line.p[0]);
			line = span_from(line, 1);
		} else if (put_value(t, name, command, out)) {
			line = span_from(line, name.n + 2);
		} else {
			out->n = begin;
			return false;
		}
	}
	return true;
}

static void cut_out(struct buf *out, size_t from, size_t to)
{
	memmove(out->p + from, out->p + to, out->n - to);
	out->n -= to - from;
}

void template_fill(struct buf *out, const char *text, const struct template *t)
{
	unsigned char bytes[TEMPLATE_LINE_MAX];
	struct buf raw = BUF(bytes);
	struct source source = { { span_z(text) }, 1 };
	size_t begin = out->n;
	size_t heading = begin, heading_end = begin; /* of a line that waits for its commands */
	bool shown = true;                           /* the last line that did not start with ~ */

	while (next_line(t, &source, &raw)) {
		struct span line = buf_span(&raw);
		bool other = line.n != 0 && line.p[0] == '~';
		bool command = t->form == TEMPLATE_SCRIPT || (line.n > other && line.p[other] == '\t');
		size_t start = out->n;

		if (other && shown)
			continue;
		shown = put_line(t, span_from(line, other), command, out);
		if (!shown)
			continue;
		buf_byte(out, t->form == TEMPLATE_PARAGRAPH ? ' ' : '\n');
		if (!command && heading_end != heading) {
			cut_out(out, heading, heading_end);
			start -= heading_end - heading;
		}
		heading = heading_end = start;
		if (t->form == TEMPLATE_LINES && !command && !other && span_ends(line, SPAN(":")))
			heading_end = out->n;
	}
	if (heading_end != heading)
		cut_out(out, heading, heading_end);
	if (out->n != begin)
		out->n--; /* the last separator */
	out->full |= raw.full;
}
