/* ident/token and ident/refusal: the form that is sent, and everything that may be answered. */
#include "t.h"

#include "ident/token.h"
#include "ident/token_form.h"

static struct secret secret, assertion, refresh;
static struct token token;
static struct refusal refusal;

/* ---- what is sent -------------------------------------------------------------------------------- */

TEST(the_form_with_a_secret)
{
	struct token_request q = { TOKEN_FORM_SECRET, SPAN("00000000-0000-0000-0000-000000000001"),
		                   SPAN("https://outlook.office365.com/.default"), NULL, &secret };
	char body[400], shown[400];
	struct buf b = BUF(body), s = BUF(shown);

	OK(secret_set(&secret, SPAN("s~3+c&r=e%t/?#\xc3\xa4 ")));
	token_form(&q, &b, &s);
	EQ(buf_span(&b), SPAN("grant_type=client_credentials&client_id=00000000-0000-0000-0000-000000000001"
	                      "&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
	                      "&client_secret=s~3%2Bc%26r%3De%25t%2F%3F%23%C3%A4%20"));
	EQ(buf_span(&s), SPAN("grant_type=client_credentials&client_id=00000000-0000-0000-0000-000000000001"
	                      "&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
	                      "&client_secret=<client_secret 17 characters>"));
}

TEST(the_form_with_an_assertion)
{
	struct token_request q = { TOKEN_FORM_ASSERTION, SPAN("c"), SPAN("s"), &secret, &assertion };
	char body[400], shown[400];
	struct buf b = BUF(body), s = BUF(shown);
	size_t at;

	OK(secret_set(&secret, SPAN("not sent")));
	OK(secret_set(&assertion, SPAN("eyJ.a.b")));
	token_form(&q, &b, &s);
	EQ(buf_span(&b),
	   SPAN("grant_type=client_credentials&client_id=c&scope=s&client_assertion_type="
	        "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=eyJ.a.b"));
	OK(span_find(buf_span(&s), SPAN("&client_assertion=<client_assertion 7 characters>"), &at));
	OK(!span_find(buf_span(&s), SPAN("eyJ"), &at));
}

/* ---- what is answered ---------------------------------------------------------------------------- */

static struct http_answer answer(int status, const char *body)
{
	return (struct http_answer){ .status = status, .body = span_z(body), .content_type = SPAN("application/json") };
}

static bool read_it(const struct http_answer *a, struct fault *f)
{
	struct http_answer copy = *a;

	copy.body = edge_span(a->body);
	*f = (struct fault){ .code = FAULT_NONE };
	return token_read(&copy, &token, &refresh, &refusal, f);
}

static bool has(struct span text, const char *words)
{
	size_t at;

	return span_find(text, span_z(words), &at);
}

