#include "net/stream.h"

bool stream_read(struct stream *s, unsigned char *p, size_t cap, size_t *n, struct fault *f)
{
	return s->ops->read(s, p, cap, n, f);
}

bool stream_write(struct stream *s, struct span bytes, struct fault *f)
{
	return bytes.n == 0 || s->ops->write(s, bytes, f);
}

void stream_close(struct stream *s)
{
	s->ops->close(s);
}
