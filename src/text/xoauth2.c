#include "text/xoauth2.h"

#include "text/base64.h"
#include "text/json.h"

/* Longest challenge field that is unescaped; what is kept of it is shorter. */
enum { FIELD_MAX = 1024 };

void xoauth2_put(struct buf *out, struct span user, struct span token)
{
	buf_say(out, "user=%.*s\001auth=Bearer %.*s\001\001", SPAN_ARG(user), SPAN_ARG(token));
}

static bool is_break(unsigned char c)
{
	return c == '\r' || c == '\n';
}

/* Take `word` off the start of *s. */
static bool skip_word(struct span *s, struct span word)
{
	if (!span_starts_nocase(*s, word))
		return false;
	*s = span_from(*s, word.n);
	return true;
}

/* Does s start with the byte 1 or with something that was meant to be it? *what: what is wrong with it. */
static size_t separator(struct span s, enum xoauth2_lint *what)
{
	static const struct {
		struct span text;
		enum xoauth2_lint what;
	} row[] = {
		{ SPAN_INIT("\001"), XOAUTH2_GOOD },           { SPAN_INIT("^A"), XOAUTH2_CARET_A },
		{ SPAN_INIT("\\x01"), XOAUTH2_ESCAPE_TEXT },   { SPAN_INIT("\\001"), XOAUTH2_ESCAPE_TEXT },
		{ SPAN_INIT("\\u0001"), XOAUTH2_ESCAPE_TEXT }, { SPAN_INIT("%x01"), XOAUTH2_ESCAPE_TEXT },
		{ SPAN_INIT("%01"), XOAUTH2_ESCAPE_TEXT },     { SPAN_INIT("<01>"), XOAUTH2_ESCAPE_TEXT },
		{ SPAN_INIT("<SOH>"), XOAUTH2_ESCAPE_TEXT },   { SPAN_INIT("\\1"), XOAUTH2_ESCAPE_TEXT },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		if (span_starts_nocase(s, row[i].text)) {
			*what = row[i].what;
			return row[i].text.n;
		}
	}
	return 0;
}

/* A frame while it is read: what is still to come, and the first problem. */
struct reader {
	struct span rest;
	enum xoauth2_lint first;
};

static void note(struct reader *r, enum xoauth2_lint what)
{
	if (r->first == XOAUTH2_GOOD)
		r->first = what;
}

/* Where the mailbox ends: at the byte 1; at text meant to be it, if auth follows, for ^ and \
 * may stand in a mailbox; or at auth=Bearer itself. */
static bool user_ends(struct span s)
{
	enum xoauth2_lint what;
	size_t n = separator(s, &what);

	if (n != 0)
		return what == XOAUTH2_GOOD || span_starts_nocase(span_trim(span_from(s, n)), SPAN("auth"));
	return span_starts_nocase(s, SPAN("auth=Bearer"));
}

static struct span read_user(struct reader *r)
{
	struct span start, user;
	bool named;

	if (!span_starts(r->rest, SPAN("user="))) {
		note(r, XOAUTH2_NO_USER);
		r->rest = span_trim(r->rest);
	}
	named = skip_word(&r->rest, SPAN("user="));
	start = r->rest;
	while (r->rest.n != 0 && !user_ends(r->rest)) {
		if (span_is_blank(r->rest.p[0]))
			note(r, XOAUTH2_BLANK_IN_USER);
		if (is_break(r->rest.p[0]))
			note(r, XOAUTH2_LINE_BREAK);
		r->rest = span_from(r->rest, 1);
	}
	user = span_trim(span_first(start, named ? start.n - r->rest.n : 0));
	if (user.n == 0)
		note(r, XOAUTH2_NO_USER);
	return user;
}

/* One separator, in whatever spelling; `missing` is noted when there is none. */
static void read_separator(struct reader *r, enum xoauth2_lint missing)
{
	enum xoauth2_lint what = missing;
	size_t n = separator(r->rest, &what);

	note(r, what);
	r->rest = span_from(r->rest, n);
}

/* Blanks and line breaks where none may be. */
static void skip_space(struct reader *r)
{
	while (r->rest.n != 0 && span_is_space(r->rest.p[0])) {
		note(r, is_break(r->rest.p[0]) ? XOAUTH2_LINE_BREAK : XOAUTH2_BEARER_SPELLING);
		r->rest = span_from(r->rest, 1);
	}
}

