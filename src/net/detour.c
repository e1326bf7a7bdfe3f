#include "net/detour.h"

#include "text/url.h"

/* "HOST:PORT", each perhaps empty, up to the next colon or the end. */
static bool take_end(struct span *text, struct detour_end *e)
{
	uint64_t port = 0;
	struct span number;
	size_t close;

	if (span_starts(*text, SPAN("["))) {
		if (!span_find_byte(*text, ']', &close) || close + 1 == text->n || text->p[close + 1] != ':')
			return false;
		e->host = span_from(span_first(*text, close), 1);
		*text = span_from(*text, close + 2);
		if (!url_is_address(e->host))
			return false;
	} else {
		e->host = span_cut(*text, ':', text);
		if (e->host.n != 0 && !url_is_name(e->host))
			return false;
	}
	number = span_cut(*text, ':', text);
	if (number.n != 0 && (!span_u64(number, UINT16_MAX, &port) || port == 0))
		return false;
	e->port = (uint16_t)port;
	return true;
}

bool detour_next(struct span *table, struct detour *e, bool *good)
{
	struct span text;
	size_t n = 0, colons = 0;
	bool bracket = false;

	*table = span_trim(*table);
	while (n < table->n && !span_is_space(table->p[n])) {
		bracket = table->p[n] == '[' || (bracket && table->p[n] != ']');
		colons += !bracket && table->p[n] == ':';
		n++;
	}
	text = span_first(*table, n);
	*table = span_from(*table, n);
	*good = colons == 3 && take_end(&text, &e->from) && take_end(&text, &e->to);
	return n != 0;
}

bool detour_table(struct span table)
{
	struct detour e;
	bool good;

	while (detour_next(&table, &e, &good))
		if (!good)
			return false;
	return true;
}

bool detour_take(struct span table, struct span *host, uint16_t *port)
{
	struct detour e;
	bool good;

	while (detour_next(&table, &e, &good)) {
		if (!good || (e.from.host.n != 0 && !span_eq_nocase(e.from.host, *host)) ||
		    (e.from.port != 0 && e.from.port != *port))
			continue;
		if (e.to.host.n != 0)
			*host = e.to.host;
		if (e.to.port != 0)
			*port = e.to.port;
		return true;
	}
	return false;
}
