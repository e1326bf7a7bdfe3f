#include "explain/reading.h"

#include <string.h>

#include "ident/shape.h"
#include "text/base64.h"

enum {
	CHALLENGE_MIN = 16, /* characters of base64 */
	CHALLENGE_MAX = 2048,
	LINES_NEAR = 2, /* an answer in JSON may have a line a member */
	TIMES_MAX = 32  /* that the same thing is looked at: the words beside it may differ */
};

void reading_start(struct reading *r)
{
	memset(r, 0, sizeof *r);
	match_prepare(&r->index, KNOWN__COUNT);
	r->line = 1;
}

/* Printable, cut, with a NUL. */
static void keep(unsigned char *out, size_t cap, struct span s)
{
	struct buf b = { .p = out, .cap = cap - 1 };

	buf_printable(&b, s);
	out[b.n] = '\0';
}

/* ---- values ------------------------------------------------------------------------------------ */

/* What stands before a value. */
static const struct {
	const char *label;
	enum reading_value value;
} labels[] = {
	{ "client_id", READING_CLIENT },
	{ "Application with identifier", READING_CLIENT },
	{ "tenant_id", READING_TENANT },
	{ "in the directory", READING_TENANT },
	{ "microsoftonline.com/", READING_TENANT },
	{ "microsoftonline.us/", READING_TENANT },
	{ "scope", READING_SCOPE },
};

static bool value_byte(unsigned char c, enum reading_value of)
{
	return span_alnum_or(c, "-._:@+~%") || (c == '/' && of != READING_TENANT) || (c == ' ' && of == READING_SCOPE);
}

/* What stands between a label and its value: ="' and the like; 0 when it is no label. A quote alone that closes the
 * label's own is none. */
static size_t between(struct span s)
{
	bool sign = false, quote = false;
	size_t n = 0;

	while (n < s.n && n < 5 && memchr("\"':= \\", s.p[n], 6) != NULL) {
		sign = sign || s.p[n] == '=' || s.p[n] == ':';
		quote = quote || (n != 0 && (s.p[n] == '\'' || s.p[n] == '"'));
		n++;
	}
	return sign || quote ? n : 0;
}

/* A label with its value: "client_id=x", "scope": "x y". */
static void value_at(struct reading *r, struct span text, size_t at)
{
	unsigned char c = span_lower(text.p[at]);

	for (size_t i = 0; i < COUNT(labels); i++) {
		enum reading_value of = labels[i].value;
		unsigned char *value = r->value[of];
		struct span label, s;
		size_t n;

		if (value[0] != '\0' || span_lower((unsigned char)labels[i].label[0]) != c)
			continue;
		label = span_z(labels[i].label);
		if (!span_starts_nocase(span_from(text, at), label))
			continue;
		s = span_from(text, at + label.n);
		n = between(s);
		if (n == 0 && !span_ends(label, SPAN("/")))
			continue;
		s = span_from(s, n);
		for (n = 0; n < s.n && value_byte(s.p[n], of); n++)
			continue;
		if (n >= 4)
			keep(value, READING_VALUE_MAX, span_trim(span_first(s, n)));
	}
}

/* ---- hits -------------------------------------------------------------------------------------- */

/* The part of the text that belongs to the same answer. */
static struct span around(struct span text, size_t at, size_t n)
{
	size_t from = at > READING_NEAR ? at - READING_NEAR : 0;

	return span_first(span_from(text, from), at - from + n + READING_NEAR);
}

static struct reading_hit *known_hit(struct reading *r, unsigned row, uint64_t aadsts)
{
	unsigned base = row != KNOWLEDGE_NOTHING && aadsts == 0 ? knowledge_base(row) : row;

	for (unsigned i = 0; i < r->hits; i++) {
		struct reading_hit *h = &r->hit[i];

		if (h->aadsts == aadsts &&
		    (h->row == row || (aadsts == 0 && h->row != KNOWLEDGE_NOTHING && knowledge_base(h->row) == base)))
			return h;
	}
	return NULL;
}

