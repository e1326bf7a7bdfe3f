#include "check/compat_measure.h"

#include <string.h>

#include "net/tls_sha256.h"

struct measure {
	struct connection *to;
	struct pop3 *pop;
	struct compat *c;
	struct deadline all;
	bool open;
};

static enum compat_answer yes_no(bool yes)
{
	return yes ? COMPAT_YES : COMPAT_NO;
}

/* What a failure says: time that ran out says nothing. */
static enum compat_answer refusal(const struct fault *f)
{
	return f->code == FAULT_DEADLINE || f->code == FAULT_TCP_TIMEOUT ? COMPAT_UNCLEAR : COMPAT_NO;
}

static void hang_up(struct measure *m)
{
	if (m->open)
		stream_close(&m->to->stream);
	m->open = false;
}

static bool dial(struct measure *m, struct fault *f)
{
	struct row unseen = { .step = STEP_POP_TCP };
	int left = clock_left(m->all);

	hang_up(m);
	if (left == 0 || m->c->connections == COMPAT_CONNECTIONS_MAX) {
		m->c->unfinished = 1;
		return fault_set(f, FAULT_DEADLINE, 0, SPAN_NONE);
	}
	m->to->worker->deadline = clock_deadline(left < COMPAT_ANSWER_MS ? left : COMPAT_ANSWER_MS);
	m->c->connections++;
	m->open = connect_open(m->to, &unseen, f);
	return m->open;
}

/* ---- TLS --------------------------------------------------------------------------------------------- */

struct hello {
	enum tls_version version;
	enum tls_suite suite;
	unsigned alert;
};

/* Say one ClientHello and hear who answers. A connection that ends is a refusal, too: not all servers send alerts. */
static enum tlshello_kind greet(struct measure *m, enum tls_version v, uint64_t suites, struct hello *h)
{
	unsigned char text[TLSHELLO_MAX], in[TLSHELLO_ANSWER_MAX], random[TLSHELLO_RANDOM];
	struct span seed = { (const unsigned char *)&m->all, sizeof m->all };
	enum tlshello_kind kind = TLSHELLO_MORE;
	struct fault f = { .code = FAULT_NONE };
	struct buf hello = BUF(text);
	size_t n = 0, got;

	tls_sha256(seed, random);
	tlshello_put(&hello, v, suites, m->to->host, random);
	if (!dial(m, &f) || (m->to->before_tls != NULL && !m->to->before_tls(m->to->of, &f)) ||
	    !stream_write(&m->to->stream, buf_span(&hello), &f))
		return TLSHELLO_MORE;
	while (kind == TLSHELLO_MORE && n < sizeof in) {
		if (!stream_read(&m->to->stream, in + n, sizeof in - n, &got, &f))
			return f.code == FAULT_TCP_RESET ? TLSHELLO_ALERT : TLSHELLO_MORE;
		if (got == 0)
			return TLSHELLO_ALERT;
		n += got;
		kind = tlshello_read((struct span){ in, n }, &h->version, &h->suite, &h->alert);
	}
	return kind;
}

/* All suites of a version: what was picked is left out of the next offer. */
static void ask_version(struct measure *m, enum tls_version v)
{
	uint64_t left = tlshello_all(v);

	while (left != 0) {
		struct hello h = { .suite = TLS_SUITE__COUNT };
		enum tlshello_kind kind = greet(m, v, left, &h);
		bool ours = kind == TLSHELLO_TAKEN && h.version == v && h.suite != TLS_SUITE__COUNT &&
		            (left >> h.suite & 1) != 0;

		if (!ours) {
			if (m->c->suites[v] == 0)
				m->c->version[v] = kind == TLSHELLO_MORE ? COMPAT_UNCLEAR : COMPAT_NO;
			m->c->unfinished |= kind == TLSHELLO_MORE;
			return;
		}
		m->c->version[v] = COMPAT_YES;
		m->c->suites[v] |= UINT64_C(1) << h.suite;
		left &= ~(UINT64_C(1) << h.suite);
	}
}

/* ---- POP3 -------------------------------------------------------------------------------------------- */

/* A session in TLS, past the greeting. */
static bool open_session(struct measure *m, struct fault *f)
{
	struct row unseen = { .step = STEP_POP_TLS };
	struct span text;

	if (!dial(m, f) || !connect_tls(m->to, &unseen, f))
		return false;
	pop3_start(m->pop, &m->to->stream, &m->to->worker->trace);
	return m->to->before_tls != NULL || pop3_greeting(m->pop, &text, f);
}

static bool capa(struct measure *m, struct mailmsg_capa *capa, char *text, struct fault *f)
{
	struct buf shown = buf_field(text, COMPAT_CAPA_MAX);

	return pop3_capa(m->pop, capa, &shown, f);
}

static void ask_stls(struct measure *m)
{
	struct row unseen = { .step = STEP_POP_TLS };
	bool (*before_tls)(void *of, struct fault *f) = m->to->before_tls;
	enum compat_answer *answer = m->c->answer;
	struct fault f = { .code = FAULT_NONE };
	struct mailmsg_capa now;
	uint16_t port = m->to->port;
	struct span text;

	m->to->port = COMPAT_PLAIN;
	m->to->before_tls = NULL;
	if (dial(m, &f)) {
		pop3_start(m->pop, &m->to->stream, &m->to->worker->trace);
		if (pop3_greeting(m->pop, &text, &f) && capa(m, &now, m->c->before, &f)) {
			answer[COMPAT_PLAIN_PORT] = COMPAT_YES;
			answer[COMPAT_STLS] =
				yes_no(now.stls && pop3_stls(m->pop, &f) && connect_tls(m->to, &unseen, &f));
		}
	}
	if (answer[COMPAT_PLAIN_PORT] != COMPAT_YES)
		answer[COMPAT_PLAIN_PORT] = answer[COMPAT_STLS] = refusal(&f);
	hang_up(m);
	m->to->port = port;
	m->to->before_tls = before_tls;
}

