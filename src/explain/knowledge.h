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
	KNOWN_CLUE, /* tells nothing but where we are: whose server, which protocol, which program */
	KNOWN_INSPECTOR,
	KNOWN_ALERT,
	KNOWN_ENGINE,
	KNOWN_ERRNO,
	KNOWN_RESOLVER,
	KNOWN_HTTP,
	KNOWN_FAULT,
	KNOWN_PASTED = KNOWN_FAULT, /* the kinds up to here are looked for in what a person pastes */
	KNOWN_AUTHORITY,            /* issuers that mail services buy from */
	KNOWN_PORTAL,               /* words of a network's log-in page */
	KNOWN_SERVICE,              /* how a server greets that is not the one */
	KNOWN_AUDIENCE,
	KNOWN_ROLE,
	KNOWN_SHAPE, /* classes of ident/shape.h that stand in a wrong place */
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

/* Of whom something can be true: bits in dimensions, of which one is an alternative to the other. Where a row or a
 * cause names some bits of a dimension, one of them has to hold; where it names none, the dimension does not matter. */
enum {
	FOR_ANY = 0,
	/* how the application proves itself; a person's sign-in has a secret, or nothing of this */
	FOR_SECRET = 1 << 0,
	FOR_CERTIFICATE = 1 << 1,
	FOR_FEDERATED = 1 << 2,
	FOR_ASSERTION = FOR_CERTIFICATE | FOR_FEDERATED,
	FOR_IDENTITY = 1 << 3,
	FOR_SERVICE_ACCOUNT = 1 << 4,
	FOR_GRANTS = (1 << 5) - 1,
	/* whose token it is */
	FOR_APPLICATION = 1 << 5,
	FOR_PERSON = 1 << 6,
	FOR_ASKERS = FOR_APPLICATION | FOR_PERSON,
	/* who issues it and has the mailbox */
	FOR_WORK = 1 << 7, /* a tenant of Entra's */
	FOR_PERSONAL = 1 << 8,
	FOR_ENTRA = FOR_WORK | FOR_PERSONAL,
	FOR_GOOGLE = 1 << 9,
	FOR_YAHOO = 1 << 10,
	FOR_CUSTOM = 1 << 11,
	FOR_OTHER = FOR_GOOGLE | FOR_YAHOO | FOR_CUSTOM,
	FOR_PROVIDERS = FOR_ENTRA | FOR_OTHER,
	/* what is spoken; HTTP on the way to the token */
	FOR_HTTP = 1 << 12,
	FOR_POP3 = 1 << 13,
	FOR_IMAP = 1 << 14,
	FOR_SMTP = 1 << 15,
	FOR_PROTOCOLS = FOR_HTTP | FOR_POP3 | FOR_IMAP | FOR_SMTP,
	/* what logs in */
	FOR_TOKEN = 1 << 16,
	FOR_PASSWORD = 1 << 17,
	FOR_LOGINS = FOR_TOKEN | FOR_PASSWORD,
	/* whose mailbox it is */
	FOR_CONSUMER = 1 << 18, /* hotmail.com, gmail.com: of nobody's tenant */
	FOR_ORGANISATION = 1 << 19,
	FOR_OWNERS = FOR_CONSUMER | FOR_ORGANISATION,
	/* whose request or login it was */
	FOR_O2POP = 1 << 20,
	FOR_PROGRAM = 1 << 21,
	FOR_SPEAKERS = FOR_O2POP | FOR_PROGRAM,
	/* what the token was asked for */
	FOR_MAIL_API = 1 << 22,
	FOR_OTHER_API = 1 << 23, /* Microsoft Graph, Gmail's API: no mail protocol takes its tokens */
	FOR_APIS = FOR_MAIL_API | FOR_OTHER_API,
	FOR_ALL = (1 << 24) - 1
};

/* Beside them, on a cause: what rules it out. */
enum {
	UNLESS_TENANT = 1 << 24,   /* discovery found the mailbox's tenant, and it is that of the settings */
	UNLESS_CLOUD = 1 << 25,    /* the same with the cloud */
	UNLESS_CLOCK = 1 << 26,    /* the clock is right to some minutes */
	UNLESS_PROVED = 1 << 27,   /* the same token opened another mailbox */
	UNLESS_GENUINE = 1 << 28,  /* the certificate is from an authority that mail services buy from */
	UNLESS_OWN_HOST = 1 << 29, /* the host is the provider's own, spelt as it is */
	UNLESS_ALL = UNLESS_TENANT | UNLESS_CLOUD | UNLESS_CLOCK | UNLESS_PROVED | UNLESS_GENUINE | UNLESS_OWN_HOST
};

