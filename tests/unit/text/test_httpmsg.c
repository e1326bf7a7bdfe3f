/* text/httpmsg: every message whole, in every two pieces, byte by byte, cut short, and in every size of buffer. */
#include "t.h"

#include "text/httpmsg.h"

#define OK_LINE "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK_LINE "Transfer-Encoding: chunked\r\n\r\n"

/* `tail` bytes at the end do not belong to the message; `reason` is looked for in m.reason. */
struct row {
	const char *name;
	struct span in;
	enum httpmsg_result result, at_end;
	int status;
	struct span body;
	size_t tail;
	const char *reason;
};

#define DONE(text, code, content, left_over)                                                                           \
	SPAN_INIT(text), HTTPMSG_DONE, HTTPMSG_DONE, code, SPAN_INIT(content), left_over, ""
#define REST(text, code, content) SPAN_INIT(text), HTTPMSG_MORE, HTTPMSG_DONE, code, SPAN_INIT(content), 0, ""
#define MORE(text, code, content) SPAN_INIT(text), HTTPMSG_MORE, HTTPMSG_BAD, code, SPAN_INIT(content), 0, "ended early"
#define BAD(text, code, why)      SPAN_INIT(text), HTTPMSG_BAD, HTTPMSG_BAD, code, SPAN_INIT(""), 0, why