/* Note which rows of the key have their words here: the same code may come again with others. */
static void note_rows(struct reading_hit *h, unsigned row, struct span said)
{
	for (; row != KNOWLEDGE_NOTHING; row = knowledge_next(row)) {
		unsigned i = 0;

		while (i < h->n && h->maybe[i] != row)
			i++;
		if (i == h->n && h->n < READING_ROWS_MAX && knowledge_words(row, said))
			h->maybe[h->n++] = (uint16_t)row;
	}
}

static bool is_host(struct span host, const char *known)
{
	return known != NULL && span_eq_nocase(host, span_z(known));
}

/* A host of a provider's: then it is not misspelt. Of Microsoft's clouds the last that is not the worldwide one
 * counts. */
static void note_host(struct reading *r, struct span host)
{
	const struct provider *p;

	for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
		if (!is_host(host, p->authority) && !is_host(host, p->pop_host) && !is_host(host, p->imap_host) &&
		    !is_host(host, p->smtp_host))
			continue;
		r->own_host = true;
		if (p->cloud != CLOUD_UNKNOWN && (r->provider == NULL || i != 0)) {
			r->provider = p;
			return;
		}
	}
}

static void note(struct reading *r, const struct match_hit *m, struct span text, size_t at)
{
	struct reading_hit *h;

	r->met = true;
	if (m->row != KNOWLEDGE_NOTHING && r->times[m->row]++ >= TIMES_MAX) {
		r->times[m->row]--;
		return;
	}
	h = known_hit(r, m->row, m->aadsts);
	if (m->row != KNOWLEDGE_NOTHING)
		knowledge_prove(&r->proved, knowledge_marks(m->row));
	if (m->aadsts != 0)
		knowledge_prove(&r->proved, FOR_ENTRA | FOR_HTTP);
	if (m->row != KNOWLEDGE_NOTHING && knowledge_kind(m->row) == KNOWN_CLUE) {
		note_host(r, span_first(span_from(text, at), m->n));
		return;
	}
	if (h == NULL && r->hits < READING_HITS_MAX) {
		h = &r->hit[r->hits++];
		*h = (struct reading_hit){ .row = m->row, .aadsts = m->aadsts, .at = r->offset + at, .line = r->line };
		keep(h->what, sizeof h->what, span_first(span_from(text, at), m->n));
	}
	if (h != NULL)
		note_rows(h, m->row, around(text, at, m->n));
}

/* ---- what stands in the place of a token or a secret --------------------------------------------- */

/* What stands before one, and what belongs there. A name is told only where a program has really sent it: elsewhere it
 * is a piece of its source. */
static const struct {
	const char *label;
	unsigned wanted; /* SHAPE_IS_... */
} places[] = {
	{ "auth=Bearer ", SHAPE_IS_ACCESS_TOKEN | SHAPE_IS_JWT },
	{ "Authorization: Bearer ", SHAPE_IS_ACCESS_TOKEN | SHAPE_IS_JWT | SHAPE_IS_NAME },
	{ "access_token", SHAPE_IS_ACCESS_TOKEN | SHAPE_IS_JWT | SHAPE_IS_NAME },
	{ "refresh_token", SHAPE_IS_REFRESH_TOKEN | SHAPE_IS_JWT | SHAPE_IS_NAME },
	{ "client_secret", SHAPE_IS_SECRET | SHAPE_IS_JWT | SHAPE_IS_NAME | SHAPE_IS_OTHER },
	{ "client_id",
	  SHAPE_IS_ID | SHAPE_IS_JWT | SHAPE_IS_NAME | SHAPE_IS_OTHER | SHAPE_IS_PASSWORD | SHAPE_IS_ANSWER },
};

