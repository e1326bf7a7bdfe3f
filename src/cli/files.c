#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/quote.h"

enum {
	FILES_SHOWN = 200,     /* bytes of a path in a sentence */
	FILES_NAME_SHOWN = 33, /* and of its last part: Entra's secrets have 34 and more */
	FILES_WAIT_MS = 30000  /* for who writes into a named pipe; as long as for a command that prints a secret */
};

/* "fd:N": the descriptor itself; -1 when it is not of that form. */
static int descriptor(struct span path)
{
	uint64_t n;

	if (span_eq(path, SPAN("-")))
		return STDIN_FILENO;
	if (span_starts(path, SPAN("fd:")) && span_u64(span_from(path, 3), 65535, &n))
		return (int)n;
	return -1;
}

bool files_is_stdin(struct span path)
{
	return descriptor(path) == STDIN_FILENO;
}

bool files_is_descriptor(struct span path)
{
	return descriptor(path) >= 0;
}

/* A secret or a token that was given where its file's name belongs must not be repeated: it is longer than the
 * names that people give to files. */
static void put_path(struct buf *b, struct span path)
{
	struct span name = path;
	size_t at;

	while (span_find_byte(name, '/', &at))
		name = span_from(name, at + 1);
	if (name.n <= FILES_NAME_SHOWN)
		buf_say(b, "the file '%.*s'", SPAN_ARG(path));
	else
		buf_say(b,
		        "the file '%.*s<a name of %zu characters: the name of a file belongs here, not what is in it>'",
		        SPAN_ARG(span_first(path, path.n - name.n)), name.n);
}

/* What a sentence calls it; a fault makes it printable. */
struct name {
	char z[FILES_SHOWN + 120];
};

static struct name name_of(struct span path)
{
	struct name name;
	struct buf b = buf_field(name.z, sizeof name.z);
	int fd = descriptor(path);

	if (fd == STDIN_FILENO)
		buf_z(&b, "the standard input");
	else if (fd >= 0)
		buf_say(&b, "descriptor %d", fd);
	else
		put_path(&b, span_first(path, FILES_SHOWN));
	return name;
}

/* "the file 'x' could not be opened: No such file or directory" */
static bool unreadable(struct span path, const char *what, int error, struct fault *f)
{
	return fault_say(f, FAULT_FILE_UNREADABLE, error, "%s could not be %s: %s", name_of(path).z, what,
	                 strerror(error));
}

static bool exposed(struct span path, const char *what, unsigned mode, const char *command, struct fault *f)
{
	char text[900];
	struct buf b = BUF(text);

	buf_say(&b, "%s%s (mode 0%u%u%u); type: %s ", name_of(path).z, what, mode >> 6 & 7, mode >> 3 & 7, mode & 7,
	        command);
	if (descriptor(path) >= 0 || path.n > FILES_SHOWN)
		buf_z(&b, "FILE");
	else
		quote_shell(&b, path);
	return fault_set(f, FAULT_FILE_EXPOSED, mode & 0777, buf_span(&b));
}

static bool path_z(struct span path, char z[static FILES_PATH_MAX], const char *what, struct fault *f)
{
	size_t at;

	if (path.n >= FILES_PATH_MAX || path.n == 0)
		return unreadable(path, what, path.n == 0 ? ENOENT : ENAMETOOLONG, f);
	if (span_find_byte(path, '\0', &at))
		return unreadable(path, what, EINVAL, f);
	memcpy(z, path.p, path.n);
	z[path.n] = '\0';
	return true;
}

