/* oauthbearer: the SASL OAUTHBEARER initial client response (RFC 7628 section 3.1). */
#ifndef TEXT_OAUTHBEARER_H
#define TEXT_OAUTHBEARER_H

#include "base/buf.h"

/* Most bytes of the frame n,a=USER,^Ahost=HOST^Aport=PORT^Aauth=Bearer TOKEN^A^A (^A is the byte 1): every byte of the
 * user may need three. */
#define OAUTHBEARER_FRAME_SIZE(user, host, token) (4 + 3 * (user) + 1 + 6 + (host) + 6 + 5 + 1 + 12 + (token) + 2)

/* The frame; user, host and token must already have been checked (no control characters, RFC 6750 alphabet). In the
 * user, = and , are written =3D and =2C (RFC 5801 section 4). */
void oauthbearer_put(struct buf *out, struct span user, struct span host, uint16_t port, struct span token);

/* A frame taken apart. user, with its escapes undone, is a copy in the scratch that was lent; the others borrow from
 * the frame. host and port are empty where they are absent, which the RFC allows. */
struct oauthbearer {
	struct span user, host, port, token;
};

/* False when it is not such a frame: header, user, a token and the two bytes 1 at the end must be there, and what can
 * be recognised is in *o all the same. The user goes to the end of *scratch; one that does not fit is empty. */
bool oauthbearer_get(struct span frame, struct buf *scratch, struct oauthbearer *o) MUST;

#endif
