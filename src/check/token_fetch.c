#include "check/token_fetch.h"

#include <string.h>

#include "ident/managed.h"
#include "net/pause.h"

/* ---- the store ----------------------------------------------------------------------------------- */

/* Who signs in keeps what that brought, and who wants a token often is served from there. */
bool token_fetch_wants_store(const struct token_fetch *x)
{
	enum grant g = x->settings->grant;

	return settings_has(x->settings, SETTING_TOKEN_CACHE) && g != GRANT_ACCESS_TOKEN &&
	       (x->login || x->min_life_s > 0 || g == GRANT_DEVICE_CODE || g == GRANT_REFRESH_TOKEN);
}

/* Tokens that were got with a given refresh token or for a mailbox with a given key file belong to that one. */
static void put_account(const struct token_fetch *x, struct buf *account)
{
	bool service = x->settings->grant == GRANT_SERVICE_ACCOUNT;
	unsigned char digest[32];

	if (!service && x->settings->grant != GRANT_REFRESH_TOKEN)
		return;
	tls_sha256(secret_reveal(service ? &x->credential->service_account : &x->credential->refresh_token), digest);
	buf_hex(account, (struct span){ digest, sizeof digest });
	if (service)
		buf_put(account, x->mailbox);
}

static void make_key(struct token_fetch *x)
{
	const struct settings *s = x->settings;
	char text[64 + SASL_USER_MAX];
	struct buf account = BUF(text);
	struct store_id id = {
		.token_url = s->token_url,
		.client_id = settings_get(s, SETTING_CLIENT_ID),
		.scope = settings_get(s, SETTING_SCOPE),
		.grant = span_z(grant_row(s->grant)->id),
	};

	put_account(x, &account);
	id.account = buf_span(&account);
	store_key(&id, x->id);
}

/* Seconds that the stored token lives by this machine's clock; an end that lies too far ahead is none that we wrote
 * with this clock. */
static int64_t life_left(const struct store_entry *e)
{
	int64_t left = e->expires - clock_unix();

	return secret_is_set(&e->access) && left <= TOKEN_FETCH_LIFE_MAX_S ? left : 0;
}

/* The end of a token by the clock that life_left looks at. A provider's Date is not asked: it could make it live for
 * ever. */
static int64_t end_of(const struct token *t)
{
	if (t->expires_in <= 0)
		return 0;
	return clock_unix() + (t->expires_in < TOKEN_FETCH_LIFE_MAX_S ? t->expires_in : TOKEN_FETCH_LIFE_MAX_S);
}

static bool open_store(struct token_fetch *x, struct row *row, struct fault *f)
{
	x->stored = store_open(&x->store, settings_get(x->settings, SETTING_TOKEN_CACHE), x->worker->deadline, f);
	if (!x->stored)
		return false;
	if (store_note(&x->store).n != 0) {
		row_fact(row, FACT_NOTE, store_note(&x->store));
		row->verdict = VERDICT_WARN;
	}
	make_key(x);
	if (store_find(&x->store, x->id, &x->secrets.kept))
		x->served = x->min_life_s > 0 && !x->login && life_left(&x->secrets.kept) >= x->min_life_s;
	redact_secret(&x->worker->redact, &x->secrets.kept.refresh, "refresh_token");
	return true;
}

static void close_store(struct token_fetch *x)
{
	if (x->stored)
		store_close(&x->store);
	x->stored = false;
}

/* What is needed for the next token, on the disk before this one is used. */
static bool keep(struct token_fetch *x, const struct token *t, struct row *row, struct fault *f)
{
	bool kept;

	if (x->login && !secret_is_set(&x->secrets.refresh)) {
		row_fact(row, FACT_NOTE,
		         SPAN("the provider gave no refresh token: the sign-in lasts as long as this token"));
		row->verdict = VERDICT_WARN;
	}
	if (x->login && !open_store(x, row, f))
		return false;
	if (!x->stored) {
		if (x->settings->grant == GRANT_REFRESH_TOKEN && secret_is_set(&x->secrets.refresh)) {
			row_fact(row, FACT_NOTE,
			         SPAN("the provider gave a new refresh token; without token_cache it is lost"));
			row->verdict = VERDICT_WARN;
		}
		return true;
	}
	if (x->login || secret_is_set(&x->secrets.refresh)) /* of who signed in before, nothing stays */
		x->secrets.kept.refresh = x->secrets.refresh;
	x->secrets.kept.access = t->access;
	x->secrets.kept.expires = end_of(t);
	kept = store_put(&x->store, x->id, &x->secrets.kept, f);
	secret_wipe(&x->secrets.kept.access);
	return kept;
}

