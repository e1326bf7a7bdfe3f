/* httpmsg: one HTTP/1.1 response (RFC 9112), read piece by piece as the bytes come. */
#ifndef TEXT_HTTPMSG_H
#define TEXT_HTTPMSG_H

#include "base/buf.h"

enum {
	HTTPMSG_HEAD_MAX = 16 * 1024,          /* Entra's cookies and policies make 3 to 5 kB */
	HTTPMSG_BODY_MAX = 64 * 1024,          /* a token of 16 kB in JSON, or a proxy's HTML page */
	HTTPMSG_1XX_MAX = 4,                   /* interim answers that are skipped */
	HTTPMSG_CHUNK_OVERHEAD_MAX = 16 * 1024 /* chunk sizes, extensions and trailers, all together */
};

enum httpmsg_result { HTTPMSG_DONE, HTTPMSG_MORE, HTTPMSG_BAD, HTTPMSG_TOO_LARGE };

/* Private: what the next byte belongs to. */
enum httpmsg_state {
	HTTPMSG_AT_HEAD,
	HTTPMSG_AT_LENGTH, /* a body with Content-Length */
	HTTPMSG_AT_REST,   /* a body that ends when the peer closes */
	HTTPMSG_AT_SIZE,
	HTTPMSG_AT_SIZE_DIGIT,
	HTTPMSG_AT_SIZE_BLANK,
	HTTPMSG_AT_EXTENSION,
	HTTPMSG_AT_SIZE_LF,
	HTTPMSG_AT_CHUNK,
	HTTPMSG_AT_CHUNK_CR,
	HTTPMSG_AT_CHUNK_LF,
	HTTPMSG_AT_TRAILER,
	HTTPMSG_AT_TRAILER_NAME,
	HTTPMSG_AT_TRAILER_VALUE,
	HTTPMSG_AT_TRAILER_LF,
	HTTPMSG_AT_LAST_LF,
	HTTPMSG_AT_END, /* `verdict` stands, nothing more is taken */
	HTTPMSG__STATES
};

/* The head and the body are gathered in two lent buffers. Private but for `status`, `head`, `body` and `reason`. */
struct httpmsg {
	int status;         /* 200..599 once the head is complete, else 0 */
	struct buf head;    /* status line and fields, CRLF as received */
	struct buf body;    /* without chunk framing; after TOO_LARGE its beginning, `full` set */
	struct span reason; /* why BAD or TOO_LARGE, else empty */
	enum httpmsg_state state;
	enum httpmsg_result verdict;
	int code; /* of the head that is being read */
	bool has_length, chunked;
	unsigned interim;
	uint64_t left; /* bytes of body or chunk still to come */
	size_t overhead;
	size_t line_at; /* where the current line of the head begins */
};

/* head and body: lent for as long as m is used; head of at least 1 kB. */
void httpmsg_start(struct httpmsg *m, struct buf head, struct buf body);

/* Take the next bytes. DONE: the message is complete, *used bytes of `in` belonged to it. MORE: all of `in` was taken.
 * BAD: this is not HTTP (m->reason borrows the offending bytes, from head or a static text); obs-fold, NUL and other
 * control characters, bare CR, conflicting Content-Lengths, Content-Length beside Transfer-Encoding, other
 * codings than chunked, status 101 are all BAD; bytes that cannot begin a status line are refused at once, without
 * waiting for the end of the line. A line of the head may end in LF alone, chunk framing may not. TOO_LARGE: a buffer
 * is full, or the chunk overhead is used up. After any answer but MORE the same answer comes again and nothing is
 * taken. */
enum httpmsg_result httpmsg_push(struct httpmsg *m, struct span in, size_t *used) MUST;

/* The peer has closed: DONE when the message ends that way (no length was given), else BAD with
 * reason "ended early". */
enum httpmsg_result httpmsg_end(struct httpmsg *m) MUST;

/* The head is complete (status and fields may be read although the body still comes). */
bool httpmsg_has_head(const struct httpmsg *m);

/* The value of the first field with this name, trimmed; false when there is none or the head is not
 * complete. Borrows from head. */
bool httpmsg_field(const struct httpmsg *m, struct span name, struct span *value);

#endif
