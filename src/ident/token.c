#include "ident/token.h"

#include <string.h>

#include "net/tls.h"
#include "text/date.h"
#include "text/json.h"
#include "text/jwt.h"
#include "text/pct.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

static void put_hidden(struct buf *shown, const char *key, size_t n)
{
	buf_z(shown, "&");
	buf_z(shown, key);
	buf_z(shown, "=<");
	buf_z(shown, key);
	buf_byte(shown, ' ');
	buf_u64(shown, n);
	buf_z(shown, " characters>");
}

static void put_open(struct buf *body, struct buf *shown, struct span key, struct span value)
{
	pct_form(body, key, value);
	pct_form(shown, key, value);
}

void token_form(const struct token_request *q, struct buf *body, struct buf *shown)
{
	put_open(body, shown, SPAN("grant_type"), SPAN("client_credentials"));
	put_open(body, shown, SPAN("client_id"), q->client_id);
	put_open(body, shown, SPAN("scope"), q->scope);
	if (secret_is_set(q->assertion)) {
		put_open(body, shown, SPAN("client_assertion_type"), SPAN(ASSERTION_TYPE));
		pct_form(body, SPAN("client_assertion"), secret_reveal(q->assertion));
		put_hidden(shown, "client_assertion", secret_length(q->assertion));
		return;
	}
	pct_form(body, SPAN("client_secret"), secret_reveal(q->client_secret));
	put_hidden(shown, "client_secret", secret_length(q->client_secret));
}

void token_mark(struct token *t)
{
	unsigned char digest[32];
	struct buf b = BUF(t->mark);

	tls_sha256(secret_reveal(&t->access), digest);
	buf_z(&b, "token ");
	buf_u64(&b, secret_length(&t->access));
	buf_z(&b, " characters sha256:");
	buf_hex(&b, (struct span){ digest, 4 });
	t->mark_n = (uint32_t)b.n;
}

struct span token_mark_span(const struct token *t)
{
	return (struct span){ (const unsigned char *)t->mark, t->mark_n };
}

static bool check_token(struct token *t, struct fault *f)
{
	char text[96];
	struct buf b = BUF(text);
	size_t bad;

	if (!jwt_is_b64token(secret_reveal(&t->access), &bad)) {
		buf_z(&b, "character ");
		buf_u64(&b, bad + 1);
		buf_z(&b, " of ");
		buf_u64(&b, secret_length(&t->access));
		secret_wipe(&t->access);
		return fault_set(f, FAULT_TOKEN_ALPHABET, 0, buf_span(&b));
	}
	token_mark(t);
	return true;
}

bool token_take(const struct secret *given, struct token *t, struct fault *f)
{
	t->expires_in = 0;
	if (!secret_set(&t->access, secret_reveal(given)))
		return fault_limit(f, FAULT_TOKEN_TOO_LONG, secret_length(given), SECRET_MAX);
	return check_token(t, f);
}

/* A text of the answer into a fixed field, printable; empty when absent. */
static void get_text(struct span json, const char *path, char field[static TOKEN_TEXT_MAX])
{
	unsigned char room[512];
	struct buf raw = BUF(room);
	struct buf out = { (unsigned char *)field, TOKEN_TEXT_MAX - 1, 0, false };

	if (json_string(json, path, &raw) == JSON_FOUND && buf_ok(&raw))
		buf_printable(&out, buf_span(&raw));
	field[out.n] = '\0';
}

/* The last AADSTS number in the text: wrappers name the inner code behind their own. */
static uint64_t inner_code(struct span text)
{
	uint64_t code = 0;
	size_t at;

	while (span_find(text, SPAN("AADSTS"), &at)) {
		size_t n = 0;

		text = span_from(text, at + 6);
		while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
			n++;
		if (!span_u64(span_first(text, n), UINT32_MAX, &code))
			continue;
	}
	return code;
}

static uint64_t listed_code(struct span json)
{
	struct json_value list, element;
	struct span key;
	uint64_t code = 0;
	size_t at = 0;

	if (json_at(json, "error_codes", &list) != JSON_FOUND || list.type != JSON_ARRAY)
		return 0;
	while (json_next(list, &at, &key, &element))
		if (element.type == JSON_NUMBER && !span_u64(element.raw, UINT32_MAX, &code))
			continue;
	return code;
}

/* The provider's sentence, without the ids that stand in fields of their own. */
static struct span description(struct span text)
{
	size_t at;

	if (span_find(text, SPAN("Trace ID:"), &at))
		text = span_first(text, at);
	return span_trim(text);
}

static bool refusal(const struct http_answer *a, struct token_refusal *r, struct fault *f)
{
	unsigned char room[4096];
	struct buf text = BUF(room);

	get_text(a->body, "error", r->error);
	get_text(a->body, "suberror", r->suberror);
	get_text(a->body, "trace_id", r->trace_id);
	get_text(a->body, "correlation_id", r->correlation_id);
	get_text(a->body, "timestamp", r->timestamp);
	if (json_string(a->body, "error_description", &text) != JSON_FOUND || !buf_ok(&text)) {
		text = BUF(room);
		buf_z(&text, r->error);
	}
	r->aadsts = inner_code(buf_span(&text));
	if (r->aadsts == 0)
		r->aadsts = listed_code(a->body);
	return fault_set(f, FAULT_TOKEN_REFUSED, r->aadsts != 0 ? (int64_t)r->aadsts : a->status,
	                 description(buf_span(&text)));
}

