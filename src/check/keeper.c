#include "check/keeper.h"

#include "check/credential.h"
#include "check/judge.h"

static bool rung_credential(void *self, struct row *row, struct fault *f)
{
	struct keeper *k = self;

	return credential_check(k->settings, k->credential, row, f) &&
	       (k->mailbox.n == 0 || credential_mailbox(k->mailbox, f));
}

/* The moment of the answer by the server's own clock, and how far ours is ahead of it. */
static void take_date(struct keeper *k, const struct http_answer *a, const struct refusal *r, struct row *row)
{
	int64_t ours = clock_unix();
	struct span text;

	if (!token_clock(a, r, &k->server_now, &text))
		return;
	k->server_seen_ms = clock_ms();
	row_fact(row, FACT_SERVER_DATE, text);
	row_number(row, FACT_CLOCK_SKEW, ours - k->server_now);
}

static void put_refusal(struct row *row, const struct http_answer *a, const struct refusal *r)
{
	row_number(row, FACT_HTTP_STATUS, a->status);
	row_fact(row, FACT_CONTENT_TYPE, a->content_type);
	row_fact(row, FACT_LOCATION, a->location);
	row_fact(row, FACT_RETRY_AFTER, a->retry_after);
	row_fact(row, FACT_ERROR, span_z(r->error));
	row_fact(row, FACT_SUBERROR, span_z(r->suberror));
	if (r->aadsts != 0)
		row_number(row, FACT_AADSTS, (int64_t)r->aadsts);
	row_fact(row, FACT_TRACE_ID, span_z(r->trace_id));
	row_fact(row, FACT_CORRELATION_ID, span_z(r->correlation_id));
	row_fact(row, FACT_TIMESTAMP, span_z(r->timestamp));
	row_fact(row, FACT_DUPLICATE, span_z(r->duplicate));
	row_fact(row, FACT_SERVER_TIME, span_z(r->server_time));
	row_fact(row, FACT_THUMBPRINT, span_z(r->thumbprint));
	row_fact(row, FACT_ASSERTION_ISS, span_z(r->issuer));
	row_fact(row, FACT_ASSERTION_SUB, span_z(r->subject));
	row_fact(row, FACT_ASSERTION_AUD, span_z(r->audience));
}

static void put_token(struct row *row, const struct token *t, bool requested)
{
	row_number(row, FACT_TOKEN_LENGTH, (int64_t)secret_length(&t->access));
	row_fact(row, FACT_TOKEN_MARK, token_mark_span(t));
	if (t->expires_in != 0)
		row_number(row, FACT_EXPIRES_IN, t->expires_in);
	row_fact(row, FACT_TOKEN_SOURCE, requested ? SPAN("requested") : SPAN("access_token_file"));
}

/* The answer on the tape, with stand-ins for what is secret in it. */
static void tape_answer(struct keeper *k, const struct http_answer *a)
{
	struct buf shown = BUF(k->shown);

	if (k->role.show_secrets)
		buf_put(&shown, a->body);
	else
		token_show(a, &k->result.token, &shown);
	tape_put(&k->role.tape, TAPE_GOT, buf_span(&shown));
	secret_wipe_bytes(k->shown, shown.n);
}

static bool request(struct keeper *k, struct row *row, struct fault *f)
{
	struct token_request q = { settings_get(k->settings, SETTING_CLIENT_ID),
		                   settings_get(k->settings, SETTING_SCOPE), &k->credential->client_secret,
		                   &k->credential->assertion };
	struct buf form = BUF(k->form), shown = BUF(k->form_shown);
	struct http_question ask = { .url = &k->url };
	struct http_answer answer;
	struct refusal refusal;
	bool good;

	token_form(&q, &form, &shown);
	if (!buf_ok(&form))
		return fault_limit(f, FAULT_LIMIT, form.n, sizeof k->form);
	ask.body = buf_span(&form);
	ask.body_shown = k->role.show_secrets ? ask.body : buf_span(&shown);
	k->http.stream = &k->reach.stream;
	k->http.tape = &k->role.tape;
	good = http_exchange(&k->http, &ask, &answer, f);
	secret_wipe_bytes(k->form, form.n);
	if (!good)
		return false;
	good = token_read(&answer, &k->result.token, &refusal, f);
	hide_secret(&k->role.hide, &k->result.token.access, "access_token");
	tape_answer(k, &answer);
	take_date(k, &answer, &refusal, row);
	put_refusal(row, &answer, &refusal);
	return good;
}

static bool rung_token(void *self, struct row *row, struct fault *f)
{
	struct keeper *k = self;
	bool requested = !secret_is_set(&k->credential->access_token);

	if (!(requested ? request(k, row, f) : token_take(&k->credential->access_token, &k->result.token, f)))
		return false;
	put_token(row, &k->result.token, requested);
	return true;
}

static bool rung_claims(void *self, struct row *row, struct fault *f)
{
	struct keeper *k = self;
	int64_t now = k->server_now != 0 ? k->server_now + (clock_ms() - k->server_seen_ms) / 1000 : clock_unix();

	if (!claims_read(&k->result.token.access, &k->claims, f))
		return false;
	return judge_claims(k->settings, &k->claims, now, row, f);
}

/* The way to the token endpoint; there is none when the token came in a file. */
static void climb_to_idp(struct keeper *k)
{
	static const enum rung way[] = { RUNG_IDP_DNS, RUNG_IDP_TCP, RUNG_IDP_TLS };
	struct role *r = &k->role;

	if (secret_is_set(&k->credential->access_token)) {
		for (size_t i = 0; i < sizeof way / sizeof way[0]; i++)
			role_assume(r, way[i]);
		return;
	}
	if (url_parse(k->settings->token_url, &k->url)) {
		k->reach.host = k->url.host;
		k->reach.port = k->url.port;
		k->reach.tls_wanted = k->url.tls;
	}
	role_climb(r, RUNG_IDP_DNS, reach_dns, &k->reach);
	role_climb(r, RUNG_IDP_TCP, reach_tcp, &k->reach);
	role_climb(r, RUNG_IDP_TLS, reach_tls, &k->reach);
}

void keeper_run(struct keeper *k)
{
	struct role *r = &k->role;

	k->reach.role = r;
	k->reach.settings = k->settings;
	hide_secret(&r->hide, &k->credential->client_secret, "client_secret");
	hide_secret(&r->hide, &k->credential->assertion, "assertion");
	hide_secret(&r->hide, &k->credential->access_token, "access_token");
	role_climb(r, RUNG_CREDENTIAL, rung_credential, k);
	climb_to_idp(k);
	role_climb(r, RUNG_TOKEN, rung_token, k);
	if (role_passed(r, RUNG_IDP_TCP) && k->reach.stream.ops != NULL)
		stream_close(&k->reach.stream);
	role_climb(r, RUNG_CLAIMS, rung_claims, k);
	k->result.good = role_passed(r, r->stop_after < RUNG_CLAIMS ? RUNG_TOKEN : RUNG_CLAIMS);
	k->result.because = r->root[RUNG_CLAIMS];
	if (!k->result.good)
		secret_wipe(&k->result.token.access);
	(void)role_tell(r, ROLE_TOKEN, &k->result, sizeof k->result);
	role_done(r);
	http_wipe(&k->http);
	secret_wipe(&k->result.token.access);
}
