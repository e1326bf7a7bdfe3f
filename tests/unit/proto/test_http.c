/* proto/http: the request byte for byte, the answer in pieces of every size, broken off at every place. */
#include "script.h"

#include "proto/http.h"

static struct script script;
static struct http http;

static struct url url_of(const char *z)
{
	struct url u = { .port = 0 };

	OK(url_parse(span_z(z), &u));
	return u;
}

static bool exchange(const struct http_question *q, struct http_answer *a, struct fault *f)
{
	*f = (struct fault){ .code = FAULT_NONE };
	http.stream = &script.stream;
	http.trace = &script.trace;
	return http_exchange(&http, q, a, f);
}

#define FORM "grant_type=client_credentials&client_secret=s3cr3t%7E"

static const struct script_line post[] = {
	CLIENT("POST /t/oauth2/v2.0/token HTTP/1.1\r\nHost: login.example\r\nUser-Agent: o2pop/" O2POP_VERSION "\r\n"
	       "Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 53\r\n"
	       "Connection: close\r\n"),
	{ true, SPAN_INIT(FORM) },
	PEER_RAW("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json; charset=utf-8\r\nRetry-After: 7\r\n"
	         "Date: Mon, 23 Nov 2026 20:43:46 GMT\r\nLocation: /elsewhere\r\nContent-Length: 8\r\n\r\n{\"a\": 1}"),
};

TEST(post_in_every_slice)
{
	struct url u = url_of("https://login.example/t/oauth2/v2.0/token");
	struct http_question q = { .url = &u,
		                   .body = SPAN(FORM),
		                   .body_shown = SPAN("grant_type=client_credentials&client_secret=<hidden>") };

	UPTO(slice, 260)
	{
		struct http_answer a;
		struct fault f;

		if (slice == 0)
			continue;
		t_at("slice %lu", (unsigned long)slice);
		script_start(&script, post, COUNT(post));
		script.slice = slice;
		OK(exchange(&q, &a, &f));
		EQ(a.status, 401);
		EQ(a.body, SPAN("{\"a\": 1}"));
		EQ(a.content_type, SPAN("application/json; charset=utf-8"));
		EQ(a.retry_after, SPAN("7"));
		EQ(a.date, SPAN("Mon, 23 Nov 2026 20:43:46 GMT"));
		EQ(a.location, SPAN("/elsewhere"));
		OK(script_done(&script));
	}
	OK(script_traced(&script, "> POST /t/oauth2/v2.0/token HTTP/1.1\n> Host: login.example\n"));
	OK(script_traced(&script, "> grant_type=client_credentials&client_secret=<hidden>\n"));
	OK(script_traced(&script, "< HTTP/1.1 401 Unauthorized\n"));
	OK(!script_traced(&script, "s3cr3t"));
	OK(!script_traced(&script, "{\"a\"")); /* the caller knows what of the body may be shown */
}

TEST(the_request_is_wiped)
{
	struct url u = url_of("https://login.example/t/oauth2/v2.0/token");
	struct http_question q = { .url = &u, .body = SPAN(FORM) };
	struct http_answer a;
	struct fault f;
	size_t at;

	script_start(&script, post, COUNT(post));
	OK(exchange(&q, &a, &f));
	OK(!span_find((struct span){ http.request, sizeof http.request }, SPAN("s3cr3t"), &at));
	script_start(&script, post, COUNT(post));
	script.dead = true; /* also when it cannot be sent */
	OK(!exchange(&q, &a, &f));
	OK(!span_find((struct span){ http.request, sizeof http.request }, SPAN("s3cr3t"), &at));
}

TEST(get_and_host_forms)
{
#define GET(target, host)                                                                                              \
	"GET " target " HTTP/1.1\r\nHost: " host "\r\nUser-Agent: o2pop/" O2POP_VERSION                                \
	"\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
	static const struct {
		const char *url;
		struct span request;
	} row[] = {
		{ "https://h.example", SPAN_INIT(GET("/", "h.example")) },
		{ "https://h.example:443/a?b=c", SPAN_INIT(GET("/a?b=c", "h.example")) },
		{ "https://h.example:8443/a", SPAN_INIT(GET("/a", "h.example:8443")) },
		{ "http://127.0.0.1/a", SPAN_INIT(GET("/a", "127.0.0.1")) },
		{ "http://127.0.0.1:8080/a", SPAN_INIT(GET("/a", "127.0.0.1:8080")) },
		{ "http://localhost:443/a", SPAN_INIT(GET("/a", "localhost:443")) },
		{ "https://[::1]/a", SPAN_INIT(GET("/a", "[::1]")) },
		{ "https://[::1]:8443/a", SPAN_INIT(GET("/a", "[::1]:8443")) },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct script_line lines[] = { { true, row[i].request }, PEER_RAW("HTTP/1.1 204 No Content\r\n\r\n") };
		struct url u = url_of(row[i].url);
		struct http_question q = { .url = &u };
		struct http_answer a;
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		script_start(&script, lines, COUNT(lines));
		OK(exchange(&q, &a, &f));
		EQ(a.status, 204);
		EQ(a.body, SPAN(""));
		EQ(a.date, SPAN(""));
		OK(script_done(&script));
	}
}

