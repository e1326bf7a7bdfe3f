/* check/token_fetch: what a provider can do to whoever asks it for a token. The way to it is a peer in this process. */
#include "worker_pipe.h"

/* A provider that is busy, or a person who signs in, is waited for. */
#define FAST_CLOCK 10
#include "fast_clock.h"
#include "store_rig.h"

#include "check/token_fetch.h"
#include "conf/resolve.h"
#include "text/json.h"

#include "rsa_keys.h"

#define CLIENT_ID "00000000-0000-0000-0000-000000000001"

static struct token_fetch fetch;
static struct worker worker;
static struct worker_pipe pipe_end;
static struct settings settings;
static struct credential credential;
static struct token token;
static struct row row;

/* ---- instead of check/connect.c: a peer that hears a request and gives one answer -------------- */

static const char *head, *body, *echo;    /* the body goes on with the value of this parameter of the request */
static const char *then_head, *then_body; /* of all answers but the first, unless NULL */
static unsigned char heard[HTTP_REQUEST_MAX], sent[64 * 1024];
static size_t seen_n, sent_n, sent_at;
static unsigned reached_n;

static void answer(void)
{
	const char *this_head = reached_n > 1 && then_head != NULL ? then_head : head;
	const char *this_body = reached_n > 1 && then_body != NULL ? then_body : body;
	struct buf b = BUF(sent), text = { sent + sizeof sent / 2, sizeof sent / 2, 0, false };
	struct span request = { heard, seen_n }, rest;
	size_t at;

	buf_z(&text, this_body);
	if (echo != NULL && span_find(request, span_z(echo), &at)) {
		buf_put(&text, span_cut(span_from(request, at + strlen(echo)), '&', &rest));
		buf_z(&text, "\"}");
	}
	buf_z(&b, this_head);
	buf_z(&b, "Content-Type: application/json\r\nConnection: close\r\nContent-Length: ");
	buf_u64(&b, text.n);
	buf_z(&b, "\r\n\r\n");
	memmove(sent + b.n, text.p, text.n);
	sent_n = b.n + text.n;
	sent_at = 0;
}

static bool peer_write(struct stream *s, struct span bytes, struct fault *f)
{
	(void)s;
	if (bytes.n > sizeof heard - seen_n)
		return fault_set(f, FAULT_TCP_RESET, 0, SPAN("too much"));
	memcpy(heard + seen_n, bytes.p, bytes.n);
	seen_n += bytes.n;
	return true;
}

static bool peer_read(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f)
{
	(void)s;
	(void)f;
	if (sent_n == 0)
		answer();
	*n = sent_n - sent_at < cap ? sent_n - sent_at : cap;
	memcpy(p, sent + sent_at, *n);
	sent_at += *n;
	return true;
}

static void peer_close(struct stream *s)
{
	(void)s;
}

static const struct stream_ops peer = { peer_read, peer_write, peer_close };

bool connect_open(struct connection *to, struct row *r, struct fault *f)
{
	(void)r;
	(void)f;
	reached_n++;
	seen_n = sent_n = 0;
	to->stream = (struct stream){ &peer, NULL };
	return true;
}

bool connect_tls(void *self, struct row *r, struct fault *f)
{
	(void)self;
	(void)r;
	(void)f;
	return true;
}

/* ---- helpers ------------------------------------------------------------------------------------- */

static void set(const char *key, const char *value)
{
	struct fault f = { .code = FAULT_NONE };
	enum setting which;

	OK(settings_find(span_z(key), &which));
	OK(settings_set(&settings, which, span_z(value), SETTING_FROM_FLAG, SPAN(""), &f));
}

static void start(const char *grant)
{
	memset(&fetch, 0, sizeof fetch);
	memset(&credential, 0, sizeof credential);
	settings_init(&settings);
	set("provider", "custom");
	set("grant", grant);
	set("token_url", "https://login.example/token");
	set("client_id", CLIENT_ID);
	set("scope", "mail");
	head = "HTTP/1.1 200 OK\r\n";
	echo = then_head = then_body = NULL;
	reached_n = 0;
}

static int64_t interval; /* between two questions of a login, as the run left it */

