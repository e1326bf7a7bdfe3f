/* json_schema: the JSON Schema of what check and probe print with --format json. */
#ifndef SHOW_JSON_SCHEMA_H
#define SHOW_JSON_SCHEMA_H

#include "base/buf.h"

enum { JSON_SCHEMA_SIZE = 32 * 1024 }; /* 12 kB, most of it ids */

/* Append it, on one line with its LF. Ids and facts are those of the program's tables; members may be added to any
 * object. */
void json_schema_put(struct buf *out);

#endif
