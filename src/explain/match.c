#include "explain/match.h"

#include <string.h>

enum {
	ROWS_MAX = 640,      /* rows of known.def; a test holds it against the table */
	UNKNOWN_MAX = 32,    /* AADSTS codes without a row that are told apart in one text */
	NEAR = 600,          /* an answer of Entra's is about this long: its code speaks for the whole of it */
	CODE_DIGITS_MIN = 5, /* of a bare number that is taken for an AADSTS code */
	CODE_DIGITS_MAX = 9
};

/* The rows that have a text, by its first letter. */
struct rows {
	uint16_t first[256]; /* row + 1; 0 is the end */
	uint16_t next[ROWS_MAX];
	const char *text[ROWS_MAX];
};

/* Part of a word: a neighbour of this kind means that the match is only a piece of something else. */
static bool wordly(unsigned char c)
{
	return span_alnum_or(c, "_");
}

static void index_rows(struct rows *r)
{
	const char *text = knowledge_texts();
	unsigned n = knowledge_rows();

	memset(r->first, 0, sizeof r->first);
	for (unsigned i = 0; i < n && i < ROWS_MAX; i++) {
		unsigned char c = span_lower((unsigned char)text[0]);

		r->text[i] = text;
		r->next[i] = r->first[c];
		r->first[c] = (uint16_t)(i + 1);
		text += strlen(text) + 1;
	}
	r->first['\0'] = 0; /* rows without a text */
}

/* The length of the row's text if it stands at text[at], else 0. */
static size_t row_at(struct span text, size_t at, const char *pattern)
{
	struct span p = span_z(pattern);
	bool inside = span_ends(p, SPAN("*"));

	if (inside)
		p = span_first(p, p.n - 1);
	if (!span_starts_nocase(span_from(text, at), p) || (at != 0 && wordly(p.p[0]) && wordly(text.p[at - 1])))
		return 0;
	if (!inside && at + p.n < text.n && wordly(p.p[p.n - 1]) && wordly(text.p[at + p.n]))
		return 0;
	return p.n;
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
	{ "AADSTS", KNOWN_AADSTS },      { "error_codes\":[", KNOWN_AADSTS },
	{ "error?code=", KNOWN_AADSTS }, { "alert number ", KNOWN_ALERT },
	{ "alert ", KNOWN_ALERT },       { "engine code ", KNOWN_ENGINE },
	{ "HTTP/1.1 ", KNOWN_HTTP },     { "HTTP/1.0 ", KNOWN_HTTP },
	{ "HTTP/2 ", KNOWN_HTTP },       { "HTTP status ", KNOWN_HTTP },
	{ "HTTP ", KNOWN_HTTP },
};

