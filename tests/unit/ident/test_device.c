/* ident/device: what a device authorization endpoint answers, and when to ask again. */
#include "ident/device.h"
#include "t.h"

enum { CODE, USER, URI, URL, COMPLETE, EXPIRES, INTERVAL, MEMBERS };

static const char *const names[MEMBERS] = {
	"device_code", "user_code", "verification_uri", "verification_url", "verification_uri_complete",
	"expires_in",  "interval"
};
static const char *const good[MEMBERS] = { "\"BAQABIQ\"",
	                                   "\"B2FQ8MZQK\"",
	                                   "\"https://microsoft.com/devicelogin\"",
	                                   NULL,
	                                   "\"https://microsoft.com/devicelogin?code=B2FQ8MZQK\"",
	                                   "900",
	                                   "7" };

static struct device device;
static struct refusal refusal;
static struct fault fault;

/* The answer with one member changed; without it when value is NULL. */
static struct span answer(int member, const char *value)
{
	static unsigned char scratch[3 * SECRET_MAX];
	struct buf b = BUF(scratch);
	const char *comma = "{";

	for (int i = 0; i < MEMBERS; i++) {
		const char *v = i == member ? value : good[i];

		if (v == NULL)
			continue;
		buf_z(&b, comma);
		buf_z(&b, "\"");
		buf_z(&b, names[i]);
		buf_z(&b, "\":");
		buf_z(&b, v);
		comma = ",";
	}
	buf_z(&b, "}");
	OK(buf_ok(&b));
	return buf_span(&b);
}

static bool read_it(int status, struct span body)
{
	struct http_answer a = { .status = status, .body = edge_span(body), .content_type = SPAN("application/json") };

	fault = (struct fault){ .code = FAULT_NONE };
	return device_read(&a, &device, &refusal, &fault);
}

/* "xxx..." of n characters, in quotes, behind what it starts with. */
static const char *text(const char *start, size_t n)
{
	static char scratch[2 * SECRET_MAX];
	size_t k = strlen(start);

	scratch[0] = '"';
	memcpy(scratch + 1, start, k);
	memset(scratch + 1 + k, 'x', n - k);
	scratch[n + 1] = '"';
	scratch[n + 2] = '\0';
	return scratch;
}

TEST(device_read_all)
{
	OK(read_it(200, answer(MEMBERS, NULL)));
	EQ(secret_reveal(&device.code), SPAN("BAQABIQ"));
	EQ(device.user_code, "B2FQ8MZQK");
	EQ(device.uri, "https://microsoft.com/devicelogin");
	EQ(device.complete, "https://microsoft.com/devicelogin?code=B2FQ8MZQK");
	EQ(device.expires_in, 900);
	EQ(device.interval, 7);
	secret_wipe(&device.code);
}

/* Google's name for the address, alone and beside the other one. */
TEST(device_read_verification_url)
{
	OK(read_it(200, SPAN("{\"device_code\":\"c\",\"user_code\":\"u\",\"verification_url\":\"https://www.google.com/"
	                     "device\"}")));
	EQ(device.uri, "https://www.google.com/device");
	EQ(device.complete, "");
	EQ(device.expires_in, DEVICE_EXPIRES_S);
	EQ(device.interval, DEVICE_INTERVAL_S);
	OK(read_it(200, answer(URL, "\"https://other.example/\"")));
	EQ(device.uri, "https://microsoft.com/devicelogin");
}

TEST(device_read_members)
{
	static const struct {
		int member;
		const char *value;
		const char *what;
	} rows[] = {
		{ CODE, NULL, "device_code" },
		{ CODE, "\"\"", "device_code" },
		{ CODE, "7", "device_code" },
		{ CODE, "null", "device_code" },
		{ CODE, "[\"a\"]", "device_code" },
		{ USER, NULL, "user_code" },
		{ USER, "\"\"", "user_code" },
		{ USER, "123456", "user_code" },
		{ USER, "{}", "user_code" },
		{ USER, "\"AB. Now your password\"", "blanks" },
		{ USER, "\"AB\\tCD\"", "user_code" },
		{ URI, NULL, "verification_uri" },
		{ URI, "\"\"", "verification_uri" },
		{ URI, "true", "verification_uri" },
		{ URI, "\"http://microsoft.com/devicelogin\"", "https://" },
		{ URI, "\"javascript:alert(1)\"", "https://" },
		{ URI, "\"microsoft.com/devicelogin\"", "https://" },
		{ URI, "\"https://\"", "https://" },
		{ URI, "\"https://a b.example/\"", "https://" },
		{ URI, "\"https://login.microsoftonline.com@evil.example/\"", "https://" },
		{ URI, "\"https:///x\"", "https://" },
		{ URI, "\"//a.example/\"", "https://" },
		{ URI, "\"https://login.example\\u0000.evil.example/\"", "verification_uri" },
	};
	size_t at;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		OK(!read_it(200, answer(rows[i].member, rows[i].value)));
		EQ(fault.code, FAULT_TOKEN_MALFORMED);
		OK(span_find(span_z(fault.evidence), span_z(rows[i].what), &at));
		OK(!secret_is_set(&device.code));
	}
}

