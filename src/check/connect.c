#include "check/connect.h"

#include "text/der.h"
#include "text/dn.h"
#include "text/url.h"

/* A certificate that ends this soon is worth a warning. */
enum { CONNECT_DAYS_WARN = 14, DAY = 86400 };

static void put_host(struct row *row, const struct connection *to)
{
	row_say(row, FACT_HOST, "%.*s:%u", SPAN_ARG(to->host), to->port);
}

/* "pop-tcp mail.example:995: the connection was refused: 192.0.2.1 ECONNREFUSED 3 ms": where nothing
 * was said there is no conversation to show, but what was tried and what came of it. */
static bool note_failure(const struct connection *to, const struct row *row, const struct fault *f)
{
	char tried[FACT_TEXT_MAX];
	struct buf attempts = BUF(tried);
	bool connected = row_get(row, FACT_ADDRESS).n != 0;
	struct span more = fault_evidence(f), what = span_z(fault_text(f->code));
	size_t at;

	if (!connected && row_put(&attempts, row, FACT_ATTEMPTS))
		more = buf_span(&attempts);
	/* The resolver's words are ours. The other names of a certificate are the report's to tell:
	 * --share knows them only there. */
	if (span_find(more, what, &at) || f->code == FAULT_CERT_NAME || f->code == FAULT_CERT_CONSTRAINT)
		more.n = 0;
	trace_say(&to->worker->trace, TRACE_NOTE, "%s %.*s: %.*s%s%.*s", step_table[row->step].id,
	          SPAN_ARG(row_get(row, FACT_HOST)), SPAN_ARG(what), more.n != 0 ? ": " : "", SPAN_ARG(more));
	return false;
}

/* Clear text stays on this machine or link: what counts is where the bytes would go, not what the name says. */
static bool all_local(const struct connection *to, struct fault *f)
{
	for (unsigned i = 0; i < to->addresses.n; i++) {
		char text[DNS_TEXT_MAX];
		struct buf address = BUF(text);

		dns_put(&address, &to->addresses.list[i]);
		if (!url_is_local(buf_span(&address)))
			return fault_say(f, FAULT_SETTING_BAD, 0,
			                 "%.*s is neither loopback nor link-local: clear text does not go there",
			                 SPAN_ARG(buf_span(&address)));
	}
	return true;
}

bool connect_dns(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;
	struct dns_question q = { to->host, to->port, settings_get(to->settings, SETTING_RESOLVE) };
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);

	if (to->host.n == 0)
		return fault_set(f, FAULT_SETTING_MISSING, SETTING_POP_HOST, span_z(settings_key(SETTING_POP_HOST)));
	put_host(row, to);
	if (!dns_ask(&q, &to->addresses, f) || (!to->tls_wanted && !all_local(to, f)))
		return note_failure(to, row, f);
	for (unsigned i = 0; i < to->addresses.n; i++) {
		buf_z(&b, i != 0 ? " " : "");
		dns_put(&b, &to->addresses.list[i]);
	}
	row_list(row, FACT_ADDRESSES, buf_span(&b), ' ');
	if (to->addresses.given && settings_has(to->settings, SETTING_RESOLVE))
		row_fact(row, FACT_VIA, SPAN("the resolve setting"));
	trace_put(&to->worker->trace, TRACE_NOTE, buf_span(&b));
	return true;
}

/* "192.0.2.1 ECONNREFUSED 12 ms, 2001:db8::1 connected 30 ms" */
static void put_attempts(struct row *row, const struct connection *to, const struct tcp_attempts *a)
{
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);

	for (unsigned i = 0; i < a->n; i++) {
		if (a->result[i] < 0)
			continue;
		buf_z(&b, b.n != 0 ? ", " : "");
		dns_put(&b, &to->addresses.list[i]);
		buf_say(&b, " %s %d ms", a->result[i] == 0 ? "connected" : tcp_errno_name(a->result[i]), a->ms[i]);
	}
	row_list(row, FACT_ATTEMPTS, buf_span(&b), ',');
}

