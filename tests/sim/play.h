/* play: one connection, from the handshake to the end of its script. */
#ifndef SIM_PLAY_H
#define SIM_PLAY_H

#include "board.h"
#include "wire.h"

/* How a service behaves: the words of its header line. */
struct manner {
	bool open;  /* somebody listens; else the connection is refused */
	bool deaf;  /* somebody listens, but no connection is ever answered */
	bool plain; /* no TLS */
	struct tls_plan tls;
};

/* Serve the connection at this service with the next script that is left for it. */
void play(struct scene *s, struct board *b, enum service service, const struct manner *m, int fd);

#endif
