#include "net/tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- errno ------------------------------------------------------------------------------------- */

/* What an errno means for a connection, and how much it tells when several addresses failed: an answer of
 * the peer tells most, a missing route of our own (a family that this machine does not have) least. */
struct meaning {
	int error;
	const char *name;
	enum fault_code code;
	unsigned weight;
};

static const struct meaning meanings[] = {
	{ ECONNREFUSED, "ECONNREFUSED", FAULT_TCP_REFUSED, 6 },
	{ ECONNRESET, "ECONNRESET", FAULT_TCP_RESET, 5 },
	{ ECONNABORTED, "ECONNABORTED", FAULT_TCP_RESET, 5 },
	{ EPIPE, "EPIPE", FAULT_TCP_CLOSED, 5 },
	{ EACCES, "EACCES", FAULT_TCP_FAILED, 4 },
	{ EPERM, "EPERM", FAULT_TCP_FAILED, 4 },
	{ EHOSTUNREACH, "EHOSTUNREACH", FAULT_TCP_UNREACHABLE, 3 },
	{ EHOSTDOWN, "EHOSTDOWN", FAULT_TCP_UNREACHABLE, 3 },
	{ ETIMEDOUT, "ETIMEDOUT", FAULT_TCP_TIMEOUT, 2 },
	{ ENETUNREACH, "ENETUNREACH", FAULT_TCP_UNREACHABLE, 1 },
	{ ENETDOWN, "ENETDOWN", FAULT_TCP_UNREACHABLE, 1 },
	{ EADDRNOTAVAIL, "EADDRNOTAVAIL", FAULT_TCP_UNREACHABLE, 1 },
	{ EAFNOSUPPORT, "EAFNOSUPPORT", FAULT_TCP_UNREACHABLE, 1 },
	{ EMFILE, "EMFILE", FAULT_TCP_FAILED, 4 },
	{ ENFILE, "ENFILE", FAULT_TCP_FAILED, 4 },
	{ ENOBUFS, "ENOBUFS", FAULT_TCP_FAILED, 4 },
	{ ENOMEM, "ENOMEM", FAULT_TCP_FAILED, 4 },
	{ ENOTCONN, "ENOTCONN", FAULT_TCP_FAILED, 4 },
	{ EINPROGRESS, "EINPROGRESS", FAULT_TCP_FAILED, 0 },
	{ EBADF, "EBADF", FAULT_TCP_FAILED, 4 },
	{ EINVAL, "EINVAL", FAULT_TCP_FAILED, 4 },
};

static const struct meaning *meaning(int64_t error)
{
	static const struct meaning other = { 0, "errno", FAULT_TCP_FAILED, 4 };

	for (size_t i = 0; i < COUNT(meanings); i++)
		if (meanings[i].error == error)
			return &meanings[i];
	return &other;
}

const char *tcp_errno_name(int64_t num)
{
	return meaning(num)->name;
}

/* ---- connecting -------------------------------------------------------------------------------- */

struct race {
	const struct dns_answer *to;
	uint16_t port;
	struct deadline deadline;
	struct tcp_attempts *attempts;
	struct pollfd poll[DNS_ADDRESSES_MAX]; /* fd is -1 unless the attempt is under way */
	int64_t began[DNS_ADDRESSES_MAX];
	unsigned started, open;
	int64_t next_at; /* when the next address is to be tried */
};

static socklen_t fill_address(const struct race *r, unsigned i, struct sockaddr_storage *to)
{
	const struct dns_address *a = &r->to->list[i];
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(r->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(r->port) };

	if (a->family == DNS_IPV4) {
		memcpy(&v4.sin_addr, a->bytes, 4);
		memcpy(to, &v4, sizeof v4);
		return sizeof v4;
	}
	memcpy(&v6.sin6_addr, a->bytes, 16);
	v6.sin6_scope_id = a->scope;
	memcpy(to, &v6, sizeof v6);
	return sizeof v6;
}

/* Attempt i is over, with 0 or an errno. A failed one makes the next address start at once. */
static void finish(struct race *r, unsigned i, int error)
{
	r->attempts->result[i] = error;
	r->attempts->ms[i] = (int)(clock_ms() - r->began[i]);
	if (error == 0)
		return;
	if (r->poll[i].fd >= 0) {
		close(r->poll[i].fd);
		r->poll[i].fd = -1;
		r->open--;
	}
	r->next_at = 0;
}

