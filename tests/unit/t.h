/* t: the test framework, whole. A test program is one file that includes this header and holds
 *
 *	TEST(base64_put_rows)
 *	{
 *		EQ(got, want);
 *		OK(condition);
 *	}
 *
 * and nothing else: main is here. Each test prints "ok NAME" or "FAIL NAME"; lines that begin with
 * # are details. The program exits with 1 when a test failed or none ran. Arguments choose tests by
 * name. */
#ifndef TESTS_UNIT_T_H
#define TESTS_UNIT_T_H

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/span.h"

#define T_UNUSED __attribute__((unused))

enum {
	T_EDGE_MAX = 8192, /* areas alive at once; each costs two of the kernel's 65,530 mappings */
	T_DETAIL_MAX = 20, /* failures of one test that are shown in full */
	T_SHOWN_MAX = 160  /* bytes of a span that are shown */
};

struct t_test {
	const char *name;
	void (*run)(void);
	struct t_test *next;
};

struct t_area {
	unsigned char *base;
	size_t scratch; /* usable bytes in front of the guard page */
};

static struct t_test *t_first, *t_now;
static struct t_test **t_last T_UNUSED = &t_first;
static unsigned long t_checks, t_failures;
static char t_row[200];
static struct t_area t_area[T_EDGE_MAX];
static size_t t_areas;
static struct sigaction t_old_segv, t_old_bus;

/* Define a test. It registers itself; tests run in the order of the file. */
#define TEST(name)                                                                                                     \
	static void name(void);                                                                                        \
	static struct t_test name##_entry = { #name, name, NULL };                                                     \
	__attribute__((constructor)) static void name##_register(void)                                                 \
	{                                                                                                              \
		*t_last = &name##_entry;                                                                               \
		t_last = &name##_entry.next;                                                                           \
	}                                                                                                              \
	static void name(void)

/* A failure unless the condition holds. */
#define OK(condition) t_ok((condition), __FILE__, __LINE__, #condition)

/* Equal? For struct span, NUL-terminated strings, and integers, enums and bools of any width.
 * What was got comes first. */
#define EQ(got, want)                                                                                                  \
	_Generic((got), \
		struct span: t_eq_span, \
		char *: t_eq_z, \
		const char *: t_eq_z, \
		unsigned long: t_eq_u64, \
		unsigned long long: t_eq_u64, \
		default: t_eq_i64 \
	)((got), (want), __FILE__, __LINE__, #got)

/* The step of a loop over a table that takes long: 1, and n where tests/run-unit says that this is an emulated machine.
 * What depends on the machine shows in any part of the table; the whole of it is looked at on this one. */
T_UNUSED
static size_t t_stride(size_t n)
{
	return getenv("T_SPARSE") != NULL ? n : 1;
}

/* for i = 0 .. last, last included. Areas that edge() and edge_out() made inside one round are
 * given back at its end, so that loops over every capacity and every prefix can be long. */
#define UPTO(i, last) for (size_t i = 0, t_mark_##i = t_areas; i <= (size_t)(last); t_areas = t_mark_##i, i++)

/* Run `call`, which appends to the buf called b, at every capacity up to one more than `want`
 * needs: all of it is appended or nothing. */
#define EVERY_CAP(b, want, call)                                                                                       \
	UPTO(t_cap, (want).n + 1)                                                                                      \
	{                                                                                                              \
		struct buf b = edge_buf(t_cap);                                                                        \
		call;                                                                                                  \
		EQ(buf_ok(&b), t_cap >= (want).n);                                                                     \
		EQ(buf_span(&b), t_cap >= (want).n ? (want) : SPAN(""));                                               \
	}

/* Say which row of a table is being tested; failures show it. Until the next call or the end of the
 * test. */
__attribute__((format(printf, 1, 2))) T_UNUSED static void t_at(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(t_row, sizeof t_row, format, ap);
	va_end(ap);
}

/* Count a failure; true when there is still scratch to show it. */
static bool t_fail(const char *file, int line)
{
	t_failures++;
	if (t_failures == T_DETAIL_MAX + 1)
		printf("# further failures of this test are not shown\n");
	if (t_failures > T_DETAIL_MAX)
		return false;
	printf("# %s:%d: ", file, line);
	if (t_row[0] != '\0')
		printf("[%s] ", t_row);
	return true;
}

T_UNUSED
static bool t_ok(bool good, const char *file, int line, const char *what)
{
	t_checks++;
	if (!good && t_fail(file, line))
		printf("not true: %s\n", what);
	return good;
}

T_UNUSED
static bool t_eq_i64(int64_t got, int64_t want, const char *file, int line, const char *what)
{
	t_checks++;
	if (got != want && t_fail(file, line))
		printf("%s is %lld, not %lld\n", what, (long long)got, (long long)want);
	return got == want;
}

T_UNUSED
static bool t_eq_u64(uint64_t got, uint64_t want, const char *file, int line, const char *what)
{
	t_checks++;
	if (got != want && t_fail(file, line))
		printf("%s is %llu, not %llu\n", what, (unsigned long long)got, (unsigned long long)want);
	return got == want;
}

/* Written without buf_printable, which is itself under test. */
static void t_show(struct span s)
{
	printf("\"");
	for (size_t i = 0; i < s.n && i < T_SHOWN_MAX; i++) {
		if (s.p[i] < 0x20 || s.p[i] >= 0x7f || s.p[i] == '"' || s.p[i] == '\\')
			printf("\\x%02x", s.p[i]);
		else
			putchar(s.p[i]);
	}
	printf("\"%s (%lu bytes)", s.n > T_SHOWN_MAX ? "..." : "", (unsigned long)s.n);
}

T_UNUSED
static bool t_eq_span(struct span got, struct span want, const char *file, int line, const char *what)
{
	bool good = got.n == want.n && (got.n == 0 || memcmp(got.p, want.p, got.n) == 0);

	t_checks++;
	if (!good && t_fail(file, line)) {
		printf("%s is ", what);
		t_show(got);
		printf(", not ");
		t_show(want);
		printf("\n");
	}
	return good;
}

T_UNUSED
static bool t_eq_z(const char *got, const char *want, const char *file, int line, const char *what)
{
	t_checks++;
	if (got == NULL || want == NULL) {
		if (got != want && t_fail(file, line))
			printf("%s is %s, not %s\n", what, got ? got : "NULL", want ? want : "NULL");
		return got == want;
	}
	t_checks--;
	return t_eq_span((struct span){ (const unsigned char *)got, strlen(got) },
	                 (struct span){ (const unsigned char *)want, strlen(want) }, file, line, what);
}

static void t_stop(const char *why)
{
	printf("# %s\nFAIL %s\n", why, t_now->name);
	exit(1);
}

/* Make sure that area k has `scratch` bytes in front of an unmapped page. */
static void t_area_map(struct t_area *a, size_t scratch)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t need = (scratch + page - 1) / page * page;
	void *p;

	if (a->base != NULL && a->scratch >= need)
		return;
	if (a->base != NULL)
		munmap(a->base, a->scratch + page);
	p = mmap(NULL, need + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || mprotect((unsigned char *)p + need, page, PROT_NONE) != 0)
		t_stop("no memory for edge()");
	a->base = p;
	a->scratch = need;
}

