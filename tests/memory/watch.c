/* watch: runs a program under ptrace and looks for secrets in the memory of each of its processes.
 *
 *	watch [--signal S] NEEDLES REPORT PROGRAM [ARG...]
 *	watch --files NEEDLES FILE...
 *	watch --spill NEEDLES
 *
 * NEEDLES is a file with a secret a line. Each process that runs the program (not what it executes) is stopped at the
 * last moment before the kernel takes its memory away, also when a signal ends it, and everything there that can be
 * written to is searched: data, heap, stack, arguments, environment. What is looked for: the secrets, their base64 at
 * all three offsets, base64url, percent-encoded and hexadecimal forms, and every piece of PIECE bytes of any of these.
 *
 * REPORT gets a line a fact, the processes numbered as they began:
 *
 *	leak N WHERE: BYTES bytes of secret I, FORM      still there at the end
 *	soft N WHERE: ...                                while it waited or wrote: in a page that may be swapped out
 *	seen N                                           it had a secret when it began, waited, wrote or ended
 *	early N: BYTES bytes of secret I, FORM           read while core dumps or ptrace were still allowed
 *	environment N NAME                               a variable of the settings, at the end
 *	descriptors N KIND...                            what was open at the end
 *	end N exit S | end N signal S                    its end
 *	error TEXT                                       the search is not complete
 *
 * The exit status is the program's, 128 and S when the signal S ended it. --signal sends S to the first process once
 * another one that has a secret waits. --files prints the same kind of lines for files. --spill is the control: a
 * program that leaves every form of the first secret behind, and has a child with it that is killed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

enum {
	PIECE = 16, /* bytes in a row that give a secret away */
	SECRETS_MAX = 64,
	PROCESSES_MAX = 256,
	TABLE = 1 << 20, /* places for pieces; a power of two */
	WORD = 4,        /* bytes that are looked up first */
	STOPPED = SIGTRAP | 0x80,
	LARGE = 256 << 20 /* a mapping of that size is a sanitizer's, which knows no bytes of ours */
};

static FILE *report;

static void say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(report, format, ap);
	va_end(ap);
	fputc('\n', report);
	fflush(report);
}

static void fail(const char *what)
{
	if (report != NULL)
		say("error %s: %s", what, strerror(errno));
	fprintf(stderr, "watch: %s: %s\n", what, strerror(errno));
	exit(99);
}

static void *room(size_t n)
{
	void *p = calloc(1, n != 0 ? n : 1);

	if (p == NULL)
		fail("memory");
	return p;
}

/* ---- the secrets in all their forms ------------------------------------------------------------- */

enum form { RAW, BASE64, BASE64URL, PERCENT, HEX, HEX_LARGE, FORMS };
static const char *const form_name[FORMS] = { "plain", "base64", "base64url", "percent", "hex", "HEX" };

struct needle {
	const unsigned char *p;
	size_t n;
	int secret;
	enum form form;
};

/* A piece: the place of PIECE bytes (or of a whole short secret) in a needle. */
struct piece {
	const struct needle *of;
	size_t at;
};

static struct needle needles[SECRETS_MAX * (FORMS + 6)];
static size_t needles_n;
static int secrets_n;
static unsigned char *plain[SECRETS_MAX];
static size_t plain_n[SECRETS_MAX];
static struct piece *table;
static size_t pieces_n;
static unsigned char begins[1 << 16];

static size_t length_of_piece(const struct needle *n)
{
	return n->n < PIECE ? n->n : PIECE;
}

static uint32_t hash(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, WORD);
	return v * 2654435761u;
}

/* Padding says nothing, and would be found everywhere. */
static bool tells(const unsigned char *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (p[i] != p[0])
			return true;
	return false;
}

static bool same_piece(const struct piece *a, const unsigned char *p, size_t n)
{
	return length_of_piece(a->of) == n && memcmp(a->of->p + a->at, p, n) == 0;
}

