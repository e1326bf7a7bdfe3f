/* net/tcp: real connections over loopback. 127.0.0.1, .2 and .3 share a port: each can fare differently. */
#include "t.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "net/tcp.h"

enum { SOON_MS = 5000 }; /* a deadline that no test is meant to reach */

/* ---- servers ----------------------------------------------------------------------------------- */

static struct sockaddr_in at_host(unsigned host, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		                     .sin_port = htons(port),
		                     .sin_addr.s_addr = htonl(0x7f000000u + host) };
}

/* Listen at 127.0.0.`host`; a *port of 0 is chosen and filled in. */
static int listen_at(unsigned host, uint16_t *port, int backlog)
{
	struct sockaddr_in a = at_host(host, *port);
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, backlog) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		t_stop("no listening socket");
	*port = ntohs(a.sin_port);
	return fd;
}

/* A port at 127.0.0.`host` that answers nobody: its queue is full, so the kernel drops what comes. */
struct hole {
	int listener;
	int filler[4];
};

static struct hole hole_at(unsigned host, uint16_t *port)
{
	struct hole h = { .listener = listen_at(host, port, 0) };
	struct sockaddr_in a = at_host(host, *port);

	for (size_t i = 0; i < COUNT(h.filler); i++) {
		h.filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(h.filler[i], (struct sockaddr *)&a, sizeof a);
	}
	usleep(20000);
	return h;
}

static void hole_close(const struct hole *h)
{
	for (size_t i = 0; i < COUNT(h->filler); i++)
		close(h->filler[i]);
	close(h->listener);
}

/* Fork a server that takes one connection and plays. */
static pid_t serve(int listener, void (*play)(int fd))
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(20);
		signal(SIGPIPE, SIG_IGN);
		play(accept(listener, NULL, NULL));
		_exit(0);
	}
	return pid;
}

