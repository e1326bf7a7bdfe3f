#include "check/probe.h"

#include "preflight/credential.h"

static bool rung_greeting(void *self, struct row *row, struct fault *f)
{
	struct probe *p = self;
	char name[FACT_TEXT_MAX];
	struct buf host = BUF(name);
	struct span text;
	size_t at;

	pop3_start(&p->pop, &p->reach.stream, &p->role.tape);
	if (!pop3_greeting(&p->pop, &text, f))
		return false;
	row_fact(row, FACT_GREETING, text);
	if (popmsg_exchange_host(text, &host))
		row_fact(row, FACT_FRONT_END, buf_span(&host));
	row_fact(row, FACT_SERVER,
	         span_find_nocase(text, SPAN("Microsoft Exchange"), &at) ? SPAN("exchange") :
	         span_find_nocase(text, SPAN("Dovecot"), &at)            ? SPAN("dovecot") :
	         span_find_nocase(text, SPAN("Gpop"), &at)               ? SPAN("gmail") : SPAN("other"));
	return true;
}

static void put_sasl(struct row *row, const struct popmsg_capa *c)
{
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);

	buf_z(&b, c->plain ? " PLAIN" : "");
	buf_z(&b, c->xoauth2 ? " XOAUTH2" : "");
	buf_z(&b, c->oauthbearer ? " OAUTHBEARER" : "");
	row_fact(row, FACT_SASL, span_trim(buf_span(&b)));
}

static bool rung_capa(void *self, struct row *row, struct fault *f)
{
	struct probe *p = self;
	char text[1024];
	struct buf shown = BUF(text);

	if (p->settings->pipelining == POP_PIPELINING_ON && p->mailbox.n != 0 &&
	    p->settings->form == POP_FORM_TWO_LINE && !pop3_capa_auth_send(&p->pop, p->settings->mechanism, f))
		return false;
	if (!pop3_capa(&p->pop, &p->capa, &shown, f))
		return false;
	row_fact(row, FACT_CAPABILITIES, buf_span(&shown));
	put_sasl(row, &p->capa);
	if (shown.n == 0) {
		row->verdict = VERDICT_WARN;
		row_fact(row, FACT_NOTE,
		         p->settings->mechanism == SASL_OAUTHBEARER ?
		                 SPAN("the server does not know CAPA; OAUTHBEARER is tried all the same") :
		                 SPAN("the server does not know CAPA; XOAUTH2 is tried all the same"));
		return true;
	}
	if (p->settings->mechanism == SASL_OAUTHBEARER)
		return p->capa.oauthbearer || fault_set(f, FAULT_POP_NO_OAUTHBEARER, 0, buf_span(&shown));
	return p->capa.xoauth2 || fault_set(f, FAULT_POP_NO_XOAUTH2, 0, buf_span(&shown));
}

/* The keeper's result. While it is on its way AUTH is said already: the answer to it costs no time then. A
 * refusal at this point is kept for the auth rung. */
static void wait_for_token(struct probe *p, struct fault *refused)
{
	struct role_begin begin = { RUNG_AUTH };
	struct role_head head;

	if (role_passed(&p->role, RUNG_CAPA))
		(void)role_tell(&p->role, ROLE_BEGIN, &begin, sizeof begin);
	if (role_passed(&p->role, RUNG_CAPA) && p->settings->form == POP_FORM_TWO_LINE)
		p->begun = pop3_auth_begin(&p->pop, p->settings->mechanism, refused);
	if (role_read(p->role.in, &head, sizeof head, p->role.deadline) && head.magic == ROLE_MAGIC &&
	    head.kind == ROLE_TOKEN && role_read(p->role.in, &p->token, sizeof p->token, p->role.deadline) &&
	    secret_valid(&p->token.token.access) && p->token.token.mark_n <= TOKEN_MARK_MAX &&
	    (unsigned)p->token.because < RUNG__COUNT) {
		hide_secret(&p->role.hide, &p->token.token.access, "access_token");
		hide_sasl(&p->role.hide, p->mailbox);
		if (p->token.good)
			role_assume(&p->role, RUNG_CLAIMS);
		else
			role_blame(&p->role, RUNG_CLAIMS, p->token.because);
		return;
	}
	role_blame(&p->role, RUNG_CLAIMS, RUNG_TOKEN);
}