/* Every piece, once. */
static void add_pieces(const struct needle *n)
{
	size_t long_it_is = length_of_piece(n);

	for (size_t at = 0; at + long_it_is <= n->n; at++) {
		uint32_t h = hash(n->p + at), place = h >> 12;

		if (!tells(n->p + at, long_it_is))
			continue;
		while (table[place].of != NULL && !same_piece(&table[place], n->p + at, long_it_is))
			place = (place + 1) & (TABLE - 1);
		if (table[place].of != NULL)
			continue;
		if (++pieces_n > TABLE / 2) {
			errno = E2BIG;
			fail("more secrets than there is room for");
		}
		table[place] = (struct piece){ n, at };
		begins[h >> 16] = 1;
	}
}

static void add(const unsigned char *p, size_t n, int secret, enum form form)
{
	struct needle *to = &needles[needles_n++];

	if (n < WORD) {
		errno = EINVAL;
		fail("a secret is too short to be looked for");
	}
	*to = (struct needle){ p, n, secret, form };
	add_pieces(to);
}

/* The characters of the base64 that depend on these bytes alone, when `skip` bytes stand before them. */
static void add_base64(const unsigned char *p, size_t n, int skip, bool url, int secret)
{
	static const char letters[2][65] = { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
		                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" };
	size_t bits = (n + (size_t)skip) * 8, first = ((size_t)skip * 8 + 5) / 6, out = 0;
	unsigned char *to = room(n * 2 + 8);

	for (size_t i = first; i * 6 + 6 <= bits; i++) {
		unsigned v = 0;

		for (size_t b = i * 6; b < i * 6 + 6; b++)
			v = v << 1 | (unsigned)(p[b / 8 - (size_t)skip] >> (7 - b % 8) & 1);
		to[out++] = (unsigned char)letters[url][v];
	}
	if (out >= PIECE)
		add(to, out, secret, url ? BASE64URL : BASE64);
}

static void add_percent(const unsigned char *p, size_t n, int secret)
{
	unsigned char *to = room(n * 3 + 1);
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		bool open = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= 'A' && p[i] <= 'Z') ||
		            (p[i] >= '0' && p[i] <= '9') || strchr("-._~", p[i]) != NULL;

		if (open && p[i] != '\0')
			to[out++] = p[i];
		else
			out += (size_t)sprintf((char *)to + out, "%%%02X", p[i]);
	}
	if (out != n)
		add(to, out, secret, PERCENT);
}

static void add_hex(const unsigned char *p, size_t n, bool large, int secret)
{
	char *to = room(n * 2 + 1);

	for (size_t i = 0; i < n; i++)
		sprintf(to + 2 * i, large ? "%02X" : "%02x", p[i]);
	add((unsigned char *)to, 2 * n, secret, large ? HEX_LARGE : HEX);
}

static void add_secret(const unsigned char *p, size_t n)
{
	int s = secrets_n++;

	plain[s] = room(n + 1);
	memcpy(plain[s], p, n);
	plain_n[s] = n;
	add(plain[s], n, s, RAW);
	for (int skip = 0; skip < 3; skip++) {
		add_base64(plain[s], n, skip, false, s);
		add_base64(plain[s], n, skip, true, s);
	}
	add_percent(plain[s], n, s);
	add_hex(plain[s], n, false, s);
	add_hex(plain[s], n, true, s);
}

static unsigned char *whole_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	unsigned char *p = NULL;
	size_t got = 0, cap = 0;

	if (f == NULL)
		fail(path);
	do {
		*n = got;
		cap = cap * 2 + 4096;
		p = realloc(p, cap);
		if (p == NULL)
			fail("memory");
		got += fread(p + got, 1, cap - got, f);
	} while (got != *n);
	fclose(f);
	return p;
}

