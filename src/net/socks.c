#include "net/socks.h"

#include "base/secret.h"

/* RFC 1928, 1929; SOCKS 4 and 4a as OpenSSH and curl have them. */
enum {
	VERSION_4 = 4,
	VERSION_5 = 5,
	CONNECT = 1,
	NO_AUTH = 0,
	PASSWORD = 2,
	PASSWORD_VERSION = 1,
	NO_METHOD = 0xff,
	TYPE_IPV4 = 1,
	TYPE_NAME = 3,
	TYPE_IPV6 = 4,
	GRANTED_4 = 90,
	REPLY_MAX = 4 + 1 + 255 + 2
};

/* The names of RFC 1928 section 6, and of SOCKS 4. */
static const struct {
	int code;
	const char *name;
} replies[] = {
	{ 1, "general SOCKS server failure" }, { 2, "connection not allowed by ruleset" },
	{ 3, "network unreachable" },          { 4, "host unreachable" },
	{ 5, "connection refused" },           { 6, "TTL expired" },
	{ 7, "command not supported" },        { 8, "address type not supported" },
	{ 91, "request rejected or failed" },  { 92, "no identd at the client" },
	{ 93, "identd names another user" },
};

static void put_name(struct proxy_answer *a, int code)
{
	struct buf b = buf_field(a->words, sizeof a->words);

	a->code = code;
	for (size_t i = 0; i < COUNT(replies); i++)
		if (replies[i].code == code)
			buf_z(&b, replies[i].name);
	if (b.n == 0)
		buf_say(&b, "reply %d", code);
}

/* 2 is the proxy's own decision, 1 and what nobody has named may be; the rest is what it met on its way. */
static bool refused(struct proxy_answer *a, int code, const struct trace *t, struct fault *f)
{
	put_name(a, code);
	trace_say(t, TRACE_GOT, "SOCKS reply %d: %s", code, a->words);
	return fault_say(f, code >= 3 && code <= 6 ? FAULT_PROXY_UPSTREAM : FAULT_PROXY_REFUSED, code,
	                 "SOCKS reply %d: %s", code, a->words);
}

/* Who answers, if it is no SOCKS server: an HTTP proxy begins with "HTTP". */
static bool other(const unsigned char *p, size_t n, struct fault *f)
{
	struct span text = { p, n };

	if (n >= 1 && (p[0] == 'H' || p[0] == '<'))
		return fault_set(f, FAULT_PROXY_MALFORMED, 0, SPAN("it answers in HTTP, not in SOCKS"));
	return fault_say(f, FAULT_PROXY_MALFORMED, 0, "not SOCKS: its answer begins with %.*s", SPAN_ARG(text));
}

/* ---- SOCKS 4 ------------------------------------------------------------------------------------ */

static bool socks4(struct stream *s, const struct proxy_question *q, const struct trace *t, struct proxy_answer *a,
                   struct fault *f)
{
	unsigned char bytes[9 + PROXY_LOGIN_MAX + 1 + DNS_HOST_MAX + 1], reply[8];
	struct buf b = BUF(bytes);
	struct span rest;
	bool sent;

	if (q->address != NULL && q->address->family != DNS_IPV4)
		return fault_set(f, FAULT_PROXY_REFUSED, 0, SPAN("SOCKS 4 knows IPv4 only; write socks4a or socks5h"));
	buf_byte(&b, VERSION_4);
	buf_byte(&b, CONNECT);
	buf_byte(&b, (unsigned char)(q->port >> 8));
	buf_byte(&b, (unsigned char)q->port);
	buf_put(&b, q->address != NULL ? (struct span){ q->address->bytes, 4 } : (struct span)SPAN_INIT("\0\0\0\1"));
	buf_put(&b, span_cut(q->login, ':', &rest));
	buf_byte(&b, 0);
	if (q->address == NULL) {
		buf_put(&b, q->host);
		buf_byte(&b, 0);
	}
	trace_say(t, TRACE_SENT, "SOCKS 4 connect %.*s:%u", SPAN_ARG(q->host), q->port);
	sent = buf_ok(&b) ? stream_write(s, buf_span(&b), f) : fault_limit(f, FAULT_LIMIT, b.n, sizeof bytes);
	secret_wipe_bytes(bytes, sizeof bytes);
	if (!sent || !proxy_read(s, reply, 1, f))
		return false;
	if (reply[0] != 0)
		return other(reply, 1, f);
	if (!proxy_read(s, reply + 1, sizeof reply - 1, f))
		return false;
	if (reply[1] != GRANTED_4)
		return refused(a, reply[1], t, f);
	trace_put(t, TRACE_GOT, SPAN("SOCKS 4 granted"));
	return true;
}

/* ---- SOCKS 5 ------------------------------------------------------------------------------------ */

