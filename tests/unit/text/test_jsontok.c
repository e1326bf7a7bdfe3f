/* jsontok: what is a JSON text and what is not, in the spirit of the public suites; single tokens. */
#include "t.h"

#include "text/json.h"
#include "text/jsontok.h"

/* The tokens run to the end of the text. */
static bool well_formed(struct span text)
{
	struct jsontok s = { .text = text };

	for (;;) {
		enum jsontok_event event = jsontok_next(&s);

		if (event == JSONTOK_END || event == JSONTOK_BAD)
			return event == JSONTOK_END;
	}
}

static const struct span accepted[] = {
	/* scalars alone, blanks of all four kinds */
	SPAN_INIT("null"),
	SPAN_INIT("true"),
	SPAN_INIT("false"),
	SPAN_INIT("0"),
	SPAN_INIT("\"\""),
	SPAN_INIT(" \t\r\n1 \t\r\n"),
	SPAN_INIT("\n\"a\"\n"),
	/* numbers */
	SPAN_INIT("-0"),
	SPAN_INIT("10"),
	SPAN_INIT("-1"),
	SPAN_INIT("0.5"),
	SPAN_INIT("-0.0"),
	SPAN_INIT("1e5"),
	SPAN_INIT("1E5"),
	SPAN_INIT("1e+5"),
	SPAN_INIT("1E-05"),
	SPAN_INIT("0e0"),
	SPAN_INIT("0.00e+00"),
	SPAN_INIT("123456789012345678901234567890"),
	SPAN_INIT("1e999999"),
	SPAN_INIT("[1,2.5,-3e2]"),
	/* containers */
	SPAN_INIT("[]"),
	SPAN_INIT("{}"),
	SPAN_INIT("[ ]"),
	SPAN_INIT("{ }"),
	SPAN_INIT("[[]]"),
	SPAN_INIT("[{}]"),
	SPAN_INIT("[[],[],{}]"),
	SPAN_INIT("{\"a\":[]}"),
	SPAN_INIT("{\"a\":{}}"),
	SPAN_INIT("{\"\":0}"),
	SPAN_INIT("[null,true,false]"),
	SPAN_INIT("{\"a\":1,\"b\":[1,{\"c\":2}]}"),
	SPAN_INIT("{\"a\":1,\"a\":2}"),
	SPAN_INIT(" { \"a\" : 1 , \"b\" : [ 1 , 2 ] } "),
	SPAN_INIT("[[1],{\"a\":[2]},3]"),
	/* strings: the nine escapes, units, pairs, plain UTF-8, DEL and noncharacters */
	SPAN_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\""),
	SPAN_INIT("\"\\u0000\""),
	SPAN_INIT("\"\\uABCD\\uabcd\\uFFFF\""),
	SPAN_INIT("\"\\ud83d\\ude00\""),
	SPAN_INIT("\"\\uDBFF\\uDFFF\""),
	SPAN_INIT("\"\\ud800\\udc00\""),
	SPAN_INIT("\"\x7f\""),
	SPAN_INIT("\"\xc2\x80\xc3\xa4\""),
	SPAN_INIT("\"\xe2\x82\xac\""),
	SPAN_INIT("\"\xf0\x9f\x98\x80\""),
	SPAN_INIT("\"\xf4\x8f\xbf\xbf\""),
	SPAN_INIT("\"\xef\xbf\xbf\""),
	SPAN_INIT("\"\xef\xbb\xbf\""),
	SPAN_INIT("\"\xe2\x80\xa8\""),
	SPAN_INIT("\"// /* # \""),
	SPAN_INIT("\"[{\""),
	SPAN_INIT("\"\\\\\""),
};

