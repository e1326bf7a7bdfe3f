/* quote: values that others wrote, as arguments of commands that people paste. */
#ifndef TEXT_QUOTE_H
#define TEXT_QUOTE_H

#include "base/buf.h"

/* Not empty, only ASCII letters, digits and `marks`, and no dash at the start, where it would be an option. */
bool quote_only(struct span s, const char *marks);

/* For a POSIX shell: in single quotes, without them where nothing in the value needs them. Control characters are left
 * out. */
void quote_shell(struct buf *b, struct span value);

/* For PowerShell: in single quotes, which its typographic cousins end as well. Control characters and broken UTF-8 are
 * left out. quote_powershell_bare goes without quotes where nothing in the value needs them. */
void quote_powershell(struct buf *b, struct span value);
void quote_powershell_bare(struct buf *b, struct span value);

#endif
