#include "text/mailmsg.h"

#include "text/base64.h"

enum {
	UID_MAX = 70,   /* RFC 1939 section 7 */
	HOST_MAX = 255, /* RFC 1035 */
	UTF16_MAX = 2 * HOST_MAX
};

static struct span skip_blanks(struct span s)
{
	while (s.n != 0 && span_is_blank(s.p[0]))
		s = span_from(s, 1);
	return s;
}

/* The first word of *s, which then holds what follows it; empty at the end. */
static struct span next_word(struct span *s)
{
	struct span from = skip_blanks(*s);
	size_t n = 0;

	while (n < from.n && !span_is_blank(from.p[n]))
		n++;
	*s = span_from(from, n);
	return span_first(from, n);
}

enum mailmsg_status mailmsg_status(struct span line, struct span *rest)
{
	static const struct {
		struct span word;
		enum mailmsg_status status;
	} row[] = {
		{ SPAN_INIT("+OK"), MAILMSG_OK },
		{ SPAN_INIT("-ERR"), MAILMSG_ERR },
		{ SPAN_INIT("+"), MAILMSG_CONTINUE },
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct span after = span_from(line, row[i].word.n);
		bool ends = after.n == 0 || span_is_blank(after.p[0]);

		if (ends && span_starts_nocase(line, row[i].word)) {
			*rest = span_from(after, 1);
			return row[i].status;
		}
	}
	*rest = line;
	return MAILMSG_OTHER;
}

struct span mailmsg_code(struct span rest, struct span *text)
{
	struct span code, after;
	size_t end;

	*text = rest;
	if (!span_starts(rest, SPAN("[")) || !span_find_byte(rest, ']', &end) || end == 1)
		return span_first(rest, 0);
	code = span_from(span_first(rest, end), 1);
	/* What Exchange puts into brackets, [Error="..." Proxy=...], is evidence and no code. */
	for (size_t i = 0; i < code.n; i++)
		if (code.p[i] <= ' ' || code.p[i] >= 0x7f || code.p[i] == '[' || code.p[i] == '\\')
			return span_first(rest, 0);
	after = span_from(rest, end + 1);
	*text = after.n != 0 && span_is_blank(after.p[0]) ? span_from(after, 1) : after;
	return code;
}

bool mailmsg_is_end(struct span line, struct span *content)
{
	bool dot = line.n != 0 && line.p[0] == '.';

	*content = dot ? span_from(line, 1) : line;
	return dot && line.n == 1;
}

bool mailmsg_stat(struct span rest, uint64_t *messages, uint64_t *octets)
{
	uint64_t count, size;

	if (!span_u64(next_word(&rest), INT64_MAX, &count) || !span_u64(next_word(&rest), INT64_MAX, &size))
		return false;
	*messages = count;
	*octets = size;
	return true;
}

bool mailmsg_list(struct span line, uint64_t *number, uint64_t *octets)
{
	uint64_t which, size;

	if (!mailmsg_stat(line, &which, &size) || which == 0)
		return false;
	*number = which;
	*octets = size;
	return true;
}

bool mailmsg_uidl(struct span line, uint64_t *number, struct span *id)
{
	struct span rest = line, word;
	uint64_t which;

	if (!span_u64(next_word(&rest), INT64_MAX, &which) || which == 0)
		return false;
	word = next_word(&rest);
	if (word.n == 0 || word.n > UID_MAX || rest.n != 0)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 0x21 || word.p[i] > 0x7e)
			return false;
	*number = which;
	*id = word;
	return true;
}

static void capa_sasl(struct mailmsg_capa *c, struct span words)
{
	struct span word = next_word(&words);

	while (word.n != 0) {
		c->xoauth2 |= span_eq_nocase(word, SPAN("XOAUTH2"));
		c->oauthbearer |= span_eq_nocase(word, SPAN("OAUTHBEARER"));
		c->plain |= span_eq_nocase(word, SPAN("PLAIN"));
		word = next_word(&words);
	}
}

