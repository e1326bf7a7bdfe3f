/* store_path: the names of the token store's files, and whether they may be trusted.
 *
 * Four names in one folder, PATH being the store:
 *	PATH        the store
 *	PATH.lock   empty; who holds flock(2) on it may use the store. It stays.
 *	PATH.new    the next store while it is written; one that a killed run left is removed before the next
 *	PATH.bad    what was no store: PATH.bad-2 ... PATH.bad-9 when that is taken
 * The first three have to be regular files of the effective user's with one name each and no rights for others. They
 * are looked at on opened descriptors and not followed where they are symbolic links. The folder has to belong to the
 * effective user or to root, and nobody else may write to it, unless it is sticky like /tmp.
 *
 * FAULT_STORE_EXPOSED: these rules are broken; num is the mode's rights, the evidence says what to type.
 * FAULT_STORE_FAILED: the system refused; num is the errno. */
#ifndef IDENT_STORE_PATH_H
#define IDENT_STORE_PATH_H

#include <sys/stat.h>

#include "base/buf.h"
#include "base/fault.h"

enum {
	STORE_PATH_MAX = 4096, /* PATH_MAX, with its NUL */
	STORE_PATH_NAME = 264, /* NAME_MAX of every file system, a suffix and a NUL */
	STORE_PATH_SUFFIX = 8  /* ".bad-9" and a NUL */
};

enum store_path_part { STORE_PATH_STORE, STORE_PATH_LOCK, STORE_PATH_NEXT, STORE_PATH_FOLDER };

struct store_path {
	int folder;     /* opened, close-on-exec; all the files are reached through it */
	size_t n, last; /* bytes of the path, and where its last part begins */
	char path[STORE_PATH_MAX];
};

/* Open the folder of this path and judge it. On false nothing is open; on true the caller closes p->folder. */
bool store_path_open(struct store_path *p, struct span path, struct fault *f) MUST;

/* Open one of the files with these flags and judge it. It may be missing: then *fd is -1 and the answer is true,
 * unless O_CREAT asks for it. On false nothing is open. */
bool store_path_file(const struct store_path *p, enum store_path_part part, int flags, int *fd, struct fault *f) MUST;

/* May what has this status be used as that file? One without any name may: it was replaced since it was opened. */
bool store_path_judge(const struct store_path *p, enum store_path_part part, const struct stat *st,
                      struct fault *f) MUST;

/* The name inside the folder, for the calls that end in "at"; suffix is "" for the store itself. */
struct store_path_name {
	char z[STORE_PATH_NAME];
};
struct store_path_name store_path_name(const struct store_path *p, const char *suffix);
const char *store_path_suffix(enum store_path_part part);

/* The path as it was given, and "the token store '/path'", as faults name it. */
struct span store_path_given(const struct store_path *p);
void store_path_put(const struct store_path *p, enum store_path_part part, struct buf *out);

/* "the token store '/path' could not be WHAT: No space left on device" */
bool store_path_failed(const struct store_path *p, enum store_path_part part, const char *what, int error,
                       struct fault *f);

#endif
