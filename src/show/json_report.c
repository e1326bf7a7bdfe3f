#include "show/json_report.h"

#include "text/date.h"
#include "text/json.h"

/* Where the writing stands: whether the next member needs a comma before it. */
struct writer {
	struct buf *out;
	struct pseudonym *pseudonym;
	bool comma;
};

const char *json_report_who(enum explain_who who)
{
	switch (who) {
	case EXPLAIN_YOU:
		return "you";
	case EXPLAIN_ENTRA:
		return "entra";
	case EXPLAIN_EXCHANGE:
		return "exchange";
	case EXPLAIN_NETWORK:
		return "network";
	case EXPLAIN_PROVIDER:
		return "provider";
	case EXPLAIN_MAIL:
		return "mail";
	}
	return "you";
}

const char *json_report_certainty(enum explain_certainty certainty)
{
	switch (certainty) {
	case EXPLAIN_KNOWN:
		return "known";
	case EXPLAIN_LIKELY:
		return "likely";
	case EXPLAIN_UNCONFIRMED:
		return "unconfirmed";
	}
	return "unconfirmed";
}

bool json_report_is_number(enum fact key)
{
	static const enum fact number[] = {
		FACT_CERT_DAYS,    FACT_HTTP_STATUS,   FACT_CLOCK_SKEW, FACT_AADSTS, FACT_EXPIRES_IN,
		FACT_TOKEN_LENGTH, FACT_TOKEN_LIFE,    FACT_MESSAGES,   FACT_OCTETS, FACT_TOP_LINES,
		FACT_WAIT,         FACT_APP_CERT_DAYS, FACT_KEY_BITS,
	};

	for (size_t i = 0; i < sizeof number / sizeof number[0]; i++)
		if (number[i] == key)
			return true;
	return false;
}

static void element(struct writer *w)
{
	if (w->comma)
		buf_byte(w->out, ',');
	w->comma = true;
}

static void key(struct writer *w, const char *name)
{
	element(w);
	json_put_string(w->out, span_z(name));
	buf_byte(w->out, ':');
}

static void begin(struct writer *w, char bracket)
{
	buf_byte(w->out, (unsigned char)bracket);
	w->comma = false;
}

static void finish(struct writer *w, char bracket)
{
	buf_byte(w->out, (unsigned char)bracket);
	w->comma = true;
}

/* Text from outside, with stand-ins when that was asked for. */
static void text(struct writer *w, struct span s)
{
	unsigned char bytes[8 * 1024]; /* 1 kB of evidence, all of it short mail addresses */
	struct buf scratch = BUF(bytes);

	if (w->pseudonym == NULL) {
		json_put_string(w->out, s);
		return;
	}
	pseudonym_apply(w->pseudonym, s, &scratch);
	json_put_string(w->out, buf_span(&scratch));
	if (!buf_ok(&scratch))
		w->out->full = true;
}

static void member_z(struct writer *w, const char *name, const char *value)
{
	key(w, name);
	json_put_string(w->out, span_z(value));
}

static void member_text(struct writer *w, const char *name, struct span value)
{
	key(w, name);
	text(w, value);
}

static void member_int(struct writer *w, const char *name, int64_t value)
{
	key(w, name);
	buf_i64(w->out, value);
}

static void member_null(struct writer *w, const char *name)
{
	key(w, name);
	buf_z(w->out, "null");
}

static void member_some(struct writer *w, const char *name, struct span value)
{
	if (value.n == 0)
		member_null(w, name);
	else
		member_text(w, name, value);
}

/* Lines separated by LF as an array of strings; a tab in front stays and says that the line is to be
 * typed. */
static void member_lines(struct writer *w, const char *name, struct span lines)
{
	key(w, name);
	begin(w, '[');
	while (lines.n != 0) {
		struct span line = span_cut(lines, '\n', &lines);

		element(w);
		text(w, line);
	}
	finish(w, ']');
}

/* A moment as RFC 3339 wants it: 2026-11-23T20:43:46Z. */
static void member_moment(struct writer *w, const char *name, int64_t unix_s)
{
	unsigned char bytes[40];
	struct buf b = BUF(bytes);

	date_put(&b, unix_s);
	for (size_t i = 0; i < b.n; i++)
		if (bytes[i] == ' ')
			bytes[i] = 'T';
	member_text(w, name, buf_span(&b));
}

