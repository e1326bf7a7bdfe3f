/* jsontok: the tokens of a JSON text (RFC 8259), one a call, without recursion; json is built on it. */
#ifndef TEXT_JSONTOK_H
#define TEXT_JSONTOK_H

#include "base/span.h"

enum { JSONTOK_DEPTH_MAX = 32 };

/* What the grammar allows next. */
enum jsontok_want {
	JSONTOK_WANT_VALUE,
	JSONTOK_WANT_KEY,   /* after a comma in an object */
	JSONTOK_WANT_FIRST, /* after an opening bracket: an element or the closing one */
	JSONTOK_WANT_MORE,  /* after an element: a comma or the closing bracket */
	JSONTOK_WANT_END    /* after the whole value */
};

/* KEY is a member's name, its colon is taken; SCALAR any value but a container; END the end of the text
 * after one whole value; BAD a broken text, also one that ends early: the scanner is of no more use. */
enum jsontok_event { JSONTOK_OPEN, JSONTOK_CLOSE, JSONTOK_KEY, JSONTOK_SCALAR, JSONTOK_END, JSONTOK_BAD };

/* Start with the text and zeros; or in the middle, with a place, a depth and what is wanted there. */
struct jsontok {
	struct span text;
	size_t at;        /* behind the last token */
	uint32_t objects; /* bit d - 1 is set when level d is an object */
	unsigned depth;
	enum jsontok_want want;
	struct span token; /* of the last event: the key or scalar, raw, or one bracket */
};

enum jsontok_event jsontok_next(struct jsontok *s) MUST;

/* Take a string with its quotes, or a number, from where the scanner stands; false when there is none. */
bool jsontok_string(struct jsontok *s) MUST;
bool jsontok_number(struct jsontok *s) MUST;

/* The first character of a string's inside, escapes undone, and how many bytes it took; 0 at the closing
 * quote, at the end and where it is broken. A surrogate pair is one character, a lone surrogate is broken. */
size_t jsontok_character(struct span s, uint32_t *c);

#endif
