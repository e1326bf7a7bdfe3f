/* board: what the processes of a run share: how far each script is, who the program is, what deviated. */
#ifndef SIM_BOARD_H
#define SIM_BOARD_H

#include <stdatomic.h>
#include <sys/types.h>

#include "scene.h"

struct board {
	_Atomic pid_t program; /* and its process group; 0 before it runs */
	_Atomic long began_ms;
	_Atomic int played[SCRIPTS_MAX]; /* connections that have begun to play this script */
	_Atomic int finished[SCRIPTS_MAX];
	_Atomic int at[SCRIPTS_MAX]; /* index of the step that is being played */
	_Atomic bool may_leave[SCRIPTS_MAX];
	int deviations[2]; /* a pipe of lines */
	bool verbose;
	bool look_at_environment;
};

/* A board that children share. */
struct board *board_new(void);

long board_now_ms(void);

/* Say that something went another way than the case has it. `where` is a place in the case, or NULL. */
void board_deviation(struct board *b, const char *side, const char *where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* With --verbose: what is said, on stderr. */
void board_said(struct board *b, const char *side, const char *mark, const char *p, size_t n);

/* Look for the case's secrets in the command lines and environments of the program's processes. */
void board_inspect(struct board *b, const struct scene *s);

#endif
