#include "base/fault.h"

static const struct {
	const char *id;
	const char *text;
	enum fault_kind kind;
} table[FAULT__COUNT] = {
	[FAULT_NONE] = { "none", "nothing failed", FAULT_KIND_NONE },
#define FAULT(name, id, kind, text) [FAULT_##name] = { id, text, FAULT_KIND_##kind },
#include "base/fault.def"
};

bool fault_set(struct fault *f, enum fault_code code, int64_t num, struct span evidence)
{
	struct buf text = BUF(f->evidence);

	if (f->code != FAULT_NONE)
		return false;
	f->code = code;
	f->num = num;
	buf_printable(&text, evidence);
	f->n = (uint32_t)text.n;
	return false;
}

bool fault_say(struct fault *f, enum fault_code code, int64_t num, const char *format, ...)
{
	char text[2 * FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);
	va_list arguments;

	va_start(arguments, format);
	buf_vsay(&b, format, arguments);
	va_end(arguments);
	return fault_set(f, code, num, buf_span(&b));
}

bool fault_become(struct fault *f, enum fault_code code, int64_t num, struct span evidence)
{
	struct fault other = { 0 };

	fault_set(&other, code, num, evidence);
	*f = other;
	return false;
}

bool fault_limit(struct fault *f, enum fault_code code, uint64_t actual, uint64_t limit)
{
	return fault_say(f, code, (int64_t)limit, "%llu bytes, the limit is %llu", (unsigned long long)actual,
	                 (unsigned long long)limit);
}

struct span fault_evidence(const struct fault *f)
{
	return (struct span){ (const unsigned char *)f->evidence, f->n };
}

const char *fault_id(enum fault_code code)
{
	return table[code].id;
}

const char *fault_text(enum fault_code code)
{
	return table[code].text;
}

enum fault_kind fault_kind(enum fault_code code)
{
	return table[code].kind;
}

bool fault_find(struct span id, enum fault_code *code)
{
	for (int i = 0; i < FAULT__COUNT; i++) {
		if (id.n != 0 && table[i].id[0] != (char)id.p[0]) /* explain asks for every word of a log */
			continue;
		if (span_eq(id, span_z(table[i].id))) {
			*code = (enum fault_code)i;
			return true;
		}
	}
	return false;
}

bool fault_valid(const struct fault *f)
{
	unsigned char again[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(again);

	if ((unsigned)f->code >= FAULT__COUNT || f->n > sizeof f->evidence)
		return false;
	buf_printable(&b, fault_evidence(f)); /* text that is printable already comes out as it was */
	return span_eq(buf_span(&b), fault_evidence(f));
}
