#include "text/smtpmsg.h"

/* "5.7.139" at the start: one of 2, 4, 5, then two numbers of at most three digits, then a blank or the end. */
static struct span enhanced_of(struct span text)
{
	struct span rest, word = span_cut(text, ' ', &rest), number = word;
	uint64_t v;

	for (int i = 0; i < 3; i++) {
		struct span part = span_cut(number, '.', &number);

		if (part.n == 0 || part.n > 3 || !span_u64(part, 999, &v) || (i == 0 && v != 2 && v != 4 && v != 5))
			return span_first(text, 0);
	}
	return number.n == 0 && word.p[word.n - 1] != '.' ? word : span_first(text, 0);
}

bool smtpmsg_read(struct span line, struct smtpmsg *m)
{
	uint64_t code;

	if (line.n < 3 || !span_u64(span_first(line, 3), 599, &code) || code < 200)
		return false;
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')
		return false;
	m->code = (unsigned)code;
	m->more = line.n > 3 && line.p[3] == '-';
	m->text = span_from(line, 4);
	m->enhanced = enhanced_of(m->text);
	return true;
}

void smtpmsg_ehlo(struct smtpmsg_ehlo *e, struct span text)
{
	struct span rest = span_trim(text), word = span_cut(rest, ' ', &rest);

	e->starttls |= span_eq_nocase(word, SPAN("STARTTLS")) && rest.n == 0;
	if (!span_eq_nocase(word, SPAN("AUTH")) && !span_starts_nocase(word, SPAN("AUTH=")))
		return;
	e->auth = true;
	e->xoauth2 |= span_eq_nocase(word, SPAN("AUTH=XOAUTH2")); /* a form from before RFC 2554, still met */
	e->oauthbearer |= span_eq_nocase(word, SPAN("AUTH=OAUTHBEARER"));
	while (rest.n != 0) {
		word = span_cut(rest, ' ', &rest);
		e->xoauth2 |= span_eq_nocase(word, SPAN("XOAUTH2"));
		e->oauthbearer |= span_eq_nocase(word, SPAN("OAUTHBEARER"));
	}
}