/* A run of the token worker, as far as the token. */
static bool run(struct fault *f)
{
	bool good;

	pipe_end = worker_pipe_start(&worker);
	memset(&row, 0, sizeof row);
	*f = (struct fault){ .code = FAULT_NONE };
	OK(resolve_settings(&settings, f));
	fetch.worker = fetch.idp.worker = &worker;
	fetch.settings = fetch.idp.settings = &settings;
	fetch.credential = &credential;
	good = token_fetch_prepare(&fetch, &row, f) && token_fetch_run(&fetch, &token, &row, f);
	row.fault = *f;
	redact_row(&worker.redact, &row);
	interval = fetch.secrets.device.interval; /* before it is wiped with the rest */
	token_fetch_end(&fetch);
	worker_pipe_end(&pipe_end);
	return good;
}

static bool quotes(const char *text)
{
	size_t at;

	return span_find(fault_evidence(&row.fault), span_z(text), &at);
}

/* ---- what we sign -------------------------------------------------------------------------------- */

TEST(fetch_assertion_is_not_quoted)
{
	struct fault f;

	start("certificate");
	OK(secret_set(&credential.certificate, span_z(rsa2048_cert)));
	OK(secret_set(&credential.private_key, span_z(rsa2048_key)));
	head = "HTTP/1.1 400 Bad Request\r\n";
	body = "{\"error\":\"invalid_client\",\"error_description\":\"not valid: ";
	echo = "client_assertion=";
	OK(!run(&f));
	EQ(f.code, FAULT_TOKEN_REFUSED);
	OK(quotes("not valid: <") && quotes(" characters>"));
	OK(!quotes("eyJ"));
}

/* ---- the end of a stored token ------------------------------------------------------------------- */

static void with_store(struct span path)
{
	start("refresh-token");
	OK(settings_set(&settings, SETTING_TOKEN_CACHE, path, SETTING_FROM_FLAG, SPAN(""), &(struct fault){ 0 }));
	OK(secret_set(&credential.refresh_token, SPAN("the-first-refresh-token")));
	body = "{\"access_token\":\"t0ken\",\"token_type\":\"Bearer\",\"expires_in\":3600}";
	fetch.min_life_s = TOKEN_FETCH_MIN_LIFE_S;
}

TEST(fetch_stored_token_does_not_live_for_ever)
{
	static const struct {
		const char *head, *life;
		int64_t most;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\n", "3600", 3600 },
		{ "HTTP/1.1 200 OK\r\nDate: Fri, 01 Jan 2999 00:00:00 GMT\r\n", "3600", 3600 },
		{ "HTTP/1.1 200 OK\r\n", "253402300799", TOKEN_FETCH_LIFE_MAX_S },
		{ "HTTP/1.1 200 OK\r\n", "9223372036854775807", TOKEN_FETCH_LIFE_MAX_S },
		{ "HTTP/1.1 200 OK\r\n", "-9223372036854775807", 0 },
	};
	struct fault f;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span path = rig_start();
		char text[200];

		t_at("row %zu", i);
		with_store(path);
		snprintf(text, sizeof text, "{\"access_token\":\"t0ken\",\"expires_in\":%s}", rows[i].life);
		head = rows[i].head;
		body = text;
		OK(run(&f) && !fetch.served);
		EQ(f.code, FAULT_NONE);
		with_store(path);
		OK(run(&f));
		EQ(fetch.served, rows[i].most != 0);
		OK(token.expires_in <= (rows[i].most != 0 ? rows[i].most : 3600));
		rig_end();
	}
}

/* A clock that was wrong then, or a store that somebody edited. */
TEST(fetch_stored_token_from_the_future_is_not_served)
{
	static struct store store;
	static struct store_entry entry;
	struct span path = rig_start();
	struct fault f;

	with_store(path);
	OK(run(&f));
	OK(store_open(&store, path, clock_deadline(1000), &f));
	OK(store_find(&store, fetch.id, &entry));
	entry.expires = clock_unix() + TOKEN_FETCH_LIFE_MAX_S + 60;
	OK(store_put(&store, fetch.id, &entry, &f));
	store_close(&store);
	with_store(path);
	OK(run(&f));
	OK(!fetch.served);
	rig_end();
}

/* The key file of a service account of this name. */
static void give_account(const char *name)
{
	static unsigned char scratch[SECRET_MAX];
	struct buf b = BUF(scratch);

	buf_z(&b, "{\"type\":\"service_account\",\"client_email\":");
	json_put_string(&b, span_z(name));
	buf_z(&b, ",\"token_uri\":\"https://login.example/token\",\"private_key\":");
	json_put_string(&b, span_z(rsa2048_key));
	buf_z(&b, "}");
	OK(buf_ok(&b) && secret_set(&credential.service_account, buf_span(&b)));
}

