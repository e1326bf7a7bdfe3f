/* json: duplicate keys, look-ups by path, strings both ways, walking; test_jsontok.c has
 * what is a JSON text and what is not. */
#include "t.h"

#include "text/json.h"

TEST(json_duplicates)
{
	static const struct {
		struct span text, key;
	} row[] = {
		{ SPAN_INIT("{}"), SPAN_INIT("") },
		{ SPAN_INIT("\"a\""), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":1}"), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":1,\"b\":2}"), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":1,\"a\":2}"), SPAN_INIT("\"a\"") },
		{ SPAN_INIT("{\"a\":1,\"\\u0061\":2}"), SPAN_INIT("\"\\u0061\"") },
		{ SPAN_INIT("{\"\":1,\"\":2}"), SPAN_INIT("\"\"") },
		{ SPAN_INIT("{\"a\":1,\"A\":2}"), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":1,\"ab\":2,\"\":3}"), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":{\"a\":1}}"), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":{\"b\":1},\"b\":2}"), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":{\"b\":1},\"c\":{\"b\":1}}"), SPAN_INIT("") },
		{ SPAN_INIT("[{\"a\":1},{\"a\":1}]"), SPAN_INIT("") },
		{ SPAN_INIT("[{\"a\":1},{\"b\":1,\"c\":[{}],\"b\":1}]"), SPAN_INIT("\"b\"") },
		{ SPAN_INIT("{\"a\":\"a\",\"b\":[\"a\",\"b\"]}"), SPAN_INIT("") },
		{ SPAN_INIT("{\"a\":1,\"b\":{\"c\":1,\"c\":1},\"a\":2}"), SPAN_INIT("\"c\"") },
		{ SPAN_INIT("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}"), SPAN_INIT("\"\\ud83d\\ude00\"") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span duplicate = SPAN("old");

		t_at("row %zu", i);
		OK(json_check(edge_span(row[i].text), &duplicate));
		EQ(duplicate, row[i].key);
	}
}

/* Thousands of keys: the search for duplicates gives up, the check itself does not. */
TEST(json_duplicates_are_bounded)
{
	static unsigned char text[200000];
	struct buf b = BUF(text);
	struct span duplicate;

	buf_byte(&b, '{');
	for (unsigned i = 0; i < 15000; i++) {
		buf_z(&b, "\"");
		buf_digits(&b, i, 5);
		buf_z(&b, "\":1,");
	}
	buf_z(&b, "\"00000\":1}");
	OK(buf_ok(&b));
	OK(json_check(buf_span(&b), &duplicate));
	EQ(duplicate.n, 0);
}

#define ANSWER                                                                                                         \
	" {\"error\":\"invalid_client\",\"error_codes\":[7000215,50011],\"on\":true,\"off\":false,"                    \
	"\"none\":null,\"deep\":{\"a\":[{\"b\":\"x\\u00e4\"},[1,2]],\"\":5,\"k\\u0065y\":6,"                           \
	"\"\xc3\xa4\":7},\"twice\":1,\"twice\":2,\"n\":-12.5e1} "