TEST(good_answers)
{
	static const struct {
		const char *body;
		const char *token;
		int64_t expires_in;
		const char *twice;
	} row[] = {
		{ "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"ext_expires_in\":3599,\"access_token\":\"eyJ.a."
		  "b\"}",
		  "eyJ.a.b", 3599, "" },
		{ "{\"access_token\":\"t\",\"expires_in\":\"3599\",\"token_type\":\"bearer\"}", "t", 3599, "" },
		{ "{\"access_token\":\"t\"}", "t", 0, "" },
		{ "{\"access_token\":\"a\\/b\\u002b\"}", "a/b+", 0, "" },
		{ "{\"access_token\":\"first\",\"access_token\":\"second\"}", "first", 0, "\"access_token\"" },
		{ "{\"access_token\":\"t\",\"expires_in\":null,\"token_type\":\"\"}", "t", 0, "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct http_answer a = answer(200, row[i].body);
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		OK(read_it(&a, &f));
		EQ(secret_reveal(&token.access), span_z(row[i].token));
		EQ(token.expires_in, row[i].expires_in);
		EQ((const char *)refusal.duplicate, row[i].twice);
	}
	EQ(token_mark_span(&token), SPAN("token 1 characters sha256:e3b98a4d"));
}

TEST(answers_that_make_no_sense)
{
	static const struct {
		const char *body;
		enum fault_code code;
		const char *evidence;
	} row[] = {
		{ "{}", FAULT_TOKEN_MALFORMED, "there is no access_token in the answer" },
		{ "{\"access_token\":7}", FAULT_TOKEN_MALFORMED, "there is no access_token in the answer" },
		{ "{\"access_token\":\"\"}", FAULT_TOKEN_MALFORMED, "access_token is empty" },
		{ "{\"access_token\":\"t\",\"token_type\":\"mac\"}", FAULT_TOKEN_MALFORMED, "mac" },
		{ "{\"access_token\":\"two words\"}", FAULT_TOKEN_ALPHABET, "character 4 of 9" },
		{ "{\"access_token\":\"t\\r\\nQUIT\"}", FAULT_TOKEN_ALPHABET, "character 2 of 7" },
		{ "{\"access_token\":\"t\\u0001\"}", FAULT_TOKEN_ALPHABET, "character 2 of 2" },
		{ "{\"access_token\":\"t\xc3\xa4\"}", FAULT_TOKEN_ALPHABET, "character 2 of 3" },
		{ "{\"access_token\":\"==\"}", FAULT_TOKEN_ALPHABET, "character 1 of 2" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct http_answer a = answer(200, row[i].body);
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		OK(!read_it(&a, &f));
		EQ(f.code, row[i].code);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
		EQ(secret_length(&token.access), 0u);
	}
}

TEST(the_longest_token_and_one_more)
{
	static char body[SECRET_MAX + 100];

	for (size_t n = SECRET_MAX - 1; n <= SECRET_MAX + 1; n++) {
		struct buf b = BUF(body);
		struct http_answer a = { .status = 200 };
		struct fault f;

		buf_z(&b, "{\"access_token\":\"");
		buf_fill(&b, 't', n);
		buf_z(&b, "\"}");
		OK(buf_ok(&b));
		a.body = buf_span(&b);
		EQ(read_it(&a, &f), n <= SECRET_MAX);
		EQ(f.code, n <= SECRET_MAX ? FAULT_NONE : FAULT_TOKEN_TOO_LONG);
	}
}

#define IDS "Trace ID: aaaa\\r\\nCorrelation ID: bbbb\\r\\nTimestamp: 2023-05-06 06:03:00Z"

TEST(refusals_of_entra)
{
	struct http_answer a = answer(
		401,
		"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret "
		"provided.\\r\\n" IDS "\","
		"\"error_codes\":[7000215],\"timestamp\":\"2023-05-06 "
		"06:03:00Z\",\"trace_id\":\"aaaa\",\"correlation_id\":\"bbbb\","
		"\"suberror\":\"bad_token\",\"error_uri\":\"https://login.microsoftonline.com/error?code=7000215\"}");
	struct fault f;

	OK(!read_it(&a, &f));
	EQ(f.code, FAULT_TOKEN_REFUSED);
	EQ(f.num, 7000215);
	EQ(fault_evidence(&f), SPAN("AADSTS7000215: Invalid client secret provided."));
	EQ(refusal.aadsts, 7000215u);
	EQ((const char *)refusal.error, "invalid_client");
	EQ((const char *)refusal.suberror, "bad_token");
	EQ((const char *)refusal.trace_id, "aaaa");
	EQ((const char *)refusal.correlation_id, "bbbb");
	EQ((const char *)refusal.timestamp, "2023-05-06 06:03:00Z");
}

TEST(codes_and_sentences)
{
	static const struct {
		const char *body;
		int64_t num;
		const char *evidence;
	} row[] = {
		/* a blank before the ids, as newer answers have it */
		{ "{\"error\":\"x\",\"error_description\":\"AADSTS90002: Tenant 'y' not found. Trace ID: a "
		  "Correlation ID: b\"}",
		  90002, "AADSTS90002: Tenant 'y' not found." },
		/* the inner code wins over its wrapper, and over the list */
		{ "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS70002: Error validating "
		  "credentials. AADSTS50012: Invalid "
		  "client secret is provided.\\r\\n" IDS "\",\"error_codes\":[70002]}",
		  50012, "AADSTS70002: Error validating credentials. AADSTS50012: Invalid client secret is provided." },
		/* the list when the text has none; its last */
		{ "{\"error\":\"x\",\"error_description\":\"no number\",\"error_codes\":[70002,50012]}", 50012,
		  "no number" },
		{ "{\"error\":\"x\",\"error_description\":\"AADSTS: none\",\"error_codes\":[\"1\",2.5,-3,7]}", 7,
		  "AADSTS: none" },
		{ "{\"error\":\"x\",\"error_description\":\"AADSTS99999999999 AADSTS12\"}", 12,
		  "AADSTS99999999999 AADSTS12" },
		/* neither: the HTTP status */
		{ "{\"error\":\"invalid_grant\"}", 400, "invalid_grant" },
		{ "{\"error\":\"invalid_grant\",\"error_description\":\"\"}", 400, "" },
		{ "{\"error\":\"invalid_grant\",\"error_description\":7,\"error_codes\":\"x\"}", 400, "invalid_grant" },
		/* Graph's form, and a gateway's */
		{ "{\"error\":{\"code\":\"Forbidden\",\"message\":\"No way\"}}", 400, "No way" },
		{ "{\"error_codes\":[90014]}", 90014, "" },
		/* hostile text is made printable */
		{ "{\"error\":\"\\u001b[31mx\",\"error_description\":\"a\\u0000b\\u202ec\"}", 400,
		  "a\\x00b\\xe2\\x80\\xaec" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct http_answer a = answer(400, row[i].body);
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		OK(!read_it(&a, &f));
		EQ(f.code, FAULT_TOKEN_REFUSED);
		EQ(f.num, row[i].num);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
	}
	OK(!has(span_z(refusal.error), "\x1b"));
}

TEST(an_error_with_200_is_a_refusal)
{
	struct http_answer a = answer(200, "{\"error\":\"invalid_client\",\"access_token\":\"t\"}");
	struct fault f;

	OK(!read_it(&a, &f));
	EQ(f.code, FAULT_TOKEN_REFUSED);
	EQ(secret_length(&token.access), 0u);
}

/* A refusal with this description. */
static struct http_answer described(const char *sentence)
{
	static char text[1000];
	struct buf b = BUF(text);

	buf_z(&b, "{\"error\":\"invalid_client\",\"error_description\":\"");
	buf_z(&b, sentence);
	buf_z(&b, "\"}");
	OK(buf_ok(&b));
	return (struct http_answer){ .status = 401, .body = buf_span(&b) };
}

TEST(what_entra_says_about_an_assertion)
{
	struct http_answer a;
	struct fault f;
	int64_t now;

	a = described("AADSTS700024: Client assertion is not within its valid time range. Current time: "
	              "2026-11-23T20:43:46.1234567Z, assertion valid from 1970-01-01T00:00:00.0000000Z, "
	              "expiry time of assertion 2026-11-23T19:43:46.0000000Z.");
	OK(!read_it(&a, &f));
	EQ((const char *)refusal.server_time, "2026-11-23T20:43:46.1234567Z");
	OK(token_clock(&a, &refusal, &now));
	EQ(now, 1795466626);
	a = described("AADSTS700027: Client assertion contains an invalid signature. [Reason - The key was not found., "
	              "Thumbprint of key used by client: 'AB12CD', Please visit");
	OK(!read_it(&a, &f));
	EQ((const char *)refusal.thumbprint, "AB12CD");
	EQ((const char *)refusal.server_time, "");
	a = described(
		"AADSTS70021: No matching federated identity record found for presented assertion. Assertion "
		"Issuer: 'https://i/'. Assertion Subject: 'repo:a/b'. Assertion Audience: 'api://x'. https://docs");
	OK(!read_it(&a, &f));
	EQ((const char *)refusal.issuer, "https://i/");
	EQ((const char *)refusal.subject, "repo:a/b");
	EQ((const char *)refusal.audience, "api://x");
	a = described("AADSTS700213: No matching federated identity record found for presented assertion subject "
	              "'system:serviceaccount:a:b'. Check");
	OK(!read_it(&a, &f));
	EQ((const char *)refusal.subject, "system:serviceaccount:a:b");
	EQ((const char *)refusal.issuer, "");
	a = described("presented assertion issuer 'https://i'. presented assertion audience 'y'. "
	              "Thumbprint of key used by client: 'never ends");
	OK(!read_it(&a, &f));
	EQ((const char *)refusal.issuer, "https://i");
	EQ((const char *)refusal.audience, "y");
	EQ((const char *)refusal.thumbprint, "");
}

TEST(clocks)
{
	struct http_answer a = answer(400, "{\"error\":\"x\",\"timestamp\":\"2023-05-06 06:03:00Z\"}");
	struct fault f;
	int64_t now = 0;

	OK(!read_it(&a, &f));
	OK(token_clock(&a, &refusal, &now));
	EQ(now, 1683352980);
	a.date = SPAN("Mon, 23 Nov 2026 20:43:46 GMT");
	OK(token_clock(&a, &refusal, &now));
	EQ(now, 1795466626);
	a = answer(200, "{\"access_token\":\"t\"}");
	OK(read_it(&a, &f));
	OK(!token_clock(&a, &refusal, &now));
}

TEST(answers_that_are_not_oauth)
{
	static const struct {
		int status;
		const char *body, *type;
		enum fault_code code;
		int64_t num;
		const char *evidence;
	} row[] = {
		{ 200, "<html>Welcome to the guest network</html>", "text/html", FAULT_HTTP_NOT_JSON, 200,
		  "HTTP 200, text/html: <html>Welcome to the guest network</html>" },
		{ 407, "<h1>Proxy</h1>", "text/html", FAULT_HTTP_NOT_JSON, 407, "HTTP 407, text/html: <h1>Proxy</h1>" },
		{ 403, "", "", FAULT_HTTP_NOT_JSON, 403, "HTTP 403, no content type: " },
		{ 404, "[]", "application/json", FAULT_HTTP_NOT_JSON, 404, "HTTP 404, application/json: []" },
		{ 200, "{\"a\":", "application/json", FAULT_HTTP_NOT_JSON, 200, "HTTP 200, application/json: {\"a\":" },
		{ 403, "{\"message\":\"Forbidden\"}", "application/json", FAULT_HTTP_STATUS, 403,
		  "HTTP 403, application/json: {\"message\":\"Forbidden\"}" },
		{ 201, "{\"access_token\":\"eyJsecret\"}", "application/json", FAULT_HTTP_STATUS, 201,
		  "HTTP 201, application/json: {\"<a token may follow: not shown>" },
		{ 200, "{\"access_token\":\"eyJsecret", "application/json", FAULT_HTTP_NOT_JSON, 200,
		  "HTTP 200, application/json: {\"<a token may follow: not shown>" },
		{ 200, "eyJ0eXAiOiJKV1QiLCJub25jZSI6.eyJ0eXAiOiJKV1QiLCJub25jZSI6In.x", "text/plain",
		  FAULT_HTTP_NOT_JSON, 200, "HTTP 200, text/plain: <28 characters>.<30 characters>.x" },
		{ 200, "\xef\xbb\xbf{\"access\\u005ftoken\":\"EwB-0123456789+0123456789=\"}", "a/b",
		  FAULT_HTTP_NOT_JSON, 200,
		  "HTTP 200, a/b: \\xef\\xbb\\xbf{\"access\\u005ftoken\":\"<26 characters>\"}" },
		{ 500,
		  "id 11111111-2222-3333-4444-555555555555 at "
		  "https://proxy.example/a/rather/long/path/to/something.html",
		  "a/b", FAULT_HTTP_BUSY, 0,
		  "id 11111111-2222-3333-4444-555555555555 at "
		  "https://proxy.example/a/rather/long/path/to/something.html" },
		{ 302, "", "", FAULT_HTTP_REDIRECT, 302, "https://portal.example/login" },
		{ 307, "{}", "application/json", FAULT_HTTP_REDIRECT, 307, "https://portal.example/login" },
		{ 429, "slow down", "text/plain", FAULT_HTTP_BUSY, 0, "slow down" },
		{ 503, "<html>", "text/html", FAULT_HTTP_BUSY, 0, "<html>" },
		{ 500,
		  "{\"error\":\"server_error\",\"error_description\":\"AADSTS90033: A transient error. "
		  "Trace ID: x\"}",
		  "application/json", FAULT_HTTP_BUSY, 0, "AADSTS90033: A transient error." },
		{ 400, "{\"error\":\"temporarily_unavailable\",\"error_description\":\"AADSTS90033: x\"}",
		  "application/json", FAULT_HTTP_BUSY, 0, "AADSTS90033: x" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct http_answer a = answer(row[i].status, row[i].body);
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		a.content_type = span_z(row[i].type);
		a.location = SPAN("https://portal.example/login");
		OK(!read_it(&a, &f));
		EQ(f.code, row[i].code);
		EQ(f.num, row[i].num);
		EQ(fault_evidence(&f), span_z(row[i].evidence));
	}
}

TEST(waiting_times)
{
	static const struct {
		const char *retry_after, *date;
		int64_t seconds;
	} row[] = {
		{ "7", "", 7 },
		{ "0", "", 0 },
		{ "86400", "", 86400 },
		{ "86401", "", 0 },
		{ "soon", "", 0 },
		{ "", "", 0 },
		{ "Mon, 23 Nov 2026 20:44:46 GMT", "Mon, 23 Nov 2026 20:43:46 GMT", 60 },
		{ "Mon, 23 Nov 2026 20:42:46 GMT", "Mon, 23 Nov 2026 20:43:46 GMT", 0 },
		{ "Mon, 23 Nov 2026 20:44:46 GMT", "", 0 },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct http_answer a = answer(429, "");
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		a.retry_after = span_z(row[i].retry_after);
		a.date = span_z(row[i].date);
		OK(!read_it(&a, &f));
		EQ(f.num, row[i].seconds);
	}
}

TEST(broken_json_at_every_place)
{
	static const char body[] = "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"eyJ.a.b\"}";

	UPTO(n, sizeof body - 2)
	{
		struct http_answer a = { .status = 200, .body = { (const unsigned char *)body, n } };
		struct fault f;

		OK(!read_it(&a, &f));
		EQ(f.code, FAULT_HTTP_NOT_JSON);
		OK(!has(fault_evidence(&f), "eyJ"));
	}
}

/* ---- a token that is there already --------------------------------------------------------------- */

TEST(a_given_token)
{
	struct fault f = { .code = FAULT_NONE };

	OK(secret_set(&secret, SPAN("EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA")));
	OK(token_take(&secret, &token, &f));
	EQ(secret_reveal(&token.access), SPAN("EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"));
	OK(has(token_mark_span(&token), "token 40 characters sha256:"));
	OK(secret_set(&secret, SPAN("Bearer EwBA")));
	OK(!token_take(&secret, &token, &f));
	EQ(f.code, FAULT_TOKEN_ALPHABET);
	EQ(secret_length(&token.access), 0u);
}

/* ---- the transcript ------------------------------------------------------------------------------ */

TEST(shown_without_tokens)
{
	static const struct {
		const char *body, *shown;
	} row[] = {
		{ "{\"expires_in\":3599,\"access_token\":\"abc\"}",
		  "{\"expires_in\":3599,\"access_token\":\"<token 3 characters sha256:ba7816bf>\"}" },
		{ "{\"access_token\":\"abc\",\"refresh_token\":\"r-e-f\",\"id_token\":\"i.d\",\"x\":\"y\"}",
		  "{\"access_token\":\"<token 3 characters "
		  "sha256:ba7816bf>\",\"refresh_token\":\"<refresh_token 5 characters>\","
		  "\"id_token\":\"<id_token 3 characters>\",\"x\":\"y\"}" },
		{ "{\"access\\u005ftoken\":\"abc\"}", "{\"access\\u005ftoken\":\"<access_token 3 characters>\"}" },
		{ "{\"refresh_token\":7}", "{\"refresh_token\":\"<refresh_token 1 characters>\"}" },
		{ "{\"data\":{\"list\":[{\"access_token\":\"abc\"},[\"z\"]]},\"a\":\"b\"}",
		  "{\"data\":{\"list\":[{\"access_token\":\"<access_token 3 characters>\"},"
		  "[\"<access_token 1 characters>\"]]},\"a\":\"b\"}" },
		{ "{\"accessToken\":\"abc\",\"ACCESS-TOKEN\":\"d\",\"clientSecret\":[\"e\"]}",
		  "{\"accessToken\":\"<accessToken 3 characters>\",\"ACCESS-TOKEN\":\"<ACCESS-TOKEN 1 characters>\","
		  "\"clientSecret\":[\"<clientSecret 1 characters>\"]}" },
		{ "{\"token_type\":\"Bearer\",\"user_code\":\"B2F\",\"error_codes\":[7000215]}",
		  "{\"token_type\":\"Bearer\",\"user_code\":\"B2F\",\"error_codes\":[7000215]}" },
		{ "{\"error_description\":\"got 0123456789abcdef\\u002B0123456\\/7 here\"}",
		  "{\"error_description\":\"got <32 characters> here\"}" },
		{ "{\"e\":\"UserStrongAuthClientAuthNRequiredInterrupt 00000003-0000-0ff1-ce00-000000000000\"}",
		  "{\"e\":\"UserStrongAuthClientAuthNRequiredInterrupt 00000003-0000-0ff1-ce00-000000000000\"}" },
		{ "{\"error\":\"x\"}", "{\"error\":\"x\"}" },
		{ "<html>hello", "<html>hello" },
		{ "{\"access_token\":\"abc", "{\"<a token may follow: not shown>" },
		{ "", "" },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct http_answer a = answer(200, row[i].body);
		char text[400];
		struct buf shown = BUF(text);
		struct fault f;

		t_at("row %lu", (unsigned long)i);
		(void)!read_it(&a, &f);
		token_show(&a, &token, &shown);
		EQ(buf_span(&shown), span_z(row[i].shown));
	}
}

/* A gateway's refusal may repeat what it was sent. */
TEST(no_token_in_a_sentence)
{
	struct http_answer a =
		answer(400, "{\"error\":\"invalid_grant\",\"error_description\":\"the token "
	                    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL291dGxvb2sifQ is bad, key "
	                    "0123456789ABCDEF0123456789ABCDEF01234567\"}");
	struct fault f;

	OK(!read_it(&a, &f));
	EQ(f.code, FAULT_TOKEN_REFUSED);
	EQ(fault_evidence(&f),
	   SPAN("the token <36 characters>.<34 characters> is bad, key 0123456789ABCDEF0123456789ABCDEF01234567"));
}