static const struct span refused[] = {
	/* nothing, too much, something else */
	SPAN_INIT(""),
	SPAN_INIT(" "),
	SPAN_INIT("\n"),
	SPAN_INIT("\0"),
	SPAN_INIT("1 2"),
	SPAN_INIT("{} {}"),
	SPAN_INIT("[]]"),
	SPAN_INIT("{}}"),
	SPAN_INIT("[],"),
	SPAN_INIT("1,"),
	SPAN_INIT(",1"),
	SPAN_INIT("1\0"),
	SPAN_INIT("\"a\"x"),
	SPAN_INIT("a"),
	SPAN_INIT("<html>"),
	SPAN_INIT(":"),
	SPAN_INIT("access_token=x"),
	SPAN_INIT("[1]\0"),
	SPAN_INIT("\f1"),
	SPAN_INIT("\v1"),
	SPAN_INIT("\xa0"
	          "1"),
	SPAN_INIT("1\xc2\xa0"),
	/* byte order marks, UTF-16 */
	SPAN_INIT("\xef\xbb\xbf{}"),
	SPAN_INIT("\xef\xbb\xbf"),
	SPAN_INIT("\xff\xfe{\0}\0"),
	SPAN_INIT("\0{\0}"),
	/* words */
	SPAN_INIT("nul"),
	SPAN_INIT("nulll"),
	SPAN_INIT("True"),
	SPAN_INIT("TRUE"),
	SPAN_INIT("tru"),
	SPAN_INIT("falsee"),
	SPAN_INIT("undefined"),
	SPAN_INIT("NaN"),
	SPAN_INIT("Infinity"),
	SPAN_INIT("-Infinity"),
	SPAN_INIT("truefalse"),
	SPAN_INIT("[nu]"),
	/* numbers */
	SPAN_INIT("-"),
	SPAN_INIT("+1"),
	SPAN_INIT("01"),
	SPAN_INIT("-01"),
	SPAN_INIT("00"),
	SPAN_INIT("1."),
	SPAN_INIT(".5"),
	SPAN_INIT("-.5"),
	SPAN_INIT("1.e5"),
	SPAN_INIT("1e"),
	SPAN_INIT("1e+"),
	SPAN_INIT("1e-"),
	SPAN_INIT("1e1.5"),
	SPAN_INIT("1ee1"),
	SPAN_INIT("0x10"),
	SPAN_INIT("1a"),
	SPAN_INIT("1 0"),
	SPAN_INIT("--1"),
	SPAN_INIT("- 1"),
	SPAN_INIT("1_000"),
	SPAN_INIT("1.2.3"),
	SPAN_INIT("0e"),
	SPAN_INIT("0.e1"),
	SPAN_INIT("1+1"),
	SPAN_INIT("\xef\xbc\x91"),
	SPAN_INIT("[1.]"),
	SPAN_INIT("[-]"),
	/* arrays */
	SPAN_INIT("["),
	SPAN_INIT("]"),
	SPAN_INIT("[1"),
	SPAN_INIT("[1,"),
	SPAN_INIT("[1,]"),
	SPAN_INIT("[,]"),
	SPAN_INIT("[,1]"),
	SPAN_INIT("[1,,2]"),
	SPAN_INIT("[1 2]"),
	SPAN_INIT("[1}"),
	SPAN_INIT("[1:2]"),
	SPAN_INIT("[\"a\":1]"),
	SPAN_INIT("[[]"),
	SPAN_INIT("[a]"),
	SPAN_INIT("[1;2]"),
	SPAN_INIT("[\0]"),
	/* objects */
	SPAN_INIT("{"),
	SPAN_INIT("}"),
	SPAN_INIT("{]"),
	SPAN_INIT("{\"a\""),
	SPAN_INIT("{\"a\":"),
	SPAN_INIT("{\"a\"}"),
	SPAN_INIT("{\"a\":}"),
	SPAN_INIT("{\"a\":1"),
	SPAN_INIT("{\"a\":1,"),
	SPAN_INIT("{\"a\":1,}"),
	SPAN_INIT("{,}"),
	SPAN_INIT("{,\"a\":1}"),
	SPAN_INIT("{\"a\":1,,\"b\":2}"),
	SPAN_INIT("{\"a\" 1}"),
	SPAN_INIT("{\"a\"::1}"),
	SPAN_INIT("{\"a\":1:2}"),
	SPAN_INIT("{\"a\",1}"),
	SPAN_INIT("{a:1}"),
	SPAN_INIT("{'a':1}"),
	SPAN_INIT("{1:1}"),
	SPAN_INIT("{null:1}"),
	SPAN_INIT("{[]:1}"),
	SPAN_INIT("{\"a\":1 \"b\":2}"),
	SPAN_INIT("{\"a\":1]"),
	SPAN_INIT("{\"a\":[1}"),
	SPAN_INIT("{:1}"),
	SPAN_INIT("{\"a\":1,1}"),
	SPAN_INIT("{\"a\":1,{}}"),
	SPAN_INIT("{\"\\x\":1}"),
	/* comments */
	SPAN_INIT("// a\n1"),
	SPAN_INIT("/* a */1"),
	SPAN_INIT("1 # a"),
	SPAN_INIT("{\"a\":/**/1}"),
	/* strings */
	SPAN_INIT("\""),
	SPAN_INIT("\"a"),
	SPAN_INIT("'a'"),
	SPAN_INIT("\"\\\""),
	SPAN_INIT("\"\\"),
	SPAN_INIT("\"\\a\""),
	SPAN_INIT("\"\\'\""),
	SPAN_INIT("\"\\x41\""),
	SPAN_INIT("\"\\0\""),
	SPAN_INIT("\"\\v\""),
	SPAN_INIT("\"\\U0041\""),
	SPAN_INIT("\"\\ u0041\""),
	SPAN_INIT("\"\\\n\""),
	SPAN_INIT("\"\\\xc3\xa4\""),
	SPAN_INIT("\"\\u\""),
	SPAN_INIT("\"\\u4\""),
	SPAN_INIT("\"\\u00\""),
	SPAN_INIT("\"\\u004\""),
	SPAN_INIT("\"\\u004g\""),
	SPAN_INIT("\"\\u 041\""),
	SPAN_INIT("\"\\u+041\""),
	SPAN_INIT("\"\\u004"),
	/* control characters as they are */
	SPAN_INIT("\"\0\""),
	SPAN_INIT("\"\x01\""),
	SPAN_INIT("\"a\nb\""),
	SPAN_INIT("\"\t\""),
	SPAN_INIT("\"\r\""),
	SPAN_INIT("\"\x1f\""),
	SPAN_INIT("\"\x1b\""),
	/* lone and crossed surrogates */
	SPAN_INIT("\"\\ud800\""),
	SPAN_INIT("\"\\udc00\""),
	SPAN_INIT("\"\\udfff\""),
	SPAN_INIT("\"\\ud800a\""),
	SPAN_INIT("\"\\ud800\\u0041\""),
	SPAN_INIT("\"\\ud800\\ud800\""),
	SPAN_INIT("\"\\udc00\\ud800\""),
	SPAN_INIT("\"\\ud800\\n\""),
	SPAN_INIT("\"\\ud800\\\""),
	SPAN_INIT("\"\\ud800\\u\""),
	SPAN_INIT("\"\\ud800\\udc0\""),
	SPAN_INIT("\"\\udbff\\ue000\""),
	SPAN_INIT("\"\\ud83d\\ude0"),
	/* broken UTF-8 */
	SPAN_INIT("\"\x80\""),
	SPAN_INIT("\"\xc3\""),
	SPAN_INIT("\"\xc3(\""),
	SPAN_INIT("\"\xc0\x80\""),
	SPAN_INIT("\"\xe0\x80\xaf\""),
	SPAN_INIT("\"\xe2\x82\""),
	SPAN_INIT("\"\xed\xa0\x80\""),
	SPAN_INIT("\"\xed\xa0\xbd\xed\xb8\x80\""),
	SPAN_INIT("\"\xf0\x80\x80\x80\""),
	SPAN_INIT("\"\xf0\x9f\x98\""),
	SPAN_INIT("\"\xf4\x90\x80\x80\""),
	SPAN_INIT("\"\xf8\x88\x80\x80\x80\""),
	SPAN_INIT("\"\xff\""),
	SPAN_INIT("\"\xe4\""),
	SPAN_INIT("{\"\xff\":1}"),
	SPAN_INIT("\xff"),
	SPAN_INIT("[\xe4]"),
	SPAN_INIT("\xc3"),
};

