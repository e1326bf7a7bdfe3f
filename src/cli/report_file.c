#include "cli/report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool failed(const struct report_file *r, const char *what, int error, struct fault *f)
{
	return fault_say(f, FAULT_FILE_UNREADABLE, error, "the report cannot be written to %.*s: %s: %s",
	                 SPAN_ARG(span_first(span_z(r->path), 200)), what, strerror(error));
}

/* A pipe or a device cannot be replaced, and somebody waits at it. */
static bool replaceable(const struct report_file *r, struct fault *f)
{
	struct stat st;

	if (lstat(r->path, &st) != 0)
		return errno == ENOENT || failed(r, "it cannot be looked at", errno, f);
	return S_ISREG(st.st_mode) ||
	       fault_say(f, FAULT_FILE_UNREADABLE, 0,
	                 "the report cannot be written to %.*s: it is no regular file; without --output it goes to the "
	                 "standard output",
	                 SPAN_ARG(span_first(span_z(r->path), 200)));
}

bool report_file_open(struct report_file *r, struct span path, struct fault *f)
{
	struct buf b = buf_field(r->path, sizeof r->path), fresh = buf_field(r->fresh, sizeof r->fresh);
	const int how = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	buf_put(&b, path);
	buf_say(&fresh, "%s.new", r->path);
	if (!buf_ok(&b) || !buf_ok(&fresh) || path.n == 0)
		return fault_say(f, FAULT_USAGE, 0, "--output needs the name of a file");
	if (!replaceable(r, f))
		return false;
	r->fd = open(r->fresh, how, 0666);
	if (r->fd < 0 && errno == EEXIST && unlink(r->fresh) == 0)
		r->fd = open(r->fresh, how, 0666);
	r->open = r->fd >= 0;
	return r->open || failed(r, "nothing can be made beside it", errno, f);
}

bool report_file_put(struct report_file *r, struct span text)
{
	while (text.n != 0) {
		ssize_t n = write(r->fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = span_from(text, (size_t)n);
	}
	return true;
}

bool report_file_commit(struct report_file *r, struct fault *f)
{
	bool synced = fsync(r->fd) == 0 || errno == EINVAL;
	int error = errno;

	if (close(r->fd) != 0 || !synced || rename(r->fresh, r->path) != 0) {
		error = synced ? errno : error;
		(void)unlink(r->fresh);
		r->open = false;
		return failed(r, "it cannot be replaced", error, f);
	}
	r->open = false;
	return true;
}

void report_file_abandon(struct report_file *r)
{
	if (!r->open)
		return;
	close(r->fd);
	(void)unlink(r->fresh);
	r->open = false;
}
