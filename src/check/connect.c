#include "check/connect.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "conf/trusted.h"
#include "net/detour.h"
#include "net/tunnel.h"
#include "text/date.h"
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

/* ---- the way ------------------------------------------------------------------------------------ */

const struct connect_way connect_ways[] = {
	[ROUTE_TOKEN] = { STEP_IDP_DNS, STEP_TOKEN_PROXY, STEP_IDP_TCP, STEP_IDP_TLS, SETTING_TOKEN_PIN },
	[ROUTE_MAIL] = { STEP_POP_DNS, STEP_MAIL_PROXY, STEP_POP_TCP, STEP_POP_TLS, SETTING_PIN },
};

static struct route route_to(const struct connection *to)
{
	return to->clear ? (struct route){ .key = SETTING__COUNT }
	                 : route_find(to->settings, to->side, to->host, to->port);
}

/* Do we look the name up ourselves? */
static bool takes_dns(const struct route *r)
{
	return r->proxy.kind == PROXY_NONE || !proxy_resolves(r->proxy.kind);
}

bool connect_takes(const struct settings *s, enum step step)
{
	for (int side = ROUTE_TOKEN; side <= ROUTE_MAIL; side++) {
		struct route r = route_of(s, (enum route_side)side);

		if (step == connect_ways[side].dns)
			return takes_dns(&r);
		if (step == connect_ways[side].proxy)
			return r.proxy.kind != PROXY_NONE;
		if (step == connect_ways[side].tcp)
			return r.proxy.kind == PROXY_NONE;
	}
	return true;
}

/* Who is connected to, or asked of a proxy, in this server's place; true when the table names one. */
static bool detour(const struct connection *to, struct span *host, uint16_t *port)
{
	*host = to->host;
	*port = to->port;
	return detour_take(settings_get(to->settings, SETTING_CONNECT_TO), host, port);
}

static void put_detour(struct row *row, const struct connection *to)
{
	struct span host;
	uint16_t port;

	if (detour(to, &host, &port))
		row_say(row, FACT_VIA,
		        memchr(host.p, ':', host.n) != NULL ? "connect_to [%.*s]:%u" : "connect_to %.*s:%u",
		        SPAN_ARG(host), port);
}

static bool connect_dns(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;
	struct dns_question q = { to->host, to->port, settings_get(to->settings, SETTING_RESOLVE),
		                  to->settings->wanted };
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);

	(void)detour(to, &q.host, &q.port);
	if (to->host.n == 0)
		return fault_set(f, FAULT_SETTING_MISSING, SETTING_POP_HOST, span_z(settings_key(SETTING_POP_HOST)));
	put_host(row, to);
	if (!dns_ask(&q, &to->addresses, f) || (to->clear && !all_local(to, f)))
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

/* The connection alone has less time where the user wants that; what is said over it has until the deadline. */
static bool reach_tcp(struct connection *to, const struct dns_answer *answer, struct tcp_attempts *attempts,
                      struct fault *f)
{
	struct deadline whole = to->worker->deadline, soon = clock_deadline(to->settings->connect_timeout_ms);
	bool connected =
		tcp_connect(&to->tcp, answer, answer->port, soon.at_ms < whole.at_ms ? soon : whole, attempts, f);

	to->tcp.deadline = whole;
	return connected;
}

static bool connect_tcp(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;
	struct tcp_attempts attempts = { .n = 0 };
	char text[DNS_TEXT_MAX + 32];
	struct buf b = BUF(text);
	bool connected = reach_tcp(to, &to->addresses, &attempts, f);

	put_host(row, to);
	put_detour(row, to);
	put_attempts(row, to, &attempts);
	if (!connected)
		return note_failure(to, row, f);
	to->stream = tcp_stream(&to->tcp);
	dns_put(&b, &to->tcp.peer);
	row_fact(row, FACT_ADDRESS, buf_span(&b));
	if (to->addresses.port != to->port && !row_has(row, FACT_VIA))
		row_say(row, FACT_VIA, "port %u", to->addresses.port);
	trace_put(&to->worker->trace, TRACE_NOTE, SPAN("connected"));
	return true;
}

