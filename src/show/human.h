/* human: the report for people. */
#ifndef SHOW_HUMAN_H
#define SHOW_HUMAN_H

#include "explain/explain.h"
#include "show/page.h"

enum {
	HUMAN_SIZE = 96 * 1024,  /* 17 rungs of 1.5 kB, an explanation of 16 kB with its indents */
	HUMAN_GROUPS_MAX = 24,   /* different causes in a run of many mailboxes */
	HUMAN_LATER = 128 * 1024 /* their explanations */
};

/* One mailbox: every rung, then the explanation of the first failure, warnings, the block to paste,
 * what support asks for, the summary. e holds what explain_report said, and something else
 * afterwards. With p->share the names in the report are learnt first. */
void human_report(struct page *p, const struct report *r, struct explanation *e);

/* Many mailboxes, one after another as they are finished: a line each, then what failed, each cause
 * once. Lent; start with human_many_start, then not to be copied. */
struct human_many {
	size_t passed, warned, failed;
	unsigned groups;
	size_t ungrouped;            /* failures of further causes, explained nowhere */
	struct human_group {
		enum rung rung;
		enum fault_code code;
		int64_t num;
		const char *cause;
		size_t mailboxes;
		size_t from, to;     /* its explanation in `later` */
	} group[HUMAN_GROUPS_MAX];
	int64_t ms;
	struct buf later;
	unsigned char bytes[HUMAN_LATER];
};

void human_many_start(struct human_many *m);

/* One mailbox is finished. The first one also gives the head and the rungs that all share. e is
 * filled here. */
void human_many_report(struct page *p, struct human_many *m, const struct report *r,
                       struct explanation *e);

/* The explanations and the summary. gravest is the exit status of the run. */
void human_many_end(struct page *p, struct human_many *m, enum ladder_exit gravest);

#endif
