#include "show/nagios.h"

#include "show/phrases.h"

static const struct {
	const char *name;
	unsigned gravity;
} states[] = {
	[NAGIOS_OK] = { "OK", 0 },
	[NAGIOS_WARNING] = { "WARNING", 1 },
	[NAGIOS_CRITICAL] = { "CRITICAL", 3 },
	[NAGIOS_UNKNOWN] = { "UNKNOWN", 2 },
};

static enum nagios_state state_of(const struct report *r)
{
	enum step failed;

	if (!report_first_failure(r, &failed))
		return report_verdict(r) == VERDICT_WARN ? NAGIOS_WARNING : NAGIOS_OK;
	if (r->row[failed].fault.code == FAULT_SECRET_EXPIRED)
		return NAGIOS_CRITICAL;
	if (report_exit(r) == EXIT_STATUS_INTERNAL || report_exit(r) == EXIT_STATUS_SETTINGS)
		return NAGIOS_UNKNOWN;
	return report_exit(r) == EXIT_STATUS_LATER ? NAGIOS_WARNING : NAGIOS_CRITICAL;
}

/* ---- what is measured ---------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *unit; /* of the performance data */
	enum { LEAST, MOST, SUM } of_many;
	bool thousandths; /* the value is in milliseconds */
	const char *says; /* before the value, where it is beyond its threshold */
} measures[NAGIOS__MEASURES] = {
	[NAGIOS_TIME] = { "time", "s", MOST, true, "the check took" },
	[NAGIOS_TOKEN_LIFE] = { "token_life", "s", LEAST, false, "the token's life is" },
	[NAGIOS_CERT_DAYS] = { "cert_days", "", LEAST, false, "days until a server's certificate expires:" },
	[NAGIOS_CREDENTIAL_DAYS] = { "credential_days", "", LEAST, false,
	                             "days until the application's secret or certificate expires:" },
	[NAGIOS_OLDEST] = { "oldest", "s", MOST, false, "the age of the oldest message is" },
	[NAGIOS_MESSAGES] = { "messages", "", SUM, false, "messages:" },
};

static bool find_measure(struct span name, enum nagios_measure *which)
{
	for (int i = 0; i < NAGIOS__MEASURES; i++) {
		if (span_eq(name, span_z(measures[i].name))) {
			*which = (enum nagios_measure)i;
			return true;
		}
	}
	return false;
}

bool nagios_limits_read(struct nagios_limits *l, struct span list, struct fault *f)
{
	char text[160];
	struct buf names = buf_field(text, sizeof text);

	for (int i = 0; i < NAGIOS__MEASURES; i++)
		buf_say(&names, "%s%s", i == 0 ? "" : ", ", measures[i].name);
	while (list.n != 0) {
		struct span one = span_trim(span_cut(list, ',', &list)), range;
		struct span name = span_cut(one, '=', &range);
		enum nagios_measure which;

		if (!find_measure(name, &which))
			return fault_say(f, FAULT_USAGE, 0, "no threshold has the name %.*s; there are %s",
			                 SPAN_ARG(span_first(name, 60)), text);
		if (!range_read(range, &l->range[which]))
			return fault_say(
				f, FAULT_USAGE, 0,
				"%.*s is not a threshold: write %s=RANGE, as in 30: (alert below 30), 5 (alert "
				"above 5) or 10:20",
				SPAN_ARG(span_first(one, 60)), measures[which].name);
		l->given |= 1u << which;
		l->written[which] = range;
	}
	return true;
}

static void take_number(struct nagios *n, enum nagios_measure which, int64_t value)
{
	int64_t *to = &n->value[which];
	bool first = (n->known & 1u << which) == 0;

	n->known |= 1u << which;
	switch (measures[which].of_many) {
	case LEAST:
		*to = first || value < *to ? value : *to;
		break;
	case MOST:
		*to = first || value > *to ? value : *to;
		break;
	case SUM:
		*to += value <= INT64_MAX - *to ? value : 0;
		break;
	}
}

static void take_fact(struct nagios *n, enum nagios_measure which, const struct row *row, enum fact key)
{
	int64_t value;

	if (row != NULL && row_i64(row, key, &value))
		take_number(n, which, value);
}

