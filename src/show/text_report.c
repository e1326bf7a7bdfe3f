#include "show/text_report.h"

#include <string.h>

#include "explain/placeholder.h"
#include "show/causes.h"
#include "show/phrases.h"
#include "text/date.h"

/* The longest id with two blanks; where the result of one mailbox of many begins. */
enum { TEXT_REPORT_ID = 12, TEXT_REPORT_RESULT = 36 };

static void put_head(struct page *p, const struct report *r, struct span what)
{
	char text[64];
	struct buf b = BUF(text);

	page_toned(p, PAGE_STRONG, SPAN("o2pop " O2POP_VERSION));
	page_z(p, "  ");
	page_words(p, 2, what);
	date_put(&b, r->started_unix);
	page_z(p, "  ");
	page_row(p, 2, buf_span(&b), SPAN_NONE);
	page_end(p);
}

/* The mailbox; without one, the token endpoint that was asked, or the host that was probed. */
static struct span subject(const struct report *r)
{
	if (r->mailbox.n != 0 || r->settings == NULL)
		return r->mailbox;
	if (r->row[STEP_POP_DNS].verdict == VERDICT_NONE && r->settings->token_url.n != 0)
		return r->settings->token_url;
	return settings_get(r->settings, SETTING_POP_HOST);
}

static void put_step(struct page *p, const struct report *r, const struct row *row, bool explained)
{
	unsigned char bytes[PHRASES_MAX], time[32];
	struct buf b = BUF(bytes), ms = BUF(time);
	unsigned at;

	switch (row->verdict) {
	case VERDICT_NONE:
		return;
	case VERDICT_PASS:
	case VERDICT_WARN:
		phrases_found(&b, r, row);
		break;
	case VERDICT_FAIL:
		phrases_failed(&b, row, !explained);
		break;
	case VERDICT_SKIP:
		if (!phrases_skipped(&b, r, row))
			return;
		break;
	}
	if (row->verdict != VERDICT_SKIP && row->step != STEP_CLOCK)
		phrases_time(&ms, row->ms);
	page_mark(p, row->verdict);
	at = p->column + TEXT_REPORT_ID;
	page_z(p, step_table[row->step].id);
	page_to(p, at);
	page_row(p, at, buf_span(&b), buf_span(&ms));
}

/* The peer's words about the failure, verbatim. */
static void put_evidence(struct page *p, const struct row *row)
{
	struct span said = fault_evidence(&row->fault);

	if (said.n == 0)
		return;
	page_heading(p, phrases_quoted(&row->fault) ? "Server said" : "Evidence");
	page_to(p, 2);
	page_row(p, 2, said, SPAN_NONE);
}

/* Does the token carry the right to knock at another service? What cannot be read may. */
static bool may_triage(const struct report *r)
{
	static const char *const rights[] = { "IMAP.AccessAs", "SMTP.Send" };
	struct span roles = row_get(&r->row[STEP_CLAIMS], FACT_ROLES), scp = row_get(&r->row[STEP_CLAIMS], FACT_SCP);
	size_t at;

	for (size_t i = 0; i < COUNT(rights); i++)
		if (span_find(roles, span_z(rights[i]), &at) || span_find(scp, span_z(rights[i]), &at))
			return true;
	return roles.n == 0 && scp.n == 0;
}

