/* value_shape: does what was given as a secret or a token look like something else? */
#ifndef PREFLIGHT_VALUE_SHAPE_H
#define PREFLIGHT_VALUE_SHAPE_H

#include "ident/shape.h"
#include "preflight/findings.h"

/* `wanted` are the classes that can work there, the lowest bit is what belongs there. Refused with this code where
 * nothing but a mistake looks so, else a warning and a doubt. */
bool value_shape_check(struct findings *l, struct span value, enum setting from, enum fault_code code,
                       unsigned wanted) MUST;

#endif
