#include "show/nagios.h"

#include <string.h>

#include "show/phrases.h"

static const char *const state_name[] = {
	[NAGIOS_OK] = "OK",
	[NAGIOS_WARNING] = "WARNING",
	[NAGIOS_CRITICAL] = "CRITICAL",
	[NAGIOS_UNKNOWN] = "UNKNOWN",
};

static enum nagios_state state_of(const struct report *r)
{
	enum step failed;

	if (!report_first_failure(r, &failed))
		return report_verdict(r) == VERDICT_WARN ? NAGIOS_WARNING : NAGIOS_OK;
	if (r->row[failed].fault.code == FAULT_SECRET_EXPIRED)
		return NAGIOS_CRITICAL;
	switch (report_exit(r)) {
	case EXIT_STATUS_INTERNAL:
	case EXIT_STATUS_SETTINGS:
		return NAGIOS_UNKNOWN;
	case EXIT_STATUS_LATER:
		return NAGIOS_WARNING;
	case EXIT_STATUS_OK:
	case EXIT_STATUS_NETWORK:
	case EXIT_STATUS_TLS:
	case EXIT_STATUS_TOKEN:
	case EXIT_STATUS_CLAIMS:
	case EXIT_STATUS_SERVICE:
	case EXIT_STATUS_AUTH:
	case EXIT_STATUS_MAILBOX:
		return NAGIOS_CRITICAL;
	}
	return NAGIOS_UNKNOWN;
}

static unsigned gravity(enum nagios_state s)
{
	static const unsigned rank[] = {
		[NAGIOS_OK] = 0,
		[NAGIOS_WARNING] = 1,
		[NAGIOS_UNKNOWN] = 2,
		[NAGIOS_CRITICAL] = 3,
	};

	return rank[s];
}

static void least(const struct row *row, enum fact key, bool *known, int64_t *to)
{
	int64_t v;

	if (row == NULL || !row_i64(row, key, &v))
		return;
	if (!*known || v < *to)
		*to = v;
	*known = true;
}

static void take_numbers(struct nagios *n, const struct report *r)
{
	enum fact life = report_with(r, FACT_TOKEN_LIFE) != NULL ? FACT_TOKEN_LIFE : FACT_EXPIRES_IN;
	int64_t messages;

	least(report_with(r, life), life, &n->life_known, &n->life);
	for (int i = 0; i < STEP__COUNT; i++)
		least(&r->row[i], FACT_CERT_DAYS, &n->days_known, &n->days);
	if (row_i64(&r->row[STEP_MAILBOX], FACT_MESSAGES, &messages) && messages <= INT64_MAX - n->messages) {
		n->messages_known = true;
		n->messages += messages;
	}
	n->ms = r->ms > n->ms ? r->ms : n->ms;
}

/* One line without what ends the text for a monitoring system: printable, | replaced. */
static void put_clean(struct nagios *n, struct span s, struct buf *out)
{
	unsigned char shown[PHRASES_MAX];
	struct buf b = BUF(shown);

	buf_printable(&b, s);
	for (size_t i = 0; i < b.n; i++)
		if (shown[i] == '|')
			shown[i] = '/';
	if (n->pseudonym != NULL)
		pseudonym_apply(n->pseudonym, buf_span(&b), out);
	else
		buf_put(out, buf_span(&b));
}

/* "mailbox a@b: 7 messages", "mailbox a@b: token: the token endpoint refused the request: ..." */
static void put_mailbox(struct nagios *n, const struct report *r, struct buf *out)
{
	unsigned char bytes[PHRASES_MAX + 400];
	struct buf b = BUF(bytes);
	enum step step;

	if (r->mailbox.n != 0) {
		buf_z(&b, "mailbox ");
		buf_put(&b, r->mailbox);
		buf_z(&b, ": ");
	}
	if (report_first_failure(r, &step)) {
		buf_z(&b, step_id(step));
		buf_z(&b, ": ");
		phrases_failed(&b, &r->row[step], true);
	} else {
		size_t before = b.n;
		int64_t messages;

		if (row_i64(&r->row[STEP_MAILBOX], FACT_MESSAGES, &messages))
			phrases_count(&b, messages, "message");
		for (int i = 0; i < STEP__COUNT; i++) {
			if (r->row[i].verdict != VERDICT_WARN)
				continue;
			buf_z(&b, b.n == before ? "" : ", ");
			buf_z(&b, step_id((enum step)i));
			buf_z(&b, ": ");
			if (row_get(&r->row[i], FACT_NOTE).n != 0)
				buf_put(&b, row_get(&r->row[i], FACT_NOTE));
			else
				phrases_found(&b, r, &r->row[i]);
		}
		if (b.n == before)
			buf_z(&b, "everything that was asked for");
	}
	put_clean(n, buf_span(&b), out);
}

