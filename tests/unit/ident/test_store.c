#include "ident/store.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store_rig.h"

#define YEAR_2100 INT64_C(4102444800)

static struct store s, other;
static struct store_entry e;

static bool says(const struct fault *f, const char *text)
{
	size_t at;

	return span_find(fault_evidence(f), span_z(text), &at);
}

static bool noted(const char *text)
{
	size_t at;

	return span_find(store_note(&s), span_z(text), &at);
}

/* The n-th key: different keys begin differently. */
static const unsigned char *key(unsigned n)
{
	static unsigned char k[STORE_KEY_SIZE];

	memset(k, 0xa5, sizeof k);
	k[0] = (unsigned char)n;
	return k;
}

static void entry(const char *access, const char *refresh, int64_t expires)
{
	OK(secret_set(&e.access, span_z(access)) && secret_set(&e.refresh, span_z(refresh)));
	e.expires = expires;
}

static bool put(unsigned n, const char *access, const char *refresh, int64_t expires)
{
	struct fault f = { 0 };

	entry(access, refresh, expires);
	return store_put(&s, key(n), &e, &f) && f.code == FAULT_NONE;
}

static bool opens(struct span path)
{
	struct fault f = { 0 };

	return store_open(&s, path, clock_deadline(0), &f) || (printf("# %.*s\n", (int)f.n, f.evidence), false);
}

/* The open store has this access token under the n-th key. */
static bool has(unsigned n, const char *access)
{
	return store_find(&s, key(n), &e) && span_eq(secret_reveal(&e.access), span_z(access));
}

/* Opening is refused with this code and these words; nothing is changed or left. */
static void refused(struct span path, enum fault_code code, const char *words)
{
	struct fault f = { 0 };

	OK(!store_open(&s, path, clock_deadline(0), &f));
	EQ(f.code, code);
	if (!OK(says(&f, words)))
		printf("# %.*s\n", (int)f.n, f.evidence);
	EQ(store_note(&s).n, 0);
	store_close(&s);
}