TEST(json_at_paths)
{
	static const struct {
		const char *path;
		enum json_found found;
		enum json_type type;
		struct span raw;
	} row[] = {
		{ "error", JSON_FOUND, JSON_STRING, SPAN_INIT("\"invalid_client\"") },
		{ "error_codes", JSON_FOUND, JSON_ARRAY, SPAN_INIT("[7000215,50011]") },
		{ "error_codes.0", JSON_FOUND, JSON_NUMBER, SPAN_INIT("7000215") },
		{ "error_codes.1", JSON_FOUND, JSON_NUMBER, SPAN_INIT("50011") },
		{ "error_codes.2", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "error_codes.4294967296", JSON_WRONG_TYPE, JSON_NULL, SPAN_INIT("") },
		{ "error_codes.x", JSON_WRONG_TYPE, JSON_NULL, SPAN_INIT("") },
		{ "error_codes.-1", JSON_WRONG_TYPE, JSON_NULL, SPAN_INIT("") },
		{ "error_codes.", JSON_WRONG_TYPE, JSON_NULL, SPAN_INIT("") },
		{ "error_codes.0.0", JSON_WRONG_TYPE, JSON_NULL, SPAN_INIT("") },
		{ "on", JSON_FOUND, JSON_BOOL, SPAN_INIT("true") },
		{ "off", JSON_FOUND, JSON_BOOL, SPAN_INIT("false") },
		{ "none", JSON_FOUND, JSON_NULL, SPAN_INIT("null") },
		{ "none.x", JSON_WRONG_TYPE, JSON_NULL, SPAN_INIT("") },
		{ "n", JSON_FOUND, JSON_NUMBER, SPAN_INIT("-12.5e1") },
		{ "twice", JSON_FOUND, JSON_NUMBER, SPAN_INIT("1") },
		{ "deep.a.0.b", JSON_FOUND, JSON_STRING, SPAN_INIT("\"x\\u00e4\"") },
		{ "deep.a.0", JSON_FOUND, JSON_OBJECT, SPAN_INIT("{\"b\":\"x\\u00e4\"}") },
		{ "deep.a.1.1", JSON_FOUND, JSON_NUMBER, SPAN_INIT("2") },
		{ "deep.", JSON_FOUND, JSON_NUMBER, SPAN_INIT("5") },
		{ "deep.key", JSON_FOUND, JSON_NUMBER, SPAN_INIT("6") },
		{ "deep.\xc3\xa4", JSON_FOUND, JSON_NUMBER, SPAN_INIT("7") },
		{ "deep.k", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "deep.keyy", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "deep.k\\u0065y", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "b", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "0", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "invalid_client", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "error.code", JSON_WRONG_TYPE, JSON_NULL, SPAN_INIT("") },
		{ "absent.x.y", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ ".", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
		{ "Error", JSON_ABSENT, JSON_NULL, SPAN_INIT("") },
	};
	struct span text = edge_span(SPAN(ANSWER));

	for (size_t i = 0; i < COUNT(row); i++) {
		struct json_value v = { JSON_OBJECT, SPAN_INIT("untouched") };

		t_at("path %s", row[i].path);
		EQ(json_at(text, row[i].path, &v), row[i].found);
		EQ(v.type, row[i].found == JSON_FOUND ? row[i].type : JSON_OBJECT);
		EQ(v.raw, row[i].found == JSON_FOUND ? row[i].raw : SPAN("untouched"));
		UPTO(n, text.n - 2)
		EQ(json_at(edge_span(span_first(text, n)), row[i].path, &v), JSON_MALFORMED);
	}
}

TEST(json_at_the_whole)
{
	struct json_value v;

	EQ(json_at(edge_span(SPAN(" [1] ")), "", &v), JSON_FOUND);
	EQ(v.type, JSON_ARRAY);
	EQ(v.raw, SPAN("[1]"));
	EQ(json_at(edge_span(SPAN("\"a\"")), "", &v), JSON_FOUND);
	EQ(v.raw, SPAN("\"a\""));
	EQ(json_at(edge_span(SPAN("1")), "a", &v), JSON_WRONG_TYPE);
}

/* A break far behind the answer still counts. */
TEST(json_at_never_answers_from_broken_text)
{
	struct json_value v = { JSON_NULL, SPAN_INIT("untouched") };
	struct buf b = edge_buf(64);
	int64_t n = 77;
	struct span text = edge_span(SPAN("{\"a\":1,\"s\":\"x\",\"b\":false,\"z\":}"));

	EQ(json_at(text, "a", &v), JSON_MALFORMED);
	EQ(json_string(text, "s", &b), JSON_MALFORMED);
	EQ(json_int(text, "a", &n), JSON_MALFORMED);
	EQ(v.raw, SPAN("untouched"));
	EQ(b.n, 0);
	EQ(n, 77);
}

static const struct {
	struct span raw, text;
} string[] = {
	{ SPAN_INIT("\"\""), SPAN_INIT("") },
	{ SPAN_INIT("\"abc\""), SPAN_INIT("abc") },
	{ SPAN_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), SPAN_INIT("\"\\/\b\f\n\r\t") },
	{ SPAN_INIT("\"\\u0000\\u0041\\u007f\""), SPAN_INIT("\0A\x7f") },
	{ SPAN_INIT("\"\\u0080\\u07ff\""), SPAN_INIT("\xc2\x80\xdf\xbf") },
	{ SPAN_INIT("\"\\u0800\\uFfFf\""), SPAN_INIT("\xe0\xa0\x80\xef\xbf\xbf") },
	{ SPAN_INIT("\"\\ud83d\\uDE00!\""), SPAN_INIT("\xf0\x9f\x98\x80!") },
	{ SPAN_INIT("\"\\ud800\\udc00\\udbff\\udfff\""), SPAN_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
	{ SPAN_INIT("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""), SPAN_INIT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") },
};

TEST(json_unescape_rows)
{
	for (size_t i = 0; i < COUNT(string); i++) {
		struct span raw = edge_span(string[i].raw);

		t_at("row %zu", i);
		EVERY_CAP(b, string[i].text, OK(json_unescape(&b, raw)))
		UPTO(n, raw.n - 1)
		{
			struct buf b = edge_buf(32);

			OK(!json_unescape(&b, edge_span(span_first(raw, n))));
			EQ(b.n, 0);
		}
	}
}

TEST(json_unescape_refuses)
{
	static const struct span bad[] = {
		SPAN_INIT("abc"),      SPAN_INIT("\"a\"b"),  SPAN_INIT("\"a\" "),      SPAN_INIT(" \"a\""),
		SPAN_INIT("1"),        SPAN_INIT("\"a\"\""), SPAN_INIT("\"\\ud800\""), SPAN_INIT("\"\\q\""),
		SPAN_INIT("\"\xff\""), SPAN_INIT("\"\n\""),  SPAN_INIT("null"),
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct buf b = edge_buf(32);

		t_at("row %zu", i);
		buf_byte(&b, 'x');
		OK(!json_unescape(&b, edge_span(bad[i])));
		EQ(buf_span(&b), SPAN("x"));
		OK(buf_ok(&b));
	}
}

TEST(json_string_answers)
{
	struct span text = edge_span(SPAN(ANSWER));
	struct buf b = edge_buf(32);

	EVERY_CAP(c, SPAN("x\xc3\xa4"), EQ(json_string(text, "deep.a.0.b", &c), JSON_FOUND))
	buf_z(&b, "> ");
	EQ(json_string(text, "error", &b), JSON_FOUND);
	EQ(json_string(text, "absent", &b), JSON_ABSENT);
	EQ(json_string(text, "on", &b), JSON_WRONG_TYPE);
	EQ(json_string(text, "none", &b), JSON_WRONG_TYPE);
	EQ(json_string(text, "error_codes", &b), JSON_WRONG_TYPE);
	EQ(json_string(text, "error_codes.0", &b), JSON_WRONG_TYPE);
	EQ(buf_span(&b), SPAN("> invalid_client"));
	OK(buf_ok(&b));
}

TEST(json_int_rows)
{
	static const struct {
		struct span text;
		bool good;
		int64_t v;
	} row[] = {
		{ SPAN_INIT("0"), true, 0 },
		{ SPAN_INIT("-0"), true, 0 },
		{ SPAN_INIT("3599"), true, 3599 },
		{ SPAN_INIT("-17"), true, -17 },
		{ SPAN_INIT("\"3599\""), true, 3599 },
		{ SPAN_INIT("\"-1\""), true, -1 },
		{ SPAN_INIT("1e3"), true, 1000 },
		{ SPAN_INIT("1E+3"), true, 1000 },
		{ SPAN_INIT("5.0"), true, 5 },
		{ SPAN_INIT("-5.00e0"), true, -5 },
		{ SPAN_INIT("1.5e1"), true, 15 },
		{ SPAN_INIT("1.25e1"), false, 0 },
		{ SPAN_INIT("5.5"), false, 0 },
		{ SPAN_INIT("0.1"), false, 0 },
		{ SPAN_INIT("120e-1"), true, 12 },
		{ SPAN_INIT("125e-1"), false, 0 },
		{ SPAN_INIT("1e-1"), false, 0 },
		{ SPAN_INIT("10e-1"), true, 1 },
		{ SPAN_INIT("10e-2"), false, 0 },
		{ SPAN_INIT("0.001e3"), true, 1 },
		{ SPAN_INIT("0e999999999999999999999"), true, 0 },
		{ SPAN_INIT("0.000e-999999999999999999999"), true, 0 },
		{ SPAN_INIT("1e999999999999999999999"), false, 0 },
		{ SPAN_INIT("1e-999999999999999999999"), false, 0 },
		{ SPAN_INIT("1e4294967296"), false, 0 },
		{ SPAN_INIT("1e18"), true, INT64_C(1000000000000000000) },
		{ SPAN_INIT("1e19"), false, 0 },
		{ SPAN_INIT("1e00000000000000000000000001"), true, 10 },
		{ SPAN_INIT("9223372036854775807"), true, INT64_MAX },
		{ SPAN_INIT("9223372036854775808"), false, 0 },
		{ SPAN_INIT("-9223372036854775808"), true, INT64_MIN },
		{ SPAN_INIT("-9223372036854775809"), false, 0 },
		{ SPAN_INIT("-922337203685477580.8e1"), true, INT64_MIN },
		{ SPAN_INIT("9223372036854775807.0"), true, INT64_MAX },
		{ SPAN_INIT("92233720368547758070e-1"), true, INT64_MAX },
		{ SPAN_INIT("18446744073709551616"), false, 0 },
		{ SPAN_INIT("100000000000000000000000000000e-28"), true, 10 },
		{ SPAN_INIT("\"\""), false, 0 },
		{ SPAN_INIT("\" 1\""), false, 0 },
		{ SPAN_INIT("\"1 \""), false, 0 },
		{ SPAN_INIT("\"+1\""), false, 0 },
		{ SPAN_INIT("\"01\""), false, 0 },
		{ SPAN_INIT("\"1x\""), false, 0 },
		{ SPAN_INIT("\"-\""), false, 0 },
		{ SPAN_INIT("\"1e\""), false, 0 },
		{ SPAN_INIT("\"\\u0031\""), false, 0 },
		{ SPAN_INIT("true"), false, 0 },
		{ SPAN_INIT("null"), false, 0 },
		{ SPAN_INIT("[1]"), false, 0 },
		{ SPAN_INIT("{}"), false, 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		int64_t v = 77;

		t_at("row %zu", i);
		EQ(json_int(edge_span(row[i].text), "", &v), row[i].good ? JSON_FOUND : JSON_WRONG_TYPE);
		EQ(v, row[i].good ? row[i].v : 77);
	}
}

TEST(json_int_and_bool_answers)
{
	struct span text = edge_span(SPAN(ANSWER));
	int64_t n = 77;

	EQ(json_int(text, "error_codes.1", &n), JSON_FOUND);
	EQ(n, 50011);
	EQ(json_int(text, "n", &n), JSON_FOUND);
	EQ(n, -125);
	EQ(json_int(text, "error", &n), JSON_WRONG_TYPE);
	EQ(json_int(text, "absent", &n), JSON_ABSENT);
}

/* A number of a hundred thousand digits costs one pass. */
TEST(json_int_of_many_digits)
{
	static unsigned char text[100010];
	struct buf b = BUF(text);
	int64_t v;

	buf_z(&b, "0.");
	buf_fill(&b, '0', 99990);
	buf_z(&b, "7e99991");
	EQ(json_int(buf_span(&b), "", &v), JSON_FOUND);
	EQ(v, 7);
}

TEST(json_next_walks)
{
	static const struct {
		struct span key, raw;
		enum json_type type;
	} member[] = {
		{ SPAN_INIT("\"a\""), SPAN_INIT("1"), JSON_NUMBER },
		{ SPAN_INIT("\"\\u0062\""), SPAN_INIT("[1, {\"x\":2}]"), JSON_ARRAY },
		{ SPAN_INIT("\"\""), SPAN_INIT("{\"y\":[]}"), JSON_OBJECT },
		{ SPAN_INIT("\"d\""), SPAN_INIT("\",}\""), JSON_STRING },
		{ SPAN_INIT("\"a\""), SPAN_INIT("false"), JSON_BOOL },
	};
	struct span text = edge_span(SPAN(" { \"a\" : 1 , \"\\u0062\":[1, {\"x\":2}],"
	                                  "\"\":{\"y\":[]}\n,\"d\":\",}\",\"a\":false } "));
	struct json_value all, v;
	struct span key;
	size_t at = 0;

	EQ(json_at(text, "", &all), JSON_FOUND);
	for (size_t i = 0; i < COUNT(member); i++) {
		t_at("member %zu", i);
		OK(json_next(all, &at, &key, &v));
		EQ(key, member[i].key);
		EQ(v.raw, member[i].raw);
		EQ(v.type, member[i].type);
	}
	OK(!json_next(all, &at, &key, &v));
	OK(!json_next(all, &at, &key, &v));
	EQ(key, SPAN("\"a\""));
}

TEST(json_next_arrays)
{
	struct span text = edge_span(SPAN("[ null ,[[]],\"x\" ]"));
	struct json_value all, v;
	struct span key = SPAN("old");
	size_t at = 0;

	EQ(json_at(text, "", &all), JSON_FOUND);
	OK(json_next(all, &at, &key, &v));
	EQ(v.raw, SPAN("null"));
	OK(key.n == 0 && key.p == NULL);
	OK(json_next(all, &at, &key, &v));
	EQ(v.raw, SPAN("[[]]"));
	OK(json_next(all, &at, &key, &v));
	EQ(v.raw, SPAN("\"x\""));
	OK(!json_next(all, &at, &key, &v));
}

/* Nothing to walk, or values that nobody got from json_at: no element, no harm. */
TEST(json_next_ends)
{
	static const struct {
		enum json_type type;
		struct span raw;
		size_t elements;
	} row[] = {
		{ JSON_ARRAY, SPAN_INIT("[]"), 0 },
		{ JSON_OBJECT, SPAN_INIT("{ }"), 0 },
		{ JSON_STRING, SPAN_INIT("\"ab\""), 0 },
		{ JSON_NUMBER, SPAN_INIT("12"), 0 },
		{ JSON_NULL, SPAN_INIT("null"), 0 },
		{ JSON_ARRAY, SPAN_INIT(""), 0 },
		{ JSON_ARRAY, SPAN_INIT("["), 0 },
		{ JSON_OBJECT, SPAN_INIT("{"), 0 },
		{ JSON_ARRAY, SPAN_INIT("[1,2,x"), 2 },
		{ JSON_ARRAY, SPAN_INIT("[1,2"), 2 },
		{ JSON_OBJECT, SPAN_INIT("{\"a\":1,\"b\""), 1 },
		{ JSON_OBJECT, SPAN_INIT("{\"a\":1,\"b\":["), 1 },
		{ JSON_OBJECT, SPAN_INIT("[1]"), 0 },
		{ JSON_ARRAY, SPAN_INIT("{\"a\":1}"), 1 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct json_value all = { row[i].type, edge_span(row[i].raw) }, v;
		struct span key;
		size_t at = 0, n = 0;

		t_at("row %zu", i);
		while (n < 10 && json_next(all, &at, &key, &v))
			n++;
		EQ(n, row[i].elements);
	}
}

TEST(json_put_string_rows)
{
	static const struct {
		struct span in, out;
	} row[] = {
		{ SPAN_INIT(""), SPAN_INIT("\"\"") },
		{ SPAN_INIT("abc /"), SPAN_INIT("\"abc /\"") },
		{ SPAN_INIT("\"\\"), SPAN_INIT("\"\\\"\\\\\"") },
		{ SPAN_INIT("\n\r\t"), SPAN_INIT("\"\\n\\r\\t\"") },
		{ SPAN_INIT("\0\x01\x08\x1b\x1f\x7f"), SPAN_INIT("\"\\u0000\\u0001\\u0008\\u001b\\u001f\\u007f\"") },
		{ SPAN_INIT("\xc2\x9b"), SPAN_INIT("\"\\u009b\"") },
		{ SPAN_INIT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
		  SPAN_INIT("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"") },
		{ SPAN_INIT("\xff"), SPAN_INIT("\"\xef\xbf\xbd\"") },
		{ SPAN_INIT("a\xc3"), SPAN_INIT("\"a\xef\xbf\xbd\"") },
		{ SPAN_INIT("\xe2\x82z"), SPAN_INIT("\"\xef\xbf\xbd\xef\xbf\xbdz\"") },
		{ SPAN_INIT("\xed\xa0\x80"), SPAN_INIT("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span in = edge_span(row[i].in);

		t_at("row %zu", i);
		EVERY_CAP(b, row[i].out, json_put_string(&b, in))
		OK(json_check(row[i].out, NULL));
	}
}

/* Whatever two bytes go in, a JSON string comes out, and well-formed text comes back. */
TEST(json_put_string_every_pair)
{
	for (unsigned x = 0; x < 65536; x++) {
		unsigned char pair[2] = { (unsigned char)(x >> 8), (unsigned char)x }, there[16], back[16];
		struct span in = { pair, 2 };
		struct buf out = BUF(there), again = BUF(back);
		uint32_t c;
		size_t n = span_utf8(in, &c);
		bool utf8 = n == 2 || (n == 1 && span_utf8(span_from(in, 1), &c) == 1);

		t_at("pair %04x", x);
		json_put_string(&out, in);
		if (!OK(json_check(buf_span(&out), NULL) && json_unescape(&again, buf_span(&out))))
			break;
		if (utf8)
			EQ(buf_span(&again), in);
	}
}
