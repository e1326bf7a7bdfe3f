#include "text/oauthbearer.h"

/* Pairs of a frame; RFC 7628 knows seven keys. */
enum { PAIRS_MAX = 16 };

void oauthbearer_put(struct buf *out, struct span user, struct span host, uint16_t port, struct span token)
{
	buf_z(out, "n,a=");
	for (size_t i = 0; i < user.n; i++) {
		if (user.p[i] == '=')
			buf_z(out, "=3D");
		else if (user.p[i] == ',')
			buf_z(out, "=2C");
		else
			buf_byte(out, user.p[i]);
	}
	buf_say(out, ",\001host=%.*s\001port=%u\001auth=Bearer %.*s\001\001", SPAN_ARG(host), port, SPAN_ARG(token));
}

/* The user without escapes; false when there is another = than those two. */
static bool get_user(struct span text, struct buf *scratch, struct span *user)
{
	size_t mark = scratch->n;

	while (text.n != 0) {
		bool equals = span_starts_nocase(text, SPAN("=3D")), comma = span_starts_nocase(text, SPAN("=2C"));

		if (text.p[0] == '=' && !equals && !comma)
			return false;
		buf_byte(scratch, equals ? '=' : comma ? ',' : text.p[0]);
		text = span_from(text, equals || comma ? 3 : 1);
	}
	*user = scratch->full ? *user : span_from(buf_span(scratch), mark);
	return user->n != 0;
}

static void take_pair(struct oauthbearer *o, struct span pair)
{
	if (span_starts(pair, SPAN("host=")))
		o->host = span_from(pair, 5);
	else if (span_starts(pair, SPAN("port=")))
		o->port = span_from(pair, 5);
	else if (span_starts_nocase(pair, SPAN("auth=Bearer ")))
		o->token = span_from(pair, 12);
}

bool oauthbearer_get(struct span frame, struct buf *scratch, struct oauthbearer *o)
{
	struct span header, rest = frame, none = span_first(frame, 0), user, end;
	bool good;

	*o = (struct oauthbearer){ none, none, none, none };
	header = span_cut(rest, '\001', &rest);
	good = span_starts(header, SPAN("n,a=")) && header.n > 5 && header.p[header.n - 1] == ',';
	if (good) {
		user = span_cut(span_from(header, 4), ',', &end);
		good = end.n == 0 && get_user(user, scratch, &o->user);
	}
	good = good && span_ends(rest, SPAN("\001\001"));
	for (unsigned i = 0; i < PAIRS_MAX && rest.n != 0; i++)
		take_pair(o, span_cut(rest, '\001', &rest));
	return good && rest.n == 0 && o->token.n != 0;
}
