#include "explain/decode.h"

#include "explain/knowledge.h"
#include "text/base64.h"
#include "text/json.h"
#include "text/jwt.h"
#include "text/oauthbearer.h"
#include "text/xoauth2.h"

#define AGAIN                                                                                                          \
	"Make it again:\n\to2pop encode MAILBOX --access-token-file FILE\nor, in a shell:\n"                           \
	"\tprintf 'user=%s\\001auth=Bearer %s\\001\\001' \"$MAILBOX\" \"$TOKEN\" | base64 -w0"

static const struct {
	const char *id, *name;
} kinds[] = {
	[DECODE_NOTHING] = { "unknown", "unknown" },
	[DECODE_TOKEN] = { "access-token", "access token" },
	[DECODE_ASSERTION] = { "assertion", "assertion" },
	[DECODE_OPAQUE] = { "opaque-token", "opaque token" },
	[DECODE_SASL] = { "xoauth2", "XOAUTH2 string" },
	[DECODE_BEARER] = { "oauthbearer", "OAUTHBEARER string" },
	[DECODE_CHALLENGE] = { "challenge", "challenge of a mail server" },
	[DECODE_PART] = { "part", "one part of a token" },
	[DECODE_OTHER] = { "other", "something else" },
};

const char *decode_kind_name(enum decode_kind kind)
{
	return kinds[kind].name;
}

const char *decode_kind_id(enum decode_kind kind)
{
	return kinds[kind].id;
}

static const struct {
	const char *id;
	bool problem;
	const char *text, *fix;
} findings[DECODE_FOUND__COUNT] = {
#define FINDING(name, id, problem, text, fix) [DECODE_FOUND_##name] = { id, problem, text, fix },
#include "explain/decode.def"
};

const char *decode_finding_id(enum decode_finding f)
{
	return findings[f].id;
}

bool decode_finding_problem(enum decode_finding f)
{
	return findings[f].problem;
}

void decode_fix(const struct decoded *d, size_t i, struct buf *out)
{
	struct knowledge_causes l = { .holds = FOR_ALL };
	struct knowledge_template t;

	buf_z(out, findings[d->found[i].what].fix);
	if (d->found[i].what != DECODE_FOUND_NOT_TOKEN)
		return;
	(void)knowledge_add_row(&l, knowledge_named(KNOWN_SHAPE, span_z(shape_class_id(shape_class(d->shape)))));
	if (l.n != 0) {
		knowledge_cause(l.cause[0], &t);
		buf_z(out, t.fix);
	}
}

void decode_note_of(struct decoded *d, enum decode_finding what, struct span detail)
{
	size_t mark = d->scratch.n;

	for (size_t i = 0; i < d->n; i++)
		if (d->found[i].what == what)
			return;
	if (d->n == DECODE_FINDINGS_MAX)
		return;
	buf_z(&d->scratch, findings[what].text);
	buf_put(&d->scratch, detail);
	d->found[d->n++] = (struct decode_found){ what, span_from(buf_span(&d->scratch), mark) };
}

void decode_note(struct decoded *d, enum decode_finding what)
{
	decode_note_of(d, what, SPAN_NONE);
}

/* PowerShell's > writes UTF-16: every other byte of plain text. */
static struct span from_utf16(struct decoded *d, struct span text)
{
	size_t mark;

	if (!span_starts(text, SPAN("\xff\xfe")))
		return text;
	decode_note(d, DECODE_FOUND_UTF16);
	mark = d->scratch.n;
	for (size_t i = 2; i + 1 < text.n; i += 2)
		buf_byte(&d->scratch, text.p[i + 1] == 0 ? text.p[i] : '?');
	return span_from(buf_span(&d->scratch), mark);
}

static bool quoted(struct span s, const char *mark)
{
	return s.n > 2 && span_starts(s, span_z(mark)) && span_ends(s, span_z(mark));
}

/* Take off what stands around it, and say what should not stand there. */
static struct span peel(struct decoded *d, struct span text)
{
	struct span inside;

	if (span_starts(text, SPAN("\xef\xbb\xbf"))) {
		decode_note(d, DECODE_FOUND_BOM);
		text = span_from(text, 3);
	}
	if (span_ends(text, SPAN("\n")))
		text.n--;
	if (span_ends(text, SPAN("\r")))
		text.n--;
	inside = span_trim(text);
	if (inside.n != text.n)
		decode_note(d, DECODE_FOUND_BLANKS);
	if (quoted(inside, "\"") || quoted(inside, "'")) {
		decode_note(d, DECODE_FOUND_QUOTES);
		inside = span_from(span_first(inside, inside.n - 1), 1);
	}
	return inside;
}

