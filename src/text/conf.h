/* conf: the settings file, "key = value" lines, # comments, [name] sections. */
#ifndef TEXT_CONF_H
#define TEXT_CONF_H

#include "base/span.h"

enum conf_line { CONF_EMPTY, CONF_SECTION, CONF_SETTING, CONF_BAD };

/* One line without its LF (a CR before it is taken off). SECTION: *key is the name. SETTING: key as
 * written, value trimmed; a value in double quotes loses them, \" and \\ inside are left as they
 * are. A # starts a comment only at the start of a line or after a blank. BAD: neither; also
 * a key of other characters than letters, digits, - and _, quotes that do not end or are followed by text, and
 * any control character (UTF-16). Spans borrow from the line; what a kind does not have is untouched. */
enum conf_line conf_line(struct span line, struct span *key, struct span *value);

/* "client-id", "CLIENT_ID" and "client_id" are the same key. */
bool conf_same_key(struct span a, struct span b);

/* How far apart two keys are (edits of one character, swaps of neighbours count one), for "did you mean". */
unsigned conf_distance(struct span a, struct span b);

/* Is `known` near enough to be offered for `given`: at most a third of its letters away? */
bool conf_near(struct span given, struct span known);

/* "90", "90s", "500ms", "2m", "1h" into milliseconds; false for anything else and above a day. */
bool conf_duration(struct span s, int64_t *ms) MUST;

#endif