TEST(jsontok_accepts)
{
	for (size_t i = 0; i < COUNT(accepted); i++) {
		struct json_value v;

		t_at("row %zu", i);
		OK(well_formed(edge_span(accepted[i])));
		OK(json_check(edge_span(accepted[i]), NULL));
		EQ(json_at(edge_span(accepted[i]), "", &v), JSON_FOUND);
	}
}

TEST(jsontok_refuses)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct span duplicate = SPAN("old");
		struct json_value v;

		t_at("row %zu", i);
		OK(!well_formed(edge_span(refused[i])));
		OK(!json_check(edge_span(refused[i]), NULL));
		OK(!json_check(edge_span(refused[i]), &duplicate));
		EQ(json_at(edge_span(refused[i]), "", &v), JSON_MALFORMED);
		EQ(json_at(edge_span(refused[i]), "a", &v), JSON_MALFORMED);
	}
	OK(!well_formed((struct span){ NULL, 0 }));
	OK(!json_check((struct span){ NULL, 0 }, NULL));
}

/* A container or a string is whole only at its end; other beginnings must merely be survived. */
TEST(jsontok_every_prefix)
{
	for (size_t i = 0; i < COUNT(accepted) + COUNT(refused); i++) {
		bool good = i < COUNT(accepted);
		struct span text = good ? accepted[i] : refused[i - COUNT(accepted)];
		struct span bare = span_trim(text);
		bool closed = good && (bare.p[0] == '{' || bare.p[0] == '[' || bare.p[0] == '"');

		t_at("row %zu", i);
		UPTO(n, text.n)
		{
			struct span part = edge_span(span_first(text, n)), duplicate;
			bool whole = well_formed(part);

			EQ(json_check(part, &duplicate), whole);
			if (closed)
				EQ(whole, (size_t)(bare.p - text.p) + bare.n <= n);
		}
	}
}

