/* services: the listeners of a run, each a process that makes a process of every connection. */
#ifndef SIM_DOORS_H
#define SIM_DOORS_H

#include "play.h"

struct services {
	struct manner manner[DOOR__COUNT];
	int fd[DOOR__COUNT];
	int filler[DOOR__COUNT][4]; /* connections that keep a deaf service's queue full */
	pid_t acceptor[DOOR__COUNT];
	pid_t group; /* of all processes that serve; 0 while there is none */
};

/* Bind every service to a port of its own on loopback, which becomes the value {idp-port} and so on. A service that
 * the case does not mention refuses connections. */
void doors_bind(struct services *d, struct scene *s, const char *pki);

/* Begin to serve. */
void doors_serve(struct services *d, struct scene *s, struct board *b);

/* Take no new connections; those that there are go on. */
void doors_shut(struct services *d);

/* End what is still served. */
void doors_end(struct services *d);

#endif
