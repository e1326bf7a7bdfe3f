/* ini: the settings file, "key = value" lines, # comments, [name] sections. */
#ifndef TEXT_INI_H
#define TEXT_INI_H

#include "base/span.h"

enum ini_line { INI_EMPTY, INI_SECTION, INI_SETTING, INI_BAD };

/* One line without its LF (a CR before it is taken off). SECTION: *key is the name. SETTING: key as
 * written, value trimmed; a value in double quotes loses them, \" and \\ inside are left as they
 * are. A # starts a comment only at the start of a line or after a blank. BAD: neither; also
 * a key of other characters than letters, digits, - and _, quotes that do not end or are followed by text, and
 * any control character (UTF-16). Spans borrow from the line; what a kind does not have is untouched. */
enum ini_line ini_line(struct span line, struct span *key, struct span *value);

/* "client-id", "CLIENT_ID" and "client_id" are the same key. */
bool ini_same_key(struct span a, struct span b);

/* How far apart two keys are (edits of one character, swaps of neighbours count one), for "did you mean". */
unsigned ini_distance(struct span a, struct span b);

/* Is `known` near enough to be offered for `given`: at most a third of its letters away? */
bool ini_near(struct span given, struct span known);

/* "90", "90s", "500ms", "2m", "1h" into milliseconds; false for anything else and above a day. */
bool ini_duration(struct span s, int64_t *ms) MUST;

#endif
