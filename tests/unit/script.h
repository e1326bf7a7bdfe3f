/* script: a peer that follows a script, as a stream: what it says, what the client must say, and how it fails.
 *
 *	static const struct script_line lines[] = { PEER("+OK ready"), CLIENT("QUIT"), PEER("+OK bye") };
 *	struct script s;
 *
 *	script_start(&s, lines, COUNT(lines));
 *	s.slice = 1;       (bytes a read gives at most)
 *	... use &s.stream ...
 *	script_end(&s);    (everything was said, nothing else was)
 *
 * A read that waits for a client who has to speak first fails with FAULT_DEADLINE, as it would on a line. A client who
 * speaks before it has heard what precedes, or says something else, is found by script_end. */
#ifndef TESTS_UNIT_SCRIPT_H
#define TESTS_UNIT_SCRIPT_H

#include "t.h"

#include "base/trace.h"
#include "net/stream.h"

struct script_line {
	bool client;
	struct span text;
};

#define PEER(text)                                                                                                     \
	{                                                                                                              \
		false, SPAN_INIT(text "\r\n")                                                                          \
	}
#define PEER_RAW(text)                                                                                                 \
	{                                                                                                              \
		false, SPAN_INIT(text)                                                                                 \
	}
#define CLIENT(text)                                                                                                   \
	{                                                                                                              \
		true, SPAN_INIT(text "\r\n")                                                                           \
	}

enum { SCRIPT_TRACE_MAX = 64 * 1024 };

struct script {
	const struct script_line *line;
	size_t n, at, offset;      /* lines, the current one, bytes of it that are done */
	size_t slice;              /* a read gives at most this many bytes */
	unsigned reads, fail_read; /* this read (from 1) fails, and all after it; 0: none */
	bool truncated;            /* the end is a cut, not a close */
	bool dead;
	unsigned closes;
	struct span wrong; /* what the client said and should not have */
	struct stream stream;
	struct trace trace; /* "> said" and "< heard" and "= note" lines */
	size_t traced;
	char text[SCRIPT_TRACE_MAX];
};

static bool script_read(struct stream *stream, unsigned char *p, size_t cap, size_t *n, struct fault *f)
{
	struct script *s = stream->self;
	size_t scratch = cap < s->slice ? cap : s->slice;

	s->reads++;
	if (s->dead || s->reads == s->fail_read) {
		s->dead = true;
		return fault_set(f, FAULT_TCP_RESET, 0, SPAN("the script says so"));
	}
	for (*n = 0; *n < scratch && s->at < s->n && !s->line[s->at].client; s->at++, s->offset = 0) {
		struct span left = span_first(span_from(s->line[s->at].text, s->offset), scratch - *n);

		if (left.n != 0)
			memcpy(p + *n, left.p, left.n);
		*n += left.n;
		s->offset += left.n;
		if (s->offset < s->line[s->at].text.n)
			break;
	}
	if (*n != 0)
		return true;
	if (s->at < s->n) {
		s->dead = true;
		return fault_set(f, FAULT_DEADLINE, 0, SPAN("both wait"));
	}
	if (s->truncated) {
		s->dead = true;
		return fault_set(f, FAULT_TLS_TRUNCATED, 0, SPAN(""));
	}
	return true;
}

static bool script_write(struct stream *stream, struct span bytes, struct fault *f)
{
	struct script *s = stream->self;

	while (bytes.n != 0) {
		struct span want;

		if (s->dead || s->at == s->n || !s->line[s->at].client)
			break;
		want = span_from(s->line[s->at].text, s->offset);
		if (!span_eq(span_first(bytes, want.n), span_first(want, bytes.n)))
			break;
		if (bytes.n < want.n) {
			s->offset += bytes.n;
			return true;
		}
		bytes = span_from(bytes, want.n);
		s->at++;
		s->offset = 0;
	}
	if (bytes.n == 0)
		return true;
	if (!s->dead && s->wrong.n == 0) {
		s->wrong = bytes;
		t_ok(false, __FILE__, __LINE__, "the client says what the script says");
		printf("# it says %.*s\n", (int)(bytes.n < 200 ? bytes.n : 200), (const char *)bytes.p);
	}
	s->dead = true;
	return fault_set(f, FAULT_TCP_RESET, 0, SPAN("written to a dead script"));
}

static void script_close(struct stream *stream)
{
	((struct script *)stream->self)->closes++;
}

static const struct stream_ops script_ops = { script_read, script_write, script_close };

static void script_trace(void *to, enum trace_mark mark, struct span text)
{
	static const char sign[] = { [TRACE_SENT] = '>', [TRACE_GOT] = '<', [TRACE_NOTE] = '=' };
	struct script *s = to;
	struct buf b = { (unsigned char *)s->text, sizeof s->text, s->traced, false };

	buf_byte(&b, (unsigned char)sign[mark]);
	buf_byte(&b, ' ');
	buf_put(&b, text);
	buf_byte(&b, '\n');
	s->traced = b.n;
}

T_UNUSED
static void script_start(struct script *s, const struct script_line *line, size_t n)
{
	memset(s, 0, offsetof(struct script, text));
	s->line = line;
	s->n = n;
	s->slice = SIZE_MAX;
	s->stream = (struct stream){ &script_ops, s };
	s->trace = (struct trace){ script_trace, s };
}

/* Was everything said, by both, and nothing else by the client? */
T_UNUSED
static bool script_done(const struct script *s)
{
	return s->at == s->n && s->wrong.n == 0;
}

/* Does the trace hold this text? */
T_UNUSED
static bool script_traced(const struct script *s, const char *z)
{
	size_t at;

	return span_find((struct span){ (const unsigned char *)s->text, s->traced }, span_z(z), &at);
}

/* A SASL line as the client must say it, CRLF included, in the caller's bytes. */
#include "text/base64.h"
#include "text/xoauth2.h"
T_UNUSED
static struct span script_sasl(struct buf *out, const char *before, const char *user, struct span token)
{
	static unsigned char frame[64 * 1024];
	struct buf b = BUF(frame);

	xoauth2_put(&b, span_z(user), token);
	buf_z(out, before);
	base64_put(out, buf_span(&b));
	buf_z(out, "\r\n");
	OK(buf_ok(&b) && buf_ok(out));
	return buf_span(out);
}

#endif
