/* packed: the long texts, in the form in which toolchains/pack.c lays them into the program. */
#ifndef TEXT_PACKED_H
#define TEXT_PACKED_H

#include "base/buf.h"

enum {
	PACKED_TEXT_MAX = 4096, /* of one text; toolchains/pack.c holds them to it */
	PACKED_DEPTH = 16,      /* a pair of pairs of pairs ... */
	/* Codes: a byte of ASCII; a pair that is one byte; from PACKED_SHORT on a pair that is two, of which the second
	 * is never 0. */
	PACKED_LITERALS = 128,
	PACKED_SHORT = 252,
	PACKED_PAIRS = PACKED_SHORT - PACKED_LITERALS + (256 - PACKED_SHORT) * 255
};

/* The codes that the codes from PACKED_LITERALS on stand for, which may be pairs again. */
extern const uint16_t packed_lists_pair[][2];

/* Lists of texts, each with a NUL behind it. */
extern const unsigned char packed_lists_causes[]; /* causes.def: text, fix and verify of each cause, CAUSE_NONE first */
extern const unsigned char packed_lists_meanings[]; /* known.def: of each KNOWN and WHEN row */
extern const unsigned char packed_lists_keys[];     /* the text by which each row is found */
extern const unsigned char packed_lists_words[];    /* the words of each KNOWN and WHEN row */
extern const unsigned char packed_lists_steps[];    /* setup.def: of each STEP, TEXT and CLIENT */
extern const unsigned char packed_lists_texts[];
extern const unsigned char packed_lists_clients[];

/* Append the n-th text of a list. */
void packed_put(struct buf *out, const unsigned char *list, unsigned n);

/* Where the n-th text of a list begins. */
const unsigned char *packed_at(const unsigned char *list, unsigned n);

/* Append the text that begins at p, and return where the next one begins. */
const unsigned char *packed_next(struct buf *out, const unsigned char *p);

#endif
