#include "show/openmetrics.h"

#include <string.h>

#include "show/phrases.h"

/* ---- what is kept -------------------------------------------------------------------------------- */

/* Of the whole run, with no mailbox in its labels. */
static bool of_run(enum step step)
{
	return step_table[step].by != STEP_BY_MAIL_WORKER && step_table[step].by != STEP_BY_TRIAGE_WORKER;
}

static void keep(struct openmetrics_mailbox *m, enum openmetrics_value which, int64_t value)
{
	m->known |= 1u << which;
	m->value[which] = value;
}

static void keep_fact(struct openmetrics_mailbox *m, enum openmetrics_value which, const struct row *row, enum fact key)
{
	int64_t value;

	if (row_i64(row, key, &value))
		keep(m, which, value);
}

static void earliest(struct openmetrics *m, enum openmetrics_moment which, int64_t moment)
{
	if (moment > 0 && (m->moment[which] == 0 || moment < m->moment[which]))
		m->moment[which] = moment;
}

static void earliest_fact(struct openmetrics *m, enum openmetrics_moment which, const struct row *row, enum fact key)
{
	int64_t moment;

	if (row_i64(row, key, &moment))
		earliest(m, which, moment);
}

static void keep_moments(struct openmetrics *m, const struct report *r)
{
	earliest(m, OPENMETRICS_START, r->started_unix);
	earliest_fact(m, OPENMETRICS_TOKEN_EXPIRES, &r->row[STEP_CLAIMS], FACT_EXPIRES);
	earliest_fact(m, OPENMETRICS_TOKEN_CERTIFICATE, &r->row[STEP_IDP_TLS], FACT_NOT_AFTER);
	earliest_fact(m, OPENMETRICS_MAIL_CERTIFICATE, &r->row[STEP_POP_TLS], FACT_NOT_AFTER);
	earliest_fact(m, OPENMETRICS_CREDENTIAL, &r->row[STEP_CREDENTIAL], FACT_APP_CERT_ENDS);
	earliest_fact(m, OPENMETRICS_CREDENTIAL, &r->row[STEP_CREDENTIAL], FACT_SECRET_ENDS);
}

/* A step of the run as it went worst: of its claims some mailboxes may be the wrong ones. */
static void keep_steps(struct openmetrics *m, struct openmetrics_mailbox *mine, const struct report *r)
{
	for (int i = 0; i < STEP__COUNT; i++) {
		struct openmetrics_step now = { r->row[i].verdict, r->row[i].ms };
		bool worse = now.verdict == VERDICT_FAIL || m->step[i].verdict == VERDICT_NONE ||
		             m->step[i].verdict == VERDICT_SKIP;

		mine->step[i] = now;
		if (of_run((enum step)i) && worse)
			m->step[i] = now;
	}
}

void openmetrics_add(struct openmetrics *m, const struct report *r, const char *cause)
{
	struct openmetrics_mailbox *mine;
	int64_t warnings = 0;
	struct buf name;

	if (m->n == m->room)
		return;
	if (m->pseudonym != NULL)
		pseudonym_report(m->pseudonym, r);
	mine = &m->mailbox[m->n++];
	*mine = (struct openmetrics_mailbox){ .failed = STEP__COUNT, .cause = cause };
	name = BUF(mine->mailbox);
	buf_put(&name, r->mailbox);
	mine->mailbox_n = (uint32_t)name.n;
	if (report_first_failure(r, &mine->failed))
		mine->fault = r->row[mine->failed].fault.code;
	else
		mine->failed = STEP__COUNT;
	for (int i = 0; i < STEP__COUNT; i++)
		warnings += r->row[i].verdict == VERDICT_WARN;
	keep(mine, OPENMETRICS_SUCCESS, mine->failed == STEP__COUNT);
	keep(mine, OPENMETRICS_EXIT_STATUS, report_exit(r));
	keep(mine, OPENMETRICS_WARNINGS, warnings);
	keep(mine, OPENMETRICS_MS, r->ms);
	keep_fact(mine, OPENMETRICS_MESSAGES, &r->row[STEP_MAILBOX], FACT_MESSAGES);
	keep_fact(mine, OPENMETRICS_OCTETS, &r->row[STEP_MAILBOX], FACT_OCTETS);
	keep_fact(mine, OPENMETRICS_OLDEST, &r->row[STEP_MAILBOX], FACT_OLDEST);
	keep_steps(m, mine, r);
	keep_moments(m, r);
}

/* ---- the families -------------------------------------------------------------------------------- */

enum family_of { BUILD, MOMENT, COUNTED, SUM, VALUE, FAILURE, STEP_SUCCESS, STEP_SECONDS };