/* A value of this form, in the place of another; what is kept of it is its form. */
static void note_shape(struct reading *r, enum shape s, size_t at)
{
	unsigned row = knowledge_named(KNOWN_SHAPE, span_z(shape_class_id(shape_class(s))));

	if (r->hits == READING_HITS_MAX || known_hit(r, row, 0) != NULL)
		return;
	r->met = true;
	r->hit[r->hits] = (struct reading_hit){ .row = row, .at = r->offset + at, .line = r->line };
	keep(r->hit[r->hits].what, READING_WHAT_MAX, span_z(shape_what(s)));
	r->hits++;
}

/* A label with something else behind it than what belongs there. */
static void shape_at(struct reading *r, struct span text, size_t at)
{
	unsigned char c = span_lower(text.p[at]);

	if (c != 'a' && c != 'r' && c != 'c') /* with which they all begin */
		return;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct span label, s;
		enum shape shape;
		size_t n;

		if (span_lower((unsigned char)places[i].label[0]) != c)
			continue;
		label = span_z(places[i].label);
		if (!span_starts_nocase(span_from(text, at), label))
			continue;
		s = span_from(text, at + label.n);
		n = between(s);
		if (n == 0 && !span_ends(label, SPAN(" ")))
			continue;
		s = span_from(s, n);
		for (n = 0; n < s.n && s.p[n] > ' ' && memchr("\"'&,;<>^", s.p[n], 8) == NULL; n++)
			continue;
		shape = shape_find(span_first(s, n));
		/* client_id=undefined was sent so, whatever else may be a piece of a program */
		if (shape != SHAPE_NONE &&
		    ((shape_class(shape) & places[i].wanted) == 0 || (shape == SHAPE_NOTHING && s.p[-1] == '=')))
			note_shape(r, shape, at);
	}
}

/* ---- challenges -------------------------------------------------------------------------------- */

static size_t base64_run(struct span text, size_t at)
{
	size_t n = 0;

	while (at + n < text.n && n <= CHALLENGE_MAX && span_alnum_or(text.p[at + n], "+/="))
		n++;
	return n;
}

/* In base64: {"status":...}, which a server sends before it refuses a token, and the user of a login. The parts of a
 * JWT, which begin alike, are followed by a full stop. Returns how long it is, 0 for none. */
static size_t encoded_at(struct reading *r, struct span text, size_t at)
{
	unsigned char bytes[CHALLENGE_MAX];
	struct buf decoded = BUF(bytes);
	size_t n = base64_run(text, at);
	bool login = span_starts(span_from(text, at), SPAN("dXNlcj")); /* user= */
	struct match_hit m;

	if ((!login && !span_starts(span_from(text, at), SPAN("eyJ"))) || n < CHALLENGE_MIN ||
	    (n > CHALLENGE_MAX && !login) || (at + n < text.n && text.p[at + n] == '.') ||
	    (at != 0 && span_alnum_or(text.p[at - 1], ".+/")) ||
	    !base64_get(&decoded, span_first(span_from(text, at), n > CHALLENGE_MAX ? CHALLENGE_MAX : n)))
		return 0;
	if (!login && r->value[READING_CHALLENGE][0] == '\0')
		keep(r->value[READING_CHALLENGE], READING_VALUE_MAX, buf_span(&decoded));
	r->met = true;
	knowledge_prove(&r->proved, FOR_TOKEN);
	for (size_t i = 0; i < decoded.n; i++)
		bytes[i] = bytes[i] == 1 ? ' ' : bytes[i]; /* what parts a login's text */
	for (size_t i = 0; i < decoded.n; i++) {
		shape_at(r, buf_span(&decoded), i);
		if (match_at(&r->index, buf_span(&decoded), i, &m)) {
			note(r, &m, buf_span(&decoded), i);
			i += m.n - 1;
		}
	}
	return n;
}

/* ---- lines ------------------------------------------------------------------------------------- */

