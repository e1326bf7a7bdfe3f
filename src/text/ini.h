/* ini: the settings file, "key = value" lines, # comments, [name] sections. */
#ifndef TEXT_INI_H
#define TEXT_INI_H

#include "base/span.h"

enum ini_line { INI_EMPTY, INI_SECTION, INI_SETTING, INI_BAD };

/* One line without its LF (a CR before it is taken off). SECTION: *key is the name. SETTING: key as
 * written, value trimmed; a value in double quotes loses them, \" and \\ inside are left as they
 * are. A # starts a comment only at the start of a line or after a space. BAD: neither; also
 * a key of other characters than letters, digits, - and _, quotes that do not end or are followed by text, and
 * any control character (UTF-16). Spans borrow from the line; what a kind does not have is untouched. */
enum ini_line ini_line(struct span line, struct span *key, struct span *value);

/* "90", "90s", "500ms", "2m", "1h" into milliseconds; false for anything else and above a day. */
bool ini_duration(struct span s, int64_t *ms) MUST;

#endif
