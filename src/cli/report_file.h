/* report_file: the file of --output, which nobody ever sees half-written: what is new stands beside it until it is
 * whole, and then takes its name. */
#ifndef CLI_REPORT_FILE_H
#define CLI_REPORT_FILE_H

#include "cli/files.h"

struct report_file {
	bool open;
	int fd;
	char path[FILES_PATH_MAX], fresh[FILES_PATH_MAX]; /* PATH and PATH.new, with their NULs */
};

/* Make PATH.new, with the rights that the umask leaves: reports hold no secrets. One that a killed run has left is
 * removed. False, with nothing changed: the evidence is a sentence that names the file. */
bool report_file_open(struct report_file *r, struct span path, struct fault *f) MUST;

/* False: the disk is full, or the like. */
bool report_file_put(struct report_file *r, struct span text) MUST;

/* All is written: replace PATH. Without it PATH.new is removed, and PATH is what it was. */
bool report_file_commit(struct report_file *r, struct fault *f) MUST;
void report_file_abandon(struct report_file *r);

#endif
