#include "check/triage_worker.h"

enum { IMAP = 143, IMAPS = 993, SUBMISSION = 587 };

/* ---- the services ----------------------------------------------------------------------------------- */

/* One service: where it is, which permission it needs, its conversation, and what came of it. */
struct service {
	const char *name;
	enum worker_side side;
	const char *host; /* the provider's */
	uint16_t port;
	bool tls; /* from the first byte on; else by STARTTLS */
	struct span app_role, scope;
	bool (*talk)(struct triage_worker *t, const struct service *d, struct row *row, struct fault *f);
	enum service_state found;
	struct fault fault;
};

/* The provider's host, unless the settings name another mail server: then that is the server for all protocols. */
static struct span host_of(const struct triage_worker *t, const struct service *d)
{
	struct span pop = settings_get(t->settings, SETTING_POP_HOST);
	const struct provider *p = t->settings->provider;

	if (d->host != NULL && p->pop_host != NULL && span_eq_nocase(pop, span_z(p->pop_host)))
		return span_z(d->host);
	return pop;
}

/* Only Exchange Online's permissions are known by name; what cannot be read is tried. */
static bool may_ask(const struct triage_worker *t, const struct service *d)
{
	if (!t->claims.jwt || !t->settings->provider->entra)
		return true;
	return claims_is_app(&t->claims) ? claims_has(t->claims.roles, d->app_role)
	                                 : claims_has(t->claims.scp, d->scope);
}

static struct sasl_login login_of(const struct triage_worker *t)
{
	return (struct sasl_login){ .user = t->mailbox,
		                    .token = &t->token->access,
		                    .mark = token_mark_span(t->token),
		                    .mechanism = t->settings->mechanism,
		                    .host = t->reach.host,
		                    .port = t->reach.port,
		                    .show_secret = t->worker.show_secrets };
}

/* The mechanism of the settings, or the fault that says that the service does not have it. */
static bool offers(const struct triage_worker *t, bool xoauth2, bool oauthbearer, const char *where, struct fault *f)
{
	bool bearer = t->settings->mechanism == SASL_OAUTHBEARER;

	return (bearer ? oauthbearer : xoauth2) ||
	       fault_say(f, bearer ? FAULT_POP_NO_OAUTHBEARER : FAULT_POP_NO_XOAUTH2, 0, "no %s%s",
	                 sasl_name(t->settings->mechanism), where);
}

/* From the greeting up to TLS: nothing that is said before it counts, but that STARTTLS is there. */
static bool imap_start_tls(struct triage_worker *t, struct fault *f)
{
	struct row unseen = { .step = STEP_TRIAGE };
	struct imap *m = &t->talk.imap;
	struct imapmsg_capability c;
	struct span text;

	imap_start(m, &t->reach.stream, &t->worker.trace);
	if (!imap_greeting(m, &text, f) || !imap_capability(m, &c, f))
		return false;
	if (!c.starttls)
		return fault_set(f, FAULT_SERVICE_NO_STARTTLS, 0, SPAN("no STARTTLS among the capabilities"));
	if (!imap_starttls(m, f) || !connect_tls(&t->reach, &unseen, f))
		return false;
	imap_start(m, &t->reach.stream, &t->worker.trace);
	return true;
}

static bool imap_start_in_tls(struct triage_worker *t, struct fault *f)
{
	struct span text;

	imap_start(&t->talk.imap, &t->reach.stream, &t->worker.trace);
	return imap_greeting(&t->talk.imap, &text, f);
}

static bool talk_imap(struct triage_worker *t, const struct service *d, struct row *row, struct fault *f)
{
	struct sasl_login login = login_of(t);
	struct imap *m = &t->talk.imap;
	struct imapmsg_capability c;
	struct span reply;
	uint64_t messages;
	char scratch[1024];
	struct buf challenge = BUF(scratch);

	if (!(d->tls ? imap_start_in_tls(t, f) : imap_start_tls(t, f)) || !imap_capability(m, &c, f))
		return false;
	if (!offers(t, c.xoauth2, c.oauthbearer, " among the capabilities", f))
		return false;
	if (!imap_auth(m, &login, &reply, &challenge, f) || !imap_examine(m, &messages, &reply, f))
		return false;
	row_fact(row, FACT_IMAP, reply);
	(void)!imap_logout(m, &(struct fault){ 0 });
	return true;
}

/* From the greeting up to TLS: nothing that is said before it counts, but that STARTTLS is there. */
static bool smtp_start_tls(struct triage_worker *t, struct fault *f)
{
	struct row unseen = { .step = STEP_TRIAGE };
	struct smtp *m = &t->talk.smtp;
	struct smtpmsg_ehlo e;
	struct span text;

	smtp_start(m, &t->reach.stream, &t->worker.trace);
	if (!smtp_greeting(m, &text, f) || !smtp_ehlo(m, &e, f))
		return false;
	if (!e.starttls)
		return fault_set(f, FAULT_SERVICE_NO_STARTTLS, 0, SPAN("no STARTTLS in the answer to EHLO"));
	if (!smtp_starttls(m, f))
		return false;
	if (!connect_tls(&t->reach, &unseen, f))
		return false;
	smtp_start(m, &t->reach.stream, &t->worker.trace);
	return true;
}

