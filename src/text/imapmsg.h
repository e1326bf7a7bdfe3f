/* imapmsg: what an IMAP server says (RFC 9051), understood line by line. */
#ifndef TEXT_IMAPMSG_H
#define TEXT_IMAPMSG_H

#include "base/span.h"

enum imapmsg_kind { IMAPMSG_UNTAGGED, IMAPMSG_CONTINUE, IMAPMSG_TAGGED, IMAPMSG_OTHER };

enum imapmsg_status { IMAPMSG_OK, IMAPMSG_NO, IMAPMSG_BAD, IMAPMSG_BYE, IMAPMSG_PREAUTH, IMAPMSG_DATA };

/* One line. All spans borrow from it. */
struct imapmsg {
	enum imapmsg_kind kind;
	enum imapmsg_status status; /* DATA: an untagged line that is no status; CONTINUE and OTHER have it, too */
	struct span words;          /* what follows "* ", "+ " or the tag; all of an OTHER line */
	struct span code;           /* between the brackets behind the status ("AUTHENTICATIONFAILED"), or empty */
	struct span text;           /* what follows status and code, or all of `words` */
};

/* A line without CRLF. TAGGED only with exactly this tag and OK, NO or BAD behind it: whatever else is OTHER. */
void imapmsg_read(struct span line, struct span tag, struct imapmsg *m);

/* What CAPABILITY told. */
struct imapmsg_capability {
	bool imap, xoauth2, oauthbearer, sasl_ir, login_disabled, starttls;
};

/* The words of "CAPABILITY IMAP4rev1 AUTH=XOAUTH2 ...", of an untagged line or of a code; false, and *c untouched, when
 * it is something else. */
bool imapmsg_capability(struct imapmsg_capability *c, struct span words);

/* "23 EXISTS" */
bool imapmsg_exists(struct span words, uint64_t *messages) MUST;

/* Does the line end in a literal, {23} or {23+}, so that bytes follow which are no lines? */
bool imapmsg_literal(struct span line);

#endif
