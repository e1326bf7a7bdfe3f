#include "ident/store_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "text/quote.h"

enum {
	NAME_LONGEST = STORE_PATH_NAME - STORE_PATH_SUFFIX - 1, /* 255 */
	SHOWN = 200,                                            /* bytes of a path in a sentence */
	SENTENCE = 600
};

static const struct {
	const char *suffix, *what;
} parts[] = {
	[STORE_PATH_STORE] = { "", "the token store" },
	[STORE_PATH_LOCK] = { ".lock", "the token store's lock" },
	[STORE_PATH_NEXT] = { ".new", "the next token store" },
	[STORE_PATH_FOLDER] = { "", "the token store's folder" },
};

/* ---- names ------------------------------------------------------------------------------------- */

struct span store_path_given(const struct store_path *p)
{
	return (struct span){ (const unsigned char *)p->path, p->n };
}

static struct span path_of(const struct store_path *p, enum store_path_part part)
{
	if (part != STORE_PATH_FOLDER)
		return store_path_given(p);
	if (p->last == 0)
		return SPAN(".");
	return span_first(store_path_given(p), p->last == 1 ? 1 : p->last - 1);
}

const char *store_path_suffix(enum store_path_part part)
{
	return parts[part].suffix;
}

struct store_path_name store_path_name(const struct store_path *p, const char *suffix)
{
	struct store_path_name name;
	struct buf b = BUF(name.z);

	buf_say(&b, "%.*s%s%c", SPAN_ARG(span_from(store_path_given(p), p->last)), suffix, '\0');
	return name;
}

void store_path_put(const struct store_path *p, enum store_path_part part, struct buf *out)
{
	buf_say(out, "%s '", parts[part].what);
	buf_printable(out, span_first(path_of(p, part), SHOWN));
	buf_say(out, "%s'", parts[part].suffix);
}

/* ---- faults ------------------------------------------------------------------------------------ */

bool store_path_failed(const struct store_path *p, enum store_path_part part, const char *what, int error,
                       struct fault *f)
{
	char text[SENTENCE];
	struct buf b = BUF(text);

	store_path_put(p, part, &b);
	buf_say(&b, " could not be %s: %s", what, strerror(error));
	return fault_set(f, FAULT_STORE_FAILED, error, buf_span(&b));
}

/* "; type: chmod 600 FILE" */
static void put_command(const struct store_path *p, enum store_path_part part, const char *command, struct buf *out)
{
	char text[SHOWN + STORE_PATH_SUFFIX];
	struct buf path = BUF(text);

	buf_say(&path, "%.*s%s", SPAN_ARG(path_of(p, part)), parts[part].suffix);
	buf_say(out, "; type: %s ", command);
	if (buf_ok(&path))
		quote_shell(out, buf_span(&path));
	else
		buf_z(out, "FILE");
}

/* What is wrong, with " (mode 0644)" where a chmod mends it, and what to type; command may be NULL. */
static bool refuse(const struct store_path *p, enum store_path_part part, const struct stat *st, const char *why,
                   const char *command, struct fault *f)
{
	char text[FAULT_EVIDENCE_MAX];
	struct buf b = BUF(text);

	store_path_put(p, part, &b);
	buf_z(&b, why);
	if (command != NULL && span_starts(span_z(command), SPAN("chmod")))
		buf_say(&b, " (mode 0%u%u%u)", st->st_mode >> 6 & 7, st->st_mode >> 3 & 7, st->st_mode & 7);
	if (command != NULL)
		put_command(p, part, command, &b);
	return fault_set(f, FAULT_STORE_EXPOSED, st->st_mode & 0777, buf_span(&b));
}

/* Only root can give files away, and a folder is nothing to take from somebody. */
static bool refuse_owner(const struct store_path *p, enum store_path_part part, const struct stat *st, struct fault *f)
{
	char why[160], command[40];
	struct buf w = buf_field(why, sizeof why), c = buf_field(command, sizeof command);

	buf_say(&w, " belongs to another user, number %u%s", st->st_uid,
	        part == STORE_PATH_FOLDER ? ", who can exchange what is in it; name a file in a folder of your own"
	                                  : "");
	buf_say(&c, "chown %u", geteuid());
	return refuse(p, part, st, why, part == STORE_PATH_FOLDER ? NULL : command, f);
}

