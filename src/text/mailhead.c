#include "text/mailhead.h"

#include "text/date.h"

/* The field has ended: is there a date in it that is better than what is known? */
static void finish(struct mailhead *h)
{
	bool by_server = h->field == MAILHEAD_RECEIVED;
	struct span date = { h->text, h->n };
	int64_t moment;

	if (h->field == MAILHEAD_OTHER || h->n > MAILHEAD_DATE_MAX ||
	    (h->received != 0 && (h->by_server || !by_server)) || !date_mail(date, &moment) || moment <= 0)
		return;
	h->received = moment;
	h->by_server = by_server;
}

/* A Received field ends in its date, behind a semicolon; other ones before it are in comments. */
static void take(struct mailhead *h, struct span piece)
{
	for (size_t i = 0; i < piece.n; i++) {
		if (h->field == MAILHEAD_RECEIVED && piece.p[i] == ';') {
			h->dated = true;
			h->n = 0;
		} else if (h->dated) {
			if (h->n < MAILHEAD_DATE_MAX)
				h->text[h->n] = piece.p[i];
			h->n += h->n <= MAILHEAD_DATE_MAX;
		}
	}
}

static void begin(struct mailhead *h, struct span *piece)
{
	h->n = 0;
	h->dated = false;
	h->field = MAILHEAD_OTHER;
	if (span_starts_nocase(*piece, SPAN("Received:"))) {
		h->field = MAILHEAD_RECEIVED;
	} else if (span_starts_nocase(*piece, SPAN("Date:"))) {
		h->field = MAILHEAD_DATE;
		h->dated = true;
		*piece = span_from(*piece, sizeof "Date:" - 1);
	}
}

void mailhead_piece(struct mailhead *h, struct span piece, bool cut)
{
	bool folded = piece.n != 0 && (piece.p[0] == ' ' || piece.p[0] == '\t');

	if (!h->goes_on && !folded) {
		finish(h);
		begin(h, &piece);
	}
	if (h->field != MAILHEAD_OTHER)
		take(h, piece);
	h->goes_on = cut;
}

void mailhead_end(struct mailhead *h)
{
	finish(h);
	h->field = MAILHEAD_OTHER;
}
