/* packed: the long texts, in the form in which toolchains/pack.c lays them into the program. */
#ifndef TEXT_PACKED_H
#define TEXT_PACKED_H

#include "base/buf.h"

enum {
	PACKED_TEXT_MAX = 4096, /* of one text; toolchains/pack.c holds them to it */
	PACKED_DEPTH = 16       /* a pair of pairs of pairs ... */
};

/* A byte of which the pair does not begin with NUL stands for these two bytes, which may stand for further ones. */
extern const unsigned char packed_lists_pair[512];

/* Lists of texts, each with a NUL behind it. */
extern const unsigned char packed_lists_causes[]; /* causes.def: text, fix and verify of each cause, CAUSE_NONE first */
extern const unsigned char packed_lists_meanings[]; /* known.def: of each KNOWN row */
extern const unsigned char packed_lists_steps[];    /* setup.def: of each STEP, TEXT and CLIENT */
extern const unsigned char packed_lists_texts[];
extern const unsigned char packed_lists_clients[];

/* Append the n-th text of a list. */
void packed_put(struct buf *out, const unsigned char *list, unsigned n);

#endif