static void take_numbers(struct nagios *n, const struct report *r)
{
	enum fact life = report_with(r, FACT_TOKEN_LIFE) != NULL ? FACT_TOKEN_LIFE : FACT_EXPIRES_IN;
	int64_t oldest;

	take_number(n, NAGIOS_TIME, r->ms);
	take_fact(n, NAGIOS_TOKEN_LIFE, report_with(r, life), life);
	for (int i = 0; i < STEP__COUNT; i++)
		take_fact(n, NAGIOS_CERT_DAYS, &r->row[i], FACT_CERT_DAYS);
	take_fact(n, NAGIOS_CREDENTIAL_DAYS, &r->row[STEP_CREDENTIAL], FACT_SECRET_DAYS);
	take_fact(n, NAGIOS_CREDENTIAL_DAYS, &r->row[STEP_CREDENTIAL], FACT_APP_CERT_DAYS);
	take_fact(n, NAGIOS_MESSAGES, &r->row[STEP_MAILBOX], FACT_MESSAGES);
	if (row_i64(&r->row[STEP_MAILBOX], FACT_OLDEST, &oldest) && oldest <= r->started_unix)
		take_number(n, NAGIOS_OLDEST, r->started_unix - oldest);
}

static void put_value(const struct nagios *n, enum nagios_measure which, struct buf *out)
{
	if (measures[which].thousandths)
		phrases_exact(out, n->value[which]);
	else
		buf_i64(out, n->value[which]);
	buf_z(out, measures[which].unit);
}

static bool limited(const struct nagios_limits *l, enum nagios_measure which)
{
	return l != NULL && (l->given & 1u << which) != 0;
}

static bool beyond(const struct nagios *n, const struct nagios_limits *l, enum nagios_measure which)
{
	int64_t value = n->value[which];

	if (!limited(l, which) || (n->known & 1u << which) == 0)
		return false;
	if (!measures[which].thousandths)
		value = value > INT64_MAX / 1000 ? INT64_MAX : value < INT64_MIN / 1000 ? INT64_MIN : value * 1000;
	return range_alerts(&l->range[which], value);
}

/* ---- what is said -------------------------------------------------------------------------------- */

/* One line without what ends the text for a monitoring system: printable, | replaced. */
static void put_clean(struct nagios *n, struct span s, struct buf *out)
{
	unsigned char shown[PHRASES_MAX], named[2 * PHRASES_MAX];
	struct buf b = BUF(shown), c = BUF(named);

	buf_printable(&b, s);
	if (n->pseudonym != NULL)
		pseudonym_apply(n->pseudonym, buf_span(&b), &c);
	else
		buf_put(&c, buf_span(&b));
	for (size_t i = 0; i < c.n; i++)
		buf_byte(out, named[i] == '|' ? '/' : named[i]);
}

/* "mailbox a@b: 7 messages", "mailbox a@b: token: the token endpoint refused the request: ..." */
static void put_mailbox(struct nagios *n, const struct report *r, struct buf *out)
{
	unsigned char bytes[PHRASES_MAX + 400];
	struct buf b = BUF(bytes);
	enum step step;

	if (r->mailbox.n != 0)
		buf_say(&b, "mailbox %.*s: ", SPAN_ARG(r->mailbox));
	if (report_first_failure(r, &step)) {
		buf_say(&b, "%s: ", step_table[step].id);
		phrases_failed(&b, &r->row[step], true);
	} else {
		size_t before = b.n;
		int64_t messages;

		if (row_i64(&r->row[STEP_MAILBOX], FACT_MESSAGES, &messages))
			phrases_count(&b, messages, "message");
		for (int i = 0; i < STEP__COUNT; i++) {
			if (r->row[i].verdict != VERDICT_WARN)
				continue;
			buf_say(&b, "%s%s: ", b.n == before ? "" : ", ", step_table[i].id);
			if (row_get(&r->row[i], FACT_NOTE).n != 0)
				buf_put(&b, row_get(&r->row[i], FACT_NOTE));
			else
				phrases_found(&b, r, &r->row[i]);
		}
		if (b.n == before)
			buf_z(&b, "all requested steps passed");
	}
	put_clean(n, buf_span(&b), out);
}

/* A line of its own, where there is space for it. */
static void put_line(struct nagios *n, enum nagios_state state, struct span text)
{
	size_t mark = n->lines.n;
	bool full = n->lines.full;

	buf_say(&n->lines, "[%s] ", states[state].name);
	buf_put(&n->lines, text);
	buf_byte(&n->lines, '\n');
	if (n->lines.full && !full)
		n->lines.n = mark;
	n->unsaid += n->lines.full;
}

