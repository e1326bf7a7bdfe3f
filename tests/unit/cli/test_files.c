#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "t.h"

static char folder[] = "/tmp/o2pop-files.XXXXXX";
static char path[80];

/* A file of the test's own; the folder goes when the next test begins. */
static struct span make(const char *text, unsigned mode)
{
	int fd;

	if (strcmp(folder + sizeof folder - 7, "XXXXXX") == 0 && mkdtemp(folder) == NULL)
		return SPAN("");
	snprintf(path, sizeof path, "%s/it's", folder);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	OK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
	close(fd);
	return span_z(path);
}

static void tidy(void)
{
	unlink(path);
	rmdir(folder);
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
}

static bool contains(const struct fault *f, const char *text)
{
	size_t at;

	return span_find(fault_evidence(f), span_z(text), &at);
}

TEST(files_read_whole)
{
	struct span name = make("one\ntwo\n", 0600);

	UPTO(cap, 10)
	{
		struct buf b = edge_buf(cap);
		struct fault f = { 0 };

		t_at("%zu bytes", cap);
		EQ(files_read(name, FILES_SECRET, &b, &f), cap >= 8);
		EQ(f.code, cap >= 8 ? FAULT_NONE : FAULT_LIMIT);
		OK(cap < 8 || span_eq(buf_span(&b), SPAN("one\ntwo\n")));
		OK(cap >= 8 || contains(&f, "bytes that fit"));
	}
	tidy();
}

TEST(files_modes)
{
	static const struct {
		unsigned mode;
		bool private, open, strict;
	} rows[] = {
		{ 0600, true, true, true },    { 0400, true, true, true },    { 0640, false, true, true },
		{ 0604, false, true, true },   { 0644, false, true, true },   { 0620, false, true, false },
		{ 0602, false, false, false }, { 0666, false, false, false }, { 0700, true, true, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span name = make("x", rows[i].mode);
		struct fault f[3] = { { 0 }, { 0 }, { 0 } };
		char bytes[4];
		struct buf b = BUF(bytes);
		int fd;

		t_at("mode %o", rows[i].mode);
		EQ(files_read(name, FILES_SECRET, &b, &f[0]), rows[i].private);
		OK(rows[i].private || (f[0].code == FAULT_FILE_EXPOSED && f[0].num == rows[i].mode));
		OK(rows[i].private || contains(&f[0], "type: chmod 600 '"));
		OK(rows[i].private || contains(&f[0], "/it'\\''s'"));
		OK(files_open(name, FILES_PUBLIC, &fd, &f[1]));
		EQ(files_guarded(fd, name, false, &f[1]), rows[i].open);
		EQ(files_guarded(fd, name, true, &f[2]), rows[i].strict);
		OK(rows[i].strict || contains(&f[2], "chmod go-w"));
		close(fd);
	}
	tidy();
}

/* Group read is fine for a file of root's when we are somebody else; only root can try that. */
TEST(files_lent_by_root)
{
	static const struct {
		unsigned mode;
		bool good;
	} rows[] = {
		{ 0440, true }, { 0640, true }, { 0460, false }, { 0444, false }, { 0450, false },
	};

	OK(true);
	for (size_t i = 0; i < COUNT(rows) && geteuid() == 0; i++) {
		struct span name = make("x", rows[i].mode);
		int fd = open(path, O_RDONLY), status = 1;
		pid_t pid = fork();

		if (pid == 0) {
			struct fault f = { 0 };

			if (setgid(12345) != 0 || setuid(12345) != 0)
				_exit(2);
			_exit(files_private(fd, name, &f) ? 0 : 1);
		}
		OK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
		t_at("mode %o", rows[i].mode);
		EQ(WEXITSTATUS(status), rows[i].good ? 0 : 1);
		close(fd);
	}
	tidy();
}

TEST(files_descriptors)
{
	struct fault f = { 0 };
	char bytes[16], name[16];
	struct buf b = BUF(bytes);
	int ends[2];

	OK(files_is_stdin(SPAN("-")) && files_is_stdin(SPAN("fd:0")) && !files_is_stdin(SPAN("./-")));
	OK(files_is_descriptor(SPAN("fd:7")) && !files_is_descriptor(SPAN("fd:")) &&
	   !files_is_descriptor(SPAN("fd:x")));
	OK(!files_is_descriptor(SPAN("")) && !files_is_descriptor(SPAN("fd:99999999999")));
	OK(pipe(ends) == 0 && write(ends[1], "secret\n", 7) == 7 && close(ends[1]) == 0);
	snprintf(name, sizeof name, "fd:%d", ends[0]);
	OK(files_read(span_z(name), FILES_SECRET, &b, &f));
	EQ(buf_span(&b), SPAN("secret\n"));
	close(ends[0]);
	OK(!files_read(span_z(name), FILES_SECRET, &b, &f));
	OK(contains(&f, "descriptor ") && contains(&f, "could not be opened"));
}

TEST(files_that_cannot_be_read)
{
	static char long_name[FILES_PATH_MAX + 10];
	static const struct {
		const char *name;
		int error;
	} rows[] = {
		{ "/nowhere/file", ENOENT },
		{ "/tmp", EISDIR },
		{ "", ENOENT },
		{ long_name, ENAMETOOLONG },
	};

	memset(long_name, 'x', sizeof long_name - 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };
		char bytes[4];
		struct buf b = BUF(bytes);

		t_at("row %zu", i);
		OK(!files_read(span_z(rows[i].name), FILES_PUBLIC, &b, &f));
		EQ(f.code, FAULT_FILE_UNREADABLE);
		EQ(f.num, rows[i].error);
	}
}