/* ---- what may be used -------------------------------------------------------------------------- */

bool store_path_judge(const struct store_path *p, enum store_path_part part, const struct stat *st, struct fault *f)
{
	if (S_ISLNK(st->st_mode))
		return refuse(p, part, st, " is a symbolic link; the file itself is needed", NULL, f);
	if (S_ISDIR(st->st_mode))
		return refuse(p, part, st, " is a folder; a file is needed", NULL, f);
	if (!S_ISREG(st->st_mode))
		return refuse(p, part, st, " is not a regular file", NULL, f);
	if (st->st_uid != geteuid())
		return refuse_owner(p, part, st, f);
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return refuse(p, part, st, " is open to others", "chmod 600", f);
	if (st->st_nlink > 1)
		return refuse(p, part, st, " has another name too, by which others may reach it",
		              "find / -xdev -samefile", f);
	return true;
}

static bool judge_folder(const struct store_path *p, struct fault *f)
{
	struct stat st;

	if (fstat(p->folder, &st) != 0)
		return store_path_failed(p, STORE_PATH_FOLDER, "looked at", errno, f);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse_owner(p, STORE_PATH_FOLDER, &st, f);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (st.st_mode & S_ISVTX) == 0)
		return refuse(p, STORE_PATH_FOLDER, &st, " can be changed by others", "chmod go-w", f);
	return true;
}

static bool keep(struct store_path *p, struct span path, struct fault *f)
{
	struct span last;
	size_t at;

	p->n = path.n < sizeof p->path ? path.n : sizeof p->path - 1;
	if (p->n != 0)
		memcpy(p->path, path.p, p->n);
	for (p->last = p->n; p->last != 0 && p->path[p->last - 1] != '/'; p->last--)
		continue;
	last = span_from(store_path_given(p), p->last);
	if (path.n != p->n || last.n > NAME_LONGEST)
		return store_path_failed(p, STORE_PATH_STORE, "opened", ENAMETOOLONG, f);
	if (span_find_byte(path, '\0', &at))
		return store_path_failed(p, STORE_PATH_STORE, "opened", EINVAL, f);
	if (path.n == 0)
		return store_path_failed(p, STORE_PATH_STORE, "opened", ENOENT, f);
	if (last.n == 0 || span_eq(last, SPAN(".")) || span_eq(last, SPAN("..")))
		return store_path_failed(p, STORE_PATH_STORE, "opened", EISDIR, f);
	return true;
}

bool store_path_open(struct store_path *p, struct span path, struct fault *f)
{
	char z[STORE_PATH_MAX];
	struct buf b = buf_field(z, sizeof z);

	if (!keep(p, path, f))
		return false;
	buf_put(&b, path_of(p, STORE_PATH_FOLDER));
	p->folder = open(z, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->folder < 0)
		return store_path_failed(p, STORE_PATH_FOLDER, "opened", errno, f);
	if (judge_folder(p, f))
		return true;
	close(p->folder);
	return false;
}

bool store_path_file(const struct store_path *p, enum store_path_part part, int flags, int *fd, struct fault *f)
{
	struct store_path_name name = store_path_name(p, parts[part].suffix);
	struct stat st;
	int error;

	*fd = openat(p->folder, name.z, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	error = errno;
	if (*fd < 0 && error == ENOENT && (flags & O_CREAT) == 0)
		return true;
	if (*fd < 0) {
		/* A symbolic link, a folder, a file of somebody else's are said as such. */
		if (fstatat(p->folder, name.z, &st, AT_SYMLINK_NOFOLLOW) == 0 && !store_path_judge(p, part, &st, f))
			return false;
		return store_path_failed(p, part, "opened", error, f);
	}
	if (fstat(*fd, &st) == 0 && store_path_judge(p, part, &st, f))
		return true;
	(void)store_path_failed(p, part, "looked at", errno, f);
	close(*fd);
	*fd = -1;
	return false;
}