/* What is longer than its place is refused, not cut: half a code is no code. */
TEST(device_read_lengths)
{
	OK(read_it(200, answer(CODE, text("", SECRET_MAX))));
	EQ(secret_length(&device.code), (size_t)SECRET_MAX);
	OK(!read_it(200, answer(CODE, text("", SECRET_MAX + 1))));
	OK(!secret_is_set(&device.code));
	OK(read_it(200, answer(USER, text("", DEVICE_CODE_MAX - 1))));
	EQ(strlen(device.user_code), (size_t)DEVICE_CODE_MAX - 1);
	OK(!read_it(200, answer(USER, text("", DEVICE_CODE_MAX))));
	OK(read_it(200, answer(URI, text("https://a.example/", DEVICE_URI_MAX - 1))));
	EQ(strlen(device.uri), (size_t)DEVICE_URI_MAX - 1);
	OK(!read_it(200, answer(URI, text("https://a.example/", DEVICE_URI_MAX))));
	OK(read_it(200, answer(COMPLETE, text("https://microsoft.com/", DEVICE_URI_MAX - 1))));
	EQ(strlen(device.complete), (size_t)DEVICE_URI_MAX - 1);
	OK(read_it(200, answer(COMPLETE, text("https://microsoft.com/", DEVICE_URI_MAX))));
	EQ(device.complete, "");
}

/* The address with the code in it is a convenience: an odd one is left out. */
TEST(device_read_complete)
{
	static const char *const odd[] = { NULL,
		                           "\"http://microsoft.com/devicelogin\"",
		                           "\"\"",
		                           "7",
		                           "\"ftp://x/\"",
		                           "\"https://evil.example/devicelogin?code=B2FQ8MZQK\"",
		                           "\"https://microsoft.com.evil.example/\"",
		                           "\"https://microsoft.com:8443/devicelogin\"" };

	for (size_t i = 0; i < COUNT(odd); i++) {
		t_at("row %zu", i);
		OK(read_it(200, answer(COMPLETE, odd[i])));
		EQ(device.complete, "");
	}
}

TEST(device_read_seconds)
{
	static const struct {
		int member;
		const char *value;
		int64_t expires, interval;
	} rows[] = {
		{ EXPIRES, NULL, DEVICE_EXPIRES_S, 7 },
		{ EXPIRES, "0", DEVICE_EXPIRES_S, 7 },
		{ EXPIRES, "-1", DEVICE_EXPIRES_S, 7 },
		{ EXPIRES, "1", 1, 7 },
		{ EXPIRES, "86400", 86400, 7 },
		{ EXPIRES, "86401", DEVICE_EXPIRES_S, 7 },
		{ EXPIRES, "1e400", DEVICE_EXPIRES_S, 7 },
		{ EXPIRES, "[]", DEVICE_EXPIRES_S, 7 },
		{ INTERVAL, NULL, 900, DEVICE_INTERVAL_S },
		{ INTERVAL, "0", 900, DEVICE_INTERVAL_S },
		{ INTERVAL, "-5", 900, DEVICE_INTERVAL_S },
		{ INTERVAL, "1", 900, 1 },
		{ INTERVAL, "300", 900, 300 },
		{ INTERVAL, "301", 900, DEVICE_INTERVAL_S },
		{ INTERVAL, "9223372036854775808", 900, DEVICE_INTERVAL_S },
		{ INTERVAL, "true", 900, DEVICE_INTERVAL_S },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		OK(read_it(200, answer(rows[i].member, rows[i].value)));
		EQ(device.expires_in, rows[i].expires);
		EQ(device.interval, rows[i].interval);
	}
}

/* What a person is shown and types holds no control characters, nor stand-ins for them. */
TEST(device_read_printable)
{
	OK(!read_it(200, answer(USER, "\"AB\\u001b[2JCD\"")));
	OK(!read_it(200, answer(USER, "\"ABCD\\r\\n\"")));
	OK(!read_it(200, answer(URI, "\"https://a.example/\\u202e\"")));
	OK(read_it(200, answer(COMPLETE, "\"https://a.example/\\u001b\"")));
	EQ(device.complete, "");
	secret_wipe(&device.code);
}

TEST(device_read_refusals)
{
	static const struct {
		int status;
		const char *body;
		enum fault_code code;
		const char *error;
	} rows[] = {
		{ 400, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000218: x\"}", FAULT_TOKEN_REFUSED,
		  "invalid_client" },
		{ 200, "{\"error\":\"access_denied\",\"device_code\":\"c\"}", FAULT_TOKEN_REFUSED, "access_denied" },
		{ 429, "", FAULT_HTTP_BUSY, "" },
		{ 503, "", FAULT_HTTP_BUSY, "" },
		{ 200, "", FAULT_HTTP_NOT_JSON, "" },
		{ 200, "<html>", FAULT_HTTP_NOT_JSON, "" },
		{ 302, "", FAULT_HTTP_REDIRECT, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		OK(!read_it(rows[i].status, span_z(rows[i].body)));
		EQ(fault.code, rows[i].code);
		EQ(refusal.error, rows[i].error);
		OK(!secret_is_set(&device.code));
	}
}

/* Whatever is cut off is refused. */
TEST(device_read_prefixes)
{
	struct span all = answer(MEMBERS, NULL);

	UPTO(n, all.n - 1)
	{
		OK(!read_it(200, span_first(all, n)));
		OK(!secret_is_set(&device.code));
	}
}

TEST(device_poll_rows)
{
	static const struct {
		const char *error;
		enum device_poll want;
	} rows[] = {
		{ "authorization_pending", DEVICE_POLL_PENDING },
		{ "slow_down", DEVICE_POLL_SLOWER },
		{ "expired_token", DEVICE_POLL_OVER },
		{ "access_denied", DEVICE_POLL_OVER },
		{ "authorization_declined", DEVICE_POLL_OVER },
		{ "bad_verification_code", DEVICE_POLL_OVER },
		{ "authorization_pendin", DEVICE_POLL_OVER },
		{ "AUTHORIZATION_PENDING", DEVICE_POLL_OVER },
		{ "", DEVICE_POLL_OVER },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct refusal r = { .aadsts = 0 };

		t_at("%s", rows[i].error);
		memcpy(r.error, rows[i].error, strlen(rows[i].error));
		EQ(device_poll(&r), rows[i].want);
	}
}