static bool wiped(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* ---- what is kept ------------------------------------------------------------------------------ */

TEST(store_key_parts)
{
	static const struct store_id rows[] = {
		{ .grant = SPAN_INIT("ab") },
		{ .grant = SPAN_INIT("a"), .account = SPAN_INIT("b") },
		{ .account = SPAN_INIT("ab") },
		{ .token_url = SPAN_INIT("ab") },
		{ .client_id = SPAN_INIT("ab") },
		{ .scope = SPAN_INIT("ab") },
		{ .scope = SPAN_INIT("a"), .grant = SPAN_INIT("b") },
		{ .scope = { NULL, 0 } },
	};
	unsigned char keys[COUNT(rows)][STORE_KEY_SIZE], again[STORE_KEY_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++) {
		t_at("row %zu", i);
		store_key(&rows[i], keys[i]);
		store_key(&rows[i], again);
		OK(memcmp(keys[i], again, sizeof again) == 0);
		for (size_t k = 0; k < i; k++)
			OK(memcmp(keys[i], keys[k], sizeof again) != 0);
	}
}

/* A key is in files of other versions too: it may not change. Reckoned with sha256sum. */
TEST(store_key_is_stable)
{
	static const struct store_id id = {
		SPAN_INIT("https://idp.example/token"), SPAN_INIT("client"), SPAN_INIT("mail"), SPAN_INIT("refresh"),
		SPAN_INIT("ann@example.org"),
	};
	unsigned char k[STORE_KEY_SIZE];
	char hex[65];
	struct buf b = BUF(hex);

	store_key(&id, k);
	buf_hex(&b, (struct span){ k, sizeof k });
	EQ(buf_span(&b), SPAN("3f8a5c1b97649842258568e0b0f44d0f2dc7e8bcaf91a354c44011224c315896"));
}

TEST(store_missing_and_empty)
{
	struct span path = rig_start();

	for (int empty = 0; empty < 2; empty++) {
		t_at("%s", empty ? "empty" : "missing");
		OK(opens(path));
		OK(!store_find(&s, key(1), &e));
		EQ(store_note(&s).n, 0);
		OK(rig_there(".lock"));
		store_close(&s);
		EQ(rig_there(""), empty);
		OK(!rig_there(".new") && !rig_there(".bad"));
		rig_write("", SPAN(""));
	}
	rig_end();
}

TEST(store_puts_and_finds)
{
	struct span path = rig_start();
	struct stat st;

	OK(opens(path));
	OK(put(1, "access-1", "refresh 1", YEAR_2100));
	OK(put(2, "access-2", "", 5));
	OK(put(1, "access-1b", "refresh 1b", YEAR_2100 + 1));
	OK(has(1, "access-1b") && has(2, "access-2") && !has(3, ""));
	store_close(&s);
	OK(!store_find(&s, key(1), &e));
	OK(stat(rig_name(""), &st) == 0 && (st.st_mode & 07777) == 0600);
	OK(!rig_there(".new"));

	OK(opens(path));
	OK(has(1, "access-1b"));
	EQ(secret_reveal(&e.refresh), SPAN("refresh 1b"));
	EQ(e.expires, YEAR_2100 + 1);
	OK(has(2, "access-2"));
	EQ(e.refresh.n, 0);
	EQ(e.expires, 5);
	EQ(s.entries.n, 2);
	store_close(&s);
	rig_end();
}

/* Also in a folder that has to be named without a slash. */
TEST(store_in_this_folder)
{
	int back = open(".", O_RDONLY | O_DIRECTORY);

	(void)rig_start();
	OK(back >= 0 && chdir(rig_folder) == 0);
	OK(opens(SPAN("it's")) && put(1, "a", "", 1));
	store_close(&s);
	OK(rig_there("") && rig_there(".lock"));
	OK(opens(SPAN("./it's")) && has(1, "a"));
	store_close(&s);
	OK(fchdir(back) == 0);
	close(back);
	rig_end();
}

/* With a umask that takes everything, the next run can still read it. */
TEST(store_whatever_the_umask)
{
	static const mode_t masks[] = { 0, 022, 0777 };

	for (size_t i = 0; i < COUNT(masks); i++) {
		struct span path = rig_start();
		struct stat st;
		mode_t old;

		t_at("umask %o", masks[i]);
		rig_write(".lock", SPAN(""));
		old = umask(masks[i]);
		OK(opens(path) && put(1, "a", "", 1));
		umask(old);
		store_close(&s);
		OK(stat(rig_name(""), &st) == 0 && (st.st_mode & 07777) == 0600);
		rig_end();
	}
}

/* No secret stays in memory that is not held by an open store. */
TEST(store_wipes)
{
	struct span path = rig_start();

	OK(opens(path));
	OK(put(1, "secret-one-that-is-long", "secret-two", YEAR_2100));
	OK(put(2, "secret-three", "", YEAR_2100));
	OK(wiped(s.next, sizeof s.next));
	OK(put(1, "short", "", YEAR_2100));
	OK(wiped(s.next, sizeof s.next) && wiped(s.text + s.n, sizeof s.text - s.n));
	store_close(&s);
	OK(wiped(s.text, sizeof s.text) && wiped(s.next, sizeof s.next));
	store_close(&s);

	t_at("torn");
	rig_write("", SPAN("o2pop.tokens/1\nsecret"));
	OK(opens(path));
	OK(wiped(s.text, sizeof s.text));
	store_close(&s);
	rig_end();
}

/* What others have in it stays as it is, also in a form that we would write otherwise. */
TEST(store_carries_over)
{
	static const char head[] = "o2pop.tokens/1\n"
				   "[a511a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5]\n"
				   "access_token = AA\nexpires = 0000000012\nrefresh_token =   blanks  \n"
				   "[a522a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5]\n"
				   "access_token = \nexpires = 0\nrefresh_token = \n";
	static char file[2000];
	struct buf b = BUF(file);
	struct span path = rig_start();

	buf_z(&b, head);
	store_text_seal(&b);
	rig_write("", buf_span(&b));
	OK(opens(path));
	OK(put(1, "one", "", YEAR_2100) && put(2, "two", "", YEAR_2100) && put(1, "one-b", "", YEAR_2100));
	OK(span_starts(rig_read(""), SPAN(head)));
	store_close(&s);
	rig_end();
}

/* ---- what is no store -------------------------------------------------------------------------- */

/* However much of it is there: all of it, or set aside; never a part. */
TEST(store_every_torn_length)
{
	static unsigned char whole[2000];
	struct span path = rig_start(), text;
	size_t n;

	OK(opens(path) && put(1, "access-1", "refresh-1", YEAR_2100) && put(2, "access-2", "", 7));
	store_close(&s);
	n = rig_read("").n;
	OK(n < sizeof whole);
	memcpy(whole, rig_read("").p, n);
	for (size_t cut = 0; cut <= n; cut++) {
		t_at("%zu of %zu bytes", cut, n);
		text = (struct span){ whole, cut };
		rig_write("", text);
		OK(opens(path));
		EQ(s.entries.n, cut == n ? 2 : 0);
		EQ(has(1, "access-1"), cut == n);
		EQ(store_note(&s).n != 0, cut != 0 && cut != n);
		store_close(&s);
		EQ(rig_there(".bad"), cut != 0 && cut != n);
		EQ(rig_there(""), cut == 0 || cut == n);
		if (rig_there(".bad")) {
			EQ(rig_read(".bad"), text);
			OK(unlink(rig_name(".bad")) == 0);
		}
	}
	rig_end();
}

TEST(store_sets_aside)
{
	static unsigned char big[STORE_FILE_MAX + 1];
	struct span path = rig_start();
	struct fault f = { 0 };
	char suffix[] = ".bad";

	t_at("foreign");
	rig_write("", SPAN("Dear diary,\n"));
	OK(opens(path));
	OK(noted("the token store '/tmp/") && noted("/it's' holds something else") && noted("/it's.bad'"));
	EQ(rig_read(".bad"), SPAN("Dear diary,\n"));
	OK(put(1, "new", "", YEAR_2100));
	store_close(&s);
	OK(opens(path));
	OK(has(1, "new"));
	EQ(store_note(&s).n, 0);
	store_close(&s);

	t_at("too large");
	memset(big, 'x', sizeof big);
	memcpy(big, "o2pop.tokens/1\n", 15);
	rig_write("", (struct span){ big, sizeof big });
	OK(opens(path));
	OK(noted("' is damaged") && noted("/it's.bad-2'"));
	EQ(rig_read(".bad-2").n, sizeof big);
	EQ(rig_read(".bad"), SPAN("Dear diary,\n"));
	store_close(&s);

	for (char n = '3'; n <= '9'; n++) {
		char name[] = ".bad-n";

		t_at("%c", n);
		name[5] = n;
		rig_write("", SPAN("o2pop"));
		OK(opens(path));
		EQ(rig_read(name), SPAN("o2pop"));
		store_close(&s);
	}
	t_at("no number is left");
	rig_write("", SPAN("o2pop, the tenth"));
	OK(!store_open(&s, path, clock_deadline(0), &f));
	EQ(f.code, FAULT_STORE_FAILED);
	EQ(f.num, EEXIST);
	OK(says(&f, "look at those that are there"));
	EQ(rig_read(""), SPAN("o2pop, the tenth"));
	EQ(rig_read(suffix), SPAN("Dear diary,\n"));
	OK(unlink(rig_name(".bad-4")) == 0);
	OK(opens(path));
	EQ(rig_read(".bad-4"), SPAN("o2pop, the tenth"));
	store_close(&s);
	rig_end();
}

/* A link that leads nowhere is a name that is taken, too. */
TEST(store_sets_aside_beside_a_link)
{
	struct span path = rig_start();

	OK(symlink("nowhere", rig_name(".bad")) == 0);
	rig_write("", SPAN("x"));
	OK(opens(path));
	EQ(rig_read(".bad-2"), SPAN("x"));
	OK(!rig_there("nowhere"));
	store_close(&s);
	rig_end();
}

/* ---- whose it is ------------------------------------------------------------------------------- */

TEST(store_modes)
{
	static const struct {
		const char *suffix;
		mode_t mode;
		bool good;
		const char *words;
	} rows[] = {
		{ "", 0600, true, "" },
		{ "", 0400, true, "" },
		{ "", 0700, true, "" },
		{ "", 0640, false, "/it's' is open to others (mode 0640); type: chmod 600 '/tmp/" },
		{ "", 0604, false, "(mode 0604)" },
		{ "", 0620, false, "(mode 0620)" },
		{ "", 0602, false, "(mode 0602)" },
		{ "", 0610, false, "(mode 0610)" },
		{ "", 0666, false, "/it'\\''s'" },
		{ ".lock", 0600, true, "" },
		{ ".lock", 0644, false, "/it'\\''s.lock'" },
		{ ".lock", 0666, false, "the token store's lock '/tmp/" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span path = rig_start();

		t_at("row %zu", i);
		rig_write(rows[i].suffix, SPAN(""));
		OK(chmod(rig_name(rows[i].suffix), rows[i].mode) == 0);
		if (rows[i].good)
			OK(opens(path));
		else
			refused(path, FAULT_STORE_EXPOSED, rows[i].words);
		store_close(&s);
		if (rows[i].suffix[0] == '\0')
			EQ(rig_there(".lock"), rows[i].good);
		rig_end();
	}
}

TEST(store_folder_modes)
{
	static const struct {
		mode_t mode;
		bool good;
	} rows[] = {
		{ 0700, true },  { 0755, true },  { 0770, false }, { 0702, false },  { 0777, false },
		{ 01777, true }, { 01770, true }, { 02755, true }, { 02775, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span path = rig_start();

		t_at("mode %o", rows[i].mode);
		OK(chmod(rig_folder, rows[i].mode) == 0);
		if (rows[i].good)
			OK(opens(path));
		else
			refused(path, FAULT_STORE_EXPOSED, "; type: chmod go-w /tmp/o2pop-store.");
		store_close(&s);
		rig_end();
	}
}

/* Something else under each of the names. */
enum thing { LINK, LINK_TO_NOTHING, PIPE, DIRECTORY, TWO_NAMES };

static void make(enum thing thing, const char *suffix)
{
	switch (thing) {
	case LINK:
		rig_write(".else", SPAN("kept"));
		OK(symlink(rig_name(".else"), rig_name(suffix)) == 0);
		return;
	case LINK_TO_NOTHING:
		OK(symlink(rig_name(".else"), rig_name(suffix)) == 0);
		return;
	case PIPE:
		OK(mkfifo(rig_name(suffix), 0600) == 0);
		return;
	case DIRECTORY:
		OK(mkdir(rig_name(suffix), 0700) == 0);
		return;
	case TWO_NAMES:
		rig_write(".else", SPAN("kept"));
		OK(link(rig_name(".else"), rig_name(suffix)) == 0);
		return;
	}
}

TEST(store_things_that_are_no_files)
{
	static const char *const suffixes[] = { "", ".lock", ".new" };
	static const char *const words[] = {
		[LINK] = "' is a symbolic link",
		[LINK_TO_NOTHING] = "' is a symbolic link",
		[PIPE] = "' is not a regular file",
		[DIRECTORY] = "' is a folder",
		[TWO_NAMES] = "' has another name too, by which others may reach it; type: find / -xdev -samefile ",
	};

	for (size_t i = 0; i < COUNT(suffixes); i++) {
		for (unsigned thing = LINK; thing <= TWO_NAMES; thing++) {
			struct span path = rig_start();
			struct fault f = { 0 };

			t_at("%s %u", suffixes[i], thing);
			make((enum thing)thing, suffixes[i]);
			if (i < 2) {
				refused(path, FAULT_STORE_EXPOSED, words[thing]);
			} else {
				OK(opens(path));
				entry("a", "", 1);
				OK(!store_put(&s, key(1), &e, &f));
				EQ(f.code, FAULT_STORE_EXPOSED);
				OK(says(&f, words[thing]) && !rig_there(""));
				store_close(&s);
			}
			OK(rig_there(suffixes[i]));
			EQ(rig_there(".else"), thing == LINK || thing == TWO_NAMES);
			OK(!rig_there(".else") || span_eq(rig_read(".else"), SPAN("kept")));
			rig_end();
		}
	}
}

TEST(store_paths)
{
	static char long_name[300], long_path[STORE_PATH_MAX + 10];
	static const struct {
		struct span path;
		int error;
	} rows[] = {
		{ SPAN_INIT(""), ENOENT },
		{ SPAN_INIT("/nowhere/store"), ENOENT },
		{ SPAN_INIT("/"), EISDIR },
		{ SPAN_INIT("."), EISDIR },
		{ SPAN_INIT("/tmp/.."), EISDIR },
		{ SPAN_INIT("/tmp/"), EISDIR },
		{ SPAN_INIT("/dev/null/store"), ENOTDIR },
		{ SPAN_INIT("a\0b"), EINVAL },
		{ { (unsigned char *)long_name, 256 }, ENAMETOOLONG },
		{ { (unsigned char *)long_path, STORE_PATH_MAX }, ENAMETOOLONG },
		{ { (unsigned char *)long_path, sizeof long_path }, ENAMETOOLONG },
	};

	memset(long_name, 'n', sizeof long_name);
	memset(long_path, '/', sizeof long_path);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };

		t_at("row %zu", i);
		OK(!store_open(&s, edge_span(rows[i].path), clock_deadline(0), &f));
		EQ(f.code, FAULT_STORE_FAILED);
		EQ(f.num, rows[i].error);
		OK(says(&f, strerror(rows[i].error)));
	}
}

/* Run `test` as somebody who is not root, in a process of its own; what it returns is its answer. */
static int as_somebody(int (*test)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (geteuid() == 0 && (setgid(12345) != 0 || setuid(12345) != 0))
			_exit(100);
		_exit(test());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int no_right_to_lock(void)
{
	struct fault f = { 0 };

	if (store_open(&s, span_z(rig_path), clock_deadline(0), &f))
		return 1;
	return f.code == FAULT_STORE_FAILED && f.num == EACCES && says(&f, "it's.lock' could not be opened: ") ? 0 : 2;
}

static int no_right_to_write(void)
{
	struct fault f = { 0 };

	if (!store_open(&s, span_z(rig_path), clock_deadline(0), &f) || !has(1, "old"))
		return 1;
	entry("new", "", YEAR_2100);
	if (store_put(&s, key(1), &e, &f) || f.code != FAULT_STORE_FAILED || f.num != EACCES)
		return 2;
	return has(1, "old") && says(&f, "it's.new' could not be created: ") ? 0 : 3;
}

static int no_right_to_read(void)
{
	struct fault f = { 0 };

	if (store_open(&s, span_z(rig_path), clock_deadline(0), &f))
		return 1;
	return f.code == FAULT_STORE_FAILED && f.num == EACCES && !rig_there(".lock") ? 0 : 2;
}

TEST(store_without_rights)
{
	struct span path = rig_start();

	OK(geteuid() != 0 || chown(rig_folder, 12345, 12345) == 0);
	OK(chmod(rig_folder, 0500) == 0);
	EQ(as_somebody(no_right_to_lock), 0);
	OK(chmod(rig_folder, 0700) == 0);
	OK(geteuid() != 0 || chown(rig_folder, 0, 0) == 0);
	OK(opens(path) && put(1, "old", "", YEAR_2100));
	store_close(&s);
	OK(geteuid() != 0 || (chown(rig_folder, 12345, 12345) == 0 && chown(rig_name(""), 12345, 12345) == 0 &&
	                      chown(rig_name(".lock"), 12345, 12345) == 0));
	OK(chmod(rig_folder, 0500) == 0);
	EQ(as_somebody(no_right_to_write), 0);
	OK(chmod(rig_folder, 0700) == 0);
	OK(unlink(rig_name(".lock")) == 0 && chmod(rig_name(""), 0) == 0);
	EQ(as_somebody(no_right_to_read), 0);
	rig_end();
}

/* Files of other users; only root can make them. */
TEST(store_of_others)
{
	static const struct {
		const char *suffix;
		uid_t owner;
		const char *words;
	} rows[] = {
		{ "", 12345, "/it's' belongs to another user, number 12345; type: chown 0 '/tmp/" },
		{ ".lock", 12345, "lock '/tmp/" },
	};
	bool root = geteuid() == 0;

	OK(true);
	for (size_t i = 0; i < COUNT(rows) && root; i++) {
		struct span path = rig_start();

		t_at("row %zu", i);
		rig_write(rows[i].suffix, SPAN(""));
		OK(chown(rig_name(rows[i].suffix), rows[i].owner, 0) == 0);
		refused(path, FAULT_STORE_EXPOSED, rows[i].words);
		rig_end();
	}
	if (root) {
		struct span path = rig_start();

		t_at("the folder");
		OK(chown(rig_folder, 12345, 0) == 0);
		refused(path, FAULT_STORE_EXPOSED, "' belongs to another user, number 12345, who can exchange");
		rig_end();
	}
}

static int others_file(void)
{
	struct fault f = { 0 };

	if (store_open(&s, span_z(rig_path), clock_deadline(0), &f))
		return 1;
	return f.code == FAULT_STORE_EXPOSED && says(&f, "belongs to another user, number 0; type: chown 12345 ") ? 0
	                                                                                                          : 2;
}

/* A file that we may not even open, in a sticky folder of root's. */
TEST(store_of_root_for_somebody)
{
	(void)rig_start();
	OK(chmod(rig_folder, 01777) == 0);
	rig_write("", SPAN(""));
	if (OK(true) && geteuid() == 0)
		EQ(as_somebody(others_file), 0);
	rig_end();
}

/* ---- limits ------------------------------------------------------------------------------------ */

TEST(store_full_of_entries)
{
	struct span path = rig_start();
	struct fault f = { 0 };

	OK(opens(path));
	for (unsigned i = 0; i < STORE_ENTRIES_MAX; i++)
		OK(put(i, "a", i % 2 != 0 ? "refresh" : "", i < 16 ? 100 - i : YEAR_2100));
	t_at("the ones that ended and cannot be refreshed go: 14, 12, 10, ...");
	for (unsigned i = 0; i < 8; i++) {
		OK(has(14 - 2 * i, "a"));
		OK(put(100 + i, "b", "r", YEAR_2100));
		OK(!has(14 - 2 * i, "a"));
		EQ(s.entries.n, STORE_ENTRIES_MAX);
	}
	t_at("all that is left is needed");
	entry("c", "", YEAR_2100);
	OK(!store_put(&s, key(200), &e, &f));
	EQ(f.code, FAULT_STORE_FULL);
	EQ(f.num, STORE_ENTRIES_MAX);
	OK(says(&f, "it may have 32 entries"));
	EQ(s.entries.n, STORE_ENTRIES_MAX);
	for (unsigned i = 1; i < STORE_ENTRIES_MAX; i += i < 15 ? 2 : 1)
		OK(has(i, "a"));
	t_at("what is there can be changed");
	OK(put(17, "d", "", YEAR_2100));
	store_close(&s);
	OK(opens(path));
	EQ(s.entries.n, STORE_ENTRIES_MAX);
	OK(has(17, "d"));
	store_close(&s);
	rig_end();
}

TEST(store_full_of_bytes)
{
	static char big[SECRET_MAX + 1];
	struct span path = rig_start();
	struct fault f = { 0 };
	unsigned n = 0;

	memset(big, 'x', SECRET_MAX);
	OK(opens(path));
	OK(put(200, big, "", 20) && put(201, big, "", 10));
	entry(big, big, YEAR_2100);
	while (n < STORE_ENTRIES_MAX && store_put(&s, key(n), &e, &f))
		n++;
	EQ(n, 7); /* 256 KiB, each has a little more than 32 KiB */
	EQ(f.code, FAULT_STORE_FULL);
	EQ(f.num, STORE_FILE_MAX);
	OK(says(&f, "it may have 262144 bytes"));
	OK(has(200, big) && !has(201, big)); /* no more goes than makes scratch, and nothing when that is too little */
	OK(wiped(s.next, sizeof s.next));
	store_close(&s);
	OK(opens(path));
	EQ(s.entries.n, n + 1);
	OK(has(0, big) && has(n - 1, big));
	store_close(&s);
	rig_end();
}

TEST(store_refuses_values)
{
	static const struct {
		const char *access, *refresh;
		int64_t expires;
	} rows[] = {
		{ "a b", "", 1 },
		{ "a\nb", "", 1 },
		{ "a", "b\n", 1 },
		{ "a", "b\r", 1 },
		{ "a", "\xc3\xa4", 1 },
		{ "a", "", -1 },
		{ "a", "", STORE_TEXT_EXPIRES_MAX + 1 },
		{ "a", "", INT64_MIN },
	};
	struct span path = rig_start();

	OK(opens(path) && put(1, "old", "", 1));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };

		t_at("row %zu", i);
		entry(rows[i].access, rows[i].refresh, rows[i].expires);
		OK(!store_put(&s, key(1), &e, &f));
		EQ(f.code, FAULT_STORE_VALUE);
		OK(has(1, "old"));
	}
	store_close(&s);
	rig_end();
}

