/* mailmsg: what a POP3 server says (RFC 1939, 2449, 5034), understood line by line. */
#ifndef TEXT_MAILMSG_H
#define TEXT_MAILMSG_H

#include "base/buf.h"

enum mailmsg_status { MAILMSG_OK, MAILMSG_ERR, MAILMSG_CONTINUE, MAILMSG_OTHER };

/* The status of a reply line (without CRLF) and what follows it, one blank removed. "+OK", "-ERR" in
 * any case of letters, followed by the end or a blank; "+" alone or "+ " is a continuation. */
enum mailmsg_status mailmsg_status(struct span line, struct span *rest);

/* RFC 2449 / 3206 response code at the start of a rest: "[AUTH] text" gives AUTH. Empty if none. */
struct span mailmsg_code(struct span rest, struct span *text);

/* One line of a multi-line answer: true when it is the final dot; else *content is the line unstuffed. */
bool mailmsg_is_end(struct span line, struct span *content);

/* "+OK 25 10485760 ..." of STAT, given the rest; false when it is not two numbers up to INT64_MAX. */
bool mailmsg_stat(struct span rest, uint64_t *messages, uint64_t *octets) MUST;

/* "N TEXT" of a LIST or UIDL line: message numbers from 1; false when it is not of that form.
 * A unique-id is 1 to 70 characters of 0x21..0x7e (RFC 1939). */
bool mailmsg_list(struct span line, uint64_t *number, uint64_t *octets) MUST;
bool mailmsg_uidl(struct span line, uint64_t *number, struct span *id) MUST;

/* What CAPA told; add one line at a time. */
struct mailmsg_capa {
	bool xoauth2, oauthbearer, plain; /* words of SASL, any case */
	bool top, uidl, user, stls, pipelining, resp_codes;
};
void mailmsg_capa(struct mailmsg_capa *c, struct span line);

enum mailmsg_service {
	MAILMSG_POP3,
	MAILMSG_IMAP,
	MAILMSG_SMTP,
	MAILMSG_HTTP,
	MAILMSG_SSH,
	MAILMSG_TLS,
	MAILMSG_UNKNOWN
};

/* Who greets like this: "+OK", "* OK", "220 ", "HTTP/1.", "SSH-", a TLS record; also judges the first bytes of
 * a port that did not speak TLS. */
enum mailmsg_service mailmsg_service(struct span first);

/* Exchange's greeting ends in [base64 of UTF-16LE], the front-end's name: decoded and appended.
 * False when there is none or it is something else. */
bool mailmsg_exchange_host(struct span greeting, struct buf *host) MUST;

/* "Request is throttled. Suggested Backoff Time: 89117 milliseconds" */
bool mailmsg_backoff(struct span text, uint64_t *milliseconds) MUST;

#endif