static bool talk_smtp(struct triage_worker *t, const struct service *d, struct row *row, struct fault *f)
{
	struct sasl_login login = login_of(t);
	struct smtp *m = &t->talk.smtp;
	struct smtpmsg_ehlo e;
	struct span reply;
	char scratch[1024];
	struct buf challenge = BUF(scratch);

	(void)d; /* submission has no port of its own for TLS at the providers */
	if (!smtp_start_tls(t, f) || !smtp_ehlo(m, &e, f))
		return false;
	if (!offers(t, e.xoauth2, e.oauthbearer, " in the answer to EHLO", f))
		return false;
	if (!smtp_auth(m, &login, &reply, &challenge, f))
		return false;
	row_fact(row, FACT_SMTP, reply);
	(void)!smtp_quit(m, &(struct fault){ 0 });
	return true;
}

/* Connect, talk, close. */
static bool converse(struct triage_worker *t, const struct service *d, struct row *row, struct fault *f)
{
	struct row unseen = { .step = STEP_TRIAGE };
	bool good;

	t->worker.side = d->side;
	t->reach.host = host_of(t, d);
	t->reach.port = d->port;
	if (!connect_open(&t->reach, &unseen, f))
		return false;
	good = (!d->tls || connect_tls(&t->reach, &unseen, f)) && d->talk(t, d, row, f);
	stream_close(&t->reach.stream);
	secret_wipe_used(&t->talk, sizeof t->talk);
	return good;
}

/* Try a service, and put down what it said. */
static void try_service(struct triage_worker *t, struct service *d, enum fact words, enum fact word, struct row *row)
{
	d->found = SERVICE_NOT_TRIED;
	if (host_of(t, d).n != 0 && may_ask(t, d)) {
		(void)converse(t, d, row, &d->fault);
		d->found = service_of(&d->fault);
		if (d->found != SERVICE_OPEN && d->found != SERVICE_UNREACHED)
			row_fact(row, words, fault_evidence(&d->fault));
	}
	row_number(row, word, d->found);
}

/* "IMAP not tried: the token has no IMAP.AccessAsApp" */
static void put_why(const struct triage_worker *t, const struct service *d, struct buf *note)
{
	const char *separator = note->n != 0 ? "; " : "";
	struct span wanted = claims_is_app(&t->claims) ? d->app_role : d->scope;

	if (d->found == SERVICE_UNREACHED)
		buf_say(note, "%s%s: %s", separator, d->name, fault_text(d->fault.code));
	else if (d->found == SERVICE_NOT_TRIED)
		buf_say(note, "%s%s not tried: the token has no %.*s", separator, d->name, SPAN_ARG(wanted));
}

static bool step_triage(void *self, struct row *row, struct fault *f)
{
	struct triage_worker *t = self;
	struct provider const *p = t->settings->provider;
	/* Who comes to POP3 by STLS comes to IMAP by STARTTLS. */
	bool starttls = t->settings->pop_tls == POP_TLS_STLS;
	struct service imap = { .name = "IMAP",
		                .side = WORKER_SIDE_IMAP,
		                .host = p->imap_host,
		                .port = starttls ? IMAP : IMAPS,
		                .tls = !starttls,
		                .app_role = SPAN("IMAP.AccessAsApp"),
		                .scope = SPAN("IMAP.AccessAsUser.All"),
		                .talk = talk_imap };
	struct service smtp = { .name = "SMTP",
		                .side = WORKER_SIDE_SMTP,
		                .host = p->smtp_host,
		                .port = SUBMISSION,
		                .tls = false,
		                .app_role = SPAN("SMTP.SendAsApp"),
		                .scope = SPAN("SMTP.Send"),
		                .talk = talk_smtp };
	struct deadline all = t->worker.deadline;
	char text[FACT_TEXT_MAX];
	struct buf note = BUF(text);
	bool app;

	if (!claims_read(&t->token->access, &t->claims, f))
		return false;
	app = t->claims.jwt && claims_is_app(&t->claims); /* what cannot be read is a person's */
	t->worker.deadline =
		clock_deadline(clock_left(all) / 2); /* a silent server must not take the other one's time */
	try_service(t, &imap, FACT_IMAP, FACT_IMAP_STATE, row);
	t->worker.deadline = all;
	try_service(t, &smtp, FACT_SMTP, FACT_SMTP_STATE, row);
	row->because = STEP_TRIAGE;
	if (imap.found == SERVICE_NOT_TRIED && smtp.found == SERVICE_NOT_TRIED)
		row->verdict = VERDICT_SKIP;
	else
		row_number(row, FACT_FINDING, service_judge(imap.found, smtp.found, app));
	put_why(t, &imap, &note);
	put_why(t, &smtp, &note);
	row_fact(row, FACT_NOTE, buf_span(&note));
	return true;
}

void triage_worker_run(struct triage_worker *t)
{
	t->reach.worker = &t->worker;
	t->reach.settings = t->settings;
	t->reach.side = ROUTE_MAIL;
	t->reach.pinned = true; /* who has not this key does not get the token, whichever service it is */
	redact_secret(&t->worker.redact, &t->token->access, "access_token");
	redact_sasl(&t->worker.redact, t->mailbox);
	worker_assume(&t->worker, STEP_CLAIMS);
	worker_step(&t->worker, STEP_TRIAGE, step_triage, t);
	worker_done(&t->worker);
}