static const struct row rows[] = {
	{ "length", DONE(OK_LINE "Content-Length: 5\r\n\r\nhello", 200, "hello", 0) },
	{ "length and more", DONE(OK_LINE "Content-Length: 5\r\n\r\nhello!!", 200, "hello", 2) },
	{ "length 0", DONE(OK_LINE "content-length:0\r\n\r\n", 200, "", 0) },
	{ "length with blanks", DONE(OK_LINE "CONTENT-LENGTH: \t 005 \t\r\n\r\nhello", 200, "hello", 0) },
	{ "length twice", DONE(OK_LINE "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", 0) },
	{ "length 0 twice", DONE(OK_LINE "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 200, "", 0) },
	{ "body of NULs", DONE(OK_LINE "Content-Length: 3\r\n\r\n\0\r\n", 200, "\0\r\n", 0) },
	{ "no length", REST(OK_LINE "\r\nhello", 200, "hello") },
	{ "no length, no fields", REST("HTTP/1.0 404\r\n\r\n", 404, "") },
	{ "empty reason", REST("HTTP/1.1 500 \r\n\r\nx", 500, "x") },
	{ "LF only", DONE("HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200, "x", 0) },
	{ "204", DONE("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", 204, "", 5) },
	{ "304", DONE("HTTP/1.1 304 Not Modified\r\n\r\n", 304, "", 0) },
	{ "100", DONE("HTTP/1.1 100 Continue\r\n\r\n" OK_LINE "Content-Length: 1\r\n\r\nx", 200, "x", 0) },
	{ "103 with fields",
	  DONE("HTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 9\r\n\r\n" OK_LINE "Content-Length: 1\r\n\r\nx",
	       200, "x", 0) },
	{ "four interim", DONE("HTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 102\r\n\r\nHTTP/1.1 199\r\n\r\n"
	                       "HTTP/1.1 204\r\n\r\n",
	                       204, "", 0) },
	{ "five interim", BAD("HTTP/1.1 100\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 102\r\n\r\nHTTP/1.1 199\r\n\r\n"
	                      "HTTP/1.1 100\r\n\r\n",
	                      0, "too many interim answers") },
	{ "101", BAD("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", 0, "101") },

	{ "chunks", DONE(CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nnext", 200, "hello world", 4) },
	{ "chunk sizes", DONE(CHUNKED "0000A\r\n0123456789\r\n00\r\n\r\n", 200, "0123456789", 0) },
	{ "lower-case size", DONE(CHUNKED "b \r\nhello world\r\n0\t \r\n\r\n", 200, "hello world", 0) },
	{ "extensions", DONE(CHUNKED "1;a=b\r\nx\r\n1 ; q=\"\xc3\xa4;\"\r\ny\r\n0;z\r\n\r\n", 200, "xy", 0) },
	{ "trailers", DONE(CHUNKED "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 7\r\nC:\r\n\r\n", 200, "x", 0) },
	{ "CRLF inside a chunk", DONE(CHUNKED "4\r\n\r\n\r\n\r\n0\r\n\r\n", 200, "\r\n\r\n", 0) },
	{ "no chunk", DONE(CHUNKED "0\r\n\r\n", 200, "", 0) },
	{ "any case", DONE("HTTP/1.1 200 OK\r\ntransfer-encoding:CHUNKED\r\n\r\n0\r\n\r\n", 200, "", 0) },
	{ "chunks stop", MORE(CHUNKED "1\r\nx\r\n0\r\n", 200, "x") },
	{ "a chunk stops", MORE(CHUNKED "5\r\nhel", 200, "hel") },
	{ "a body stops", MORE(OK_LINE "Content-Length: 5\r\n\r\nhell", 200, "hell") },
	{ "a head stops", MORE(OK_LINE "A: b\r\n", 0, "") },
	{ "nothing", MORE("", 0, "") },
	{ "huge length", MORE(OK_LINE "Content-Length: 18446744073709551615\r\n\r\nx", 200, "x") },

	{ "empty size", BAD(CHUNKED "\r\nx", 200, "no chunk size") },
	{ "no size", BAD(CHUNKED ";x\r\n", 200, "no chunk size") },
	{ "size with sign", BAD(CHUNKED "-1\r\n", 200, "no chunk size") },
	{ "size with 0x", BAD(CHUNKED "0x1\r\n", 200, "a chunk size") },
	{ "size of 64 bits", MORE(CHUNKED "fFffFfffffffffff\r\nx", 200, "x") },
	{ "size of 65 bits", BAD(CHUNKED "10000000000000000\r\n", 200, "64 bits") },
	{ "size LF only", BAD(CHUNKED "1\nx", 200, "a chunk size") },
	{ "size CR only", BAD(CHUNKED "1\rx", 200, "CR without LF") },
	{ "text after the size", BAD(CHUNKED "1 2\r\n", 200, "text after") },
	{ "NUL in an extension", BAD(CHUNKED "1;\0\r\n", 200, "control character") },
	{ "LF in an extension", BAD(CHUNKED "1;x\ny\r\n", 200, "control character") },
	{ "chunk too long", BAD(CHUNKED "1\r\nxy\r\n", 200, "longer than its size") },
	{ "chunk ends in LF", BAD(CHUNKED "1\r\nx\n", 200, "longer than its size") },
	{ "chunk ends in CR", BAD(CHUNKED "1\r\nx\rx", 200, "CR without LF") },
	{ "trailer folded", BAD(CHUNKED "0\r\nA: b\r\n c\r\n\r\n", 200, "not a field") },
	{ "trailer without colon", BAD(CHUNKED "0\r\nA\r\n\r\n", 200, "not a field") },
	{ "trailer without name", BAD(CHUNKED "0\r\n: x\r\n\r\n", 200, "not a field") },
	{ "NUL in a trailer", BAD(CHUNKED "0\r\nA: \0\r\n\r\n", 200, "control character") },
	{ "bare CR in a trailer", BAD(CHUNKED "0\r\nA: x\ry\r\n\r\n", 200, "CR without LF in a trailer") },
	{ "bare CR at the end", BAD(CHUNKED "0\r\n\rx", 200, "after the trailers") },

	{ "length twice and chunked",
	  BAD(OK_LINE "Content-Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "chunked") },
	{ "length three times",
	  BAD(OK_LINE "Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\n", 0, "4") },
	{ "length conflicting", BAD(OK_LINE "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 0, "Content-Length: 6") },
	{ "length list", BAD(OK_LINE "Content-Length: 5, 5\r\n\r\n", 0, "5, 5") },
	{ "length negative", BAD(OK_LINE "Content-Length: -5\r\n\r\n", 0, "-5") },
	{ "length signed", BAD(OK_LINE "Content-Length: +5\r\n\r\n", 0, "+5") },
	{ "length hex", BAD(OK_LINE "Content-Length: 0x5\r\n\r\n", 0, "0x5") },
	{ "length empty", BAD(OK_LINE "Content-Length:\r\n\r\n", 0, "Content-Length:") },
	{ "length of 65 bits", BAD(OK_LINE "Content-Length: 18446744073709551616\r\n\r\n", 0, "18446744073709551616") },
	{ "length, then coding", BAD(OK_LINE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "chunked") },
	{ "coding, then length",
	  BAD(OK_LINE "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 0, "Content-Length: 5") },
	{ "coding twice",
	  BAD(OK_LINE "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "chunked") },
	{ "coding gzip", BAD(OK_LINE "Transfer-Encoding: gzip, chunked\r\n\r\n", 0, "gzip") },
	{ "coding identity", BAD(OK_LINE "Transfer-Encoding: identity\r\n\r\n", 0, "identity") },
	{ "coding empty", BAD(OK_LINE "Transfer-Encoding:\r\n\r\n", 0, "Transfer-Encoding") },

	{ "folded", BAD(OK_LINE "A: b\r\n c\r\n\r\n", 0, " c") },
	{ "folded first", BAD(OK_LINE " A: b\r\n\r\n", 0, " A: b") },
	{ "folded with tab", BAD(OK_LINE "A: b\r\n\tc\r\n\r\n", 0, "\tc") },
	{ "NUL in a value", BAD(OK_LINE "A: b\0c\r\n\r\n", 0, "A: b") },
	{ "NUL in a name", BAD(OK_LINE "A\0: b\r\n\r\n", 0, "A") },
	{ "DEL", BAD(OK_LINE "A: b\x7f\r\n\r\n", 0, "A: b") },
	{ "bare CR", BAD(OK_LINE "A: b\rc\r\n\r\n", 0, "A: b") },
	{ "two CR", BAD(OK_LINE "A: b\r\r\n\r\n", 0, "A: b") },
	{ "no colon", BAD(OK_LINE "nonsense\r\n\r\n", 0, "nonsense") },
	{ "blank before the colon", BAD(OK_LINE "Content-Length : 5\r\n\r\n", 0, "Content-Length :") },
	{ "no name", BAD(OK_LINE ": x\r\n\r\n", 0, ": x") },

	{ "POP3", BAD("+OK The Microsoft Exchange POP3 service is ready.\r\n", 0, "+") },
	{ "TLS alert", BAD("\x15\x03\x01\x00\x02\x02\x28", 0, "\x15") },
	{ "empty line first", BAD("\r\n" OK_LINE "\r\n", 0, "") },
	{ "LF first", BAD("\n", 0, "") },
	{ "HTTP/2", BAD("HTTP/2 200\r\n\r\n", 0, "HTTP/2") },
	{ "lower-case http", BAD("http/1.1 200 OK\r\n\r\n", 0, "h") },
	{ "ICY", BAD("ICY 200 OK\r\n\r\n", 0, "I") },
	{ "no minor version", BAD("HTTP/1. 200 OK\r\n\r\n", 0, "HTTP/1.") },
	{ "status 99", BAD("HTTP/1.1 099 x\r\n\r\n", 0, "099") },
	{ "status 600", BAD("HTTP/1.1 600 x\r\n\r\n", 0, "600") },
	{ "status of two digits", BAD("HTTP/1.1 20 OK\r\n\r\n", 0, "20 OK") },
	{ "status of four digits", BAD("HTTP/1.1 2000 OK\r\n\r\n", 0, "2000") },
	{ "two blanks", BAD("HTTP/1.1  200 OK\r\n\r\n", 0, "  200") },
	{ "version only", BAD("HTTP/1.1\r\n\r\n", 0, "HTTP/1.1") },
};

struct feed {
	struct httpmsg m;
	size_t used;
	enum httpmsg_result result;
};

static void start(struct feed *f, size_t head, size_t body)
{
	httpmsg_start(&f->m, edge_buf(head), edge_buf(body));
	f->used = 0;
	f->result = HTTPMSG_MORE;
}

static void push(struct feed *f, struct span piece)
{
	size_t used = 12345;
	enum httpmsg_result before = f->result;

	f->result = httpmsg_push(&f->m, edge_span(piece), &used);
	OK(used <= piece.n);
	OK(f->result != HTTPMSG_MORE || used == piece.n);
	if (before != HTTPMSG_MORE) {
		EQ(f->result, before);
		EQ(used, 0u);
	}
	f->used += used;
}

static void check(struct feed *f, const struct row *r)
{
	size_t at;

	EQ(f->result, r->result);
	EQ(f->m.status, r->status);
	EQ(httpmsg_has_head(&f->m), r->status != 0);
	if (r->result == HTTPMSG_DONE)
		EQ(f->used, r->in.n - r->tail);
	if (r->result != HTTPMSG_BAD)
		EQ(buf_span(&f->m.body), r->body);
	EQ(httpmsg_end(&f->m), r->at_end);
	EQ(httpmsg_end(&f->m), r->at_end);
	if (r->reason[0] == '\0')
		return;
	if (!OK(span_find(f->m.reason, span_z(r->reason), &at)))
		EQ(f->m.reason, span_z(r->reason));
}

TEST(rows_whole_and_in_two_pieces)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		UPTO(cut, rows[i].in.n)
		{
			struct feed f;

			t_at("%s cut at %lu", rows[i].name, (unsigned long)cut);
			start(&f, 1024, 64);
			push(&f, span_first(rows[i].in, cut));
			push(&f, span_from(rows[i].in, cut));
			check(&f, &rows[i]);
		}
	}
}

TEST(rows_in_small_pieces)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		UPTO(size, 6)
		{
			struct feed f;
			struct span rest = rows[i].in;

			t_at("%s in pieces of %lu", rows[i].name, (unsigned long)size + 1);
			start(&f, 1024, 64);
			push(&f, SPAN(""));
			for (; rest.n != 0; rest = span_from(rest, size + 1))
				push(&f, span_first(rest, size + 1));
			check(&f, &rows[i]);
		}
	}
}

/* Cut short it is never done before its end, unless the message ends when the peer closes. */
TEST(rows_cut_short)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool until_close = rows[i].result == HTTPMSG_MORE && rows[i].at_end == HTTPMSG_DONE;

		if (rows[i].result == HTTPMSG_BAD)
			continue;
		UPTO(n, rows[i].in.n)
		{
			struct feed f;
			bool whole = rows[i].result == HTTPMSG_DONE && n >= rows[i].in.n - rows[i].tail;

			t_at("%s first %lu", rows[i].name, (unsigned long)n);
			start(&f, 1024, 64);
			push(&f, span_first(rows[i].in, n));
			EQ(f.result, whole ? HTTPMSG_DONE : HTTPMSG_MORE);
			EQ(httpmsg_end(&f.m), whole || (until_close && f.m.status != 0) ? HTTPMSG_DONE : HTTPMSG_BAD);
			if (!whole && !until_close)
				EQ(f.m.reason, SPAN("ended early"));
		}
	}
}

/* With too little scratch the answer is TOO_LARGE, or BAD if that was seen first; with enough it is right. */
TEST(rows_at_every_capacity)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct feed whole;

		start(&whole, 1024, 64);
		push(&whole, rows[i].in);
		UPTO(cap, rows[i].in.n + 1)
		{
			struct feed f;

			t_at("%s head cap %lu", rows[i].name, (unsigned long)cap);
			start(&f, cap, 64);
			push(&f, rows[i].in);
			OK(f.result == rows[i].result || (f.result == HTTPMSG_TOO_LARGE && f.m.head.full) ||
			   (f.result == HTTPMSG_MORE && rows[i].in.n <= cap));
			if (cap >= rows[i].in.n)
				EQ(f.result, rows[i].result);

			t_at("%s body cap %lu", rows[i].name, (unsigned long)cap);
			start(&f, 1024, cap);
			push(&f, rows[i].in);
			if (cap >= whole.m.body.n) {
				EQ(f.result, rows[i].result);
				EQ(f.m.body.full, false);
			} else {
				EQ(f.result, HTTPMSG_TOO_LARGE);
				EQ(f.m.body.full, true);
				EQ(f.m.reason, SPAN("the body"));
				EQ(buf_span(&f.m.body), span_first(buf_span(&whole.m.body), cap));
				EQ(httpmsg_end(&f.m), HTTPMSG_TOO_LARGE);
			}
		}
	}
}

/* Each byte of each message, changed: any answer will do, but it is the same in one piece and byte by byte. */
TEST(rows_mutated)
{
	static const unsigned char with[] = { 0, '\r', '\n', ' ', ':', ';', '0', 'f', 0x7f, 0xff };

	for (size_t i = 0; i < COUNT(rows); i++) {
		UPTO(n, rows[i].in.n == 0 ? 0 : rows[i].in.n - 1)
		{
			for (size_t k = 0; k < COUNT(with) && rows[i].in.n != 0; k++) {
				size_t mark = t_areas;
				unsigned char *p = edge(rows[i].in.p, rows[i].in.n);
				struct span in = { p, rows[i].in.n };
				struct feed one, many;

				t_at("%s byte %lu is %02x", rows[i].name, (unsigned long)n, with[k]);
				p[n] = with[k];
				start(&one, 1024, 64);
				start(&many, 1024, 64);
				push(&one, in);
				for (size_t b = 0; b < in.n; b++, t_areas--)
					push(&many, (struct span){ in.p + b, 1 });
				EQ(many.result, one.result);
				EQ(many.m.status, one.m.status);
				EQ(buf_span(&many.m.body), buf_span(&one.m.body));
				EQ(httpmsg_end(&many.m), httpmsg_end(&one.m));
				if (one.result == HTTPMSG_DONE)
					EQ(many.used, one.used);
				t_areas = mark;
			}
		}
	}
}

TEST(wrong_service_is_quoted)
{
	struct feed f;

	start(&f, 1024, 64);
	push(&f, SPAN("+OK The Microsoft Exchange POP3 service is ready. [x]\r\nmore"));
	EQ(f.result, HTTPMSG_BAD);
	EQ(f.m.reason, SPAN("+OK The Microsoft Exchange POP3 service is ready. [x]"));
	start(&f, 8, 64);
	push(&f, SPAN("+OK The Microsoft Exchange POP3 service is ready. [x]\r\nmore"));
	EQ(f.result, HTTPMSG_BAD);
	EQ(f.m.reason, SPAN("+OK The"));
}

TEST(fields)
{
	static const char text[] = OK_LINE "Date: Mon, 23 Nov 2026 20:43:46 GMT\r\n"
					   "x-ms-request-id:  abc \t\r\n"
					   "Set-Cookie: a=b:c\r\n"
					   "Set-Cookie: second\r\n"
					   "Empty:\r\n"
					   "Content-Length: 0\r\n\r\n";
	static const struct {
		const char *name, *value;
	} row[] = {
		{ "date", "Mon, 23 Nov 2026 20:43:46 GMT" },
		{ "X-MS-REQUEST-ID", "abc" },
		{ "Set-Cookie", "a=b:c" },
		{ "Empty", "" },
		{ "content-length", "0" },
		{ "Dat", NULL },
		{ "Datee", NULL },
		{ "HTTP/1.1 200 OK", NULL },
		{ "", NULL },
	};
	struct span value = SPAN("untouched");
	struct feed f;

	start(&f, sizeof text - 1, 0);
	push(&f, span_first(span_z(text), sizeof text - 2));
	OK(!httpmsg_field(&f.m, SPAN("Date"), &value));
	EQ(value, SPAN("untouched"));
	push(&f, SPAN("\n"));
	EQ(f.result, HTTPMSG_DONE);
	for (size_t i = 0; i < COUNT(row); i++) {
		value = SPAN("untouched");
		t_at("%s", row[i].name);
		EQ(httpmsg_field(&f.m, edge_span(span_z(row[i].name)), &value), row[i].value != NULL);
		EQ(value, span_z(row[i].value != NULL ? row[i].value : "untouched"));
	}
}

/* Fields of an interim answer are gone with it, and so is its share of the head's scratch. */
TEST(interim_leaves_nothing)
{
	struct span value;
	struct feed f;

	start(&f, 40, 0);
	push(&f, SPAN("HTTP/1.1 103 E\r\nA: early\r\n\r\n"));
	EQ(f.result, HTTPMSG_MORE);
	OK(!httpmsg_has_head(&f.m));
	OK(!httpmsg_field(&f.m, SPAN("A"), &value));
	push(&f, SPAN("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
	EQ(f.result, HTTPMSG_DONE);
	OK(!httpmsg_field(&f.m, SPAN("A"), &value));
}

/* A server that sends framing for ever is stopped, whatever kind of framing it is. */
TEST(framing_for_ever)
{
	static const struct {
		const char *name;
		struct span first, again;
	} row[] = {
		{ "zeros", SPAN_INIT(""), SPAN_INIT("0") },
		{ "extension", SPAN_INIT("1;"), SPAN_INIT("x") },
		{ "blanks", SPAN_INIT("1"), SPAN_INIT(" ") },
		{ "small chunks", SPAN_INIT(""), SPAN_INIT("1\r\nx\r\n") },
		{ "trailer name", SPAN_INIT("0\r\n"), SPAN_INIT("x") },
		{ "trailers", SPAN_INIT("0\r\n"), SPAN_INIT("A: b\r\n") },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct feed f;
		size_t rounds = 0;

		t_at("%s", row[i].name);
		start(&f, 1024, HTTPMSG_BODY_MAX);
		push(&f, SPAN(CHUNKED));
		push(&f, row[i].first);
		while (f.result == HTTPMSG_MORE && rounds++ <= HTTPMSG_CHUNK_OVERHEAD_MAX) {
			size_t used;

			f.result = httpmsg_push(&f.m, row[i].again, &used);
		}
		EQ(f.result, HTTPMSG_TOO_LARGE);
		EQ(f.m.reason, SPAN("the chunk framing"));
	}
}

/* A token answer as large as is promised goes through, in pieces as TLS records bring them. */
TEST(largest_body)
{
	static unsigned char bytes[HTTPMSG_BODY_MAX + 1];
	struct feed f;

	for (size_t extra = 0; extra <= 1; extra++) {
		t_at("extra %lu", (unsigned long)extra);
		start(&f, HTTPMSG_HEAD_MAX, HTTPMSG_BODY_MAX);
		push(&f, SPAN(OK_LINE "\r\n"));
		for (size_t at = 0; at < HTTPMSG_BODY_MAX; at += 4096)
			push(&f, (struct span){ bytes + at, 4096 });
		EQ(f.result, HTTPMSG_MORE);
		push(&f, (struct span){ bytes, extra });
		EQ(httpmsg_end(&f.m), extra == 0 ? HTTPMSG_DONE : HTTPMSG_TOO_LARGE);
		EQ(f.m.body.n, (size_t)HTTPMSG_BODY_MAX);
	}
}
