/* row: what one step found out. */
#ifndef REPORT_ROW_H
#define REPORT_ROW_H

#include "base/buf.h"
#include "report/step.h"

enum fact {
#define FACT(name, id, type, standin, words) FACT_##name,
#include "report/fact.def"
	FACT__COUNT
};

enum row_type { ROW_TEXT, ROW_NUMBER, ROW_MOMENT, ROW_WORD, ROW_LIST };

/* The words of FACT_TOKEN_KIND and FACT_SERVER. */
enum row_token_kind { ROW_TOKEN_OPAQUE, ROW_TOKEN_JWT };
enum row_server { ROW_SERVER_OTHER, ROW_SERVER_EXCHANGE, ROW_SERVER_DOVECOT, ROW_SERVER_GMAIL };

enum {
	FACT_TEXT_MAX = 240,               /* a list of roles or names is cut at this length */
	ROW_FACTS_MAX = 16,                /* the TLS steps have the most */
	ROW_MS_MAX = 7 * 24 * 3600 * 1000, /* more than any run takes */
	ROW_TEXT_MAX = 1536,               /* all of a row together; the TLS steps need 900 bytes */
	ROW_SEPARATOR = '\n'               /* between the elements of a list; no printable text holds it */
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
		uint16_t at, n; /* its place in text; n is 0 for what is no text */
		int64_t number; /* of a NUMBER, MOMENT or WORD */
	} fact[ROW_FACTS_MAX];
	char text[ROW_TEXT_MAX]; /* the facts' texts, one behind another, printable */
};

/* Add a fact by its type: TEXT; NUMBER, MOMENT or WORD; LIST, of which `text` holds the elements with a separator
 * between. What is not printable is made so, what is too long is cut. Nothing is added for an empty text, a list
 * without elements, a moment before 1970 or after 9999, and beyond ROW_FACTS_MAX or ROW_TEXT_MAX. */
void row_fact(struct row *r, enum fact key, struct span text);
void row_number(struct row *r, enum fact key, int64_t value);
void row_list(struct row *r, enum fact key, struct span text, char separator);

/* The same in a format of buf_say. */
void row_say(struct row *r, enum fact key, const char *format, ...) BUF_FORMAT(3);

/* A fact of the row, the first of its kind: its text (of a LIST with ROW_SEPARATOR between); empty when it is not
 * there or no text. Its number; false when it is not there or none. */
struct span row_get(const struct row *r, enum fact key);
bool row_i64(const struct row *r, enum fact key, int64_t *value) MUST;
bool row_has(const struct row *r, enum fact key);

/* Append any fact for people: a list with spaces between. False when it is not there. */
bool row_put(struct buf *out, const struct row *r, enum fact key);

/* What came over a pipe: true when every field is in range. */
bool row_valid(const struct row *r) MUST;

const char *row_fact_id(enum fact key);
enum row_type row_fact_type(enum fact key);

/* The word at a place, such as "closed"; empty behind the last one. */
struct span row_word(enum fact key, int64_t place);

#endif
