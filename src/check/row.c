#include "check/row.h"

static const char *const id[FACT__COUNT] = {
#define FACT(name, text) [FACT_##name] = text,
#include "check/fact.def"
#undef FACT
};

const char *row_fact_id(enum fact key)
{
	return id[key];
}

void row_fact(struct row *r, enum fact key, struct span text)
{
	struct row_fact *f = &r->fact[r->facts];
	struct buf b;

	if (r->facts == ROW_FACTS_MAX || text.n == 0)
		return;
	b = BUF(f->text);
	buf_printable(&b, text);
	f->key = key;
	f->n = (uint32_t)b.n;
	r->facts++;
}

void row_number(struct row *r, enum fact key, int64_t value)
{
	char text[24];
	struct buf b = BUF(text);

	buf_i64(&b, value);
	row_fact(r, key, buf_span(&b));
}

struct span row_get(const struct row *r, enum fact key)
{
	for (uint32_t i = 0; i < r->facts; i++)
		if (r->fact[i].key == key)
			return (struct span){ (const unsigned char *)r->fact[i].text, r->fact[i].n };
	return (struct span){ NULL, 0 };
}

bool row_valid(const struct row *r)
{
	if ((unsigned)r->rung >= RUNG__COUNT || (unsigned)r->because >= RUNG__COUNT ||
	    (unsigned)r->verdict > VERDICT_SKIP || !fault_valid(&r->fault) || r->facts > ROW_FACTS_MAX)
		return false;
	for (uint32_t i = 0; i < r->facts; i++)
		if ((unsigned)r->fact[i].key >= FACT__COUNT || r->fact[i].n > FACT_TEXT_MAX)
			return false;
	return true;
}
