#include "base/secret.h"

#include <string.h>

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
__attribute__((no_sanitize("address"))) void secret_wipe_used(void *p, size_t n)
{
	for (volatile unsigned char *b = p; n != 0; b++, n--)
		if (*b != 0)
			*b = 0;
}

/* Whoever wipes the stack stands on it: wipe_near covers the place of wipe_far, which needs less than FRAME. */
enum { FRAME = 512 };

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
