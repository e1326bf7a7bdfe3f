/* mailbox_list: the mailboxes to check: the arguments, then the lines of --mailboxes, and without both the setting. */
#ifndef CLI_MAILBOX_LIST_H
#define CLI_MAILBOX_LIST_H

#include "cli/app.h"
#include "cli/shard.h"

struct mailbox_list {
	struct app *app;
	unsigned char *lines; /* of the file, which has memory of its own */
	struct span text;     /* the same, without a byte order mark */
	size_t named;         /* once each */
	size_t all;           /* of these, in this shard, and not reported in the file of --resume */
	bool torn;            /* that file ends in the middle of a line */
	struct mailbox_place {
		size_t next;       /* of the arguments */
		struct span lines; /* what is left of the file */
	} at;
};

/* Read the file and count. A mailbox that is named twice stays once, which is said. Of several,
 * those of other shards are left out: l->all may be 0 then. On false (none was named, or one is too long) the status is
 * in *status. */
bool mailbox_list_read(struct mailbox_list *l, struct app *app, int *status) MUST;

/* For run_list.next, from a struct mailbox_list. */
bool mailbox_list_next(void *from, struct span *mailbox);

/* From the first again. */
void mailbox_list_rewind(struct mailbox_list *l);

#endif
