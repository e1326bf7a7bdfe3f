/* tape: where a conversation is recorded, one line at a time, already without secrets. */
#ifndef BASE_TAPE_H
#define BASE_TAPE_H

#include "base/span.h"

enum tape_mark {
	TAPE_SENT, /* "-> " */
	TAPE_GOT,  /* "<- " */
	TAPE_NOTE  /* "== " */
};

/* The recorder; put == NULL records nothing. `text` lives only during the call and may hold any bytes:
 * the recorder makes it printable. Whoever records puts a stand-in ("<token 2184 characters
 * sha256:9f3a1c>") in the place of a secret; there is no second redaction behind the recorder. */
struct tape {
	void (*put)(void *to, enum tape_mark mark, struct span text);
	void *to;
};

void tape_put(const struct tape *t, enum tape_mark mark, struct span text);

#endif
