#include "explain/match.h"

#include <string.h>

enum {
	HEAD = 3,            /* letters by which rows are indexed; a test holds that no text is shorter */
	CODE_DIGITS_MIN = 5, /* of a bare number that is taken for an AADSTS code */
	CODE_DIGITS_MAX = 9
};

static unsigned head(const unsigned char *p)
{
	unsigned h = 0;

	for (unsigned i = 0; i < HEAD; i++)
		h = h * 31 + span_lower(p[i]);
	return h & (MATCH_HEADS - 1);
}

void match_prepare(struct match_index *index, enum known_kind kind)
{
	struct buf texts = BUF(index->texts);
	const char *text = index->texts;

	memset(index->first, 0, sizeof index->first);
	knowledge_texts(&texts, kind);
	for (unsigned i = 0; i < knowledge_rows() && i < MATCH_ROWS_MAX; i++) {
		size_t n = strlen(text);

		if (n >= HEAD) {
			unsigned h = head((const unsigned char *)text);

			index->text[i] = (uint16_t)(text - index->texts);
			index->next[i] = index->first[h];
			index->first[h] = (uint16_t)(i + 1);
		}
		text += n + 1;
	}
}

/* The length of the row's text if it stands at text[at], else 0. Most differ in one of the next letters. */
static size_t row_at(struct span text, size_t at, const char *pattern)
{
	const unsigned char *p = text.p + at;
	size_t n = 0, left = text.n - at;
	bool inside;

	for (; pattern[n] != '\0' && (pattern[n] != '*' || pattern[n + 1] != '\0'); n++)
		if (n == left || span_lower(p[n]) != span_lower((unsigned char)pattern[n]))
			return 0;
	inside = pattern[n] == '*';
	return !inside && n < left && match_wordly(p[n - 1]) && match_wordly(p[n]) ? 0 : n;
}

/* The digits at text[at]: their number, and how many. */
static size_t number_at(struct span text, size_t at, uint64_t *v)
{
	size_t n = 0;

	while (at + n < text.n && n <= CODE_DIGITS_MAX && span_is_digit(text.p[at + n]))
		n++;
	if (n == 0 || n > CODE_DIGITS_MAX || !span_u64(span_first(span_from(text, at), n), UINT32_MAX, v))
		return 0;
	return n;
}

/* What a number means that follows a word. */
static const struct {
	const char *word;
	enum known_kind kind;
} before_number[] = {
	{ "AADSTS", KNOWN_AADSTS },          { "AADSTS ", KNOWN_AADSTS },
	{ "AADSTS: ", KNOWN_AADSTS },        { "AADSTS-", KNOWN_AADSTS },
	{ "error_codes\":[", KNOWN_AADSTS }, { "error?code=", KNOWN_AADSTS },
	{ "alert number ", KNOWN_ALERT },    { "alert ", KNOWN_ALERT },
	{ "engine code ", KNOWN_ENGINE },    { "HTTP/1.1 ", KNOWN_HTTP },
	{ "HTTP/1.0 ", KNOWN_HTTP },         { "HTTP/2 ", KNOWN_HTTP },
	{ "HTTP status ", KNOWN_HTTP },      { "HTTP ", KNOWN_HTTP },
};

static bool code_at(struct span text, size_t at, struct match_hit *hit)
{
	unsigned char c = span_lower(text.p[at]);

	if (c != 'a' && c != 'e' && c != 'h') /* with which all those words begin */
		return false;
	if (at != 0 && match_wordly(text.p[at - 1]))
		return false;
	for (size_t i = 0; i < COUNT(before_number); i++) {
		struct span word;
		unsigned row;
		uint64_t v;
		size_t n;

		if (c != span_lower((unsigned char)before_number[i].word[0]))
			continue;
		word = span_z(before_number[i].word);
		if (!span_starts_nocase(span_from(text, at), word))
			continue;
		n = number_at(text, at + word.n, &v);
		if (n == 0)
			continue;
		row = knowledge_find(before_number[i].kind, (int64_t)v);
		if (row == KNOWLEDGE_NOTHING && before_number[i].kind != KNOWN_AADSTS)
			continue;
		*hit = (struct match_hit){ word.n + n, row, before_number[i].kind == KNOWN_AADSTS ? v : 0 };
		return true;
	}
	return false;
}

