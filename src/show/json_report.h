/* json_report: what programs read: schema "o2pop.check/1", which json_schema prints. */
#ifndef SHOW_JSON_REPORT_H
#define SHOW_JSON_REPORT_H

#include "explain/explain.h"
#include "show/pseudonym.h"
#include "text/json_write.h"

enum {
	/* 17 steps with up to 16 facts of 240 bytes, of which every byte may need an escape of 6 and none
	 * does in practice; an explanation of 16 kB. */
	JSON_REPORT_SIZE = 256 * 1024,
	JSON_REPORT_CAUSES_MAX = 24,        /* different causes in a run of many mailboxes */
	JSON_REPORT_NAMES_MAX = 128 * 1024, /* their mailboxes: 5,000 of them */
};

/* What writes JSON with stand-ins; pseudonym may be NULL. */
struct json_write json_report_writer(struct buf *out, struct pseudonym *pseudonym);

/* One object for one mailbox, on one line with its LF. e holds what explain_report said. pseudonym may be NULL. */
void json_report_one(struct buf *out, const struct report *r, const struct explanation *e, struct pseudonym *pseudonym);

/* The same for one mailbox of several, which counts it; the object that ends a run over several. Start with
 * json_report_many_start. Causes beyond JSON_REPORT_CAUSES_MAX and names beyond JSON_REPORT_NAMES_MAX are left out. */
struct json_report_many {
	size_t count[VERDICT_SKIP]; /* of mailboxes, by verdict */
	int64_t ms;                 /* the longest */
	struct {
		const char *id;
		enum explain_who who;
	} cause[JSON_REPORT_CAUSES_MAX];
	unsigned causes;
	struct buf names; /* of each failed mailbox: the number of its cause, its length in two bytes, it */
	unsigned char bytes[JSON_REPORT_NAMES_MAX];
};
void json_report_many_start(struct json_report_many *m);
void json_report_many_report(struct json_report_many *m, const struct report *r, const struct explanation *e);
void json_report_many_end(struct buf *out, const struct json_report_many *m, enum exit_status gravest,
                          struct pseudonym *pseudonym);

/* The object of a command that could not do what it was asked for: schema "o2pop.COMMAND/1", and what went wrong. */
void json_report_error(struct buf *out, const char *command, const struct fault *f, int status);

/* The member "causes". */
void json_report_causes(struct json_write *w, const struct explanation *e);

/* Of a pasted text: the members "understood" (what it proves and names), and "lines" with those that were not
 * understood. */
void json_report_reading(struct json_write *w, const struct reading *r);
void json_report_lost(struct json_write *w, const struct reading *r);

/* The ids of an enum explain_who and an enum explain_certainty. */
extern const char *const json_report_who[], *const json_report_certainty[];

#endif
