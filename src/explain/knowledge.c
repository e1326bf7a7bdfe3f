#include "explain/knowledge.h"

#include <errno.h>
#include <netdb.h>

#include "text/packed.h"

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
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, source) id "\0"
#include "explain/causes.def"
	;

enum { CERTAINTY_SHIFT = 4 };

static const unsigned char cause_marks[CAUSE__COUNT] = {
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, source)                                              \
	[CAUSE_##name] = EXPLAIN_##who | EXPLAIN_##certainty << CERTAINTY_SHIFT,
#include "explain/causes.def"
};

static const uint16_t cause_for[CAUSE__COUNT] = {
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, source) [CAUSE_##name] = holds,
#include "explain/causes.def"
};

static const char *next_text(const char *p)
{
	while (*p != '\0')
		p++;
	return p + 1;
}

unsigned knowledge_for(const struct settings *s)
{
	unsigned holds = FOR_ALL;

	if (s == NULL || s->provider == NULL)
		return holds;
	holds = 1u << s->grant;
	if (settings_has(s, SETTING_CLIENT_SECRET) || settings_has(s, SETTING_CLIENT_SECRET_FILE) ||
	    settings_has(s, SETTING_CLIENT_SECRET_COMMAND))
		holds |= (holds & FOR_SIGN_IN) != 0 ? FOR_SECRET : 0;
	return holds | (s->provider->personal ? FOR_PERSONAL
	                : s->provider->entra  ? FOR_WORK
	                : s->provider->google ? FOR_GOOGLE
	                                      : FOR_CUSTOM);
}