struct entry {
	struct probe *probe;
	struct fault refused; /* of AUTH, before there was a token */
};

static bool rung_auth(void *self, struct row *row, struct fault *f)
{
	struct entry *e = self;
	struct probe *p = e->probe;
	struct sasl_login login = { .user = p->mailbox,
		                    .token = &p->token.token.access,
		                    .mark = token_mark_span(&p->token.token),
		                    .mechanism = p->settings->mechanism,
		                    .host = p->reach.host,
		                    .port = p->reach.port,
		                    .one_line = p->settings->form == POP_FORM_ONE_LINE,
		                    .show_secret = p->role.show_secrets };
	char text[1024];
	struct buf challenge = BUF(text);
	struct span reply = { NULL, 0 };
	bool good;

	row_fact(row, FACT_FORM, login.one_line ? SPAN("one-line") : SPAN("two-line"));
	if (!credential_mailbox(p->mailbox, f))
		return false;
	if (e->refused.code != FAULT_NONE) {
		*f = e->refused;
		return false;
	}
	good = pop3_auth_send(&p->pop, &login, &reply, &challenge, f);
	secret_wipe(&p->token.token.access);
	row_fact(row, FACT_CHALLENGE, buf_span(&challenge));
	row_fact(row, FACT_REPLY, good ? reply : fault_evidence(f));
	if (!good && fault_kind(f->code) == FAULT_KIND_WAIT)
		row_number(row, FACT_WAIT, f->num);
	return good;
}

/* What UIDL, LIST and STAT say of the same mailbox should agree. Exchange's sizes are estimates: only counts are
 * compared. */
static void compare(struct row *row, uint64_t stat, uint64_t uidl, uint64_t list)
{
	if (stat == uidl && stat == list)
		return;
	row->verdict = VERDICT_WARN;
	row_fact(row, FACT_NOTE, SPAN("STAT, UIDL and LIST do not agree on the number of messages"));
}

static bool rung_mailbox(void *self, struct row *row, struct fault *f)
{
	struct probe *p = self;
	uint64_t octets, uidls, lists, listed, lines;
	char text[80];
	struct buf first = BUF(text);

	if (p->settings->pipelining == POP_PIPELINING_ON ||
	    (p->settings->pipelining == POP_PIPELINING_AUTO && p->capa.pipelining)) {
		p->sent_all = pop3_mailbox_send(&p->pop, f);
		if (!p->sent_all)
			return false;
	}
	if (!pop3_stat(&p->pop, &p->messages, &octets, f))
		return false;
	row_number(row, FACT_MESSAGES, (int64_t)p->messages);
	row_number(row, FACT_OCTETS, (int64_t)octets);
	if (!pop3_uidl(&p->pop, &uidls, &first, f) || !pop3_list(&p->pop, &lists, &listed, f))
		return false;
	row_fact(row, FACT_FIRST_UIDL, buf_span(&first));
	compare(row, p->messages, uidls, lists);
	if (p->messages == 0 && !p->sent_all)
		return true;
	if (!pop3_top(&p->pop, p->messages == 0, &lines, f))
		return false;
	if (p->messages != 0)
		row_number(row, FACT_TOP_LINES, (int64_t)lines);
	return true;
}

/* Goodbye. The check is over by then, so a server that does not answer it is only worth a warning. */
static bool rung_quit(void *self, struct row *row, struct fault *f)
{
	struct probe *p = self;

	if (p->pop.pipelined && !p->sent_all)
		p->begun = pop3_auth_begin(&p->pop, p->settings->mechanism, &(struct fault){ 0 });
	if ((p->begun && !role_passed(&p->role, RUNG_CLAIMS) && !pop3_auth_cancel(&p->pop, f)) ||
	    !pop3_quit(&p->pop, f))
		row->verdict = VERDICT_WARN;
	return true;
}

