#include "tls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <bearssl.h>

enum { CHAIN_MAX = 8, RECORD_HEADER = 5, TYPE_CCS = 20, TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23 };

struct tls {
	br_ssl_server_context server;
	unsigned char space[BR_SSL_BUFSIZE_BIDI];
	struct text material; /* the decoded object that is being read */
	br_x509_certificate chain[CHAIN_MAX];
	size_t chain_n;
	br_skey_decoder_context key;
	struct tls_plan plan;
	struct text out; /* records that wait to be sent, while they may still be changed */
	bool changed;
};

/* ---- certificates and key ---- */

static void gather(void *to, const void *p, size_t n)
{
	text_put(to, p, n);
}

static void take_object(struct tls *t, const char *name)
{
	if (strcmp(name, "CERTIFICATE") == 0) {
		br_x509_certificate *c = &t->chain[t->chain_n];

		if (t->chain_n++ == CHAIN_MAX)
			die("%s: more than %d certificates", t->plan.certificates, CHAIN_MAX);
		c->data_len = t->material.n;
		c->data = must_alloc(c->data_len);
		memcpy(c->data, t->material.p, c->data_len);
	} else if (strstr(name, "PRIVATE KEY") != NULL) {
		br_skey_decoder_init(&t->key);
		br_skey_decoder_push(&t->key, t->material.p, t->material.n);
		if (br_skey_decoder_last_error(&t->key) != 0)
			die("%s: error %d in the key", t->plan.certificates, br_skey_decoder_last_error(&t->key));
	}
}

static void load(struct tls *t)
{
	br_pem_decoder_context pem;
	struct text file = { 0 };
	const char *name = "";

	text_file(&file, t->plan.certificates);
	br_pem_decoder_init(&pem);
	for (size_t at = 0; at < file.n;) {
		at += br_pem_decoder_push(&pem, file.p + at, file.n - at);
		switch (br_pem_decoder_event(&pem)) {
		case BR_PEM_BEGIN_OBJ:
			name = br_pem_decoder_name(&pem);
			text_clear(&t->material);
			br_pem_decoder_setdest(&pem, gather, &t->material);
			break;
		case BR_PEM_END_OBJ:
			take_object(t, name);
			break;
		case BR_PEM_ERROR:
			die("%s: not PEM", t->plan.certificates);
		}
	}
	if (t->chain_n == 0 || br_skey_decoder_key_type(&t->key) == 0)
		die("%s: no certificate or no key", t->plan.certificates);
}

static void init(struct tls *t)
{
	br_ssl_engine_context *engine = &t->server.eng;
	unsigned char seed[32];
	uint16_t suite = (uint16_t)t->plan.suite;

	if (br_skey_decoder_key_type(&t->key) == BR_KEYTYPE_RSA)
		br_ssl_server_init_full_rsa(&t->server, t->chain, t->chain_n, br_skey_decoder_get_rsa(&t->key));
	else
		br_ssl_server_init_full_ec(&t->server, t->chain, t->chain_n, BR_KEYTYPE_EC,
		                           br_skey_decoder_get_ec(&t->key));
	br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
	if (suite != 0)
		br_ssl_engine_set_suites(engine, &suite, 1);
	br_ssl_engine_set_buffer(engine, t->space, sizeof t->space, 1);
	if (getrandom(seed, sizeof seed, 0) != sizeof seed)
		die("no random numbers");
	br_ssl_engine_inject_entropy(engine, seed, sizeof seed);
	if (!br_ssl_server_reset(&t->server))
		die("%s: TLS server error %d", t->plan.certificates, br_ssl_engine_last_error(engine));
	if (t->plan.record != 0)
		engine->max_frag_len = (uint16_t)t->plan.record;
}

/* ---- records on their way out ---- */

/* The suite in a ServerHello stands behind version, random and session id. */
static void claim_3des(struct tls *t, unsigned char *record, size_t n)
{
	size_t at = RECORD_HEADER + 4 + 2 + 32;

	if (t->changed || record[0] != TYPE_HANDSHAKE || record[RECORD_HEADER] != 2 || n < at + 1)
		return;
	at += 1 + record[at];
	if (n < at + 2)
		return;
	record[at] = BR_TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA >> 8;
	record[at + 1] = BR_TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA & 0xff;
	t->changed = true;
}

static bool send_records(struct tls *t, struct wire *w, const unsigned char *p, size_t n)
{
	text_put(&t->out, p, n);
	for (;;) {
		unsigned char *record = (unsigned char *)t->out.p;
		size_t size;

		if (t->out.n < RECORD_HEADER)
			return true;
		size = RECORD_HEADER + ((size_t)record[3] << 8 | record[4]);
		if (t->out.n < size)
			return true;
		if (t->plan.attack_3des)
			claim_3des(t, record, size);
		if (t->plan.tamper && !t->changed && record[0] == TYPE_DATA) {
			record[size - 1] ^= 1;
			t->changed = true;
		}
		if (!wire_raw(w, t->out.p, size))
			return false;
		text_drop(&t->out, size);
	}
}

/* Let the engine send and receive until it is ready for `want`. False: the session is over. */
static bool run(struct tls *t, struct wire *w, unsigned want)
{
	br_ssl_engine_context *engine = &t->server.eng;

	for (;;) {
		unsigned state = br_ssl_engine_current_state(engine);
		size_t n;
		unsigned char *p;
		ssize_t got;

		if (state & BR_SSL_CLOSED)
			return false;
		if (state & BR_SSL_SENDREC) {
			p = br_ssl_engine_sendrec_buf(engine, &n);
			if (!send_records(t, w, p, n))
				return false;
			br_ssl_engine_sendrec_ack(engine, n);
			continue;
		}
		if (state & want)
			return true;
		if (!(state & BR_SSL_RECVREC))
			return false;
		p = br_ssl_engine_recvrec_buf(engine, &n);
		got = recv(w->fd, p, n, 0);
		if (got <= 0)
			return false;
		br_ssl_engine_recvrec_ack(engine, (size_t)got);
	}
}