/* ---- the disk ---------------------------------------------------------------------------------- */

/* No more than a few bytes may be written: the first write is short, the next fails. */
static int disk_full(void)
{
	struct rlimit few = { 40, 40 };
	struct fault f = { 0 };

	signal(SIGXFSZ, SIG_IGN);
	if (!store_open(&s, span_z(rig_path), clock_deadline(0), &f) || setrlimit(RLIMIT_FSIZE, &few) != 0)
		return 1;
	entry("new", "", YEAR_2100);
	if (store_put(&s, key(2), &e, &f))
		return 2;
	if (f.code != FAULT_STORE_FAILED || f.num != EFBIG || !says(&f, "it's.new' could not be written: "))
		return 3;
	return has(1, "old") && !has(2, "new") && wiped(s.next, sizeof s.next) ? 0 : 4;
}

TEST(store_disk_full)
{
	struct span path = rig_start();

	OK(opens(path) && put(1, "old", "", YEAR_2100));
	store_close(&s);
	OK(geteuid() != 0 || (chown(rig_folder, 12345, 12345) == 0 && chown(rig_name(""), 12345, 12345) == 0 &&
	                      chown(rig_name(".lock"), 12345, 12345) == 0));
	EQ(as_somebody(disk_full), 0);
	OK(!rig_there(".new"));
	OK(geteuid() != 0 ||
	   (chown(rig_folder, 0, 0) == 0 && chown(rig_name(""), 0, 0) == 0 && chown(rig_name(".lock"), 0, 0) == 0));
	OK(opens(path));
	OK(has(1, "old"));
	store_close(&s);
	rig_end();
}

