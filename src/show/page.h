/* page: words set in columns, for a terminal or a pipe. */
#ifndef SHOW_PAGE_H
#define SHOW_PAGE_H

#include "base/buf.h"
#include "report/step.h"
#include "show/pseudonym.h"

enum {
	PAGE_WIDTH = 80,      /* when it is not known: what mails, tickets and old consoles take */
	PAGE_WIDTH_MIN = 40,  /* narrower windows wrap by themselves */
	PAGE_WIDTH_MAX = 100, /* longer lines are hard to read */
	PAGE_ASIDE = 8,       /* "3600.0 s", the longest time of a check */
	PAGE_TYPED = 4,       /* blanks before what is to be typed, beyond the text around it */
	PAGE_LINE_MAX = 8192  /* bytes of a line of text with its stand-ins; more sets out->full */
};

/* Tones that can be read on light and on dark backgrounds. */
enum page_tone { PAGE_PLAIN, PAGE_STRONG, PAGE_FAINT, PAGE_BAD, PAGE_GOOD, PAGE_WARN, PAGE_TYPE };

/* The caller fills the first five. Everything that is put is made printable; a character counts as
 * one column. Where utf8 is false only ASCII comes out. No line ends in a blank. */
struct page {
	struct buf *out;
	unsigned width; /* columns; 0 is PAGE_WIDTH, others are brought into MIN..MAX */
	bool colour;
	bool utf8;
	struct pseudonym *pseudonym; /* --share: stand-ins for names; NULL shows things as they are */
	unsigned column;             /* of the cursor; kept by the functions, 0 at the start */
	unsigned blanks;             /* owed: written when something follows on the line */
};

/* From here on in another tone, until PAGE_PLAIN. Without colour nothing is written. */
void page_tone(struct page *p, enum page_tone tone);

/* Text as it is, on this line. */
void page_put(struct page *p, struct span s);
void page_z(struct page *p, const char *z);
void page_say(struct page *p, const char *format, ...) BUF_FORMAT(2);

/* The same in a tone. */
void page_toned(struct page *p, enum page_tone tone, struct span s);

/* An empty line, then one that is strong. */
void page_heading(struct page *p, const char *text);

/* Blanks up to a column; at least none. */
void page_to(struct page *p, unsigned column);

/* End the line. */
void page_end(struct page *p);

/* Words from the cursor on, wrapped before the right edge; further lines start at column `hang`.
 * Only a word that is longer than a whole line is broken, a URL never. The line is not ended. */
void page_words(struct page *p, unsigned hang, struct span text);

/* The same, ended, with a short text (at most PAGE_ASIDE bytes) flush right on the first line; the
 * words keep clear of its columns. */
void page_row(struct page *p, unsigned hang, struct span text, struct span aside);

/* Lines separated by LF, each wrapped on its own from column `indent` on, a list item ("- ", "1. ") with a hanging
 * indent. A line that starts with a tab is to be typed: it is never wrapped or changed, and stands alone, a long one
 * further left; only a comment ("# ") is wrapped, into comments. The first line starts at the cursor when that is not
 * past indent; the last one is ended. */
void page_lines(struct page *p, unsigned indent, struct span text);

/* The same for a block to paste: every line is to be typed, with or without its tab. */
void page_typed(struct page *p, unsigned indent, struct span text);

/* The symbol of a verdict and a blank: two columns, without UTF-8 three. */
void page_mark(struct page *p, enum verdict v);

#endif
