#include "ident/token.h"

#include <string.h>

#include "net/tls.h"
#include "text/date.h"
#include "text/guid.h"
#include "text/json.h"
#include "text/jsontok.h"
#include "text/jwt.h"

enum {
	CREDENTIAL_MIN = 24, /* characters; no word is that long, and no token that short */
	NAME_LONGEST = 48,   /* of letters alone: UserStrongAuthClientAuthNRequiredInterrupt */
	SHA1_DIGITS = 40,    /* of a certificate's thumbprint */
	KEY_MAX = 64         /* bytes of a member's name; no longer one is known */
};

void token_mark(struct token *t)
{
	unsigned char digest[32];
	struct buf b = BUF(t->mark);

	tls_sha256(secret_reveal(&t->access), digest);
	buf_say(&b, "token %zu characters sha256:", secret_length(&t->access));
	buf_hex(&b, (struct span){ digest, 4 });
	t->mark_n = (uint32_t)b.n;
}

struct span token_mark_span(const struct token *t)
{
	return (struct span){ (const unsigned char *)t->mark, t->mark_n };
}

static bool check_token(struct token *t, struct fault *f)
{
	size_t bad;

	if (!jwt_is_b64token(secret_reveal(&t->access), &bad)) {
		(void)fault_say(f, FAULT_TOKEN_ALPHABET, 0, "character %zu of %zu", bad + 1, secret_length(&t->access));
		secret_wipe(&t->access);
		return false;
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

/* ---- answers that are no token ------------------------------------------------------------------- */

/* How long what could be a credential is; in JSON some of its characters may be escaped. */
static size_t run(struct span s)
{
	size_t n = 0, more;

	do {
		struct span rest = span_from(s, n);
		size_t escape = span_starts(rest, SPAN("\\/")) ? 2 : span_starts(rest, SPAN("\\u00")) ? 6 : 0;

		more = span_run(rest, "-_~+=");
		if (more == 0 && escape <= rest.n)
			more = escape;
		n += more;
	} while (more != 0);
	return n;
}

/* Is a run in a sentence a credential, and no id, thumbprint or long word? */
static bool is_secret(struct span s)
{
	bool digit = false, hex = true;
	unsigned v;

	for (size_t i = 0; i < s.n; i++) {
		digit = digit || span_is_digit(s.p[i]);
		hex = hex && span_hex_digit(s.p[i], &v);
	}
	return s.n >= CREDENTIAL_MIN && (digit || s.n >= NAME_LONGEST) && !guid_ok(s) && !(hex && s.n == SHA1_DIGITS);
}

/* A text of the answer, without what could be a credential in it. */
static void put_words(struct buf *b, struct span text)
{
	for (size_t n; text.n != 0; text = span_from(text, n)) {
		n = run(text);
		if (is_secret(span_first(text, n)))
			buf_say(b, "<%zu characters>", n);
		else
			buf_put(b, span_first(text, n != 0 ? n : (n = 1)));
	}
}

/* The values that are credentials. */
static const char *const names[] = { "access_token", "refresh_token", "id_token", "device_code" };

/* A piece of a body as evidence. In an answer that cannot be read a token may stand anywhere: behind its name all is
 * left out, and elsewhere every long run of letters that is no ID; neither dot nor slash, which addresses have, is in
 * such a run. */
static void put_body(struct buf *b, struct span body)
{
	struct span rest = span_trim(body), shown;
	size_t left, at;

	shown = span_first(rest, HTTP_EVIDENCE_MAX);
	left = shown.n;
	for (size_t i = 0; i < COUNT(names); i++)
		if (span_find_nocase(shown, span_z(names[i]), &at) && at < left)
			left = at;
	for (size_t n; left != 0; left = n < left ? left - n : 0, rest = span_from(rest, n)) {
		n = span_run(rest, "-_~+=");
		if (n < CREDENTIAL_MIN || guid_ok(span_first(rest, n))) {
			n = n != 0 ? n : 1;
			buf_put(b, span_first(rest, n < left ? n : left));
			continue;
		}
		buf_say(b, "<%zu characters>", n);
	}
	if (rest.n != 0 && rest.p < shown.p + shown.n)
		buf_z(b, "<a token may follow: not shown>");
}

/* "HTTP 407, text/html: <html>..." */
static bool unexpected(const struct http_answer *a, enum fault_code code, struct fault *f)
{
	char text[HTTP_EVIDENCE_MAX + 160];
	struct buf b = BUF(text);

	struct span type = a->content_type.n != 0 ? span_first(a->content_type, 80) : SPAN("no content type");

	buf_say(&b, "HTTP %d, %.*s: ", a->status, SPAN_ARG(type));
	put_body(&b, a->body);
	return fault_set(f, code, a->status, buf_span(&b));
}

/* "429 Too many", with the seconds of Retry-After (a number, or a date set against the answer's own date). */
static bool busy(const struct http_answer *a, struct span words, struct fault *f)
{
	char text[HTTP_EVIDENCE_MAX + 40];
	struct buf b = BUF(text);
	uint64_t seconds = 0;
	int64_t then, now;

	if (!span_u64(a->retry_after, 86400, &seconds) && date_http(a->retry_after, &then) &&
	    date_http(a->date, &now) && then > now)
		seconds = (uint64_t)(then - now);
	if (words.n != 0)
		return fault_set(f, FAULT_HTTP_BUSY, (int64_t)seconds, words);
	put_body(&b, a->body);
	return fault_set(f, FAULT_HTTP_BUSY, (int64_t)seconds, buf_span(&b));
}

static bool wait_status(int status)
{
	return status == 429 || (status >= 500 && status <= 599);
}

/* A JSON object that is not the answer to a good request. */
static bool refusal(const struct http_answer *a, struct refusal *r, struct fault *f)
{
	unsigned char scratch[REFUSAL_SENTENCE_MAX], words[REFUSAL_SENTENCE_MAX];
	struct buf text = BUF(scratch), shown = BUF(words);
	struct span sentence;

	put_words(&shown, refusal_read(a->body, r, &text));
	sentence = buf_span(&shown);

	if (wait_status(a->status) || span_eq(span_z(r->error), SPAN("temporarily_unavailable")) ||
	    span_eq(span_z(r->error), SPAN("slow_down")))
		return busy(a, sentence, f);
	if (r->error[0] == '\0' && r->aadsts == 0)
		return unexpected(a, FAULT_HTTP_STATUS, f);
	return fault_set(f, FAULT_TOKEN_REFUSED, r->aadsts != 0 ? (int64_t)r->aadsts : a->status, sentence);
}

/* ---- the token ----------------------------------------------------------------------------------- */

/* access_token, of whatever length, into t. */
static bool take_token(const struct http_answer *a, struct token *t, struct fault *f)
{
	char scratch[80];
	struct buf type = BUF(scratch), token = BUF(t->access.p);
	struct json_value v;

	if (json_string(a->body, "token_type", &type) == JSON_FOUND &&
	    (type.full || (type.n != 0 && !span_eq_nocase(buf_span(&type), SPAN("Bearer")))))
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, buf_span(&type));
	if (json_int(a->body, "expires_in", &t->expires_in) != JSON_FOUND)
		t->expires_in = 0;
	if (json_at(a->body, "access_token", &v) != JSON_FOUND || v.type != JSON_STRING)
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, SPAN("there is no access_token in the answer"));
	if (!json_unescape(&token, v.raw))
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, SPAN("access_token is not a text"));
	if (!buf_ok(&token))
		return fault_limit(f, FAULT_TOKEN_TOO_LONG, v.raw.n - 2, SECRET_MAX);
	t->access.n = (uint32_t)token.n;
	if (token.n == 0)
		return fault_set(f, FAULT_TOKEN_MALFORMED, a->status, SPAN("access_token is empty"));
	return check_token(t, f);
}

