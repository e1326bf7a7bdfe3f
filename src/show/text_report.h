/* text_report: the report for people. */
#ifndef SHOW_TEXT_REPORT_H
#define SHOW_TEXT_REPORT_H

#include "explain/explain.h"
#include "show/page.h"

enum {
	TEXT_REPORT_SIZE = 96 * 1024,  /* 17 steps of 1.5 kB, an explanation of 16 kB with its indents */
	TEXT_REPORT_GROUPS_MAX = 24,   /* different causes in a run of many mailboxes */
	TEXT_REPORT_LATER = 128 * 1024 /* their explanations */
};

/* One mailbox: every step, then the explanation of the first failure, warnings, the block to paste, what support asks
 * for, the summary. e holds what explain_report said. With p->share the names in the report are learnt first. */
void text_report_one(struct page *p, const struct report *r, const struct explanation *e);

/* Many mailboxes, one after another as they are finished: a line each, then what failed, each cause
 * once. Lent; start with text_report_many_start, then not to be copied. */
struct text_report_many {
	size_t passed, warned, failed;
	unsigned groups;
	size_t ungrouped; /* failures of further causes, explained nowhere */
	struct text_report_group {
		enum step step;
		enum fault_code code;
		int64_t num;
		const char *cause;
		size_t mailboxes;
		size_t from, to; /* its explanation in `later` */
	} group[TEXT_REPORT_GROUPS_MAX];
	int64_t ms;
	struct buf later;
	unsigned char bytes[TEXT_REPORT_LATER];
};

void text_report_many_start(struct text_report_many *m);

/* One mailbox is finished. The first one also gives the head and the steps that all share. e is filled here. */
void text_report_many_report(struct page *p, struct text_report_many *m, const struct report *r, struct explanation *e);

/* The explanations and the summary. gravest is the exit status of the run. */
void text_report_many_end(struct page *p, struct text_report_many *m, enum exit_status gravest);

#endif
