/* word: what people call things that have another name here, for "did you mean": by words (word.def), else by letters
 * (text/near.h). */
#ifndef CONF_WORD_H
#define CONF_WORD_H

#include "base/buf.h"
#include "text/near.h"

enum word_where { WORD_COMMAND, WORD_OPTION, WORD_SETTING, WORD_VARIABLE, WORD_GRANT, WORD_PROVIDER, WORD_OTHER };

/* Append "; did you mean --tenant-id?", or what there is instead; nothing when no word and no near name is known. The
 * names that there are have been offered to `near`; options and variables are written as they are typed. */
void word_suggest(struct buf *out, enum word_where where, const struct near *near);

enum { WORD_MAX = 240 }; /* bytes that it appends at most */

#endif
