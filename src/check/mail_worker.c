#include "check/mail_worker.h"

#include "check/compat_measure.h"
#include "check/confine.h"
#include "preflight/preflight.h"

/* STLS: from the greeting to the consent. Nothing of it counts but that it leads to TLS. */
static bool stls(void *of, struct fault *f)
{
	struct mail_worker *p = of;
	struct mailmsg_capa capa;
	char text[1024];
	struct buf shown = BUF(text);
	struct span greeting;

	pop3_start(&p->pop, &p->reach.stream, &p->worker.trace);
	if (!pop3_greeting(&p->pop, &greeting, f) || !pop3_capa(&p->pop, &capa, &shown, f))
		return false;
	if (shown.n != 0 && !capa.stls)
		return fault_say(f, FAULT_SERVICE_NO_STARTTLS, 0, "no STLS in CAPA: %.*s", SPAN_ARG(buf_span(&shown)));
	return pop3_stls(&p->pop, f);
}

static bool step_greeting(void *self, struct row *row, struct fault *f)
{
	static const struct {
		struct span words;
		enum row_server id;
	} servers[] = {
		{ SPAN_INIT("Microsoft Exchange"), ROW_SERVER_EXCHANGE },
		{ SPAN_INIT("Dovecot"), ROW_SERVER_DOVECOT },
		{ SPAN_INIT("Gpop"), ROW_SERVER_GMAIL },
	};
	struct mail_worker *p = self;
	char name[FACT_TEXT_MAX];
	struct buf host = BUF(name);
	enum row_server server = ROW_SERVER_OTHER;
	struct span text;
	size_t at;

	pop3_start(&p->pop, &p->reach.stream, &p->worker.trace);
	if (p->reach.before_tls != NULL) {
		row_fact(row, FACT_NOTE, SPAN("it came before TLS and is not believed"));
		return true;
	}
	if (!pop3_greeting(&p->pop, &text, f))
		return false;
	row_fact(row, FACT_GREETING, text);
	if (mailmsg_exchange_host(text, &host))
		row_fact(row, FACT_FRONT_END, buf_span(&host));
	for (size_t i = 0; i < COUNT(servers); i++)
		if (span_find_nocase(text, servers[i].words, &at))
			server = servers[i].id;
	row_number(row, FACT_SERVER, server);
	return true;
}

static void put_sasl(struct row *row, const struct mailmsg_capa *c)
{
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);

	buf_say(&b, "%s%s%s", c->plain ? " PLAIN" : "", c->xoauth2 ? " XOAUTH2" : "",
	        c->oauthbearer ? " OAUTHBEARER" : "");
	row_list(row, FACT_SASL, buf_span(&b), ' ');
}

static bool step_capa(void *self, struct row *row, struct fault *f)
{
	struct mail_worker *p = self;
	char text[1024];
	struct buf shown = BUF(text);

	if (p->settings->pipelining == POP_PIPELINING_ON && p->mailbox.n != 0 && !p->reach.by_other_time &&
	    p->settings->form == POP_FORM_TWO_LINE && !pop3_capa_auth_send(&p->pop, p->settings->mechanism, f))
		return false;
	if (!pop3_capa(&p->pop, &p->capa, &shown, f))
		return false;
	row_list(row, FACT_CAPABILITIES, buf_span(&shown), ';');
	put_sasl(row, &p->capa);
	if (shown.n == 0) {
		row->verdict = VERDICT_WARN;
		row_say(row, FACT_NOTE, "the server does not know CAPA; %s is tried all the same",
		        sasl_name(p->settings->mechanism));
		return true;
	}
	if (p->settings->mechanism == SASL_OAUTHBEARER)
		return p->capa.oauthbearer || fault_set(f, FAULT_POP_NO_OAUTHBEARER, 0, buf_span(&shown));
	return p->capa.xoauth2 || fault_set(f, FAULT_POP_NO_XOAUTH2, 0, buf_span(&shown));
}

/* The token worker's result. While it is on its way AUTH is said already: the answer to it costs no time then. A
 * refusal at this point is kept for the auth step. */