TEST(jsontok_depth)
{
	for (int kind = 0; kind < 3; kind++) {
		UPTO(depth, 2 * JSONTOK_DEPTH_MAX + 5)
		{
			bool good = depth >= 1 && depth <= JSONTOK_DEPTH_MAX;
			struct buf b = edge_buf(depth * 7);
			struct json_value v;

			t_at("kind %d, depth %zu", kind, depth);
			for (size_t i = 0; i < depth; i++) {
				bool object = kind == 1 || (kind == 2 && i % 2 != 0);

				buf_z(&b, object ? "{\"a\":" : "[");
			}
			if (kind != 0 && depth != 0)
				buf_byte(&b, '1');
			for (size_t i = depth; i-- > 0;)
				buf_byte(&b, kind == 1 || (kind == 2 && i % 2 != 0) ? '}' : ']');
			OK(buf_ok(&b));
			EQ(well_formed(buf_span(&b)), good);
			EQ(json_at(buf_span(&b), "", &v) == JSON_FOUND, good);
		}
	}
}

/* The text that brings recursive parsers down. */
TEST(jsontok_endless_nesting)
{
	static unsigned char open[100000];

	memset(open, '[', sizeof open);
	OK(!well_formed((struct span){ open, sizeof open }));
	for (size_t i = 0; i + 5 <= sizeof open; i += 5)
		memcpy(open + i, "{\"\":[", 5);
	OK(!well_formed((struct span){ open, sizeof open }));
}

