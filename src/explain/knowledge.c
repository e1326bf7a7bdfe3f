#include "explain/knowledge.h"

#include <errno.h>
#include <netdb.h>

#include "conf/microsoft.h"
#include "explain/known.h"
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

static const uint32_t cause_for[CAUSE__COUNT] = {
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, source) [CAUSE_##name] = holds,
#include "explain/causes.def"
};

static const char *next_text(const char *p)
{
	while (*p != '\0')
		p++;
	return p + 1;
}

static const unsigned dimensions[] = { FOR_GRANTS, FOR_ASKERS, FOR_PROVIDERS, FOR_PROTOCOLS,
	                               FOR_LOGINS, FOR_OWNERS, FOR_SPEAKERS,  FOR_APIS };

bool knowledge_holds(unsigned of, unsigned holds)
{
	for (size_t i = 0; i < COUNT(dimensions); i++)
		if ((of & dimensions[i]) != 0 && (of & holds & dimensions[i]) == 0)
			return false;
	return true;
}

void knowledge_prove(unsigned *proved, unsigned more)
{
	for (size_t i = 0; i < COUNT(dimensions); i++) {
		unsigned now = *proved & dimensions[i], other = more & dimensions[i];

		*proved &= ~dimensions[i];
		*proved |= (now & other) != 0 ? now & other : now | other;
	}
}

unsigned knowledge_narrow(unsigned proved)
{
	unsigned holds = 0;

	for (size_t i = 0; i < COUNT(dimensions); i++)
		holds |= (proved & dimensions[i]) != 0 ? proved & dimensions[i] : dimensions[i];
	return holds;
}

void knowledge_add_list(struct knowledge_causes *l, const enum cause *c)
{
	for (; *c != CAUSE_NONE && l->n < KNOWLEDGE_CAUSES_MAX; c++) {
		unsigned i = 0, ruled = cause_for[*c] & l->holds & UNLESS_ALL;

		while (i < l->n && l->cause[i] != *c)
			i++;
		if (i < l->n || !knowledge_holds(cause_for[*c], l->holds))
			continue;
		l->ruled |= ruled;
		if (ruled == 0)
			l->cause[l->n++] = *c;
	}
}

const char *knowledge_id(enum cause c)
{
	const char *id = cause_ids;

	for (unsigned i = 0; i < (unsigned)c; i++)
		id = next_text(id);
	return id;
}