/* One token is not served for another mailbox, nor for another account. */
TEST(fetch_stored_token_belongs_to_account_and_mailbox)
{
	static const struct {
		const char *account, *mailbox;
		bool served;
	} rows[] = {
		{ "one@x.example", "alice@contoso.example", false },
		{ "one@x.example", "alice@contoso.example", true },
		{ "one@x.example", "bob@contoso.example", false },
		{ "two@x.example", "alice@contoso.example", false },
		{ "one@x.example", "alice@contoso.example", true },
	};
	struct span path = rig_start();
	struct fault f;

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		with_store(path);
		set("grant", "service-account");
		give_account(rows[i].account);
		fetch.mailbox = span_z(rows[i].mailbox);
		OK(run(&f));
		EQ(f.code, FAULT_NONE);
		EQ(fetch.served, rows[i].served);
	}
	rig_end();
}

/* ---- where secrets go ---------------------------------------------------------------------------- */

/* The settings name a token endpoint of one's own, and Microsoft stands there by default. */
TEST(fetch_device_code_belongs_to_the_token_endpoint)
{
	struct span path = rig_start();
	struct fault f;

	start("device-code");
	set("provider", "microsoft");
	set("tenant_id", "11111111-2222-3333-4444-555555555555");
	OK(settings_set(&settings, SETTING_TOKEN_CACHE, path, SETTING_FROM_FLAG, SPAN(""), &(struct fault){ 0 }));
	OK(secret_set(&credential.client_secret, SPAN("the-secret-of-login.example")));
	body = "{}";
	fetch.login = true;
	OK(!run(&f));
	EQ(f.code, FAULT_SETTING_MISSING);
	EQ(f.num, SETTING_DEVICE_URL);
	EQ(reached_n, 0);
	rig_end();
}

/* A provider that goes on saying "pending" when the code has ended is not asked any more (RFC 8628 section 3.5). */
TEST(fetch_login_ends_with_the_code)
{
	struct span path = rig_start();
	struct fault f;

	start("device-code");
	set("device_url", "https://login.example/device");
	OK(settings_set(&settings, SETTING_TOKEN_CACHE, path, SETTING_FROM_FLAG, SPAN(""), &(struct fault){ 0 }));
	body = "{\"device_code\":\"the-device-code\",\"user_code\":\"AB-CD\",\"expires_in\":1,\"interval\":1,"
	       "\"verification_uri\":\"https://login.example/\"}";
	fetch.login = true;
	OK(!run(&f));
	EQ(f.code, FAULT_LOGIN_LATE);
	EQ(reached_n, 1);
	rig_end();
}

TEST(fetch_login_heeds_retry_after)
{
	static const struct {
		const char *head, *body;
		int64_t interval;
	} rows[] = {
		{ "HTTP/1.1 429 Too Many\r\nRetry-After: 100\r\n", "busy", 100 },
		{ "HTTP/1.1 400 Bad Request\r\nRetry-After: 100\r\n", "{\"error\":\"slow_down\"}", 100 },
		{ "HTTP/1.1 503 Later\r\nRetry-After: 3\r\n", "busy", 1 + DEVICE_SLOWER_S },
		{ "HTTP/1.1 400 Bad Request\r\n", "{\"error\":\"slow_down\"}", 1 + DEVICE_SLOWER_S },
	};
	struct fault f;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span path = rig_start();

		t_at("row %zu", i);
		start("device-code");
		set("device_url", "https://login.example/device");
		OK(settings_set(&settings, SETTING_TOKEN_CACHE, path, SETTING_FROM_FLAG, SPAN(""), &f));
		body = "{\"device_code\":\"the-device-code\",\"user_code\":\"AB-CD\",\"expires_in\":3,\"interval\":1,"
		       "\"verification_uri\":\"https://login.example/\"}";
		then_head = rows[i].head;
		then_body = rows[i].body;
		fetch.login = true;
		OK(!run(&f));
		EQ(f.code, FAULT_LOGIN_LATE);
		EQ(reached_n, 2);
		EQ(interval, rows[i].interval);
		rig_end();
	}
}