/* A fault's id; those without a dash are common words and count only when they are the whole text. */
static bool fault_at(struct span text, size_t at, struct match_hit *hit)
{
	enum fault_code code;
	bool dash = false;
	size_t n = 0;

	if (at != 0 && span_alnum_or(text.p[at - 1], "_-"))
		return false;
	for (; at + n < text.n && span_alnum_or(text.p[at + n], "_-"); n++)
		dash = dash || text.p[at + n] == '-';
	if ((!dash && n != text.n) || !fault_find(span_first(span_from(text, at), n), &code))
		return false;
	*hit = (struct match_hit){ n, knowledge_find(KNOWN_FAULT, code), 0 };
	return true;
}

/* The longest row of this kind, or of any that a person may paste, that begins at text[at]. */
static void rows_at(const struct match_index *index, struct span text, size_t at, int kind, struct match_hit *hit)
{
	if (at + HEAD > text.n || (at != 0 && match_wordly(text.p[at]) && match_wordly(text.p[at - 1])))
		return; /* nothing begins inside of a word */
	for (unsigned i = index->first[head(text.p + at)]; i != 0; i = index->next[i - 1]) {
		enum known_kind k = knowledge_kind(i - 1);
		const char *pattern = index->texts + index->text[i - 1];
		unsigned char next = (unsigned char)pattern[HEAD];
		size_t n;

		if (kind >= 0 ? (int)k != kind : k > KNOWN_PASTED)
			continue;
		/* The head is the same, or its hash; the letter behind it tells most of the others apart. */
		if (next != '\0' && next != '*' &&
		    (at + HEAD == text.n || span_lower(text.p[at + HEAD]) != span_lower(next)))
			continue;
		n = row_at(text, at, pattern);
		if (n > hit->n || (n != 0 && n == hit->n && i - 1 < hit->row)) {
			hit->n = n;
			hit->row = i - 1;
		}
	}
}

bool match_at(const struct match_index *index, struct span text, size_t at, struct match_hit *hit)
{
	if (code_at(text, at, hit))
		return true;
	*hit = (struct match_hit){ 0, KNOWLEDGE_NOTHING, 0 };
	rows_at(index, text, at, -1, hit);
	return hit->n != 0 || fault_at(text, at, hit);
}

bool match_number(struct span text, struct match_hit *hit)
{
	uint64_t v;

	if (text.n == 0 || number_at(text, 0, &v) != text.n)
		return false;
	*hit = (struct match_hit){ text.n, KNOWLEDGE_NOTHING, 0 };
	if (text.n >= CODE_DIGITS_MIN) {
		hit->aadsts = v;
		hit->row = knowledge_find(KNOWN_AADSTS, (int64_t)v);
		return true;
	}
	hit->row = knowledge_find(KNOWN_HTTP, (int64_t)v);
	return hit->row != KNOWLEDGE_NOTHING;
}

unsigned match_best(struct span text, enum known_kind kind, unsigned holds)
{
	unsigned best = KNOWLEDGE_NOTHING;
	struct match_index index;
	bool general = true;
	size_t n = 0;

	if (text.n < HEAD)
		return best;
	match_prepare(&index, kind);
	for (size_t at = 0; at < text.n; at++) {
		struct match_hit hit = { 0, KNOWLEDGE_NOTHING, 0 };
		unsigned row;

		rows_at(&index, text, at, (int)kind, &hit);
		if (hit.n == 0)
			continue;
		row = knowledge_choose(hit.row, text, holds);
		if (knowledge_general(row) != general ? general : hit.n > n) {
			best = row;
			general = knowledge_general(row);
			n = hit.n;
		}
	}
	return best;
}