void mailmsg_capa(struct mailmsg_capa *c, struct span line)
{
	struct span words = span_trim(line);
	struct span name = next_word(&words);

	c->top |= span_eq_nocase(name, SPAN("TOP"));
	c->uidl |= span_eq_nocase(name, SPAN("UIDL"));
	c->user |= span_eq_nocase(name, SPAN("USER"));
	c->stls |= span_eq_nocase(name, SPAN("STLS"));
	c->pipelining |= span_eq_nocase(name, SPAN("PIPELINING"));
	c->resp_codes |= span_eq_nocase(name, SPAN("RESP-CODES"));
	if (span_eq_nocase(name, SPAN("SASL")))
		capa_sasl(c, words);
}

/* The head of a TLS record: one of the four content types, version 3.0 to 3.4. */
static bool is_tls(struct span s)
{
	return s.n >= 3 && s.p[0] >= 20 && s.p[0] <= 23 && s.p[1] == 3 && s.p[2] <= 4;
}

enum mailmsg_service mailmsg_service(struct span first)
{
	/* Each is short enough for the five bytes that are kept of a failed handshake. */
	static const struct {
		struct span start;
		enum mailmsg_service service;
	} row[] = {
		{ SPAN_INIT("+OK"), MAILMSG_POP3 },   { SPAN_INIT("-ERR"), MAILMSG_POP3 },
		{ SPAN_INIT("* OK"), MAILMSG_IMAP },  { SPAN_INIT("* BYE"), MAILMSG_IMAP },
		{ SPAN_INIT("* PRE"), MAILMSG_IMAP }, /* PREAUTH */
		{ SPAN_INIT("220 "), MAILMSG_SMTP },  { SPAN_INIT("220-"), MAILMSG_SMTP },
		{ SPAN_INIT("421 "), MAILMSG_SMTP },  { SPAN_INIT("554 "), MAILMSG_SMTP },
		{ SPAN_INIT("HTTP/"), MAILMSG_HTTP }, { SPAN_INIT("SSH-"), MAILMSG_SSH },
	};

	for (size_t i = 0; i < COUNT(row); i++)
		if (span_starts_nocase(first, row[i].start))
			return row[i].service;
	return is_tls(first) ? MAILMSG_TLS : MAILMSG_UNKNOWN;
}

/* What stands in the last pair of brackets, which must end the line. */
static bool last_brackets(struct span line, struct span *inner)
{
	struct span s = span_trim(line);
	size_t from;

	if (!span_ends(s, SPAN("]")))
		return false;
	s.n--;
	for (from = s.n; from != 0 && s.p[from - 1] != '['; from--)
		;
	if (from == 0)
		return false;
	*inner = span_from(s, from);
	return true;
}

bool mailmsg_exchange_host(struct span greeting, struct buf *host)
{
	unsigned char utf16[UTF16_MAX], name[HOST_MAX];
	struct buf wide = BUF(utf16), narrow = BUF(name);
	struct span inner;

	if (!last_brackets(greeting, &inner) || !base64_get(&wide, inner) || !buf_ok(&wide) || wide.n == 0 ||
	    wide.n % 2 != 0)
		return false;
	for (size_t i = 0; i < wide.n; i += 2) {
		if (utf16[i + 1] != 0 || !span_alnum_or(utf16[i], ".-_"))
			return false;
		buf_byte(&narrow, utf16[i]);
	}
	buf_put(host, buf_span(&narrow));
	return true;
}

bool mailmsg_backoff(struct span text, uint64_t *milliseconds)
{
	struct span label = SPAN("Suggested Backoff Time:"), rest, number;
	uint64_t wait = INT64_MAX; /* times are signed elsewhere; a longer one is that long, too */
	size_t at;

	if (!span_find_nocase(text, label, &at))
		return false;
	rest = span_from(text, at + label.n);
	number = next_word(&rest);
	for (size_t i = 0; i < number.n; i++)
		if (!span_is_digit(number.p[i]))
			return false;
	if (number.n == 0 || !span_starts_nocase(skip_blanks(rest), SPAN("millisecond")))
		return false;
	if (!span_u64(number, INT64_MAX, &wait))
		wait = INT64_MAX;
	*milliseconds = wait;
	return true;
}
