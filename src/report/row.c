#include "report/row.h"

static const char *const id[FACT__COUNT] = {
#define FACT(name, text) [FACT_##name] = text,
#include "report/fact.def"
#undef FACT
};

const char *row_fact_id(enum fact key)
{
	return id[key];
}

/* Where the next fact's text begins. */
static size_t used(const struct row *r)
{
	return r->facts == 0 ? 0 : (size_t)r->fact[r->facts - 1].at + r->fact[r->facts - 1].n;
}

void row_fact(struct row *r, enum fact key, struct span text)
{
	size_t at = used(r), scratch = sizeof r->text - at;
	struct buf b = { (unsigned char *)r->text + at, scratch < FACT_TEXT_MAX ? scratch : FACT_TEXT_MAX, 0, false };

	if (r->facts == ROW_FACTS_MAX || text.n == 0)
		return;
	buf_printable(&b, text);
	if (b.n == 0)
		return;
	r->fact[r->facts++] = (struct row_fact){ key, (uint16_t)at, (uint16_t)b.n };
}

void row_number(struct row *r, enum fact key, int64_t value)
{
	char text[24];
	struct buf b = BUF(text);

	buf_i64(&b, value);
	row_fact(r, key, buf_span(&b));
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
	for (uint32_t i = 0; i < r->facts; i++)
		if (r->fact[i].key == key)
			return (struct span){ (const unsigned char *)r->text + r->fact[i].at, r->fact[i].n };
	return (struct span){ NULL, 0 };
}

/* As row_fact leaves it: nothing that print would have to change. */
static bool printable(struct span text)
{
	unsigned char scratch[FACT_TEXT_MAX];
	struct buf again = BUF(scratch);

	buf_printable(&again, text);
	return span_eq(buf_span(&again), text);
}

bool row_valid(const struct row *r)
{
	size_t end = 0;

	if ((unsigned)r->step >= STEP__COUNT || (unsigned)r->because >= STEP__COUNT || r->verdict == VERDICT_NONE ||
	    (unsigned)r->verdict > VERDICT_SKIP || r->began_ms < 0 || r->began_ms > ROW_MS_MAX || r->ms < 0 ||
	    r->ms > ROW_MS_MAX || !fault_valid(&r->fault) || r->facts > ROW_FACTS_MAX)
		return false;
	for (uint32_t i = 0; i < r->facts; i++) {
		if ((unsigned)r->fact[i].key >= FACT__COUNT || r->fact[i].n > FACT_TEXT_MAX || r->fact[i].at != end ||
		    end + r->fact[i].n > sizeof r->text ||
		    !printable((struct span){ (const unsigned char *)r->text + end, r->fact[i].n }))
			return false;
		end += r->fact[i].n;
	}
	return true;
}
