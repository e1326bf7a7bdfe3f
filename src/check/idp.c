#include "check/idp.h"

#include "text/date.h"

void idp_aim(struct idp *p, struct url url)
{
	if (!span_eq(url.host, p->url.host) || url.port != p->url.port || url.tls != p->url.tls)
		idp_close(p);
	p->url = url;
	p->reach.worker = p->worker;
	p->reach.settings = p->settings;
	p->reach.host = url.host;
	p->reach.port = url.port;
	p->reach.clear = !url.tls;
	p->reach.pinned = true;
}

void idp_reached(struct idp *p)
{
	p->connected = true;
}

void idp_close(struct idp *p)
{
	if (p->reach.stream.ops != NULL)
		stream_close(&p->reach.stream);
	p->reach.stream.ops = NULL;
	p->connected = false;
}

/* The way that the steps went before, once more and without rows. */
static bool connect_again(struct idp *p, struct fault *f)
{
	struct row row = { .facts = 0 };

	idp_close(p);
	p->connected = connect_open(&p->reach, &row, f) && connect_tls(&p->reach, &row, f);
	return p->connected;
}

static bool exchange(struct idp *p, struct http_question *ask, struct http_answer *a, struct fault *f)
{
	bool good = p->connected || connect_again(p, f);

	ask->url = &p->url;
	p->http.stream = &p->reach.stream;
	p->http.trace = &p->worker->trace;
	good = good && http_exchange(&p->http, ask, a, f);
	idp_close(p);
	return good;
}

bool idp_post(struct idp *p, const struct token_request *q, struct http_answer *a, struct fault *f)
{
	struct buf form = BUF(p->form), shown = { p->shown, p->worker->notes ? sizeof p->shown : 0, 0, false };
	struct http_question ask = { .url = NULL };
	bool good;

	token_form(q, &form, &shown);
	if (!buf_ok(&form))
		return fault_limit(f, FAULT_LIMIT, form.n, sizeof p->form);
	ask.body = buf_span(&form);
	ask.body_shown = p->worker->show_secrets ? ask.body : buf_span(&shown);
	good = exchange(p, &ask, a, f);
	secret_wipe_bytes(p->form, form.n);
	return good;
}

bool idp_get(struct idp *p, struct span fields, struct span fields_shown, struct http_answer *a, struct fault *f)
{
	struct http_question ask = { .fields = fields,
		                     .fields_shown = p->worker->show_secrets ? fields : fields_shown };

	return exchange(p, &ask, a, f);
}

/* The moment of the answer by the server's own clock, and how far ours is ahead of it. */
static void take_date(struct idp *p, const struct http_answer *a, const struct refusal *r, struct row *row)
{
	int64_t ours = clock_unix();

	if (!token_clock(a, r, &p->server_now))
		return;
	p->server_seen_ms = clock_ms();
	row_number(row, FACT_SERVER_DATE, p->server_now);
	row_number(row, FACT_CLOCK_SKEW, ours - p->server_now);
}

void idp_ask_clock(struct connection *to, struct row *row)
{
	struct idp *p = to->of;
	struct http_question ask = { .url = &p->url };
	struct fault unseen = { .code = FAULT_NONE };
	struct refusal none = { .aadsts = 0 };
	struct http_answer a;

	p->http.stream = &to->stream;
	p->http.trace = &p->worker->trace;
	if (http_exchange(&p->http, &ask, &a, &unseen))
		take_date(p, &a, &none, row);
}

static void put_refusal(struct row *row, const struct http_answer *a, const struct refusal *r)
{
	uint64_t seconds;
	int64_t moment;

	row_number(row, FACT_HTTP_STATUS, a->status);
	row_fact(row, FACT_CONTENT_TYPE, a->content_type);
	row_fact(row, FACT_LOCATION, a->location);
	if (span_u64(a->retry_after, INT64_MAX, &seconds))
		row_number(row, FACT_RETRY_AFTER, (int64_t)seconds);
	row_fact(row, FACT_ERROR, span_z(r->error));
	row_fact(row, FACT_SUBERROR, span_z(r->suberror));
	if (r->aadsts != 0)
		row_number(row, FACT_AADSTS, (int64_t)r->aadsts);
	row_fact(row, FACT_TRACE_ID, span_z(r->trace_id));
	row_fact(row, FACT_CORRELATION_ID, span_z(r->correlation_id));
	if (date_iso(span_z(r->timestamp), &moment))
		row_number(row, FACT_TIMESTAMP, moment);
	row_fact(row, FACT_DUPLICATE, span_z(r->duplicate));
	if (date_iso(span_z(r->server_time), &moment))
		row_number(row, FACT_SERVER_TIME, moment);
	row_fact(row, FACT_THUMBPRINT, span_z(r->thumbprint));
	row_fact(row, FACT_ASSERTION_ISS, span_z(r->issuer));
	row_fact(row, FACT_ASSERTION_SUB, span_z(r->subject));
	row_fact(row, FACT_ASSERTION_AUD, span_z(r->audience));
}

void idp_tell(struct idp *p, const struct http_answer *a, const struct refusal *r, const struct token *t,
              struct row *row)
{
	struct buf shown = BUF(p->shown);

	if (p->worker->notes && !p->worker->show_secrets)
		token_show(a, t, &shown);
	trace_put(&p->worker->trace, TRACE_GOT, p->worker->show_secrets ? a->body : buf_span(&shown));
	take_date(p, a, r, row);
	put_refusal(row, a, r);
}

int64_t idp_now(const struct idp *p)
{
	return p->server_now != 0 ? p->server_now + (clock_ms() - p->server_seen_ms) / 1000 : clock_unix();
}
