#include "explain/ruled_out.h"

#include "conf/provider.h"

/* Facts are those of the step that failed, else the first that any step has. */
static void say(const struct explain_case *c, bool proved, const char *template)
{
	struct span s;

	if (!proved || c->e->nots == EXPLAIN_NOTS_MAX)
		return;
	s = wording_fill(c, template, TEMPLATE_PARAGRAPH);
	if (s.n != 0)
		c->e->not_cause[c->e->nots++] = s;
}

/* "The network: greeting received after 12 ms." The time counts from the first packet. */
static void say_reached(const struct explain_case *c, enum step last, enum step first, const char *what)
{
	const struct row *a = &c->r->row[first], *b = &c->r->row[last];
	int64_t ms = b->began_ms + b->ms - (a->began_ms + a->ms);
	char text[120];
	struct buf line = BUF(text);

	if (!placeholder_passed(c, last))
		return;
	buf_say(&line, "%s after %lld ms.%c", what, (long long)(ms > 0 ? ms : 0), '\0');
	say(c, buf_ok(&line), text);
}

static void say_token(const struct explain_case *c)
{
	const struct fault *f = &c->r->row[c->step].fault;
	bool role = placeholder_has(placeholder_fact(c, FACT_ROLES), "POP.AccessAsApp");
	const struct settings *set = c->r->settings;
	bool issued = placeholder_passed(c, STEP_TOKEN) && set != NULL && set->grant != GRANT_ACCESS_TOKEN;
	bool claims = placeholder_passed(c, STEP_CLAIMS) && c->step >= STEP_AUTH;

	if (issued) {
		char text[80];
		struct buf line = BUF(text);

		buf_say(&line, "%s: the token was issued.%c", grant_row(set->grant)->proof, '\0');
		say(c, buf_ok(&line), text);
	}
	/* A scope may be good for a token and wrong for the mailbox. */
	say(c, issued && f->code != FAULT_CLAIM_AUDIENCE,
	    "Client id, tenant and scope: the token was issued for them.");
	say(c, issued && f->code == FAULT_CLAIM_AUDIENCE, "Client id and tenant: the token was issued for them.");
	say(c, claims && role, "The POP3 role: the token carries POP.AccessAsApp.");
	say(c, claims && provider_is_exchange(placeholder_fact(c, FACT_AUD)), "The audience: the token is for {aud}.");
	say(c, claims && !c->known.clock_off, "An expired token: it is good until {expires}.");
	if (c->step != STEP_TOKEN || f->code != FAULT_TOKEN_REFUSED)
		return;
	say(c, true, "The network, TLS and proxies: the identity provider itself answered.");
	say(c, (knowledge_marks(knowledge_find(KNOWN_AADSTS, f->num)) & KNOWN_PROVES_APP) != 0,
	    "Client id and tenant: Entra found the application.");
}

void ruled_out(const struct explain_case *c)
{
	enum service_finding found = c->known.services;
	struct explain_case pop_tls = *c;
	bool proved = c->known.proved && c->step == STEP_AUTH; /* by another mailbox of the run */

	pop_tls.step = STEP_POP_TLS;
	say(c, proved && c->known.entra, "The registration in Exchange: the same token was accepted for {proved}.");
	say(c, proved && !c->known.entra, "The token as such: it was accepted for {proved}.");
	say(c, found == SERVICE_SAYS_POP_ONLY,
	    "The registration in Exchange, FullAccess and the address: the mailbox opens by IMAP.");
	say(c, found == SERVICE_SAYS_CLOSED || found == SERVICE_SAYS_OTHER,
	    "The registration in Exchange: the token was accepted at another service.");
	say(c, found == SERVICE_SAYS_ACCEPTED, "The token: the SMTP server accepted it.");
	say_token(c);
	say(c, c->step > STEP_TENANT && c->r->row[STEP_TENANT].verdict == VERDICT_PASS,
	    "The mailbox's domain: {domain} belongs to tenant {tenant_found}.");
	if (c->step >= STEP_CAPA && placeholder_passed(c, STEP_GREETING))
		say_reached(c, STEP_GREETING, STEP_POP_DNS, "The network: greeting received");
	else if (c->step >= STEP_POP_DNS && c->step < STEP_GREETING)
		say_reached(c, STEP_IDP_TCP, STEP_IDP_DNS, "The internet connection: {idp_host} connected");
	say(&pop_tls,
	    c->step >= STEP_GREETING && placeholder_passed(c, STEP_POP_TLS) &&
	            placeholder_setting(c, SETTING_CA_FILE).n == 0 && placeholder_setting(c, SETTING_CA_DIR).n == 0,
	    "TLS inspection: the server's certificate goes back to {anchor}.");
	say(c, c->step > STEP_CAPA && placeholder_passed(c, STEP_CAPA),
	    span_eq(placeholder_setting(c, SETTING_MECHANISM), SPAN("oauthbearer"))
	            ? "The mechanism: the server offers OAUTHBEARER."
	            : "The mechanism: the server offers XOAUTH2.");
	say(c, c->known.clock_right, "The clock: it is right to a few minutes.");
}
