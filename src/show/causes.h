/* causes: what is known about a failure, for people: causes, who acts, what to type, how to verify. */
#ifndef SHOW_CAUSES_H
#define SHOW_CAUSES_H

#include "explain/explain.h"
#include "show/page.h"

/* Where the texts begin; the labels stand before it. */
enum {
	CAUSES_TEXT = 9,
	CAUSES_SCREEN = 20 /* lines; a small terminal has 24 */
};

/* The causes, each with Who, Fix and Verify, then what the evidence rules out. Nothing when there is nothing. */
void causes_causes(struct page *p, const struct explanation *e);

/* When more than a screen was written since `begin` (p->out->n): once more the likeliest cause, and what to type
 * first. */
void causes_again(struct page *p, const struct explanation *e, size_t begin);

/* One finding of `o2pop explain`: what was recognised, what it means, its causes, and the official page of an AADSTS
 * code. `again`: its causes stand above already, with another finding, and are not said twice. */
void causes_found(struct page *p, const struct explain_found *found, const struct explanation *e, bool again);

/* One of o2pop's own words: a cause by its id (e->cause[0]), a step, the exit status of a check with
 * what it means (a sentence without its capital and full stop). */
void causes_cause(struct page *p, const struct explanation *e);
void causes_step(struct page *p, enum step step);
void causes_exit(struct page *p, unsigned status, struct span meaning);

/* Where a pasted text comes from and what it names, as far as it was understood; nothing when that is nothing. */
void causes_reading(struct page *p, const struct reading *r);

/* Lines of it that look like errors and were not understood. */
void causes_lost(struct page *p, const struct reading *r);

/* `o2pop explain` found nothing that helps: what to paste instead, and which id may be meant, or NULL. */
void causes_nothing(struct page *p, const char *nearest);

#endif