static void wait_for_token(struct mail_worker *p, struct fault *refused)
{
	struct worker_begin begin = { STEP_AUTH };
	struct worker_head head;

	if (worker_passed(&p->worker, STEP_CAPA))
		(void)worker_send(&p->worker, WORKER_BEGIN, &begin, sizeof begin);
	if (worker_passed(&p->worker, STEP_CAPA) && p->settings->form == POP_FORM_TWO_LINE)
		p->begun = pop3_auth_begin(&p->pop, p->settings->mechanism, refused);
	if (worker_read(p->worker.in, &head, sizeof head, p->worker.deadline) && head.magic == WORKER_MAGIC &&
	    head.kind == WORKER_TOKEN && head.n <= sizeof p->token &&
	    worker_read(p->worker.in, &p->token, head.n, p->worker.deadline) && secret_valid(&p->token.token.access) &&
	    p->token.token.mark_n <= TOKEN_MARK_MAX && (unsigned)p->token.because < STEP__COUNT) {
		redact_secret(&p->worker.redact, &p->token.token.access, "access_token");
		redact_sasl(&p->worker.redact, p->mailbox);
		if (p->token.good)
			worker_assume(&p->worker, STEP_CLAIMS);
		else
			worker_blame(&p->worker, STEP_CLAIMS, p->token.because);
		return;
	}
	worker_blame(&p->worker, STEP_CLAIMS, STEP_TOKEN);
}

struct auth_step {
	struct mail_worker *mail;
	struct fault refused; /* of AUTH, before there was a token */
};