TEST(jsontok_events)
{
	static const struct {
		enum jsontok_event event;
		unsigned depth;
		struct span token;
	} step[] = {
		{ JSONTOK_OPEN, 1, SPAN_INIT("{") },       { JSONTOK_KEY, 1, SPAN_INIT("\"a\"") },
		{ JSONTOK_OPEN, 2, SPAN_INIT("[") },       { JSONTOK_SCALAR, 2, SPAN_INIT("-1e2") },
		{ JSONTOK_SCALAR, 2, SPAN_INIT("\"]\"") }, { JSONTOK_CLOSE, 1, SPAN_INIT("]") },
		{ JSONTOK_KEY, 1, SPAN_INIT("\"\"") },     { JSONTOK_SCALAR, 1, SPAN_INIT("null") },
		{ JSONTOK_CLOSE, 0, SPAN_INIT("}") },
	};
	struct jsontok s = { .text = edge_span(SPAN(" {\"a\" : [-1e2 , \"]\" ],\"\":null} ")) };

	for (size_t i = 0; i < COUNT(step); i++) {
		t_at("step %zu", i);
		EQ(jsontok_next(&s), step[i].event);
		EQ(s.depth, step[i].depth);
		EQ(s.token, step[i].token);
	}
	EQ(jsontok_next(&s), JSONTOK_END);
	EQ(jsontok_next(&s), JSONTOK_END);
}

/* Strings and numbers stop where they end, whatever follows. */
TEST(jsontok_pieces)
{
	static const struct {
		struct span text;
		size_t string, number;
	} row[] = {
		{ SPAN_INIT(""), 0, 0 },       { SPAN_INIT("\"a\"b\""), 3, 0 }, { SPAN_INIT("\"\""), 2, 0 },
		{ SPAN_INIT("\"a"), 0, 0 },    { SPAN_INIT("12x"), 0, 2 },      { SPAN_INIT("01"), 0, 1 },
		{ SPAN_INIT("-0.50,"), 0, 5 }, { SPAN_INIT("1e5e5"), 0, 3 },    { SPAN_INIT("-"), 0, 0 },
		{ SPAN_INIT("1.x"), 0, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct jsontok a = { .text = edge_span(row[i].text) }, b = a;

		t_at("row %zu", i);
		EQ(jsontok_string(&a), row[i].string != 0);
		EQ(jsontok_number(&b), row[i].number != 0);
		if (row[i].string != 0)
			EQ(a.at, row[i].string);
		if (row[i].number != 0)
			EQ(b.at, row[i].number);
	}
}

TEST(jsontok_characters)
{
	static const struct {
		struct span text;
		size_t n;
		uint32_t c;
	} row[] = {
		{ SPAN_INIT(""), 0, 0 },
		{ SPAN_INIT("\"a"), 0, 0 },
		{ SPAN_INIT("ab"), 1, 'a' },
		{ SPAN_INIT("\n"), 0, 0 },
		{ SPAN_INIT("\\nx"), 2, '\n' },
		{ SPAN_INIT("\\/"), 2, '/' },
		{ SPAN_INIT("\\"), 0, 0 },
		{ SPAN_INIT("\\u00e4x"), 6, 0xe4 },
		{ SPAN_INIT("\\ud83d\\ude00x"), 12, 0x1f600 },
		{ SPAN_INIT("\\ud83dx"), 0, 0 },
		{ SPAN_INIT("\xc3\xa4"), 2, 0xe4 },
		{ SPAN_INIT("\xc3"), 0, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint32_t c = 0;

		t_at("row %zu", i);
		EQ(jsontok_character(edge_span(row[i].text), &c), row[i].n);
		if (row[i].n != 0)
			EQ(c, row[i].c);
	}
}
