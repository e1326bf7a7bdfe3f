/* pause: waiting for nothing but time. */
#ifndef NET_PAUSE_H
#define NET_PAUSE_H

#include "base/clock.h"
#include "base/span.h"

/* Wait `ms`. False, at once, when the deadline would be over by then. */
bool pause_ms(int64_t ms, struct deadline d) MUST;

#endif