/* ---- one request --------------------------------------------------------------------------------- */

static struct token_request request(const struct token_fetch *x, enum token_form form, const struct secret *proof)
{
	return (struct token_request){
		.form = form,
		.client_id = settings_get(x->settings, SETTING_CLIENT_ID),
		.scope = settings_get(x->settings, SETTING_SCOPE),
		.client_secret = &x->credential->client_secret,
		.proof = proof,
	};
}

/* Read the answer, tell it, and keep what it brought. */
static bool take(struct token_fetch *x, const struct http_answer *a, struct token *t, struct refusal *r,
                 struct row *row, struct fault *f)
{
	bool good = token_read(a, t, &x->secrets.refresh, r, f);

	redact_secret(&x->worker->redact, &t->access, "access_token");
	redact_secret(&x->worker->redact, &x->secrets.refresh, "refresh_token");
	idp_tell(&x->idp, a, r, t, row);
	return good;
}

static bool ask(struct token_fetch *x, enum token_form form, const struct secret *proof, struct token *t,
                struct row *row, struct fault *f)
{
	struct token_request q = request(x, form, proof);
	struct http_answer a;
	struct refusal r;

	return idp_post(&x->idp, &q, &a, f) && take(x, &a, t, &r, row, f);
}

/* ---- what we sign ourselves ---------------------------------------------------------------------- */

/* A signature for one request: who sees the same jti twice takes the second for a replay. */
static bool sign(struct token_fetch *x, struct fault *f)
{
	struct token_fetch_secrets *s = &x->secrets;
	struct assertion_request q = {
		.form = x->settings->assertion,
		.client_id = settings_get(x->settings, SETTING_CLIENT_ID),
		.audience = x->settings->token_url,
		.now = clock_unix(),
	};
	bool good = assertion_load(&s->key, &x->credential->certificate, &x->credential->private_key, f) &&
	            assertion_sign(&s->key, &q, &s->assertion, f);

	assertion_wipe(&s->key);
	redact_secret(&x->worker->redact, &s->assertion, "assertion");
	return good;
}

static bool sign_grant(struct token_fetch *x, struct fault *f)
{
	struct token_fetch_secrets *s = &x->secrets;
	struct service_account account;
	struct assertion_grant q = {
		.subject = x->mailbox,
		.scope = settings_get(x->settings, SETTING_SCOPE),
		.now = clock_unix(),
	};
	bool good = service_account_read(&x->credential->service_account, &s->key, &account, f);

	q.issuer = span_z(account.email);
	q.audience = span_z(account.token_uri);
	good = good && assertion_sign_grant(&s->key, &q, &s->assertion, f);
	assertion_wipe(&s->key);
	redact_secret(&x->worker->redact, &s->assertion, "assertion");
	return good;
}

/* ---- the machine's own identity ------------------------------------------------------------------ */

static bool ask_managed(struct token_fetch *x, struct token *t, struct row *row, struct fault *f)
{
	const struct settings *s = x->settings;
	struct managed_request q = {
		.url = x->idp.url,
		.scope = settings_get(s, SETTING_SCOPE),
		.client_id = settings_get(s, SETTING_CLIENT_ID),
		.header = &x->credential->identity_header,
	};
	unsigned char scratch[2048], shown_scratch[256], target_scratch[2048];
	struct buf fields = BUF(scratch), shown = BUF(shown_scratch), target = BUF(target_scratch);
	struct http_answer a;
	struct refusal r;
	bool good;

	managed_target(&q, &target);
	managed_fields(&q, &fields, &shown);
	if (!buf_ok(&target) || !buf_ok(&fields))
		return fault_limit(f, FAULT_LIMIT, target.n + fields.n, sizeof scratch);
	x->idp.url.target = buf_span(&target);
	good = idp_get(&x->idp, buf_span(&fields), buf_span(&shown), &a, f) && take(x, &a, t, &r, row, f);
	/* IMDS is not there for a minute when it is updated, and says so with these. */
	if (!good && (f->code == FAULT_HTTP_STATUS || f->code == FAULT_TOKEN_REFUSED) &&
	    (a.status == 404 || a.status == 410) && !secret_is_set(q.header))
		(void)fault_become(f, FAULT_HTTP_BUSY, 0, fault_evidence(f));
	x->idp.url.target = q.url.target;
	secret_wipe_bytes(scratch, fields.n);
	return good;
}

