#include "ident/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h> /* renameat */
#include <sys/file.h>
#include <unistd.h>

enum { BAD_MAX = 9 }; /* what was set aside: more than that is no accident, and a person has to look */

/* ---- one run at a time ------------------------------------------------------------------------- */

/* Is the file that is locked still the one that others will lock? Somebody may have removed it. */
static bool lock_is_there(const struct store_file *s)
{
	struct store_path_name name = store_path_name(&s->path, store_path_suffix(STORE_PATH_LOCK));
	struct stat ours, there;

	return fstat(s->lock, &ours) == 0 && fstatat(s->path.folder, name.z, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static bool take_lock(struct store_file *s, struct deadline d, struct fault *f)
{
	char text[600];
	struct buf busy = BUF(text);

	for (;;) {
		int left;

		if (s->lock < 0 && !store_path_file(&s->path, STORE_PATH_LOCK, O_RDWR | O_CREAT, &s->lock, f))
			return false;
		if (flock(s->lock, LOCK_EX | LOCK_NB) == 0) {
			if (lock_is_there(s))
				return true;
			close(s->lock);
			s->lock = -1;
		} else if (errno != EWOULDBLOCK && errno != EINTR) {
			return store_path_failed(&s->path, STORE_PATH_LOCK, "locked", errno, f);
		}
		left = clock_left(d);
		if (left == 0) {
			store_path_put(&s->path, STORE_PATH_STORE, &busy);
			buf_z(&busy, " is in use by another run, which did not let go of it in time");
			return fault_set(f, FAULT_STORE_BUSY, 0, buf_span(&busy));
		}
		(void)poll(NULL, 0, left < STORE_FILE_NAP_MS ? left : STORE_FILE_NAP_MS);
	}
}

bool store_file_open(struct store_file *s, struct span path, struct deadline d, struct fault *f)
{
	int fd;

	s->open = false;
	s->lock = -1;
	if (!store_path_open(&s->path, path, f))
		return false;
	/* The store is looked at first, so that no lock is left beside something else. */
	if (store_path_file(&s->path, STORE_PATH_STORE, O_RDONLY, &fd, f)) {
		if (fd >= 0)
			close(fd);
		s->open = take_lock(s, d, f);
	}
	if (s->open)
		return true;
	if (s->lock >= 0)
		close(s->lock);
	close(s->path.folder);
	return false;
}

void store_file_close(struct store_file *s)
{
	if (!s->open)
		return;
	flock(s->lock, LOCK_UN); /* also where a process that was forked has the descriptor still */
	close(s->lock);
	close(s->path.folder);
	s->open = false;
}

/* ---- reading ----------------------------------------------------------------------------------- */

static bool drain(const struct store_file *s, int fd, struct buf *into, struct fault *f)
{
	for (;;) {
		size_t scratch = into->cap - into->n;
		unsigned char more;
		ssize_t n = scratch != 0 ? read(fd, into->p + into->n, scratch) : read(fd, &more, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return store_path_failed(&s->path, STORE_PATH_STORE, "read", errno, f);
		if (n != 0 && scratch == 0)
			into->full = true;
		if (n == 0 || scratch == 0)
			return true;
		into->n += (size_t)n;
	}
}

bool store_file_read(const struct store_file *s, struct buf *into, struct fault *f)
{
	bool good;
	int fd;

	if (!store_path_file(&s->path, STORE_PATH_STORE, O_RDONLY, &fd, f))
		return false;
	if (fd < 0)
		return true;
	good = drain(s, fd, into, f);
	close(fd);
	return good;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool write_whole(const struct store_file *s, int fd, struct span text, struct fault *f)
{
	if (fchmod(fd, 0600) != 0) /* a umask may have taken too much */
		return store_path_failed(&s->path, STORE_PATH_NEXT, "made private", errno, f);
	while (text.n != 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return store_path_failed(&s->path, STORE_PATH_NEXT, "written", n == 0 ? ENOSPC : errno, f);
		text = span_from(text, (size_t)n);
	}
	if (fsync(fd) != 0)
		return store_path_failed(&s->path, STORE_PATH_NEXT, "flushed to the disk", errno, f);
	return true;
}

/* What a killed run left behind; not what somebody else has put there. */
static bool remove_left_over(const struct store_file *s, const char *name, struct fault *f)
{
	struct stat st;

	if (fstatat(s->path.folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || store_path_failed(&s->path, STORE_PATH_NEXT, "looked at", errno, f);
	if (!store_path_judge(&s->path, STORE_PATH_NEXT, &st, f))
		return false;
	if (unlinkat(s->path.folder, name, 0) != 0)
		return store_path_failed(&s->path, STORE_PATH_NEXT, "removed", errno, f);
	return true;
}

bool store_file_replace(const struct store_file *s, struct span text, struct fault *f)
{
	struct store_path_name next = store_path_name(&s->path, store_path_suffix(STORE_PATH_NEXT));
	struct store_path_name store = store_path_name(&s->path, "");
	bool good;
	int fd;

	if (!remove_left_over(s, next.z, f))
		return false;
	fd = openat(s->path.folder, next.z, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return store_path_failed(&s->path, STORE_PATH_NEXT, "created", errno, f);
	good = write_whole(s, fd, text, f);
	close(fd);
	if (good && renameat(s->path.folder, next.z, s->path.folder, store.z) != 0)
		good = store_path_failed(&s->path, STORE_PATH_STORE, "replaced", errno, f);
	if (!good)
		unlinkat(s->path.folder, next.z, 0);
	/* A name is on the disk when its folder is. A file system that cannot flush folders says EINVAL. */
	else if (fsync(s->path.folder) != 0 && errno != EINVAL)
		good = store_path_failed(&s->path, STORE_PATH_FOLDER, "flushed to the disk", errno, f);
	return good;
}

bool store_file_aside(const struct store_file *s, struct buf *where, struct fault *f)
{
	struct store_path_name store = store_path_name(&s->path, "");

	for (unsigned i = 1; i <= BAD_MAX; i++) {
		char suffix[STORE_PATH_SUFFIX];
		struct buf b = buf_field(suffix, sizeof suffix);
		struct store_path_name bad;
		struct stat st;

		buf_z(&b, ".bad");
		if (i > 1)
			buf_say(&b, "-%u", i);
		bad = store_path_name(&s->path, suffix);
		if (fstatat(s->path.folder, bad.z, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		if (errno != ENOENT || renameat(s->path.folder, store.z, s->path.folder, bad.z) != 0)
			return store_path_failed(&s->path, STORE_PATH_STORE, "set aside", errno, f);
		buf_say(where, "%.*s%s", SPAN_ARG(store_path_given(&s->path)), suffix);
		return true;
	}
	return store_path_failed(&s->path, STORE_PATH_STORE,
	                         "set aside: look at those that are there, .bad to .bad-9, and remove them", EEXIST, f);
}
