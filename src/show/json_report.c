#include "show/json_report.h"

const char *const json_report_who[] = {
	[EXPLAIN_YOU] = "you",         [EXPLAIN_ENTRA] = "entra",       [EXPLAIN_EXCHANGE] = "exchange",
	[EXPLAIN_NETWORK] = "network", [EXPLAIN_PROVIDER] = "provider", [EXPLAIN_MAIL] = "mail",
};

const char *const json_report_certainty[] = {
	[EXPLAIN_KNOWN] = "known",
	[EXPLAIN_LIKELY] = "likely",
	[EXPLAIN_UNCONFIRMED] = "unconfirmed",
};

static void filter(void *of, struct span text, struct buf *out)
{
	pseudonym_apply(of, text, out);
}

struct json_write json_report_writer(struct buf *out, struct pseudonym *pseudonym)
{
	return (struct json_write){ .out = out, .filter = pseudonym != NULL ? filter : NULL, .of = pseudonym };
}

/* The elements of a list of facts, or the lines of a text. */
static void put_list(struct json_write *w, const char *name, struct span list)
{
	json_write_open(w, name, '[');
	while (list.n != 0)
		json_write_text(w, NULL, span_cut(list, ROW_SEPARATOR, &list));
	json_write_close(w, ']');
}

/* The first fact of a kind counts. */
static void put_facts(struct json_write *w, const struct row *row)
{
	json_write_open(w, "facts", '{');
	for (enum fact key = 0; key < FACT__COUNT; key++) {
		const char *id = row_fact_id(key);
		int64_t number = 0;

		if (!row_has(row, key))
			continue;
		(void)!row_i64(row, key, &number);
		switch (row_fact_type(key)) {
		case ROW_TEXT:
			json_write_text(w, id, row_get(row, key));
			break;
		case ROW_NUMBER:
			json_write_i64(w, id, number);
			break;
		case ROW_MOMENT:
			json_write_moment(w, id, number);
			break;
		case ROW_WORD:
			json_write_text(w, id, row_word(key, number));
			break;
		case ROW_LIST:
			put_list(w, id, row_get(row, key));
			break;
		}
	}
	json_write_close(w, '}');
}

static void put_step(struct json_write *w, const struct row *row)
{
	const struct fault *f = &row->fault;

	json_write_open(w, NULL, '{');
	json_write_z(w, "id", step_table[row->step].id);
	json_write_z(w, "verdict", step_verdict[row->verdict]);
	json_write_i64(w, "began_ms", row->began_ms);
	json_write_i64(w, "ms", row->ms);
	if (f->code == FAULT_NONE) {
		json_write_null(w, "fault");
		json_write_null(w, "num");
		json_write_null(w, "evidence");
	} else {
		json_write_z(w, "fault", fault_id(f->code));
		if (fault_kind(f->code) == FAULT_KIND_INPUT) /* its num is the setting, by a number of ours */
			json_write_null(w, "num");
		else
			json_write_i64(w, "num", f->num);
		json_write_text(w, "evidence", fault_evidence(f));
	}
	if (row->verdict == VERDICT_SKIP)
		json_write_z(w, "because", step_table[row->because].id);
	else
		json_write_null(w, "because");
	put_facts(w, row);
	json_write_close(w, '}');
}

void json_report_causes(struct json_write *w, const struct explanation *e)
{
	json_write_open(w, "causes", '[');
	for (unsigned i = 0; i < e->n && i < EXPLAIN_CAUSES_MAX; i++) {
		const struct explain_cause *c = &e->cause[i];

		json_write_open(w, NULL, '{');
		json_write_z(w, "id", c->id);
		json_write_z(w, "who", json_report_who[c->who]);
		json_write_z(w, "certainty", json_report_certainty[c->certainty]);
		json_write_text(w, "text", c->text);
		json_write_lines(w, "fix", c->fix);
		json_write_lines(w, "verify", c->verify);
		json_write_close(w, '}');
	}
	json_write_close(w, ']');
}

static void put_warnings(struct json_write *w, const struct report *r, const struct explanation *e)
{
	json_write_open(w, "warnings", '[');
	for (int i = 0; i < STEP__COUNT; i++) {
		struct span sentence = e->warning[i];

		if (r->row[i].verdict != VERDICT_WARN)
			continue;
		json_write_open(w, NULL, '{');
		json_write_z(w, "step", step_table[i].id);
		json_write_text(w, "text", sentence.n != 0 ? sentence : row_get(&r->row[i], FACT_NOTE));
		json_write_close(w, '}');
	}
	json_write_close(w, ']');
}

static void put_support(struct json_write *w, const struct report *r)
{
	int64_t moment;

	json_write_open(w, "support", '{');
	json_write_some(w, "trace_id", report_get(r, FACT_TRACE_ID));
	json_write_some(w, "correlation_id", report_get(r, FACT_CORRELATION_ID));
	if (report_i64(r, FACT_TIMESTAMP, &moment))
		json_write_moment(w, "timestamp", moment);
	else
		json_write_null(w, "timestamp");
	json_write_some(w, "greeting_host", report_get(r, FACT_FRONT_END));
	json_write_close(w, '}');
}

