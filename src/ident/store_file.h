/* store_file: the token store as a file that one run at a time reads, replaces and sets aside.
 *
 * The store is never written to in place: PATH.new is written, flushed to the disk and renamed, then the folder is
 * flushed. So whatever ends a run, PATH is the old store or the new one, whole. Names and rights: store_path.h.
 *
 * Faults: those of store_path.h, and FAULT_STORE_BUSY when another run does not let go before the deadline. */
#ifndef IDENT_STORE_FILE_H
#define IDENT_STORE_FILE_H

#include "base/clock.h"
#include "ident/store_path.h"

enum { STORE_FILE_NAP_MS = 20 }; /* how often a lock that is held is tried: flock(2) knows no deadline */

/* Start with { 0 }. */
struct store_file {
	bool open;
	int lock; /* descriptor, close-on-exec */
	struct store_path path;
};

/* Look at the folder and at what is there, then wait for the lock until the deadline; it is tried once even when that
 * has passed. Nothing but the lock's file is created. On false nothing is open. */
bool store_file_open(struct store_file *s, struct span path, struct deadline d, struct fault *f) MUST;

/* Append the whole file; nothing when there is none. A file that does not fit sets into->full. On false, `into` holds
 * what was read until then. */
bool store_file_read(const struct store_file *s, struct buf *into, struct fault *f) MUST;

/* Make `text` the store, on the disk. On false the old one is there, untouched; only when nothing but the flushing of
 * the folder fails, at the end, the new one is. */
bool store_file_replace(const struct store_file *s, struct span text, struct fault *f) MUST;

/* Rename the file to the first free PATH.bad..., and append that name. On false it has its old name. It is not waited
 * for the disk: after a power cut it may have to be set aside again. */
bool store_file_aside(const struct store_file *s, struct buf *where, struct fault *f) MUST;

/* Let the others in. Nothing happens when it is not open. A process that was forked in the meantime may not call it:
 * it would unlock for all. */
void store_file_close(struct store_file *s);

#endif
