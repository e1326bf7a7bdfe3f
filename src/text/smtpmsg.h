/* smtpmsg: what an SMTP server says (RFC 5321, 4954, 3207), understood line by line. */
#ifndef TEXT_SMTPMSG_H
#define TEXT_SMTPMSG_H

#include "base/span.h"

/* One line of a reply. The spans borrow from it. */
struct smtpmsg {
	unsigned code;        /* 200..599 */
	bool more;            /* "250-": the reply goes on */
	struct span text;     /* what follows the code and its blank */
	struct span enhanced; /* RFC 3463, "5.7.139" at the start of the text, or empty */
};

/* A line without CRLF; false, and *m untouched, when it is not of that form. */
bool smtpmsg_read(struct span line, struct smtpmsg *m) MUST;

/* What EHLO told; add the text of one line at a time. */
struct smtpmsg_ehlo {
	bool starttls, auth, xoauth2, oauthbearer;
};
void smtpmsg_ehlo(struct smtpmsg_ehlo *e, struct span text);

#endif
