/* http: one request and its answer over a stream (RFC 9110, 9112); nothing is followed, nothing is retried. */
#ifndef PROTO_HTTP_H
#define PROTO_HTTP_H

#include "base/trace.h"
#include "net/stream.h"
#include "text/httpmsg.h"
#include "text/url.h"

enum {
	HTTP_REQUEST_MAX = 40 * 1024, /* a head of 1 kB and a form with an assertion of 16 kB */
	HTTP_EVIDENCE_MAX = 300       /* how much of an unexpected body is quoted */
};

/* The buffers of one exchange. http_exchange wipes the request; the answer, which the spans of a struct http_answer
 * borrow, stays until the next one, and its process wipes it at its end. */
struct http {
	struct stream *stream;
	const struct trace *trace;
	struct httpmsg message;
	unsigned char head[HTTPMSG_HEAD_MAX];
	union { /* the one is over when the other begins */
		unsigned char request[HTTP_REQUEST_MAX];
		unsigned char body[HTTPMSG_BODY_MAX];
	};
};

/* What to ask. With a body it is a POST of application/x-www-form-urlencoded, else a GET. */
struct http_question {
	const struct url *url;
	struct span fields;       /* further header lines, each with its CR LF; may hold secrets */
	struct span fields_shown; /* the same for the trace, with stand-ins */
	struct span body;         /* may hold secrets */
	struct span body_shown;   /* the same for the trace, with stand-ins */
};

/* The answer, whatever its status. The spans borrow from the struct http until the next exchange; absent
 * fields are empty. The body has not been put on the trace: the caller knows what in it is secret. */
struct http_answer {
	int status;
	struct span body;
	struct span content_type, location, date, retry_after;
};

bool http_exchange(struct http *h, const struct http_question *q, struct http_answer *a, struct fault *f) MUST;

#endif
