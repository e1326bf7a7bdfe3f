/* trace: where a conversation is recorded, one line at a time, already without secrets. */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include "base/buf.h"

enum trace_mark {
	TRACE_SENT, /* "-> " */
	TRACE_GOT,  /* "<- " */
	TRACE_NOTE  /* "== " */
};

/* The recorder; put == NULL records nothing. `text` lives only during the call and may hold any bytes:
 * the recorder makes it printable. Whoever records puts a stand-in ("<token 2184 characters
 * sha256:9f3a1c>") instead of a secret; there is no second redaction behind the recorder. */
struct trace {
	void (*put)(void *to, enum trace_mark mark, struct span text);
	void *to;
};

void trace_put(const struct trace *t, enum trace_mark mark, struct span text);

/* The same in a format of buf_say; what is longer than TRACE_SAY_MAX is cut. */
enum { TRACE_SAY_MAX = 2048 };

void trace_say(const struct trace *t, enum trace_mark mark, const char *format, ...) BUF_FORMAT(3);

#endif