/* Words that belong to a protocol and not to what it carries. */
static struct span without_prefix(struct decoded *d, struct span text)
{
	static const char *const commands[] = { "AUTH XOAUTH2 ", "AUTH OAUTHBEARER " };

	for (size_t i = 0; i < COUNT(commands); i++) {
		if (!span_starts_nocase(text, span_z(commands[i])))
			continue;
		decode_note(d, DECODE_FOUND_ONE_LINE);
		text = span_trim(span_from(text, span_z(commands[i]).n));
	}
	if (span_starts_nocase(text, SPAN("Authorization:")))
		text = span_trim(span_from(text, sizeof "Authorization:" - 1));
	if (span_starts_nocase(text, SPAN("Bearer ")))
		text = span_trim(span_from(text, sizeof "Bearer " - 1));
	if (span_starts(text, SPAN("+ ")))
		text = span_trim(span_from(text, 2));
	return text;
}

/* base64 wraps its lines at 76: put them together. Other texts keep theirs. */
static struct span unwrapped(struct decoded *d, struct span text)
{
	size_t mark, breaks = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' || text.p[i] == '\r')
			breaks++;
		else if (!span_alnum_or(text.p[i], "+/-_=."))
			return text;
	}
	if (breaks == 0)
		return text;
	decode_note(d, DECODE_FOUND_LINE_BREAK);
	mark = d->scratch.n;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			buf_byte(&d->scratch, text.p[i]);
	return span_from(buf_span(&d->scratch), mark);
}

/* Decode whatever is meant to be base64, also without padding and with the other alphabet. */
static bool lenient_base64(struct decoded *d, struct span text, struct span *bytes, bool *url)
{
	size_t mark;

	while (text.n != 0 && text.p[text.n - 1] == '=')
		text.n--;
	*url = false;
	mark = d->scratch.n;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = text.p[i];

		*url = *url || c == '-' || c == '_';
		buf_byte(&d->scratch, c == '+' ? '-' : c == '/' ? '_' : c);
	}
	text = span_from(buf_span(&d->scratch), mark);
	mark = d->scratch.n;
	/* A line that was cut anywhere ends in digits that make no byte. */
	if (!base64_url_get(&d->scratch, text) && !base64_url_get(&d->scratch, span_first(text, text.n - text.n % 4)))
		return false;
	*bytes = span_from(buf_span(&d->scratch), mark);
	return bytes->n != 0 && !d->scratch.full;
}

static bool is_bearer(struct span bytes)
{
	return span_starts_nocase(bytes, SPAN("n,")) || span_starts_nocase(bytes, SPAN("y,"));
}

static void take_bearer(struct decoded *d, struct span frame, bool spelt)
{
	struct oauthbearer o;

	d->kind = DECODE_BEARER;
	decode_note(d, DECODE_FOUND_OAUTHBEARER);
	if (!oauthbearer_get(frame, &d->scratch, &o) && !spelt) /* said already */
		decode_note(d, DECODE_FOUND_OAUTHBEARER_FORM);
	d->user = o.user;
	d->host = o.host;
	d->port = o.port;
	d->token = o.token;
	decode_token(d);
}

static void take_frame(struct decoded *d, struct span frame)
{
	static const enum decode_finding found[] = {
		[XOAUTH2_NO_USER] = DECODE_FOUND_NO_USER,         [XOAUTH2_BLANK_IN_USER] = DECODE_FOUND_BLANK_IN_USER,
		[XOAUTH2_CARET_A] = DECODE_FOUND_CARET_A,         [XOAUTH2_ESCAPE_TEXT] = DECODE_FOUND_ESCAPE_TEXT,
		[XOAUTH2_NO_AUTH] = DECODE_FOUND_NO_AUTH,         [XOAUTH2_BEARER_SPELLING] = DECODE_FOUND_BEARER,
		[XOAUTH2_LINE_BREAK] = DECODE_FOUND_BREAK_INSIDE, [XOAUTH2_NO_TRAILER] = DECODE_FOUND_NO_TRAILER,
		[XOAUTH2_TRAILING] = DECODE_FOUND_TRAILING,
	};
	enum xoauth2_lint lint, spelt = xoauth2_spelt_out(frame);
	bool cut;

	if (spelt != XOAUTH2_GOOD)
		decode_note(d, found[spelt]);
	if (is_bearer(frame)) {
		take_bearer(d, frame, spelt != XOAUTH2_GOOD);
		return;
	}
	d->kind = DECODE_SASL;
	lint = xoauth2_get(frame, &d->user, &d->token);
	cut = lint == XOAUTH2_NO_TRAILER && d->length == DECODE_TTY_LINE; /* said already */
	if (lint != XOAUTH2_GOOD && !cut)
		decode_note(d, found[lint]);
	decode_token(d);
}