TEST(every_read_that_fails_ends_it)
{
	struct url u = url_of("https://login.example/t/oauth2/v2.0/token");
	struct http_question q = { .url = &u, .body = SPAN(FORM) };

	for (unsigned fail = 1; fail < 1000; fail++) {
		struct http_answer a;
		struct fault f;

		script_start(&script, post, COUNT(post));
		script.slice = 5;
		script.fail_read = fail;
		if (exchange(&q, &a, &f)) {
			OK(fail > 30);
			return;
		}
		EQ(f.code, FAULT_TCP_RESET);
	}
	OK(false);
}

/* One answer, however it ends. */
static enum fault_code answer(struct span bytes, bool truncated, struct http_answer *a, struct fault *f)
{
	struct script_line lines[] = { { true, SPAN(GET("/", "h.example")) }, { false, bytes } };
	struct url u = url_of("https://h.example/");
	struct http_question q = { .url = &u };

	script_start(&script, lines, COUNT(lines));
	script.slice = 11;
	script.truncated = truncated;
	(void)!exchange(&q, a, f);
	return f->code;
}

TEST(ends_clean_and_cut)
{
	static const struct {
		struct span bytes;
		enum fault_code clean, cut;
		int status;
	} row[] = {
		{ SPAN_INIT(""), FAULT_HTTP_TRUNCATED, FAULT_TLS_TRUNCATED, 0 },
		{ SPAN_INIT("HTTP/1.1 200 OK\r\n"), FAULT_HTTP_TRUNCATED, FAULT_HTTP_TRUNCATED, 0 },
		{ SPAN_INIT("HTTP/1.1 200 OK\r\n\r\nall of it"), FAULT_NONE, FAULT_HTTP_TRUNCATED, 200 },
		{ SPAN_INIT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour"), FAULT_HTTP_TRUNCATED,
		  FAULT_HTTP_TRUNCATED, 200 },
		{ SPAN_INIT("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour"), FAULT_NONE, FAULT_NONE, 200 },
		{ SPAN_INIT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n"),
		  FAULT_HTTP_TRUNCATED, FAULT_HTTP_TRUNCATED, 200 },
		{ SPAN_INIT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n"), FAULT_NONE,
		  FAULT_NONE, 200 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct http_answer a;
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		EQ(answer(row[i].bytes, false, &a, &f), row[i].clean);
		if (row[i].clean == FAULT_HTTP_TRUNCATED)
			EQ(f.num, row[i].status);
		EQ(answer(row[i].bytes, true, &a, &f), row[i].cut);
	}
}

TEST(what_is_not_http)
{
	struct http_answer a;
	struct fault f;

	EQ(answer(SPAN("+OK POP3 ready\r\n"), false, &a, &f), FAULT_HTTP_MALFORMED);
	EQ(answer(SPAN("SSH-2.0-OpenSSH_9\r\n"), false, &a, &f), FAULT_HTTP_MALFORMED);
	EQ(answer(SPAN("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"), false, &a, &f), FAULT_HTTP_MALFORMED);
	EQ(answer(SPAN("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"), false, &a, &f),
	   FAULT_HTTP_MALFORMED);
}

TEST(a_body_may_be_large_but_not_larger)
{
	static char big[HTTPMSG_BODY_MAX + 200];
	static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
	struct http_answer a;
	struct fault f;
	size_t n = sizeof head - 1;

	memset(big, 'x', sizeof big);
	memcpy(big, head, n);
	EQ(answer((struct span){ (unsigned char *)big, n + HTTPMSG_BODY_MAX }, false, &a, &f), FAULT_NONE);
	EQ(a.body.n, (unsigned long)HTTPMSG_BODY_MAX);
	EQ(answer((struct span){ (unsigned char *)big, n + HTTPMSG_BODY_MAX + 1 }, false, &a, &f),
	   FAULT_HTTP_TOO_LARGE);
}

TEST(a_form_that_does_not_fit_is_not_sent)
{
	static unsigned char big[HTTP_REQUEST_MAX];
	struct url u = url_of("https://h.example/");
	struct http_question q = { .url = &u, .body = { big, sizeof big } };
	struct http_answer a;
	struct fault f;

	script_start(&script, NULL, 0);
	OK(!exchange(&q, &a, &f));
	EQ(f.code, FAULT_LIMIT);
	EQ(script.wrong, SPAN(""));
}