/* After a broken conversation there is nobody to say goodbye to; after a mere refusal there is. */
static bool session_lives(const struct role *r)
{
	switch (r->last) {
	case FAULT_POP_CLOSED:
	case FAULT_POP_MALFORMED:
	case FAULT_POP_LINE_TOO_LONG:
	case FAULT_POP_OTHER_SERVICE:
	case FAULT_AUTH_PROTOCOL:
		return false;
	default: /* of a hundred faults only these five and the kinds below end a session */
		break;
	}
	return r->last == FAULT_NONE || fault_kind(r->last) == FAULT_KIND_MAIL ||
	       fault_kind(r->last) == FAULT_KIND_WAIT || fault_kind(r->last) == FAULT_KIND_INPUT;
}

static void say_goodbye(struct probe *p)
{
	struct role *r = &p->role;

	if (!role_passed(r, RUNG_GREETING) || session_lives(r)) {
		role_climb(r, RUNG_QUIT, rung_quit, p);
		if (role_passed(r, RUNG_GREETING) && r->stop_after < RUNG_QUIT)
			p->sent_all = pop3_quit(&p->pop, &(struct fault){ 0 });
		return;
	}
	role_skip(r, RUNG_QUIT, r->last_rung);
}

static void tell_chain(struct probe *p)
{
	for (unsigned i = 0; i < p->reach.tls.chain.n; i++) {
		struct role_certificate c = { .n = (uint32_t)p->reach.tls.chain.cert[i].n };

		for (uint32_t k = 0; k < c.n; k++)
			c.der[k] = p->reach.tls.chain.cert[i].der[k];
		(void)role_tell(&p->role, ROLE_CERTIFICATE, &c, sizeof c);
	}
}

/* Of many mailboxes: what is no address fails by itself, and nothing is sent for it. */
static bool rung_address(void *self, struct row *row, struct fault *f)
{
	struct probe *p = self;

	(void)row;
	return credential_mailbox(p->mailbox, f);
}

static bool refuse_address(struct probe *p)
{
	struct role *r = &p->role;

	if (p->judged || p->mailbox.n == 0 || r->stop_after < RUNG_AUTH ||
	    credential_mailbox(p->mailbox, &(struct fault){ 0 }))
		return false;
	for (int i = RUNG_POP_DNS; i <= RUNG_CAPA; i++)
		role_skip(r, (enum rung)i, RUNG_AUTH);
	role_assume(r, RUNG_CAPA);
	role_assume(r, RUNG_CLAIMS);
	role_climb(r, RUNG_AUTH, rung_address, p);
	role_skip(r, RUNG_MAILBOX, RUNG_AUTH);
	role_skip(r, RUNG_QUIT, RUNG_AUTH);
	return true;
}

void probe_run(struct probe *p)
{
	struct entry entry = { .probe = p };
	struct role *r = &p->role;

	if (refuse_address(p)) {
		role_done(r);
		return;
	}
	p->reach.role = r;
	p->reach.settings = p->settings;
	p->reach.host = settings_get(p->settings, SETTING_POP_HOST);
	p->reach.port = p->settings->pop_port;
	p->reach.tls_wanted = p->settings->pop_tls == POP_TLS_IMPLICIT;
	p->reach.pinned = true;
	role_climb(r, RUNG_POP_DNS, reach_dns, &p->reach);
	role_climb(r, RUNG_POP_TCP, reach_tcp, &p->reach);
	role_climb(r, RUNG_POP_TLS, reach_tls, &p->reach);
	if (p->certificates)
		tell_chain(p);
	role_climb(r, RUNG_GREETING, rung_greeting, p);
	role_climb(r, RUNG_CAPA, rung_capa, p);
	if (p->mailbox.n != 0 && r->stop_after >= RUNG_AUTH) {
		wait_for_token(p, &entry.refused);
		role_climb(r, RUNG_AUTH, rung_auth, &entry);
		role_climb(r, RUNG_MAILBOX, rung_mailbox, p);
	}
	say_goodbye(p);
	secret_wipe(&p->token.token.access);
	role_done(r);
	if (role_passed(r, RUNG_POP_TCP))
		stream_close(&p->reach.stream);
	line_wipe(&p->pop.line);
}
