/* jwt: access tokens like those of Entra for Exchange Online, well-formed and signed by nobody. */
#ifndef SIM_JWT_H
#define SIM_JWT_H

#include "scene.h"

/* Append a token with the claims of an application that may read mail by POP3, changed by `words`:
 *   roles=A,B       the roles; - takes a claim away
 *   exp=-60         iat, nbf and exp are seconds from now
 *   aud=VALUE       any other claim, as a string; a value with blanks stands in "..."
 *   groups:=JSON    any claim, as JSON
 *   length=16000    characters of the whole token; if the claims do not fit it is no JWT
 * It becomes the value {token}, and a secret of the case. */
void jwt_make(struct scene *s, struct text *to, const char *words);

/* Append a token that is no JWT, `words` characters long, as personal accounts have. Also {token} and secret. */
void jwt_opaque(struct scene *s, struct text *to, const char *words);

#endif
