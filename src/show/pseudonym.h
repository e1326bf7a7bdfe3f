/* pseudonym: what --share puts instead of things that name a customer, so that a report can be shown to strangers. */
#ifndef SHOW_PSEUDONYM_H
#define SHOW_PSEUDONYM_H

#include "base/buf.h"
#include "report/report.h"
#include "show/recognise.h"

/* A thing has the same stand-in wherever it occurs in a run:
 *
 *	tenant id                   dddddddd-0000-0000-0000-000000000001    (d: directory)
 *	application id              aaaaaaaa-0000-0000-0000-000000000001
 *	object id                   eeeeeeee-0000-0000-0000-000000000001    (e: Enterprise app)
 *	secret id                   cccccccc-0000-0000-0000-000000000001
 *	any other GUID              00000000-0000-0000-0000-000000000001
 *	mail address                mailbox-1@domain-1.example
 *	its domain, tenant's domain domain-1.example                        (www.domain-1.example)
 *	other host names            host-1.example
 *	IP addresses                192.0.2.1, 2001:db8::1                  (not loopback)
 *	display name                app-1
 *	tenant's display name       tenant-1                                (in Entra's texts)
 *	path of a file              file-1
 *	id that is no GUID, realm   value-1
 *
 * Stand-ins are of the kind of what they stand for, so that JSON stays valid and commands stay
 * commands. GUIDs (with dashes or without), mail addresses, host names and IP addresses are recognised wherever they
 * occur, the rest when settings or a report named it.
 *
 * Stays as it is: host names and mail domains of Microsoft and Google themselves (Exchange's front
 * end too), Microsoft's own published ids, and trace and correlation ids with their time:
 * Microsoft's support needs them, and nobody else can look them up. Issuers of certificates stay
 * too: a company's inspecting proxy is a finding. A host name without a dot and a digit stays
 * ("dovecot"), and a display name is replaced only where it stands alone, in quotes or in brackets:
 * they cannot be told from words. What is encoded as base64 is not looked into. */
enum {
	PSEUDONYM_THINGS_MAX = 512, /* things in a run; further ones have the number 0 together */
	PSEUDONYM_ROOM = 48 * 1024, /* an id and its stand-in have 72 bytes */
	PSEUDONYM_VALUE_MAX = RECOGNISE_MAX,
	PSEUDONYM_VALUE_MIN = 3, /* of what is replaced wherever it stands */
	PSEUDONYM_BEFORE = RECOGNISE_BEFORE
};

enum pseudonym_kind {
	PSEUDONYM_TENANT,
	PSEUDONYM_APPLICATION,
	PSEUDONYM_OBJECT,
	PSEUDONYM_SECRET_ID,
	PSEUDONYM_GUID,
	PSEUDONYM_MAILBOX,
	PSEUDONYM_DOMAIN,
	PSEUDONYM_HOST,
	PSEUDONYM_IPV4,
	PSEUDONYM_IPV6,
	PSEUDONYM_NAME,
	PSEUDONYM_COMPANY,
	PSEUDONYM_FILE,
	PSEUDONYM_VALUE, /* an id or name that is long enough to be replaced wherever it stands */
	PSEUDONYM_KEPT,  /* stands for itself */
	PSEUDONYM__COUNT
};

/* One a run, lent, in the process that prints; start with pseudonym_init. Not to be copied. */
struct pseudonym {
	unsigned n;
	unsigned last[PSEUDONYM__COUNT]; /* the number given last, by kind */
	struct pseudonym_thing {
		enum pseudonym_kind kind;
		struct span value;
		struct span standin;
	} thing[PSEUDONYM_THINGS_MAX];
	struct span further[PSEUDONYM__COUNT]; /* the stand-ins with the number 0 */
	struct buf scratch;
	unsigned char bytes[PSEUDONYM_ROOM];
};

void pseudonym_init(struct pseudonym *s);

/* Learn what is to be replaced. Settings first: what a pattern found before keeps the stand-in of any GUID or host.
 * pseudonym_report learns from the report's settings too; what renders a report calls it by itself. */
void pseudonym_settings(struct pseudonym *s, const struct settings *settings);
void pseudonym_report(struct pseudonym *s, const struct report *r);

/* One thing, given as the kind that it is meant to be; what its text shows to be something else is taken as that. */
void pseudonym_add(struct pseudonym *s, enum pseudonym_kind kind, struct span value);

/* Append text with stand-ins. The longest match at a place wins; letter case does not matter. */
void pseudonym_apply(struct pseudonym *s, struct span text, struct buf *out);

/* The same for a text that comes in pieces: go on at offset `from` of text, whose bytes before that
 * were dealt with already (at least PSEUDONYM_BEFORE of them, if there were so many). Unless this is
 * the `last` piece, PSEUDONYM_VALUE_MAX + 8 bytes are held back, because a thing may go on in the next
 * piece. Returns the offset to go on at. */
size_t pseudonym_piece(struct pseudonym *s, struct span text, size_t from, bool last, struct buf *out);

#endif
