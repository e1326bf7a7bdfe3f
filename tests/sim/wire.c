#include "wire.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tls.h"

bool wire_tls(struct wire *w, const struct tls_plan *plan, const char **why)
{
	w->tls = tls_start(w, plan, why);
	return w->tls != NULL;
}

void wire_sleep(long ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) != 0)
		continue;
}

bool wire_raw(struct wire *w, const char *p, size_t n)
{
	while (n != 0) {
		ssize_t k = send(w->fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static bool put_all(struct wire *w, const char *p, size_t n)
{
	return w->tls != NULL ? tls_put(w->tls, w, p, n) : wire_raw(w, p, n);
}

bool wire_put(struct wire *w, const char *p, size_t n)
{
	if (w->drip_ms == 0)
		return put_all(w, p, n);
	for (size_t i = 0; i < n; i++) {
		wire_sleep(w->drip_ms);
		if (!put_all(w, p + i, 1))
			return false;
	}
	return true;
}

/* More of what the client says, waiting for it. False: it has left. */
static bool fill(struct wire *w)
{
	char part[4096];
	ssize_t n;

	if (w->ended)
		return false;
	n = w->tls != NULL ? tls_get(w->tls, w, part, sizeof part) : recv(w->fd, part, sizeof part, 0);
	if (n <= 0) {
		w->ended = true;
		return false;
	}
	text_put(&w->in, part, (size_t)n);
	return true;
}

bool wire_line(struct wire *w, struct text *line, bool *lf)
{
	const char *end;
	size_t n;

	text_clear(line);
	*lf = false;
	while (w->in.n == 0 || (end = memchr(w->in.p, '\n', w->in.n)) == NULL) {
		if (!fill(w)) {
			if (w->in.n != 0)
				text_put(line, w->in.p, w->in.n);
			return false;
		}
	}
	n = (size_t)(end - w->in.p);
	*lf = n == 0 || w->in.p[n - 1] != '\r';
	text_put(line, w->in.p, *lf ? n : n - 1);
	text_drop(&w->in, n + 1);
	return true;
}

bool wire_bytes(struct wire *w, struct text *bytes, size_t n)
{
	text_clear(bytes);
	while (w->in.n < n) {
		if (!fill(w))
			return false;
	}
	text_put(bytes, w->in.p, n);
	text_drop(&w->in, n);
	return true;
}

bool wire_peek(struct wire *w, char *bytes, size_t n)
{
	while (w->in.n < n) {
		if (!fill(w))
			return false;
	}
	memcpy(bytes, w->in.p, n);
	return true;
}

bool wire_ahead(struct wire *w)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };

	if (w->in.n == 0 && (w->tls != NULL ? tls_pending(w->tls, w) : poll(&p, 1, 0) == 1))
		(void)fill(w);
	return w->in.n != 0;
}

size_t wire_drain(struct wire *w)
{
	size_t n = 0;

	do {
		n += w->in.n;
		text_clear(&w->in);
	} while (fill(w));
	return n;
}

void wire_close(struct wire *w)
{
	if (w->tls != NULL)
		tls_goodbye(w->tls, w);
	wire_cut(w);
}

void wire_cut(struct wire *w)
{
	shutdown(w->fd, SHUT_WR);
}

void wire_reset(struct wire *w)
{
	struct linger now = { 1, 0 };

	setsockopt(w->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(w->fd);
	w->fd = -1;
	w->ended = true;
}