static void read_needles(const char *path)
{
	size_t n;
	unsigned char *p = whole_file(path, &n), *line = p;

	table = room(TABLE * sizeof *table);
	for (unsigned char *end; line < p + n; line = end + 1) {
		end = memchr(line, '\n', (size_t)(p + n - line));
		if (end == NULL)
			end = p + n;
		if (end != line && secrets_n < SECRETS_MAX)
			add_secret(line, (size_t)(end - line));
	}
	if (secrets_n == 0) {
		errno = ENODATA;
		fail("no secrets to look for");
	}
}

/* ---- looking -------------------------------------------------------------------------------------- */

/* How many bytes of one needle begin at p; 0 for none. */
static size_t match(const unsigned char *p, size_t n, const struct needle **which)
{
	uint32_t h, place;
	size_t longest = 0;

	if (n < WORD)
		return 0;
	h = hash(p);
	if (!begins[h >> 16])
		return 0;
	for (place = h >> 12; table[place].of != NULL; place = (place + 1) & (TABLE - 1)) {
		const struct needle *c = table[place].of;
		const unsigned char *from = c->p + table[place].at;
		size_t left = c->n - table[place].at, same = 0;

		while (same < left && same < n && p[same] == from[same])
			same++;
		if (same >= length_of_piece(c) && same > longest) {
			longest = same;
			*which = c;
		}
	}
	return longest;
}

/* n bytes of `which` at p + at. */
typedef void found_fn(void *to, size_t at, size_t n, const struct needle *which);

static void look(const unsigned char *p, size_t n, found_fn *found, void *to)
{
	const struct needle *which = NULL;

	for (size_t at = 0; at < n;) {
		size_t same = match(p + at, n - at, &which);

		if (same != 0)
			found(to, at, same, which);
		at += same != 0 ? same : 1;
	}
}

static void describe(char *text, size_t size, size_t n, const struct needle *which)
{
	snprintf(text, size, "%zu bytes of secret %d, %s", n, which->secret + 1, form_name[which->form]);
}

/* ---- processes ------------------------------------------------------------------------------------ */

struct process {
	pid_t pid;
	int number;
	bool ours;    /* it runs the program, not something that it executed */
	bool entered; /* it is inside of a system call */
	bool undumpable;
	bool seen; /* a secret was found in it */
	uint64_t nr, args[6];
};

static struct process processes[PROCESSES_MAX];
static int signal_due; /* what is still to be sent to the first process */
static int processes_n;
static char program[4096];

static void proc_path(char *to, size_t size, const struct process *p, const char *name)
{
	snprintf(to, size, "/proc/%d/%s", (int)p->pid, name);
}

struct mapping {
	struct process *process;
	const char *verb;     /* leak or soft; NULL: it may be there */
	uint64_t base, start; /* of the mapping, and of the pages that are looked at */
	char name[256];
};

static void put_found(void *to, size_t at, size_t n, const struct needle *which)
{
	struct mapping *m = to;
	char text[200];

	if (!m->process->seen)
		say("seen %d", m->process->number);
	m->process->seen = true;
	if (m->verb == NULL)
		return;
	describe(text, sizeof text, n, which);
	say("%s %d %s+0x%llx (%llx): %s", m->verb, m->process->number, m->name[0] != '\0' ? m->name : "anonymous",
	    (unsigned long long)(m->start - m->base + at), (unsigned long long)(m->start + at), text);
}

/* Look at the pages of a mapping that are there; the others are zero and stay untouched. */
static void look_at_mapping(struct mapping *m, int memory, int pagemap, uint64_t start, uint64_t end)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size_t)(end - start) / page;
	uint64_t *there = room((pages + 1) * sizeof *there);

	if (pread(pagemap, there, pages * sizeof *there, (off_t)(start / page * sizeof *there)) !=
	    (ssize_t)(pages * sizeof *there))
		say("error process %d: pagemap: %s", m->process->number, strerror(errno));
	for (size_t i = 0, n; i < pages; i += n != 0 ? n : 1) {
		unsigned char *bytes;

		for (n = 0; (there[i + n] >> 62) != 0; n++)
			continue;
		if (n == 0)
			continue;
		bytes = room(n * page);
		m->start = start + i * page;
		if (pread(memory, bytes, n * page, (off_t)m->start) != (ssize_t)(n * page))
			say("error process %d: %zu pages at %llx: %s", m->process->number, n,
			    (unsigned long long)m->start, strerror(errno));
		look(bytes, n * page, put_found, m);
		free(bytes);
	}
	free(there);
}