TEST(store_left_over)
{
	struct span path = rig_start();

	rig_write(".new", SPAN("o2pop.tokens/1\nhalf a tok"));
	OK(opens(path));
	EQ(store_note(&s).n, 0);
	OK(put(1, "a", "", YEAR_2100));
	store_close(&s);
	OK(!rig_there(".new"));
	OK(opens(path));
	OK(has(1, "a"));
	store_close(&s);
	rig_end();
}

/* ---- one run at a time ------------------------------------------------------------------------- */

/* A process that has the store open until something is written to `go`, or until it is killed. */
static pid_t holder(int go[2])
{
	int ready[2];
	char c;
	pid_t pid;

	if (pipe(go) != 0 || pipe(ready) != 0)
		t_stop("no pipe");
	pid = fork();
	if (pid == 0) {
		struct fault f = { 0 };

		close(go[1]);
		if (!store_open(&other, span_z(rig_path), clock_deadline(0), &f) || write(ready[1], "r", 1) != 1)
			_exit(1);
		if (read(go[0], &c, 1) == 1)
			(void)poll(NULL, 0, 60);
		store_close(&other);
		_exit(0);
	}
	close(ready[1]);
	OK(pid > 0 && read(ready[0], &c, 1) == 1);
	close(ready[0]);
	close(go[0]);
	return pid;
}