/* Does it look as if somebody should know of it? */
static bool like_error(struct span line)
{
	static const char *const words[] = { "err",    "fail",   "refus",     "denied", "invalid", "exception",
		                             "cannot", "unable", "timed out", "NO ",    "BAD ",    "reject" };

	for (size_t at = 0; at < line.n; at++) {
		bool camel = line.p[at] >= 'A' && line.p[at] <= 'Z'; /* IOException */

		if (at != 0 && !camel && match_wordly(line.p[at - 1]))
			continue;
		for (size_t i = 0; i < COUNT(words); i++)
			if (((line.p[at] ^ words[i][0]) & 0x5f) == 0 && /* the same letter */
			    span_starts_nocase(span_from(line, at), span_z(words[i])))
				return true;
	}
	return false;
}

static void end_line(struct reading *r, struct span line)
{
	line = span_trim(line);
	if (line.n != 0) {
		r->lines++;
		r->understood += r->met;
		if (!r->met && r->losts < READING_LOST_MAX && like_error(line)) {
			r->lost[r->losts].line = r->line;
			keep(r->lost[r->losts++].text, READING_VALUE_MAX, line);
		}
	}
	r->met = false;
	r->line++;
}

/* The line that ends at text[at]. */
static struct span line_before(struct span text, size_t at)
{
	size_t from = at;

	while (from != 0 && text.p[from - 1] != '\n')
		from--;
	return span_first(span_from(text, from), at - from);
}

void reading_take(struct reading *r, struct span text, size_t from, size_t to)
{
	uint64_t begin = r->offset;
	struct match_hit m;

	if (from == 0 && to == text.n && match_number(span_trim(text), &m))
		note(r, &m, span_trim(text), 0);
	r->offset -= from; /* the offset of text.p */
	for (size_t at = from; at < to;) {
		bool word = at == 0 || !match_wordly(text.p[at - 1]);
		size_t n;

		if (text.p[at] == '\n') {
			end_line(r, line_before(text, at++));
			continue;
		}
		if (word && (text.p[at] == 'e' || text.p[at] == 'd') && (n = encoded_at(r, text, at)) != 0) {
			at += n;
			continue;
		}
		if (word)
			value_at(r, text, at);
		if (word || text.p[at - 1] == 'A') /* ^Aauth=Bearer */
			shape_at(r, text, at);
		if (!match_at(&r->index, text, at, &m)) {
			at++;
			continue;
		}
		note(r, &m, text, at);
		at += m.n;
	}
	r->offset = begin + (to - from);
	if (to == text.n)
		end_line(r, line_before(text, to));
}

/* ---- the end ----------------------------------------------------------------------------------- */

/* Of the rows whose words were there, the most specific that holds. */
static unsigned chosen(const struct reading_hit *h, unsigned holds)
{
	unsigned best = h->row;

	for (unsigned i = 0; i < h->n; i++)
		if (knowledge_weight(h->maybe[i], holds) > knowledge_weight(best, holds))
			best = h->maybe[i];
	return best;
}