static bool whole(struct span s, int64_t *v)
{
	bool minus = s.n != 0 && s.p[0] == '-';
	uint64_t n;

	if (!span_u64(span_from(s, minus ? 1 : 0), INT64_MAX, &n))
		return false;
	*v = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

/* The first fact of a kind counts; a number that is none is left out. */
static void put_facts(struct writer *w, const struct row *row)
{
	key(w, "facts");
	begin(w, '{');
	for (int k = 0; k < FACT__COUNT; k++) {
		struct span value = row_get(row, (enum fact)k);
		int64_t number;

		if (value.n == 0)
			continue;
		if (!json_report_is_number((enum fact)k))
			member_text(w, row_fact_id((enum fact)k), value);
		else if (whole(value, &number))
			member_int(w, row_fact_id((enum fact)k), number);
	}
	finish(w, '}');
}

static void put_step(struct writer *w, const struct row *row)
{
	const struct fault *f = &row->fault;

	element(w);
	begin(w, '{');
	member_z(w, "id", step_id(row->step));
	member_z(w, "verdict", step_verdict(row->verdict));
	member_int(w, "began_ms", row->began_ms);
	member_int(w, "ms", row->ms);
	if (f->code == FAULT_NONE) {
		member_null(w, "fault");
		member_null(w, "num");
		member_null(w, "evidence");
	} else {
		member_z(w, "fault", fault_id(f->code));
		if (fault_kind(f->code) == FAULT_KIND_INPUT) /* its num is the setting, by a number of ours */
			member_null(w, "num");
		else
			member_int(w, "num", f->num);
		member_text(w, "evidence", fault_evidence(f));
	}
	if (row->verdict == VERDICT_SKIP)
		member_z(w, "because", step_id(row->because));
	else
		member_null(w, "because");
	put_facts(w, row);
	finish(w, '}');
}

static void put_causes(struct writer *w, const struct explanation *e)
{
	key(w, "causes");
	begin(w, '[');
	for (unsigned i = 0; i < e->n && i < EXPLAIN_CAUSES_MAX; i++) {
		const struct explain_cause *c = &e->cause[i];

		element(w);
		begin(w, '{');
		member_z(w, "id", c->id);
		member_z(w, "who", json_report_who(c->who));
		member_z(w, "certainty", json_report_certainty(c->certainty));
		member_text(w, "text", c->text);
		member_lines(w, "fix", c->fix);
		member_lines(w, "verify", c->verify);
		finish(w, '}');
	}
	finish(w, ']');
	key(w, "not_causes");
	begin(w, '[');
	for (unsigned i = 0; i < e->nots && i < EXPLAIN_NOTS_MAX; i++) {
		element(w);
		text(w, e->not_cause[i]);
	}
	finish(w, ']');
	member_lines(w, "powershell", e->powershell);
}

static void put_warnings(struct writer *w, const struct report *r, const struct explanation *e)
{
	key(w, "warnings");
	begin(w, '[');
	for (int i = 0; i < STEP__COUNT; i++) {
		struct span sentence = e->warning[i];

		if (r->row[i].verdict != VERDICT_WARN)
			continue;
		element(w);
		begin(w, '{');
		member_z(w, "step", step_id((enum step)i));
		member_text(w, "text", sentence.n != 0 ? sentence : row_get(&r->row[i], FACT_NOTE));
		finish(w, '}');
	}
	finish(w, ']');
}

static void put_mailbox(struct writer *w, const struct report *r, const struct explanation *e)
{
	element(w);
	begin(w, '{');
	member_some(w, "mailbox", r->mailbox);
	member_z(w, "verdict", step_verdict(report_verdict(r)));
	member_int(w, "exit", report_exit(r));
	member_int(w, "ms", r->ms);
	key(w, "steps");
	begin(w, '[');
	for (int i = 0; i < STEP__COUNT; i++)
		if (r->row[i].verdict != VERDICT_NONE)
			put_step(w, &r->row[i]);
	finish(w, ']');
	put_causes(w, e);
	put_warnings(w, r, e);
	finish(w, '}');
}

void json_report_one(struct buf *out, const struct report *r, const struct explanation *e, struct pseudonym *pseudonym)
{
	struct writer w = { out, pseudonym, false };

	if (pseudonym != NULL)
		pseudonym_report(pseudonym, r);
	begin(&w, '{');
	member_z(&w, "schema", "o2pop.check/1");
	member_z(&w, "version", O2POP_VERSION);
	member_moment(&w, "started", r->started_unix);
	member_z(&w, "verdict", step_verdict(report_verdict(r)));
	member_int(&w, "exit", report_exit(r));
	member_int(&w, "ms", r->ms);
	key(&w, "mailboxes");
	begin(&w, '[');
	put_mailbox(&w, r, e);
	finish(&w, ']');
	key(&w, "support");
	begin(&w, '{');
	member_some(&w, "trace_id", report_get(r, FACT_TRACE_ID));
	member_some(&w, "correlation_id", report_get(r, FACT_CORRELATION_ID));
	member_some(&w, "timestamp", report_get(r, FACT_TIMESTAMP));
	member_some(&w, "greeting_host", report_get(r, FACT_FRONT_END));
	finish(&w, '}');
	finish(&w, '}');
	buf_byte(out, '\n');
}