void json_report_one(struct buf *out, const struct report *r, const struct explanation *e, struct pseudonym *pseudonym)
{
	struct json_write w = json_report_writer(out, pseudonym);

	if (pseudonym != NULL)
		pseudonym_report(pseudonym, r);
	json_write_open(&w, NULL, '{');
	json_write_z(&w, "schema", "o2pop.check/1");
	json_write_z(&w, "version", O2POP_VERSION);
	json_write_moment(&w, "started", r->started_unix);
	json_write_some(&w, "mailbox", r->mailbox);
	json_write_z(&w, "verdict", step_verdict[report_verdict(r)]);
	json_write_i64(&w, "exit", report_exit(r));
	json_write_i64(&w, "ms", r->ms);
	json_write_open(&w, "steps", '[');
	for (int i = 0; i < STEP__COUNT; i++)
		if (r->row[i].verdict != VERDICT_NONE)
			put_step(&w, &r->row[i]);
	json_write_close(&w, ']');
	json_report_causes(&w, e);
	json_write_open(&w, "not_causes", '[');
	for (unsigned i = 0; i < e->nots && i < EXPLAIN_NOTS_MAX; i++)
		json_write_text(&w, NULL, e->not_cause[i]);
	json_write_close(&w, ']');
	put_list(&w, "powershell", e->powershell);
	put_warnings(&w, r, e);
	put_support(&w, r);
	json_write_close(&w, '}');
	buf_byte(out, '\n');
}

void json_report_many_start(struct json_report_many *m)
{
	*m = (struct json_report_many){ .causes = 0 };
	m->names = BUF(m->bytes);
}

void json_report_many_report(struct json_report_many *m, const struct report *r, const struct explanation *e)
{
	unsigned at = 0;

	m->count[report_verdict(r)]++;
	m->ms = r->ms > m->ms ? r->ms : m->ms;
	if (e->n == 0)
		return;
	while (at < m->causes && m->cause[at].id != e->cause[0].id)
		at++;
	if (at == JSON_REPORT_CAUSES_MAX || m->names.cap - m->names.n < r->mailbox.n + 3)
		return;
	if (at == m->causes) {
		m->cause[m->causes].id = e->cause[0].id;
		m->cause[m->causes++].who = e->cause[0].who;
	}
	buf_byte(&m->names, (unsigned char)at);
	buf_byte(&m->names, (unsigned char)(r->mailbox.n >> 8));
	buf_byte(&m->names, (unsigned char)r->mailbox.n);
	buf_put(&m->names, r->mailbox);
}

void json_report_many_end(struct buf *out, const struct json_report_many *m, enum exit_status gravest,
                          struct pseudonym *pseudonym)
{
	size_t all = m->count[VERDICT_PASS] + m->count[VERDICT_WARN] + m->count[VERDICT_FAIL];
	struct json_write w = json_report_writer(out, pseudonym);

	json_write_open(&w, NULL, '{');
	json_write_z(&w, "schema", "o2pop.check/1");
	json_write_open(&w, "summary", '{');
	json_write_i64(&w, "mailboxes", (int64_t)all);
	for (int v = VERDICT_PASS; v <= VERDICT_FAIL; v++)
		json_write_i64(&w, step_verdict[v], (int64_t)m->count[v]);
	json_write_i64(&w, "exit", gravest);
	json_write_i64(&w, "ms", m->ms);
	json_write_open(&w, "causes", '[');
	for (unsigned i = 0; i < m->causes; i++) {
		struct span rest = buf_span(&m->names);

		json_write_open(&w, NULL, '{');
		json_write_z(&w, "id", m->cause[i].id);
		json_write_z(&w, "who", json_report_who[m->cause[i].who]);
		json_write_open(&w, "mailboxes", '[');
		while (rest.n >= 3) {
			size_t n = (size_t)rest.p[1] << 8 | rest.p[2];

			if (rest.p[0] == i)
				json_write_text(&w, NULL, span_first(span_from(rest, 3), n));
			rest = span_from(rest, 3 + n);
		}
		json_write_close(&w, ']');
		json_write_close(&w, '}');
	}
	json_write_close(&w, ']');
	json_write_close(&w, '}');
	json_write_close(&w, '}');
	buf_byte(out, '\n');
}

void json_report_error(struct buf *out, const char *command, const struct fault *f, int status)
{
	struct json_write w = { .out = out };
	char name[40];
	struct buf schema = BUF(name);

	buf_say(&schema, "o2pop.%s/1", command);
	json_write_open(&w, NULL, '{');
	json_write_text(&w, "schema", buf_span(&schema));
	json_write_open(&w, "error", '{');
	json_write_z(&w, "fault", fault_id(f->code));
	json_write_z(&w, "text", fault_text(f->code));
	json_write_text(&w, "evidence", fault_evidence(f));
	json_write_i64(&w, "exit", status);
	json_write_close(&w, '}');
	json_write_close(&w, '}');
	buf_byte(out, '\n');
}

void json_report_reading(struct json_write *w, const struct reading *r)
{
	char text[200];
	struct buf b = BUF(text);

	reading_context(r, &b);
	json_write_open(w, "understood", '{');
	json_write_some(w, "context", buf_span(&b));
	for (int i = 0; i < READING_VALUES; i++)
		json_write_some(w, reading_value_id((enum reading_value)i), span_z((const char *)r->value[i]));
	json_write_close(w, '}');
}

void json_report_lost(struct json_write *w, const struct reading *r)
{
	json_write_open(w, "lines", '{');
	json_write_i64(w, "all", (int64_t)r->lines);
	json_write_i64(w, "understood", (int64_t)r->understood);
	json_write_open(w, "not_understood", '[');
	for (unsigned i = 0; i < r->losts; i++) {
		json_write_open(w, NULL, '{');
		json_write_i64(w, "line", (int64_t)r->lost[i].line);
		json_write_text(w, "text", span_z((const char *)r->lost[i].text));
		json_write_close(w, '}');
	}
	json_write_close(w, ']');
	json_write_close(w, '}');
}