void knowledge_add_list(struct knowledge_causes *l, const enum cause *c)
{
	for (; *c != CAUSE_NONE && l->n < EXPLAIN_CAUSES_MAX; c++) {
		unsigned i = 0, grants = cause_for[*c] & FOR_GRANTS, providers = cause_for[*c] & FOR_PROVIDERS;

		while (i < l->n && l->cause[i] != *c)
			i++;
		if (i == l->n && (grants == 0 || (grants & l->holds) != 0) &&
		    (providers == 0 || (providers & l->holds) != 0))
			l->cause[l->n++] = *c;
	}
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

void knowledge_cause(enum cause c, struct knowledge_template *t)
{
	struct buf b = BUF(t->bytes);

	t->id = cause_ids;
	for (unsigned i = 0; i < (unsigned)c; i++)
		t->id = next_text(t->id);
	for (unsigned i = 0; i < 3; i++) {
		packed_put(&b, packed_lists_causes, 3 * (unsigned)c + i);
		buf_byte(&b, '\0');
	}
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

/* A row is its kind and its number in one word; the text of those that have one stands in row_texts, and what a
 * KNOWN row says, for itself and for its SAME rows, in groups. */
enum { NUMBER_BITS = 25, SAME_AS_ABOVE = 0x40 };
#define ROW(kind, number)     ((uint32_t)(kind) << NUMBER_BITS | ((uint32_t)(number) & ((1u << NUMBER_BITS) - 1)))

#define NUMBER_AADSTS(key)    key
#define NUMBER_ERROR(key)     0
#define NUMBER_SUBERROR(key)  0
#define NUMBER_LINE(key)      0
#define NUMBER_INSPECTOR(key) 0
#define NUMBER_ALERT(key)     key
#define NUMBER_ENGINE(key)    key
#define NUMBER_ERRNO(key)     key
#define NUMBER_RESOLVER(key)  key
#define NUMBER_HTTP(key)      key
#define NUMBER_FAULT(key)     FAULT_##key

static const uint32_t rows[] = {
#define KNOWN(kind, key, meaning, ...) ROW(KNOWN_##kind, NUMBER_##kind(key)),
#define SAME(kind, key)                ROW(KNOWN_##kind | SAME_AS_ABOVE, NUMBER_##kind(key)),
#include "explain/known.def"
};

enum { ROWS = COUNT(rows) };

/* What match_text looks for; "" for a row that is found by its number. */
static const char row_texts[] =
#define TEXT_AADSTS(key, name)         ""
#define TEXT_ERROR(key, name)          key
#define TEXT_SUBERROR(key, name)       key
#define TEXT_LINE(key, name)           key
#define TEXT_INSPECTOR(key, name)      key
#define TEXT_ALERT(key, name)          ""
#define TEXT_ENGINE(key, name)         ""
#define TEXT_ERRNO(key, name)          name
#define TEXT_RESOLVER(key, name)       name
#define TEXT_HTTP(key, name)           ""
#define TEXT_FAULT(key, name)          ""
#define KNOWN(kind, key, meaning, ...) TEXT_##kind(key, #key) "\0"
#define SAME(kind, key)                TEXT_##kind(key, #key) "\0"
#include "explain/known.def"
	;

/* One for each KNOWN, none for SAME. */
enum { ROW_CAUSES = 5 }; /* of which EXPLAIN_CAUSES_MAX are shown */

static const struct {
	uint16_t flags;
	uint8_t cause[ROW_CAUSES];
} groups[] = {
#define CAUSES(...)                      CAUSES_5(__VA_ARGS__, NONE, NONE, NONE, NONE, NONE)
#define CAUSES_5(a, b, c, d, e, ...)     CAUSE_##a, CAUSE_##b, CAUSE_##c, CAUSE_##d, CAUSE_##e
#define GROUP(a, b, c, d, e, flags, ...) { flags, { a, b, c, d, e } },
#define KNOWN(kind, key, meaning, ...)   GROUP(__VA_ARGS__, 0, 0)
#define SAME(kind, key)
#include "explain/known.def"
};
_Static_assert(CAUSE__COUNT <= UINT8_MAX, "a cause is stored in a byte");

unsigned knowledge_rows(void)
{
	return ROWS;
}

enum known_kind knowledge_kind(unsigned row)
{
	return (enum known_kind)(rows[row] >> NUMBER_BITS & ~SAME_AS_ABOVE);
}

const char *knowledge_texts(void)
{
	return row_texts;
}

static bool same_as_above(unsigned row)
{
	return (rows[row] >> NUMBER_BITS & SAME_AS_ABOVE) != 0;
}

unsigned knowledge_base(unsigned row)
{
	while (same_as_above(row))
		row--;
	return row;
}

unsigned knowledge_group(unsigned row)
{
	unsigned n = 0;

	for (unsigned i = 1; i <= row; i++)
		n += !same_as_above(i);
	return n;
}

void knowledge_meaning(unsigned row, struct buf *out)
{
	if (knowledge_kind(row) == KNOWN_FAULT)
		buf_z(out, fault_text((enum fault_code)knowledge_number(row)));
	else
		packed_put(out, packed_lists_meanings, knowledge_group(row));
}

unsigned knowledge_flags(unsigned row)
{
	return row == KNOWLEDGE_NOTHING ? 0 : groups[knowledge_group(row)].flags;
}

bool knowledge_add_row(struct knowledge_causes *l, unsigned row)
{
	if (row == KNOWLEDGE_NOTHING)
		return false;
	for (unsigned i = 0; i < ROW_CAUSES; i++)
		knowledge_add(l, (enum cause)groups[knowledge_group(row)].cause[i]);
	return true;
}

int64_t knowledge_number(unsigned row)
{
	int64_t number = rows[row] & ((1u << NUMBER_BITS) - 1);

	return number >> (NUMBER_BITS - 1) == 0 ? number : number - (1 << NUMBER_BITS);
}

static unsigned find_exactly(enum known_kind kind, int64_t number)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (knowledge_kind(i) == kind && knowledge_number(i) == number)
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
		return find_exactly(kind, number < KNOWLEDGE_ENGINE_X509 ? KNOWLEDGE_ENGINE_RULES
		                                                         : KNOWLEDGE_ENGINE_CERTIFICATE);
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
	if (num < KNOWLEDGE_ALERT_RECEIVED)
		return knowledge_find(KNOWN_ENGINE, num);
	return knowledge_find(KNOWN_ALERT,
	                      num - (num < KNOWLEDGE_ALERT_SENT ? KNOWLEDGE_ALERT_RECEIVED : KNOWLEDGE_ALERT_SENT));
}
