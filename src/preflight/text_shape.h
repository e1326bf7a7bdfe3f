/* text_shape: what copying and typing do to a value: spaces, invisible characters, quotes, encodings. */
#ifndef PREFLIGHT_TEXT_SHAPE_H
#define PREFLIGHT_TEXT_SHAPE_H

#include "base/buf.h"

enum text_shape {
	TEXT_SHAPE_CLEAN,
	TEXT_SHAPE_QUOTED,      /* quotes around it, straight or curly */
	TEXT_SHAPE_PLACEHOLDER, /* <secret>, {{secret}}, ${SECRET}, $(command), %SECRET% */
	TEXT_SHAPE_BOM,
	TEXT_SHAPE_LINE_BREAK,
	TEXT_SHAPE_CONTROL,
	TEXT_SHAPE_SPACE_START,
	TEXT_SHAPE_SPACE_END,
	TEXT_SHAPE_SPACE,     /* inside */
	TEXT_SHAPE_NO_BREAK,  /* U+00A0 and its kin */
	TEXT_SHAPE_INVISIBLE, /* zero width, soft hyphen, direction marks */
	TEXT_SHAPE_CURLY,     /* typographic quotes */
	TEXT_SHAPE_DASH,      /* typographic dashes and minus */
	TEXT_SHAPE_NOT_UTF8,
	TEXT_SHAPE_NOT_ASCII,
	TEXT_SHAPE_ENTITY,  /* &amp; and its kin */
	TEXT_SHAPE_ENCODED, /* %2B: percent-encoded already */
	TEXT_SHAPE__COUNT
};

/* The first oddity: of the whole value, then in reading order, then of its spelling. *at is the number of the
 * character, from 1; 0 when it is about the whole. */
enum text_shape text_shape_find(struct span s, size_t *at);

/* "a line break (character 41)", for a sentence; nothing of the value itself. */
struct text_shape_text {
	char z[80];
};

struct text_shape_text text_shape_text(enum text_shape what, size_t at);

#endif
