#include "proto/http.h"

#include "base/secret.h"

#ifndef O2POP_VERSION
#define O2POP_VERSION "0"
#endif

/* The head, but for the empty line at its end. */
static void put_head(struct buf *b, const struct http_question *q)
{
	size_t at;
	bool literal6 = span_find_byte(q->url->host, ':', &at);

	buf_say(b, "%s %.*s HTTP/1.1\r\n", q->body.n != 0 ? "POST" : "GET", SPAN_ARG(q->url->target));
	buf_say(b, literal6 ? "Host: [%.*s]" : "Host: %.*s", SPAN_ARG(q->url->host));
	if (q->url->port != (q->url->tls ? 443 : 80))
		buf_say(b, ":%u", q->url->port);
	buf_z(b, "\r\nUser-Agent: o2pop/" O2POP_VERSION "\r\nAccept: application/json\r\n");
	if (q->body.n != 0)
		buf_say(b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n", q->body.n);
	buf_z(b, "Connection: close\r\n");
}

/* Every line of a head goes on the trace as a line of its own. */
static void trace_head(const struct trace *t, enum trace_mark mark, struct span head)
{
	while (head.n != 0) {
		struct span line = span_cut(head, '\n', &head);

		if (line.n != 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n != 0)
			trace_put(t, mark, line);
	}
}

static bool send_request(struct http *h, const struct http_question *q, struct fault *f)
{
	struct buf b = BUF(h->request);
	bool sent;

	put_head(&b, q);
	trace_head(h->trace, TRACE_SENT, buf_span(&b));
	trace_head(h->trace, TRACE_SENT, q->fields_shown);
	buf_put(&b, q->fields);
	buf_z(&b, "\r\n");
	if (q->body_shown.n != 0)
		trace_put(h->trace, TRACE_SENT, q->body_shown);
	buf_put(&b, q->body);
	sent = buf_ok(&b) ? stream_write(h->stream, buf_span(&b), f)
	                  : fault_limit(f, FAULT_LIMIT, b.n + q->body.n, sizeof h->request);
	secret_wipe_bytes(h->request, b.n);
	return sent;
}

/* The peer has ended the stream; only a body without a length may end so, and not by a cut. */
static bool ended(struct http *h, bool clean, struct fault *f)
{
	if (clean && httpmsg_end(&h->message) == HTTPMSG_DONE)
		return true;
	if (h->message.status == 0 && h->message.head.n == 0)
		return fault_set(f, FAULT_HTTP_TRUNCATED, 0, SPAN("the connection ended without an answer"));
	return fault_become(f, FAULT_HTTP_TRUNCATED, h->message.status, SPAN("the connection ended inside the answer"));
}

static bool receive_by(struct http *h, unsigned char *in, size_t cap, struct fault *f)
{
	for (;;) {
		size_t n, used;

		if (!stream_read(h->stream, in, cap, &n, f))
			return f->code == FAULT_TLS_TRUNCATED && ended(h, false, f);
		if (n == 0)
			return ended(h, true, f);
		switch (httpmsg_push(&h->message, (struct span){ in, n }, &used)) {
		case HTTPMSG_DONE:
			return true;
		case HTTPMSG_MORE:
			break;
		case HTTPMSG_BAD:
			return fault_set(f, FAULT_HTTP_MALFORMED, h->message.status,
			                 span_first(h->message.reason, HTTP_EVIDENCE_MAX));
		case HTTPMSG_TOO_LARGE:
			return fault_limit(f, FAULT_HTTP_TOO_LARGE, h->message.head.n + h->message.body.n + n,
			                   HTTPMSG_BODY_MAX);
		}
	}
}

static bool receive(struct http *h, struct fault *f)
{
	unsigned char in[4096];
	bool good = receive_by(h, in, sizeof in, f);

	secret_wipe_bytes(in, sizeof in);
	return good;
}

/* The field's value, or an empty span. */
static struct span field(const struct http *h, struct span name)
{
	struct span value;

	return httpmsg_field(&h->message, name, &value) ? value : SPAN_NONE;
}

bool http_exchange(struct http *h, const struct http_question *q, struct http_answer *a, struct fault *f)
{
	bool received;

	httpmsg_start(&h->message, BUF(h->head), BUF(h->body));
	if (!send_request(h, q, f))
		return false;
	received = receive(h, f);
	if (httpmsg_has_head(&h->message))
		trace_head(h->trace, TRACE_GOT, buf_span(&h->message.head));
	if (!received)
		return false;
	*a = (struct http_answer){
		.status = h->message.status,
		.body = buf_span(&h->message.body),
		.content_type = field(h, SPAN("Content-Type")),
		.location = field(h, SPAN("Location")),
		.date = field(h, SPAN("Date")),
		.retry_after = field(h, SPAN("Retry-After")),
	};
	return true;
}