bool connect_tcp(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;
	struct tcp_attempts attempts = { .n = 0 };
	char text[DNS_TEXT_MAX + 32];
	struct buf b = BUF(text);
	bool connected = tcp_connect(&to->tcp, &to->addresses, to->addresses.port, to->worker->deadline, &attempts, f);

	put_host(row, to);
	put_attempts(row, to, &attempts);
	if (!connected)
		return note_failure(to, row, f);
	to->stream = tcp_stream(&to->tcp);
	dns_put(&b, &to->tcp.peer);
	row_fact(row, FACT_ADDRESS, buf_span(&b));
	if (to->addresses.port != to->port)
		row_say(row, FACT_VIA, "port %u", to->addresses.port);
	trace_put(&to->worker->trace, TRACE_NOTE, SPAN("connected"));
	return true;
}

/* The chain as it was presented, leaf first, also when it was refused: the issuer is the best evidence there is. */
static void put_chain(struct row *row, const struct tls *t)
{
	char text[FACT_TEXT_MAX], one[160];
	struct buf all = BUF(text);
	struct der_cert c;

	for (unsigned i = 0; i < t->chain.n; i++) {
		struct buf b = BUF(one);

		if (!der_cert(t->chain.cert[i], &c))
			continue;
		dn_put(&b, i == 0 ? c.subject : c.issuer);
		if (i == 0)
			row_fact(row, FACT_SUBJECT, buf_span(&b));
		b = BUF(one);
		dn_put(&b, c.issuer);
		if (i == 0)
			row_fact(row, FACT_ISSUER, buf_span(&b));
		buf_z(&all, all.n != 0 ? "\n" : "");
		b = BUF(one);
		dn_put_short(&b, c.issuer);
		buf_put(&all, buf_span(&b));
	}
	row_list(row, FACT_CHAIN, buf_span(&all), ROW_SEPARATOR);
}

/* What people ask of the leaf: names, expiry, fingerprint. */
static void put_leaf(struct row *row, const struct tls *t, int64_t now)
{
	struct span der = t->chain.cert[0], value;
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);
	unsigned char digest[32];
	enum der_san_kind kind;
	struct der_cert c;
	size_t at = 0;

	if (t->chain.n == 0 || !der_cert(der, &c))
		return;
	while (der_san(&c, &at, &kind, &value)) {
		if (kind != DER_SAN_DNS || value.n + 2 > sizeof text - b.n)
			continue;
		buf_z(&b, b.n != 0 ? " " : "");
		buf_put(&b, value);
	}
	row_list(row, FACT_NAMES, buf_span(&b), ' ');
	row_number(row, FACT_NOT_AFTER, c.not_after);
	row_number(row, FACT_CERT_DAYS, (c.not_after - now) / DAY);
	b = BUF(text);
	tls_sha256(der, digest);
	buf_hex(&b, (struct span){ digest, sizeof digest });
	row_say(row, FACT_FINGERPRINT, "sha256:%.*s", SPAN_ARG(buf_span(&b)));
	if (c.not_after - now < (int64_t)CONNECT_DAYS_WARN * DAY)
		row->verdict = VERDICT_WARN;
}

static void put_session(struct row *row, const struct connection *to)
{
	const struct trust_anchor *anchor = tls_anchor(&to->tls);
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);

	row_fact(row, FACT_TLS_VERSION, span_z(tls_version(&to->tls)));
	row_fact(row, FACT_TLS_SUITE, span_z(tls_suite(&to->tls)));
	if (anchor != NULL) {
		dn_put_short(&b, anchor->subject);
		row_fact(row, FACT_ANCHOR, buf_span(&b));
	}
	trace_say(&to->worker->trace, TRACE_NOTE, "%s %s", tls_version(&to->tls), tls_suite(&to->tls));
}

bool connect_tls(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;
	struct tls_question q = {
		.host = to->host,
		.trust = to->trust,
		.now = clock_unix(),
		.pin = to->pinned ? settings_get(to->settings, SETTING_PIN) : SPAN_NONE,
	};
	struct span trust = SPAN("the CA file");
	bool started;

	put_host(row, to);
	if (!to->tls_wanted) {
		row_fact(row, FACT_NOTE, SPAN("no TLS: clear text, on this machine or link only"));
		return true;
	}
	started = tls_start(&to->tls, to->stream, &q, f);
	put_chain(row, &to->tls);
	put_leaf(row, &to->tls, q.now);
	if (to->trust->embedded != 0)
		trust = to->trust->embedded == to->trust->n ? SPAN("embedded roots")
		                                            : SPAN("embedded roots and the CA file");
	row_fact(row, FACT_TRUST, trust);
	if (!started)
		return note_failure(to, row, f);
	to->stream = tls_stream(&to->tls);
	put_session(row, to);
	return true;
}
