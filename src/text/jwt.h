/* jwt: the three parts of a JSON Web Token (RFC 7519), decoded and never verified. */
#ifndef TEXT_JWT_H
#define TEXT_JWT_H

#include "base/buf.h"

/* Three base64url parts separated by dots, none empty; all borrow from the token. */
struct jwt {
	struct span header, payload, signature;
};

/* False for anything else: an opaque token, which is normal for some providers. */
bool jwt_split(struct span token, struct jwt *parts) MUST;

/* A part decoded into its JSON text; false, and nothing appended, when it is not base64url of a well-formed
 * JSON object. Too small an output shows in json->full, as always, and is true: ask that next. */
bool jwt_json(struct span part, struct buf *json) MUST;

/* RFC 6750 section 2.1: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=".
 * A token outside it never reaches the wire. *bad receives the offset of the first wrong byte. */
bool jwt_is_b64token(struct span token, size_t *bad);

#endif