/* What was meant to be auth=Bearer, such as "Auth: bearer:". */
static bool read_misspelt(struct reader *r)
{
	skip_space(r);
	if (!skip_word(&r->rest, SPAN("auth")))
		return false;
	skip_space(r);
	if (!skip_word(&r->rest, SPAN("=")) && !skip_word(&r->rest, SPAN(":")))
		return false;
	skip_space(r);
	if (!skip_word(&r->rest, SPAN("Bearer")))
		return false;
	note(r, XOAUTH2_BEARER_SPELLING);
	skip_space(r);
	if (!skip_word(&r->rest, SPAN(":")))
		(void)skip_word(&r->rest, SPAN("="));
	return true;
}

/* False, with *r untouched, when something else stands here: there is no way on. */
static bool read_scheme(struct reader *r)
{
	struct span right = SPAN("auth=Bearer ");
	struct reader s = *r;

	if (span_starts(s.rest, right))
		s.rest = span_from(s.rest, right.n);
	else if (!read_misspelt(&s))
		return false;
	skip_space(&s);
	*r = s;
	return true;
}

/* Up to the next separator. Blanks stay: they are for whoever checks the token's alphabet. */
static struct span read_token(struct reader *r)
{
	struct span start = r->rest, token;
	enum xoauth2_lint what;

	while (r->rest.n != 0 && separator(r->rest, &what) == 0) {
		if (is_break(r->rest.p[0]))
			note(r, XOAUTH2_LINE_BREAK);
		r->rest = span_from(r->rest, 1);
	}
	token = span_first(start, start.n - r->rest.n);
	while (token.n != 0 && is_break(token.p[token.n - 1]))
		token.n--;
	if (token.n == 0)
		note(r, XOAUTH2_NO_AUTH);
	return token;
}

enum xoauth2_lint xoauth2_get(struct span frame, struct span *user, struct span *token)
{
	struct reader r = { .rest = frame, .first = XOAUTH2_GOOD };

	*token = span_first(frame, 0);
	*user = read_user(&r);
	read_separator(&r, XOAUTH2_NO_AUTH);
	if (!read_scheme(&r)) {
		note(&r, XOAUTH2_NO_AUTH);
		return r.first;
	}
	*token = read_token(&r);
	read_separator(&r, XOAUTH2_NO_TRAILER);
	read_separator(&r, XOAUTH2_NO_TRAILER);
	if (r.rest.n != 0)
		note(&r, XOAUTH2_TRAILING);
	return r.first;
}

/* What follows the byte 1 in a frame of either mechanism: its fields, another one, or nothing. */
static bool field_follows(struct span s)
{
	static const struct span field[] = {
		SPAN_INIT("auth"),
		SPAN_INIT("host="),
		SPAN_INIT("port="),
		SPAN_INIT("Bearer"),
	};
	enum xoauth2_lint what;

	s = span_trim(s);
	for (size_t i = 0; i < COUNT(field); i++)
		if (span_starts_nocase(s, field[i]))
			return true;
	return s.n == 0 || separator(s, &what) != 0;
}

enum xoauth2_lint xoauth2_spelt_out(struct span frame)
{
	for (; frame.n != 0; frame = span_from(frame, 1)) {
		enum xoauth2_lint what = XOAUTH2_GOOD;
		size_t n = separator(frame, &what);

		if (n != 0 && what != XOAUTH2_GOOD && field_follows(span_from(frame, n)))
			return what;
	}
	return XOAUTH2_GOOD;
}

/* A field of the challenge as printable text with a NUL; "" when it is absent. Some servers
 * write the status as a number. */
static void challenge_field(struct span json, const char *key, char *to, size_t cap)
{
	unsigned char bytes[FIELD_MAX];
	struct buf plain = BUF(bytes), shown = buf_field(to, cap);
	struct json_value v;

	if (json_at(json, key, &v) == JSON_FOUND) {
		if (v.type == JSON_NUMBER)
			buf_put(&plain, v.raw);
		else if (v.type == JSON_STRING && !json_unescape(&plain, v.raw))
			plain.n = 0;
	}
	buf_printable(&shown, buf_span(&plain));
}

bool xoauth2_challenge(struct span text, struct buf *json, struct xoauth2_challenge *c)
{
	struct buf before = *json;
	struct json_value whole;
	struct span decoded;

	if (!base64_get(json, span_trim(text)))
		return false;
	decoded = span_from(buf_span(json), before.n);
	if (json->full || json_at(decoded, "", &whole) != JSON_FOUND || whole.type != JSON_OBJECT) {
		json->n = before.n;
		return false;
	}
	challenge_field(decoded, "status", c->status, sizeof c->status);
	challenge_field(decoded, "schemes", c->schemes, sizeof c->schemes);
	challenge_field(decoded, "scope", c->scope, sizeof c->scope);
	return true;
}
