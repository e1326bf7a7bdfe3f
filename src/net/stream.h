/* stream: the one interface that protocols see: bytes in order, under one deadline. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/fault.h"

struct stream;

struct stream_ops {
	bool (*read)(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f);
	bool (*write)(struct stream *s, struct span bytes, struct fault *f);
	void (*close)(struct stream *s);
};

/* The owner of `self` (a struct tcp, a struct tls, a test's script) outlives the stream. */
struct stream {
	const struct stream_ops *ops;
	void *self;
};

/* Read what is there (cap is at least 1), at least one byte unless the peer has ended the stream cleanly: then *n
 * is 0 and every later read says the same. Waits until the deadline of the connection. Short reads are normal.
 * False: a fault (deadline, reset, truncated, ...); the stream is dead from then on. */
bool stream_read(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f) MUST;

/* Send all of it, now. */
bool stream_write(struct stream *s, struct span bytes, struct fault *f) MUST;

/* Say goodbye as far as the layer can without waiting long, and release the descriptor. */
void stream_close(struct stream *s);

#endif