void nagios_add(struct nagios *n, const struct report *r)
{
	enum nagios_state state = state_of(r);
	bool graver = n->all == 0 || gravity(state) > gravity(n->state);
	unsigned char bytes[10 * PHRASES_MAX];
	struct buf one = BUF(bytes), text = BUF(n->text);

	if (n->pseudonym != NULL)
		pseudonym_report(n->pseudonym, r);
	take_numbers(n, r);
	n->all++;
	n->bad += gravity(state) > gravity(NAGIOS_WARNING);
	if (!graver)
		return;
	n->state = state;
	put_mailbox(n, r, &one);
	buf_printable(&text, buf_span(&one));
	n->n = text.n;
}

static void put_seconds(struct buf *out, int64_t ms)
{
	uint64_t v = ms < 0 ? 0 : (uint64_t)ms;

	buf_u64(out, v / 1000);
	buf_byte(out, '.');
	buf_digits(out, v % 1000, 3);
	buf_byte(out, 's');
}

static void put_data(const struct nagios *n, struct buf *out)
{
	buf_z(out, " | time=");
	put_seconds(out, n->ms);
	buf_z(out, ";;;0");
	if (n->life_known) {
		buf_z(out, " token_life=");
		buf_i64(out, n->life);
		buf_byte(out, 's');
	}
	if (n->days_known) {
		buf_z(out, " cert_days=");
		buf_i64(out, n->days);
	}
	if (n->messages_known) {
		buf_z(out, " messages=");
		buf_i64(out, n->messages);
	}
	if (n->all > 1) {
		buf_z(out, " mailboxes=");
		buf_u64(out, n->all);
		buf_z(out, " failed=");
		buf_u64(out, n->bad);
	}
}

static void put_start(enum nagios_state state, struct buf *out)
{
	buf_z(out, "O2POP ");
	buf_z(out, state_name[state]);
	buf_z(out, " - ");
}

enum nagios_state nagios_end(const struct nagios *n, struct buf *out)
{
	enum nagios_state state = n->all == 0 ? NAGIOS_UNKNOWN : n->state;

	put_start(state, out);
	if (n->all == 0)
		buf_z(out, "no mailbox was checked");
	if (n->all > 1) {
		if (n->bad != 0) {
			buf_u64(out, n->bad);
			buf_z(out, " of ");
		}
		buf_u64(out, n->all);
		buf_z(out, n->bad != 0 ? " mailboxes failed, " : " mailboxes, ");
	}
	if (n->all > 1 && state == NAGIOS_OK) {
		phrases_count(out, n->messages, "message");
	} else {
		buf_put(out, (struct span){ n->text, n->n });
	}
	put_data(n, out);
	buf_byte(out, '\n');
	return state;
}

enum nagios_state nagios_fault(const struct fault *f, struct buf *out)
{
	struct nagios n = { 0 };
	unsigned char bytes[NAGIOS_TEXT_MAX];
	struct buf b = BUF(bytes);

	put_start(NAGIOS_UNKNOWN, out);
	buf_z(out, fault_text(f->code));
	if (f->n != 0) {
		buf_z(out, ": ");
		put_clean(&n, span_first(fault_evidence(f), sizeof bytes), &b);
		buf_put(out, buf_span(&b));
	}
	buf_byte(out, '\n');
	return NAGIOS_UNKNOWN;
}
