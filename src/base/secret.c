#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

bool secret_set(struct secret *s, struct span bytes)
{
	secret_wipe(s);
	if (bytes.n > sizeof s->p)
		return false;
	if (bytes.n != 0)
		memcpy(s->p, bytes.p, bytes.n);
	s->n = (uint32_t)bytes.n;
	return true;
}

void secret_wipe(struct secret *s)
{
	if (s->n == 0) /* its page may be another process's, too, as long as nobody writes to it */
		return;
	secret_wipe_bytes(s->p, s->n <= sizeof s->p ? s->n : sizeof s->p);
	s->n = 0;
}

void secret_wipe_bytes(void *p, size_t n)
{
	if (n != 0)
		memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory"); /* the memset is seen by somebody: keep it */
}

/* A sanitizer's view of a stack is not ours. */
__attribute__((no_sanitize("address"))) static void wipe_read(unsigned char *p, size_t n)
{
	typedef size_t __attribute__((may_alias)) word;

	for (size_t step; n != 0; p += step, n -= step) {
		bool aligned = n >= sizeof(word) && (uintptr_t)p % sizeof(word) == 0;

		step = aligned && *(volatile word *)(void *)p == 0 ? sizeof(word) : 1;
		if (*(volatile unsigned char *)p != 0)
			*(volatile unsigned char *)p = 0;
	}
}

/* Reading a page that was never touched would make one, so the kernel is asked which there are, unless a filter might
 * end a process that asks. It does not name those in the swap: what lies there no wiping reaches. */
void secret_wipe_used(void *p, size_t n)
{
	size_t page = (size_t)getpagesize();
	unsigned char *from = p, *end = from + n, *at = from - (uintptr_t)p % page;
	bool ask = prctl(PR_GET_SECCOMP) == 0;

	while (at < end) {
		unsigned char there[64];
		size_t pages = ((size_t)(end - at) + page - 1) / page;
		bool known;

		if (pages > sizeof there)
			pages = sizeof there;
		known = ask && mincore(at, pages * page, there) == 0;
		for (size_t i = 0; i < pages; i++, at += page) {
			unsigned char *first = at < from ? from : at;

			if (!known || (there[i] & 1) != 0)
				wipe_read(first, (size_t)(at + page < end ? at + page - first : end - first));
		}
	}
}

/* Whoever wipes the stack stands on it: wipe_near covers the place of wipe_far, which needs less than FRAME. */
enum { FRAME = 1024 };

__attribute__((noinline)) static void wipe_near(void)
{
	unsigned char below[2 * FRAME];

	secret_wipe_bytes(below, sizeof below);
}

__attribute__((noinline)) static void wipe_far(void)
{
	unsigned char *here = __builtin_frame_address(0);

	secret_wipe_used(here - SECRET_STACK, SECRET_STACK - FRAME);
}

void secret_wipe_stack(void)
{
	wipe_far();
	wipe_near();
}

bool secret_is_set(const struct secret *s)
{
	return s->n != 0;
}

size_t secret_length(const struct secret *s)
{
	return s->n;
}

struct span secret_reveal(const struct secret *s)
{
	return (struct span){ s->p, s->n };
}

bool secret_valid(const struct secret *s)
{
	return s->n <= sizeof s->p;
}