/* ---- instead of a handshake ---- */

/* One record of the client. False: it has left. */
static bool skip_record(struct wire *w, int *type)
{
	unsigned char header[RECORD_HEADER];
	char part[65536];

	if (recv(w->fd, header, sizeof header, MSG_WAITALL) != sizeof header)
		return false;
	*type = header[0];
	return recv(w->fd, part, (size_t)header[3] << 8 | header[4], MSG_WAITALL) >= 0;
}

/* The client should have left by now, or said so with an alert. One that goes on gets CCS and a record of
 * 65 bytes, whose length is no multiple of the cipher's block: BearSSL 0.6 runs through memory then. */
static void finish_3des(struct wire *w, const char **why)
{
	static const unsigned char ccs[] = { TYPE_CCS, 3, 3, 0, 1, 1 };
	unsigned char record[RECORD_HEADER + 65] = { TYPE_HANDSHAKE, 3, 3, 0, 65 };
	int type = 0;

	*why = "the client refused the suite that it had not offered";
	while (type != TYPE_CCS) {
		if (!skip_record(w, &type) || type == TYPE_ALERT)
			return;
	}
	*why = "DEVIATION: the client went on with the suite of the attack";
	(void)wire_raw(w, (const char *)ccs, sizeof ccs);
	(void)wire_raw(w, (const char *)record, sizeof record);
}

static bool instead(struct tls *t, struct wire *w, const char **why)
{
	const struct tls_plan *plan = &t->plan;
	unsigned char alert[] = { TYPE_ALERT, 3, 3, 0, 2, 2, (unsigned char)plan->alert };
	int type;

	if (!plan->silent && !plan->cut && !plan->reset && plan->alert == 0)
		return false;
	*why = "the client left without a ClientHello";
	if (!skip_record(w, &type))
		return true;
	*why = "as planned";
	if (plan->reset)
		wire_reset(w);
	else if (plan->cut)
		wire_cut(w);
	else if (plan->alert != 0) {
		(void)wire_raw(w, (const char *)alert, sizeof alert);
		wire_cut(w);
	}
	return true;
}

struct tls *tls_start(struct wire *w, const struct tls_plan *plan, const char **why)
{
	struct tls *t = must_alloc(sizeof *t);
	int error;

	t->plan = *plan;
	if (instead(t, w, why))
		return NULL;
	load(t);
	init(t);
	if (plan->attack_3des) {
		/* The flight that ends in ServerHelloDone is sent when the engine waits for the client again. */
		while (!t->changed && !(br_ssl_engine_current_state(&t->server.eng) & BR_SSL_CLOSED)) {
			size_t n;
			unsigned char *p = br_ssl_engine_recvrec_buf(&t->server.eng, &n);
			ssize_t got = p != NULL ? recv(w->fd, p, n, 0) : -1;

			if (got > 0)
				br_ssl_engine_recvrec_ack(&t->server.eng, (size_t)got);
			while ((p = br_ssl_engine_sendrec_buf(&t->server.eng, &n)) != NULL) {
				(void)send_records(t, w, p, n);
				br_ssl_engine_sendrec_ack(&t->server.eng, n);
			}
			if (got <= 0)
				break;
		}
		finish_3des(w, why);
		return NULL;
	}
	if (run(t, w, BR_SSL_SENDAPP))
		return t;
	error = br_ssl_engine_last_error(&t->server.eng);
	*why = error > 256  ? "the client ended the handshake with an alert"
	       : error != 0 ? "the handshake failed"
	                    : "the client left in the handshake";
	return NULL;
}

/* ---- data ---- */

ssize_t tls_get(struct tls *t, struct wire *w, char *p, size_t cap)
{
	unsigned char *in;
	size_t n;

	if (!run(t, w, BR_SSL_RECVAPP))
		return 0;
	in = br_ssl_engine_recvapp_buf(&t->server.eng, &n);
	if (n > cap)
		n = cap;
	memcpy(p, in, n);
	br_ssl_engine_recvapp_ack(&t->server.eng, n);
	return (ssize_t)n;
}

bool tls_put(struct tls *t, struct wire *w, const char *p, size_t n)
{
	while (n != 0) {
		unsigned char *out;
		size_t scratch;

		if (!run(t, w, BR_SSL_SENDAPP))
			return false;
		out = br_ssl_engine_sendapp_buf(&t->server.eng, &scratch);
		if (scratch > n)
			scratch = n;
		memcpy(out, p, scratch);
		br_ssl_engine_sendapp_ack(&t->server.eng, scratch);
		br_ssl_engine_flush(&t->server.eng, 0);
		p += scratch;
		n -= scratch;
	}
	return run(t, w, BR_SSL_SENDAPP);
}

bool tls_pending(struct tls *t, struct wire *w)
{
	unsigned char type;

	if (br_ssl_engine_current_state(&t->server.eng) & BR_SSL_RECVAPP)
		return true;
	return recv(w->fd, &type, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && type == TYPE_DATA;
}

void tls_goodbye(struct tls *t, struct wire *w)
{
	br_ssl_engine_close(&t->server.eng);
	for (;;) {
		size_t n;
		unsigned char *p = br_ssl_engine_sendrec_buf(&t->server.eng, &n);

		if (p == NULL || !send_records(t, w, p, n))
			return;
		br_ssl_engine_sendrec_ack(&t->server.eng, n);
	}
}
