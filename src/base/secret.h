/* secret: the only place where a client secret, an assertion or a token may live. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/buf.h"

/* Access tokens of Entra are 1.2 to 5 kB; 16,384 leaves scratch and is the limit that is reported. */
enum {
	SECRET_MAX = 16 * 1024,
	SECRET_STACK = 96 * 1024 /* no path goes deeper: tests/memory would find what it left */
};

/* Plain data without pointers, because a token crosses a pipe. Start with { 0 }. Nothing that prints
 * takes one; the bytes leave through secret_reveal, which tests/lint/reveal.txt rations. */
struct secret {
	uint32_t n;
	unsigned char p[SECRET_MAX];
};

/* Copy the bytes in. On false (longer than SECRET_MAX) the secret is empty. */
bool secret_set(struct secret *s, struct span bytes) MUST;

/* Overwrite it; the compiler may not leave that out. secret_wipe_bytes does it for any memory. */
void secret_wipe(struct secret *s);
void secret_wipe_bytes(void *p, size_t n);

/* The same for memory of which a part was never touched: that part stays so, as far as the system tells. Bytes that are
 * zero are only read. */
void secret_wipe_used(void *p, size_t n);

/* Overwrite SECRET_STACK bytes of the stack below the caller: what functions that have returned left there, copies
 * that a compiler made unasked among them. For the end of a process. */
void secret_wipe_stack(void);

bool secret_is_set(const struct secret *s);
size_t secret_length(const struct secret *s);

/* The bytes; they live as long as s is unchanged. */
struct span secret_reveal(const struct secret *s);

/* What came over a pipe: true when the length is in range. */
bool secret_valid(const struct secret *s) MUST;

#endif
