/* json: RFC 8259 texts read in place: a path leads to a value; no tree, no recursion. */
#ifndef TEXT_JSON_H
#define TEXT_JSON_H

#include "base/buf.h"

enum {
	JSON_DEPTH_MAX = 32,    /* tokens and provider answers nest three deep; more is somebody's joke */
	JSON_WORK_MAX = 8 << 20 /* bytes read again in search of duplicate keys: 250 keys in 64 kB */
};

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Four different answers; none stands in for another. MALFORMED is about the whole text,
 * wherever the break is: look-ups never answer from a broken text. */
enum json_found { JSON_FOUND, JSON_ABSENT, JSON_WRONG_TYPE, JSON_MALFORMED };

/* A value inside the text: raw bytes (a string with its quotes), borrowed from it. */
struct json_value {
	enum json_type type;
	struct span raw;
};

/* Is `text` exactly one well-formed value (blanks around it allowed, BOM not, depth limit kept, strings
 * in well-formed UTF-8, surrogates paired)? *duplicate, when not NULL, receives the first object key
 * that occurs twice in the same object, raw, or an empty span. The search ends after JSON_WORK_MAX,
 * because it is quadratic and the text may be hostile: duplicates are a hint, no check. */
bool json_check(struct span text, struct span *duplicate) MUST;

/* The value at `path`: keys separated by dots, "error.codes.0" counts into arrays, "" is the whole text.
 * A step into a string, number, bool or null, or by a name into an array, is JSON_WRONG_TYPE.
 * Of equal keys the first wins. Keys compare after unescaping. *v only set on JSON_FOUND. */
enum json_found json_at(struct span text, const char *path, struct json_value *v) MUST;

/* A string, unescaped into UTF-8 and appended to out (out->full when it does not fit). */
enum json_found json_string(struct span text, const char *path, struct buf *out) MUST;

/* An integer; also one that stands in a string ("3599", as IMDS and old endpoints write), and
 * 1e3 or 5.0 as long as the value is whole. Out of int64 is JSON_WRONG_TYPE. */
enum json_found json_int(struct span text, const char *path, int64_t *v) MUST;

/* Walk an array or object value that came from json_at: start with *at = 0; each call gives the next
 * element (key.n != 0 or key.p != NULL only in objects; key is the raw string with quotes). */
bool json_next(struct json_value container, size_t *at, struct span *key, struct json_value *element);

/* Unescape a raw string value (with quotes). False when it is not a well-formed string. */
bool json_unescape(struct buf *out, struct span raw) MUST;

/* Append `s` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD. */
void json_put_string(struct buf *out, struct span s);

/* A JSON text that was checked before, on one line, with what cannot be seen escaped: no character of it moves a
 * terminal or turns a line. It means the same. */
void json_put_visible(struct buf *out, struct span json);

#endif
