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
	secret_wipe_bytes(s->p, s->n <= sizeof s->p ? s->n : sizeof s->p);
	s->n = 0;
}

void secret_wipe_bytes(void *p, size_t n)
{
	if (n != 0)
		memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory"); /* the memset is seen by somebody: keep it */
}

__attribute__((noinline)) void secret_wipe_stack(void)
{
	unsigned char below[SECRET_STACK];

	secret_wipe_bytes(below, sizeof below);
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
