#include "show/nagios.h"

#include <string.h>

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

void nagios_add(struct nagios *n, const struct report *r)
{
	enum nagios_state state = state_of(r);
	bool graver = n->all == 0 || states[state].gravity > states[n->state].gravity;
	unsigned char bytes[10 * PHRASES_MAX];
	struct buf one = BUF(bytes), text = BUF(n->text);

	if (n->pseudonym != NULL)
		pseudonym_report(n->pseudonym, r);
	take_numbers(n, r);
	n->all++;
	n->bad += states[state].gravity > states[NAGIOS_WARNING].gravity;
	if (!graver)
		return;
	n->state = state;
	put_mailbox(n, r, &one);
	buf_printable(&text, buf_span(&one));
	n->n = text.n;
}

static void put_data(const struct nagios *n, struct buf *out)
{
	buf_z(out, " | time=");
	phrases_exact(out, n->ms);
	buf_z(out, "s;;;0");
	if (n->life_known)
		buf_say(out, " token_life=%llds", (long long)n->life);
	if (n->days_known)
		buf_say(out, " cert_days=%lld", (long long)n->days);
	if (n->messages_known)
		buf_say(out, " messages=%lld", (long long)n->messages);
	if (n->all > 1)
		buf_say(out, " mailboxes=%zu failed=%zu", n->all, n->bad);
}

enum nagios_state nagios_end(const struct nagios *n, struct buf *out)
{
	enum nagios_state state = n->all == 0 ? NAGIOS_UNKNOWN : n->state;

	buf_say(out, "O2POP %s - ", states[state].name);
	if (n->all == 0)
		buf_z(out, "no mailbox was checked");
	if (n->all > 1) {
		if (n->bad != 0)
			buf_say(out, "%zu of ", n->bad);
		buf_say(out, "%zu mailboxes%s, ", n->all, n->bad != 0 ? " failed" : "");
	}
	if (n->all > 1 && state == NAGIOS_OK)
		phrases_count(out, n->messages, "message");
	else
		buf_put(out, (struct span){ n->text, n->n });
	put_data(n, out);
	buf_byte(out, '\n');
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