/* ---- through a proxy ---------------------------------------------------------------------------- */

/* What went wrong on the way to the proxy, as a fault of the proxy's. */
static bool proxy_failed(struct fault *f, enum fault_code code, const struct route *r, const struct fault *why)
{
	if (why->code == FAULT_DEADLINE)
		code = FAULT_PROXY_SILENT;
	return fault_say(f, code, why->num, "%.*s:%u: %s%s%.*s", SPAN_ARG(r->proxy.host), r->proxy.port,
	                 fault_text(why->code), why->n != 0 ? ": " : "", SPAN_ARG(fault_evidence(why)));
}

/* Of its own, because hardly anybody has such a proxy: a session takes 90 kB. */
static bool outer_memory(struct connection *to, struct fault *f)
{
	if (to->outer != NULL)
		return true;
	to->outer = mmap(NULL, sizeof *to->outer, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (to->outer != MAP_FAILED)
		return true;
	to->outer = NULL;
	return fault_set(f, FAULT_SYSTEM, errno, SPAN("mmap"));
}

/* A connection to the proxy, with TLS where it is wanted; *began is the start of what comes next. */
static bool reach_proxy(struct connection *to, const struct route *r, int64_t *began, struct row *row, struct fault *f)
{
	struct dns_question q = { r->proxy.host, r->proxy.port, settings_get(to->settings, SETTING_RESOLVE),
		                  to->settings->wanted };
	struct tls_question tls = { .host = r->proxy.host, .trust = to->trust, .now = clock_unix() };
	struct fault why = { .code = FAULT_NONE };
	struct tcp_attempts attempts;
	struct dns_answer answer;

	if (!dns_ask(&q, &answer, &why))
		return proxy_failed(f, FAULT_PROXY_NOT_FOUND, r, &why);
	row_number(row, FACT_PROXY_RESOLVE_MS, clock_ms() - *began);
	*began = clock_ms();
	if (!reach_tcp(to, &answer, &attempts, &why))
		return proxy_failed(f, FAULT_PROXY_UNREACHED, r, &why);
	to->stream = tcp_stream(&to->tcp);
	if (r->proxy.kind == PROXY_HTTPS) {
		if (!outer_memory(to, f))
			return false;
		if (!tls_start(to->outer, to->stream, &tls, &why))
			return proxy_failed(f, FAULT_PROXY_TLS, r, &why);
		to->stream = tls_stream(to->outer);
	}
	row_number(row, FACT_PROXY_CONNECT_MS, clock_ms() - *began);
	*began = clock_ms();
	return true;
}

/* SOCKS 4 has no IPv6: of several addresses the first that can be named. */
static const struct dns_address *target(const struct connection *to, enum proxy_kind kind)
{
	for (unsigned i = 0; i < to->addresses.n; i++)
		if (kind != PROXY_SOCKS4 || to->addresses.list[i].family == DNS_IPV4)
			return &to->addresses.list[i];
	return &to->addresses.list[0];
}

static bool connect_proxy(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;
	struct route r = route_to(to);
	struct proxy_question q = { .kind = r.proxy.kind,
		                    .host = to->host,
		                    .port = to->port,
		                    .address = takes_dns(&r) ? target(to, r.proxy.kind) : NULL,
		                    .login = route_login(to->logins, &r) };
	struct fault why = { .code = FAULT_NONE };
	struct proxy_answer answer = { .code = 0 };
	int64_t began = clock_ms();
	bool good;

	put_host(row, to);
	if (detour(to, &q.host, &q.port))
		put_detour(row, to);
	row_fact(row, FACT_PROXY_URL, settings_get(to->settings, r.key));
	row_fact(row, FACT_PROXY_FROM, to->settings->origin[r.key]);
	if (!reach_proxy(to, &r, &began, row, f))
		return note_failure(to, row, f);
	trace_say(&to->worker->trace, TRACE_NOTE, "connected to the proxy %.*s:%u", SPAN_ARG(r.proxy.host),
	          r.proxy.port);
	good = tunnel_open(&to->stream, &q, &to->worker->trace, &answer, &why);
	row_number(row, FACT_PROXY_ANSWER_MS, clock_ms() - began);
	row_fact(row, FACT_PROXY_SCHEMES, span_z(answer.schemes));
	row_fact(row, FACT_PROXY_SERVER, span_z(answer.server));
	if (good)
		return true;
	row_number(row, FACT_PROXY_CODE, answer.code);
	if (fault_kind(why.code) == FAULT_KIND_PROXY || fault_kind(why.code) == FAULT_KIND_INTERNAL)
		*f = why;
	else
		(void)proxy_failed(f, FAULT_PROXY_CLOSED, &r, &why);
	return note_failure(to, row, f);
}

bool connect_steps(struct connection *to, const struct connect_way *way)
{
	struct worker *w = to->worker;
	struct route r = to->host.n != 0 ? route_to(to) : route_of(to->settings, to->side);

	if (takes_dns(&r))
		worker_step(w, way->dns, connect_dns, to);
	else
		worker_assume(w, way->dns);
	if (r.proxy.kind != PROXY_NONE) {
		worker_step(w, way->proxy, connect_proxy, to);
		worker_assume(w, way->tcp);
	} else {
		worker_assume(w, way->proxy);
		worker_step(w, way->tcp, connect_tcp, to);
	}
	return worker_step(w, way->tls, connect_tls, to);
}

bool connect_open(struct connection *to, struct row *row, struct fault *f)
{
	struct route r = route_to(to);

	if (takes_dns(&r) && !connect_dns(to, row, f))
		return false;
	return r.proxy.kind != PROXY_NONE ? connect_proxy(to, row, f) : connect_tcp(to, row, f);
}

/* ---- TLS ---------------------------------------------------------------------------------------- */

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

static void put_trust(struct row *row, const struct connection *to)
{
	char text[FACT_TEXT_MAX];
	struct buf b = BUF(text);

	trusted_put(&b, to->settings, to->trust->embedded != 0);
	row_fact(row, FACT_TRUST, buf_span(&b));
}

/* See clock_from_server. */
static void start_by_other_time(struct connection *to, struct tls_question *q, struct row *row)
{
	struct row unseen = { .step = row->step };
	struct fault lost = { .code = FAULT_NONE };

	q->now = to->tls.suits;
	stream_close(&to->stream);
	if (!connect_open(to, &unseen, &lost) || (to->before_tls != NULL && !to->before_tls(to->of, &lost)) ||
	    !tls_start(&to->tls, to->stream, q, &lost))
		return;
	to->stream = tls_stream(&to->tls);
	to->by_other_time = true;
	row_say(row, FACT_NOTE, "all but the date is proved; going on without any secret, as of %s",
	        date_text(q->now).z);
	trace_put(&to->worker->trace, TRACE_NOTE, row_get(row, FACT_NOTE));
	if (to->ask_clock != NULL)
		to->ask_clock(to, row);
}

bool connect_tls(void *self, struct row *row, struct fault *f)
{
	struct connection *to = self;
	struct tls_question q = {
		.host = to->host,
		.trust = to->trust,
		.now = clock_unix(),
		.pin = to->pinned ? settings_get(to->settings, connect_ways[to->side].pin) : SPAN_NONE,
	};
	bool started;

	put_host(row, to);
	if (to->clear) {
		row_fact(row, FACT_NOTE, SPAN("no TLS: clear text, on this machine or link only"));
		return true;
	}
	if (to->before_tls != NULL && !to->before_tls(to->of, f))
		return note_failure(to, row, f);
	started = tls_start(&to->tls, to->stream, &q, f);
	put_chain(row, &to->tls);
	put_leaf(row, &to->tls, q.now);
	put_trust(row, to);
	if (!started) {
		row_number(row, FACT_VALID_AT, to->tls.suits);
		(void)note_failure(to, row, f);
		if (to->clock_from_server && !to->by_other_time && to->tls.suits >= CLOCK_BORN)
			start_by_other_time(to, &q, row);
		return false;
	}
	to->stream = tls_stream(&to->tls);
	put_session(row, to);
	return true;
}
