#include "net/tls.h"

#include <string.h>

#include "base/secret.h"
#include "net/dns.h"
#include "net/tls_time.h"

enum {
	STAGE = 2 * 1024,     /* the records of a handshake flight, sent as one */
	PLAIN_MAX = 16 * 1024 /* of one record */
};

/* What tls.space holds. */
struct inner {
	const struct trust *trust;
	struct span host; /* without final dot or scope; borrowed from name */
	char name[DNS_HOST_MAX + 1];
	bool is_address; /* no server name then (RFC 6066 section 3) */
	int64_t now;
	unsigned char pin[TLS_PIN];
	size_t pin_n;
	size_t first_fed; /* bytes of tls.first that the engine has had */
	size_t unread_at, unread_n;
	struct tls_engine engine;
	/* The engine can send only between incoming records: what was not read by then waits here. */
	unsigned char unread[PLAIN_MAX];
};

_Static_assert(sizeof(struct inner) <= TLS_SPACE, "TLS_SPACE is too small");

static struct inner *inner(const struct tls *t)
{
	return (struct inner *)(void *)t->space;
}

static br_ssl_engine_context *engine(const struct tls *t)
{
	return &inner(t)->engine.client.eng;
}

static struct tls_case what_is_known(const struct tls *t)
{
	const struct inner *in = inner(t);

	return (struct tls_case){ .chain = &t->chain,
		                  .trust = in->trust,
		                  .host = in->host,
		                  .now = in->now,
		                  .pin = { in->pin, in->pin_n },
		                  .at = in->engine.watch.at,
		                  .code = t->engine_error };
}

/* ---- setting up -------------------------------------------------------------------------------- */

bool tls_pin(struct span pin, unsigned char sha256[static TLS_PIN])
{
	unsigned v = 0;
	size_t i = 0;

	for (; i < pin.n && i < (size_t)2 * TLS_PIN && span_hex_digit(pin.p[i], &v); i++)
		sha256[i / 2] = (unsigned char)(sha256[i / 2] << 4 | v);
	return i == pin.n && i == (size_t)2 * TLS_PIN;
}

static bool read_pin(struct inner *in, struct span pin, struct fault *f)
{
	in->pin_n = 0;
	if (pin.n == 0)
		return true;
	if (!tls_pin(pin, in->pin))
		return fault_set(f, FAULT_SETTING_BAD, 0, pin);
	in->pin_n = sizeof in->pin;
	return true;
}

/* The name as certificates have it: without the final dot of a complete name and without an address's scope. */
static bool read_host(struct inner *in, struct span host, struct fault *f)
{
	struct dns_address a;
	struct span bare = span_ends(host, SPAN(".")) ? span_first(host, host.n - 1) : host;
	size_t at;

	in->is_address = dns_literal(bare, &a);
	if (span_find_byte(bare, '%', &at) && dns_literal(span_first(bare, at), &a)) {
		in->is_address = true;
		bare = span_first(bare, at);
	}
	if (bare.n == 0 || bare.n > DNS_HOST_MAX || span_find_byte(bare, '\0', &at))
		return fault_set(f, FAULT_SETTING_BAD, 0, host);
	memcpy(in->name, bare.p, bare.n);
	in->name[bare.n] = '\0';
	in->host = (struct span){ (unsigned char *)in->name, bare.n };
	return true;
}

static bool set_up(struct tls *t, const struct tls_question *q, struct fault *f)
{
	struct inner *in = inner(t);
	struct tls_case c = { .trust = q->trust, .now = q->now };

	in->first_fed = in->unread_at = in->unread_n = 0;
	if (!read_host(in, q->host, f) || !read_pin(in, q->pin, f))
		return false;
	in->trust = q->trust;
	in->now = q->now;
	return tls_engine_start(&in->engine, &t->chain, &c, in->is_address ? NULL : in->name, f);
}

/* ---- the pump ---------------------------------------------------------------------------------- */

enum pump { PUMP_READY, PUMP_ENDED, PUMP_FAILED };

/* A record header begins with a type of 20 to 23 and a version of 3.x. */
static bool looks_like_tls(const struct tls *t)
{
	return t->first[0] >= 20 && t->first[0] <= 23 && (t->first_n < 2 || t->first[1] == 3);
}

/* The version that a ServerHello at the beginning chose. */
static bool put_version(struct buf *out, const struct tls *t)
{
	static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2" };

	if (t->first_n < 11 || t->first[0] != 22 || t->first[5] != 2 || t->first[9] != 3 ||
	    t->first[10] >= COUNT(names))
		return false;
	buf_say(out, "the server chose %s", names[t->first[10]]);
	return true;
}

/* The engine has come to its end. */
static enum pump ended(struct tls *t, struct fault *f)
{
	struct tls_case c;
	char text[40];
	struct buf b = BUF(text);