/* A JSON object, and no redirect; else the fault. */
static bool readable(const struct http_answer *a, struct refusal *r, struct fault *f)
{
	struct buf duplicate = buf_field(r->duplicate, sizeof r->duplicate);
	struct json_value v;
	struct span twice;

	memset(r, 0, sizeof *r);
	if (a->status >= 300 && a->status <= 399)
		return fault_set(f, FAULT_HTTP_REDIRECT, a->status, a->location);
	if (!json_check(a->body, &twice) || json_at(a->body, "", &v) != JSON_FOUND || v.type != JSON_OBJECT)
		return wait_status(a->status) ? busy(a, SPAN(""), f) : unexpected(a, FAULT_HTTP_NOT_JSON, f);
	buf_printable(&duplicate, twice);
	return true;
}

bool token_refused(const struct http_answer *a, struct refusal *r, struct fault *f)
{
	return readable(a, r, f) && refusal(a, r, f);
}

/* RFC 6749 appendix A.17: printable ASCII. */
static void take_refresh(const struct http_answer *a, struct secret *refresh)
{
	struct buf b = BUF(refresh->p);

	if (json_string(a->body, "refresh_token", &b) != JSON_FOUND || !buf_ok(&b))
		b.n = 0;
	refresh->n = (uint32_t)b.n;
	for (size_t i = 0; i < b.n; i++)
		if (refresh->p[i] < 0x20 || refresh->p[i] > 0x7e)
			refresh->n = 0;
	if (refresh->n == 0)
		secret_wipe_bytes(refresh->p, b.n);
}