/* How much a hit says: nothing that leads further, a general word, the matter itself. */
static int rank(const struct reading_hit *h)
{
	struct knowledge_causes l = { .holds = FOR_ALL };

	if (h->row == KNOWLEDGE_NOTHING)
		return 3;
	return !knowledge_add_row(&l, h->row) || l.n == 0 ? 1 : knowledge_general(h->row) ? 2 : 3;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static bool same_answer(const struct reading_hit *a, const struct reading_hit *b)
{
	return apart(a->line, b->line) <= LINES_NEAR && apart(a->at, b->at) < READING_NEAR;
}

/* What it leads to first, among what holds. */
static enum cause first_cause(const struct reading *r, const struct reading_hit *h)
{
	struct knowledge_causes l = { .holds = r->holds };

	(void)knowledge_add_row(&l, h->row);
	return l.n != 0 ? l.cause[0] : CAUSE_NONE;
}

/* The same is said once. */
static bool said_before(const struct reading *r, unsigned n)
{
	enum cause c = first_cause(r, &r->hit[n]);

	for (unsigned i = 0; i < n && c != CAUSE_NONE; i++)
		if (r->hit[i].shown && same_answer(&r->hit[i], &r->hit[n]) && first_cause(r, &r->hit[i]) == c)
			return true;
	return false;
}

/* A general word is silent beside what says more. */
static bool outdone(const struct reading *r, const struct reading_hit *h)
{
	bool general = h->row != KNOWLEDGE_NOTHING && knowledge_general(h->row);

	for (unsigned i = 0; general && i < r->hits; i++)
		if (rank(&r->hit[i]) > rank(h) && same_answer(h, &r->hit[i]))
			return true;
	return false;
}

/* The higher, the more a reader gains by it. */
static int worth(const struct reading_hit *h)
{
	return h->shown ? rank(h) : 0;
}

static const struct provider *the_provider(const struct reading *r)
{
	switch (r->holds & FOR_PROVIDERS) {
	case FOR_GOOGLE:
		return provider_find(SPAN("google"));
	case FOR_PERSONAL:
		return provider_find(SPAN("outlook-personal"));
	case FOR_YAHOO:
	case FOR_CUSTOM:
	case FOR_YAHOO | FOR_CUSTOM:
		return provider_find(SPAN("custom"));
	default:
		return r->provider;
	}
}

void reading_end(struct reading *r)
{
	r->holds = knowledge_narrow(r->proved);
	for (unsigned i = 0; i < r->hits; i++) {
		r->hit[i].row = chosen(&r->hit[i], r->holds);
		if (r->hit[i].row != KNOWLEDGE_NOTHING)
			knowledge_prove(&r->proved, knowledge_marks(r->hit[i].row));
	}
	r->holds &= knowledge_narrow(r->proved);
	r->holds |= r->own_host ? UNLESS_OWN_HOST : 0;
	r->provider = the_provider(r);
	for (unsigned i = 0; i < r->hits; i++)
		r->hit[i].shown = !outdone(r, &r->hit[i]);
	for (unsigned i = 1; i < r->hits; i++) { /* stable: as they stand in the text */
		struct reading_hit h = r->hit[i];
		unsigned k = i;

		for (; k != 0 && worth(&r->hit[k - 1]) < worth(&h); k--)
			r->hit[k] = r->hit[k - 1];
		r->hit[k] = h;
	}
	for (unsigned i = 0; i < r->hits; i++)
		r->hit[i].shown = r->hit[i].shown && !said_before(r, i);
	for (unsigned i = 0, n = 0; i < r->hits; i++) /* those that are shown first, without gaps */
		if (r->hit[i].shown) {
			struct reading_hit h = r->hit[i];

			r->hit[i] = r->hit[n];
			r->hit[n++] = h;
		}
}

void reading_context(const struct reading *r, struct buf *out)
{
	static const struct {
		unsigned bits;
		const char *words;
	} names[] = {
		{ FOR_ENTRA, "Microsoft" },
		{ FOR_GOOGLE, "Google" },
		{ FOR_YAHOO, "Yahoo" },
		{ FOR_CUSTOM, "a mail server of another kind" },
		{ FOR_HTTP, "the request for a token" },
		{ FOR_POP3, "POP3" },
		{ FOR_IMAP, "IMAP" },
		{ FOR_SMTP, "SMTP" },
		{ FOR_TOKEN, "a login with a token" },
		{ FOR_PASSWORD, "a login with a password" },
		{ FOR_APPLICATION, "an application's own token" },
		{ FOR_PERSON, "a person's token" },
		{ FOR_CONSUMER, "a personal account" },
		{ FOR_OTHER_API, "the scope of another API" },
	};
	const char *comma = "";

	for (size_t i = 0; i < COUNT(names); i++)
		if ((r->proved & names[i].bits) != 0) {
			buf_say(out, "%s%s", comma, names[i].words);
			comma = ", ";
		}
}

const char *reading_value_id(enum reading_value v)
{
	static const char *const ids[READING_VALUES] = {
		[READING_CLIENT] = "client_id",
		[READING_TENANT] = "tenant_id",
		[READING_SCOPE] = "scope",
		[READING_CHALLENGE] = "challenge",
	};

	return ids[v];
}