	t->engine_error = br_ssl_engine_last_error(engine(t));
	c = what_is_known(t);
	if (t->engine_error == BR_ERR_OK)
		fault_set(f, FAULT_TLS_CLOSED, 0, SPAN("close_notify"));
	else if (t->engine_error == BR_ERR_UNSUPPORTED_VERSION && put_version(&b, t))
		fault_set(f, FAULT_TLS_VERSION, t->engine_error, buf_span(&b));
	else
		tls_cert_refused(&c, f);
	return PUMP_FAILED;
}

/* Send the records that are ready, as few writes as possible. */
static bool flush(struct tls *t, struct fault *f)
{
	unsigned char bytes[STAGE];
	struct buf stage = BUF(bytes);

	while ((br_ssl_engine_current_state(engine(t)) & BR_SSL_SENDREC) != 0) {
		size_t n;
		unsigned char *p = br_ssl_engine_sendrec_buf(engine(t), &n);

		if (n > stage.cap - stage.n) {
			if (!stream_write(&t->under, buf_span(&stage), f))
				return false;
			stage.n = 0;
		}
		if (n > stage.cap) {
			if (!stream_write(&t->under, (struct span){ p, n }, f))
				return false;
		} else {
			buf_put(&stage, (struct span){ p, n });
		}
		br_ssl_engine_sendrec_ack(engine(t), n);
	}
	return stream_write(&t->under, buf_span(&stage), f);
}

static bool end_of_file(const struct tls *t, struct fault *f)
{
	if (t->handshake_done)
		return fault_set(f, FAULT_TLS_TRUNCATED, 0, SPAN(""));
	return fault_set(f, FAULT_TLS_CLOSED, 0, t->first_n == 0 ? SPAN("nothing was received") : SPAN(""));
}

/* Read something for the engine. The first bytes go by way of t->first, where they stay. */
static bool receive(struct tls *t, struct fault *f)
{
	struct inner *in = inner(t);
	size_t wanted, n;
	unsigned char *p = br_ssl_engine_recvrec_buf(engine(t), &wanted);

	if (in->first_fed == t->first_n) {
		bool keep = t->first_n < TLS_FIRST_MAX;
		unsigned char *to = keep ? t->first + t->first_n : p;

		if (!stream_read(&t->under, to, keep ? TLS_FIRST_MAX - t->first_n : wanted, &n, f))
			return false;
		if (n == 0)
			return end_of_file(t, f);
		if (!keep) {
			br_ssl_engine_recvrec_ack(engine(t), n);
			return true;
		}
		t->first_n += n;
		if (!looks_like_tls(t)) {
			t->engine_error = BR_ERR_UNSUPPORTED_VERSION;
			return fault_set(f, FAULT_TLS_NOT_TLS, t->engine_error, (struct span){ t->first, t->first_n });
		}
	}
	n = t->first_n - in->first_fed < wanted ? t->first_n - in->first_fed : wanted;
	memcpy(p, t->first + in->first_fed, n);
	in->first_fed += n;
	br_ssl_engine_recvrec_ack(engine(t), n);
	return true;
}

/* The peer has said goodbye. We answer, but nobody need be there to read it. */
static enum pump goodbye(struct tls *t)
{
	struct fault ignored = { .code = FAULT_NONE };

	t->closed_cleanly = true;
	flush(t, &ignored);
	return PUMP_ENDED;
}

/* Send and receive until one of the wanted states is reached. */
static enum pump pump(struct tls *t, unsigned wanted, struct fault *f)
{
	for (;;) {
		unsigned state = br_ssl_engine_current_state(engine(t));

		if (t->handshake_done && engine(t)->shutdown_recv)
			return goodbye(t);
		if ((state & BR_SSL_CLOSED) != 0)
			return ended(t, f);
		if ((state & BR_SSL_SENDREC) != 0) {
			if (!flush(t, f))
				return PUMP_FAILED;
		} else if ((state & wanted) != 0) {
			return PUMP_READY;
		} else if ((state & BR_SSL_RECVREC) == 0) {
			fault_set(f, FAULT_TLS_PROTOCOL, BR_ERR_BAD_STATE, SPAN("the engine does not go on"));
			return PUMP_FAILED;
		} else if (!receive(t, f)) {
			return PUMP_FAILED;
		}
	}
}

/* ---- the session ------------------------------------------------------------------------------- */

/* Keys, and what was sent and received: the engine is of no use afterwards. The chain stays. */
static void forget(struct tls *t)
{
	struct inner *in = inner(t);

	secret_wipe_used(&in->engine, sizeof in->engine);
	secret_wipe_bytes(in->unread, in->unread_n);
	in->unread_at = in->unread_n = 0;
	t->handshake_done = false;
}