/* A refused login has several causes: the other services tell them apart. */
static void put_triage(struct page *p, const struct report *r, const struct explanation *e)
{
	enum fault_code code = r->row[STEP_AUTH].fault.code;
	unsigned char bytes[2048];
	struct buf b = BUF(bytes);
	enum step failed;

	if (!report_first_failure(r, &failed) || failed != STEP_AUTH || e->n < 2 ||
	    r->row[STEP_TRIAGE].verdict != VERDICT_NONE ||
	    (code != FAULT_AUTH_REFUSED && code != FAULT_AUTH_CHALLENGE && code != FAULT_AUTH_NOT_CONNECTED))
		return;
	buf_z(&b, "Try the same token at the IMAP and SMTP services (two more logins), which distinguishes a refused "
	          "token from "
	          "a closed mailbox and from POP3 switched off");
	if (!may_triage(r))
		buf_z(&b, "; the token needs a permission for IMAP or SMTP, and has none yet");
	buf_z(&b, ":\n\to2pop check");
	placeholder_run(&(struct explain_case){ .r = r }, &b);
	buf_z(&b, " --triage");
	page_heading(p, "To narrow it down");
	page_lines(p, 2, buf_span(&b));
}

static void put_powershell(struct page *p, const struct explanation *e)
{
	if (e->powershell.n == 0)
		return;
	page_heading(p, "To paste into Exchange Online PowerShell");
	page_typed(p, 0, e->powershell);
}

static void put_support(struct page *p, const struct report *r)
{
	static const struct {
		enum fact key;
		const char *label;
	} id[] = {
		{ FACT_TRACE_ID, "trace id" },
		{ FACT_CORRELATION_ID, "correlation id" },
		{ FACT_TIMESTAMP, "timestamp" },
		{ FACT_FRONT_END, "mail front end" },
	};
	bool any = false;

	for (size_t i = 0; i < COUNT(id); i++) {
		const struct row *row = report_with(r, id[i].key);
		unsigned char bytes[FACT_TEXT_MAX];
		struct buf value = BUF(bytes);

		if (row == NULL)
			continue;
		(void)row_put(&value, row, id[i].key);
		if (!any)
			page_heading(p, "For a support request");
		any = true;
		page_to(p, 2);
		page_z(p, id[i].label);
		page_to(p, 18);
		page_row(p, 18, buf_span(&value), SPAN_NONE);
	}
}

static unsigned put_warnings(struct page *p, const struct report *r, const struct explanation *e)
{
	unsigned n = 0;

	for (int i = 0; i < STEP__COUNT; i++) {
		const struct row *row = &r->row[i];
		struct span text;

		if (row->verdict != VERDICT_WARN)
			continue;
		if (n++ == 0)
			page_heading(p, "Warnings");
		text = e->warning[i];
		if (text.n == 0)
			text = row_get(row, FACT_NOTE);
		if (text.n == 0)
			text = row->fault.code == FAULT_NONE ? SPAN("see its line above")
			                                     : span_z(fault_text(row->fault.code));
		page_to(p, 2);
		page_z(p, step_table[i].id);
		page_lines(p, 2 + TEXT_REPORT_ID, text);
	}
	return n;
}

static void put_verdict(struct page *p, enum verdict v)
{
	page_toned(p, v == VERDICT_FAIL ? PAGE_BAD : PAGE_GOOD, v == VERDICT_FAIL ? SPAN("FAIL") : SPAN("PASS"));
	page_to(p, 6);
}

static void put_summary(struct page *p, const struct report *r, unsigned warnings)
{
	unsigned char bytes[PHRASES_MAX], time[32];
	struct buf b = BUF(bytes), ms = BUF(time);
	int64_t messages;
	enum step failed;

	page_end(p);
	put_verdict(p, report_verdict(r));
	if (report_first_failure(r, &failed)) {
		buf_say(&b, "%s: %s", step_table[failed].id, fault_text(r->row[failed].fault.code));
		for (int i = failed + 1; i < STEP__COUNT; i++)
			if (r->row[i].verdict == VERDICT_FAIL)
				buf_say(&b, "; also %s", step_table[i].id);
		buf_say(&b, "; exit status %d", (int)report_exit(r));
	} else if (row_i64(&r->row[STEP_MAILBOX], FACT_MESSAGES, &messages)) {
		phrases_count(&b, messages, "message");
	} else {
		buf_z(&b, "all requested steps passed");
	}
	if (warnings != 0)
		buf_say(&b, ", %u warning%s", warnings, warnings == 1 ? "" : "s");
	phrases_time(&ms, r->ms);
	page_row(p, 6, buf_span(&b), buf_span(&ms));
}