/* Two commands in one flight. */
static bool answers_both(struct measure *m, struct fault *f)
{
	struct mailmsg_capa unused;
	char text[COMPAT_CAPA_MAX];

	m->pop->pipelined = line_say(&m->pop->line, &m->to->worker->trace, SPAN("CAPA\r\nCAPA\r\n"), f);
	return m->pop->pipelined && capa(m, &unused, text, f) && capa(m, &unused, text, f);
}

/* AUTH, and the way back out of it. */
static enum compat_answer ask_two_lines(struct measure *m)
{
	struct fault f = { .code = FAULT_NONE };

	if (!pop3_auth_begin(m->pop, SASL_XOAUTH2, &f))
		return refusal(&f);
	return pop3_auth_cancel(m->pop, &f) ? COMPAT_YES : COMPAT_UNCLEAR;
}

enum { TOKEN_USUAL = 1500 }; /* Microsoft's tokens for applications have 1,400 to 2,000 characters */

/* A refusal by the login is what we hope for; one of the line ends the session, or stands before a login at all. */
static enum compat_answer ask_one_line(struct measure *m)
{
	static const struct span of_the_line[] = { SPAN_INIT("protocol error"), SPAN_INIT("too long"),
		                                   SPAN_INIT("not understood"), SPAN_INIT("unknown command") };
	unsigned char letters[TOKEN_USUAL];
	struct secret token;
	struct sasl_login login = { .user = SPAN("compat@o2pop.invalid"),
		                    .token = &token,
		                    .mark = SPAN("no token"),
		                    .mechanism = SASL_XOAUTH2,
		                    .host = m->to->host,
		                    .port = m->to->port,
		                    .one_line = true };
	struct fault f = { .code = FAULT_NONE };
	struct span reply = SPAN_NONE;
	char text[1024];
	struct buf challenge = BUF(text);
	size_t at;

	memset(letters, 'A', sizeof letters);
	if (!secret_set(&token, (struct span){ letters, sizeof letters }) || !open_session(m, &f))
		return COMPAT_UNCLEAR;
	if (pop3_auth_send(m->pop, &login, &reply, &challenge, &f) || f.code == FAULT_AUTH_CHALLENGE ||
	    f.code == FAULT_AUTH_FALSE_OK)
		return COMPAT_YES;
	for (size_t i = 0; i < COUNT(of_the_line); i++)
		if (span_find_nocase(fault_evidence(&f), of_the_line[i], &at))
			return COMPAT_NO;
	return f.code == FAULT_AUTH_REFUSED ? COMPAT_YES : refusal(&f);
}

/* CAPA with blanks behind it, up to n bytes with CRLF: a line of that length, and harmless. Any answer will do. */
static bool takes_line(struct measure *m, size_t n)
{
	static const struct span blanks = SPAN_INIT("                                                                ");
	struct fault f = { .code = FAULT_NONE };
	struct mailmsg_capa unused;
	char text[COMPAT_CAPA_MAX];

	if (!open_session(m, &f) || !stream_write(&m->to->stream, SPAN("CAPA"), &f))
		return false;
	for (n -= sizeof "CAPA\r\n" - 1; n != 0;) {
		struct span part = span_first(blanks, n);

		if (!stream_write(&m->to->stream, part, &f))
			return false;
		n -= part.n;
	}
	m->pop->pipelined = true; /* pop3_capa then only reads */
	return stream_write(&m->to->stream, SPAN("\r\n"), &f) && pop3_capa(m->pop, &unused, &BUF(text), &f);
}

static void ask_lines(struct measure *m)
{
	static const uint32_t length[] = { 255, 512, 1024, 2048, 4096, 8192 }; /* 255: RFC 2449 section 4 */

	for (size_t i = 0; i < COUNT(length); i++) {
		if (!takes_line(m, length[i])) {
			m->c->line_refused = m->c->unfinished == 0 ? length[i] : 0;
			return;
		}
		m->c->line_taken = length[i];
	}
}

static void ask_pop3(struct measure *m)
{
	struct fault f = { .code = FAULT_NONE };
	enum compat_answer *answer = m->c->answer;
	struct mailmsg_capa now;

	if (!open_session(m, &f) || !capa(m, &now, m->c->capa, &f))
		return;
	answer[COMPAT_XOAUTH2] = yes_no(now.xoauth2);
	answer[COMPAT_OAUTHBEARER] = yes_no(now.oauthbearer);
	if (now.xoauth2)
		answer[COMPAT_TWO_LINES] = ask_two_lines(m);
	f = (struct fault){ .code = FAULT_NONE };
	if (open_session(m, &f))
		answer[COMPAT_PIPELINING] = answers_both(m, &f) ? COMPAT_YES : refusal(&f);
	if (now.xoauth2)
		answer[COMPAT_ONE_LINE] = ask_one_line(m);
	ask_lines(m);
}

void compat_measure(struct connection *to, struct pop3 *pop, struct compat *c)
{
	struct measure m = { .to = to, .pop = pop, .c = c, .all = to->worker->deadline };

	memset(c, 0, sizeof *c);
	for (int v = TLS_VERSION__COUNT - 1; v >= 0; v--)
		ask_version(&m, (enum tls_version)v);
	ask_pop3(&m);
	ask_stls(&m);
	hang_up(&m);
	to->worker->deadline = m.all;
}
