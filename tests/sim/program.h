/* program: the client under test, in a private folder, with a clean environment and a time limit. */
#ifndef SIM_PROGRAM_H
#define SIM_PROGRAM_H

#include "board.h"

enum { LIMIT_S = 30 /* a case's own `timeout` is far below it */ };

struct program {
	char *const *argv; /* the command; the case's own arguments follow it */
	const char *dir;   /* private to this run; the program's working directory */
	const char *pki;   /* where the certificates are */
	bool capture;      /* stdout and stderr go to files of these names in dir */
	pid_t pid;
	bool ended, overdue;
	int status; /* as wait(2) has it */
	long ms;
};

/* Write o2pop.conf, o2pop.secret, ca.pem and what else the case wants into the folder. */
void program_files(const struct program *p, struct scene *s);

/* Start it and wait until it has ended; kill it (its whole process group) when the limit is over. */
void program_run(struct program *p, struct scene *s, struct board *b);

#endif
