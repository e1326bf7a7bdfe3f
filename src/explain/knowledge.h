/* knowledge: the knowledge as data: causes.def and known.def, packed, and how to look things up in them. */
#ifndef EXPLAIN_KNOWLEDGE_H
#define EXPLAIN_KNOWLEDGE_H

#include "base/fault.h"
#include "conf/settings.h"
#include "explain/explanation.h"

enum cause {
	CAUSE_NONE,
#define CAUSE(name, id, who, holds, certainty, text, fix, verify, source) CAUSE_##name,
#include "explain/causes.def"
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
	KNOWLEDGE_ENGINE_RULES = 4, /* stands for all unknown ones below the next number */
	KNOWLEDGE_ENGINE_X509 = 32,
	KNOWLEDGE_ENGINE_CERTIFICATE = 34, /* and for those above it */
	KNOWLEDGE_ALERT_RECEIVED = 256,
	KNOWLEDGE_ALERT_SENT = 512,
	KNOWLEDGE_ALERT_OTHER = 255
};

/* Of whom a cause can be true: a bit a grant, a bit a kind of provider. A cause that names some of the grants holds for
 * no other one, and likewise with providers. */
enum {
	FOR_ANY = 0,
	FOR_SECRET = 1 << GRANT_CLIENT_SECRET, /* also of a person's grant, when there is a client secret beside it */
	FOR_CERTIFICATE = 1 << GRANT_CERTIFICATE,
	FOR_FEDERATED = 1 << GRANT_FEDERATED,
	FOR_ASSERTION = FOR_CERTIFICATE | FOR_FEDERATED,
	FOR_IDENTITY = 1 << GRANT_MANAGED_IDENTITY,
	FOR_APP = 1 << GRANT_CLIENT_SECRET | FOR_ASSERTION | FOR_IDENTITY,
	FOR_SIGN_IN = 1 << GRANT_DEVICE_CODE | 1 << GRANT_REFRESH_TOKEN,
	FOR_SERVICE_ACCOUNT = 1 << GRANT_SERVICE_ACCOUNT,
	FOR_GRANTS = (1 << GRANT__COUNT) - 1,
	FOR_WORK = 1 << GRANT__COUNT, /* a tenant of Entra's */
	FOR_PERSONAL = 2 << GRANT__COUNT,
	FOR_GOOGLE = 4 << GRANT__COUNT,
	FOR_CUSTOM = 8 << GRANT__COUNT,
	FOR_ENTRA = FOR_WORK | FOR_PERSONAL,
	FOR_OTHER = FOR_GOOGLE | FOR_CUSTOM,
	FOR_EXCHANGE = FOR_WORK | FOR_CUSTOM,
	FOR_PROVIDERS = FOR_ENTRA | FOR_OTHER,
	FOR_ALL = FOR_GRANTS | FOR_PROVIDERS
};

/* The bits that hold for these settings; all of them without settings. */
unsigned knowledge_for(const struct settings *s);

/* The causes chosen so far, the most likely first. */
struct knowledge_causes {
	unsigned holds; /* FOR_... bits: what does not hold is not added */
	enum cause cause[EXPLAIN_CAUSES_MAX];
	unsigned n;
};

/* Append those that hold, in this order, unless they are there already or the list is full. The list ends with
 * CAUSE_NONE, which the macro adds. */
void knowledge_add_list(struct knowledge_causes *l, const enum cause *c);
#define knowledge_add(l, ...) knowledge_add_list(l, (const enum cause[]){ __VA_ARGS__, CAUSE_NONE })

/* Take out, if it is there; true when it was. */
bool knowledge_drop(struct knowledge_causes *l, enum cause c);

enum { KNOWLEDGE_TEXTS_MAX = 2048 }; /* of one cause, with their NULs */

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

/* What is to be known of a code beside its meaning: the flags of its KNOWN row. */
enum {
	KNOWN_PROVES_APP = 1 << 0,      /* Entra says it only after it has found tenant and application */
	KNOWN_MENDABLE = 1 << 1,        /* comes while a change is on its way to all servers: worth another try */
	KNOWN_ASK_TENANT = 1 << 2,      /* what discovery found about the domain's tenant may be the reason */
	KNOWN_ASK_CLOCK = 1 << 3,       /* this machine's clock may be */
	KNOWN_ASK_SECRET = 1 << 4,      /* an oddity of the secret may be */
	KNOWN_SECRET_ENDED = 1 << 5,    /* the client secret has expired */
	KNOWN_WRAPPER = 1 << 6,         /* a second code beside it says more */
	KNOWN_WORDS_KEY = 1 << 7,       /* stands for more than one thing: the words about secret or key decide */
	KNOWN_WORDS_ASSERTION = 1 << 8, /* the same, whether an assertion is named */
	KNOWN_WORDS_FOUND = 1 << 9      /* the same, whether "not found" is said */
};

unsigned knowledge_rows(void);
unsigned knowledge_base(unsigned row);  /* the KNOWN row that a SAME row belongs to */
unsigned knowledge_flags(unsigned row); /* 0 for KNOWLEDGE_NOTHING */
enum known_kind knowledge_kind(unsigned row);
unsigned knowledge_group(unsigned row); /* how many KNOWN rows stand before the one that it belongs to */
int64_t knowledge_number(unsigned row); /* the key of the kinds with numbers */
void knowledge_meaning(unsigned row, struct buf *out);

/* Append the causes of a row that hold; false for KNOWLEDGE_NOTHING. */
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