/* Does what is true of `of` hold among `holds`? What rules it out is looked at, too. */
bool knowledge_holds(unsigned of, unsigned holds);

/* Add what a text proves: within a dimension the narrower counts, and both where they contradict each other. */
void knowledge_prove(unsigned *proved, unsigned more);

/* What can hold where `proved` is all that is known: in dimensions of which nothing is known, everything. */
unsigned knowledge_narrow(unsigned proved);

/* More than are shown: of some it comes out that their fix is what the settings say already. */
enum { KNOWLEDGE_CAUSES_MAX = 8 };

/* The causes chosen so far, the most likely first. */
struct knowledge_causes {
	unsigned holds; /* FOR_... bits, and UNLESS_... bits that are the case: what does not hold is not added */
	enum cause cause[KNOWLEDGE_CAUSES_MAX];
	unsigned n;
	unsigned ruled; /* the UNLESS_... bits for which a cause was not added */
};

/* Append those that hold, in this order, unless they are there already or the list is full. The list ends with
 * CAUSE_NONE, which the macro adds. */
void knowledge_add_list(struct knowledge_causes *l, const enum cause *c);
#define knowledge_add(l, ...) knowledge_add_list(l, (const enum cause[]){ __VA_ARGS__, CAUSE_NONE })

enum { KNOWLEDGE_TEXTS_MAX = 2048 }; /* of one cause, with their NULs */

/* The templates of a cause; id is static, the others lie in bytes. Not to be copied. */
struct knowledge_template {
	const char *id, *text, *fix, *verify;
	enum explain_who who;
	enum explain_certainty certainty;
	char bytes[KNOWLEDGE_TEXTS_MAX];
};
void knowledge_cause(enum cause c, struct knowledge_template *t);

/* The stable id of a cause: static. */
const char *knowledge_id(enum cause c);

/* The cause with this id; CAUSE_NONE if there is none. */
enum cause knowledge_cause_named(struct span id);

/* A row of known.def is named by its position; KNOWLEDGE_NOTHING is none. */
enum { KNOWLEDGE_NOTHING = 0xffff };

/* What is to be known of a row beside its meaning, in one word with its FOR_... bits. Of a KNOWN row these say what it
 * proves when it is met, of a WHEN row also where it holds. */
enum {
	KNOWN_PROVES_APP = 1 << 24,   /* Entra says it only after it has found tenant and application */
	KNOWN_MENDABLE = 1 << 25,     /* comes while a change is on its way to all servers: worth another try */
	KNOWN_ASK_TENANT = 1 << 26,   /* what discovery found about the domain's tenant may be the reason */
	KNOWN_ASK_CLOCK = 1 << 27,    /* this machine's clock may be */
	KNOWN_ASK_SECRET = 1 << 28,   /* an oddity of the secret may be */
	KNOWN_SECRET_ENDED = 1 << 29, /* the client secret has expired */
	KNOWN_GENERAL = 1 << 30       /* says little by itself: whatever else the same answer says counts more */
};

unsigned knowledge_rows(void);
unsigned knowledge_base(unsigned row);  /* the KNOWN or WHEN row that a SAME row belongs to */
unsigned knowledge_marks(unsigned row); /* KNOWN_... and FOR_... bits; 0 for KNOWLEDGE_NOTHING */
bool knowledge_general(unsigned row);   /* KNOWN_GENERAL, or of a kind that is general by nature */
enum known_kind knowledge_kind(unsigned row);
unsigned knowledge_group(unsigned row); /* how many KNOWN and WHEN rows stand before the one that it belongs to */
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

/* Of all rows with the kind and key of this one the most specific that holds: of a WHEN row the words have to stand in
 * what was said, and its bits to hold. Longest words win, then most dimensions, then the KNOWN row. For
 * KNOWLEDGE_NOTHING it is that. */
unsigned knowledge_choose(unsigned row, struct span said, unsigned holds);

/* The two things that it looks at: do the words of this row stand there, which a KNOWN row does not need; and how much
 * does it demand that holds: 0 for a KNOWN row, -1 when it does not hold. */
bool knowledge_words(unsigned row, struct span said);
int knowledge_weight(unsigned row, unsigned holds);

/* The next row behind this one with the same kind and key, then the variants of the row that a SAME row belongs to;
 * KNOWLEDGE_NOTHING when there is none. */
unsigned knowledge_next(unsigned row);

/* Append the texts that rows are found by, each with a NUL behind it; nothing before it for rows that are found by
 * number alone, and for those of other kinds than this one, unless it is KNOWN__COUNT. */
enum { KNOWLEDGE_KEY_MAX = 160, KNOWLEDGE_WORDS_MAX = 400 }; /* a test holds the tables to it */
void knowledge_texts(struct buf *out, enum known_kind kind);

#endif