bool files_open(struct span path, enum files_kind kind, int *fd, struct fault *f)
{
	char z[FILES_PATH_MAX];
	struct stat st;
	int inherited = descriptor(path);

	if (inherited >= 0)
		*fd = fcntl(inherited, F_DUPFD_CLOEXEC, 3);
	else if (!path_z(path, z, "opened", f))
		return false;
	else
		*fd = open(z, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe may have no writer, ever */
	if (*fd < 0)
		return unreadable(path, "opened", errno, f);
	if (fstat(*fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		close(*fd);
		return unreadable(path, "read", EISDIR, f);
	}
	if (kind == FILES_SECRET && !files_private(*fd, path, f)) {
		close(*fd);
		return false;
	}
	return true;
}

bool files_open_folder(struct span path, int *fd, struct fault *f)
{
	char z[FILES_PATH_MAX];

	if (!path_z(path, z, "opened", f))
		return false;
	*fd = open(z, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	return *fd >= 0 || unreadable(path, "opened", errno, f);
}

/* A file of root's that we can read by its group alone. */
static bool lent_by_root(const struct stat *st)
{
	return st->st_uid == 0 && geteuid() != 0 && (st->st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) == 0;
}

bool files_private(int fd, struct span path, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return unreadable(path, "read", errno, f);
	if (S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0 && !lent_by_root(&st))
		return exposed(path, " holds a secret and is open to others", st.st_mode, "chmod 600", f);
	return true;
}

bool files_guarded(int fd, struct span path, bool strict, struct fault *f)
{
	struct stat st;
	unsigned others = strict ? S_IWGRP | S_IWOTH : S_IWOTH;

	if (fstat(fd, &st) != 0)
		return unreadable(path, "read", errno, f);
	if (!S_ISREG(st.st_mode) && descriptor(path) >= 0)
		return true; /* who started us has opened it */
	if (!S_ISCHR(st.st_mode) && (st.st_mode & others) != 0)
		return exposed(path, " says what o2pop does and can be changed by others", st.st_mode, "chmod go-w", f);
	if (strict && st.st_uid != 0 && st.st_uid != geteuid())
		return exposed(path, " says where secrets go and belongs to another user", st.st_mode, "chown root", f);
	return true;
}

bool files_piece(int fd, struct span path, unsigned char *to, size_t scratch, size_t *n, struct fault *f)
{
	struct pollfd wait = { fd, POLLIN, 0 };
	ssize_t got;

	do {
		if (descriptor(path) < 0 && poll(&wait, 1, FILES_WAIT_MS) == 0)
			return unreadable(path, "read", ETIMEDOUT, f);
		got = read(fd, to, scratch);
	} while (got < 0 && (errno == EINTR || (errno == EAGAIN && descriptor(path) < 0)));
	if (got < 0)
		return unreadable(path, "read", errno, f);
	*n = (size_t)got;
	return true;
}

bool files_drain(int fd, struct span path, struct buf *into, struct fault *f)
{
	unsigned char more;
	size_t n;

	while (into->n < into->cap) {
		if (!files_piece(fd, path, into->p + into->n, into->cap - into->n, &n, f))
			return false;
		if (n == 0)
			return true;
		into->n += n;
	}
	if (!files_piece(fd, path, &more, 1, &n, f))
		return false;
	if (n == 0)
		return true;
	return fault_say(f, FAULT_LIMIT, (int64_t)into->cap, "%s has more than the %zu bytes that fit", name_of(path).z,
	                 into->cap);
}

bool files_read(struct span path, enum files_kind kind, struct buf *into, struct fault *f)
{
	bool good;
	int fd;

	if (!files_open(path, kind, &fd, f))
		return false;
	good = files_drain(fd, path, into, f);
	close(fd);
	return good;
}

struct span files_one_line(struct span text)
{
	if (span_ends(text, SPAN("\n")))
		text.n--;
	if (span_ends(text, SPAN("\r")))
		text.n--;
	return text;
}

bool files_filled(struct span text, struct span path, struct fault *f)
{
	return span_trim(text).n != 0 ||
	       fault_say(f, FAULT_FILE_UNREADABLE, 0, "%s %s: put the secret or token that belongs there into it",
	                 name_of(path).z, text.n == 0 ? "is empty" : "holds nothing but spaces and line ends");
}

/* May we empty it and write into it? A regular file that is ours, has one name, and still has the one that was given:
 * another name of it could be that of a file which nobody meant. A pipe or a socket of ours; any device. */
static bool ours(const char *z, const struct stat *st)
{
	struct stat named;

	if (S_ISCHR(st->st_mode))
		return true;
	if (st->st_uid != geteuid() || !S_ISREG(st->st_mode))
		return st->st_uid == geteuid();
	return st->st_nlink == 1 && lstat(z, &named) == 0 && named.st_dev == st->st_dev && named.st_ino == st->st_ino &&
	       named.st_nlink == 1;
}

bool files_create(struct span path, int *fd, struct fault *f)
{
	char z[FILES_PATH_MAX];
	struct stat st;

	if (!path_z(path, z, "written", f))
		return false;
	/* Nothing of what is there already is touched before it is known to be ours. */
	*fd = open(z, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (*fd < 0)
		return unreadable(path, "written", errno, f);
	if (fstat(*fd, &st) != 0 || !ours(z, &st)) {
		close(*fd);
		return unreadable(path, "written", EPERM, f);
	}
	if (S_ISREG(st.st_mode) && (fchmod(*fd, 0600) != 0 || ftruncate(*fd, 0) != 0)) {
		close(*fd);
		return unreadable(path, "made private", errno, f);
	}
	return true;
}