/* `cap` bytes that end flush against an unmapped page, filled with 0xee. They live until the end of
 * the round of UPTO, or of the test. */
static unsigned char *edge_out(size_t cap)
{
	struct t_area *a;
	unsigned char *p;

	if (t_areas == T_EDGE_MAX)
		t_stop("too many edge() areas at once: loop with UPTO");
	a = &t_area[t_areas++];
	t_area_map(a, cap);
	p = a->base + a->scratch - cap;
	if (cap != 0)
		memset(p, 0xee, cap);
	return p;
}

/* A copy of n bytes that ends flush against an unmapped page; lives as long as edge_out's. With
 * n == 0 even the first byte cannot be read. */
T_UNUSED
static unsigned char *edge(const void *bytes, size_t n)
{
	unsigned char *p = edge_out(n);

	if (n != 0)
		memcpy(p, bytes, n);
	return p;
}

/* The same as a span, and an empty buf of `cap` bytes. */
T_UNUSED
static struct span edge_span(struct span s)
{
	return (struct span){ edge(s.p, s.n), s.n };
}

T_UNUSED
static struct buf edge_buf(size_t cap)
{
	return (struct buf){ edge_out(cap), cap, 0, false };
}

/* Name the test that touched a guard page, then let the old handler (a sanitizer's report, or
 * death) see the same access again. Only write() and sigaction() are allowed here. */
static void t_crash(int sig)
{
	static const char head[] = "FAIL ", tail[] = "\n# it touched memory that is not its own: ";

	if (t_now != NULL && write(1, head, sizeof head - 1) > 0 && write(1, t_now->name, strlen(t_now->name)) > 0 &&
	    write(1, tail, sizeof tail - 1) > 0 && write(1, t_row, strlen(t_row)) >= 0 && write(1, "\n", 1) > 0)
		t_now = NULL;
	sigaction(SIGSEGV, &t_old_segv, NULL);
	sigaction(SIGBUS, &t_old_bus, NULL);
	(void)sig;
}

static bool t_chosen(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(name, argv[i]) == 0)
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	struct sigaction crash = { .sa_handler = t_crash };
	unsigned ran = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGSEGV, &crash, &t_old_segv);
	sigaction(SIGBUS, &crash, &t_old_bus);
	for (struct t_test *t = t_first; t != NULL; t = t->next) {
		if (!t_chosen(t->name, argc, argv))
			continue;
		t_now = t;
		t_checks = t_failures = 0;
		t_areas = 0;
		t_row[0] = '\0';
		t->run();
		ran++;
		if (t_checks == 0)
			printf("# %s checked nothing\n", t->name);
		failed += t_failures != 0 || t_checks == 0;
		printf("%s %s\n", t_failures != 0 || t_checks == 0 ? "FAIL" : "ok", t->name);
	}
	if (ran == 0)
		printf("FAIL no test ran\n");
	return ran == 0 || failed != 0;
}

#endif
