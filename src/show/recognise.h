/* recognise: where ids, mail addresses, host names and IP addresses begin and end in running text. */
#ifndef SHOW_RECOGNISE_H
#define SHOW_RECOGNISE_H

#include "base/span.h"

enum {
	RECOGNISE_MAX = 320,  /* the longest thing: a mail address, RFC 5321 */
	RECOGNISE_BEFORE = 48 /* what stands in front of a thing and matters: "Correlation ID: " */
};

/* The length of an escape of URLs, JSON or buf_printable at the start of s, else 0: %2F, \x1b, \u0027, \n. */
size_t recognise_escape(struct span s);

/* Whether something may begin at offset i: behind what is not part of a word, or behind an escape.
 */
bool recognise_fresh(struct span t, size_t i);

/* Whether something may end before offset i. */
bool recognise_ended(struct span t, size_t i);

/* Whether t[from..to) stands alone, in quotes, in brackets, or as VALUE in "key = VALUE (origin)". */
bool recognise_quoted(struct span t, size_t from, size_t to);

/* The length of a display name at offset i, as Entra's texts give them: directory 'NAME', tenant
 * named NAME., application named 'NAME', 'ID'(NAME). *tenant: whose name it is. */
size_t recognise_named(struct span t, size_t i, bool *tenant);

/* A trace, correlation or request id follows: the end of `before` says so. */
bool recognise_traced(struct span before);

/* The length of what begins at offset i, 0 if it is none: a GUID; one without its dashes, 32 digits of which some are
 * letters; the characters of a host name, at most
 * RECOGNISE_MAX, without a full stop at the end; an IP address, also in host:port:address@port: the longest one. */
size_t recognise_guid(struct span t, size_t i);
size_t recognise_bare_guid(struct span t, size_t i);
size_t recognise_host(struct span t, size_t i);
size_t recognise_address(struct span t, size_t i);

/* local@domain, also written local%40domain. */
struct recognise_mail {
	size_t n; /* all of it */
	struct span local, domain;
	bool percent;
};
bool recognise_mail(struct span t, size_t i, struct recognise_mail *m);

#endif
