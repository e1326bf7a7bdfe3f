#include "check/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/span.h"

/* From linux/filter.h, seccomp.h and audit.h, which musl's compiler does not find. */
struct filter_line {
	uint16_t code;
	uint8_t yes, no; /* lines to skip */
	uint32_t k;
};
struct filter {
	unsigned short n;
	struct filter_line *line;
};
struct filter_input {
	int32_t nr;
	uint32_t arch;
	uint64_t ip, args[6];
};

enum { LOAD = 0x20, AND = 0x54, IF_EQUAL = 0x15, RETURN = 0x06 }; /* BPF, of 32 bits */
enum { MODE_FILTER = 2 };
#define ALLOW 0x7fff0000U
#define KILL  0x80000000U /* the process; before Linux 4.14 the thread, which is the same here */
#define ERROR 0x00050000U /* with an errno */

#if defined(__x86_64__)
#define ARCH 0xc000003eU
#elif defined(__i386__)
#define ARCH 0x40000003U
#elif defined(__aarch64__)
#define ARCH 0xc00000b7U
#elif defined(__arm__)
#define ARCH 0x40000028U
#elif defined(__s390x__)
#define ARCH 0x80000016U
#elif defined(__powerpc64__)
#define ARCH 0xc0000015U
#elif defined(__riscv)
#define ARCH 0xc00000f3U
#elif defined(__mips64)
#define ARCH 0xc0000008U
#elif defined(__mips__)
#define ARCH 0x40000008U
#else
#define ARCH 0
#endif

/* What an argument has to be like. */
enum only {
	ANY,
	READS_1, /* flags of open, as argument 1 or 2: to read, and creating nothing */
	READS_2,
	INET,    /* argument 0, a family */
	NO_CODE, /* argument 2, a protection: nothing that can be executed */
	MYSELF,  /* argument 0, a thread: this one */
	NOBODY   /* kills */
};

enum {
	TOKEN = 1 << CONFINE_TOKEN,
	CONNECT = 1 << CONFINE_CONNECT,
	TALK = 1 << CONFINE_TALK,
	ALL = TOKEN | CONNECT | TALK
};

/* Not every architecture has every call; x(name) of one that it lacks is left out by the #ifdef around it. */
static const struct call {
	uint16_t nr;
	uint8_t who, only;
} calls[] = {
#define CALL(name, who, only) { SYS_##name, who, only },
#include "check/confine.def"
};

static uint32_t low_half(unsigned argument)
{
	const uint16_t one = 1;
	bool little = *(const unsigned char *)&one == 1;

	return (uint32_t)(offsetof(struct filter_input, args) + 8 * argument + (little ? 0 : 4));
}

static void put(struct filter *f, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	f->line[f->n++] = (struct filter_line){ code, yes, no, k };
}

/* Behind the comparison of the number: at most four lines, each way ends in a verdict. */
static void put_verdict(struct filter *f, enum only only)
{
	switch (only) {
	case ANY:
		put(f, RETURN, ALLOW, 0, 0);
		return;
	case NOBODY:
		put(f, RETURN, KILL, 0, 0);
		return;
	case READS_1:
	case READS_2:
		put(f, LOAD, low_half(only == READS_1 ? 1 : 2), 0, 0);
		put(f, AND, O_ACCMODE | O_CREAT | O_TRUNC, 0, 0);
		put(f, IF_EQUAL, O_RDONLY, 0, 1);
		break;
	case INET:
		put(f, LOAD, low_half(0), 0, 0);
		put(f, IF_EQUAL, AF_INET, 1, 0);
		put(f, IF_EQUAL, AF_INET6, 0, 1);
		break;
	case NO_CODE:
		put(f, LOAD, low_half(2), 0, 0);
		put(f, AND, PROT_EXEC, 0, 0);
		put(f, IF_EQUAL, 0, 0, 1);
		break;
	case MYSELF:
		put(f, LOAD, low_half(0), 0, 0);
		put(f, IF_EQUAL, (uint32_t)getpid(), 0, 1);
		break;
	}
	put(f, RETURN, ALLOW, 0, 0);
	put(f, RETURN, KILL, 0, 0);
}

static unsigned lines_of(enum only only)
{
	return only == ANY || only == NOBODY ? 1 : only == MYSELF ? 4 : 5;
}

bool confine(enum confine as)
{
	struct filter_line line[6 * COUNT(calls) + 8];
	struct filter f = { 0, line };

#if defined(__SANITIZE_ADDRESS__)
	return false;
#endif
	put(&f, LOAD, offsetof(struct filter_input, arch), 0, 0);
	put(&f, IF_EQUAL, ARCH, 1, 0);
	put(&f, RETURN, KILL, 0, 0);
	put(&f, LOAD, offsetof(struct filter_input, nr), 0, 0);
	for (size_t i = 0; i < COUNT(calls); i++) {
		if ((calls[i].who & 1 << as) == 0)
			continue;
		put(&f, IF_EQUAL, calls[i].nr, 0, (uint8_t)lines_of((enum only)calls[i].only));
		put_verdict(&f, (enum only)calls[i].only);
	}
	put(&f, RETURN, ERROR | ENOSYS, 0, 0);
	return ARCH != 0 && prctl(PR_SET_SECCOMP, MODE_FILTER, &f) == 0;
}