void knowledge_cause(enum cause c, struct knowledge_template *t)
{
	const unsigned char *p = packed_at(packed_lists_causes, 3 * (unsigned)c);
	struct buf b = BUF(t->bytes);

	t->id = knowledge_id(c);
	for (unsigned i = 0; i < 3; i++) {
		p = packed_next(&b, p);
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

/* A row is its kind and its number in one word; the text of those that have one stands in packed_lists_keys, and what a
 * KNOWN row says, for itself and for its SAME rows, in groups. */
enum { NUMBER_BITS = 25, SAME_AS_ABOVE = 0x40 };
#define ROW(kind, number)     ((uint32_t)(kind) << NUMBER_BITS | ((uint32_t)(number) & ((1u << NUMBER_BITS) - 1)))

#define NUMBER_AADSTS(key)    key
#define NUMBER_ERROR(key)     0
#define NUMBER_SUBERROR(key)  0
#define NUMBER_LINE(key)      0
#define NUMBER_CLUE(key)      0
#define NUMBER_INSPECTOR(key) 0
#define NUMBER_AUTHORITY(key) 0
#define NUMBER_PORTAL(key)    0
#define NUMBER_SERVICE(key)   0
#define NUMBER_AUDIENCE(key)  0
#define NUMBER_ROLE(key)      0
#define NUMBER_SHAPE(key)     0
#define NUMBER_ALERT(key)     key
#define NUMBER_ENGINE(key)    key
#define NUMBER_ERRNO(key)     key
#define NUMBER_RESOLVER(key)  key
#define NUMBER_HTTP(key)      key
#define NUMBER_FAULT(key)     FAULT_##key

static const uint32_t rows[] = {
#define KNOWN(kind, key, meaning, ...)           ROW(KNOWN_##kind, NUMBER_##kind(key)),
#define SAME(kind, key)                          ROW(KNOWN_##kind | SAME_AS_ABOVE, NUMBER_##kind(key)),
#define WHEN(kind, key, words, of, meaning, ...) KNOWN(kind, key, meaning, __VA_ARGS__)
#include "explain/known.def"
};

enum { ROWS = COUNT(rows) };

/* One for each KNOWN and WHEN, none for SAME. */
enum { ROW_CAUSES = 5 };
#define VARIANT                               (1u << 31) /* it is a WHEN row */

#define CAUSES(...)                           CAUSES_5(__VA_ARGS__, NONE, NONE, NONE, NONE, NONE)
#define CAUSES_5(a, b, c, d, e, ...)          CAUSE_##a, CAUSE_##b, CAUSE_##c, CAUSE_##d, CAUSE_##e
#define ONLY_MARKS(a, b, c, d, e, marks, ...) (marks)

static const uint32_t group_marks[] = {
#define KNOWN(kind, key, meaning, ...) ONLY_MARKS(__VA_ARGS__, 0, 0),
#define SAME(kind, key)
#define WHEN(kind, key, words, of, meaning, ...) VARIANT | (of) | ONLY_MARKS(__VA_ARGS__, 0, 0),
#include "explain/known.def"
};

/* The number of a cause has nine bits: eight of each of the five, then the highest ones together. */
#define ONLY_HIGH(a, b, c, d, e, ...) (a) >> 8 | (b) >> 8 << 1 | (c) >> 8 << 2 | (d) >> 8 << 3 | (e) >> 8 << 4
/* clang-format off */
#define ONLY_LOW(a, b, c, d, e, ...) { (a) & 255, (b) & 255, (c) & 255, (d) & 255, (e) & 255 }
/* clang-format on */
_Static_assert(CAUSE__COUNT <= 512, "the number of a cause has nine bits");

static const uint8_t group_causes[][ROW_CAUSES] = {
#define KNOWN(kind, key, meaning, ...) ONLY_LOW(__VA_ARGS__, 0),
#define SAME(kind, key)
#define WHEN(kind, key, words, of, meaning, ...) ONLY_LOW(__VA_ARGS__, 0),
#include "explain/known.def"
};

static const uint8_t group_causes_high[] = {
#define KNOWN(kind, key, meaning, ...) ONLY_HIGH(__VA_ARGS__, 0),
#define SAME(kind, key)
#define WHEN(kind, key, words, of, meaning, ...) ONLY_HIGH(__VA_ARGS__, 0),
#include "explain/known.def"
};

unsigned knowledge_rows(void)
{
	return ROWS;
}

enum known_kind knowledge_kind(unsigned row)
{
	return (enum known_kind)(rows[row] >> NUMBER_BITS & ~SAME_AS_ABOVE);
}

void knowledge_texts(struct buf *out, enum known_kind kind)
{
	const unsigned char *p = packed_lists_keys;

	for (unsigned i = 0; i < ROWS; i++) {
		p = kind == KNOWN__COUNT || knowledge_kind(i) == kind ? packed_next(out, p) : packed_at(p, 1);
		buf_byte(out, '\0');
	}
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

unsigned knowledge_marks(unsigned row)
{
	return row == KNOWLEDGE_NOTHING ? 0 : group_marks[knowledge_group(row)];
}

bool knowledge_general(unsigned row)
{
	enum known_kind kind = knowledge_kind(row);
	unsigned marks = knowledge_marks(row);

	return (marks & KNOWN_GENERAL) != 0 ||
	       ((marks & VARIANT) == 0 && (kind == KNOWN_ERROR || kind == KNOWN_SUBERROR || kind == KNOWN_HTTP));
}

bool knowledge_add_row(struct knowledge_causes *l, unsigned row)
{
	unsigned group;

	if (row == KNOWLEDGE_NOTHING)
		return false;
	group = knowledge_group(row);
	for (unsigned i = 0; i < ROW_CAUSES; i++)
		knowledge_add(l, (enum cause)(group_causes[group][i] | (group_causes_high[group] >> i & 1) << 8));
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
	const unsigned char *p = packed_lists_keys;

	for (unsigned i = 0; name.n != 0 && i < ROWS; i++) {
		unsigned char key[KNOWLEDGE_KEY_MAX];
		struct buf b = BUF(key);

		p = knowledge_kind(i) == kind ? packed_next(&b, p) : packed_at(p, 1);
		if (knowledge_kind(i) == kind && span_eq(name, buf_span(&b)))
			return i;
	}
	return KNOWLEDGE_NOTHING;
}

unsigned knowledge_tls(int64_t num)
{
	if (num < KNOWLEDGE_ALERT_RECEIVED)
		return knowledge_find(KNOWN_ENGINE, num);
	return knowledge_find(KNOWN_ALERT,
	                      num - (num < KNOWLEDGE_ALERT_SENT ? KNOWLEDGE_ALERT_RECEIVED : KNOWLEDGE_ALERT_SENT));
}

/* ---- rows with the same key -------------------------------------------------------------------- */

/* Kind and number of a row, whose causes ever they are. */
static uint32_t key_of(unsigned row)
{
	return rows[row] & ~((uint32_t)SAME_AS_ABOVE << NUMBER_BITS);
}

/* The same text is packed into the same bytes. */
static bool same_text(const unsigned char *a, const unsigned char *b)
{
	for (; *a == *b; a++, b++)
		if (*a == '\0')
			return true;
	return false;
}

/* The first row from `from` on that has the kind and key of this one; a number is a key by itself. */
static unsigned alike(unsigned row, unsigned from)
{
	const unsigned char *key = packed_at(packed_lists_keys, row), *p = packed_at(packed_lists_keys, from);

	for (unsigned i = from; i < ROWS; i++, p = packed_at(p, 1))
		if (key_of(i) == key_of(row) && same_text(p, key))
			return i;
	return KNOWLEDGE_NOTHING;
}

unsigned knowledge_next(unsigned row)
{
	unsigned next = alike(row, row + 1), first = alike(row, 0);
	unsigned base = knowledge_base(first);

	return next == KNOWLEDGE_NOTHING && base != first ? alike(base, base + 1) : next;
}

/* The words of a group, in lent bytes. */
static struct span words_of(unsigned group, unsigned char bytes[KNOWLEDGE_WORDS_MAX])
{
	struct buf b = { bytes, KNOWLEDGE_WORDS_MAX, 0, false };

	packed_put(&b, packed_lists_words, group);
	return buf_span(&b);
}

bool knowledge_words(unsigned row, struct span said)
{
	unsigned char bytes[KNOWLEDGE_WORDS_MAX];
	struct span words = words_of(knowledge_group(row), bytes);
	bool found = words.n == 0;
	size_t at;

	while (words.n != 0 && !found)
		found = span_find_nocase(said, span_cut(words, '|', &words), &at);
	return found;
}

/* The longest words count, then the dimensions. */
int knowledge_weight(unsigned row, unsigned holds)
{
	unsigned group = knowledge_group(row), marks = group_marks[group];
	unsigned char bytes[KNOWLEDGE_WORDS_MAX];
	struct span words = words_of(group, bytes);
	int n = 0;

	if ((marks & VARIANT) == 0)
		return 0;
	if (!knowledge_holds(marks, holds))
		return -1;
	for (size_t i = 0; i < COUNT(dimensions) && words.n == 0; i++) /* without words it has to be certain */
		if ((marks & dimensions[i]) != 0 && (holds & dimensions[i] & ~marks) != 0)
			return -1;
	while (words.n != 0) {
		struct span word = span_cut(words, '|', &words);

		n = (int)word.n > n ? (int)word.n : n;
	}
	n *= 1 + (int)COUNT(dimensions);
	for (size_t i = 0; i < COUNT(dimensions); i++)
		n += (marks & dimensions[i]) != 0;
	return n;
}

unsigned knowledge_choose(unsigned row, struct span said, unsigned holds)
{
	unsigned best = row;
	int most = -1;

	for (; row != KNOWLEDGE_NOTHING; row = knowledge_next(row)) {
		int n = knowledge_words(row, said) ? knowledge_weight(row, holds) : -1;

		if (n > most) {
			most = n;
			best = row;
		}
	}
	return best;
}