enum moment { BEGINS, WAITS, ENDS };

/* Look through all that can be written to. smaps gives the mappings and which of them are locked. */
static void search(struct process *p, enum moment moment)
{
	char path[64], line[4096];
	struct mapping m = { .process = p };
	unsigned long long start = 0, end = 0;
	bool writable = false;
	int memory, pagemap;
	FILE *maps;

	proc_path(path, sizeof path, p, "mem");
	memory = open(path, O_RDONLY | O_CLOEXEC);
	proc_path(path, sizeof path, p, "pagemap");
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	proc_path(path, sizeof path, p, "smaps");
	maps = fopen(path, "re");
	if (memory < 0 || pagemap < 0 || maps == NULL)
		fail(path);
	while (fgets(line, sizeof line, maps) != NULL) {
		unsigned long long from, to;
		char rights[8], name[256] = "";

		if (sscanf(line, "%llx-%llx %7s %*s %*s %*s %255[^\n]", &from, &to, rights, name) >= 3) {
			start = from;
			end = to;
			writable = rights[1] == 'w';
			snprintf(m.name, sizeof m.name, "%s", name);
		} else if (strncmp(line, "VmFlags:", 8) == 0 && writable && end - start <= LARGE) {
			m.base = start;
			m.verb = moment == ENDS                                   ? "leak"
			         : moment == WAITS && strstr(line, " lo") == NULL ? "soft"
			                                                          : NULL;
			look_at_mapping(&m, memory, pagemap, start, end);
		}
	}
	fclose(maps);
	close(memory);
	close(pagemap);
}

static size_t proc_read(const struct process *p, const char *name, char *to, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	proc_path(path, sizeof path, p, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, to, size - 1);
	if (n < 0)
		fail(path);
	close(fd);
	to[n] = '\0';
	return (size_t)n;
}

/* A variable of the settings, unless its value was overwritten. */
static bool is_setting(const char *entry)
{
	const char *value = strchr(entry, '=');

	return value != NULL && value[1] != '\0' &&
	       (strncmp(entry, "O2POP_", 6) == 0 || strncmp(entry, "AZURE_", 6) == 0);
}

static void put_environment(const struct process *p)
{
	static char all[256 * 1024];
	size_t n = proc_read(p, "environ", all, sizeof all);

	for (size_t at = 0; at < n; at += strlen(all + at) + 1)
		if (is_setting(all + at))
			say("environment %d %.*s", p->number, (int)strcspn(all + at, "="), all + at);
}

static void put_descriptors(const struct process *p)
{
	char text[1024] = "";
	size_t n = 0;

	for (int fd = 0; fd < 64; fd++) {
		char path[64], to[200];
		ssize_t got;

		snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)p->pid, fd);
		got = readlink(path, to, sizeof to - 1);
		if (got < 0)
			continue;
		to[got] = '\0';
		to[strcspn(to, ":")] = '\0';
		n += (size_t)snprintf(text + n, sizeof text - n, " %s", to);
	}
	say("descriptors %d%s", p->number, text);
}

static void at_end(struct process *p)
{
	unsigned long status = 0;

	if (!p->ours)
		return;
	if (ptrace(PTRACE_GETEVENTMSG, p->pid, NULL, &status) != 0)
		fail("PTRACE_GETEVENTMSG");
	search(p, ENDS);
	put_environment(p);
	put_descriptors(p);
	if (WIFSIGNALED((int)status))
		say("end %d signal %d", p->number, WTERMSIG((int)status));
	else
		say("end %d exit %d", p->number, WEXITSTATUS((int)status));
}

