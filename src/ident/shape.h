/* shape: what tokens, secrets and ids look like, to tell what stands in the place of another. Nothing is verified: a
 * shape says what a value looks like, never that it is good. */
#ifndef IDENT_SHAPE_H
#define IDENT_SHAPE_H

#include "base/span.h"

enum shape {
	SHAPE_NONE, /* of no known form, which may be right */
#define SHAPE(name, class, of, begins, holds, ends, letters, parts, min, max, what) SHAPE_##name,
#include "ident/shape.def"
	SHAPE__COUNT
};

/* What it can be used for: bits, so that a place can admit several. */
enum shape_class {
	SHAPE_IS_ACCESS_TOKEN = 1 << 0,
	SHAPE_IS_REFRESH_TOKEN = 1 << 1,
	SHAPE_IS_CODE = 1 << 2, /* of the authorization code flow, good for one request */
	SHAPE_IS_JWT = 1 << 3,  /* access token, id token or assertion: its claims tell */
	SHAPE_IS_SECRET = 1 << 4,
	SHAPE_IS_ID = 1 << 5,
	SHAPE_IS_PASSWORD = 1 << 6,
	SHAPE_IS_CACHE = 1 << 7, /* encrypted by the program that keeps it */
	SHAPE_IS_KEY = 1 << 8,
	SHAPE_IS_ANSWER = 1 << 9, /* a text that a token may stand in */
	SHAPE_IS_SASL = 1 << 10,  /* a line that carries a token */
	SHAPE_IS_NAME = 1 << 11,  /* of a file, a variable or a placeholder */
	SHAPE_IS_OTHER = 1 << 12,
	SHAPE_CLASSES = 13
};

enum { SHAPE_HEAD = 400 }; /* bytes that are searched for what a shape holds */

/* Whose it is. */
enum shape_of { SHAPE_OF_ANY, SHAPE_OF_ENTRA, SHAPE_OF_PERSONAL, SHAPE_OF_GOOGLE };

/* The first shape of the table that this text has, as it stands, without spaces around it. */
enum shape shape_find(struct span text);

enum shape_class shape_class(enum shape s); /* 0 for SHAPE_NONE */
enum shape_of shape_of(enum shape s);

/* A noun with its article: "a refresh token of Entra". Static. */
const char *shape_what(enum shape s);

/* The stable id of a class: "refresh-token", and its noun: "a refresh token"; NULL for 0. */
const char *shape_class_id(enum shape_class class);
const char *shape_class_noun(enum shape_class class);

#endif
