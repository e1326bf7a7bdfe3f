/* doors: the listeners of a run, each a process that makes a process of every connection. */
#ifndef SIM_DOORS_H
#define SIM_DOORS_H

#include "play.h"

struct doors {
	struct manner manner[DOOR__COUNT];
	int fd[DOOR__COUNT];
	int filler[DOOR__COUNT][4]; /* connections that keep a deaf door's queue full */
	pid_t acceptor[DOOR__COUNT];
	pid_t group;                /* of all processes that serve; 0 while there is none */
};

/* Bind every door to a port of its own on loopback, which becomes the value {idp-port} and so on. A door that
 * the case does not mention refuses connections. */
void doors_bind(struct doors *d, struct scene *s, const char *pki);

/* Begin to serve. */
void doors_serve(struct doors *d, struct scene *s, struct board *b);

/* Take no new connections; those that there are go on. */
void doors_shut(struct doors *d);

/* End what is still served. */
void doors_end(struct doors *d);

#endif