bool token_read(const struct http_answer *a, struct token *t, struct secret *refresh, struct refusal *r,
                struct fault *f)
{
	struct json_value v;

	t->mark_n = 0;
	secret_wipe(&t->access);
	secret_wipe(refresh);
	if (!readable(a, r, f))
		return false;
	if (a->status != 200 || json_at(a->body, "error", &v) == JSON_FOUND)
		return refusal(a, r, f);
	if (take_token(a, t, f)) {
		take_refresh(a, refresh);
		return true;
	}
	secret_wipe_bytes(&t->access, sizeof t->access); /* what did not become a token has no length yet */
	return false;
}

bool token_clock(const struct http_answer *a, const struct refusal *r, int64_t *unix_s)
{
	return date_http(a->date, unix_s) || date_iso(span_z(r->timestamp), unix_s) ||
	       date_iso(span_z(r->server_time), unix_s);
}

/* ---- for the transcript -------------------------------------------------------------------------- */

/* Is this the name of a value that is a credential, however it is escaped and spelt: access_token, accessToken,
 * ACCESS-TOKEN? What only begins so is none: token_type, code_challenge_methods_supported. */
static bool is_credential(struct span key)
{
	static const struct span ends[] = { SPAN_INIT("token"), SPAN_INIT("secret"), SPAN_INIT("assertion"),
		                            SPAN_INIT("password"), SPAN_INIT("devicecode") };
	char text[KEY_MAX], letters[KEY_MAX];
	struct buf b = BUF(text), plain = BUF(letters);

	if (!json_unescape(&b, key) || !buf_ok(&b))
		return false;
	for (size_t i = 0; i < b.n; i++)
		if (span_alnum_or(b.p[i], ""))
			buf_byte(&plain, b.p[i]);
	for (size_t i = 0; i < COUNT(ends); i++)
		if (span_ends_nocase(buf_span(&plain), ends[i]))
			return true;
	return false;
}

/* "<token 2184 characters sha256:...>" or "<refresh_token 800 characters>" instead of a value. */
static void put_stand_in(struct span key, struct span value, const struct token *t, struct buf *shown)
{
	buf_z(shown, "\"<");
	if (span_eq(key, SPAN("\"access_token\"")) && t->mark_n != 0) {
		buf_put(shown, token_mark_span(t));
	} else {
		(void)!json_unescape(shown, key);
		buf_say(shown, " %zu characters", value.n >= 2 ? value.n - 2 : value.n);
	}
	buf_z(shown, ">\"");
}

void token_show(const struct http_answer *a, const struct token *t, struct buf *shown)
{
	struct jsontok scan = { .text = a->body };
	struct span key = SPAN_NONE, rest = a->body;
	struct json_value all;
	enum jsontok_event event;

	if (json_at(a->body, "", &all) != JSON_FOUND || all.type != JSON_OBJECT) {
		put_body(shown, a->body);
		return;
	}
	while ((event = jsontok_next(&scan)) != JSONTOK_END && event != JSONTOK_BAD) {
		if (event == JSONTOK_KEY) /* counts until the next one: its value may be a list */
			key = scan.token;
		if (event != JSONTOK_SCALAR)
			continue;
		buf_put(shown, span_first(rest, (size_t)(scan.token.p - rest.p)));
		rest = span_from(rest, (size_t)(scan.token.p - rest.p) + scan.token.n);
		if (is_credential(key))
			put_stand_in(key, scan.token, t, shown);
		else
			put_words(shown, scan.token);
	}
	buf_put(shown, rest);
}
