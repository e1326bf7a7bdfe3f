/* net/stream: three calls that reach the layer that made the stream. */
#include "t.h"

#include "net/stream.h"

struct script {
	struct span in;
	unsigned reads, writes, closes;
	size_t written;
};

static bool script_read(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f)
{
	struct script *me = s->self;

	if (me->reads++ == 2)
		return fault_set(f, FAULT_TCP_RESET, 0, SPAN("third"));
	*n = cap < me->in.n ? cap : me->in.n;
	memcpy(p, me->in.p, *n);
	me->in = span_from(me->in, *n);
	return true;
}

static bool script_write(struct stream *s, struct span bytes, struct fault *f)
{
	struct script *me = s->self;

	me->writes++;
	me->written += bytes.n;
	return bytes.n < 10 || fault_set(f, FAULT_TCP_CLOSED, 0, bytes);
}

static void script_close(struct stream *s)
{
	((struct script *)s->self)->closes++;
}

static const struct stream_ops script_ops = { script_read, script_write, script_close };

TEST(reads_reach_the_layer_below)
{
	struct script me = { .in = SPAN("hello") };
	struct stream s = { &script_ops, &me };
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[4];
	size_t n = 0;

	OK(stream_read(&s, p, sizeof p, &n, &f));
	EQ(((struct span){ p, n }), SPAN("hell"));
	OK(stream_read(&s, p, sizeof p, &n, &f));
	EQ(((struct span){ p, n }), SPAN("o"));
	OK(!stream_read(&s, p, sizeof p, &n, &f));
	EQ(f.code, FAULT_TCP_RESET);
	EQ(me.reads, 3);
}

TEST(writes_reach_the_layer_below_unless_there_is_nothing_to_write)
{
	struct script me = { .reads = 0 };
	struct stream s = { &script_ops, &me };
	struct fault f = { .code = FAULT_NONE };

	OK(stream_write(&s, SPAN("abc"), &f));
	OK(stream_write(&s, SPAN(""), &f));
	EQ(me.writes, 1);
	EQ(me.written, 3u);
	OK(!stream_write(&s, SPAN("0123456789"), &f));
	EQ(f.code, FAULT_TCP_CLOSED);
	stream_close(&s);
	EQ(me.closes, 1);
}
