#include "explain/knowledge.h"

#include <errno.h>
#include <netdb.h>

/* Names that not every libc has; the numbers are Linux's. */
#ifndef EAI_NODATA
#define EAI_NODATA (-5)
#endif
#ifndef EAI_ADDRFAMILY
#define EAI_ADDRFAMILY (-9)
#endif

/* The tables hold no pointers: texts stand one behind another in long strings that are walked from their start, which
 * takes microseconds and costs a third less than structs of pointers. */

/* ---- causes ------------------------------------------------------------------------------------ */

static const char cause_ids[] = "\0" /* CAUSE_NONE */
#define CAUSE(name, id, who, certainty, text, fix, verify, source) id "\0"
#include "explain/causes.def"
#undef CAUSE
	;

enum { CERTAINTY_SHIFT = 4 };

static const unsigned char cause_marks[CAUSE__COUNT] = {
#define CAUSE(name, id, who, certainty, text, fix, verify, source)                                                     \
	[CAUSE_##name] = EXPLAIN_##who | EXPLAIN_##certainty << CERTAINTY_SHIFT,
#include "explain/causes.def"
#undef CAUSE
};

static const char *next_text(const char *p)
{
	while (*p != '\0')
		p++;
	return p + 1;
}

void knowledge_add(struct knowledge_causes *l, enum cause c)
{
	if (c == CAUSE_NONE || l->n == EXPLAIN_CAUSES_MAX)
		return;
	for (unsigned i = 0; i < l->n; i++)
		if (l->cause[i] == c)
			return;
	l->cause[l->n++] = c;
}

void knowledge_add3(struct knowledge_causes *l, enum cause a, enum cause b, enum cause c)
{
	knowledge_add(l, a);
	knowledge_add(l, b);
	knowledge_add(l, c);
}

bool knowledge_drop(struct knowledge_causes *l, enum cause c)
{
	unsigned n = 0, before = l->n;

	for (unsigned i = 0; i < before; i++)
		if (l->cause[i] != c)
			l->cause[n++] = l->cause[i];
	l->n = n;
	return n != before;
}

/* Append the text at *p with its NUL, and go behind it. What is to be said stands on a stack, the next byte on top. */
static void unpack(const unsigned char **p, struct buf *out)
{
	unsigned char stack[KNOWLEDGE_PAIR_DEPTH + 1];

	do {
		unsigned n = 0;

		stack[n++] = *(*p)++;
		while (n != 0) {
			const unsigned char *pair = knowledge_packed_pair + 2 * stack[--n];

			if (pair[0] == 0) {
				buf_byte(out, stack[n]);
			} else {
				stack[n++] = pair[1];
				stack[n++] = pair[0];
			}
		}
	} while ((*p)[-1] != '\0');
}

void knowledge_cause(enum cause c, struct knowledge_template *t)
{
	const unsigned char *packed = knowledge_packed_texts;
	struct buf b = BUF(t->bytes);

	for (unsigned i = 0; i < 3 * (unsigned)c; packed++)
		i += *packed == '\0';
	t->id = cause_ids;
	for (unsigned i = 0; i < (unsigned)c; i++)
		t->id = next_text(t->id);
	unpack(&packed, &b);
	unpack(&packed, &b);
	unpack(&packed, &b);
	t->text = t->bytes;
	t->fix = next_text(t->text);
	t->verify = next_text(t->fix);
	t->who = (enum explain_who)(cause_marks[c] & ((1 << CERTAINTY_SHIFT) - 1));
	t->certainty = (enum explain_certainty)(cause_marks[c] >> CERTAINTY_SHIFT);
}

enum cause knowledge_cause_named(struct span id)
{
	const char *p = cause_ids;

	for (int i = 0; i < CAUSE__COUNT; i++, p = next_text(p))
		if (span_eq(id, span_z(p)))
			return (enum cause)i;
	return CAUSE_NONE;
}

/* ---- rows of known.def ------------------------------------------------------------------------- */

/* A row is a byte that says its kind, and what that kind needs in one of the arrays below, which have an element
 * for each row that puts one there. The 32-bit numbers are Entra's; NUMBER_FAULT takes its key unexpanded. */
enum { SAME_AS_ABOVE = 0x80 };

static const uint8_t kinds[] = {
#define KNOWN(kind, key, meaning, causes) KNOWN_##kind,
#define SAME(kind, key)                   KNOWN_##kind | SAME_AS_ABOVE,
#include "explain/known.def"
#undef KNOWN
#undef SAME
};

enum { ROWS = sizeof kinds };

static const int32_t long_numbers[] = {
#define LONG_AADSTS(key) key,
#define LONG_ERROR(key)
#define LONG_SUBERROR(key)
#define LONG_LINE(key)
#define LONG_INSPECTOR(key)
#define LONG_ALERT(key)
#define LONG_ENGINE(key)
#define LONG_ERRNO(key)
#define LONG_RESOLVER(key)
#define LONG_HTTP(key)
#define LONG_FAULT(key)
#define KNOWN(kind, key, meaning, causes) LONG_##kind(key)
#define SAME(kind, key)                   LONG_##kind(key)
#include "explain/known.def"
#undef KNOWN
#undef SAME
};

static const int16_t numbers[] = {
#define NUMBER_AADSTS(key)
#define NUMBER_ERROR(key)
#define NUMBER_SUBERROR(key)
#define NUMBER_LINE(key)
#define NUMBER_INSPECTOR(key)
#define NUMBER_ALERT(key)                 key,
#define NUMBER_ENGINE(key)                key,
#define NUMBER_ERRNO(key)                 key,
#define NUMBER_RESOLVER(key)              key,
#define NUMBER_HTTP(key)                  key,
#define NUMBER_FAULT(key)                 FAULT_##key,
#define KNOWN(kind, key, meaning, causes) NUMBER_##kind(key)
#define SAME(kind, key)                   NUMBER_##kind(key)
#include "explain/known.def"
#undef KNOWN
#undef SAME
};

/* What match_text looks for; "" for a row that is found by its number. */
static const char row_texts[] =
#define TEXT_AADSTS(key, name)            ""
#define TEXT_ERROR(key, name)             key
#define TEXT_SUBERROR(key, name)          key
#define TEXT_LINE(key, name)              key
#define TEXT_INSPECTOR(key, name)         key
#define TEXT_ALERT(key, name)             ""
#define TEXT_ENGINE(key, name)            ""
#define TEXT_ERRNO(key, name)             name
#define TEXT_RESOLVER(key, name)          name
#define TEXT_HTTP(key, name)              ""
#define TEXT_FAULT(key, name)             ""
#define KNOWN(kind, key, meaning, causes) TEXT_##kind(key, #key) "\0"
#define SAME(kind, key)                   TEXT_##kind(key, #key) "\0"
#include "explain/known.def"
#undef KNOWN
#undef SAME
	;

/* One for each KNOWN, none for SAME. */
static const char row_meanings[] =
#define KNOWN(kind, key, meaning, causes) meaning "\0"
#define SAME(kind, key)
#include "explain/known.def"
#undef KNOWN
#undef SAME
	;

static const uint8_t row_causes[][EXPLAIN_CAUSES_MAX] = {
#define CAUSES(...) CAUSES_3(__VA_ARGS__, NONE, NONE, NONE)
#define CAUSES_3(a, b, c, ...)                                                                                         \
	{                                                                                                              \
		CAUSE_##a, CAUSE_##b, CAUSE_##c                                                                        \
	}
#define KNOWN(kind, key, meaning, causes) causes,
#define SAME(kind, key)
#include "explain/known.def"
#undef KNOWN
#undef SAME
};
_Static_assert(CAUSE__COUNT <= UINT8_MAX, "a cause is stored in a byte");

unsigned knowledge_rows(void)
{
	return ROWS;
}

enum known_kind knowledge_kind(unsigned row)
{
	return (enum known_kind)(kinds[row] & ~SAME_AS_ABOVE);
}

const char *knowledge_texts(void)
{
	return row_texts;
}

unsigned knowledge_base(unsigned row)
{
	while ((kinds[row] & SAME_AS_ABOVE) != 0)
		row--;
	return row;
}

/* How many KNOWN rows stand before the one that this row belongs to. */
static unsigned group_of(unsigned row)
{
	unsigned n = 0;

	for (unsigned i = 1; i <= row; i++)
		n += (kinds[i] & SAME_AS_ABOVE) == 0;
	return n;
}

const char *knowledge_meaning(unsigned row)
{
	const char *p = row_meanings;

	if (knowledge_kind(row) == KNOWN_FAULT)
		return fault_text((enum fault_code)knowledge_number(row));
	for (unsigned i = group_of(row); i != 0; i--)
		p = next_text(p);
	return p;
}

bool knowledge_add_row(struct knowledge_causes *l, unsigned row)
{
	const uint8_t *c;

	if (row == KNOWLEDGE_NOTHING)
		return false;
	c = row_causes[group_of(row)];
	for (unsigned i = 0; i < EXPLAIN_CAUSES_MAX; i++)
		knowledge_add(l, (enum cause)c[i]);
	return true;
}

/* The number of a row, when `longs` and `shorts` rows before it took one out of either array. */
static int64_t number_at(unsigned row, unsigned *longs, unsigned *shorts)
{
	switch (knowledge_kind(row)) {
	case KNOWN_AADSTS:
		return long_numbers[(*longs)++];
	case KNOWN_ALERT:
	case KNOWN_ENGINE:
	case KNOWN_ERRNO:
	case KNOWN_RESOLVER:
	case KNOWN_HTTP:
	case KNOWN_FAULT:
		return numbers[(*shorts)++];
	case KNOWN_ERROR:
	case KNOWN_SUBERROR:
	case KNOWN_LINE:
	case KNOWN_INSPECTOR:
	case KNOWN__COUNT:
		break;
	}
	return 0;
}

int64_t knowledge_number(unsigned row)
{
	unsigned longs = 0, shorts = 0;

	for (unsigned i = 0; i < row; i++)
		number_at(i, &longs, &shorts);
	return number_at(row, &longs, &shorts);
}

static unsigned find_exactly(enum known_kind kind, int64_t number)
{
	unsigned longs = 0, shorts = 0;

	for (unsigned i = 0; i < ROWS; i++)
		if (number_at(i, &longs, &shorts) == number && knowledge_kind(i) == kind)
			return i;
	return KNOWLEDGE_NOTHING;
}

unsigned knowledge_find(enum known_kind kind, int64_t number)
{
	unsigned row = find_exactly(kind, number);

	if (row != KNOWLEDGE_NOTHING || number < 0)
		return row;
	if (kind == KNOWN_ALERT && number <= KNOWLEDGE_ALERT_OTHER)
		return find_exactly(kind, KNOWLEDGE_ALERT_OTHER);
	if (kind == KNOWN_ENGINE && number > 0 && number < KNOWLEDGE_ALERT_RECEIVED)
		return find_exactly(kind, number < KNOWLEDGE_ENGINE_X509 ? 4 : 34);
	return KNOWLEDGE_NOTHING;
}

unsigned knowledge_named(enum known_kind kind, struct span name)
{
	const char *text = row_texts;

	for (unsigned i = 0; i < ROWS; i++, text = next_text(text))
		if (knowledge_kind(i) == kind && span_eq(name, span_z(text)))
			return i;
	return KNOWLEDGE_NOTHING;
}

unsigned knowledge_tls(int64_t num)
{
	if (num >= KNOWLEDGE_ALERT_SENT)
		return knowledge_find(KNOWN_ALERT, num - KNOWLEDGE_ALERT_SENT);
	if (num >= KNOWLEDGE_ALERT_RECEIVED)
		return knowledge_find(KNOWN_ALERT, num - KNOWLEDGE_ALERT_RECEIVED);
	return knowledge_find(KNOWN_ENGINE, num);
}