static bool send_password(struct stream *s, const struct proxy_question *q, const struct trace *t, struct fault *f)
{
	unsigned char bytes[3 + 2 * 255], reply[2];
	struct buf b = BUF(bytes);
	struct span password, user = span_cut(q->login, ':', &password);
	bool sent;

	if (user.n > 255 || password.n > 255)
		return fault_limit(f, FAULT_LIMIT, user.n > password.n ? user.n : password.n, 255);
	buf_byte(&b, PASSWORD_VERSION);
	buf_byte(&b, (unsigned char)user.n);
	buf_put(&b, user);
	buf_byte(&b, (unsigned char)password.n);
	buf_put(&b, password);
	trace_say(t, TRACE_SENT, "SOCKS 5 <proxy login %zu characters>", q->login.n);
	sent = stream_write(s, buf_span(&b), f);
	secret_wipe_bytes(bytes, sizeof bytes);
	if (!sent || !proxy_read(s, reply, sizeof reply, f))
		return false;
	trace_say(t, TRACE_GOT, "SOCKS 5 login %u", reply[1]);
	return reply[1] == 0 ||
	       fault_set(f, FAULT_PROXY_AUTH, reply[1], SPAN("the SOCKS proxy refused user and password"));
}

/* Agree on how we prove who we are. */
static bool greet(struct stream *s, const struct proxy_question *q, const struct trace *t, struct fault *f)
{
	static const unsigned char both[] = { VERSION_5, 2, NO_AUTH, PASSWORD }, none[] = { VERSION_5, 1, NO_AUTH };
	bool login = q->login.n != 0;
	unsigned char reply[2];

	trace_say(t, TRACE_SENT, "SOCKS 5 %s", login ? "without login, or with user and password" : "without login");
	if (!stream_write(s, login ? (struct span){ both, sizeof both } : (struct span){ none, sizeof none }, f) ||
	    !proxy_read(s, reply, 1, f))
		return false;
	if (reply[0] != VERSION_5)
		return other(reply, 1, f);
	if (!proxy_read(s, reply + 1, 1, f))
		return false;
	trace_say(t, TRACE_GOT, "SOCKS 5 method %u", reply[1]);
	if (reply[1] == NO_AUTH)
		return true;
	if (reply[1] == PASSWORD && login)
		return send_password(s, q, t, f);
	return fault_set(f, FAULT_PROXY_AUTH, reply[1],
	                 login ? SPAN("the SOCKS proxy takes neither no login nor user and password")
	                       : SPAN("the SOCKS proxy wants a user and a password"));
}

static void put_target(struct buf *b, const struct proxy_question *q)
{
	if (q->address != NULL) {
		bool v4 = q->address->family == DNS_IPV4;

		buf_byte(b, v4 ? TYPE_IPV4 : TYPE_IPV6);
		buf_put(b, (struct span){ q->address->bytes, v4 ? 4 : 16 });
	} else {
		buf_byte(b, TYPE_NAME);
		buf_byte(b, (unsigned char)q->host.n);
		buf_put(b, q->host);
	}
	buf_byte(b, (unsigned char)(q->port >> 8));
	buf_byte(b, (unsigned char)q->port);
}

static bool socks5(struct stream *s, const struct proxy_question *q, const struct trace *t, struct proxy_answer *a,
                   struct fault *f)
{
	unsigned char bytes[REPLY_MAX], reply[REPLY_MAX];
	struct buf b = BUF(bytes);
	size_t rest;

	if (!greet(s, q, t, f))
		return false;
	buf_byte(&b, VERSION_5);
	buf_byte(&b, CONNECT);
	buf_byte(&b, 0);
	put_target(&b, q);
	trace_say(t, TRACE_SENT, "SOCKS 5 connect %.*s:%u", SPAN_ARG(q->host), q->port);
	if (!buf_ok(&b))
		return fault_limit(f, FAULT_LIMIT, q->host.n, 255);
	if (!stream_write(s, buf_span(&b), f) || !proxy_read(s, reply, 5, f))
		return false;
	if (reply[0] != VERSION_5)
		return other(reply, 5, f);
	if (reply[1] != 0)
		return refused(a, reply[1], t, f);
	rest = reply[3] == TYPE_IPV4 ? 3 : reply[3] == TYPE_IPV6 ? 15 : reply[4];
	if (!proxy_read(s, reply, rest + 2, f))
		return false;
	trace_put(t, TRACE_GOT, SPAN("SOCKS 5 granted"));
	return true;
}

bool socks_tunnel(struct stream *s, const struct proxy_question *q, const struct trace *t, struct proxy_answer *a,
                  struct fault *f)
{
	if (q->kind == PROXY_SOCKS4 || q->kind == PROXY_SOCKS4A)
		return socks4(s, q, t, a, f);
	return socks5(s, q, t, a, f);
}