/* ---- system calls --------------------------------------------------------------------------------- */

static bool core_dumps_allowed(const struct process *p)
{
	static const char limit[] = "Max core file size";
	char all[4096], soft[32], *line;

	proc_read(p, "limits", all, sizeof all);
	line = strstr(all, limit);
	return line == NULL || sscanf(line + sizeof limit - 1, "%31s", soft) != 1 || strcmp(soft, "0") != 0;
}

static void put_early(void *to, size_t at, size_t n, const struct needle *which)
{
	const struct process *p = to;
	char text[200];

	(void)at;
	describe(text, sizeof text, n, which);
	say("early %d: %s", p->number, text);
}

/* What was read is a secret: was everything closed by then? */
static void check_read(struct process *p, int64_t n)
{
	unsigned char *bytes;
	char path[64];
	int memory;

	if (n <= 0 || (p->undumpable && !core_dumps_allowed(p)))
		return;
	bytes = room((size_t)n);
	proc_path(path, sizeof path, p, "mem");
	memory = open(path, O_RDONLY | O_CLOEXEC);
	if (memory < 0 || pread(memory, bytes, (size_t)n, (off_t)p->args[1]) != n)
		fail(path);
	look(bytes, (size_t)n, put_early, p);
	close(memory);
	free(bytes);
}

static bool is_poll(uint64_t nr)
{
#ifdef SYS_poll
	if (nr == SYS_poll)
		return true;
#endif
	return nr == SYS_ppoll;
}

static bool waits(uint64_t nr)
{
	return is_poll(nr) || nr == SYS_write || nr == SYS_writev || nr == SYS_sendto || nr == SYS_sendmsg;
}

static void at_system_call(struct process *p)
{
	struct ptrace_syscall_info info;

	if (!p->ours)
		return;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, (void *)sizeof info, &info) <= 0) {
		if (errno == ESRCH) /* killed in the meantime: its end is still to come */
			return;
		fail("PTRACE_GET_SYSCALL_INFO");
	}
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		p->entered = true;
		p->nr = info.entry.nr;
		memcpy(p->args, info.entry.args, sizeof p->args);
		if (waits(p->nr))
			search(p, WAITS);
		if (signal_due != 0 && p->number > 1 && p->seen && is_poll(p->nr)) {
			kill(processes[0].pid, signal_due);
			signal_due = 0;
		}
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && p->entered) {
		p->entered = false;
		if (p->nr == SYS_read)
			check_read(p, info.exit.rval);
		if (p->nr == SYS_prctl && p->args[0] == PR_SET_DUMPABLE && info.exit.rval == 0)
			p->undumpable = p->args[1] == 0;
	}
}

/* ---- following ------------------------------------------------------------------------------------ */

static struct process *process_of(pid_t pid)
{
	for (int i = 0; i < processes_n; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	if (processes_n == PROCESSES_MAX)
		fail("too many processes");
	processes[processes_n] = (struct process){ .pid = pid, .number = processes_n + 1 };
	return &processes[processes_n++];
}

static void at_fork(const struct process *parent)
{
	unsigned long pid = 0;
	struct process *child;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) != 0)
		fail("PTRACE_GETEVENTMSG");
	child = process_of((pid_t)pid);
	child->ours = parent->ours;
	child->undumpable = parent->undumpable;
}

static void at_exec(struct process *p)
{
	char path[64], exe[sizeof program];
	ssize_t n;

	proc_path(path, sizeof path, p, "exe");
	n = readlink(path, exe, sizeof exe - 1);
	if (n < 0)
		fail(path);
	exe[n] = '\0';
	if (program[0] == '\0')
		memcpy(program, exe, (size_t)n + 1);
	p->ours = strcmp(program, exe) == 0;
	p->undumpable = p->entered = false;
	if (p->ours)
		search(p, BEGINS);
}

