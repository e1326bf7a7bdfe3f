/* output: the one place that writes to the standard output and the standard error. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "show/page.h"

enum output_to { OUTPUT_RESULT = 1, OUTPUT_DIAGNOSTIC = 2 }; /* file descriptors */

/* What the reader's end of a descriptor can show. */
struct output_terminal {
	bool terminal;
	bool colour;    /* a terminal, TERM is not dumb, NO_COLOR is not set */
	bool dumb;      /* TERM says that it cannot move its cursor */
	bool utf8;      /* the locale says so */
	unsigned width; /* columns: the terminal's, at least 40; 80 where it is none */
};

struct output_terminal output_terminal(enum output_to to);

/* A page of `out` as wide and colourful as what it is written to. */
struct page output_page(struct buf *out, enum output_to to);

/* Write all of it. False when nobody reads any more or the disk is full: there is nobody left to tell. */
bool output_put(enum output_to to, struct span text);

/* "o2pop: " TEXT newline, on the standard error. The text is made printable. */
void output_error(struct span text);

#endif