/* Start the next address; also a connection that stands at once is reported by poll. */
static void start(struct race *r)
{
	struct sockaddr_storage to;
	unsigned i = r->started++;
	socklen_t n = fill_address(r, i, &to);
	int one = 1;

	r->began[i] = clock_ms();
	r->next_at = r->began[i] + TCP_STAGGER_MS;
	r->poll[i].fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (r->poll[i].fd < 0) {
		finish(r, i, errno);
		return;
	}
	r->open++;
	/* Without it a handshake waits 40 ms for the peer's delayed acknowledgement; if it is refused, only that. */
	setsockopt(r->poll[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(r->poll[i].fd, (struct sockaddr *)&to, n) != 0 && errno != EINPROGRESS && errno != EINTR)
		finish(r, i, errno);
}

/* Wait until something happens, the next address is due, or the deadline passes. True when one stands. */
static bool look(struct race *r, unsigned *winner)
{
	int wait = clock_left(r->deadline);
	int64_t due = r->next_at - clock_ms();

	if (r->started < r->to->n && due < wait)
		wait = due < 0 ? 0 : (int)due;
	if (poll(r->poll, r->started, wait) <= 0)
		return false;
	for (unsigned i = 0; i < r->started; i++) {
		int error = 0;
		socklen_t n = sizeof error;

		if (r->poll[i].fd < 0 || r->poll[i].revents == 0)
			continue;
		if (getsockopt(r->poll[i].fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
			error = errno;
		finish(r, i, error);
		if (error == 0) {
			*winner = i;
			return true;
		}
	}
	return false;
}

static bool run(struct race *r, unsigned *winner)
{
	while (clock_left(r->deadline) > 0) {
		if (r->started < r->to->n && clock_ms() >= r->next_at)
			start(r);
		else if (r->open == 0)
			return false;
		else if (look(r, winner))
			return true;
	}
	return false;
}

/* Close what is still under way; `error` is how it is recorded. */
static void stop(struct race *r, int error)
{
	for (unsigned i = 0; i < r->started; i++) {
		if (r->poll[i].fd < 0)
			continue;
		close(r->poll[i].fd);
		r->attempts->result[i] = error;
		r->attempts->ms[i] = (int)(clock_ms() - r->began[i]);
	}
}

/* The most telling errno of all attempts, and every address with its own. */
static bool lost(const struct race *r, struct fault *f)
{
	char text[DNS_ADDRESSES_MAX * (DNS_TEXT_MAX + 16) + 16];
	struct buf b = BUF(text);
	int worst = ETIMEDOUT;
	unsigned weight = 0;

	buf_say(&b, "port %u", r->port);
	for (unsigned i = 0; i < r->to->n; i++) {
		int result = r->attempts->result[i];

		buf_z(&b, i == 0 ? ": " : ", ");
		dns_put(&b, &r->to->list[i]);
		buf_say(&b, " %s", result < 0 ? "not tried" : tcp_errno_name(result));
		if (result > 0 && meaning(result)->weight > weight) {
			weight = meaning(result)->weight;
			worst = result;
		}
	}
	return fault_set(f, meaning(worst)->code, worst, buf_span(&b));
}

bool tcp_connect(struct tcp *t, const struct dns_answer *to, uint16_t port, struct deadline deadline,
                 struct tcp_attempts *attempts, struct fault *f)
{
	struct race r = { .to = to, .port = port, .deadline = deadline, .attempts = attempts };
	unsigned winner;

	*t = (struct tcp){ .fd = -1, .deadline = deadline };
	*attempts = (struct tcp_attempts){ .n = to->n };
	for (unsigned i = 0; i < DNS_ADDRESSES_MAX; i++) {
		attempts->result[i] = -1;
		r.poll[i] = (struct pollfd){ .fd = -1, .events = POLLOUT };
	}
	if (!run(&r, &winner)) {
		stop(&r, ETIMEDOUT);
		return lost(&r, f);
	}
	t->fd = r.poll[winner].fd;
	t->peer = to->list[winner];
	r.poll[winner].fd = -1;
	stop(&r, EINPROGRESS);
	return true;
}

/* ---- the stream -------------------------------------------------------------------------------- */

/* How far the conversation had come, as evidence. */
static bool broken(struct tcp *t, enum fault_code code, int error, struct fault *f)
{
	t->reset = t->reset || code == FAULT_TCP_RESET;
	if (!t->got_bytes)
		return fault_set(f, code, error, SPAN("nothing was received"));
	if (t->received == 0)
		return fault_set(f, code, error, SPAN("no answer was received"));
	return fault_say(f, code, error, "%llu byte%s received", (unsigned long long)t->received,
	                 t->received == 1 ? " was" : "s were");
}

/* The caller tries again, whatever poll says, and looks at the deadline itself. */
static void wait_for(const struct tcp *t, short events)
{
	struct pollfd p = { .fd = t->fd, .events = events };

	poll(&p, 1, clock_left(t->deadline));
}

static bool read_some(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f)
{
	struct tcp *t = s->self;

	for (;;) {
		ssize_t got;

		/* Also a peer that never lets us wait must not hold us beyond the deadline. */
		if (clock_left(t->deadline) == 0)
			return broken(t, FAULT_DEADLINE, ETIMEDOUT, f);
		got = recv(t->fd, p, cap, 0);
		if (got >= 0) {
			*n = (size_t)got;
			t->received += *n;
			t->got_bytes = t->got_bytes || got > 0;
			return true;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			wait_for(t, POLLIN);
		else if (errno != EINTR)
			return broken(t, meaning(errno)->code, errno, f);
	}
}

static bool write_all(struct stream *s, struct span bytes, struct fault *f)
{
	struct tcp *t = s->self;

	t->received = 0;
	while (bytes.n != 0) {
		ssize_t sent;

		if (clock_left(t->deadline) == 0)
			return broken(t, FAULT_DEADLINE, ETIMEDOUT, f);
		sent = send(t->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (sent >= 0)
			bytes = span_from(bytes, (size_t)sent);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			wait_for(t, POLLOUT);
		else if (errno != EINTR)
			return broken(t, meaning(errno)->code, errno, f);
	}
	return true;
}

static void shut(struct stream *s)
{
	struct tcp *t = s->self;

	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

struct stream tcp_stream(struct tcp *t)
{
	static const struct stream_ops ops = { read_some, write_all, shut };

	return (struct stream){ &ops, t };
}
