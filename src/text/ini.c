#include "text/ini.h"

/* No key of ours has half of it; what is longer is not a misspelled key. */
enum { COMPARED_MAX = 64 };

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static bool blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* Lower case, and _ for -: the one spelling that keys are compared in. */
static unsigned char folded(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned char)(c + ('a' - 'A'));
	return c == '-' ? '_' : c;
}

static bool key_ok(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = folded(s.p[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return s.n != 0;
}

/* A NUL or another control character is no text: a binary file, or UTF-16. */
static bool text_ok(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

/* Nothing, blanks, or a comment after at least one blank. */
static bool tail_ok(struct span s)
{
	struct span text = span_trim(s);

	return text.n == 0 || (blank(s.p[0]) && text.p[0] == '#');
}

static struct span without_comment(struct span s)
{
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] == '#' && blank(s.p[i - 1]))
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
	if (!key_ok(name))
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

bool ini_same_key(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (folded(a.p[i]) != folded(b.p[i]))
			return false;
	return true;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned ini_distance(struct span a, struct span b)
{
	/* Row i holds the distances from the first i letters of a to each beginning of b; a swap needs the
	 * two rows before. */
	unsigned rows[3][COMPARED_MAX + 1];

	if (a.n > COMPARED_MAX || b.n > COMPARED_MAX)
		return (unsigned)(a.n > b.n ? a.n : b.n);
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned char x = folded(a.p[i - 1]), y = folded(b.p[j - 1]);

			row[j] = least(up[j - 1] + (x != y), least(up[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == folded(b.p[j - 2]) && y == folded(a.p[i - 2]))
				row[j] = least(row[j], upper[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

bool ini_near(struct span given, struct span known)
{
	return 3 * (size_t)ini_distance(given, known) <= given.n;
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

	for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++) {
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