static bool code_at(struct span text, size_t at, struct match_hit *hit)
{
	for (size_t i = 0; i < COUNT(before_number); i++) {
		struct span word = span_z(before_number[i].word);
		unsigned row;
		uint64_t v;
		size_t n;

		if (!span_starts_nocase(span_from(text, at), word) || (at != 0 && wordly(text.p[at - 1])))
			continue;
		n = number_at(text, at + word.n, &v);
		if (n == 0)
			continue;
		row = knowledge_find(before_number[i].kind, (int64_t)v);
		if (row == KNOWLEDGE_NOTHING && before_number[i].kind != KNOWN_AADSTS)
			continue;
		*hit = (struct match_hit){ at, word.n + n, row, before_number[i].kind == KNOWN_AADSTS ? v : 0 };
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
	*hit = (struct match_hit){ at, n, knowledge_find(KNOWN_FAULT, code), 0 };
	return true;
}

/* The longest thing that starts at text[at]. */
static bool match_at(const struct rows *rows, struct span text, size_t at, struct match_hit *hit)
{
	if (code_at(text, at, hit))
		return true;
	*hit = (struct match_hit){ at, 0, KNOWLEDGE_NOTHING, 0 };
	for (unsigned i = rows->first[span_lower(text.p[at])]; i != 0; i = rows->next[i - 1]) {
		size_t n = row_at(text, at, rows->text[i - 1]);

		if (n > hit->n) {
			hit->n = n;
			hit->row = i - 1;
		}
	}
	return hit->n != 0 || fault_at(text, at, hit);
}

/* Is there another AADSTS code near, from `from` up to `to`? */
static bool aadsts_near(struct span text, size_t from, size_t to)
{
	size_t at;

	return from < to && span_find_nocase(span_first(span_from(text, from), to - from), SPAN("AADSTS"), &at);
}

/* Names and statuses say less than the code beside them, and a wrapper says less than the code inside. */
static bool outdone(struct span text, const struct match_hit *hit)
{
	size_t from = hit->at > NEAR ? hit->at - NEAR : 0;
	size_t end = hit->at + hit->n;
	enum known_kind kind;

	if (hit->aadsts != 0 && (knowledge_flags(hit->row) & KNOWN_WRAPPER) != 0)
		return aadsts_near(text, end, end + NEAR / 4);
	if (hit->aadsts != 0)
		return false;
	kind = knowledge_kind(hit->row);
	return (kind == KNOWN_ERROR || kind == KNOWN_SUBERROR || kind == KNOWN_HTTP) &&
	       aadsts_near(text, from, end + NEAR);
}

/* What was met already. */
struct seen {
	unsigned char row[(ROWS_MAX + 7) / 8];
	uint64_t unknown[UNKNOWN_MAX];
	unsigned n;
};

/* Note a hit; true when it is the first of its kind. */
static bool first_time(struct seen *s, const struct match_hit *hit)
{
	unsigned row = hit->row;

	if (row == KNOWLEDGE_NOTHING) {
		for (unsigned i = 0; i < s->n; i++)
			if (s->unknown[i] == hit->aadsts)
				return false;
		if (s->n < UNKNOWN_MAX)
			s->unknown[s->n++] = hit->aadsts;
		return true;
	}
	if (hit->aadsts == 0)
		row = knowledge_base(row);
	if ((s->row[row / 8] >> (row % 8) & 1) != 0)
		return false;
	s->row[row / 8] |= (unsigned char)(1u << (row % 8));
	return true;
}

/* A text that is nothing but a number: as people type it after "explain". */
static bool bare_number(struct span text, struct match_hit *hit)
{
	struct span s = span_trim(text);
	uint64_t v;

	if (s.n == 0 || number_at(s, 0, &v) != s.n)
		return false;
	*hit = (struct match_hit){ (size_t)(s.p - text.p), s.n, KNOWLEDGE_NOTHING, 0 };
	if (s.n >= CODE_DIGITS_MIN) {
		hit->aadsts = v;
		hit->row = knowledge_find(KNOWN_AADSTS, (int64_t)v);
		return true;
	}
	hit->row = knowledge_find(KNOWN_HTTP, (int64_t)v);
	return hit->row != KNOWLEDGE_NOTHING;
}

bool match_text(struct span text, size_t from, struct match_hit *hit)
{
	struct seen seen = { { 0 }, { 0 }, 0 };
	struct rows rows;

	if (bare_number(text, hit))
		return hit->at >= from;
	index_rows(&rows);
	for (size_t at = 0; at < text.n;) {
		if (!match_at(&rows, text, at, hit)) {
			at++;
			continue;
		}
		at += hit->n;
		if (!outdone(text, hit) && first_time(&seen, hit) && hit->at >= from)
			return true;
	}
	return false;
}

unsigned match_kind(struct span text, enum known_kind kind)
{
	struct match_hit hit;
	struct rows rows;

	index_rows(&rows);
	for (size_t at = 0; at < text.n; at++)
		if (match_at(&rows, text, at, &hit) && hit.row != KNOWLEDGE_NOTHING && knowledge_kind(hit.row) == kind)
			return hit.row;
	return KNOWLEDGE_NOTHING;
}
