/* resume: which mailboxes an interrupted run has reported already, by the JSON lines that it has printed. */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "base/fault.h"

/* Call `told` with the mailbox of each line of the file that is a whole object with one. A line that is not, as the
 * last one of a run that was killed, is passed over. `scratch` is lent and holds the longest line; a longer one is
 * passed over. *torn: the file does not end in LF, so that what is appended would go on with its last line. False: the
 * file cannot be read; the evidence names it. */
bool resume_read(struct span path, struct buf scratch, void (*told)(void *of, struct span mailbox), void *of,
                 bool *torn, struct fault *f) MUST;

#endif