static const struct family {
	const char *name;
	const char *unit; /* with which the name ends; NULL: none */
	enum family_of of;
	unsigned which; /* enum openmetrics_moment or openmetrics_value */
	const char *help;
} families[] = {
	{ "o2pop_build_info", NULL, BUILD, 0, "The version of o2pop." },
	{ "o2pop_start_timestamp_seconds", "seconds", MOMENT, OPENMETRICS_START, "When the run began." },
	{ "o2pop_token_expiry_timestamp_seconds", "seconds", MOMENT, OPENMETRICS_TOKEN_EXPIRES,
	  "When the access token expires." },
	{ "o2pop_token_certificate_expiry_timestamp_seconds", "seconds", MOMENT, OPENMETRICS_TOKEN_CERTIFICATE,
	  "When the identity provider's TLS certificate expires." },
	{ "o2pop_mail_certificate_expiry_timestamp_seconds", "seconds", MOMENT, OPENMETRICS_MAIL_CERTIFICATE,
	  "When the mail server's TLS certificate expires." },
	{ "o2pop_credential_expiry_timestamp_seconds", "seconds", MOMENT, OPENMETRICS_CREDENTIAL,
	  "When the client secret (secret_expires) or the application's certificate expires." },
	{ "o2pop_mailboxes", NULL, COUNTED, 0, "Mailboxes that were checked." },
	{ "o2pop_mailboxes_failed", NULL, COUNTED, 1, "Mailboxes of which a step failed." },
	{ "o2pop_messages", NULL, SUM, OPENMETRICS_MESSAGES, "Messages in all mailboxes." },
	{ "o2pop_size_bytes", "bytes", SUM, OPENMETRICS_OCTETS, "Octets in all mailboxes, by STAT." },
	{ "o2pop_mailbox_success", NULL, VALUE, OPENMETRICS_SUCCESS, "1 if the mailbox can be read, else 0." },
	{ "o2pop_mailbox_exit_status", NULL, VALUE, OPENMETRICS_EXIT_STATUS, "The exit status of its check." },
	{ "o2pop_mailbox_warnings", NULL, VALUE, OPENMETRICS_WARNINGS, "Steps that passed with a warning." },
	{ "o2pop_mailbox_check_seconds", "seconds", VALUE, OPENMETRICS_MS, "How long its check took." },
	{ "o2pop_mailbox_messages", NULL, VALUE, OPENMETRICS_MESSAGES, "Messages in the mailbox, by STAT." },
	{ "o2pop_mailbox_size_bytes", "bytes", VALUE, OPENMETRICS_OCTETS, "Octets in the mailbox, by STAT." },
	{ "o2pop_mailbox_oldest_message_timestamp_seconds", "seconds", VALUE, OPENMETRICS_OLDEST,
	  "When message 1 was received, by its first Received or its Date field." },
	{ "o2pop_mailbox_failure", NULL, FAILURE, 0, "1 for the step that failed, its fault and the likeliest cause." },
	{ "o2pop_step_success", NULL, STEP_SUCCESS, 0,
	  "1 if the step passed, perhaps with a warning, else 0; without mailbox: of the whole run." },
	{ "o2pop_step_seconds", "seconds", STEP_SECONDS, 0, "How long the step took." },
};

