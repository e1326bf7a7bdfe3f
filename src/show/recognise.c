#include "show/recognise.h"

#include "text/guid.h"
#include "text/ip.h"

static bool hex(unsigned char c)
{
	unsigned v;

	return span_hex_digit(c, &v);
}

/* What names and words are made of; characters beyond ASCII belong to words. */
static bool wordly(unsigned char c)
{
	return span_alnum_or(c, "_") || c >= 0x80;
}

size_t recognise_escape(struct span s)
{
	static const struct {
		unsigned char lead, kind;
		size_t digits;
	} form[] = {
		{ '%', '\0', 2 }, { '\\', 'x', 2 }, { '\\', 'u', 4 },
		{ '\\', 'n', 0 }, { '\\', 'r', 0 }, { '\\', 't', 0 },
	};

	for (size_t k = 0; k < COUNT(form); k++) {
		size_t head = form[k].kind != '\0' ? 2 : 1, i = head;

		if (s.n < head + form[k].digits || s.p[0] != form[k].lead || (head == 2 && s.p[1] != form[k].kind))
			continue;
		while (i < head + form[k].digits && hex(s.p[i]))
			i++;
		if (i == head + form[k].digits)
			return i;
	}
	return 0;
}

bool recognise_fresh(struct span t, size_t i)
{
	for (size_t n = 2; n <= 6 && n <= i; n++)
		if (recognise_escape(span_first(span_from(t, i - n), n)) == n)
			return true;
	return i == 0 || !(wordly(t.p[i - 1]) || t.p[i - 1] == '-');
}

bool recognise_ended(struct span t, size_t i)
{
	return i == t.n || !(wordly(t.p[i]) || (t.p[i] == '-' && i + 1 < t.n && wordly(t.p[i + 1])));
}

bool recognise_quoted(struct span t, size_t from, size_t to)
{
	struct span before = span_first(t, from), after = span_from(t, to);
	size_t at;

	if (before.n != 0 && !span_ends(before, SPAN("= ")) &&
	    !span_find_byte(SPAN("'\"`(["), before.p[before.n - 1], &at))
		return false;
	return after.n == 0 || span_starts(after, SPAN(" (")) || span_starts(after, SPAN(": ")) ||
	       span_find_byte(SPAN("'\"`)]\\"), after.p[0], &at);
}

size_t recognise_named(struct span t, size_t i, bool *tenant)
{
	static const struct {
		struct span before;
		struct span end;
		bool tenant;
	} form[] = {
		{ SPAN_INIT("directory '"), SPAN_INIT("'"), true },
		{ SPAN_INIT("tenant '"), SPAN_INIT("'"), true },
		{ SPAN_INIT("tenant named "), SPAN_INIT(". "), true },
		{ SPAN_INIT("named '"), SPAN_INIT("'"), false },
		{ SPAN_INIT("'("), SPAN_INIT(")"), false },
	};
	struct span before = span_first(t, i), rest = span_first(span_from(t, i), RECOGNISE_MAX);
	size_t n, at;

	for (size_t k = 0; k < COUNT(form); k++) {
		if (!span_ends(before, form[k].before) || !span_find(rest, form[k].end, &n) ||
		    span_find(span_first(rest, n), SPAN("://"), &at))
			continue;
		*tenant = form[k].tenant;
		return n;
	}
	return 0;
}

bool recognise_traced(struct span before)
{
	static const struct span label[] = {
		SPAN_INIT("trace id"),       SPAN_INIT("trace_id"),       SPAN_INIT("traceid"),
		SPAN_INIT("correlation id"), SPAN_INIT("correlation_id"), SPAN_INIT("correlationid"),
		SPAN_INIT("request-id"),     SPAN_INIT("request id"),     SPAN_INIT("requestid"),
	};

	if (before.n > RECOGNISE_BEFORE)
		before = span_from(before, before.n - RECOGNISE_BEFORE);
	while (before.n != 0 && !wordly(before.p[before.n - 1]))
		before.n--;
	for (size_t i = 0; i < COUNT(label); i++)
		if (span_ends_nocase(before, label[i]))
			return true;
	return false;
}

size_t recognise_guid(struct span t, size_t i)
{
	bool good = guid_ok(span_first(span_from(t, i), GUID_LENGTH)) && recognise_ended(t, i + GUID_LENGTH);

	return good ? GUID_LENGTH : 0;
}

size_t recognise_bare_guid(struct span t, size_t i)
{
	enum { DIGITS = 32 };
	size_t n = 0, letters = 0;

	for (; i + n < t.n && n <= DIGITS && hex(t.p[i + n]); n++)
		letters += !span_is_digit(t.p[i + n]);
	return n == DIGITS && letters != 0 && recognise_ended(t, i + n) ? n : 0;
}

static bool host_char(unsigned char c)
{
	return wordly(c) || c == '-' || c == '.';
}

size_t recognise_host(struct span t, size_t i)
{
	size_t n = 0;

	while (i + n < t.n && n < RECOGNISE_MAX && host_char(t.p[i + n]))
		n++;
	while (n != 0 && !wordly(t.p[i + n - 1]))
		n--;
	return n;
}

static bool lettered(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (wordly(s.p[i]) && !span_is_digit(s.p[i]))
			return true;
	return false;
}

bool recognise_mail(struct span t, size_t i, struct recognise_mail *m)
{
	size_t n = 0;

	while (i + n < t.n && n < RECOGNISE_MAX && (host_char(t.p[i + n]) || t.p[i + n] == '+'))
		n++;
	m->percent = span_starts(span_from(t, i + n), SPAN("%40"));
	if (n == 0 || !(m->percent || span_starts(span_from(t, i + n), SPAN("@"))))
		return false;
	m->local = span_first(span_from(t, i), n);
	n += m->percent ? 3 : 1;
	m->domain = span_first(span_from(t, i + n), recognise_host(t, i + n));
	m->n = n + m->domain.n;
	return lettered(m->domain) && m->local.n + 1 + m->domain.n <= RECOGNISE_MAX;
}

size_t recognise_address(struct span t, size_t i)
{
	struct span run = span_from(t, i);
	size_t n = 0;

	if (i >= 2 && t.p[i - 1] == '.' && wordly(t.p[i - 2]))
		return 0;
	while (n < run.n && n < RECOGNISE_MAX && (hex(run.p[n]) || run.p[n] == '.' || run.p[n] == ':'))
		n++;
	for (; n != 0; n--) {
		bool goes_on = n + 1 < run.n && run.p[n] == '.' && span_is_digit(run.p[n + 1]);
		struct ip ip;

		if (!goes_on && recognise_ended(t, i + n) && ip_get(span_first(run, n), &ip))
			return n;
	}
	return 0;
}
