/* lint_text: what copying and typing do to a value: blanks, invisible characters, quotes, encodings. */
#ifndef PREFLIGHT_LINT_TEXT_H
#define PREFLIGHT_LINT_TEXT_H

#include "base/buf.h"

enum lint_text {
	LINT_TEXT_CLEAN,
	LINT_TEXT_QUOTED,      /* quotes around it, straight or curly */
	LINT_TEXT_PLACEHOLDER, /* <secret>, {{secret}}, ${SECRET}, $(command), %SECRET% */
	LINT_TEXT_BOM,
	LINT_TEXT_LINE_BREAK,
	LINT_TEXT_CONTROL,
	LINT_TEXT_BLANK_START,
	LINT_TEXT_BLANK_END,
	LINT_TEXT_BLANK,       /* inside */
	LINT_TEXT_NO_BREAK,    /* U+00A0 and its kin */
	LINT_TEXT_INVISIBLE,   /* zero width, soft hyphen, direction marks */
	LINT_TEXT_CURLY,       /* typographic quotes */
	LINT_TEXT_DASH,        /* typographic dashes and minus */
	LINT_TEXT_NOT_UTF8,
	LINT_TEXT_NOT_ASCII,
	LINT_TEXT_ENTITY,      /* &amp; and its kin */
	LINT_TEXT_ENCODED,     /* %2B: percent-encoded already */
	LINT_TEXT__COUNT
};

/* The first oddity: of the whole value, then in reading order, then of its spelling. *at is the number of the
 * character, from 1; 0 when it is about the whole. */
enum lint_text lint_text_find(struct span s, size_t *at);

/* "a line break (character 41)"; nothing of the value itself. */
void lint_text_put(struct buf *out, enum lint_text what, size_t at);

#endif