/* In quotes. */
static void put_mailbox(const struct openmetrics *m, const struct openmetrics_mailbox *of, struct buf *out)
{
	unsigned char shown[4 * REPORT_MAILBOX_MAX], named[4 * REPORT_MAILBOX_MAX];
	struct buf b = BUF(shown), c = BUF(named);

	buf_printable(&b, (struct span){ (const unsigned char *)of->mailbox, of->mailbox_n });
	if (m->pseudonym != NULL)
		pseudonym_apply(m->pseudonym, buf_span(&b), &c);
	else
		buf_put(&c, buf_span(&b));
	buf_z(out, "mailbox=\"");
	for (size_t i = 0; i < c.n; i++) {
		if (named[i] == '"' || named[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, named[i]);
	}
	buf_byte(out, '"');
}

static void put_value(const struct family *f, const struct openmetrics *m, const struct openmetrics_mailbox *of,
                      struct buf *out)
{
	if ((of->known & 1u << f->which) == 0)
		return;
	buf_z(out, f->name);
	if (of->mailbox_n != 0) {
		buf_byte(out, '{');
		put_mailbox(m, of, out);
		buf_byte(out, '}');
	}
	buf_byte(out, ' ');
	if (f->which == OPENMETRICS_MS)
		phrases_exact(out, of->value[f->which]);
	else
		buf_i64(out, of->value[f->which]);
	buf_byte(out, '\n');
}

static void put_failure(const struct family *f, const struct openmetrics *m, const struct openmetrics_mailbox *of,
                        struct buf *out)
{
	if (of->failed == STEP__COUNT)
		return;
	buf_say(out, "%s{", f->name);
	if (of->mailbox_n != 0) {
		put_mailbox(m, of, out);
		buf_byte(out, ',');
	}
	buf_say(out, "step=\"%s\",fault=\"%s\",cause=\"%s\"} 1\n", step_table[of->failed].id, fault_id(of->fault),
	        of->cause != NULL ? of->cause : "");
}

/* One step of one mailbox, or of the run (NULL). */
static void put_step(const struct family *f, const struct openmetrics *m, const struct openmetrics_mailbox *of,
                     enum step step, struct buf *out)
{
	const struct openmetrics_step *s = of != NULL ? &of->step[step] : &m->step[step];

	if (s->verdict == VERDICT_NONE || s->verdict == VERDICT_SKIP)
		return;
	buf_say(out, "%s{step=\"%s\"", f->name, step_table[step].id);
	if (of != NULL && of->mailbox_n != 0) {
		buf_byte(out, ',');
		put_mailbox(m, of, out);
	}
	buf_z(out, "} ");
	if (f->of == STEP_SUCCESS)
		buf_z(out, s->verdict == VERDICT_FAIL ? "0" : "1");
	else
		phrases_exact(out, s->ms);
	buf_byte(out, '\n');
}

static void put_steps(const struct family *f, const struct openmetrics *m, const struct openmetrics_mailbox *of,
                      struct buf *out)
{
	for (int i = 0; i < STEP__COUNT; i++)
		if (of_run((enum step)i) == (of == NULL))
			put_step(f, m, of, (enum step)i, out);
}

/* Over all mailboxes; false when no mailbox tells. */
static bool sum(const struct openmetrics *m, enum openmetrics_value which, int64_t *total)
{
	bool known = false;

	*total = 0;
	for (size_t i = 0; i < m->n; i++) {
		const struct openmetrics_mailbox *of = &m->mailbox[i];

		if ((of->known & 1u << which) == 0 || of->value[which] > INT64_MAX - *total)
			continue;
		known = true;
		*total += of->value[which];
	}
	return known;
}

static void put_head(const struct family *f, struct buf *out)
{
	buf_say(out, "# TYPE %s gauge\n", f->name);
	if (f->unit != NULL)
		buf_say(out, "# UNIT %s %s\n", f->name, f->unit);
	buf_say(out, "# HELP %s %s\n", f->name, f->help);
}

/* The head, and what has no mailbox. */
static void put_run(const struct family *f, const struct openmetrics *m, struct buf *out)
{
	int64_t good = 0, total;

	put_head(f, out);
	switch (f->of) {
	case BUILD:
		buf_say(out, "%s{version=\"%s\"} 1\n", f->name, O2POP_VERSION);
		break;
	case MOMENT:
		if (m->moment[f->which] != 0)
			buf_say(out, "%s %lld\n", f->name, (long long)m->moment[f->which]);
		break;
	case COUNTED:
		(void)sum(m, OPENMETRICS_SUCCESS, &good);
		buf_say(out, "%s %lld\n", f->name, (long long)m->n - (f->which == 0 ? 0 : (long long)good));
		break;
	case SUM:
		if (sum(m, (enum openmetrics_value)f->which, &total))
			buf_say(out, "%s %lld\n", f->name, (long long)total);
		break;
	case STEP_SUCCESS:
	case STEP_SECONDS:
		put_steps(f, m, NULL, out);
		break;
	case VALUE:
	case FAILURE:
		break;
	}
}

static void put_one(const struct family *f, const struct openmetrics *m, const struct openmetrics_mailbox *of,
                    struct buf *out)
{
	switch (f->of) {
	case VALUE:
		put_value(f, m, of, out);
		break;
	case FAILURE:
		put_failure(f, m, of, out);
		break;
	case STEP_SUCCESS:
	case STEP_SECONDS:
		put_steps(f, m, of, out);
		break;
	case BUILD:
	case MOMENT:
	case COUNTED:
	case SUM:
		break;
	}
}

bool openmetrics_next(const struct openmetrics *m, struct openmetrics_place *at, struct buf *out)
{
	const struct family *f = &families[at->family];

	if (at->family == COUNT(families)) {
		buf_z(out, "# EOF\n");
		return false;
	}
	if (at->mailbox == 0)
		put_run(f, m, out);
	if (at->mailbox < m->n)
		put_one(f, m, &m->mailbox[at->mailbox], out);
	if (++at->mailbox >= m->n)
		*at = (struct openmetrics_place){ .family = at->family + 1 };
	return true;
}