void text_report_one(struct page *p, const struct report *r, const struct explanation *e)
{
	enum step failed = STEP__COUNT;
	bool fails = report_first_failure(r, &failed);
	size_t begin = p->out->n;
	unsigned warnings;

	if (p->pseudonym != NULL)
		pseudonym_report(p->pseudonym, r);
	put_head(p, r, subject(r));
	for (int i = 0; i < STEP__COUNT; i++)
		put_step(p, r, &r->row[i], i == (int)failed);
	if (fails) {
		put_evidence(p, &r->row[failed]);
		causes_causes(p, e);
		put_triage(p, r, e);
	}
	warnings = put_warnings(p, r, e);
	if (fails) {
		put_powershell(p, e);
		put_support(p, r);
	}
	if (fails)
		causes_again(p, e, begin);
	put_summary(p, r, warnings);
}

/* ---- many mailboxes -------------------------------------------------------------------------- */

/* Is this step the same in the reports of all mailboxes? */
static bool common(enum step step)
{
	return step_table[step].by == STEP_BY_TOKEN_WORKER || step_table[step].by == STEP_BY_SUPERVISOR;
}

void text_report_many_start(struct text_report_many *m)
{
	memset(m, 0, offsetof(struct text_report_many, bytes)); /* a page that is not touched costs nothing */
	m->later = BUF(m->bytes);
}

static void put_common(struct page *p, const struct report *r)
{
	enum step failed = STEP__COUNT;

	put_head(p, r, SPAN("many mailboxes"));
	(void)report_first_failure(r, &failed);
	for (int i = 0; i < STEP__COUNT; i++)
		if (common((enum step)i) && r->row[i].verdict != VERDICT_SKIP)
			put_step(p, r, &r->row[i], i == (int)failed);
	page_end(p);
}

/* How long this mailbox took, without what is the same for all. */
static int64_t own_ms(const struct report *r)
{
	int64_t from = INT64_MAX, to = 0;

	for (int i = 0; i < STEP__COUNT; i++) {
		const struct row *row = &r->row[i];

		if (common((enum step)i) || row->verdict == VERDICT_NONE || row->verdict == VERDICT_SKIP)
			continue;
		from = row->began_ms < from ? row->began_ms : from;
		to = row->began_ms + row->ms > to ? row->began_ms + row->ms : to;
	}
	return to > from ? to - from : 0;
}

static void put_mailbox(struct page *p, const struct report *r)
{
	unsigned char words[PHRASES_MAX], bytes[32];
	struct buf b = BUF(words), ms = BUF(bytes);
	enum verdict v = report_verdict(r);
	enum step failed;

	if (report_first_failure(r, &failed)) {
		v = common(failed) ? VERDICT_SKIP : v;
		buf_say(&b, v == VERDICT_SKIP ? "skipped: %s must pass first" : "%s: ", step_table[failed].id);
		if (v != VERDICT_SKIP)
			phrases_failed(&b, &r->row[failed], false);
	} else {
		phrases_found(&b, r, &r->row[STEP_MAILBOX]);
	}
	phrases_time(&ms, own_ms(r));
	page_mark(p, v);
	page_words(p, p->column, r->mailbox);
	if (p->column + 2 > TEXT_REPORT_RESULT)
		page_end(p);
	page_to(p, TEXT_REPORT_RESULT);
	page_row(p, TEXT_REPORT_RESULT, buf_span(&b), buf_span(&ms));
}