void nagios_add(struct nagios *n, const struct report *r)
{
	enum nagios_state state = state_of(r);
	bool graver = n->all == 0 || states[state].gravity > states[n->state].gravity;
	unsigned char bytes[10 * PHRASES_MAX];
	struct buf one = BUF(bytes), text = BUF(n->text);
	enum step failed;

	if (n->pseudonym != NULL)
		pseudonym_report(n->pseudonym, r);
	take_numbers(n, r);
	n->all++;
	n->bad += states[state].gravity > states[NAGIOS_WARNING].gravity;
	if (!graver && state == NAGIOS_OK)
		return;
	put_mailbox(n, r, &one);
	if (report_first_failure(r, &failed))
		put_line(n, state, span_first(buf_span(&one), NAGIOS_TEXT_MAX));
	if (!graver)
		return;
	n->state = state;
	buf_printable(&text, buf_span(&one));
	n->n = text.n;
}

/* Each value beyond a threshold, and the state with it. */
static void put_beyond(const struct nagios *n, enum nagios_state *state, struct buf *out)
{
	for (int i = 0; i < NAGIOS__MEASURES; i++) {
		enum nagios_measure which = (enum nagios_measure)i;
		bool critical = beyond(n, n->critical, which);
		enum nagios_state now = critical ? NAGIOS_CRITICAL : NAGIOS_WARNING;

		if (!critical && !beyond(n, n->warning, which))
			continue;
		buf_say(out, "%s ", measures[i].says);
		put_value(n, which, out);
		buf_say(out, " (%s at %.*s), ", critical ? "critical" : "warning",
		        SPAN_ARG(span_first((critical ? n->critical : n->warning)->written[i], 40)));
		if (states[now].gravity > states[*state].gravity)
			*state = now;
	}
}

static void put_data(const struct nagios *n, struct buf *out)
{
	buf_z(out, " |");
	for (int i = 0; i < NAGIOS__MEASURES; i++) {
		enum nagios_measure which = (enum nagios_measure)i;

		if ((n->known & 1u << i) == 0 && which != NAGIOS_TIME)
			continue;
		buf_say(out, " %s=", measures[i].name);
		put_value(n, which, out);
		if (!limited(n->warning, which) && !limited(n->critical, which) && which != NAGIOS_TIME)
			continue;
		buf_byte(out, ';');
		if (limited(n->warning, which))
			buf_put(out, n->warning->written[i]);
		buf_byte(out, ';');
		if (limited(n->critical, which))
			buf_put(out, n->critical->written[i]);
		if (which == NAGIOS_TIME)
			buf_z(out, ";0");
	}
	if (n->all > 1)
		buf_say(out, " mailboxes=%zu failed=%zu", n->all, n->bad);
}

static void put_lines(const struct nagios *n, struct buf *out)
{
	if (n->all < 2)
		return;
	buf_put(out, buf_span(&n->lines));
	if (n->unsaid != 0)
		buf_say(out, "and %zu more\n", n->unsaid);
}

enum nagios_state nagios_end(const struct nagios *n, struct buf *out)
{
	enum nagios_state state = n->all == 0 ? NAGIOS_UNKNOWN : n->state;
	unsigned char bytes[NAGIOS__MEASURES * 120];
	struct buf limits = BUF(bytes);

	put_beyond(n, &state, &limits);
	buf_say(out, "O2POP %s - ", states[state].name);
	if (n->all == 0)
		buf_z(out, "no mailbox was checked");
	buf_put(out, buf_span(&limits));
	if (n->all > 1) {
		if (n->bad != 0)
			buf_say(out, "%zu of ", n->bad);
		buf_say(out, "%zu mailboxes%s, ", n->all, n->bad != 0 ? " failed" : "");
	}
	if (n->all > 1 && n->state == NAGIOS_OK)
		phrases_count(out, n->value[NAGIOS_MESSAGES], "message");
	else
		buf_put(out, (struct span){ n->text, n->n });
	put_data(n, out);
	buf_byte(out, '\n');
	put_lines(n, out);
	return state;
}

enum nagios_state nagios_fault(const struct fault *f, struct buf *out)
{
	struct nagios n = { 0 };
	unsigned char bytes[NAGIOS_TEXT_MAX];
	struct buf b = BUF(bytes);

	buf_say(out, "O2POP UNKNOWN - %s", fault_text(f->code));
	if (f->n != 0) {
		buf_z(out, ": ");
		put_clean(&n, span_first(fault_evidence(f), sizeof bytes), &b);
		buf_put(out, buf_span(&b));
	}
	buf_byte(out, '\n');
	return NAGIOS_UNKNOWN;
}
