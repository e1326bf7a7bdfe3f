#include "ident/shape.h"

#include "base/buf.h"

static const struct row {
	const char *what, *begins, *holds, *ends, *letters;
	uint16_t min, max; /* bytes; max 0: no end */
	uint16_t class;
	uint8_t of, parts;
} table[SHAPE__COUNT] = {
	[SHAPE_NONE] = { .what = "of no known form" },
#define SHAPE(name, class, of, begins, holds, ends, letters, parts, min, max, what)                                    \
	[SHAPE_##name] = { what, begins, holds, ends, letters, min, max, SHAPE_IS_##class, SHAPE_OF_##of, parts },
#include "ident/shape.def"
};

static const struct {
	const char *id, *noun;
} classes[SHAPE_CLASSES] = {
	{ "access-token", "an access token" },
	{ "refresh-token", "a refresh token" },
	{ "authorization-code", "an authorization code" },
	{ "jwt", "a signed token" },
	{ "client-secret", "a client secret" },
	{ "id", "an ID" },
	{ "app-password", "an app password" },
	{ "encrypted", "an encrypted value" },
	{ "key", "a key" },
	{ "answer", "a whole answer" },
	{ "sasl", "a line with a token inside" },
	{ "name", "a name" },
	{ "other", "a key of another kind" },
};

/* Does the text begin, or end, with one of the alternatives, or hold one? */
enum where { BEGINS, HOLDS, ENDS };

static bool has(struct span text, const char *alternatives, enum where where)
{
	struct span rest = span_z(alternatives);
	size_t at;

	if (rest.n == 0)
		return true;
	while (rest.n != 0) {
		struct span one = span_cut(rest, '|', &rest);

		if (where == BEGINS ? span_starts(text, one)
		    : where == ENDS ? span_ends(text, one)
		                    : span_find(span_first(text, SHAPE_HEAD), one, &at))
			return true;
	}
	return false;
}

static bool is_letter(unsigned char c, struct span letters)
{
	unsigned v;

	for (size_t i = 0; i < letters.n; i++) {
		unsigned char l = letters.p[i];

		if (l == 'a'   ? c >= 'a' && c <= 'z'
		    : l == 'A' ? c >= 'A' && c <= 'Z'
		    : l == '0' ? span_is_digit(c)
		    : l == 'x' ? span_hex_digit(c, &v)
		               : c == l)
			return true;
	}
	return false;
}

static bool all_letters(struct span text, const char *letters)
{
	struct span set = span_z(letters);

	for (size_t i = 0; set.n != 0 && i < text.n; i++)
		if (!is_letter(text.p[i], set))
			return false;
	return true;
}

static size_t parts(struct span text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '.';
	return n;
}

static bool fits(struct span text, const struct row *r)
{
	return text.n >= r->min && (r->max == 0 || text.n <= r->max) && has(text, r->begins, BEGINS) &&
	       has(text, r->ends, ENDS) && has(text, r->holds, HOLDS) && (r->parts == 0 || parts(text) == r->parts) &&
	       all_letters(text, r->letters);
}

enum shape shape_find(struct span text)
{
	text = span_trim(text);
	for (int i = SHAPE_NONE + 1; i < SHAPE__COUNT; i++)
		if (fits(text, &table[i]))
			return (enum shape)i;
	return SHAPE_NONE;
}

enum shape_class shape_class(enum shape s)
{
	return (enum shape_class)table[s].class;
}

enum shape_of shape_of(enum shape s)
{
	return (enum shape_of)table[s].of;
}

const char *shape_what(enum shape s)
{
	return table[s].what;
}

/* The place of its bit; SHAPE_CLASSES for 0. */
static unsigned place(enum shape_class class)
{
	unsigned i = 0;

	while (i < SHAPE_CLASSES && (unsigned)class != 1u << i)
		i++;
	return i;
}

const char *shape_class_id(enum shape_class class)
{
	return place(class) < SHAPE_CLASSES ? classes[place(class)].id : NULL;
}

const char *shape_class_noun(enum shape_class class)
{
	return place(class) < SHAPE_CLASSES ? classes[place(class)].noun : NULL;
}
