/* tls_peer: the other side of a TLS test: a forked process at the end of a socket pair, which is a BearSSL server
 * or plays a script of raw bytes; and a stream that damages what passes through it. */
#ifndef TESTS_UNIT_TLS_PEER_H
#define TESTS_UNIT_TLS_PEER_H

#include <bearssl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "net/tcp.h"
#include "text/pem.h"

/* ---- the process ------------------------------------------------------------------------------- */

static pid_t peer_pid;

/* Fork; the child plays with its end and exits with what `play` returns. The result is our end. */
static struct tcp peer_start(int (*play)(int fd, const void *arg), const void *arg, int64_t ms)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		t_stop("no socket pair");
	fflush(stdout);
	peer_pid = fork();
	if (peer_pid == 0) {
		close(pair[0]);
		alarm(60);
		signal(SIGPIPE, SIG_IGN);
		_exit(play(pair[1], arg));
	}
	close(pair[1]);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	return (struct tcp){ .fd = pair[0], .deadline = clock_deadline(ms) };
}

/* Close our end and wait for the child. Its exit status; -1 when it did not exit. */
T_UNUSED
static int peer_end(struct tcp *t)
{
	struct stream s = tcp_stream(t);
	int status = 0;

	stream_close(&s);
	if (waitpid(peer_pid, &status, 0) != peer_pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* For a child that would not end by itself. */
T_UNUSED
static void peer_kill(struct tcp *t)
{
	struct stream s = tcp_stream(t);

	stream_close(&s);
	kill(peer_pid, SIGKILL);
	waitpid(peer_pid, NULL, 0);
}

/* ---- a BearSSL server -------------------------------------------------------------------------- */

enum { PEER_CHAIN_MAX = 4 };

/* The server's end of the session. */
struct peer_session {
	br_ssl_server_context server;
	br_sslio_context io;
	unsigned char buffer[BR_SSL_BUFSIZE_BIDI];
	int fd;
};

/* What the server shows, and what it does once the handshake is over (exit status 0 when all went well). */
struct peer {
	const char *chain[PEER_CHAIN_MAX]; /* PEM, leaf first */
	const char *key;                   /* PEM */
	int cut;                           /* bytes that are missing at the end of the leaf */
	int (*then)(struct peer_session *s);
};

static int peer_low_read(void *fd, unsigned char *p, size_t n)
{
	ssize_t got = read(*(int *)fd, p, n);

	return got > 0 ? (int)got : -1;
}

static int peer_low_write(void *fd, const unsigned char *p, size_t n)
{
	ssize_t put = write(*(int *)fd, p, n);

	return put > 0 ? (int)put : -1;
}

static struct span peer_der(const char *pem, unsigned char *scratch, size_t cap)
{
	struct buf out = { scratch, cap, 0, false };
	struct span label;
	size_t at = 0;
	bool bad;

	if (!pem_next(span_z(pem), &at, &label, &out, &bad) || !buf_ok(&out))
		_exit(90);
	return buf_span(&out);
}

/* The handshake is done by the first read or write of `then`. */
static int peer_serve(int fd, const void *arg)
{
	static struct peer_session s;
	static unsigned char scratch[PEER_CHAIN_MAX][8192], key[4096];
	static br_skey_decoder_context skey;
	const struct peer *p = arg;
	br_x509_certificate chain[PEER_CHAIN_MAX];
	size_t n = 0;
	struct span der;

	for (; n < PEER_CHAIN_MAX && p->chain[n] != NULL; n++) {
		der = peer_der(p->chain[n], scratch[n], sizeof scratch[n]);
		chain[n] = (br_x509_certificate){ scratch[n], der.n - (n == 0 ? (size_t)p->cut : 0) };
	}
	der = peer_der(p->key, key, sizeof key);
	br_skey_decoder_init(&skey);
	br_skey_decoder_push(&skey, der.p, der.n);
	if (br_skey_decoder_key_type(&skey) == BR_KEYTYPE_RSA)
		br_ssl_server_init_full_rsa(&s.server, chain, n, br_skey_decoder_get_rsa(&skey));
	else
		br_ssl_server_init_full_ec(&s.server, chain, n, BR_KEYTYPE_EC, br_skey_decoder_get_ec(&skey));
	br_ssl_engine_set_buffer(&s.server.eng, s.buffer, sizeof s.buffer, 1);
	br_ssl_engine_inject_entropy(&s.server.eng, "no secret here", 14);
	if (!br_ssl_server_reset(&s.server))
		_exit(91);
	s.fd = fd;
	br_sslio_init(&s.io, &s.server.eng, peer_low_read, &s.fd, peer_low_write, &s.fd);
	return p->then(&s);
}

static bool peer_put(struct peer_session *s, const void *p, size_t n)
{
	return br_sslio_write_all(&s->io, p, n) == 0 && br_sslio_flush(&s->io) == 0;
}

/* True when the client ended the session with close_notify. */
T_UNUSED
static bool peer_closed_cleanly(struct peer_session *s)
{
	unsigned char p[256];

	while (br_sslio_read(&s->io, p, sizeof p) > 0)
		;
	return br_ssl_engine_last_error(&s->server.eng) == 0;
}

/* ---- a stream that does harm ------------------------------------------------------------------- */

/* Passes everything on to `real`, except what the fields say. */
struct peer_wire {
	struct stream real;
	size_t cap;          /* bytes a read gives at most, 0: any */
	unsigned fail_read;  /* the n-th read and all after it fail (from 1), 0: none */
	unsigned fail_write; /* likewise */
	unsigned end_read;   /* the n-th read and all after it see the end */
	uint64_t flip;       /* this received byte (from 1) is changed */
	unsigned reads, writes, closes;
	uint64_t received;
};

static bool peer_wire_read(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f)
{
	struct peer_wire *w = s->self;

	w->reads++;
	if (w->fail_read != 0 && w->reads >= w->fail_read)
		return fault_set(f, FAULT_TCP_RESET, 104, SPAN("wire"));
	if (w->end_read != 0 && w->reads >= w->end_read) {
		*n = 0;
		return true;
	}
	if (!stream_read(&w->real, p, w->cap != 0 && w->cap < cap ? w->cap : cap, n, f))
		return false;
	if (w->flip > w->received && w->flip <= w->received + *n)
		p[w->flip - w->received - 1] ^= 1;
	w->received += *n;
	return true;
}

static bool peer_wire_write(struct stream *s, struct span bytes, struct fault *f)
{
	struct peer_wire *w = s->self;

	w->writes++;
	if (w->fail_write != 0 && w->writes >= w->fail_write)
		return fault_set(f, FAULT_TCP_CLOSED, 32, SPAN("wire"));
	return stream_write(&w->real, bytes, f);
}

static void peer_wire_close(struct stream *s)
{
	struct peer_wire *w = s->self;

	w->closes++;
	stream_close(&w->real);
}

T_UNUSED
static struct stream peer_wire_stream(struct peer_wire *w)
{
	static const struct stream_ops ops = { peer_wire_read, peer_wire_write, peer_wire_close };

	return (struct stream){ &ops, w };
}

#endif
