/* knowledge: the knowledge as data: causes.def and known.def, packed, and how to look things up in them. */
#ifndef EXPLAIN_KNOWLEDGE_H
#define EXPLAIN_KNOWLEDGE_H

#include "base/fault.h"
#include "explain/explanation.h"

enum cause {
	CAUSE_NONE,
#define CAUSE(name, id, who, certainty, text, fix, verify, source) CAUSE_##name,
#include "explain/causes.def"
#undef CAUSE
	CAUSE__COUNT
};

enum known_kind {
	KNOWN_AADSTS,
	KNOWN_ERROR,
	KNOWN_SUBERROR,
	KNOWN_LINE,
	KNOWN_INSPECTOR,
	KNOWN_ALERT,
	KNOWN_ENGINE,
	KNOWN_ERRNO,
	KNOWN_RESOLVER,
	KNOWN_HTTP,
	KNOWN_FAULT,
	KNOWN__COUNT
};

/* What fault.num holds for FAULT_KIND_TLS: the engine's own codes, alerts received, alerts sent. */
enum {
	KNOWLEDGE_ENGINE_X509 = 32,
	KNOWLEDGE_ALERT_RECEIVED = 256,
	KNOWLEDGE_ALERT_SENT = 512,
	KNOWLEDGE_ALERT_OTHER = 255
};

/* The causes chosen so far, the most likely first. */
struct knowledge_causes {
	enum cause cause[EXPLAIN_CAUSES_MAX];
	unsigned n;
};

/* Append unless it is there already, is CAUSE_NONE, or the list is full. */
void knowledge_add(struct knowledge_causes *l, enum cause c);
void knowledge_add3(struct knowledge_causes *l, enum cause a, enum cause b, enum cause c);

/* Take out, if it is there; true when it was. */
bool knowledge_drop(struct knowledge_causes *l, enum cause c);

enum {
	KNOWLEDGE_TEXTS_MAX = 2048, /* of one cause, with their NULs */
	KNOWLEDGE_PAIR_DEPTH = 16   /* a pair of pairs of pairs ... */
};

/* The texts of causes.def as toolchains/pack has made them: three a cause, each with a NUL behind it. A byte b whose
 * pair at [2 * b] is not zero stands for these two. */
extern const unsigned char knowledge_packed_pair[512], knowledge_packed_texts[];

/* The templates of a cause; id is static, the others lie in bytes. Not to be copied. */
struct knowledge_template {
	const char *id, *text, *fix, *verify;
	enum explain_who who;
	enum explain_certainty certainty;
	char bytes[KNOWLEDGE_TEXTS_MAX];
};
void knowledge_cause(enum cause c, struct knowledge_template *t);

/* The cause with this id; CAUSE_NONE if there is none. */
enum cause knowledge_cause_named(struct span id);

/* A row of known.def is named by its position; KNOWLEDGE_NOTHING is none. */
enum { KNOWLEDGE_NOTHING = 0xffff };

unsigned knowledge_rows(void);
unsigned knowledge_base(unsigned row); /* the KNOWN row that a SAME row belongs to */
enum known_kind knowledge_kind(unsigned row);
int64_t knowledge_number(unsigned row);      /* the key of the kinds with numbers */
const char *knowledge_meaning(unsigned row); /* static */

/* Append the causes of a row; false for KNOWLEDGE_NOTHING. */
bool knowledge_add_row(struct knowledge_causes *l, unsigned row);

/* The row with this number. An unknown alert or engine code gives the row of its family. */
unsigned knowledge_find(enum known_kind kind, int64_t number);

/* The row of ERROR or SUBERROR with exactly this name. */
unsigned knowledge_named(enum known_kind kind, struct span name);

/* The row for a fault.num of FAULT_KIND_TLS. */
unsigned knowledge_tls(int64_t num);

/* The texts that rows are found by, all in one string: text, NUL, next row's text, NUL ... "" for rows that are
 * found by number alone. */
const char *knowledge_texts(void);

#endif