/* ---- a person signs in --------------------------------------------------------------------------- */

static bool start_device(struct token_fetch *x, struct row *row, struct fault *f)
{
	struct token_request q = request(x, TOKEN_FORM_DEVICE_START, NULL);
	struct worker_prompt prompt = { .expires_in = 0 };
	struct token none = { .mark_n = 0 };
	struct http_answer a;
	struct refusal r;
	bool good;

	if (!idp_post(&x->idp, &q, &a, f))
		return false;
	good = device_read(&a, &x->secrets.device, &r, f);
	redact_secret(&x->worker->redact, &x->secrets.device.code, "device_code");
	idp_tell(&x->idp, &a, &r, &none, row);
	if (!good)
		return false;
	memcpy(prompt.user_code, x->secrets.device.user_code, sizeof prompt.user_code);
	memcpy(prompt.uri, x->secrets.device.uri, sizeof prompt.uri);
	memcpy(prompt.complete, x->secrets.device.complete, sizeof prompt.complete);
	prompt.expires_in = x->secrets.device.expires_in;
	return worker_send(x->worker, WORKER_PROMPT, &prompt, sizeof prompt);
}

/* The next question comes later, and not before the provider wants it: `asked` are the seconds of its Retry-After. */
static void slow_down(struct token_fetch *x, int64_t asked)
{
	int64_t next = x->secrets.device.interval + DEVICE_SLOWER_S;

	x->secrets.device.interval = asked > next ? asked : next;
}

/* One question whether the person has signed in. *again: not yet, and a provider that stumbles is asked again, too
 * (RFC 8628 section 3.5). */
static bool poll_device(struct token_fetch *x, struct token *t, struct row *row, bool *again, struct fault *f)
{
	struct token_request q = request(x, TOKEN_FORM_DEVICE_CODE, &x->secrets.device.code);
	struct http_answer a;
	struct refusal r;

	*again = false;
	if (!idp_post(&x->idp, &q, &a, f)) {
		*again = fault_kind(f->code) == FAULT_KIND_NET;
		slow_down(x, 0);
		return false;
	}
	if (take(x, &a, t, &r, row, f))
		return true;
	*again = device_poll(&r) != DEVICE_POLL_OVER || fault_kind(f->code) == FAULT_KIND_WAIT;
	if (device_poll(&r) != DEVICE_POLL_PENDING)
		slow_down(x, fault_kind(f->code) == FAULT_KIND_WAIT ? f->num : 0);
	return false;
}

/* Nobody is waited for longer than the code is good. */
static struct deadline login_end(const struct token_fetch *x)
{
	struct deadline end = clock_deadline(x->secrets.device.expires_in * 1000);

	return end.at_ms < x->worker->deadline.at_ms ? end : x->worker->deadline;
}

static bool sign_in(struct token_fetch *x, struct token *t, struct row *row, struct fault *f)
{
	struct deadline end;
	struct url u;
	bool again;

	if (!url_parse(x->settings->device_url, &u))
		return fault_set(f, FAULT_SETTING_MISSING, SETTING_DEVICE_URL,
		                 span_z(settings_key(SETTING_DEVICE_URL)));
	idp_aim(&x->idp, u);
	if (!start_device(x, row, f) || !url_parse(x->settings->token_url, &u))
		return false;
	idp_aim(&x->idp, u);
	end = login_end(x);
	do {
		*f = (struct fault){ .code = FAULT_NONE }; /* the provider's "not yet" is no reason to tell */
		row->facts = 0;
		if (!pause_ms(x->secrets.device.interval * 1000, end))
			return fault_set(f, FAULT_LOGIN_LATE, 0, SPAN("nobody has signed in"));
		if (poll_device(x, t, row, &again, f))
			return true;
	} while (again);
	return false;
}

/* ---- all grants ---------------------------------------------------------------------------------- */

/* The refresh token of the last answer is newer than the one in the file. */
static const struct secret *newest_refresh(const struct token_fetch *x)
{
	return secret_is_set(&x->secrets.kept.refresh) ? &x->secrets.kept.refresh : &x->credential->refresh_token;
}