static bool step_auth(void *self, struct row *row, struct fault *f)
{
	struct auth_step *e = self;
	struct mail_worker *p = e->mail;
	struct sasl_login login = { .user = p->mailbox,
		                    .token = &p->token.token.access,
		                    .mark = token_mark_span(&p->token.token),
		                    .mechanism = p->settings->mechanism,
		                    .host = p->reach.host,
		                    .port = p->reach.port,
		                    .one_line = p->settings->form == POP_FORM_ONE_LINE,
		                    .show_secret = p->worker.show_secrets };
	char text[1024];
	struct buf challenge = BUF(text);
	struct span reply = SPAN_NONE;
	bool good;

	row_number(row, FACT_FORM, p->settings->form);
	if (!preflight_mailbox(p->mailbox, f))
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

static bool step_mailbox(void *self, struct row *row, struct fault *f)
{
	struct mail_worker *p = self;
	uint64_t octets, uidls, lists, listed, lines;
	int64_t received;
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
	if (p->messages != uidls ||
	    p->messages != lists) { /* Exchange's sizes are estimates: only counts are compared */
		row->verdict = VERDICT_WARN;
		row_fact(row, FACT_NOTE, SPAN("STAT, UIDL and LIST do not agree on the number of messages"));
	}
	if (p->messages == 0 && !p->sent_all)
		return true;
	if (!pop3_top(&p->pop, p->messages == 0, &lines, &received, f))
		return false;
	if (p->messages != 0)
		row_number(row, FACT_TOP_LINES, (int64_t)lines);
	if (p->messages != 0 && received != 0)
		row_number(row, FACT_OLDEST, received);
	return true;
}

/* Goodbye. The check is over by then, so a server that does not answer it is only worth a warning. */
static bool step_quit(void *self, struct row *row, struct fault *f)
{
	struct mail_worker *p = self;

	if (p->pop.pipelined && !p->sent_all)
		p->begun = pop3_auth_begin(&p->pop, p->settings->mechanism, &(struct fault){ 0 });
	if ((p->begun && !worker_passed(&p->worker, STEP_CLAIMS) && !pop3_auth_cancel(&p->pop, f)) ||
	    !pop3_quit(&p->pop, f))
		row->verdict = VERDICT_WARN;
	return true;
}

/* After a broken conversation there is nobody to say goodbye to; after a mere refusal there is. */
static bool session_lives(const struct worker *r)
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

static void say_goodbye(struct mail_worker *p)
{
	struct worker *r = &p->worker;

	if (!worker_passed(r, STEP_GREETING) || session_lives(r)) {
		worker_step(r, STEP_QUIT, step_quit, p);
		if (worker_passed(r, STEP_GREETING) && r->stop_after < STEP_QUIT)
			p->sent_all = pop3_quit(&p->pop, &(struct fault){ 0 });
		return;
	}
	worker_skip(r, STEP_QUIT, r->last_step);
}

static void tell_chain(struct mail_worker *p)
{
	for (unsigned i = 0; i < p->reach.tls.chain.n; i++) {
		struct worker_certificate c = { .n = (uint32_t)p->reach.tls.chain.cert[i].n };

		for (uint32_t k = 0; k < c.n; k++)
			c.der[k] = p->reach.tls.chain.cert[i].p[k];
		(void)worker_send(&p->worker, WORKER_CERTIFICATE, &c, sizeof c);
	}
}

/* Of many mailboxes: what is no address fails by itself, and nothing is sent for it. */
static bool step_address(void *self, struct row *row, struct fault *f)
{
	struct mail_worker *p = self;

	(void)row;
	return preflight_mailbox(p->mailbox, f);
}

static bool refuse_address(struct mail_worker *p)
{
	struct worker *r = &p->worker;

	if (p->judged || p->mailbox.n == 0 || r->stop_after < STEP_AUTH ||
	    preflight_mailbox(p->mailbox, &(struct fault){ 0 }))
		return false;
	for (int i = STEP_POP_DNS; i <= STEP_CAPA; i++)
		if (connect_takes(p->settings, (enum step)i))
			worker_skip(r, (enum step)i, STEP_AUTH);
	worker_assume(r, STEP_CAPA);
	worker_assume(r, STEP_CLAIMS);
	worker_step(r, STEP_AUTH, step_address, p);
	worker_skip(r, STEP_MAILBOX, STEP_AUTH);
	worker_skip(r, STEP_QUIT, STEP_AUTH);
	return true;
}

/* Also where TLS failed: what the server takes instead is the question then. */
static void tell_compat(struct mail_worker *p)
{
	struct compat c;

	if (p->reach.clear || p->reach.stream.ops == NULL)
		return;
	stream_close(&p->reach.stream);
	compat_measure(&p->reach, &p->pop, &c);
	(void)worker_send(&p->worker, WORKER_COMPAT, &c, sizeof c);
	p->reach.stream.ops = NULL;
}

/* What anybody may see of the server. By another time (see connect.h) it ends with that. */
static void take_open_steps(struct mail_worker *p)
{
	struct worker *r = &p->worker;

	if (p->reach.by_other_time) {
		worker_assume(r, STEP_POP_TLS);
		r->last = FAULT_NONE; /* the session lives */
	}
	worker_step(r, STEP_GREETING, step_greeting, p);
	worker_step(r, STEP_CAPA, step_capa, p);
	if (p->reach.by_other_time && worker_passed(r, STEP_CAPA))
		worker_blame(r, STEP_CAPA, STEP_POP_TLS);
}

void mail_worker_run(struct mail_worker *p)
{
	struct auth_step step = { .mail = p };
	struct worker *r = &p->worker;

	if (refuse_address(p)) {
		worker_done(r);
		return;
	}
	p->reach.worker = r;
	p->reach.settings = p->settings;
	p->reach.host = settings_get(p->settings, SETTING_POP_HOST);
	p->reach.port = p->settings->pop_port;
	p->reach.clear = p->settings->pop_tls == POP_TLS_NONE;
	p->reach.side = ROUTE_MAIL;
	p->reach.before_tls = p->settings->pop_tls == POP_TLS_STLS ? stls : NULL;
	p->reach.of = p;
	p->reach.pinned = true;
	(void)connect_steps(&p->reach, &connect_ways[ROUTE_MAIL]);
	if (!p->compat)
		(void)confine(CONFINE_TALK);
	if (p->certificates)
		tell_chain(p);
	take_open_steps(p);
	if (p->mailbox.n != 0 && r->stop_after >= STEP_AUTH) {
		wait_for_token(p, &step.refused);
		worker_step(r, STEP_AUTH, step_auth, &step);
		worker_step(r, STEP_MAILBOX, step_mailbox, p);
	}
	say_goodbye(p);
	if (p->compat)
		tell_compat(p);
	secret_wipe(&p->token.token.access);
	worker_done(r);
	if (p->reach.stream.ops != NULL)
		stream_close(&p->reach.stream);
	line_wipe(&p->pop.line);
}