static bool shake_hands(struct tls *t, const struct tls_question *q, struct fault *f)
{
	struct tls_case c;

	if (!set_up(t, q, f) || pump(t, BR_SSL_SENDAPP, f) != PUMP_READY)
		return false;
	c = what_is_known(t);
	if (tls_cert_judge(&c, f))
		return true;
	t->engine_error = (int)f->num;
	return false;
}

/* After a refusal for the time: the moment that the chain would suit, if that is all. */
static int64_t suits(struct tls *t)
{
	struct inner *in = inner(t);
	struct tls_case c = what_is_known(t);
	int64_t then;

	if (t->engine_error != BR_ERR_X509_EXPIRED ||
	    !tls_time_alone(&in->engine, &c, in->is_address ? NULL : in->name, &then))
		return 0;
	return then;
}

bool tls_start(struct tls *t, struct stream under, const struct tls_question *q, struct fault *f)
{
	t->under = under;
	t->chain.n = t->chain.left_out = 0;
	t->first_n = 0;
	t->handshake_done = t->closed_cleanly = false;
	t->engine_error = 0;
	t->suits = 0;
	t->handshake_done = shake_hands(t, q, f);
	if (!t->handshake_done) {
		t->suits = suits(t);
		forget(t);
	}
	return t->handshake_done;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool read_some(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f)
{
	struct tls *t = s->self;
	struct inner *in = inner(t);
	unsigned char *from;

	if (in->unread_at < in->unread_n) {
		*n = least(cap, in->unread_n - in->unread_at);
		memcpy(p, in->unread + in->unread_at, *n);
		secret_wipe_bytes(in->unread + in->unread_at, *n);
		in->unread_at += *n;
		return true;
	}
	switch (pump(t, BR_SSL_RECVAPP, f)) {
	case PUMP_FAILED:
		return false;
	case PUMP_ENDED:
		*n = 0;
		return true;
	case PUMP_READY:
		break;
	}
	from = br_ssl_engine_recvapp_buf(engine(t), n);
	*n = least(cap, *n);
	memcpy(p, from, *n);
	br_ssl_engine_recvapp_ack(engine(t), *n);
	return true;
}

/* Move what has come and was not read out of the engine's way. */
static bool set_aside(struct tls *t, struct fault *f)
{
	struct inner *in = inner(t);
	size_t n;
	unsigned char *p = br_ssl_engine_recvapp_buf(engine(t), &n);

	if (in->unread_at == in->unread_n)
		in->unread_at = in->unread_n = 0;
	if (n > sizeof in->unread - in->unread_n)
		return fault_limit(f, FAULT_LIMIT, in->unread_n + n, sizeof in->unread);
	memcpy(in->unread + in->unread_n, p, n);
	in->unread_n += n;
	br_ssl_engine_recvapp_ack(engine(t), n);
	return true;
}

static bool write_all(struct stream *s, struct span bytes, struct fault *f)
{
	struct tls *t = s->self;

	while (bytes.n != 0) {
		unsigned char *to;
		size_t n;

		switch (pump(t, BR_SSL_SENDAPP | BR_SSL_RECVAPP, f)) {
		case PUMP_FAILED:
			return false;
		case PUMP_ENDED:
			return fault_set(f, FAULT_TCP_CLOSED, 0, SPAN("close_notify"));
		case PUMP_READY:
			break;
		}
		to = br_ssl_engine_sendapp_buf(engine(t), &n);
		if (to == NULL) {
			if (!set_aside(t, f))
				return false;
			continue;
		}
		n = least(n, bytes.n);
		memcpy(to, bytes.p, n);
		bytes = span_from(bytes, n);
		br_ssl_engine_sendapp_ack(engine(t), n);
		br_ssl_engine_flush(engine(t), 0);
		if (!flush(t, f))
			return false;
	}
	return true;
}

/* The engine sends nothing while it holds unread data, so that goes first. */
static void close_session(struct stream *s)
{
	struct tls *t = s->self;
	struct fault ignored = { .code = FAULT_NONE };
	size_t n;

	if (t->handshake_done && !t->closed_cleanly) {
		if (br_ssl_engine_recvapp_buf(engine(t), &n) != NULL)
			br_ssl_engine_recvapp_ack(engine(t), n);
		br_ssl_engine_close(engine(t));
		flush(t, &ignored);
	}
	forget(t);
	stream_close(&t->under);
}

struct stream tls_stream(struct tls *t)
{
	static const struct stream_ops ops = { read_some, write_all, close_session };

	return (struct stream){ &ops, t };
}

const char *tls_version(const struct tls *t)
{
	return t->handshake_done ? "TLS 1.2" : "";
}

const char *tls_suite(const struct tls *t)
{
	return t->handshake_done ? tls_engine_suite(&inner(t)->engine) : "";
}

const struct trust_anchor *tls_anchor(const struct tls *t)
{
	struct tls_case c;

	if (!t->handshake_done)
		return NULL;
	c = what_is_known(t);
	return tls_cert_anchor(&c);
}