/* "429 Too many" with the seconds of Retry-After (a number, or a date set against the answer's own date). */
static bool busy(const struct http_answer *a, struct fault *f)
{
	uint64_t seconds = 0;
	int64_t then, now;

	if (!span_u64(a->retry_after, 86400, &seconds) && date_http(a->retry_after, &then) &&
	    date_http(a->date, &now) && then > now)
		seconds = (uint64_t)(then - now);
	return fault_set(f, FAULT_HTTP_BUSY, (int64_t)seconds, span_first(a->body, HTTP_EVIDENCE_MAX));
}

static bool wait_status(int status)
{
	return status == 429 || (status >= 500 && status <= 599);
}

static bool not_json(const struct http_answer *a, struct fault *f)
{
	char text[HTTP_EVIDENCE_MAX + 128];
	struct buf b = BUF(text);

	buf_z(&b, "HTTP ");
	buf_u64(&b, (uint64_t)a->status);
	buf_z(&b, ", ");
	buf_put(&b, a->content_type.n != 0 ? span_first(a->content_type, 80) : SPAN("no content type"));
	buf_z(&b, ": ");
	buf_put(&b, span_first(span_trim(a->body), HTTP_EVIDENCE_MAX));
	return fault_set(f, FAULT_HTTP_NOT_JSON, a->status, buf_span(&b));
}

/* access_token, of whatever length, into t. */
static bool take_access(const struct http_answer *a, struct token *t, struct fault *f)
{
	struct buf token = BUF(t->access.p);
	struct json_value v;

	if (json_at(a->body, "access_token", &v) != JSON_FOUND || v.type != JSON_STRING)
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, SPAN("there is no access_token in the answer"));
	if (!json_unescape(&token, v.raw))
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, SPAN("access_token is not a text"));
	if (!buf_ok(&token))
		return fault_limit(f, FAULT_TOKEN_TOO_LONG, v.raw.n - 2, SECRET_MAX);
	t->access.n = (uint32_t)token.n;
	if (token.n == 0)
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, SPAN("access_token is empty"));
	return true;
}

static bool take_token(const struct http_answer *a, struct token *t, struct fault *f)
{
	char type[TOKEN_TEXT_MAX];

	get_text(a->body, "token_type", type);
	if (type[0] != '\0' && !span_eq_nocase(span_z(type), SPAN("Bearer")))
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, span_z(type));
	if (json_int(a->body, "expires_in", &t->expires_in) != JSON_FOUND)
		t->expires_in = 0;
	return take_access(a, t, f) && check_token(t, f);
}

bool token_read(const struct http_answer *a, struct token *t, struct token_refusal *r, struct fault *f)
{
	struct json_value v;
	struct span twice;

	memset(r, 0, sizeof *r);
	memset(t, 0, sizeof *t);
	if (a->status >= 300 && a->status <= 399)
		return fault_set(f, FAULT_HTTP_REDIRECT, a->status, a->location);
	if (!json_check(a->body, &twice) || json_at(a->body, "", &v) != JSON_FOUND || v.type != JSON_OBJECT)
		return wait_status(a->status) ? busy(a, f) : not_json(a, f);
	if (twice.n != 0) {
		struct buf b = { (unsigned char *)r->duplicate, TOKEN_TEXT_MAX - 1, 0, false };

		buf_printable(&b, twice);
	}
	if (wait_status(a->status)) {
		(void)refusal(a, r, &(struct fault){ 0 });
		return busy(a, f);
	}
	if (a->status != 200 || json_at(a->body, "error", &v) == JSON_FOUND)
		return refusal(a, r, f);
	if (take_token(a, t, f))
		return true;
	secret_wipe(&t->access);
	return false;
}

/* True for the keys whose values are credentials. */
static bool is_credential(struct span key)
{
	return span_eq(key, SPAN("\"access_token\"")) || span_eq(key, SPAN("\"refresh_token\"")) ||
	       span_eq(key, SPAN("\"id_token\""));
}

void token_show(const struct http_answer *a, const struct token *t, struct buf *shown)
{
	struct json_value all, element;
	struct span key, rest = a->body;
	size_t at = 0;

	if (json_at(a->body, "", &all) != JSON_FOUND || all.type != JSON_OBJECT) {
		buf_put(shown, span_first(a->body, HTTP_EVIDENCE_MAX));
		return;
	}
	while (json_next(all, &at, &key, &element)) {
		size_t before;

		if (!is_credential(key))
			continue;
		before = (size_t)(element.raw.p - rest.p);
		buf_put(shown, span_first(rest, before));
		buf_z(shown, "\"<");
		if (span_eq(key, SPAN("\"access_token\"")) && t->mark_n != 0) {
			buf_put(shown, token_mark_span(t));
		} else {
			buf_put(shown, span_first(span_from(key, 1), key.n - 2));
			buf_byte(shown, ' ');
			buf_u64(shown, element.raw.n >= 2 ? element.raw.n - 2 : element.raw.n);
			buf_z(shown, " characters");
		}
		buf_z(shown, ">\"");
		rest = span_from(rest, before + element.raw.n);
	}
	buf_put(shown, rest);
}
