/* json_write: a JSON text, appended to a buffer member by member. */
#ifndef TEXT_JSON_WRITE_H
#define TEXT_JSON_WRITE_H

#include "base/buf.h"

enum { JSON_WRITE_TEXT_MAX = 8 * 1024 }; /* what `filter` makes of one text: 1 kB of short mail addresses */

struct json_write {
	struct buf *out;
	bool comma;                                                  /* before what comes next */
	void (*filter)(void *of, struct span text, struct buf *out); /* what texts from outside go through, or NULL */
	void *of;
};

/* `name` is the member's; NULL in an array, and for the whole text. A bracket is { or [, or the one that closes it. */
void json_write_open(struct json_write *w, const char *name, char bracket);
void json_write_close(struct json_write *w, char bracket);
void json_write_null(struct json_write *w, const char *name);
void json_write_bool(struct json_write *w, const char *name, bool value);
void json_write_i64(struct json_write *w, const char *name, int64_t value);

/* RFC 3339: "2026-11-23T20:43:46Z". */
void json_write_moment(struct json_write *w, const char *name, int64_t unix_s);

/* Words of ours; a text from outside, and the same with null for an empty one. */
void json_write_z(struct json_write *w, const char *name, const char *value);
void json_write_text(struct json_write *w, const char *name, struct span value);
void json_write_some(struct json_write *w, const char *name, struct span value);

/* A JSON text that was checked before, with what cannot be seen escaped; null for an empty one. */
void json_write_raw(struct json_write *w, const char *name, struct span json);

/* Lines separated by LF, of which those that begin with a tab are to be typed: an array of
 * {"kind":"text"|"command","text":"..."}. */
void json_write_lines(struct json_write *w, const char *name, struct span lines);

#endif