/* Explain the failure now, while the report is there, for the end of the page. */
static void explain_later(struct page *p, struct text_report_many *m, const struct report *r, enum step failed,
                          const struct explanation *e)
{
	const struct fault *f = &r->row[failed].fault;
	const char *cause = e->n != 0 ? e->cause[0].id : "";
	struct text_report_group *g;
	struct page later = *p;

	for (g = m->group; g < m->group + m->groups; g++) {
		if (g->step == failed && g->code == f->code && g->num == f->num &&
		    span_eq(span_z(g->cause), span_z(cause))) {
			g->mailboxes++;
			return;
		}
	}
	if (m->groups == TEXT_REPORT_GROUPS_MAX) {
		m->ungrouped++;
		return;
	}
	m->groups++;
	*g = (struct text_report_group){ failed, f->code, f->num, cause, 1, m->later.n, 0 };
	later.out = &m->later;
	if (!common(failed)) {
		page_to(&later, 2);
		page_z(&later, "for example ");
		page_row(&later, 4, r->mailbox, SPAN_NONE);
	}
	put_evidence(&later, &r->row[failed]);
	causes_causes(&later, e);
	put_triage(&later, r, e);
	put_powershell(&later, e);
	put_support(&later, r);
	g->to = m->later.n;
}

void text_report_many_report(struct page *p, struct text_report_many *m, const struct report *r, struct explanation *e)
{
	enum step failed;

	if (p->pseudonym != NULL)
		pseudonym_report(p->pseudonym, r);
	if (m->passed + m->warned + m->failed == 0)
		put_common(p, r);
	put_mailbox(p, r);
	m->ms = r->ms > m->ms ? r->ms : m->ms;
	if (!report_first_failure(r, &failed)) {
		m->warned += report_verdict(r) == VERDICT_WARN;
		m->passed += report_verdict(r) != VERDICT_WARN;
		return;
	}
	m->failed++;
	explain_report(r, e);
	explain_later(p, m, r, failed, e);
}

static void put_group(struct page *p, const struct text_report_many *m, const struct text_report_group *g)
{
	unsigned char bytes[PHRASES_MAX];
	struct buf b = BUF(bytes);

	buf_say(&b, "%s: %s (", step_table[g->step].id, fault_text(g->code));
	phrases_count(&b, (int64_t)g->mailboxes, g->mailboxes == 1 ? "mailbox" : "mailboxe");
	buf_z(&b, ")");
	page_end(p);
	page_mark(p, VERDICT_FAIL);
	page_tone(p, PAGE_STRONG);
	page_words(p, p->column, buf_span(&b));
	page_tone(p, PAGE_PLAIN);
	page_end(p);
	buf_put(p->out, span_from(span_first(buf_span(&m->later), g->to), g->from));
}

void text_report_many_end(struct page *p, struct text_report_many *m, enum exit_status gravest)
{
	size_t all = m->passed + m->warned + m->failed;
	unsigned char bytes[PHRASES_MAX], time[32];
	struct buf b = BUF(bytes), ms = BUF(time);

	if (!buf_ok(&m->later))
		p->out->full = true;
	for (unsigned i = 0; i < m->groups; i++)
		put_group(p, m, &m->group[i]);
	if (m->ungrouped != 0) {
		phrases_count(&b, (int64_t)m->ungrouped, "more failure");
		buf_z(&b, " of further kinds: check those mailboxes alone");
		page_end(p);
		page_lines(p, 0, buf_span(&b));
	}
	page_end(p);
	put_verdict(p, m->failed != 0 ? VERDICT_FAIL : VERDICT_PASS);
	b = BUF(bytes);
	if (m->failed != 0)
		buf_say(&b, "%zu of ", m->failed);
	phrases_count(&b, (int64_t)all, all == 1 ? "mailbox" : "mailboxe");
	if (m->failed != 0)
		buf_say(&b, " failed; exit status %d", (int)gravest);
	if (m->warned != 0)
		buf_say(&b, ", %zu with warnings", m->warned);
	phrases_time(&ms, m->ms);
	page_row(p, 6, buf_span(&b), buf_span(&ms));
}
