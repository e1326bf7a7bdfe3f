#include "text/imapmsg.h"

/* The first word of *s, which then holds what follows it and one blank. */
static struct span next_word(struct span *s)
{
	return span_cut(*s, ' ', s);
}

static enum imapmsg_status status_of(struct span word)
{
	static const struct {
		struct span word;
		enum imapmsg_status status;
	} row[] = {
		{ SPAN_INIT("OK"), IMAPMSG_OK },           { SPAN_INIT("NO"), IMAPMSG_NO },
		{ SPAN_INIT("BAD"), IMAPMSG_BAD },         { SPAN_INIT("BYE"), IMAPMSG_BYE },
		{ SPAN_INIT("PREAUTH"), IMAPMSG_PREAUTH },
	};

	for (size_t i = 0; i < COUNT(row); i++)
		if (span_eq_nocase(word, row[i].word))
			return row[i].status;
	return IMAPMSG_DATA;
}

/* The status, and behind it a code in brackets if there is one. */
static void read_status(struct imapmsg *m)
{
	struct span rest = m->words;
	size_t end;

	m->status = status_of(next_word(&rest));
	if (m->status == IMAPMSG_DATA)
		return;
	m->text = rest;
	if (!span_starts(rest, SPAN("[")) || !span_find_byte(rest, ']', &end))
		return;
	m->code = span_from(span_first(rest, end), 1);
	m->text = span_from(rest, end + 1);
	if (span_starts(m->text, SPAN(" ")))
		m->text = span_from(m->text, 1);
}

void imapmsg_read(struct span line, struct span tag, struct imapmsg *m)
{
	struct span rest = line, first = next_word(&rest);

	*m = (struct imapmsg){ IMAPMSG_OTHER, IMAPMSG_DATA, line, span_first(line, 0), line };
	if (span_eq(first, SPAN("+")))
		m->kind = IMAPMSG_CONTINUE;
	else if (span_eq(first, SPAN("*")) && rest.n != 0)
		m->kind = IMAPMSG_UNTAGGED;
	else if (tag.n != 0 && span_eq(first, tag))
		m->kind = IMAPMSG_TAGGED;
	else
		return;
	m->words = m->text = rest;
	if (m->kind != IMAPMSG_CONTINUE)
		read_status(m);
	if (m->kind == IMAPMSG_TAGGED && m->status > IMAPMSG_BAD)
		*m = (struct imapmsg){ IMAPMSG_OTHER, IMAPMSG_DATA, line, span_first(line, 0), line };
}

bool imapmsg_capability(struct imapmsg_capability *c, struct span words)
{
	struct imapmsg_capability found = { .imap = false };

	if (!span_eq_nocase(next_word(&words), SPAN("CAPABILITY")))
		return false;
	while (words.n != 0) {
		struct span word = next_word(&words);

		found.imap |= span_starts_nocase(word, SPAN("IMAP4"));
		found.xoauth2 |= span_eq_nocase(word, SPAN("AUTH=XOAUTH2"));
		found.oauthbearer |= span_eq_nocase(word, SPAN("AUTH=OAUTHBEARER"));
		found.sasl_ir |= span_eq_nocase(word, SPAN("SASL-IR"));
		found.login_disabled |= span_eq_nocase(word, SPAN("LOGINDISABLED"));
		found.starttls |= span_eq_nocase(word, SPAN("STARTTLS"));
	}
	*c = found;
	return true;
}

bool imapmsg_exists(struct span words, uint64_t *messages)
{
	struct span rest = words, number = next_word(&rest);
	uint64_t count;

	if (!span_eq_nocase(span_trim(rest), SPAN("EXISTS")) || !span_u64(number, UINT32_MAX, &count))
		return false;
	*messages = count;
	return true;
}

bool imapmsg_literal(struct span line)
{
	uint64_t size;
	size_t at;

	if (!span_ends(line, SPAN("}")))
		return false;
	line.n--;
	if (span_ends(line, SPAN("+")))
		line.n--;
	for (at = line.n; at != 0 && line.p[at - 1] != '{'; at--)
		continue;
	return at != 0 && span_u64(span_from(line, at), UINT64_MAX, &size);
}