static void gone(pid_t pid, int go)
{
	int status;

	close(go);
	OK(waitpid(pid, &status, 0) == pid);
}

TEST(store_waits)
{
	struct span path = rig_start();
	struct fault f = { 0 }, late = { 0 };
	int64_t start;
	int go[2];
	pid_t pid = holder(go);

	OK(!store_open(&s, path, clock_deadline(0), &f));
	EQ(f.code, FAULT_STORE_BUSY);
	EQ(fault_kind(f.code), FAULT_KIND_WAIT);
	EQ(f.num, 0);
	OK(says(&f, "the token store '/tmp/") && says(&f, "is in use by another run"));
	start = clock_ms();
	OK(!store_open(&s, path, clock_deadline(70), &late));
	EQ(late.code, FAULT_STORE_BUSY);
	OK(clock_ms() - start >= 70 && clock_ms() - start < 5000);

	t_at("it lets go");
	OK(write(go[1], "g", 1) == 1);
	f = (struct fault){ 0 };
	OK(store_open(&s, path, clock_deadline(20000), &f));
	store_close(&s);
	gone(pid, go[1]);

	t_at("it is killed");
	pid = holder(go);
	kill(pid, SIGKILL);
	OK(store_open(&s, path, clock_deadline(20000), &f));
	store_close(&s);
	gone(pid, go[1]);
	rig_end();
}

/* A lock whose file was removed meanwhile is none: who comes next makes a new one. */
TEST(store_lock_removed)
{
	struct span path = rig_start();
	struct fault f = { 0 };
	int go[2];
	pid_t pid = holder(go), waiter = fork();

	if (waiter == 0)
		_exit(store_open(&other, path, clock_deadline(20000), &f) && rig_there(".lock") ? 0 : 1);
	(void)poll(NULL, 0, 60); /* it has opened the old file by now; if not, the test is easier to pass */
	OK(unlink(rig_name(".lock")) == 0);
	OK(write(go[1], "g", 1) == 1);
	gone(pid, go[1]);
	{
		int status = -1;

		OK(waitpid(waiter, &status, 0) == waiter && WIFEXITED(status));
		EQ(WEXITSTATUS(status), 0);
	}
	rig_end();
}

/* What the process forks does not keep the lock. */
TEST(store_lock_and_children)
{
	struct span path = rig_start();
	struct fault f = { 0 };
	int status;
	pid_t pid;

	OK(opens(path));
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	store_close(&s);
	OK(store_open(&s, path, clock_deadline(0), &f));
	store_close(&s);
	kill(pid, SIGKILL);
	OK(waitpid(pid, &status, 0) == pid);
	rig_end();
}
