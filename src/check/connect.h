/* connect: the three steps that lead to any server: its addresses, a connection, a TLS session. */
#ifndef CHECK_CONNECT_H
#define CHECK_CONNECT_H

#include "check/worker.h"
#include "conf/route.h"
#include "net/dns.h"
#include "net/tcp.h"
#include "net/tls.h"

/* One server. Fill in the first part; `stream` is what the protocol talks over. Clear text goes through no proxy. */
struct connection {
	struct worker *worker;
	const struct settings *settings;
	const struct trust *trust;
	const struct route_logins *logins; /* may be NULL */
	enum route_side side;
	struct span host;
	uint16_t port;
	bool clear;                                    /* no TLS, ever: only on this machine or link */
	bool pinned;                                   /* the pin of this side counts for this server */
	bool (*before_tls)(void *of, struct fault *f); /* what is said in clear text before TLS begins; NULL: nothing */
	void *of;
	/* With clock_from_server a chain that only the time speaks against is judged once more, at the moment that it
	 * suits (never before CLOCK_BORN: what had ended by then is not believed), over a second connection. The TLS
	 * step fails all the same, and so does whoever asks for a session. by_other_time then says that `stream` is
	 * one whose server is proved but for the date: for what anybody may ask and hear, never for a secret. */
	bool clock_from_server, by_other_time;
	/* Over such a session: what does its clock say? May be NULL. */
	void (*ask_clock)(struct connection *to, struct row *row);

	struct dns_answer addresses;
	struct tcp tcp;
	struct stream stream;
	struct tls *outer; /* to a proxy of https://; NULL until there is one, then kept for the next connection */
	struct tls tls;
};

/* For worker_step; self is the struct connection. */
worker_step_fn connect_tls;

/* Which of the steps to a server are taken: those of a direct way, or the proxy's; and which key is demanded there. */
struct connect_way {
	enum step dns, proxy, tcp, tls;
	enum setting pin;
};
extern const struct connect_way connect_ways[]; /* by enum route_side */

/* Take the steps of this side, from the name to the TLS session. True when all passed. */
bool connect_steps(struct connection *to, const struct connect_way *way);

/* Is this step one that a run with these settings takes? True for all that are no steps of a way. */
bool connect_takes(const struct settings *s, enum step step);

/* What the steps do up to TLS, with what they find in one row: for a further connection, and for who tells none. */
bool connect_open(struct connection *to, struct row *row, struct fault *f) MUST;

#endif