TEST(files_one_line_ends)
{
	static const struct {
		struct span text, line;
	} rows[] = {
		{ SPAN_INIT(""), SPAN_INIT("") },
		{ SPAN_INIT("a"), SPAN_INIT("a") },
		{ SPAN_INIT("a\n"), SPAN_INIT("a") },
		{ SPAN_INIT("a\r\n"), SPAN_INIT("a") },
		{ SPAN_INIT("a\n\n"), SPAN_INIT("a\n") },
		{ SPAN_INIT("a \n"), SPAN_INIT("a ") },
		{ SPAN_INIT("a\nb\n"), SPAN_INIT("a\nb") },
		{ SPAN_INIT("\n"), SPAN_INIT("") },
		{ SPAN_INIT("\xef\xbb\xbf"
		            "a"),
		  SPAN_INIT("\xef\xbb\xbf"
		            "a") },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		EQ(files_one_line(edge_span(rows[i].text)), rows[i].line);
}

TEST(files_create_is_private)
{
	struct span name = make("old text", 0644);
	struct fault f = { 0 };
	struct stat st;
	int fd;

	OK(files_create(name, &fd, &f));
	OK(fstat(fd, &st) == 0 && (st.st_mode & 0777) == 0600 && st.st_size == 0);
	close(fd);
	OK(!files_create(SPAN("/nowhere/file"), &fd, &f));
	OK(contains(&f, "could not be written"));
	tidy();
}

/* Laid at the same place, with this mode and, where we may, for this owner. */
static struct span make_pipe(unsigned mode, uid_t owner)
{
	struct span name = make("", 0600);

	unlink(path);
	OK(mkfifo(path, 0600) == 0 && chmod(path, mode) == 0 && (owner == geteuid() || chown(path, owner, -1) == 0));
	return name;
}

/* A pipe without a writer must not stop us before any deadline; what is written late is read all the same. */
TEST(files_named_pipes)
{
	struct span name = make_pipe(0600, geteuid());
	char scratch[20];
	struct buf b = BUF(scratch);
	struct fault f = { 0 };
	int fd, status;
	pid_t pid;

	alarm(20);
	OK(files_open(name, FILES_SECRET, &fd, &f));
	pid = fork();
	if (pid == 0) {
		int to;

		usleep(50000);
		to = open(path, O_WRONLY);
		_exit(write(to, "late", 4) == 4 ? 0 : 1);
	}
	OK(files_drain(fd, name, &b, &f));
	EQ(buf_span(&b), SPAN("late"));
	close(fd);
	OK(waitpid(pid, &status, 0) == pid && status == 0);
	alarm(0);
	tidy();
}

/* Who may write into it says what o2pop does, as with a file. */
TEST(files_guarded_pipes)
{
	static const struct {
		unsigned mode;
		bool other, open, strict;
	} rows[] = {
		{ 0600, false, true, true },   { 0644, false, true, true }, { 0620, false, true, false },
		{ 0602, false, false, false }, { 0600, true, true, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span name;
		struct fault f[3] = { { 0 } };
		int fd;

		if (rows[i].other && geteuid() != 0)
			continue;
		t_at("row %zu", i);
		name = make_pipe(rows[i].mode, rows[i].other ? 65534 : geteuid());
		OK(files_open(name, FILES_PUBLIC, &fd, &f[0]));
		EQ(files_guarded(fd, name, false, &f[1]), rows[i].open);
		EQ(files_guarded(fd, name, true, &f[2]), rows[i].strict);
		OK(files_guarded(fd, SPAN("fd:7"), true, &f[0])); /* it was handed to us */
		close(fd);
	}
	tidy();
}

/* Whoever has laid it there reads along. */
TEST(files_create_at_a_pipe)
{
	struct fault f = { 0 };
	struct span name;
	int reader, fd;

	name = make_pipe(0600, geteuid());
	reader = open(path, O_RDONLY | O_NONBLOCK);
	OK(files_create(name, &fd, &f));
	close(fd);
	if (geteuid() == 0) {
		OK(chown(path, 65534, (gid_t)-1) == 0);
		OK(!files_create(name, &fd, &f));
		OK(contains(&f, "could not be written"));
	}
	close(reader);
	OK(files_create(SPAN("/dev/null"), &fd, &f));
	close(fd);
	tidy();
}
