#include "explain/explain.h"

#include <stddef.h>
#include <string.h>

#include "explain/auth_causes.h"
#include "explain/wording.h"
#include "explain/match.h"
#include "explain/ruled_out.h"
#include "explain/diagnose.h"

static void start(struct explanation *e)
{
	memset(e, 0, offsetof(struct explanation, bytes));
	e->scratch = BUF(e->bytes);
}

static void fill(const struct explain_case *c, const struct knowledge_causes *l)
{
	for (unsigned i = 0; i < l->n; i++)
		wording_cause(c, l->cause[i], &c->e->cause[c->e->n++]);
}

/* The secret's end is near or past, says the note of the credential step. */
static const char *secret_end(const struct explain_case *c)
{
	if ((knowledge_flags(knowledge_find(KNOWN_AADSTS, c->r->row[STEP_TOKEN].fault.num)) & KNOWN_SECRET_ENDED) != 0)
		return "{note}.";
	if (!c->known.entra)
		return "{note}. Make the next secret now, and note its end as secret_expires.";
	if (c->known.secret_ended)
		return "{note}. If it was renewed, note its new end there. Else make the next one now: {new_secret}";
	return "{note}. Make the next one now: {new_secret}\n"
	       "Then note its end as secret_expires; the old secret works until its own end.";
}

/* What a warning means that comes without a fault. */
static const char *without_fault(enum step step, const struct row *row)
{
	if (row_get(row, FACT_DUPLICATE).n != 0)
		return "The answer holds the key {duplicate_key} twice. The first one counts.";
	if (row_get(row, FACT_NOTE).n != 0)
		return "{note}";
	if (step == STEP_IDP_TLS || step == STEP_POP_TLS)
		return "The server's certificate ends in {cert_days} days. Its owner has to renew it.";
	if (step == STEP_CLOCK)
		return "This machine's clock is {skew}. Certificates and tokens are judged by it: keep it set by NTP.";
	return "";
}

/* What a warning means, in one or two sentences. */
static struct span warning(const struct explain_case *c)
{
	struct knowledge_causes l = { .holds = knowledge_for(c->r->settings) };
	const struct row *row = placeholder_row(c);
	bool noted = row_get(row, FACT_NOTE).n != 0;
	struct knowledge_template t;

	if (c->step == STEP_QUIT)
		return SPAN("The session did not end in good order. That does no harm: nothing was changed.");
	if (c->step == STEP_CREDENTIAL && noted && c->known.secret_near)
		return wording_fill(c, secret_end(c), TEMPLATE_PARAGRAPH);
	if (row->fault.code == FAULT_NONE || (c->step == STEP_CREDENTIAL && noted))
		return wording_fill(c, without_fault(c->step, row), TEMPLATE_PARAGRAPH);
	diagnose(c, &l);
	knowledge_cause(l.cause[0], &t);
	return wording_fill(c, t.text, TEMPLATE_PARAGRAPH);
}

void explain_report(const struct report *r, struct explanation *e)
{
	struct explain_case c = { .r = r, .e = e };
	struct knowledge_causes l = { .holds = knowledge_for(r->settings) };

	start(e);
	evidence_read(r, &c.known);
	if (report_first_failure(r, &c.step)) {
		diagnose(&c, &l);
		fill(&c, &l);
		ruled_out(&c);
		e->powershell = auth_causes_script(&c);
	}
	for (c.step = STEP_CREDENTIAL; c.step < STEP__COUNT; c.step++)
		if (r->row[c.step].verdict == VERDICT_WARN)
			e->warning[c.step] = warning(&c);
}

bool explain_text(struct span text, size_t *at, struct explain_found *found, struct explanation *e)
{
	struct explain_case c = { .e = e };
	struct knowledge_causes l = { .holds = FOR_ALL };
	struct buf meaning = BUF(found->meaning);
	struct match_hit hit;

	start(e);
	if (!match_text(text, *at, &hit))
		return false;
	found->what = span_first(span_from(text, hit.at), hit.n);
	found->aadsts = hit.aadsts;
	found->known = hit.row;
	if (hit.row != KNOWLEDGE_NOTHING) {
		found->known = knowledge_base(hit.row);
		knowledge_meaning(hit.row, &meaning);
		l.holds &= hit.aadsts != 0 ? ~(unsigned)FOR_OTHER : FOR_ALL;
		knowledge_add_row(&l, hit.row);
	}
	buf_byte(&meaning, '\0');
	*at = hit.at + hit.n;
	fill(&c, &l);
	return true;
}

bool explain_cause(struct span id, struct explanation *e)
{
	struct explain_case c = { .e = e };
	struct knowledge_causes l = { .holds = FOR_ALL };

	start(e);
	knowledge_add(&l, knowledge_cause_named(id));
	fill(&c, &l);
	return l.n != 0;
}

const char *explain_who(enum explain_who who)
{
	static const char *const names[] = {
		[EXPLAIN_YOU] = "you",
		[EXPLAIN_ENTRA] = "an Entra administrator",
		[EXPLAIN_EXCHANGE] = "an Exchange administrator",
		[EXPLAIN_NETWORK] = "the network team",
		[EXPLAIN_PROVIDER] = "the provider",
		[EXPLAIN_MAIL] = "the mail server's administrator",
	};

	return names[who];
}
