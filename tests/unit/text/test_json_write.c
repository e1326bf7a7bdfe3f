/* text/json_write: every function, in an object, in an array and alone; what is written can be read. */
#include "t.h"

#include "text/json.h"
#include "text/json_write.h"

static void upper(void *of, struct span text, struct buf *out)
{
	(void)of;
	buf_z(out, "[");
	buf_put(out, text);
	buf_z(out, "]");
}

static void put_all(struct json_write *w)
{
	json_write_open(w, NULL, '{');
	json_write_z(w, "a", "it's \"a\"");
	json_write_text(w, "b", SPAN("x\ny"));
	json_write_some(w, "c", SPAN(""));
	json_write_i64(w, "d", INT64_MIN);
	json_write_bool(w, "e", true);
	json_write_bool(w, "f", false);
	json_write_null(w, "g");
	json_write_moment(w, "h", 1795466626);
	json_write_raw(w, "i", SPAN("{\"z\":[1]}"));
	json_write_raw(w, "j", SPAN(""));
	json_write_lines(w, "k", SPAN("one\n\ttwo"));
	json_write_open(w, "l", '[');
	json_write_close(w, ']');
	json_write_open(w, "m", '[');
	json_write_i64(w, NULL, 1);
	json_write_open(w, NULL, '{');
	json_write_close(w, '}');
	json_write_z(w, NULL, "");
	json_write_close(w, ']');
	json_write_close(w, '}');
}

static const char all[] = "{\"a\":\"it's \\\"a\\\"\",\"b\":\"x\\ny\",\"c\":null,\"d\":-9223372036854775808,\"e\":true,"
			  "\"f\":false,\"g\":null,\"h\":\"2026-11-23T20:43:46Z\",\"i\":{\"z\":[1]},\"j\":null,"
			  "\"k\":[{\"kind\":\"text\",\"text\":\"one\"},{\"kind\":\"command\",\"text\":\"two\"}],"
			  "\"l\":[],\"m\":[1,{},\"\"]}";

TEST(everything)
{
	UPTO(cap, sizeof all + 1)
	{
		struct buf out = edge_buf(cap);
		struct json_write w = { .out = &out };
		struct span duplicate;

		put_all(&w);
		OK(buf_ok(&out) == (cap >= sizeof all - 1));
		if (!buf_ok(&out))
			continue;
		EQ(buf_span(&out), span_z(all));
		OK(json_check(buf_span(&out), &duplicate));
	}
}

TEST(texts_from_outside_go_through_the_filter)
{
	char bytes[200];
	struct buf out = BUF(bytes);
	struct json_write w = { .out = &out, .filter = upper };

	json_write_open(&w, NULL, '[');
	json_write_z(&w, NULL, "ours");
	json_write_text(&w, NULL, SPAN("theirs"));
	json_write_some(&w, NULL, SPAN("theirs"));
	json_write_some(&w, NULL, SPAN(""));
	json_write_lines(&w, NULL, SPAN("\ttyped"));
	json_write_close(&w, ']');
	EQ(buf_span(&out),
	   SPAN("[\"ours\",\"[theirs]\",\"[theirs]\",null,[{\"kind\":\"command\",\"text\":\"[typed]\"}]]"));
}

/* What the filter makes of it is too long: the whole says so. */
TEST(a_filter_that_overflows)
{
	static unsigned char bytes[2 * JSON_WRITE_TEXT_MAX], text[JSON_WRITE_TEXT_MAX];
	struct buf out = BUF(bytes);
	struct json_write w = { .out = &out, .filter = upper };

	memset(text, 'x', sizeof text);
	json_write_text(&w, NULL, (struct span){ text, sizeof text - 2 });
	OK(buf_ok(&out));
	json_write_text(&w, NULL, (struct span){ text, sizeof text - 1 });
	OK(!buf_ok(&out));
}

/* What moves a terminal, turns a line or ends it is escaped, in our texts and in those that came as JSON. */
TEST(what_cannot_be_seen)
{
	static const char in[] = "a\xc2\x9b"
				 "31m\xe2\x80\xae"
				 "b\xe2\x80\xa8"
				 "c\xf3\xa0\x80\x81\xc3\xa9";
	static const char out[] = "a\\u009b31m\\u202eb\\u2028c\\udb40\\udc01\xc3\xa9";
	char raw[100], expected[200], bytes[200];
	struct buf json = BUF(raw), wanted = BUF(expected), b = BUF(bytes);
	struct json_write w = { .out = &b };

	buf_say(&json, "{\"k\":\n\"%s\"}", in);
	buf_say(&wanted, "{\"x\":\"%s\",\"y\":{\"k\": \"%s\"}}", out, out);
	json_write_open(&w, NULL, '{');
	json_write_text(&w, "x", span_z(in));
	json_write_raw(&w, "y", buf_span(&json));
	json_write_close(&w, '}');
	EQ(buf_span(&b), buf_span(&wanted));
}
