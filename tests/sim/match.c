#include "match.h"

#include "macro.h"

/* No protocol line holds a NUL, so it can stand for any run of bytes. */
enum { ANY = '\0' };

void match_pattern(struct scene *s, struct text *pattern, const char *text, const char *where)
{
	for (const char *p = text, *next; *p != '\0'; p = next) {
		next = *p == '{' || *p == '<' ? macro_one(s, pattern, p, where) : NULL;
		if (next != NULL)
			continue;
		if (p[0] == '\\' && p[1] == '*') {
			text_byte(pattern, '*');
			next = p + 2;
		} else if (*p == '*') {
			text_byte(pattern, ANY);
			next = p + 1;
		} else {
			next = macro_byte(pattern, p);
		}
	}
	text_put(pattern, "", 0);
}

bool match(const struct text *pattern, const char *p, size_t n)
{
	size_t i = 0, k = 0;                /* the next of pattern, of p */
	size_t star = pattern->n, from = 0; /* the last * and where its run ends at present */

	while (k < n) {
		if (i < pattern->n && pattern->p[i] == ANY) {
			star = i++;
			from = k;
		} else if (i < pattern->n && pattern->p[i] == p[k]) {
			i++;
			k++;
		} else if (star < pattern->n) {
			i = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	while (i < pattern->n && pattern->p[i] == ANY)
		i++;
	return i == pattern->n;
}

void match_shown(struct text *to, const struct text *pattern)
{
	for (size_t i = 0; i < pattern->n; i++) {
		if (pattern->p[i] == ANY)
			text_byte(to, '*');
		else
			text_shown(to, pattern->p + i, 1, 1);
	}
	text_put(to, "", 0);
}
