#include "net/tunnel.h"

#include <string.h>

#include "base/secret.h"
#include "net/socks.h"
#include "text/base64.h"
#include "text/httpmsg.h"

enum {
	HEAD_MAX = 8 * 1024,                                             /* of the proxy's answer */
	BODY_MAX = 4 * 1024,                                             /* of its page, for its title */
	REQUEST_MAX = 1024 + BASE64_SIZE(PROXY_LOGIN_MAX) + DNS_HOST_MAX /* with the login in base64 */
};

static bool send_connect(struct stream *s, const struct proxy_question *q, const struct trace *t, struct fault *f)
{
	unsigned char bytes[REQUEST_MAX];
	struct buf b = BUF(bytes);
	struct span v6 = SPAN(":");
	size_t at, line;
	bool literal6 = span_find(q->host, v6, &at), sent;

	buf_say(&b, literal6 ? "CONNECT [%.*s]:%u HTTP/1.1\r\n" : "CONNECT %.*s:%u HTTP/1.1\r\n", SPAN_ARG(q->host),
	        q->port);
	line = b.n - 2;
	trace_put(t, TRACE_SENT, span_first(buf_span(&b), line));
	buf_say(&b, literal6 ? "Host: [%.*s]:%u\r\n" : "Host: %.*s:%u\r\n", SPAN_ARG(q->host), q->port);
	if (q->login.n != 0) {
		trace_say(t, TRACE_SENT, "Proxy-Authorization: Basic <proxy login %zu characters>", q->login.n);
		buf_z(&b, "Proxy-Authorization: Basic ");
		base64_put(&b, q->login);
		buf_z(&b, "\r\n");
	}
	buf_z(&b, "\r\n");
	sent = buf_ok(&b) ? stream_write(s, buf_span(&b), f) : fault_limit(f, FAULT_LIMIT, b.n, sizeof bytes);
	secret_wipe_bytes(bytes, sizeof bytes);
	return sent;
}

/* "Basic, NTLM": the first word of every Proxy-Authenticate. */
static void put_schemes(const struct httpmsg *m, struct proxy_answer *a)
{
	struct span head = buf_span(&m->head), name = SPAN("Proxy-Authenticate:");
	struct buf b = buf_field(a->schemes, sizeof a->schemes);

	while (head.n != 0) {
		struct span line = span_cut(head, '\n', &head), rest;

		if (!span_starts_nocase(line, name))
			continue;
		line = span_trim(span_from(line, name.n));
		buf_z(&b, b.n != 0 ? ", " : "");
		buf_printable(&b, span_first(span_cut(line, ' ', &rest), 20));
	}
}

/* The proxy's own words: the title of its page, else its page when that is a line, else the reason phrase. */
static void put_words(const struct httpmsg *m, struct proxy_answer *a)
{
	struct span body = span_trim(buf_span(&m->body)), line, value, reason;
	struct buf b = buf_field(a->words, sizeof a->words);
	uint64_t status;
	size_t from, to;

	line = span_trim(span_cut(buf_span(&m->head), '\n', &reason));
	(void)span_cut(line, ' ', &reason);
	(void)span_cut(reason, ' ', &reason);
	if (span_find_nocase(body, SPAN("<title>"), &from) && span_find_nocase(body, SPAN("</title>"), &to) &&
	    to > from)
		reason = span_trim(span_first(span_from(body, from + 7), to - from - 7));
	else if (body.n != 0 && body.n < PROXY_WORDS_MAX && body.p[0] != '<' && body.p[0] != '{')
		reason = body;
	if (span_u64(span_first(reason, 3), 999, &status) && status == (uint64_t)m->status)
		reason = span_trim(span_from(reason, 3)); /* a title that begins with it */
	buf_printable(&b, reason);
	b = buf_field(a->server, sizeof a->server);
	if (httpmsg_field(m, SPAN("Via"), &value) || httpmsg_field(m, SPAN("Server"), &value) ||
	    httpmsg_field(m, SPAN("Proxy-Agent"), &value))
		buf_printable(&b, value);
}

/* The head, and of a refusal the page, one byte after the other: what follows the head of a yes is the tunnel's. */
static bool receive(struct stream *s, struct httpmsg *m, struct fault *f)
{
	for (;;) {
		unsigned char byte;
		size_t n, used;
		enum httpmsg_result r;

		if (httpmsg_has_head(m) && m->status / 100 == 2)
			return true;
		if (!stream_read(s, &byte, 1, &n, f))
			return httpmsg_has_head(m);
		if (n == 0)
			return httpmsg_has_head(m) || fault_set(f, FAULT_PROXY_CLOSED, 0,
			                                        m->head.n == 0 ? SPAN("closed without an answer")
			                                                       : SPAN("closed inside its answer"));
		r = httpmsg_push(m, (struct span){ &byte, 1 }, &used);
		if (r == HTTPMSG_DONE || (r != HTTPMSG_MORE && httpmsg_has_head(m)))
			return true;
		if (r != HTTPMSG_MORE)
			return fault_set(f, FAULT_PROXY_MALFORMED, 0, span_first(m->reason, 200));
	}
}

/* What a status means. */
static enum fault_code fault_of(int status)
{
	if (status == 407)
		return FAULT_PROXY_AUTH;
	return status >= 500 ? FAULT_PROXY_UPSTREAM : FAULT_PROXY_REFUSED;
}

/* What became of our login. */
static const char *login_said(const struct proxy_question *q, const struct proxy_answer *a)
{
	size_t at;

	if (a->schemes[0] != '\0' && !span_find_nocase(span_z(a->schemes), SPAN("Basic"), &at))
		return "; Basic is not among them";
	return q->login.n != 0 ? "; the login was refused" : "; no login was sent";
}

static bool connect_tunnel(struct stream *s, const struct proxy_question *q, const struct trace *t,
                           struct proxy_answer *a, struct fault *f)
{
	unsigned char head[HEAD_MAX], body[BODY_MAX];
	struct fault late = { .code = FAULT_NONE };
	struct httpmsg m;
	struct span rest, line;

	httpmsg_start(&m, BUF(head), BUF(body));
	if (!send_connect(s, q, t, f) || !receive(s, &m, &late)) {
		if (late.code != FAULT_NONE)
			*f = late;
		return false;
	}
	rest = buf_span(&m.head);
	line = span_trim(span_cut(rest, '\n', &rest));
	trace_put(t, TRACE_GOT, line);
	a->code = m.status;
	put_words(&m, a);
	put_schemes(&m, a);
	if (m.status / 100 == 2)
		return true;
	return fault_say(f, fault_of(m.status), m.status, "HTTP %d %s%s%s%s", m.status, a->words,
	                 a->schemes[0] != '\0' ? "; it offers " : "", a->schemes,
	                 m.status == 407 ? login_said(q, a) : "");
}

bool tunnel_open(struct stream *s, const struct proxy_question *q, const struct trace *t, struct proxy_answer *a,
                 struct fault *f)
{
	memset(a, 0, sizeof *a);
	if (q->kind == PROXY_HTTP || q->kind == PROXY_HTTPS)
		return connect_tunnel(s, q, t, a, f);
	return socks_tunnel(s, q, t, a, f);
}
