#include "explain/explain.h"

#include <stddef.h>
#include <string.h>

#include "explain/auth_causes.h"
#include "explain/wording.h"
#include "explain/match.h"
#include "explain/ruled_out.h"
#include "explain/diagnose.h"
#include "text/near.h"

static void start(struct explanation *e)
{
	memset(e, 0, offsetof(struct explanation, bytes));
	e->scratch = BUF(e->bytes);
}

static void fill(const struct explain_case *c, const struct knowledge_causes *l)
{
	for (unsigned i = 0; i < l->n && c->e->n < EXPLAIN_CAUSES_MAX; i++) {
		size_t mark = c->e->scratch.n;

		if (wording_cause(c, l->cause[i], &c->e->cause[c->e->n]))
			c->e->n++;
		else
			c->e->scratch.n = mark;
	}
}

/* The secret's end is near or past, says the note of the credential step. */
static const char *secret_end(const struct explain_case *c)
{
	if ((knowledge_marks(knowledge_find(KNOWN_AADSTS, c->r->row[STEP_TOKEN].fault.num)) & KNOWN_SECRET_ENDED) != 0)
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
	struct knowledge_causes l = { .holds = evidence_holds(c->r, &c->known, c->step) };
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
	struct knowledge_causes l = { .n = 0 };

	start(e);
	evidence_read(r, &c.known);
	if (report_first_failure(r, &c.step)) {
		l.holds = evidence_holds(r, &c.known, c.step);
		diagnose(&c, &l);
		fill(&c, &l);
		if (e->n == 0) { /* what the settings say already is no cause */
			l.n = 0;
			if (c.step < STEP_POP_DNS)
				knowledge_add(&l, CAUSE_ENTRA_UNKNOWN, CAUSE_PROVIDER_UNKNOWN);
			else
				knowledge_add(&l, CAUSE_SERVER_OTHER);
			fill(&c, &l);
		}
		ruled_out(&c);
		e->powershell = auth_causes_script(&c);
	}
	for (c.step = STEP_CREDENTIAL; c.step < STEP__COUNT; c.step++)
		if (r->row[c.step].verdict == VERDICT_WARN)
			e->warning[c.step] = warning(&c);
}

bool explain_reading(const struct reading *r, unsigned i, struct explain_found *found, struct explanation *e)
{
	struct explain_case c = { .e = e, .known = { .provider = r->provider }, .read = r };
	struct knowledge_causes l = { .holds = r->holds };
	struct buf meaning = BUF(found->meaning);
	const struct reading_hit *h = &r->hit[i];

	start(e);
	if (i >= r->hits || !h->shown)
		return false;
	*found = (struct explain_found){ span_z((const char *)h->what), h->line, "", h->aadsts };
	if (h->row != KNOWLEDGE_NOTHING) {
		knowledge_meaning(h->row, &meaning);
		knowledge_add_row(&l, h->row);
		if (l.n == 0) { /* none for whom the text seems to speak of */
			l.holds |= FOR_ALL & ~(unsigned)FOR_PROVIDERS;
			knowledge_add_row(&l, h->row);
		}
	}
	buf_byte(&meaning, '\0');
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

const char *explain_near(struct span word)
{
	struct near near = { .given = word };

	for (int i = CAUSE_NONE + 1; i < CAUSE__COUNT; i++)
		near_offer(&near, knowledge_id((enum cause)i));
	for (int i = FAULT_NONE + 1; i < FAULT__COUNT; i++)
		near_offer(&near, fault_id((enum fault_code)i));
	for (int i = 0; i < STEP__COUNT; i++)
		near_offer(&near, step_table[i].id);
	return near_best(&near);
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
