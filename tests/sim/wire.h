/* wire: the server's end of one connection, plain or TLS, with every way to be unpleasant. */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "text.h"

/* What the TLS server does, apart from serving. */
struct tls_plan {
	const char *certificates; /* PEM file: a key and the chain */
	int suite;                /* the only suite, 0 for all that BearSSL has */
	int record;               /* bytes a record carries at most, 0 for as many as fit */
	int alert;                /* answer the ClientHello with this alert, 0 for a handshake */
	bool attack_3des; /* claim a suite that the client did not offer, then send a record that does not fit it */
	bool tamper;      /* change a byte of the first record of data */
	bool silent;      /* never answer the ClientHello */
	bool cut, reset;  /* end the connection in the middle of the handshake */
};

struct wire {
	int fd;
	struct tls *tls; /* NULL: plain */
	struct text in;  /* what the client said and nobody took yet */
	long drip_ms;    /* 0, or send a byte each so many milliseconds */
	bool ended;      /* the client has left */
};

/* Become the server of a TLS session. False when the handshake did not come to its end, as planned or not;
 * *why is a static text that says what happened. */
bool wire_tls(struct wire *w, const struct tls_plan *plan, const char **why);

/* A line without its end of line, CR LF or LF (*lf). False: the client has left, `line` holds what it said last. */
bool wire_line(struct wire *w, struct text *line, bool *lf);

/* Exactly n bytes. False: the client left before. */
bool wire_bytes(struct wire *w, struct text *bytes, size_t n);

/* The next n bytes, without taking them. False: the client left before. */
bool wire_peek(struct wire *w, char *bytes, size_t n);

/* True when the client has said more than was taken. Does not wait. */
bool wire_ahead(struct wire *w);

/* Take and forget all that the client says until it leaves. Returns how many bytes that was. */
size_t wire_drain(struct wire *w);

/* False: the client is gone. */
bool wire_put(struct wire *w, const char *p, size_t n);
bool wire_raw(struct wire *w, const char *p, size_t n);

/* The end of what the server says: close_notify and FIN, FIN alone, or RST. */
void wire_close(struct wire *w);
void wire_cut(struct wire *w);
void wire_reset(struct wire *w);

void wire_sleep(long ms);

#endif