static void reap(pid_t pid)
{
	int status = -1;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static struct dns_answer answer(unsigned n, const unsigned *host)
{
	struct dns_answer a = { .n = n };

	for (unsigned i = 0; i < n; i++) {
		a.list[i].family = DNS_IPV4;
		a.list[i].bytes[0] = 127;
		a.list[i].bytes[3] = (unsigned char)host[i];
	}
	return a;
}

/* Connect to a forked server. */
static struct tcp dial(void (*play)(int fd), int64_t ms, pid_t *pid)
{
	static const unsigned host[] = { 1 };
	struct dns_answer to = answer(1, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	uint16_t port = 0;
	int listener = listen_at(1, &port, 5);
	struct tcp t;

	*pid = serve(listener, play);
	OK(tcp_connect(&t, &to, port, clock_deadline(ms), &attempts, &f));
	close(listener);
	return t;
}

/* ---- connecting -------------------------------------------------------------------------------- */

TEST(the_only_address_answers)
{
	static const unsigned host[] = { 1 };
	struct dns_answer to = answer(1, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;
	uint16_t port = 0;
	int listener = listen_at(1, &port, 5), on = 0;
	socklen_t n = sizeof on;
	struct stream s;

	OK(tcp_connect(&t, &to, port, clock_deadline(SOON_MS), &attempts, &f));
	OK(t.fd >= 0);
	EQ(t.peer.bytes[3], 1);
	EQ(attempts.n, 1u);
	EQ(attempts.result[0], 0);
	EQ(attempts.result[1], -1);
	OK(attempts.ms[0] >= 0 && attempts.ms[0] < 1000);
	OK(getsockopt(t.fd, IPPROTO_TCP, TCP_NODELAY, &on, &n) == 0 && on != 0);
	s = tcp_stream(&t);
	stream_close(&s);
	EQ(t.fd, -1);
	stream_close(&s);
	close(listener);
}

TEST(refused)
{
	static const unsigned host[] = { 1, 2 };
	struct dns_answer to = answer(2, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;
	uint16_t port = 0;
	char want[100];

	close(listen_at(1, &port, 1));
	OK(!tcp_connect(&t, &to, port, clock_deadline(SOON_MS), &attempts, &f));
	EQ(f.code, FAULT_TCP_REFUSED);
	EQ(f.num, ECONNREFUSED);
	EQ(t.fd, -1);
	EQ(attempts.result[0], ECONNREFUSED);
	EQ(attempts.result[1], ECONNREFUSED);
	snprintf(want, sizeof want, "port %d: 127.0.0.1 ECONNREFUSED, 127.0.0.2 ECONNREFUSED", port);
	EQ(fault_evidence(&f), span_z(want));
}

TEST(a_dead_address_gives_way_at_once)
{
	static const unsigned host[] = { 1, 2 };
	struct dns_answer to = answer(2, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;
	uint16_t port = 0;
	int listener = listen_at(2, &port, 5);
	int64_t began = clock_ms();

	OK(tcp_connect(&t, &to, port, clock_deadline(SOON_MS), &attempts, &f));
	OK(clock_ms() - began < TCP_STAGGER_MS);
	EQ(attempts.result[0], ECONNREFUSED);
	EQ(attempts.result[1], 0);
	EQ(t.peer.bytes[3], 2);
	close(t.fd);
	close(listener);
}

TEST(a_silent_address_gives_way_after_the_stagger)
{
	static const unsigned host[] = { 1, 2, 3 };
	struct dns_answer to = answer(3, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;
	uint16_t port = 0;
	struct hole h = hole_at(1, &port);
	int listener = listen_at(2, &port, 5);
	int64_t began = clock_ms();

	OK(tcp_connect(&t, &to, port, clock_deadline(SOON_MS), &attempts, &f));
	OK(clock_ms() - began >= TCP_STAGGER_MS);
	OK(clock_ms() - began < 4 * TCP_STAGGER_MS);
	EQ(attempts.result[0], EINPROGRESS); /* still open when the other one won */
	EQ(attempts.result[1], 0);
	EQ(attempts.result[2], -1);
	OK(attempts.ms[0] >= TCP_STAGGER_MS);
	EQ(t.peer.bytes[3], 2);
	close(t.fd);
	close(listener);
	hole_close(&h);
}

TEST(the_deadline_ends_silence)
{
	static const unsigned host[] = { 1, 1 };
	struct dns_answer to = answer(2, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;
	uint16_t port = 0;
	struct hole h = hole_at(1, &port);
	int64_t began = clock_ms();
	char want[100];

	OK(!tcp_connect(&t, &to, port, clock_deadline(200), &attempts, &f));
	OK(clock_ms() - began >= 200 && clock_ms() - began < 1000);
	EQ(f.code, FAULT_TCP_TIMEOUT);
	EQ(f.num, ETIMEDOUT);
	EQ(attempts.result[0], ETIMEDOUT);
	EQ(attempts.result[1], -1);
	snprintf(want, sizeof want, "port %d: 127.0.0.1 ETIMEDOUT, 127.0.0.1 not tried", port);
	EQ(fault_evidence(&f), span_z(want));
	hole_close(&h);
}

TEST(a_deadline_that_has_passed)
{
	static const unsigned host[] = { 1 };
	struct dns_answer to = answer(1, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;

	OK(!tcp_connect(&t, &to, 1, clock_deadline(0), &attempts, &f));
	EQ(f.code, FAULT_TCP_TIMEOUT);
	EQ(attempts.result[0], -1);
}

TEST(an_answer_tells_more_than_silence)
{
	static const unsigned host[] = { 1, 2 };
	struct dns_answer to = answer(2, host);
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;
	uint16_t port = 0;
	struct hole h = hole_at(1, &port);

	OK(!tcp_connect(&t, &to, port, clock_deadline(600), &attempts, &f));
	EQ(f.code, FAULT_TCP_REFUSED);
	EQ(attempts.result[0], ETIMEDOUT);
	EQ(attempts.result[1], ECONNREFUSED);
	hole_close(&h);
}

/* Multicast is nowhere to connect to: the kernel says so without asking anybody. */
TEST(a_route_that_is_missing_tells_less_than_silence)
{
	struct dns_answer to = { .n = 2 };
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;
	uint16_t port = 0;
	struct hole h = hole_at(1, &port);

	to.list[0] = (struct dns_address){ .family = DNS_IPV4, .bytes = { 224, 0, 0, 1 } };
	to.list[1] = (struct dns_address){ .family = DNS_IPV4, .bytes = { 127, 0, 0, 1 } };
	OK(!tcp_connect(&t, &to, port, clock_deadline(200), &attempts, &f));
	EQ(attempts.result[0], ENETUNREACH);
	EQ(f.code, FAULT_TCP_TIMEOUT);
	hole_close(&h);

	to.n = 1;
	f.code = FAULT_NONE;
	OK(!tcp_connect(&t, &to, port, clock_deadline(SOON_MS), &attempts, &f));
	EQ(f.code, FAULT_TCP_UNREACHABLE);
	EQ(f.num, ENETUNREACH);
}

TEST(a_full_list_of_failures_fits_the_evidence)
{
	struct dns_answer to = { .n = DNS_ADDRESSES_MAX };
	struct tcp_attempts attempts;
	struct fault f = { .code = FAULT_NONE };
	struct tcp t;

	for (unsigned i = 0; i < to.n; i++) {
		to.list[i].family = DNS_IPV6;
		memset(to.list[i].bytes, 0xff, 16);
	}
	OK(!tcp_connect(&t, &to, 65535, clock_deadline(SOON_MS), &attempts, &f));
	OK(f.code == FAULT_TCP_UNREACHABLE || f.code == FAULT_TCP_FAILED);
	OK(f.n > 16 * 40 && f.n < FAULT_EVIDENCE_MAX);
}

TEST(no_descriptor_is_left_open)
{
	static const unsigned host[] = { 1, 2, 3 };
	struct dns_answer to = answer(3, host);
	struct tcp_attempts attempts;
	uint16_t port = 0;
	struct hole h = hole_at(1, &port);
	int before = dup(0), after;

	close(before);
	for (int i = 0; i < 3; i++) {
		struct fault f = { .code = FAULT_NONE };
		struct tcp t;

		OK(!tcp_connect(&t, &to, port, clock_deadline(20), &attempts, &f));
	}
	after = dup(0);
	close(after);
	EQ(after, before);
	hole_close(&h);
}

TEST(names_of_errors)
{
	EQ(tcp_errno_name(ECONNREFUSED), "ECONNREFUSED");
	EQ(tcp_errno_name(ETIMEDOUT), "ETIMEDOUT");
	EQ(tcp_errno_name(0), "errno");
	EQ(tcp_errno_name(-1), "errno");
	EQ(tcp_errno_name(123456), "errno");
}

/* ---- the stream -------------------------------------------------------------------------------- */

static void put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
}

static void play_greeting(int fd)
{
	put(fd, "+OK ready\r\n");
}

static void play_silence(int fd)
{
	(void)fd;
	pause();
}

static void play_drip(int fd)
{
	for (;;) {
		put(fd, "x");
		usleep(30000);
	}
}

static void play_reset(int fd)
{
	struct linger now = { 1, 0 };

	put(fd, "+OK");
	usleep(50000);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
}

static void play_flood(int fd)
{
	static char block[65536];

	while (write(fd, block, sizeof block) > 0)
		;
}

static void play_echo(int fd)
{
	static char block[65536];
	ssize_t n;

	while ((n = read(fd, block, sizeof block)) > 0)
		if (write(fd, block, (size_t)n) != n)
			_exit(1);
}

/* Answer a first line and then nothing. */
static void play_answer_once(int fd)
{
	char block[100];

	put(fd, "+OK ready\r\n");
	if (read(fd, block, sizeof block) > 0)
		pause();
}

TEST(a_fin_is_a_clean_end_and_stays_one)
{
	pid_t pid;
	struct tcp t = dial(play_greeting, SOON_MS, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[4];
	char all[100];
	size_t n = 0, have = 0;

	while (OK(stream_read(&s, p, sizeof p, &n, &f)) && n != 0 && have < sizeof all - sizeof p) {
		memcpy(all + have, p, n);
		have += n;
	}
	EQ(((struct span){ (unsigned char *)all, have }), SPAN("+OK ready\r\n"));
	OK(t.got_bytes);
	EQ(t.received, 11u);
	for (int i = 0; i < 3; i++) {
		OK(stream_read(&s, p, sizeof p, &n, &f));
		EQ(n, 0u);
	}
	EQ(f.code, FAULT_NONE);
	stream_close(&s);
	reap(pid);
}

TEST(a_silent_peer)
{
	pid_t pid;
	struct tcp t = dial(play_silence, 150, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[10];
	int64_t began = clock_ms();
	size_t n = 77;

	OK(!stream_read(&s, p, sizeof p, &n, &f));
	OK(clock_ms() - began < 1000);
	EQ(f.code, FAULT_DEADLINE);
	EQ(fault_evidence(&f), SPAN("nothing was received"));
	OK(!t.got_bytes);
	EQ(n, 77u);
	stream_close(&s);
	reap(pid);
}

TEST(a_peer_that_falls_silent)
{
	pid_t pid;
	struct tcp t = dial(play_answer_once, 200, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[100];
	size_t n;

	OK(stream_read(&s, p, sizeof p, &n, &f));
	OK(stream_write(&s, SPAN("CAPA\r\n"), &f));
	OK(!stream_read(&s, p, sizeof p, &n, &f));
	EQ(f.code, FAULT_DEADLINE);
	EQ(fault_evidence(&f), SPAN("no answer was received"));
	stream_close(&s);
	reap(pid);
}

TEST(a_peer_that_drips)
{
	pid_t pid;
	struct tcp t = dial(play_drip, 200, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[100];
	int64_t began = clock_ms();
	size_t n, sum = 0;
	char want[60];

	while (stream_read(&s, p, sizeof p, &n, &f))
		sum += n;
	OK(clock_ms() - began < 1000);
	EQ(f.code, FAULT_DEADLINE);
	snprintf(want, sizeof want, sum == 1 ? "%d byte was received" : "%d bytes were received", (int)sum);
	EQ(fault_evidence(&f), span_z(want));
	stream_close(&s);
	reap(pid);
}

TEST(a_peer_that_resets)
{
	pid_t pid;
	struct tcp t = dial(play_reset, SOON_MS, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[100];
	size_t n;

	OK(stream_read(&s, p, sizeof p, &n, &f));
	EQ(n, 3u);
	OK(!stream_read(&s, p, sizeof p, &n, &f));
	EQ(f.code, FAULT_TCP_RESET);
	EQ(f.num, ECONNRESET);
	EQ(fault_evidence(&f), SPAN("3 bytes were received"));
	OK(t.reset);
	f.code = FAULT_NONE;
	OK(!stream_write(&s, SPAN("QUIT\r\n"), &f));
	EQ(f.code, FAULT_TCP_CLOSED);
	EQ(f.num, EPIPE);
	stream_close(&s);
	reap(pid);
}

/* recv never has to wait: the deadline must be looked at all the same. */
TEST(a_peer_that_floods_is_cut_off_at_the_deadline)
{
	pid_t pid;
	struct tcp t = dial(play_flood, 100, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[512];
	int64_t began = clock_ms();
	size_t n;

	while (stream_read(&s, p, sizeof p, &n, &f) && clock_ms() - began < 3000)
		;
	EQ(f.code, FAULT_DEADLINE);
	OK(clock_ms() - began < 1000);
	stream_close(&s);
	reap(pid);
}

TEST(a_peer_that_does_not_read)
{
	static unsigned char block[1 << 20];
	pid_t pid;
	struct tcp t = dial(play_silence, 300, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	int64_t began = clock_ms();

	while (stream_write(&s, (struct span){ block, sizeof block }, &f) && clock_ms() - began < 3000)
		;
	EQ(f.code, FAULT_DEADLINE);
	OK(clock_ms() - began < 1000);
	stream_close(&s);
	reap(pid);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* A signal every millisecond, while more is echoed than fits into the sockets' buffers. */
TEST(interrupted_calls_go_on)
{
	static unsigned char block[200000], back[200000];
	struct sigaction act = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { { 0, 0 }, { 0, 0 } };
	pid_t pid;
	struct tcp t = dial(play_echo, SOON_MS, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	size_t n, have = 0;

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = (unsigned char)(i * 7 + i / 251);
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int round = 0; round < 20; round++) {
		OK(stream_write(&s, (struct span){ block, sizeof block / 2 }, &f));
		for (have = 0; have < sizeof block / 2; have += n)
			if (!OK(stream_read(&s, back + have, sizeof back - have, &n, &f)) || n == 0)
				break;
		OK(memcmp(block, back, sizeof block / 2) == 0);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	stream_close(&s);
	reap(pid);
}

TEST(a_closed_stream_only_fails)
{
	pid_t pid;
	struct tcp t = dial(play_greeting, SOON_MS, &pid);
	struct stream s = tcp_stream(&t);
	struct fault f = { .code = FAULT_NONE };
	unsigned char p[10];
	size_t n;

	stream_close(&s);
	OK(!stream_read(&s, p, sizeof p, &n, &f));
	EQ(f.code, FAULT_TCP_FAILED);
	EQ(f.num, EBADF);
	reap(pid);
}
