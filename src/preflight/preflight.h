/* preflight: what can be seen to be wrong with the settings before a byte is sent. */
#ifndef PREFLIGHT_PREFLIGHT_H
#define PREFLIGHT_PREFLIGHT_H

#include "report/row.h"
#include "conf/settings.h"

/* The credential step: the first mistake that cannot work is the fault; what may work but looks odd is a warning
 * with a note. The evidence names the setting and what is odd about its value, never a secret. `mailbox` is the one
 * that is checked, empty for several. */
bool preflight_check(const struct settings *s, const struct credential *c, struct span mailbox, struct row *row,
                     struct fault *f) MUST;

/* The mailbox is an address: one @, no blanks or control characters, a domain. */
bool preflight_mailbox(struct span mailbox, struct fault *f) MUST;

/* Wipe all secrets of it. */
void preflight_wipe(struct credential *c);

#endif
