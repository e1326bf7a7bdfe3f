/* known: by which text a row of known.def is found; "" for one that is found by its number alone. `name` is the key as
 * it is written. For knowledge.c and toolchains/pack.c. */
#ifndef EXPLAIN_KNOWN_H
#define EXPLAIN_KNOWN_H

#define TEXT_AADSTS(key, name)    ""
#define TEXT_ERROR(key, name)     key
#define TEXT_SUBERROR(key, name)  key
#define TEXT_LINE(key, name)      key
#define TEXT_CLUE(key, name)      key
#define TEXT_INSPECTOR(key, name) key
#define TEXT_AUTHORITY(key, name) key
#define TEXT_PORTAL(key, name)    key
#define TEXT_SERVICE(key, name)   key
#define TEXT_AUDIENCE(key, name)  key
#define TEXT_ROLE(key, name)      key
#define TEXT_SHAPE(key, name)     key
#define TEXT_ALERT(key, name)     ""
#define TEXT_ENGINE(key, name)    ""
#define TEXT_ERRNO(key, name)     name
#define TEXT_RESOLVER(key, name)  name
#define TEXT_HTTP(key, name)      ""
#define TEXT_FAULT(key, name)     ""

#endif
