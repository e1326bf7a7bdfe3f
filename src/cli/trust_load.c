#include "cli/trust_load.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/files.h"

enum {
	ENTRIES_BYTES = 4096, /* of a directory that the kernel hands over at a time */
	HASH_DIGITS = 8,
	SAME_HASH_MAX = 9999 /* the number behind the dot */
};

/* The certificates of a file, a piece at a time, cut behind the last complete one. A piece
 * without a usable one is no failure; a file without is. */
static bool add_file(int fd, struct span path, struct trust *t, struct buf scratch, struct fault *f)
{
	static const struct span last = SPAN_INIT("-----END CERTIFICATE-----");
	size_t keep = 0, n;
	bool usable = false;

	do {
		struct fault piece = { 0 };
		struct span all;
		size_t end = 0, at;

		if (!files_piece(fd, path, scratch.p + keep, scratch.cap - keep, &n, f))
			return false;
		all = (struct span){ scratch.p, keep + n };
		while (span_find(span_from(all, end), last, &at))
			end += at + last.n;
		if (end != 0 && trust_add(t, span_first(all, end), &piece))
			usable = true;
		else if (span_starts(fault_evidence(&piece), SPAN("too many")))
			return fault_set(f, FAULT_CA_FILE, piece.num, fault_evidence(&piece));
		keep = all.n - end;
		memmove(scratch.p, scratch.p + end, keep);
	} while (n != 0 && keep < scratch.cap);
	return usable || fault_set(f, FAULT_CA_FILE, 0, path);
}

static bool load_file(struct span path, struct trust *t, struct buf scratch, struct fault *f)
{
	int fd;
	bool good;

	if (!files_open(path, FILES_PUBLIC, &fd, f))
		return false;
	good = files_guarded(fd, path, false, f) && add_file(fd, path, t, scratch, f);
	close(fd);
	return good;
}

/* "1a2b3c4d.0"; the revocation lists that stand beside have an r behind the dot. */
static bool names_a_root(struct span name)
{
	struct span rest, hash = span_cut(name, '.', &rest);
	uint64_t number;
	unsigned digit;

	for (size_t i = 0; i < hash.n; i++)
		if (!span_hex_digit(hash.p[i], &digit))
			return false;
	return hash.n == HASH_DIGITS && span_u64(rest, SAME_HASH_MAX, &number);
}

/* One certificate of it; false only for what must not be passed over: too many of them. */
static bool load_entry(struct span path, struct trust *t, struct buf scratch, unsigned *usable, struct fault *f)
{
	struct fault passed = { .code = FAULT_NONE };

	if (load_file(path, t, scratch, &passed))
		++*usable;
	else if (span_starts(fault_evidence(&passed), SPAN("too many")))
		return fault_set(f, passed.code, passed.num, fault_evidence(&passed));
	return true;
}

/* By the system call itself: opendir allocates. */
static bool load_entries(int fd, struct span folder, struct trust *t, struct buf scratch, unsigned *usable,
                         struct fault *f)
{
	_Alignas(struct dirent) char bytes[ENTRIES_BYTES];
	char text[FILES_PATH_MAX];
	long n;

	while ((n = syscall(SYS_getdents64, fd, bytes, sizeof bytes)) > 0) {
		const struct dirent *entry;

		for (long at = 0; at < n; at += entry->d_reclen) {
			struct buf path = BUF(text);

			entry = (const struct dirent *)(const void *)(bytes + at);
			buf_say(&path, "%.*s/%s", SPAN_ARG(folder), entry->d_name);
			if (names_a_root(span_z(entry->d_name)) && buf_ok(&path) &&
			    !load_entry(buf_span(&path), t, scratch, usable, f))
				return false;
		}
	}
	return n == 0 || fault_say(f, FAULT_FILE_UNREADABLE, errno, "the directory '%.*s' could not be read: %s",
	                           SPAN_ARG(folder), strerror(errno));
}

static bool load_folder(struct span folder, struct trust *t, struct buf scratch, struct fault *f)
{
	unsigned usable = 0;
	bool good;
	int fd;

	if (!files_open_folder(folder, &fd, f))
		return false;
	good = files_guarded(fd, folder, false, f) && load_entries(fd, folder, t, scratch, &usable, f);
	close(fd);
	if (good && usable == 0)
		return fault_say(f, FAULT_CA_FILE, 0,
		                 "the directory '%.*s' has no certificate under a name of openssl rehash, such as "
		                 "1a2b3c4d.0",
		                 SPAN_ARG(folder));
	return good;
}

bool trust_load(const struct settings *s, struct trust *t, struct buf scratch, struct fault *f)
{
	struct span file = settings_get(s, SETTING_CA_FILE), folder = settings_get(s, SETTING_CA_DIR);
	size_t add_file = span_starts(file, SPAN("+")), add_folder = span_starts(folder, SPAN("+"));

	trust_init(t, add_file == (file.n != 0) && add_folder == (folder.n != 0));
	return (file.n == 0 || load_file(span_from(file, add_file), t, scratch, f)) &&
	       (folder.n == 0 || load_folder(span_from(folder, add_folder), t, scratch, f));
}
