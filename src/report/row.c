#include "report/row.h"

#include "text/date.h"

#define MOMENT_MAX 253402300799 /* 9999-12-31, the last day that RFC 3339 can write */

static const struct {
	const char *id, *words;
	enum row_type type;
} facts[FACT__COUNT] = {
#define FACT(name, text, kind, standin, list) [FACT_##name] = { .id = text, .words = list, .type = ROW_##kind },
#include "report/fact.def"
};

const char *row_fact_id(enum fact key)
{
	return facts[key].id;
}

enum row_type row_fact_type(enum fact key)
{
	return facts[key].type;
}

struct span row_word(enum fact key, int64_t place)
{
	struct span words = span_z(facts[key].words);

	for (; place > 0 && words.n != 0; place--)
		(void)span_cut(words, ' ', &words);
	return span_cut(words, ' ', &words);
}

/* The scratch that is left for the next fact's text. */
static struct buf rest(struct row *r)
{
	size_t at = r->facts == 0 ? 0 : (size_t)r->fact[r->facts - 1].at + r->fact[r->facts - 1].n;
	size_t left = r->facts == ROW_FACTS_MAX ? 0 : sizeof r->text - at;

	return (struct buf){ (unsigned char *)r->text + at, left < FACT_TEXT_MAX ? left : FACT_TEXT_MAX, 0, false };
}

static void add(struct row *r, enum fact key, const struct buf *text, int64_t number)
{
	size_t at = (size_t)(text->p - (unsigned char *)r->text);

	r->fact[r->facts++] = (struct row_fact){ key, (uint16_t)at, (uint16_t)text->n, number };
}

void row_fact(struct row *r, enum fact key, struct span text)
{
	struct buf b = rest(r);

	buf_printable(&b, text);
	if (b.n != 0)
		add(r, key, &b, 0);
}

void row_list(struct row *r, enum fact key, struct span text, char separator)
{
	enum { MORE = 4 }; /* "..." as the last element of a list that was cut */
	struct buf b = rest(r);

	while (text.n != 0) {
		unsigned char scratch[FACT_TEXT_MAX - MORE];
		struct buf one = BUF(scratch);

		buf_printable(&one, span_trim(span_cut(text, (unsigned char)separator, &text)));
		if (one.n == 0)
			continue;
		if (one.n + 1 + MORE > b.cap - b.n && b.n != 0) {
			buf_z(&b, "\n...");
			break;
		}
		buf_z(&b, b.n != 0 ? "\n" : "");
		buf_put(&b, buf_span(&one));
	}
	if (b.n != 0)
		add(r, key, &b, 0);
}

void row_number(struct row *r, enum fact key, int64_t value)
{
	struct buf b = rest(r);

	if (r->facts != ROW_FACTS_MAX && (facts[key].type != ROW_MOMENT || (value > 0 && value <= MOMENT_MAX)))
		add(r, key, &b, value);
}

static const struct row_fact *find(const struct row *r, enum fact key)
{
	for (uint32_t i = 0; i < r->facts; i++)
		if (r->fact[i].key == key)
			return &r->fact[i];
	return NULL;
}

static struct span text_of(const struct row *r, const struct row_fact *f)
{
	return (struct span){ (const unsigned char *)r->text + f->at, f->n };
}

void row_say(struct row *r, enum fact key, const char *format, ...)
{
	char text[2 * FACT_TEXT_MAX]; /* row_fact cuts it where it shows */
	struct buf b = BUF(text);
	va_list arguments;

	va_start(arguments, format);
	buf_vsay(&b, format, arguments);
	va_end(arguments);
	row_fact(r, key, buf_span(&b));
}

struct span row_get(const struct row *r, enum fact key)
{
	const struct row_fact *f = find(r, key);

	return f != NULL ? text_of(r, f) : (struct span){ NULL, 0 };
}

bool row_i64(const struct row *r, enum fact key, int64_t *value)
{
	const struct row_fact *f = find(r, key);

	if (f == NULL || f->n != 0)
		return false;
	*value = f->number;
	return true;
}

bool row_has(const struct row *r, enum fact key)
{
	return find(r, key) != NULL;
}

bool row_put(struct buf *out, const struct row *r, enum fact key)
{
	const struct row_fact *f = find(r, key);

	if (f == NULL)
		return false;
	switch (facts[key].type) {
	case ROW_TEXT:
		buf_put(out, text_of(r, f));
		break;
	case ROW_LIST:
		for (size_t i = f->at; i < (size_t)f->at + f->n; i++)
			buf_byte(out, r->text[i] == ROW_SEPARATOR ? ' ' : (unsigned char)r->text[i]);
		break;
	case ROW_NUMBER:
		buf_i64(out, f->number);
		break;
	case ROW_MOMENT:
		date_put(out, f->number);
		break;
	case ROW_WORD:
		buf_put(out, row_word(key, f->number));
		break;
	}
	return true;
}

/* As row_fact leaves it: nothing that print would have to change. */
static bool printable(struct span text)
{
	unsigned char scratch[FACT_TEXT_MAX];
	struct buf again = BUF(scratch);

	buf_printable(&again, text);
	return text.n != 0 && span_eq(buf_span(&again), text);
}

/* Elements that are printable, and a separator only between them. */
static bool printable_list(struct span text)
{
	bool good = text.n != 0 && text.p[text.n - 1] != ROW_SEPARATOR;

	while (good && text.n != 0)
		good = printable(span_cut(text, ROW_SEPARATOR, &text));
	return good;
}

static bool fact_valid(const struct row *r, const struct row_fact *f)
{
	switch (facts[f->key].type) {
	case ROW_TEXT:
		return f->number == 0 && printable(text_of(r, f));
	case ROW_LIST:
		return f->number == 0 && printable_list(text_of(r, f));
	case ROW_NUMBER:
		return f->n == 0;
	case ROW_MOMENT:
		return f->n == 0 && f->number > 0 && f->number <= MOMENT_MAX;
	case ROW_WORD:
		return f->n == 0 && f->number >= 0 && row_word(f->key, f->number).n != 0;
	}
	return false;
}

bool row_valid(const struct row *r)
{
	size_t end = 0;

	if ((unsigned)r->step >= STEP__COUNT || (unsigned)r->because >= STEP__COUNT || r->verdict == VERDICT_NONE ||
	    (unsigned)r->verdict > VERDICT_SKIP || r->began_ms < 0 || r->began_ms > ROW_MS_MAX || r->ms < 0 ||
	    r->ms > ROW_MS_MAX || !fault_valid(&r->fault) || r->facts > ROW_FACTS_MAX)
		return false;
	for (uint32_t i = 0; i < r->facts; i++) {
		const struct row_fact *f = &r->fact[i];

		if ((unsigned)f->key >= FACT__COUNT || f->n > FACT_TEXT_MAX || f->at != end ||
		    end + f->n > sizeof r->text || !fact_valid(r, f))
			return false;
		end += f->n;
	}
	return true;
}
