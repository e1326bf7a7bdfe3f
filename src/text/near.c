#include "text/near.h"

/* No name of ours has half of it; what is longer is not a misspelt one. */
enum {
	COMPARED_MAX = 64,
	PART_MIN = 4 /* letters of a whole word */
};

/* Lower case, and _ for -: the one spelling that names are compared in. */
static unsigned char folded(unsigned char c)
{
	return c == '-' ? '_' : span_lower(c);
}

bool near_same(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (folded(a.p[i]) != folded(b.p[i]))
			return false;
	return true;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned near_distance(struct span a, struct span b)
{
	/* Row i holds the distances from the first i letters of a to each beginning of b; a swap needs the
	 * two rows before. */
	unsigned rows[3][COMPARED_MAX + 1];

	if (a.n > COMPARED_MAX || b.n > COMPARED_MAX)
		return (unsigned)(a.n > b.n ? a.n : b.n);
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned char x = folded(a.p[i - 1]), y = folded(b.p[j - 1]);

			row[j] = least(up[j - 1] + (x != y), least(up[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == folded(b.p[j - 2]) && y == folded(a.p[i - 2]))
				row[j] = least(row[j], upper[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

/* Is it the first or the last words of the name? "tenant" of "tenant_id", "port" of "pop_port". */
static bool is_part(struct span given, struct span known)
{
	size_t rest = known.n - given.n;

	if (given.n < PART_MIN || given.n >= known.n)
		return false;
	return (folded(known.p[given.n]) == '_' && near_same(given, span_first(known, given.n))) ||
	       (folded(known.p[rest - 1]) == '_' && near_same(given, span_from(known, rest)));
}

/* The first word of s, in the one spelling; *rest is what follows. */
static struct span word(struct span s, struct span *rest)
{
	size_t n = 0;

	while (n < s.n && folded(s.p[n]) != '_')
		n++;
	*rest = span_from(s, n < s.n ? n + 1 : n);
	return span_first(s, n);
}

static bool has_word(struct span s, struct span w)
{
	while (s.n != 0)
		if (near_same(word(s, &s), w))
			return true;
	return false;
}

/* The same words in another order: "wrong-secret" for "secret-wrong". */
static bool is_turned(struct span given, struct span known)
{
	if (given.n == 0 || given.n != known.n)
		return false;
	while (given.n != 0)
		if (!has_word(known, word(given, &given)))
			return false;
	return true;
}

void near_offer(struct near *n, const char *known)
{
	struct span name = span_z(known);
	unsigned away = is_part(n->given, name) || is_turned(n->given, name) ? 1 : near_distance(n->given, name);

	if (n->best != NULL && away >= n->away)
		return;
	n->best = known;
	n->away = away;
}

const char *near_best(const struct near *n)
{
	return n->best != NULL && 3 * (size_t)n->away <= n->given.n ? n->best : NULL;
}