/* A stop of one process: look, and return the signal that it is to get. */
static int at_stop(struct process *p, int status)
{
	int sig = WSTOPSIG(status);

	switch (status >> 16) {
	case PTRACE_EVENT_EXIT:
		at_end(p);
		return 0;
	case PTRACE_EVENT_EXEC:
		at_exec(p);
		return 0;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		at_fork(p);
		return 0;
	}
	if (sig == STOPPED) {
		at_system_call(p);
		return 0;
	}
	return sig == SIGSTOP || sig == SIGTRAP ? 0 : sig;
}

static int follow(pid_t first)
{
	int status, result = 99;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int sig;

		if (pid <= 0)
			continue;
		if (!WIFSTOPPED(status)) {
			if (pid == first)
				result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			continue;
		}
		sig = at_stop(process_of(pid), status);
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)sig) != 0 && errno != ESRCH)
			fail("PTRACE_SYSCALL");
	}
	return result;
}

static int run(char **argv)
{
	static const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC |
	                            PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			fail("ptrace is forbidden here");
		raise(SIGSTOP);
		execvp(argv[0], argv);
		fail(argv[0]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("fork");
	if (!WIFSTOPPED(status))
		return WEXITSTATUS(status);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)options) != 0)
		fail("PTRACE_SETOPTIONS");
	process_of(pid);
	if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0)
		fail("PTRACE_SYSCALL");
	return follow(pid);
}

/* ---- files and the control ------------------------------------------------------------------------ */

static void put_in_file(void *to, size_t at, size_t n, const struct needle *which)
{
	char text[200];

	describe(text, sizeof text, n, which);
	say("leak %s+%zu: %s", (const char *)to, at, text);
}

static int look_at_files(char **paths)
{
	for (; *paths != NULL; paths++) {
		size_t n;
		unsigned char *p = whole_file(*paths, &n);

		look(p, n, put_in_file, *paths);
		free(p);
	}
	return 0;
}

static unsigned char spilled[64 * 1024];

/* All forms in static memory, a piece on the stack, and a child that dies with all of it. */
static void spill(void)
{
	volatile unsigned char piece[PIECE];
	size_t at = 0;
	int ends[2], status;
	char ready;
	pid_t pid;

	for (size_t i = 0; i < needles_n; i++) {
		if (needles[i].secret != 0 || at + needles[i].n + 1 > sizeof spilled)
			continue;
		memcpy(spilled + at, needles[i].p, needles[i].n);
		at += needles[i].n + 1;
	}
	for (size_t i = 0; i < PIECE; i++)
		piece[i] = plain[0][i % plain_n[0]];
	if (pipe(ends) != 0)
		fail("pipe");
	pid = fork();
	if (pid == 0) {
		(void)!write(ends[1], "r", 1);
		for (;;)
			pause();
	}
	if (pid < 0 || read(ends[0], &ready, 1) != 1 || kill(pid, SIGKILL) != 0)
		fail("fork");
	waitpid(pid, &status, 0);
	_exit(piece[0] == 0); /* with the stack as it is */
}

int main(int argc, char **argv)
{
	report = stdout;
	if (argc == 3 && strcmp(argv[1], "--spill") == 0) {
		read_needles(argv[2]);
		spill();
	}
	if (argc > 3 && strcmp(argv[1], "--files") == 0) {
		read_needles(argv[2]);
		return look_at_files(argv + 3);
	}
	if (argc > 3 && strcmp(argv[1], "--signal") == 0) {
		signal_due = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc < 4) {
		fputs("usage: watch [--signal S] NEEDLES REPORT PROGRAM [ARG...]\n", stderr);
		return 2;
	}
	report = fopen(argv[2], "we");
	if (report == NULL)
		fail(argv[2]);
	read_needles(argv[1]);
	return run(argv + 3);
}