static bool is_frame(struct span bytes)
{
	size_t at;

	return span_find_nocase(span_first(bytes, 12), SPAN("user"), &at) ||
	       span_find_nocase(bytes, SPAN("auth=Bearer"), &at);
}

static bool is_object(struct span text)
{
	struct json_value v;

	return json_at(text, "", &v) == JSON_FOUND && v.type == JSON_OBJECT;
}

/* A JSON object: the token endpoint's answer, a challenge, or the inside of a token. */
static void take_object(struct decoded *d, struct span json)
{
	struct json_value v;
	size_t mark = d->scratch.n;

	if (json_string(json, "access_token", &d->scratch) == JSON_FOUND) {
		d->token = span_from(buf_span(&d->scratch), mark);
		d->length = d->token.n;
		if (json_at(json, "refresh_token", &v) == JSON_FOUND)
			decode_note(d, DECODE_FOUND_ANSWER_REFRESH);
		d->kind = DECODE_TOKEN;
		decode_token(d);
		if (d->claims.n == 0)
			d->kind = DECODE_OPAQUE;
		return;
	}
	if (json_at(json, "error", &v) == JSON_FOUND) {
		decode_note(d, DECODE_FOUND_ERROR_ANSWER);
		return;
	}
	if (json_at(json, "status", &v) == JSON_FOUND || json_at(json, "schemes", &v) == JSON_FOUND) {
		d->challenge = json;
		d->kind = DECODE_CHALLENGE;
		return;
	}
	d->kind = DECODE_PART;
	if (json_at(json, "alg", &v) == JSON_FOUND)
		d->header = json;
	else
		d->claims = json;
}

/* base64 of a frame or of a JSON object. */
static bool take_base64(struct decoded *d, struct span text)
{
	struct span bytes;
	bool url;

	if (!lenient_base64(d, text, &bytes, &url))
		return false;
	if (is_bearer(bytes) || is_frame(bytes)) {
		if (url)
			decode_note(d, DECODE_FOUND_BASE64URL);
		if (text.n % 4 != 0 && text.n != DECODE_TTY_LINE)
			decode_note(d, DECODE_FOUND_NO_PADDING);
		take_frame(d, bytes);
		return true;
	}
	if (!is_object(bytes))
		return false;
	take_object(d, bytes);
	return true;
}

static void take_token(struct decoded *d, struct span text)
{
	struct jwt j;
	size_t bad;

	if (text.n < 20 || (!jwt_is_b64token(text, &bad) && !span_starts(text, SPAN("eyJ")) && bad < 20))
		return;
	d->token = text;
	d->kind = jwt_split(text, &j) || span_starts(text, SPAN("eyJ")) ? DECODE_TOKEN : DECODE_OPAQUE;
	decode_token(d);
}

/* No token, and no line with one: what else its form tells. */
static void take_other(struct decoded *d, struct span text)
{
	d->kind = DECODE_OTHER;
	d->shape = shape_find(text);
	decode_note_of(d, DECODE_FOUND_NOT_TOKEN, span_z(shape_what(d->shape)));
}

/* Is it, as a whole, something else? An answer has its token taken out, and what can be sent as a token is one. */
static bool is_other(struct span text)
{
	enum shape s = shape_find(text);
	unsigned class = shape_class(s);
	unsigned here = SHAPE_IS_ACCESS_TOKEN | SHAPE_IS_JWT | SHAPE_IS_ANSWER | SHAPE_IS_SASL;

	return s == SHAPE_MSAL_CACHE || s == SHAPE_PAGE || (class != 0 && (class & here) == 0);
}

void decode_text(struct decoded *d, struct span text, int64_t now, struct buf scratch)
{
	struct jwt j;

	*d = (struct decoded){ .now = now, .scratch = scratch };
	text = without_prefix(d, peel(d, from_utf16(d, text)));
	text = unwrapped(d, text);
	d->length = text.n;
	if (text.n == DECODE_TTY_LINE)
		decode_note(d, DECODE_FOUND_TERMINAL);
	if (text.n == 0)
		return;
	if (is_other(text)) {
		take_other(d, text);
	} else if (is_bearer(text) || (is_frame(text) && text.p[0] != '{')) {
		decode_note(d, DECODE_FOUND_NOT_ENCODED);
		take_frame(d, text);
	} else if (is_object(text)) {
		take_object(d, text);
	} else if (jwt_split(text, &j) || !take_base64(d, text)) {
		take_token(d, text);
	}
}
