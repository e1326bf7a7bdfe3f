/* ident/device: what a person is told to open and to type, whoever the provider is. */
#include "t.h"

#include "ident/device.h"

static struct device device;
static struct refusal refusal;
static char letters[500];

static bool get(const char *code, const char *uri, const char *complete, struct fault *f)
{
	char text[2000];
	struct http_answer a = { .status = 200 };

	snprintf(text, sizeof text, "{\"device_code\":\"d\",\"user_code\":\"%s\",\"verification_uri\":\"%s\","
	         "\"verification_uri_complete\":\"%s\",\"interval\":%s,\"expires_in\":-1}", code, uri, complete,
	         "9223372036854775807");
	a.body = edge_span(span_z(text));
	*f = (struct fault){ .code = FAULT_NONE };
	return device_read(&a, &device, &refusal, f);
}

/* The last n of many letters. */
static const char *many(size_t n)
{
	memset(letters, 'x', sizeof letters - 1);
	return letters + sizeof letters - 1 - n;
}

TEST(device_good)
{
	struct fault f;

	OK(get("AB-CD", "https://login.example/device", "https://login.example/device?c=AB-CD", &f));
	EQ(span_z(device.user_code), SPAN("AB-CD"));
	EQ(span_z(device.uri), SPAN("https://login.example/device"));
	EQ(span_z(device.complete), SPAN("https://login.example/device?c=AB-CD"));
	EQ(device.interval, DEVICE_INTERVAL_S);
	EQ(device.expires_in, DEVICE_EXPIRES_S);
}

TEST(device_nothing_is_shown_cut_or_changed)
{
	char uri[DEVICE_URI_MAX + 40];
	struct fault f;

	OK(get(many(DEVICE_CODE_MAX - 1), "https://a.example/", "", &f));
	EQ(strlen(device.user_code), DEVICE_CODE_MAX - 1);
	OK(!get(many(DEVICE_CODE_MAX), "https://a.example/", "", &f));
	EQ(f.code, FAULT_TOKEN_MALFORMED);
	for (size_t n = DEVICE_URI_MAX - 1; n <= DEVICE_URI_MAX + 1; n++) {
		snprintf(uri, sizeof uri, "https://a.example/%s", many(n - 18));
		t_at("%zu", n);
		EQ(get("A", uri, "", &f), n < DEVICE_URI_MAX);
		OK(get("A", "https://a.example/", uri, &f));
		EQ(device.complete[0] != 0, n < DEVICE_URI_MAX);
	}
}

TEST(device_hostile_texts)
{
	static const char *const codes[] = { "A\\u001b[2J", "A\\u202eB", "A\\u0000B", "A\\nB", "" };
	static const char *const uris[] = {
		"http://login.example/", "https://login.microsoftonline.com@evil.example/", "https://l\xc3\xb6gin.example/",
		"https://login.example\\u0000.evil.example/", "https://a.example/\\u001b[2J", "https://a.example/ x",
		"javascript:alert(1)", "https://", "https:///x", "//a.example/",
	};
	struct fault f;

	for (size_t i = 0; i < COUNT(codes); i++) {
		t_at("code %zu", i);
		OK(!get(codes[i], "https://a.example/", "", &f));
	}
	for (size_t i = 0; i < COUNT(uris); i++) {
		t_at("uri %zu", i);
		OK(!get("A", uris[i], "", &f));
		OK(!secret_is_set(&device.code));
		OK(get("A", "https://a.example/", uris[i], &f));
		EQ(span_z(device.complete), SPAN(""));
	}
}
