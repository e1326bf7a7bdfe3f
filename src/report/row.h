/* row: what one step found out. */
#ifndef REPORT_ROW_H
#define REPORT_ROW_H

#include "base/buf.h"
#include "report/step.h"

enum fact {
#define FACT(name, id) FACT_##name,
#include "report/fact.def"
#undef FACT
	FACT__COUNT
};

enum {
	FACT_TEXT_MAX = 240,               /* a list of roles or names is cut at this length */
	ROW_FACTS_MAX = 16,                /* the TLS steps have the most */
	ROW_MS_MAX = 7 * 24 * 3600 * 1000, /* more than any run takes */
	ROW_TEXT_MAX = 1536                /* all of a row together; the TLS steps need 900 bytes */
};

/* One step's result: plain data without pointers, because it crosses a pipe. */
struct row {
	enum step step;
	enum verdict verdict;
	enum step because; /* of a skip: the step that is its root cause */
	int64_t began_ms;  /* since the start of the run */
	int64_t ms;
	struct fault fault; /* of a fail or warn */
	uint32_t facts;
	struct row_fact {
		enum fact key;
		uint16_t at, n; /* its place in text */
	} fact[ROW_FACTS_MAX];
	char text[ROW_TEXT_MAX]; /* the facts' texts, one behind another, printable */
};

/* Add a fact; what is not printable is made so, what is too long is cut. Facts beyond ROW_FACTS_MAX or ROW_TEXT_MAX are
 * dropped. */
void row_fact(struct row *r, enum fact key, struct span text);
void row_number(struct row *r, enum fact key, int64_t value);

/* The same in a format of buf_say. */
void row_say(struct row *r, enum fact key, const char *format, ...) BUF_FORMAT(3);

/* A fact of the row; empty when it is not there. */
struct span row_get(const struct row *r, enum fact key);

/* What came over a pipe: true when every field is in range. */
bool row_valid(const struct row *r) MUST;

const char *row_fact_id(enum fact key);

#endif