static bool once(struct token_fetch *x, struct token *t, struct row *row, struct fault *f)
{
	switch (x->settings->grant) {
	case GRANT_CLIENT_SECRET:
		return ask(x, TOKEN_FORM_SECRET, &x->credential->client_secret, t, row, f);
	case GRANT_CERTIFICATE:
		return sign(x, f) && ask(x, TOKEN_FORM_ASSERTION, &x->secrets.assertion, t, row, f);
	case GRANT_FEDERATED:
		return ask(x, TOKEN_FORM_ASSERTION, &x->credential->assertion, t, row, f);
	case GRANT_SERVICE_ACCOUNT:
		return sign_grant(x, f) && ask(x, TOKEN_FORM_JWT_BEARER, &x->secrets.assertion, t, row, f);
	case GRANT_MANAGED_IDENTITY:
		return ask_managed(x, t, row, f);
	case GRANT_DEVICE_CODE:
		if (x->login)
			return sign_in(x, t, row, f);
		return ask(x, TOKEN_FORM_REFRESH_TOKEN, &x->secrets.kept.refresh, t, row, f);
	case GRANT_REFRESH_TOKEN:
		return ask(x, TOKEN_FORM_REFRESH_TOKEN, newest_refresh(x), t, row, f);
	case GRANT_ACCESS_TOKEN:
		return token_take(&x->credential->access_token, t, f);
	case GRANT__COUNT:
		break;
	}
	return false;
}

/* A provider that says "later" is asked again: after what it asks for, or ever more slowly. */
static bool patiently(struct token_fetch *x, struct token *t, struct row *row, struct fault *f)
{
	int64_t ms = TOKEN_FETCH_PAUSE_MS;

	for (unsigned tries = 1; !once(x, t, row, f); tries++, ms *= 2) {
		int64_t asked = f->num * 1000;

		if (!x->patient || fault_kind(f->code) != FAULT_KIND_WAIT || tries == TOKEN_FETCH_TRIES_MAX ||
		    !pause_ms(asked > ms ? asked : ms, x->worker->deadline))
			return false;
		trace_put(&x->worker->trace, TRACE_NOTE, SPAN("the provider was busy: once more"));
		*f = (struct fault){ .code = FAULT_NONE };
		row->facts = 0;
	}
	return true;
}

static void put_token(struct row *row, const struct token *t, struct span source)
{
	row_number(row, FACT_TOKEN_LENGTH, (int64_t)secret_length(&t->access));
	row_fact(row, FACT_TOKEN_MARK, token_mark_span(t));
	if (t->expires_in != 0)
		row_number(row, FACT_EXPIRES_IN, t->expires_in);
	row_fact(row, FACT_TOKEN_SOURCE, source);
}

bool token_fetch_prepare(struct token_fetch *x, struct row *row, struct fault *f)
{
	enum grant g = x->settings->grant;
	struct url u;

	if (g == GRANT_SERVICE_ACCOUNT && x->mailbox.n == 0)
		return fault_set(f, FAULT_SETTING_MISSING, SETTING_MAILBOX, span_z(settings_key(SETTING_MAILBOX)));
	if (token_fetch_wants_store(x) && !open_store(x, row, f))
		return false;
	if (x->login) { /* others are not kept waiting while a person signs in */
		close_store(x);
		secret_wipe(&x->secrets.kept.access);
		secret_wipe(&x->secrets.kept.refresh);
	}
	if (g == GRANT_DEVICE_CODE && !x->login && !x->served && !secret_is_set(&x->secrets.kept.refresh))
		return fault_set(f, FAULT_LOGIN_NEEDED, 0, settings_get(x->settings, SETTING_TOKEN_CACHE));
	if (url_parse(x->settings->token_url, &u))
		idp_aim(&x->idp, u);
	return true;
}

bool token_fetch_run(struct token_fetch *x, struct token *t, struct row *row, struct fault *f)
{
	if (x->served) {
		if (!token_take(&x->secrets.kept.access, t, f))
			return false;
		t->expires_in = x->secrets.kept.expires - clock_unix();
		put_token(row, t, span_z(settings_key(SETTING_TOKEN_CACHE)));
		return true;
	}
	if (!patiently(x, t, row, f) || !keep(x, t, row, f))
		return false;
	if (x->settings->grant != GRANT_ACCESS_TOKEN)
		put_token(row, t, SPAN("requested"));
	else if (settings_has(x->settings, SETTING_ACCESS_TOKEN_FILE))
		put_token(row, t, span_z(settings_key(SETTING_ACCESS_TOKEN_FILE)));
	else
		put_token(row, t, span_z(settings_key(SETTING_ACCESS_TOKEN_COMMAND)));
	return true;
}

void token_fetch_end(struct token_fetch *x)
{
	close_store(x);
	idp_close(&x->idp);
	secret_wipe_used(&x->secrets, sizeof x->secrets);
}
