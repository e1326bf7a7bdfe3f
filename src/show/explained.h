/* explained: what is known about a failure, for people: causes, who acts, what to type, how to
 * verify. */
#ifndef SHOW_EXPLAINED_H
#define SHOW_EXPLAINED_H

#include "check/explain.h"
#include "show/page.h"

/* Where the texts begin; the labels stand before it. */
enum { EXPLAINED_TEXT = 9 };

/* The causes, each with Who, Fix and Verify, then what the evidence rules out. Nothing when there
 * is nothing. */
void explained_causes(struct page *p, const struct explanation *e);

/* One finding of `o2pop explain`: what was recognised, what it means, its causes, and the official
 * page of an AADSTS code. */
void explained_found(struct page *p, const struct explain_found *found,
                     const struct explanation *e);

/* `o2pop explain` found nothing it knows in the text. */
void explained_nothing(struct page *p, struct span text);

#endif
