#include "text/ini.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* A NUL or another control character is no text: a binary file, or UTF-16. */
static bool text_ok(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

/* Nothing, spaces, or a comment after at least one space. */
static bool tail_ok(struct span s)
{
	struct span text = span_trim(s);

	return text.n == 0 || (span_is_blank(s.p[0]) && text.p[0] == '#');
}

static struct span without_comment(struct span s)
{
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] == '#' && span_is_blank(s.p[i - 1]))
			return span_first(s, i);
	return s;
}

/* The inside of the quotes that s starts with; false when they do not end, or text follows them. */
static bool quoted(struct span s, struct span *value)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\') {
			i++;
			continue;
		}
		if (s.p[i] != '"')
			continue;
		*value = span_from(span_first(s, i), 1);
		return tail_ok(span_from(s, i + 1));
	}
	return false;
}

static enum ini_line section(struct span s, struct span *name)
{
	struct span rest, inside;
	size_t end;

	if (!span_find_byte(s, ']', &end))
		return INI_BAD;
	inside = span_trim(span_from(span_first(s, end), 1));
	rest = span_from(s, end + 1);
	if (inside.n == 0 || inside.p[0] == '[' || !tail_ok(rest))
		return INI_BAD;
	*name = inside;
	return INI_SECTION;
}

enum ini_line ini_line(struct span line, struct span *key, struct span *value)
{
	struct span name, rest, text;
	size_t equals;

	if (line.n != 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (!text_ok(line))
		return INI_BAD;
	line = span_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return INI_EMPTY;
	if (line.p[0] == '[')
		return section(line, key);
	if (!span_find_byte(line, '=', &equals))
		return INI_BAD;
	name = span_trim(span_first(line, equals));
	rest = span_from(line, equals + 1);
	text = span_trim(rest);
	if (name.n == 0 || span_run(name, "-_") != name.n)
		return INI_BAD;
	if (text.n != 0 && text.p[0] == '"') {
		if (!quoted(text, &text))
			return INI_BAD;
	} else {
		text = span_trim(without_comment(rest));
	}
	*key = name;
	*value = text;
	return INI_SETTING;
}

bool ini_duration(struct span s, int64_t *ms)
{
	static const struct {
		struct span name;
		uint64_t ms;
	} unit[] = {
		{ SPAN_INIT("ms"), 1 },
		{ SPAN_INIT("s"), 1000 },
		{ SPAN_INIT("m"), 60 * 1000 },
		{ SPAN_INIT("h"), 60 * 60 * 1000 },
	};
	uint64_t n, scale = 1000;

	for (size_t i = 0; i < COUNT(unit); i++) {
		if (span_ends(s, unit[i].name)) {
			scale = unit[i].ms;
			s = span_first(s, s.n - unit[i].name.n);
			break;
		}
	}
	if (!span_u64(s, DAY_MS / scale, &n))
		return false;
	*ms = (int64_t)(n * scale);
	return true;
}
